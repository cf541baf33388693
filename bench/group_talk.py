"""What is said in a community's groups, written for `bench.group`: no line of it teaches anything.

Scams are the cases of the library, which are never scripts, and lines of our own.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.services.expansion import Side, Slots, fill
from bot.services.patterns import Patterns

_SLOTS: dict[str, tuple[str, ...]] = {
    "who": ("张姐", "李叔", "王阿姨", "三号楼小陈", "物业小刘", "楼长", "302 的邻居", "团长"),
    "what": ("车厘子", "土鸡蛋", "大闸蟹", "草莓", "冷冻水饺", "五常大米", "脐橙", "牛腩", "纸巾"),
    "price": ("9.9", "29.9", "39", "58", "88", "128", "168"),
    "place": ("东门", "快递柜", "地下车库", "小广场", "三单元门口", "社区服务中心", "南门菜鸟驿站"),
    "day": ("今天", "明天", "周六", "周日上午", "下周二", "这周五晚上", "本月底"),
    "time": ("八点", "九点半", "下午三点", "晚上七点", "六点前"),
    "thing": ("钥匙", "电动车", "一只黑色书包", "蓝牙耳机", "小猫", "身份证", "公交卡", "水杯"),
    "job": ("通下水道", "修空调", "换灯泡", "开锁", "擦玻璃", "搬家", "遛狗", "辅导数学"),
    "number": ("3", "5", "12", "18", "26", "30"),
    "floor": ("2 号楼", "5 号楼", "7 栋", "一单元", "三单元 1102", "9 号楼二单元"),
}
_TALK = (
    "{day}{time}{place}见，带上孩子一起来",
    "{who}，{what}到了吗？我家要两份",
    "有没有人会{job}？急，在线等",
    "谁看到我家{thing}了，应该是落在{place}",
    "捡到{thing}一个，放门卫了，失主来领",
    "{floor}又漏水了，物业来人看看吧",
    "{floor}停电了吗？我家灯都不亮",
    "{day}会不会下雨啊，被子还晒着呢",
    "楼上的能不能小点声，孩子{time}要睡觉",
    "谁家的车挡住{place}了，麻烦挪一下，谢谢",
    "推荐个靠谱的{job}师傅，价钱合适就行",
    "孩子的校服小了，{number}0 码的有人要吗，免费送",
    "收到，谢谢{who}",
    "好的好的",
    "哈哈哈哈笑死我了",
    "周末打羽毛球缺{number}个人，{place}集合",
    "快递放{place}了，{who}帮我拿一下行吗",
    "{floor}电梯坏了，爬楼的注意点",
    "谁有{place}的停车位出租，一个月{price}0 可以吗",
    "转让健身卡，还有{number}个月，{price}0 元，面交",
    "今天菜市场{what}才{price}一斤，新鲜",
    "物业费交了吗，{day}是最后一天了，可以去{place}交现金也可以扫码",
    "刚转给你{price}元，{what}的钱，收一下",
    "AA 一共{price}，每人转我就行，谢谢大家",
    "密码锁没电了，进不了门，谁认识开锁的",
    "老人机怎么看验证码啊，我妈要登录医保",
    "银行卡丢了怎么补办，要带身份证去柜台吗",
    "中签了吗，我这次又没中",
    "工资到了吗，我们公司说{day}发",
    "有没有一起考证的，资料可以共享",
    "线上家长会怎么共享屏幕啊，老师让我讲两句",
    "贷款利率又降了，你们转了没",
    "谁有没用的京东满减券，换{what}",
    "群里有做保险的吗，想问问重疾险",
)
_GROUP_BUYING = (
    "【团购】{what}，{price}元一份，{day}{time}前接龙，{place}自提\n1. {who} 2 份\n2. ",
    "开团啦！{what}{price}元，满{number}份发车，{day}到货，付款看群公告的收款码",
    "{what}最后{number}份，要的抓紧，先接龙再付款，不满意可以退",
    "{who}家自己种的{what}，{price}一箱，{day}送到{place}，货到付款",
    "团长通知：{what}已到{place}，凭接龙号领取，晚上{time}收摊",
    "{what}有坏果的拍照私我，当天退款",
)
_ADVERTISING = (
    "新开的理发店，{place}往前走{number}0 米，开业八折，{day}截止",
    "承接{job}，价格公道，做完再付钱，电话在群名片",
    "社区舞蹈班招生，一节课{price}元，可先试听，{day}{time}上课",
    "{place}的奶茶店招小时工，{price}一小时，管一顿饭，想干的来店里面谈",
    "出租：{floor}两室一厅，精装，月租 {number}00 元，看房找{who}",
    "本店{what}买二送一，只限{day}，老顾客带新顾客再送小礼品",
    "暑期托管班开始报名，{place}实地看环境，满意再交费",
)
_NOTICES = (
    "【警方提醒】近期有人冒充客服，以“百万保障到期”为由让您共享屏幕，都是诈骗，切勿上当，可打96110",
    "【反诈提示】凡是刷单垫付、先交钱后返利的都是骗局！已经转账的立即拨打110",
    "民警提醒：公检法不会在电话里办案，更没有“安全账户”，接到这类电话请直接挂断",
    "【社区通知】{day}{time}在{place}打疫苗，带身份证",
    "【物业通知】{day}{time}至次日停水，请提前储水",
    "【居委会】医保缴费{day}截止，可在微信“城市服务”或到{place}办理，不收手续费",
    "网格员提醒：有人冒充社区发“补贴二维码”，不要扫，有事到{place}问我",
    "大家注意，我刚接到自称平台客服的电话，让我下载会议软件共享屏幕，肯定是骗子",
    "我妈差点被骗，说孩子出车祸要转钱，大家都跟家里老人说一声",
    "这是不是骗人的？说我的 ETC 失效了让点链接认证",
    "转发：某小区老人被冒充公安骗走 20 万，民警说转账前先打 96110",
)
_LINKED = (
    "报名填这个表 https://docs.qq.com/form/page/DQ{number}kZx{price}，{day}截止",
    "这篇讲得挺好 https://mp.weixin.qq.com/s/kT{number}bQ{price}",
    "停水通知在街道公众号 https://mp.weixin.qq.com/s/aa{number}Zc，大家转给楼里的老人",
    "{what}一起拼 https://mobile.yangkeduo.com/goods.html?goods_id=88{number}{price}0",
    "就是这款{what} https://m.tb.cn/h.5{number}xK{price}",
    "{day}的家长会用腾讯会议 https://meeting.tencent.com/dm/{number}8Kd{price}，{time}开始",
    "投票选最美阳台 https://wj.qq.com/s2/{number}88{price}/",
    "医保缴费在国家医保局网站 https://www.nhsa.gov.cn/col/{number}.html 也能查",
    "违章可以自己查 https://gab.122.gov.cn/m/login，不用找人",
    "火车票{time}放 https://www.12306.cn/index/",
    "小学招生简章 https://qinghe-school.cn/news/{number}{price}.html",
    "我家店的菜单 http://laowang-mutton.cn/menu/{number}，满{price}送到楼下",
    "物业账单可以在网上看 https://bill.lvdao-wuye.com/m/{number}",
    "舞蹈班的视频 https://v.douyin.com/i{number}Rk{price}/ 想学的私我",
    "导航发这里 https://j.map.baidu.com/{number}/xK 到{place}",
)
_OWN_SCAMS = (
    "姐妹们，手机点赞就能赚钱，一单{price}，先垫付后返本带佣金，做三单起，加我微信拉你进任务群",
    "内部消息，跟着导师买这支票，三天翻倍，名额{number}个，下载专属软件入金，扫码进群",
    "您好，我是平台客服，您误开了会员，每月自动扣{price}0 元，"
    "请下载会议软件打开共享屏幕，我帮您取消",
    "征信有不良记录会影响孩子上学，按我说的把钱转到监管账户，处理完原路退回，不要告诉家人",
    "无抵押贷款当天放款，先交{price}0 元保证金解冻，加客服微信，马上到账",
    "国家发放养老补贴，每人{price}00 元，点击 http://butie-gov.top/lq "
    "填银行卡号和验证码领取，过期作废",
    "我是{who}，手机丢了换了号，急用五千，先转到这张卡上，晚上还你，别打电话在开会",
    "您涉嫌洗钱案，现在把资金转到安全账户核查，案件保密，不许挂电话，不许告诉任何人",
    "低价出售内部购物卡，{price}0 抵一千，先付款后发卡密，量大加微信，只收转账",
    "ETC 认证失效，今日内点击 http://etc-cn.icu/rz 重新认证，需填写卡号密码和短信验证码，否则停用",
    "高价收手机卡、银行卡、微信号，一张{price}0 起，当天结算，带上身份证配合刷脸就行",
    "退费通知：您报的网课可以退费，先下载“退费通”软件，按客服要求充值激活额度后全额返还",
    "招抖音点赞员，一个赞{number}元，日结，宝妈学生都能做，扫码进群先领{price}红包",
    "邻居们，我这有个公益项目，投{price}00 返双倍，国家扶持，名额不多，要的私我拉群",
    "快递丢件理赔，请加理赔客服微信，提供银行卡号和验证码，三倍赔付，{day}截止",
    "您的医保卡已停用，请马上登录 http://yibao-cn.xyz/jk 重新绑定银行卡，否则不能报销",
    "代办大额信用卡，黑户白户都能下，先付{price}元资料费，办不成退款，加我微信",
    "同城交友，线下见面，下载专用软件，先做三个任务验证诚意，做完返现",
    "游戏账号低价出，走这个平台交易有保障，先交保证金才能提现，客服二十四小时在线",
    "我是孩子的班主任，换号了，资料费每人{price}0，{day}{time}前扫码转给我，群里发截图",
    "投资养老公寓，每月返利百分之十，本金随时退，老年人优先，{day}免费送{what}，现场签约",
    "您涉嫌违规用电，将在两小时内停电，点击 http://95598-dl.top/cx 补缴并填写卡号密码",
    "航班取消，改签补偿{price}0 元，请联系客服 00852 6123 4567 并打开屏幕共享办理退款",
    "虚拟币搬砖套利，一天百分之三，导师带单，USDT 充值到指定钱包，名额{number}个，加群",
    "帮忙走个账，用你的银行卡收一笔钱再转出去，给你百分之五好处费，安全可靠，长期合作",
    "内部渠道低价油卡，充{price}0 得一千，先转账后发货，加微信下单，手慢无",
    "注销校园贷账户，不处理影响征信，请把各平台额度借出来转到监管账户，核对后退回",
    "高薪招境外客服，月薪三万包机票，无需学历，今晚就走，联系我办理偷渡手续",
    "裸聊视频已录，通讯录在我手上，一小时内转{price}00 元到这张卡，否则群发给你亲友",
    "老人家免费领{what}，只要身份证和银行卡，工作人员上门帮您刷脸办理，名额有限",
)
_TOLD = re.compile(
    r"(?:叫|让|说|给|跟|找|拉|骗|要|问|打)我|"
    r"我(?:妈|爸|婆婆|公公|奶奶|爷爷|外婆|朋友|同事|同学|儿子|女儿|孩子|弟|妹|姐|哥|老公|老婆|邻居)|"
    r"^(?:有人|有个|朋友|同学|刚才)"
)
"""Where a resident tells what happened, nobody posts a scam."""

_KINDS: tuple[tuple[tuple[str, ...], int], ...] = (
    (_TALK, 70),
    (_GROUP_BUYING, 14),
    (_ADVERTISING, 8),
    (_NOTICES, 8),
    (_LINKED, 6),
)
NEWCOMERS = 0.05
"""Share of messages that are somebody's first after joining: far more than in a real group, so that
the rule for them is put to the test on both sides."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a group; `trick` is empty for what is not a scam."""

    text: str
    trick: str
    posted: bool = False
    newcomer: bool = False


