"""Pleas for help: somebody who does not ask about a message but tells what happens to himself."""

import re
from enum import StrEnum

from bot.matching.normalize import Normalized, normalize
from bot.matching.searcher import any_of
from bot.matching.signal_rule import words


class Plea(StrEnum):
    """What the person tells of, the most pressing first."""

    DESPAIR = "despair"
    ON_CALL = "on_call"
    CASH = "cash"
    CHILD = "child"
    PAID = "paid"
    BLACKMAILED = "blackmailed"
    GAVE_CODE = "gave_code"
    PERHAPS_PAID = "perhaps_paid"
    """Money was sent; whether to a swindler it does not say."""
    ASKED = "asked"
    """Something is demanded of the person; nothing has happened yet."""


LONGEST_PLEA = 120
"""Characters; a longer text is a message to judge, which may tell of the same."""


def _done(verbs: str) -> str:
    """A pattern of any of the verbs that no “not” stands before.

    The first character comes first, then what stood before it: so the scan for it is fast.
    """
    first = any_of(words(verbs))
    end = first.index("]") + 1
    return rf"{first[:end]}(?<![没未别不勿莫].)(?<!(?:没有|不要|不会|不能).){first[end:]}"


_THEM = (
    "(?:他们?|她们?|佢|对方|对面|骗子|那边|那人|那个人|人家|别人|陌生人"
    "|客服|平台|老师|导师|网友|卖家|中介)"
)
_FAMILY = any_of(
    words(
        "我 咱 俺 爸 妈 爹 娘 父母 父亲 母亲 老伴 老公 老婆 媳妇 爷爷 奶奶 外公 外婆 姥姥 姥爷 "
        "老人 家里人 弟 妹 哥 姐 男朋友 女朋友"
    )
)
_CHILD = "(?:孩子|小孩|儿子|女儿|闺女|孙子|孙女|外孙女?|侄子|侄女|外甥|小朋友|娃)"


