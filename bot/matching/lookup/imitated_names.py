"""Under which names organisations are imitated, and which words are added to them."""

import re

from bot.matching.signal_rule import words

STATE = "政府部门"
ALIASES = {
    "中国工商银行": "95588",
    "中国建设银行": "95533",
    "中国农业银行": "95599",
    "中国银行": "95566",
    "交通银行": "95559",
    "招商银行": "95555 cmb",
    "中国邮政储蓄银行": "95580",
    "中信银行": "95558 citic",
    "平安": "pinganbank 95511",
    "银联": "95516",
    "国家电网": "95598 95588dl",
    "中国移动": "10086 cmcc yidong",
    "中国联通": "10010 liantong",
    "中国电信": "10000 dianxin",
    "铁路12306": "12306",
    "ETC": "etc",
    "支付宝": "zhifubao",
    "京东": "jingdong",
    "顺丰": "shunfeng sfexpress",
    "中国邮政": "youzheng ems",
    "携程": "xiecheng",
    "拼多多": "pdd",
    "淘宝": "taobao",
    "人民银行征信中心": "zhengxin pbccrc",
}
"""Other names under which an organisation is imitated: its hotline, its name in pinyin."""

STATE_NAMES = frozenset(
    words(
        "gov govcn gongan yibao shebao shuiwu chsi nhsa 12333 12366 12393 12123 12345 12315 12377 "
        "12321 police court procuratorate csrc cbirc nfra miit jiaoguan renshe minzheng yiliao "
        "jkda butie 96110"
    )
)
LURES = frozenset(
    words(
        "vip bank app login cn com net org jifen safe pay service kefu wap web online mall shop "
        "card credit loan daikuan dai xinyong etc yuyue renzheng huodong libao hongbao fuli butie "
        "tuikuan lipei lingqu duihuan center user id verify secure security account my m www "
        "auth help support gift info ebank mbank mobile sj shouji yinhang club plus pro x new "
        "notice check update quan mianfei act hui"
    )
)
"""What is added to a name in an address that is made to trick."""

OPEN_FRONTS = frozenset(
    words("weixin wechat alipay qq baidu dingtalk apple google jd taobao tmall douyin mi vip")
)
"""Platforms whose names other firms rightly put before their own domain: weixin.example.cn."""

COMMON = frozenset(words("trip live office people news mi ly vip steam xd"))
"""Labels of official domains that are ordinary words or letters elsewhere."""

ORDINARY_ENDINGS = frozenset(words("com cn net org com.cn net.cn org.cn"))
DIVIDERS = re.compile(r"[-_.]+")
FOREIGN_STATE = re.compile(r"(?:^|\.)(?:gov|gob|gouv|govt|go|gc)\.[a-z]{2}$|^gov$")
OFTEN_OWNED = frozenset(words("com cn com.cn"))
"""Large organisations mostly hold their name under all three: worth a remark, no more."""
