"""Writes a library of three families and two kinds of genuine messages into a folder."""

import shutil
from pathlib import Path

import yaml

from bot.garbage import keep_what_is_loaded
from bot.matching.library import Library
from bot.services.library import PATTERNS_ROOT, load_library

BUILT = Path(__file__).parents[2] / "build" / "small-library"
"""Where the small library is compiled, once for all tests that change nothing of it."""

FAMILY = {
    "id": "cs_insurance",
    "title": "谎称百万保障到期",
    "category": "fake_customer_service",
    "status": "stable",
    "severity": "high",
    "version": 1,
    "modified": "2026-11-24",
    "targets": ["中老年"],
    "action": "A2",
    "description": "谎称百万保障到期,诱导共享屏幕。",
    "stages": {"hook": ["百万保障"], "trust": ["微信客服"], "transfer": ["共享屏幕"]},
    "differs_from_genuine": "百万保障免费且自带。",
    "advice": ["立即挂断电话。", "自己打开微信查看。"],
    "references": [],
}

SCRIPTS = {
    "cs_insurance": {
        "call": [
            "您好这里是微信客服,您的百万保障今晚到期,每月自动扣{amount}元,请下载会议软件共享屏幕我教您关闭",
            "我是微信支付的工作人员,您名下的百万保障服务没有关闭,不处理会影响征信",
            "您先别挂电话,打开屏幕共享,我一步一步指导您取消自动扣费",
            "女士您的账户保险试用期已到,明天起每月扣两千,取消要验证您的银行卡余额",
            "把卡里的钱集中到一张卡上,系统才能识别您不是恶意拖欠保费",
        ],
        "told": [
            "刚才有个自称微信客服的说我百万保障到期,叫我装个软件他能看到我手机",
            "我妈接到电话说保险要自动扣费,对方让她共享屏幕把存款转出去验证",
        ],
    },
    "brush_task": {
        "sms": [
            "手机做任务日赚三百,点赞关注就有佣金,加微信领取{link}",
            "招兼职刷单员,先垫付后返利,单单结算,有意加Q详聊",
            "宝妈在家就能做,点点赞关注一个五元,做完立返,扫码进群",
        ],
        "chat": [
            "您这是连单任务,要再垫付{amount}元完成第三单才能一起提现哦",
            "亲,操作失误导致卡单,补一单本金和佣金就能全部返还",
            "先给您返二十,做满五单导师带您做大单,佣金翻倍",
        ],
    },
    "police_case": {
        "call": [
            "这里是市公安局,你涉嫌一起洗钱案件,把资金转到安全账户接受清查,不许告诉任何人",
            "你的身份证被人冒用办了银行卡,现在要把你列为通缉对象,找个宾馆配合调查",
            "我是检察院的,案件保密,你现在打开会议软件我们做网上笔录,资金要核查",
        ],
        "told": ["有警察打电话说我涉嫌洗钱,让我把钱转到安全账户,还不让我跟家里说"],
    },
}
CATEGORIES = {
    "cs_insurance": "fake_customer_service",
    "brush_task": "brushing",
    "police_case": "impersonate_authority",
}

GENUINE = {
    "bank_movement": (
        "bank",
        [
            "【{bank}】您尾号{tail4}的账户{date}{time}支出{amount}元,余额{amount}元。",
            "您尾号{tail4}的储蓄卡收入工资{amount}元,如有疑问请致电银行客服",
            "您尾号{tail4}的储蓄卡{date}存入{amount}元",
            "【{bank}】您的账户{tail4}于{date}消费{amount}元",
            "尾号{tail4}信用卡还款{amount}元已到账,谢谢",
            "【{bank}】您{date}的信用卡账单{amount}元,请于还款日前还清",
            "您的验证码是{code},请勿告诉他人,银行工作人员不会向您索要",
        ],
    ),
    "chat_daily": (
        "chat",
        [
            "今晚回来吃饭吗?我买了排骨",
            "妈,快递放门口了,你记得拿一下",
            "明天几点开会?会议室在三楼",
            "周末去不去爬山,叫上小周",
            "孩子的作业写完了,老师说下周考试",
            "房租我转你微信了,收一下",
            "明天几点到?我去车站接你",
            "今晚加班,不回来吃饭了",
            "公园的桂花开了,晚饭后去走走",
            "儿子的家长会几点开,你去还是我去",
            "老同学聚会定在周六中午,来吗",
            "我到家了,放心",
        ],
    ),
    "police_notice": (
        "police",
        [
            "民警提醒:凡是让您转到安全账户的都是诈骗,请勿相信,可拨打96110咨询",
            "警惕刷单诈骗!先垫付后返利的兼职都是骗局,切勿上当",
        ],
    ),
}

CASES = {
    "match": ["微信客服说您的百万保障要扣费,请马上打开屏幕共享办理关闭"],
    "no_match": ["妈,晚上开视频会议,我把屏幕共享给同事看方案"],
    "todo_match": [],
}


def family_fields(family: str) -> dict[str, object]:
    """All keys of a family file, in order."""
    fields: dict[str, object] = {**FAMILY, "id": family, "category": CATEGORIES[family]}
    return {**fields, "scripts": SCRIPTS[family]}


def dump(content: object, path: Path) -> None:
    """Write YAML with every sentence in quotes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(content, allow_unicode=True, sort_keys=False, default_style="'", width=10_000)
    path.write_text(text.replace("!!int '1'", "1"), encoding="utf-8")


def load_small(root: Path) -> Library:
    """The library of `write_small_patterns`, compiled by whoever needs it first."""
    loaded = load_library(root, BUILT)
    keep_what_is_loaded()
    return loaded


def write_small_patterns(root: Path) -> Path:
    """Fill the folder; returns it."""
    for name in ("categories.yml", "slots.yml"):
        shutil.copy(PATTERNS_ROOT / name, root / name)
    for family, category in CATEGORIES.items():
        dump(family_fields(family), root / category / f"{family}.yml")
    cases = {"family": "cs_insurance", **CASES}
    dump(cases, root / "fake_customer_service" / "cs_insurance.cases.yml")
    for name, (kind, messages) in GENUINE.items():
        fields = {"id": name, "title": name, "kind": kind, "messages": {"sms": messages}}
        dump(fields, root / "genuine" / f"{name}.yml")
    return root