_NUMERALS = "一二两三四五六七八九十几好壹贰叁肆伍陆柒捌玖拾"
_SUM = (
    f"[0-9{_NUMERALS}](?:(?<=[0-9])[0-9.,]*|(?<=[{_NUMERALS}])[{_NUMERALS}]*)"
    "(?:来|多|几)?(?:个|块|元|百|千|万|k|w)+多?"
)
_MONEY_WORDS = any_of(words("钱 款 押金 定金 保证金 手续费 会费 解冻费 积蓄 存款 余额 工资"))
_MONEY = rf"(?:{_MONEY_WORDS}|{_SUM})"
_VALUABLES = any_of(
    words(
        "现金 现钞 黄金 金条 金子 金豆 金首饰 首饰 金戒指 金镯子 金项链 存折 银行卡 购物卡 储值卡"
    )
)
_SHARED = _done("共享 分享 投")
_OPENED = _done("开")
_HANDED = _done("交 给 寄 送 放 递 叫 取 拿")
_HANDED_OVER = _done("交 给 寄 送 放 递 刮开 俾 畀")
_GIVEN = _done("交 给 寄 填")
_PAID_OUT = _done("付款 转账 打款 汇款")
_FOLLOWED = _done("点 点击 打开 进 扫 下载 安装 装")
_TAPPED = _done("点 扫 进")
_MOVED = _done("转 汇 打款 付款 转账 汇款")
_SENT = _done("转 汇 打 付 充 交 投 垫 存 刷 给 俾")
_GONE = rf"{_SENT}(?:账|钱|款|值)?(?:过去|给|到|出去|进去|完)?(?:.{{0,8}}(?:了|咗|过去|{_SUM})|完)"
_ADVERSE = (
    "怎么办|咋办|咋整|咋弄|怎么弄|怎么处理|如何处理|怎么搞|追回|追得回|要回|退回来|什么时候能退"
    "|止付|冻结|拉黑|把我删|联系不上|找不到人|没人理|不理我|不回我|失联|跑了|不见了|消失|打不开|登不上|上不去"
    "|发不出|感叹号|注销|解散|根本没|才知道|才反应|才晓得|才明白|原来是|亏进去|打水漂|丢人|不敢跟"
    "|提不出|取不出|提不了|提现|不给提|不发货|没发货|后悔|报警|报案|救|急|完了|完蛋"
    "|骗|坑了|上当|不对劲|被耍|呃|不退|真傻|帮帮|解冻|验资|流水|又要|又让|又叫|还要我|再充|再交|再转|私人账户"
)
_ASKS = (
    r"怎么办|咋办|真的?吗|是真的|真的假的|可信|靠谱吗?|要不要|该不该|可以吗|正常吗|合理吗|能.{0,4}吗|没底|信不信|信得过"
    r"|要.{0,4}吗|会不会|有没有事|要紧|犹豫|催"
)
_DESPAIR = re.compile(
    r"想死|不想活|活不下去|不活了|自杀|跳楼|跳河|跳桥|天台|遗书|没法活|活着.{0,6}(?:没|意思|干什么)|一了百了"
    r"|死了算了|想不开|不如死|轻生|喝药|桥上|撑不下去|别找我|别醒|从楼上(?:跳|下)|我死了|走了干净|再也不醒|不想醒|没脸(?:见|活)|照顾好我(?:爸|妈|孩子)"
)
_ON_CALL = re.compile(
    r"(?:让|叫|要|不让|不许|不准|说)(?:我|俺)?.{0,6}(?:别|不要|不许|不准|不能|一直|都).{0,6}(?:挂|断线|保持通话|收线|关)"
    r"|(?:还在|正在|现在在?|一直在?|在跟|跟).{0,8}(?:通话|通着|打电话|电话里|电话上|讲电话|语音|连着|连线|做笔录|开会议|共享)"
    r"|(?:不让|不许|不准)(?:我|俺)?.{0,3}(?:挂|关)|(?:没|不)敢挂|(?:还没|没)挂(?:电话|断|,|$)|开着(?:免提|共享|视频)|视频不能关|(?:盯|看)着我.{0,6}(?:操作|手机)?|连着线|通着话"
    rf"|{_SHARED}(?:了|着|出去|给)|{_OPENED}(?:了|着).{{0,6}}(?:共享|屏幕)|屏幕.{{0,8}}(?:给人看|看得到|共享了|共享着|自己)"
    r"|(?:能|在|要)(?:看|操作|控制|远程).{0,4}我.{0,4}(?:手机|屏幕|电脑|支付宝|银行|短信)|手机.{0,6}(?:被控制|被远程|被操控|自己动|黑屏)"
    r"|电话(?:里|那头)的?人.{0,6}(?:正|让|叫)|(?:这会儿|这会|还)在?接.{0,4}电话|还在线上|屏幕.{0,4}让(?:他|她|对方|人)看"
    r"|戴着耳机|倾电话|共享屏幕?(?:开着|着)|语音.{0,10}让我|远程控制|会议里.{0,12}(?:他|让我)|让我(?:进|加入)了?.{0,4}会议|叫去.{0,8}接电话|门反锁"
)
_COURIER = (
    "(?:跑腿|上门|来人|来取|来拿|来收|快递|闪送|司机|网约车|取件|陌生人|寄存柜|储物柜|取走|拿走|收走|带走|寄走|寄出|接头"
    "|派来|特派|门口那|穿制服|小伙|送货|停车场|垃圾桶|律师行|他们|那个?人|人家|客服)"
)
_CASH = re.compile(
    rf"{_VALUABLES}.{{0,14}}(?<![发拍报填]){_HANDED_OVER}.{{0,12}}(?:{_COURIER}|了|咗)"
    rf"|(?:{_VALUABLES}|钱|{_SUM}).{{0,14}}{_HANDED}(?:给|到|在|走|了)?.{{0,8}}"
    rf"(?:跑腿|上门|闪送|司机|网约车|取走|拿走|收走|带走|寄走|接头|派来|特派|门口那|穿制服|送货)"
    rf"|(?:跑腿|上门|闪送|司机|网约车|滴滴|货拉拉|有人来|来家里|特派).{{0,16}}(?:取|拿|收|带|接|换).{{0,16}}(?:{_VALUABLES}|钱|{_SUM})"
    r"|(?:按他说的|照他说的).{0,4}放|卡密.{0,4}全?(?:拍|发|给)|充值码.{0,6}(?:发|给)|刮开.{0,4}发|(?:寄|拉)(?:快递)?了?.{0,6}(?:截住|拦)"
    rf"|(?:夹|夹在|装在|放在|寄到).{{0,16}}(?:{_VALUABLES}|{_SUM})|买.{{0,6}}(?:金条|金豆|黄金|[0-9]+克).{{0,12}}{_GIVEN}"
)
_CHILD_HIT = re.compile(
    rf"(?:{_CHILD}|弟弟|妹妹|上小学|上初|年级).{{0,30}}(?:被.{{0,10}}[骗吓]|被骗|上当|转(?:了|走|给|钱)|扣了|刷(?:空|了|走)|绑定了|卡密"
    rf"|威胁|勒索|敲诈|打水漂|没了|少了|告诉人家|报过去|(?:扫|充|付|发|交)了.{{0,8}}(?:{_SUM}|红包|个))"
    rf"|{_CHILD}.{{0,24}}(?:陌生人|网上|网友|那人|那个人).{{0,16}}(?:打开|操作|拍|视频|电话|密码|验证码)"
)
_PAID = re.compile(
    rf"{_FAMILY}.{{0,14}}(?<![防止免别怕没])(?<!差点)(?<!没有)(?:[被叫让给俾].{{0,10}}[骗坑呃]|上当|受骗|中招|遇到骗子|碰到骗子|遭骗)"
    r"|^(?:好像|可能|是不是|应该是|刚|刚才|刚刚|又|真的?|昨天|今天|前天|已经)*(?:被.{0,6}骗|上当|受骗|中招|遇到骗子|碰到骗子)"
    rf"|(?:被|叫|让).{{0,8}}骗(?:了|走|取|去|光).{{0,8}}{_MONEY}"
    rf"|{_MONEY}.{{0,6}}(?:转|汇|打|付|充|交)(?:给|到|进)了?.{{0,4}}(?:骗子|他们|对方|陌生|中介|客服|私人)"
    rf"|{_MONEY}.{{0,8}}被.{{0,5}}(?:转走|划走|刷走|盗刷|骗走|取走|扣走|卷走|转了|划了|刷了|扣了)"
    rf"|(?:{_GONE}|{_PAID_OUT}|卡密.{{0,6}}(?:给|发|拍)).{{0,40}}(?:{_ADVERSE})"
    rf"|(?:{_ADVERSE}).{{0,24}}{_GONE}"
    rf"|{_MONEY}.{{0,10}}(?:提不出|取不出|提不了|不给提|要不回|退不了)"
    r"|(?:怎么|如何|要|想|赶紧)报(?:案|警)|^救命|(?:怎么|如何|赶紧|申请).{0,3}止付|报(?:过)?警了?.{0,20}(?:退|钱|追)"
    rf"|(?:卡|账户|账号|支付宝|微信).{{0,8}}(?:钱|{_SUM}|余额).{{0,6}}(?:没了|不见了|少了|被转|被刷|被扣|被盗)"
    r"|(?:扫|点)了.{0,8}(?:扣|刷|转)(?:了|走)|全?(?:套|借|贷)出来.{0,4}给|卡密.{0,8}(?:给|发|拍)(?:他|她|对方|了)"
    rf"|{_SUM}.{{0,8}}投了?.{{0,14}}(?:关|跑|没了|失联|登不)|(?:钱|零钱通?|余额).{{0,3}}(?:全)?没了"
    rf"|(?:网上|网恋|谈|网友|导师|刷单|投资|理财|兼职).{{0,20}}(?:给了|投了|亏了|亏进去|转了|充了|垫了).{{0,8}}{_MONEY}"
)
_OWN = (
    "(?:验证码|校验码|动态码|动态口令|短信码|付款码|密码|卡号|银行卡|手机卡|电话卡|营业执照|身份证"
    "|cvv|安全码|有效期|个人信息|人脸|通讯录权限|资料)"
)
_TOLD = _done("告诉 给 报 发 填 输 念 说 提供 泄露 上传 打 拍 俾 畀 寄 借 登记")
_GAVE = re.compile(
    rf"{_OWN}.{{0,14}}{_TOLD}(?!我).{{0,10}}(?:了|过|咗|{_THEM})"
    rf"|{_TOLD}(?:了|过|给|进去|完)(?!我).{{0,10}}{_OWN}|{_OWN}.{{0,6}}被.{{0,8}}(?:拿|看|登记|套)"
    rf"|{_FOLLOWED}(?:了|开|进|过|好).{{0,14}}(?:链接|网址|网站|二维码|短信|码|app|软件).{{0,30}}"
    rf"(?:{_ASKS}|填|输|危险|中毒|救|急|怎么处理|权限|给了)"
    rf"|(?:链接|网址|二维码|短信).{{0,6}}{_TAPPED}(?:了|开|进去).{{0,20}}(?:{_ASKS}|填|输|有事)"
    rf"|{_OWN}.{{0,8}}给(?:他|她|对方).{{0,3}}我给了|(?:做|弄|扫|刷)了.{{0,3}}(?:人脸|脸)|{_OWN}.{{0,4}}让人.{{0,3}}套"
    r"|(?:几|[四六])(?:个|位)数字.{0,8}(?:念|告诉|报|给)"
)
_BLACKMAIL = re.compile(
    r"(?:裸聊|裸照|私密|隐私照|不雅|私照|视频|照片|聊天记录|脸|身份证).{0,20}(?:威胁|敲诈|勒索|要挟|曝光|群发|给他钱|要.{0,3}钱|要q币|发出去|加价"
    r"|发(?:给|到|晒).{0,6}(?:我|家|通讯录|亲|好友|学校|单位|屋企))"
    r"|被.{0,6}(?:敲诈|勒索|威胁|要挟)|(?:威胁|敲诈|勒索|要挟|恐吓)(?:我|俺)|勒索信|爆.{0,3}通讯录|轰炸.{0,8}(?:我|家人)"
    r"|(?:不给钱|不给就|不付就|不还|不继续转|没给).{0,14}(?:就|曝光|发|闹|公开)|(?:删|销毁)(?:视频|照片).{0,8}(?:要|钱)|最后一次删"
    r"|(?:要砍|要打|找人弄|弄死|上门打)我|(?:催收|高炮|网贷).{0,16}(?:骂|轰炸|丈母娘|家人|同事|通讯录)|家门上贴|泼油漆|p(?:的|成|过).{0,6}(?:照|图|像)|合成照|截了图.{0,8}脸|逼我.{0,4}拍|删除费|备份还要|堵.{0,3}(?:门|楼下)"
    r"|通讯录.{0,6}到手|要抓我.{0,8}(?:短信|家)|(?:不给钱|没见).{0,12}(?:砍|打人)|倒计时.{0,10}发"
)
_PERHAPS = re.compile(
    rf"^(?:我|我们|钱|{_SUM})?(?:刚刚?|刚才|已经|都|又|全|也)*(?:把)?(?:{_MONEY})?(?:刚刚?|已经|都|全)*"
    rf"{_MOVED}(?:账|钱|款)?(?:过去|给|到|出去)?(?:{_THEM}|{_MONEY})?.{{0,6}}了"
)
_DEMANDED = (
    "(?:转|汇|打款|付款|交|充|垫|借|取|贷款|下载|下.{0,8}(?:软件|app)|装|共享|屏幕|验证码|密码|卡号|身份证|现金|黄金|金子|扫码|扫|加"
    "|会议|银行卡|电话办|入金|清零|保释|还款|保密|配合)"
)
_ASKED = re.compile(
    rf"(?:{_THEM}|有人|警察|公安|法院|银行|快递|短信|群里|电话|公司|领导|老板|房东|同学|航班|买家|自称|冒充).{{0,24}}"
    rf"(?:让|叫|要|催|逼|喊|说|借)(?:我|俺|我们|我妈|我爸|老人)?.{{0,24}}{_DEMANDED}.{{0,40}}(?:{_ASKS}|\?|？|$)"
    r"|(?:让|叫|要|催|逼)(?:我|俺|我妈|我爸|老人).{0,12}(?:转账|转钱|汇款|打钱|打款|交钱|垫钱|验证码|共享屏幕|开屏幕)"
    rf"|(?:说|自称).{{0,6}}(?:我|俺).{{0,40}}(?:{_ASKS})|(?:租|借|买|收)我?的?(?:微信号|银行卡|手机卡|账号).{{0,20}}(?:{_ASKS})"
    rf"|(?:先交|先付|先垫|先转|要交|要先).{{0,24}}(?:{_ASKS})|(?:扫|加).{{0,10}}(?:领|退).{{0,16}}(?:{_ASKS})"
    r"|(?:网上|网友|抖音|快手|陌陌|探探|刚认识|认识个|加了个).{0,14}(?:带|教|拉|劝)(?:我|俺|我妈|我爸).{0,6}(?:炒|投|赚|理财|刷单|买币)"
    r"|(?:收到|来)(?:条|个|了)?(?:短信|信息|邮件).{0,4}(?:说|讲|写).{0,24}(?:点.{0,4}链接|扫码|回电)"
)
_TOLD_TO_SOMEBODY = re.compile(
    r"您(?!好)|尊敬的|亲爱的|https?:|www\.|\.(?:com|cn|top|cc|icu)|回复?[a-z0-9]|【|\[[^\]]{2,}\]|退订"
    r"|加.{0,4}(?:微信|qq|群|v信?|我|助理|老师)[::]?[0-9a-z]|验证码(?:是|为|:)?[0-9]{4}"
)
_SPEAKS_TO_THEE = re.compile(r"[你妳](?!好|们|说)(?<!帮你)(?<!求求你)")
_OF_OTHERS = re.compile(
    r"女子|男子|某|市民|群众|警方|民警|记者|受害人|受害者|案例|新闻|宣传|大家|各位|居民朋友|提醒|警惕|小心|谨防|防范|预防|防止|避免|学会"
    r"|听说|隔壁|朋友圈|哈哈|电影|小说|电视剧"
)
_SUPPOSED = re.compile(
    r"如果|要是有|万一|假如|假设|以为(?:是|被)|虚惊|吓我一跳|千万|不要给钱|第一时间"
    r"|^(?!.*(?:我(?![行司局])|俺|咱)).*(?:可能(?:会)?导致|不会.{0,12}(?:索要|要求|索取)|请勿|切勿)"
)
_TO_WHOM_ONE_KNOWS = re.compile(r"财务|人事|hr|房东|班主任|物业|同事|室友|饭店|超市|医院|锦旗")
_NOT_YET = re.compile(
    r"打算|准备|还没|没转|没有转|未转|没给|没上当|没被骗|差点|差一点|幸好|幸亏|还好|险些|怕被|怕上当|想学|会不会被骗"
)
_HAPPENED = (
    (_ON_CALL, Plea.ON_CALL),
    (_CASH, Plea.CASH),
    (_CHILD_HIT, Plea.CHILD),
    (_BLACKMAIL, Plea.BLACKMAILED),
    (_GAVE, Plea.GAVE_CODE),
    (_PAID, Plea.PAID),
)
_NEEDS_A_STRANGER = frozenset({Plea.GAVE_CODE, Plea.CASH})
_EVEN_IF_UNPAID = frozenset({Plea.ON_CALL, Plea.GAVE_CODE, Plea.BLACKMAILED})