class Talk:
    """Makes what is said, the same for the same seed."""

    def __init__(self, patterns: Patterns, seed: int) -> None:
        self.rng = random.Random(seed)
        self.slots: Slots = patterns.slots
        self.cases = [
            (family, case.text)
            for family, cases in sorted(patterns.cases.items())
            for case in cases.match
            if not _TOLD.search(case.text)
        ]
        self.contrasts = [
            case.text for _, cases in sorted(patterns.cases.items()) for case in cases.no_match
        ]

    def day(self, count: int, scams: float) -> Iterator[Line]:
        """A day of one group: `count` messages, of which that share are scams."""
        for _ in range(count):
            line = self.scam() if self.rng.random() < scams else self.ordinary()
            yield replace(line, newcomer=self.rng.random() < NEWCOMERS)

    def scam(self) -> Line:
        """Three in four are posts as they are spread in groups, one a case of the library.

        A case is mostly one sentence out of a talk; `posted` tells them apart.
        """
        if self.rng.random() < 0.75:
            text = self.rng.choice(_OWN_SCAMS)
            return Line(self._filled(text), text[:12], posted=True)
        family, text = self.rng.choice(self.cases)
        return Line(fill(text, Side.SCAM, self.slots, self.rng), family)

    def ordinary(self) -> Line:
        """Talk, group-buying, advertisements, notices, links; one in fifty resembles a scam."""
        if self.contrasts and self.rng.random() < 0.02:
            text = self.rng.choice(self.contrasts)
            return Line(fill(text, Side.GENUINE, self.slots, self.rng), "")
        kinds: Sequence[tuple[str, ...]] = [kind for kind, _ in _KINDS]
        kind = self.rng.choices(kinds, [weight for _, weight in _KINDS])[0]
        return Line(self._filled(self.rng.choice(kind)), "")

    def _filled(self, text: str) -> str:
        return text.format_map({name: self.rng.choice(words) for name, words in _SLOTS.items()})
