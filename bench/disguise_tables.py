"""What people write in the place of words, gathered for measuring only.

None of these tables is known to the normaliser, and none of its tables is read here
(`tests/test_bench_disguises.py` holds that): a normaliser measured by its own tables finds all.
"""

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, tuple[str, ...]]:
    """Lines of `word form form …` as a mapping."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {row[0]: tuple(row[1:]) for row in rows}


HOMOPHONES = _table(
    """
微信 威信 薇信 微心 维信 崴信 徽信 薇芯 葳信 嶶信 威芯 魏信 喂信
转账 转帐 砖账 专账 转仗 转丈 砖帐 赚账
贷款 代款 袋款 贷宽 待款 呆款
刷单 刷丹 唰单 涮单 刷担 刷胆
返利 返力 反利 返俐 犯利 返例
佣金 拥金 佣今 用金 庸金 涌金 佣斤
兼职 兼值 尖职 兼直 煎职 兼织 肩职
投资 投姿 头资 投滋 投咨
提现 提限 题现 提线 替现 提显
银行 银航 淫行 吟行 银杭 尹行
验证码 验正码 验证马 雁证码 验政码 厌证码 验证玛
支付宝 支付保 支付堡 知付宝 支富宝 支付包 枝付宝
红包 红苞 宏包 洪包 虹包 红褒
密码 蜜码 密玛 秘码 觅码 密马
客服 客夫 克服 客福 刻服 客扶
充值 冲值 充直 充植 冲职 虫值
理财 理才 里财 理材 李财 礼财
股票 股飘 古票 谷票 鼓票 骨票
收益 收溢 收意 受益 收亿
征信 正信 争信 征心 证信 蒸信
保证金 保正金 保证斤 堡证金 保政金 宝证金
解冻 解洞 解动 姐冻 结冻
垫付 店付 电付 殿付 垫富
点赞 点攒 点暂 典赞
福利 福力 服利 扶利 福丽 幅利
链接 连接 练接 链节 恋接 链洁
加群 加裙 佳群 嘉群 加峮
退款 退宽 腿款 推款 蜕款
贷 岱 代 袋
赔偿 陪偿 赔尝 培偿
理赔 理陪 里赔 理培
账户 帐户 账护 仗户 张户 账沪
账号 帐号 帐好 账耗 张号
手续费 手序费 手续废 手续肺 守续费
公安局 公按局 工安局 公安菊 公鞍局
公安 工安 公按 供安 公岸
警察 井察 警查 惊察 警茶
洗钱 洗前 喜钱 洗浅 洗潜
涉嫌 涉险 射嫌 设嫌 涉贤
安全账户 安全帐户 鞍全账户 安权账户 安全张户
共享屏幕 共想屏幕 共享平幕 共享瓶幕 供享屏幕 共享屏目
屏幕 平幕 瓶幕 萍幕 屏目
会员 会圆 汇员 会原 绘员
投注 投住 头注 投柱
赌博 堵博 赌搏 睹博
彩票 采票 彩飘 踩票
额度 鹅度 额渡 俄度
利息 力息 利希 利熄
刷流水 刷留水 刷流税
流水 留水 刘水 溜水
激活 机活 激火 积活
任务 人物 任物 壬务 任雾
高薪 高新 高心 稿薪
日结 日节 日洁 日杰
导师 倒师 岛师 导狮 到师
老师 老湿 老诗 劳师
群 裙 峮 宭
下载 下栽 夏载 下在
注册 注测 住册 铸册
身份证 身分证 深份证 身份正
会议 会意 汇议 会艺
百万保障 佰万保障 百万宝障 百万保帐
扣费 扣废 寇费 扣肺
快递 快第 块递 快弟
冻结 动结 冻洁 东结
"""
)

PINYIN = _table(
    """