def plea_in(text: str) -> Plea | None:
    """What the writer of a short text tells of himself; None for any other or longer text."""
    return plea_of(normalize(text)) if len(text) <= LONGEST_PLEA else None


def plea_of(text: Normalized) -> Plea | None:
    """The same of a text that is normalised already."""
    return _plea(text.text) if len(text.original) <= LONGEST_PLEA else None


def _plea(text: str) -> Plea | None:
    if _TOLD_TO_SOMEBODY.search(text) or _OF_OTHERS.search(text):
        return Plea.DESPAIR if _DESPAIR.search(text) and not _OF_OTHERS.search(text) else None
    if _DESPAIR.search(text):
        return Plea.DESPAIR
    if _SPEAKS_TO_THEE.search(text) or _SUPPOSED.search(text):
        return None
    happened = next((plea for rule, plea in _HAPPENED if rule.search(text)), None)
    if happened in _NEEDS_A_STRANGER and _TO_WHOM_ONE_KNOWS.search(text):
        happened = None
    if happened is not None and (happened in _EVEN_IF_UNPAID or not _NOT_YET.search(text)):
        return happened
    if _ASKED.search(text):
        return Plea.ASKED
    return Plea.PERHAPS_PAID if _PERHAPS.search(text) and not _NOT_YET.search(text) else None
