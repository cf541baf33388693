"""Scam words by their sound: homophones and pinyin written in their place, syllables swapped.

What a table offers is a candidate; `rewriting.py` decides in the text whether it stands there as a
word of its own.
"""

from itertools import product

from bot.matching.scam_words import WORDS
from bot.matching.signal_rule import words

NAMES_IN_PINYIN = frozenset({"zhanghao", "zhanghu", "wangdai", "daidan", "gendan", "tongcheng"})
SPACED_PINYIN = frozenset({"微信", "贷款", "刷单", "兼职", "红包", "返利", "佣金", "提现", "银行"})

SOUNDS = {
    "微": "薇威徽葳蔚巍维围喂魏危卫唯惟为",
    "信": "芯新心辛欣鑫伈昕杺姓忻馨",
    "转": "赚撰砖",
    "账": "帐胀杖涨仗丈障",
    "贷": "代带袋岱戴待",
    "款": "宽",
    "刷": "唰",
    "单": "丹担弹耽殚蛋",
    "返": "反饭范泛",
    "利": "力例立莉丽俐厉",
    "佣": "拥涌用勇",
    "金": "斤巾今津",
    "兼": "坚肩间简",
    "职": "直值织植",
    "投": "头",
    "资": "姿兹",
    "提": "题",
    "现": "先限线",
    "验": "雁",
    "证": "正征",
    "码": "马玛",
    "银": "垠吟",
    "行": "航",
    "卡": "咔",
    "支": "知吱",
    "付": "傅府",
    "宝": "堡饱",
    "红": "宏鸿虹",
    "包": "胞",
    "密": "蜜",
    "服": "扶",
    "彩": "采踩",
    "票": "漂飘",
    "赌": "堵睹",
    "博": "搏",
    "充": "冲",
    "财": "才材",
    "股": "骨古",
    "荐": "建件",
    "稳": "吻",
    "赚": "专",
    "冻": "动栋",
    "垫": "电",
    "聊": "辽撩",
    "扫": "嫂骚",
    "链": "连莲",
    "接": "结街",
    "群": "裙",
    "奖": "讲桨",
    "贴": "帖",
    "销": "消",
    "跑": "炮",
    "虚": "需",
    "币": "必毕",
    "费": "废",
    "续": "序",
    "炮": "泡",
}
"""Characters that sound alike; only inside the words above, one at a time."""

FULL_HOMOPHONES = {"微信": ("薇芯", "威芯", "葳芯", "徽芯", "薇新", "薇心", "维芯", "徽心")}


def homophone_words() -> dict[str, str]:
    """Every scam word with one character replaced by one that sounds alike."""
    found: dict[str, str] = {}
    for word in WORDS:
        for index, char in enumerate(word):
            for other in SOUNDS.get(char, ""):
                found.setdefault(word[:index] + other + word[index + 1 :], word)
        for other in FULL_HOMOPHONES.get(word, ()):
            found[other] = word
    return {disguised: word for disguised, word in found.items() if disguised not in WORDS}


def pinyin_words() -> dict[str, str]:
    """Scam words with one sound, or all of them, in Latin letters, joined or spaced."""
    found: dict[str, str] = {}
    for word, sounds in WORDS.items():
        joined = "".join(sounds)
        if len(joined) > 5 and joined not in NAMES_IN_PINYIN:
            found[joined] = word
        if len(joined) > 8 or word in SPACED_PINYIN:
            found[" ".join(sounds)] = word
        for mixed in product(*zip(word, sounds, strict=True)):
            if any(part.isascii() for part in mixed) and not all(p.isascii() for p in mixed):
                found["".join(mixed)] = word
    return {
        written: word
        for written, word in found.items()
        if not any(len(run) == 1 for run in _latin_runs(written))
    }


_LETTERS_ALONE = {"qun": "群", "qian": "钱"}
_NOT_PINYIN = frozenset({"edu", "tie"})


def glued_pinyin() -> dict[str, str]:
    """Short words and words that are names too, wholly in Latin letters: to be read only between
    two ideographs."""
    found = dict(_LETTERS_ALONE)
    for word, sounds in WORDS.items():
        joined = "".join(sounds)
        if (len(joined) <= 5 or joined in NAMES_IN_PINYIN) and joined not in _NOT_PINYIN:
            found.setdefault(joined, word)
    return found


def _latin_runs(text: str) -> list[str]:
    return "".join(char if char.isascii() else " " for char in text).split()


_SWAPPED_PAIRS = frozenset(
    words(
        "微信 转账 贷款 刷单 返利 佣金 兼职 投资 提现 "
        "银行 密码 客服 充值 理财 股票 收益 征信 垫付 福利 链接 "
        "赔偿 账户 公安 警察 涉嫌 屏幕 任务 导师 "
        "额度 利息 下载 注册 快递 冻结 平台 验证 共享 安全 红包 "
        "彩票 赌博 洗钱 汇款 诈骗 法院 逮捕 激活 注销 "
        "押金 利率 认证 异常 软件 视频 会议 飞机 电报 领取 奖金 "
        "补贴"
    )
)
"""Words of two characters that are still plain when these change places."""


_WARNING_WORDS = words(
    "反诈 骗子 防骗 受骗 警惕 谨防 切勿 提醒 冒充 挂断 宣传 派出所 公安机关 反诈中心 不法分子"
)
"""What warns of scams is put in order like the words of scams: else only these come out plain."""


def swapped_words() -> dict[str, str]:
    """Words of scams and of warnings with two neighbouring characters exchanged."""
    found: dict[str, str] = {}
    for word in (*WORDS, *_WARNING_WORDS):
        if len(word) == 2 and word in WORDS and word not in _SWAPPED_PAIRS:
            continue
        for at in range(len(word) - 1):
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            if swapped != word and swapped not in WORDS:
                found.setdefault(swapped, word)
    return found