微信 weixin Weixin WEIXIN wei信 微xin wēixìn wx WX weiXin
转账 zhuanzhang zhuan账 转zhang ZhuanZhang zz zhuǎnzhàng
贷款 daikuan dai款 贷kuan dàikuǎn DK Dai款
刷单 shuadan shua单 刷dan shuādān sd ShuaDan
返利 fanli fan利 返li fǎnlì
佣金 yongjin yong金 佣jin yōngjīn YJ
兼职 jianzhi jian职 兼zhi jiānzhí jz JZ
投资 touzi tou资 投zi tóuzī
提现 tixian ti现 提xian tíxiàn tx
银行 yinhang yin行 银hang yínháng YH
银行卡 yinhangka 银行ka yhk YHK yinhang卡
验证码 yanzhengma 验证ma yzm YZM yan证码
支付宝 zhifubao zfb ZFB 支付bao zhifu宝 ZhiFuBao
红包 hongbao hong包 红bao hb hóngbāo
密码 mima mi码 密ma mìmǎ
客服 kefu ke服 客fu KF kèfú kf
充值 chongzhi chong值 充zhi cz chōngzhí
理财 licai li财 理cai
股票 gupiao gu票 股piao
收益 shouyi shou益 收yi
征信 zhengxin zheng信 征xin zx
保证金 baozhengjin 保证jin bzj bao证金
解冻 jiedong jie冻 解dong
福利 fuli fu利 福li fl
链接 lianjie lian接 链jie
退款 tuikuan tui款 退kuan tk
理赔 lipei li赔 理pei
账户 zhanghu zhang户 账hu
手续费 shouxufei 手续fei sxf
公安 gongan gong安 公an ga
警察 jingcha jing察 警cha
洗钱 xiqian xi钱 洗qian
安全账户 anquanzhanghu 安全zhanghu anquan账户
共享屏幕 gongxiangpingmu 共享pingmu gongxiang屏幕
屏幕 pingmu ping幕
会员 huiyuan hui员
任务 renwu ren务 任wu rw
群 qun Qun
身份证 shenfenzheng sfz SFZ 身份zheng
下载 xiazai xia载 下zai
注册 zhuce zhu册
导师 daoshi dao师 导shi
钱 qian
额度 edu 额du e度
冻结 dongjie dong结 冻jie
快递 kuaidi kuai递
"""
)

SLANG = _table(
    """
微信 V信 v❤ 薇❤ 微❤ VX vx 绿泡泡 卫星 Wx V芯 薇 V 威❤ ＶＸ +V
加微信 加V ➕V 加薇 ➕薇 加VX ➕VX 加卫星 嘉V 茄V 家微 ╋V
qq 扣扣 企鹅 🐧 抠抠 蔻蔻 Q Q Q号
QQ 扣扣 企鹅 🐧 球球 秋秋 叩叩 扣Q
加群 ➕群 加裙 进裙 ➕👗 茄群 加君羊
群 裙 君羊 👗 羣
转账 转💰 转米 转米米
钱 米 💰 💵 毛爷爷 ¥
赚钱 赚米 赚💰 搞米 挣米
红包 🧧 大🧧 红包包
支付宝 支F宝 zfb 某付宝 蓝色软件 支付🐻 Z付宝
银行卡 💳 卡卡 银行💳
手机 📱 手🐔 手机📱
电话 ☎️ 📞 电☎
视频 📹 视pin
免费 🆓 免f 勉费
加 ➕ + 嘉
点 👉 ☞
刷单 S单 刷dan 补单 做单单
兼职 JZ 尖职
贷款 D款 daikuan 货款
人民币 RMB 软妹币 ￥
平台 pt 平臺
"""
)

EMOJI = _table(
    """
