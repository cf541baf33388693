"""The words that scams are told by, with their sounds."""

from collections.abc import Mapping

_WORDS = """
微信 wei-xin  转账 zhuan-zhang  贷款 dai-kuan  刷单 shua-dan  返利 fan-li  佣金 yong-jin
兼职 jian-zhi  投资 tou-zi  提现 ti-xian  银行 yin-hang  银行卡 yin-hang-ka
验证码 yan-zheng-ma  支付宝 zhi-fu-bao  红包 hong-bao  密码 mi-ma  客服 ke-fu  彩票 cai-piao
赌博 du-bo  博彩 bo-cai  充值 chong-zhi  理财 li-cai  股票 gu-piao  荐股 jian-gu
内幕 nei-mu  稳赚 wen-zhuan  收益 shou-yi  额度 e-du  征信 zheng-xin  解冻 jie-dong
保证金 bao-zheng-jin  垫付 dian-fu  点赞 dian-zan  关注 guan-zhu  裸聊 luo-liao
日结 ri-jie  扫码 sao-ma  二维码 er-wei-ma  链接 lian-jie  加群 jia-qun  进群 jin-qun
福利 fu-li  中奖 zhong-jiang  办证 ban-zheng  发票 fa-piao  套现 tao-xian  网贷 wang-dai
借款 jie-kuan  退款 tui-kuan  会员 hui-yuan  共享屏幕 gong-xiang-ping-mu
安全账户 an-quan-zhang-hu  洗钱 xi-qian  公安局 gong-an-ju  汇款 hui-kuan  打款 da-kuan
账户 zhang-hu  账号 zhang-hao  手续费 shou-xu-fei  激活 ji-huo  注销 zhu-xiao  跑分 pao-fen
走账 zou-zhang  流水 liu-shui  虚拟币 xu-ni-bi  比特币 bi-te-bi  导师 dao-shi  带单 dai-dan
跟单 gen-dan  下注 xia-zhu  约炮 yue-pao  同城 tong-cheng  代办 dai-ban  收款 shou-kuan
理赔 li-pei  公安 gong-an  警察 jing-cha  民警 min-jing  法院 fa-yuan  检察院 jian-cha-yuan
检察官 jian-cha-guan  通缉令 tong-ji-ling  逮捕令 dai-bu-ling  逮捕 dai-bu  涉嫌 she-xian
诈骗 zha-pian  洗黑钱 xi-hei-qian  资金清查 zi-jin-qing-cha  资金核查 zi-jin-he-cha
清查账户 qing-cha-zhang-hu  安全账号 an-quan-zhang-hao  涉案 she-an  笔录 bi-lu  保密 bao-mi
刑拘 xing-ju  平台客服 ping-tai-ke-fu  退货 tui-huo  赔付 pei-fu  双倍赔付 shuang-bei-pei-fu
百万保障 bai-wan-bao-zhang  百万医疗 bai-wan-yi-liao  自动扣费 zi-dong-kou-fei  扣费 kou-fei
扣款 kou-kuan  取消会员 qu-xiao-hui-yuan  直播会员 zhi-bo-hui-yuan  代理商 dai-li-shang
保险 bao-xian  白条 bai-tiao  花呗 hua-bei  借呗 jie-bei  金条 jin-tiao  备付金 bei-fu-jin
任务 ren-wu  做任务 zuo-ren-wu  接任务 jie-ren-wu  派单 pai-dan  抢单 qiang-dan
连单 lian-dan  补单 bu-dan  做单 zuo-dan  单子 dan-zi  垫资 dian-zi  本金 ben-jin
返现 fan-xian  返佣 fan-yong  结算 jie-suan  日薪 ri-xin  高薪 gao-xin  招聘 zhao-pin
招工 zhao-gong  宝妈 bao-ma  学生党 xue-sheng-dang  在家赚钱 zai-jia-zhuan-qian
赚钱 zhuan-qian  挣钱 zheng-qian  赚米 zhuan-mi  日赚 ri-zhuan  日入 ri-ru
轻松赚 qing-song-zhuan  零投入 ling-tou-ru  点关注 dian-guan-zhu
关注公众号 guan-zhu-gong-zhong-hao  投资理财 tou-zi-li-cai  理财产品 li-cai-chan-pin
老师 lao-shi  分析师 fen-xi-shi  交易所 jiao-yi-suo  平台 ping-tai  期货 qi-huo
外汇 wai-hui  黄金 huang-jin  数字货币 shu-zi-huo-bi  虚拟货币 xu-ni-huo-bi
区块链 qu-kuai-lian  牛股 niu-gu  涨停 zhang-ting  盈利 ying-li  翻倍 fan-bei  回本 hui-ben
稳赚不赔 wen-zhuan-bu-pei  内部消息 nei-bu-xiao-xi  内部渠道 nei-bu-qu-dao
高收益 gao-shou-yi  高回报 gao-hui-bao  收益率 shou-yi-lv  操盘 cao-pan  入金 ru-jin
出金 chu-jin  下单 xia-dan  喊单 han-dan  跟投 gen-tou  盘口 pan-kou  大盘 da-pan
无抵押 wu-di-ya  低利息 di-li-xi  利息 li-xi  放款 fang-kuan  下款 xia-kuan  秒批 miao-pi
秒到账 miao-dao-zhang  到账 dao-zhang  额度高 e-du-gao  信用卡 xin-yong-ka  提额 ti-e
黑户 hei-hu  逾期 yu-qi  征信修复 zheng-xin-xiu-fu  修复征信 xiu-fu-zheng-xin
包装 bao-zhuang  解冻费 jie-dong-fei  认证金 ren-zheng-jin  会员费 hui-yuan-fei
工本费 gong-ben-fei  押金 ya-jin  定金 ding-jin  手续 shou-xu  利率 li-lv  年化 nian-hua
贷款平台 dai-kuan-ping-tai  学生贷 xue-sheng-dai  校园贷 xiao-yuan-dai
注销账户 zhu-xiao-zhang-hu  注销校园贷 zhu-xiao-xiao-yuan-dai  屏幕共享 ping-mu-gong-xiang
屏幕 ping-mu  共享 gong-xiang  远程控制 yuan-cheng-kong-zhi  远程协助 yuan-cheng-xie-zhu
会议软件 hui-yi-ruan-jian  会议 hui-yi  下载 xia-zai  下载软件 xia-zai-ruan-jian
安装 an-zhuang  软件 ruan-jian  注册 zhu-ce  激活码 ji-huo-ma  卡号 ka-hao
银行卡号 yin-hang-ka-hao  取款密码 qu-kuan-mi-ma  支付密码 zhi-fu-mi-ma
短信验证码 duan-xin-yan-zheng-ma  身份证 shen-fen-zheng  身份证号 shen-fen-zheng-hao
手机号 shou-ji-hao  实名认证 shi-ming-ren-zheng  认证 ren-zheng  绑定 bang-ding
解绑 jie-bang  冻结 dong-jie  异常 yi-chang  锁定 suo-ding  失效 shi-xiao  停用 ting-yong
过期 guo-qi  升级 sheng-ji  积分 ji-fen  兑换 dui-huan  礼品 li-pin  免费 mian-fei
领取 ling-qu  免费领取 mian-fei-ling-qu  免费送 mian-fei-song  抽奖 chou-jiang
奖金 jiang-jin  奖品 jiang-pin  一等奖 yi-deng-jiang  补贴 bu-tie  补助 bu-zhu
退税 tui-shui  社保 she-bao  医保 yi-bao  医保卡 yi-bao-ka  公积金 gong-ji-jin  快递 kuai-di
包裹 bao-guo  丢失 diu-shi  理赔款 li-pei-kuan  赔偿 pei-chang  赔款 pei-kuan
航班 hang-ban  改签 gai-qian  退票 tui-piao  打钱 da-qian  转钱 zhuan-qian  借钱 jie-qian
急用钱 ji-yong-qian  现金 xian-jin  取现 qu-xian  邮寄 you-ji  跑腿 pao-tui  车手 che-shou
出售银行卡 chu-shou-yin-hang-ka  收卡 shou-ka  卡商 ka-shang  租卡 zu-ka  租号 zu-hao
解封 jie-feng  辅助解封 fu-zhu-jie-feng  实名 shi-ming  领导 ling-dao  书记 shu-ji
班主任 ban-zhu-ren  学费 xue-fei  资料费 zi-liao-fei  培训费 pei-xun-fei
报名费 bao-ming-fei  保管 bao-guan  代付 dai-fu  代充 dai-chong  首充 shou-chong
返还 fan-huan  充值卡 chong-zhi-ka  点卡 dian-ka  礼品卡 li-pin-ka  购物卡 gou-wu-ka
网恋 wang-lian  交友 jiao-you  裸照 luo-zhao  视频 shi-pin  通讯录 tong-xun-lu
约会 yue-hui  上门 shang-men  定位 ding-wei  同城约 tong-cheng-yue  彩金 cai-jin
下分 xia-fen  上分 shang-fen  博彩平台 bo-cai-ping-tai  赌场 du-chang  稳赢 wen-ying
包赢 bao-ying  计划群 ji-hua-qun  带你赚 dai-ni-zhuan  时时彩 shi-shi-cai  六合彩 liu-he-cai
开奖 kai-jiang  群主 qun-zhu  私聊 si-liao  加好友 jia-hao-you  加微信 jia-wei-xin
添加微信 tian-jia-wei-xin  好友 hao-you  群聊 qun-liao  拉群 la-qun  福利群 fu-li-qun
红包群 hong-bao-qun  交流群 jiao-liu-qun  公众号 gong-zhong-hao  电报 dian-bao  飞机 fei-ji
企业微信 qi-ye-wei-xin  视频会议 shi-pin-hui-yi  机票 ji-piao  客服热线 ke-fu-re-xian
热线 re-xian  官方 guan-fang  官方客服 guan-fang-ke-fu  官网 guan-wang  网址 wang-zhi
点击 dian-ji  点击链接 dian-ji-lian-jie  复制 fu-zhi  口令 kou-ling
"""


def _read() -> Mapping[str, tuple[str, ...]]:
    parts = _WORDS.split()
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {word: tuple(sounds.split("-")) for word, sounds in pairs}


WORDS = _read()
"""Each word with the sounds of its characters."""
