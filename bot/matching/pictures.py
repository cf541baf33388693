"""Emoji in the place of words: between two ideographs, or beside the rest of a word."""

import re

from bot.matching.digits import Edit

_WORDS_OF = {
    "钱": "💰💵💴💶💷💸🤑",
    "红包": "🧧",
    "手机": "📱📲",
    "电话": "📞☎",
    "银行": "🏦",
    "银行卡": "💳",
    "群": "👗",
    "加": "➕",
    "快递": "📦",
    "警察": "👮🚔🚓",
    "视频": "📹🎥",
    "链接": "🔗",
    "家": "🏠🏡",
    "飞机": "✈🛫",
    "密码": "🔑",
    "股票": "📈💹",
    "礼品": "🎁",
    "免费": "🆓",
    "看": "👀",
    "时间": "⏰🕐🕑",
    "信": "💌✉📧",
    "电脑": "💻",
    "屏幕": "🖥",
    "医院": "🏥",
    "学校": "🏫",
    "钱包": "👛",
    "车": "🚗",
    "游戏": "🎮",
    "赌": "🎰🎲",
    "药": "💊",
    "币": "🪙",
    "水": "💧",
    "金": "🥇",
    "qq": "🐧",
    "法官": "⚖",
    "老师": "🏫👩",
    "房": "🏘",
    "点": "👉☞",
    "取款": "🏧",
    "机": "🐔",
    "码": "🐴🐎",
    "猪": "🐷🐖",
    "火": "🔥",
}
PICTURES = {sign: word for word, signs in reversed(_WORDS_OF.items()) for sign in signs}
"""The word that an emoji is read as where it stands between two ideographs."""

_ONLY_BESIDE = frozenset("🐔🐴🐎🐷🐖🔥💧🥇👩🚗👉☞👀🏘🏠🏡⚖")
"""Too often mere ornament: read only beside the rest of a word."""

_BESIDE = {
    "钱": ("赚挣给打转领还借返收充要付花本省搞来扣没追欠", "包"),
    "红包": ("领发送抢返大给收", "群"),
    "手机": ("", "号卡"),
    "电话": ("打接", "号:"),
    "银行": ("行商", "卡"),
    "银行卡": ("", ""),
    "群": ("进加入拉建交qq", "号主聊"),
    "信": ("微短征通", "用息箱誉"),
    "币": ("虚拟特货子", ""),
    "水": ("流走", ""),
    "金": ("佣押定本奖保证现资基黄返", "额融币"),
    "机": ("手飞司", "会构票"),
    "码": ("扫证维密号代数", ""),
    "猪": ("杀", ""),
    "视频": ("发看", "号"),
    "点": ("差", "击赞"),
    "家": ("在回", "长里庭"),
    "车": ("", "贷险手"),
    "房": ("", "贷"),
}
"""What stands before or after the emoji where it is part of a word."""

_CARDS = "行用保医储"
_SIGN = re.compile(f"[{''.join(PICTURES)}]")
_NEAR_BMP = "".join(sorted(sign for sign in PICTURES if sign < "\U00010000"))
_MAYBE = re.compile(f"[{_NEAR_BMP}\U00010000-\U0010ffff]")
"""A wider net that is faster to look through."""


def picture_edits(text: str) -> list[Edit]:
    """Edits that write the word for an emoji, or the rest of a word that is begun before it."""
    if not _MAYBE.search(text):
        return []
    edits: list[Edit] = []
    for found in _SIGN.finditer(text):
        start, end = found.span()
        before = text[start - 1] if start else ""
        after = text[end] if end < len(text) else ""
        word = _word(found[0], before, after)
        if word and before != word[-1] and after != word[0]:
            edits.append((start, end, word.removeprefix(before), "emoji"))
    return edits


def _word(sign: str, before: str, after: str) -> str:
    if sign == "💳" and (before and before in _CARDS or after == "号"):
        return "卡"
    word = PICTURES[sign]
    lefts, rights = _BESIDE.get(word, ("", ""))
    if (before and before in lefts) or (after and after in rights):
        return word
    between = is_han(before) and (is_han(after) or (after in PICTURES and after != sign))
    return word if between and sign not in _ONLY_BESIDE else ""


def is_han(char: str) -> bool:
    """Whether it is a common ideograph; not for an empty string."""
    return "\u4e00" <= char <= "\u9fff"