钱 💰 💵 💴
红包 🧧
手机 📱
电话 📞 ☎️
银行 🏦
卡 💳
群 👗
加 ➕
信 ❤ 💌
微信 微❤️ 薇💗
火 🔥
发 🈶
免费 🆓
礼 🎁
礼品 🎁
快递 📦
警察 👮
公安 👮
视频 📹
链接 🔗
家 🏠
车 🚗
机 ✈️
飞机 ✈️
密码 🔑
投资 📈
股票 📈
涨 📈
赚 🤑
中奖 🎉
点 👉
看 👀
水 💧
金 🥇
万 🈵
时间 ⏰
老师 👩‍🏫
妈 👩
宝 💎
"""
)

SPLIT = _table(
    """
银 钅艮 金艮
行 彳亍
钱 钅戋 金戋
信 亻言 イ言
群 君羊
账 贝长
转 车专
款 士示欠
付 亻寸
保 亻呆
证 讠正 言正
码 石马
验 马佥
红 纟工
投 扌殳
提 扌是
现 王见
刷 尸巾刂
单 八甲
佣 亻用
职 耳只
加 力口
利 禾刂
返 辶反 反辶
贷 代贝
理 王里
财 贝才
股 月殳
票 覀示
赌 贝者
博 十尃
彩 采彡
注 氵主
洗 氵先
法 氵去
流 氵㐬
活 氵舌
消 氵肖
话 讠舌
认 讠人
请 讠青
记 讠己
诈 讠乍
询 讠旬
诉 讠斥
打 扌丁
扫 扌彐
接 扌妾
押 扌甲
抢 扌仓
抽 扌由
拉 扌立
换 扌奂
借 亻昔
他 亻也
你 亻尔
代 亻弋
位 亻立
低 亻氐
件 亻牛
值 亻直
级 纟及
给 纟合
结 纟吉
约 纟勺
绑 纟邦
费 弗贝
赔 贝咅
赚 贝兼
购 贝勾
账 贝长
服 月艮 月卩又
期 其月
明 日月
时 日寸
好 女子
妈 女马
姐 女且
她 女也
功 工力
动 云力
助 且力
机 木几
权 木又
林 木木
样 木羊
知 矢口
和 禾口
秒 禾少
种 禾中
程 禾呈
积 禾只
冻 冫东
冲 冫中
决 冫夬
次 冫欠
饭 饣反
馆 饣官
退 辶艮
还 辶不
进 辶井
送 辶关
过 辶寸
运 辶云
连 辶车
这 辶文
部 咅阝
都 者阝
邮 由阝
到 至刂
判 半刂
别 另刂
刑 开刂
额 客页
顺 川页
预 予页
领 令页
频 步页
视 礻见
福 礻畐
礼 礻乚
补 衤卜
裙 衤君
对 又寸
双 又又
戏 又戈
欢 又欠
难 又隹
鸡 又鸟
吃 口乞
吗 口马
吧 口巴
叫 口丩
听 口斤
员 口贝
唯 口隹
喝 口曷
哪 口那
城 土成
地 土也
场 土昜
块 土夬
均 土匀
外 夕卜
多 夕夕
从 人人
分 八刀
公 八厶
安 宀女
家 宀豕
字 宀子
客 宀各
实 宀头
官 宀㠯
完 宀元
定 宀疋
宝 宀玉
想 相心
息 自心
您 你心
急 刍心
惠 叀心
忙 忄亡
快 忄夬
性 忄生
怕 忄白
惊 忄京
情 忄青
炒 火少
烧 火尧
灯 火丁
环 王不
班 王刂王
球 王求
玩 王元
"""
)

VARIANTS = {
    "国": "囯囻圀國", "的": "啲哋菂", "我": "莪硪", "你": "沵伱妳祢", "微": "溦嶶薇", "信": "伩",
    "加": "珈咖", "号": "呺號", "钱": "錢銭", "银": "銀", "行": "垳", "卡": "鉲", "账": "帳帐賬",
    "户": "戸戶", "款": "欵", "贷": "貸", "群": "羣峮", "本": "夲", "长": "镸長", "么": "麼麽",
    "是": "昰", "在": "茬侟", "有": "冇洧", "人": "亾秂", "出": "岀", "来": "來徕", "不": "卜吥",
    "大": "汏夶", "小": "尐", "年": "姩", "时": "溡時", "天": "兲", "了": "孒", "一": "弌",
    "二": "弍貳", "三": "弎叁", "多": "哆夛", "好": "恏", "会": "浍會", "中": "狆", "要": "偠",
    "打": "咑", "发": "潑髮", "高": "髙", "收": "収", "点": "嚸點", "开": "閞", "网": "蛧網",
    "马": "馬犸", "上": "仩", "下": "丅芐", "手": "掱", "机": "機玑", "密": "滵", "码": "碼犸",
    "宝": "寶珤", "安": "侒", "全": "佺", "公": "厷", "法": "琺灋", "红": "葒", "包": "笣",
    "刷": "唰", "单": "單箪", "日": "曰", "结": "結", "元": "沅", "万": "萬卍", "客": "愘",
    "服": "箙", "电": "電", "话": "話", "资": "資", "票": "嘌",
}  # fmt: skip
"""Rare, stylised and 'Martian' forms of common characters."""

LOOKALIKE_LETTERS = {
    "a": "аɑα𝒂Ⓐ🅰", "b": "ьƄ𝐛ⓑ", "c": "сϲ𝗰ⓒ", "d": "ԁ𝖉ⓓ", "e": "еɛ𝑒ⓔ", "f": "ƒ𝐟ⓕ", "g": "ɡ𝗀ⓖ",
    "h": "һ𝒽ⓗ", "i": "іɩ𝓲ⓘ", "j": "ј𝚓ⓙ", "k": "κ𝐤ⓚ", "l": "ӏⅼ𝓁ⓛ", "m": "м𝗺ⓜ", "n": "ո𝕟ⓝ",
    "o": "оοօ𝐨ⓞ", "p": "рρ𝓹ⓟ", "q": "ԛ𝗊ⓠ", "r": "г𝐫ⓡ", "s": "ѕ𝘀ⓢ", "t": "τ𝐭ⓣ", "u": "υս𝒖ⓤ",
    "v": "νѵ𝐯ⓥ", "w": "ԝω𝗐ⓦ", "x": "хχ𝒙ⓧ", "y": "уγ𝐲ⓨ", "z": "ᴢ𝐳ⓩ",
}  # fmt: skip

DIGIT_FORMS = {
    "0": "零〇O⓪０𝟎o", "1": "一壹①１𝟏➊l㈠⒈Ⅰ", "2": "二贰②２𝟐➋㈡⒉Ⅱ貳", "3": "三叁③３𝟑➌㈢⒊Ⅲ",
    "4": "四肆④４𝟒➍㈣⒋Ⅳ", "5": "五伍⑤５𝟓➎㈤⒌Ⅴ", "6": "六陆⑥６𝟔➏㈥⒍Ⅵ陸", "7": "七柒⑦７𝟕➐㈦⒎Ⅶ",
    "8": "八捌⑧８𝟖➑㈧⒏Ⅷ", "9": "九玖⑨９𝟗➒㈨⒐Ⅸ",
}  # fmt: skip

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u2061\u2062\u2063\u180e\u034f\u202c"
GAPS = (" ", "  ", "\u3000", "\u2009", "\u00a0", "\t", "\u2003")
MARKS = (
    *"*.-_~·|/+^#、…。，!=•※★☆◆●→⊙♀┃—'`丨灬丶﹏┊",
    "【】",
    "( )",
)
KAOMOJI = (
    "(｡･ω･｡)", "(*^▽^*)", "(≧▽≦)", "^_^", "(๑•̀ㅂ•́)و✧", "Σ(っ°Д°;)っ", "(╯3╰)", "ヾ(≧∇≦*)ゝ", "QAQ",
    "(づ｡◕‿‿◕｡)づ", "→_→", "o(*≧▽≦)ツ", "╮(╯▽╰)╭", "( ´∀`)σ", "T_T",
)  # fmt: skip
