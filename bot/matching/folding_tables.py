"""What one character may be folded to: the character half of the normaliser's knowledge.

Every entry replaces exactly one character by exactly one character, so that folding a message
is a single `str.translate`; `DROP` and `EXPAND` mark the characters that need more than that.
"""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

DROP = "\x00"
"""Marks a character that carries no meaning: zero-width, bidi, control, combining, surrogate."""

EXPAND = "\x01"
"""Marks a character that unfolds into several: a squared unit, a ligature, a bracketed sign."""

_TABLE_SIZE = 0x20000

_VARIANTS_OF = {
    "账": "帐", "国": "囯囻圀囶", "的": "啲哋菂旳嘚", "我": "莪硪涐", "回": "囬囘廻",
    "出": "岀絀", "本": "夲", "压": "庒", "你": "伱沵妳鉨", "微": "溦嶶癓", "再": "洅冄侢",
    "长": "仧兏镸", "世": "丗卋", "很": "佷", "零": "〇", "钱": "銭", "款": "欵窾", "卡": "鉲",
    "扫": "埽", "利": "悧唎猁", "号": "呺", "户": "戸", "网": "罓", "么": "庅嚒", "信": "伩訫",
    "行": "垳哘", "贷": "贳", "是": "昰媞諟", "在": "侟", "有": "洧", "人": "亾秂",
    "来": "倈", "大": "汏夶", "小": "尐", "年": "姩秊", "时": "溡旹塒", "天": "兲婖",
    "了": "孒", "一": "弌", "二": "弍貮", "三": "弎", "多": "夛茤", "好": "恏", "会": "浍",
    "要": "偠婹", "打": "咑", "发": "潑彂発", "高": "髙滈", "收": "収荍", "点": "嚸奌",
    "开": "閞", "马": "犸", "上": "仩", "下": "芐圷", "手": "掱", "机": "僟", "密": "滵宻",
    "宝": "珤", "安": "侒垵", "公": "厷", "法": "琺灋", "红": "葒", "包": "笣", "刷": "唰",
    "单": "箪単", "客": "愘", "服": "箙", "他": "怹", "个": "嗰", "到": "菿",
    "做": "莋", "没": "莈", "可": "妸", "能": "熋", "就": "僦", "和": "咊", "生": "泩苼",
    "活": "萿", "心": "杺", "爱": "薆", "想": "惗", "男": "侽", "美": "羙", "学": "斈",
    "名": "佲", "真": "嫃", "新": "噺", "老": "咾", "师": "溮", "方": "汸", "成": "荿荗",
    "功": "糼", "力": "仂", "工": "笁", "资": "澬", "金": "菳", "现": "哯", "兼": "搛",
    "日": "ㄖ", "入": "叺", "添": "沗", "平": "泙", "台": "坮", "注": "紸", "登": "僜",
    "免": "凂", "费": "曊", "送": "鎹", "奖": "奨", "中": "ф", "击": "撃", "接": "椄",
    "验": "験", "理": "浬", "盈": "盁", "保": "堢", "险": "険", "退": "蹆",
    "快": "駃", "警": "憼", "检": "撿検", "身": "裑", "份": "妢", "期": "萁",
    "转": "転", "关": "関", "卖": "売", "药": "薬", "价": "価", "变": "変", "对": "対", "广": "広",
    "经": "経", "实": "実", "应": "応", "铁": "鉄", "录": "録", "读": "読", "说": "説", "续": "続",
    "图": "図", "归": "帰", "诉": "䜣", "解": "觧", "|": "丨", "·": "丶灬",
}  # fmt: skip
"""Rare and stylised forms of characters that scams are full of; 〇 is written 零.
丨 and 丶 part words like marks."""

_HONEST_FORMS = frozenset("帐〇")
"""Folded, but so often written in good faith that they disguise nothing."""

VARIANTS = {ord(form): plain for plain, forms in _VARIANTS_OF.items() for form in forms}

_LOOKALIKES_OF = {
    "a": "аαɑΑА",
    "b": "ВΒЬ",
    "c": "сСϲ",
    "d": "ԁ",
    "e": "еЕΕ",
    "g": "ɡ",
    "h": "һНΗ",
    "i": "іІıιΙ",
    "j": "јЈ",
    "k": "кКκΚ",
    "l": "ӏℓ",
    "m": "МΜ",
    "n": "Ν",
    "o": "оОοΟ",
    "p": "рРρΡ",
    "q": "ԛ",
    "s": "ѕЅ",
    "t": "ТΤτ",
    "u": "υ",
    "v": "νѵ",
    "w": "ԝω",
    "x": "хХχΧ",
    "y": "уУγΥ",
    "z": "Ζ",
}
"""Cyrillic, Greek and phonetic letters drawn like Latin ones: words and links look real."""

_LETTER_SIGNS = (0x1F150, 0x1F170, 0x1F1E6)
"""Where the alphabets begin that have no compatible form: black circles, squares, flags."""

LOOKALIKES = {ord(form): plain for plain, forms in _LOOKALIKES_OF.items() for form in forms} | {
    first + i: chr(ord("a") + i) for first in _LETTER_SIGNS for i in range(26)
}

CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
_CIRCLED_FORMS = {
    char: CIRCLED[value]
    for first, base in (
        (0x2460, 1), (0x2776, 1), (0x2780, 1), (0x278A, 1), (0x24F5, 1), (0x2474, 1), (0x2488, 1),
    )
    for value in range(1, 10)
    for char in (chr(first + value - base),)
} | {"⓪": "⓪", "⓿": "⓪"}  # fmt: skip
"""Enclosed digits keep one form; they become plain digits only inside a number (digits.py)."""

_TABLED = LOOKALIKES.keys() | VARIANTS.keys() | set(map(ord, _CIRCLED_FORMS))
_LINE_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800\ufffc\ufffd"
_HONEST_JOINERS = "\u200d\ufeff\xad"
"""Left by emoji and by copying; no disguise."""

_UNTOUCHED = "\t\n\r™℠®©…‥"


@dataclass(slots=True)
class Folding:
    """The translate table, what stands behind `EXPAND`, and the kind of each disguise."""

    table: list[int] = field(default_factory=lambda: list(range(_TABLE_SIZE)))
    expansions: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    disguised: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def folding() -> Folding:
    """Built once a process, in about a tenth of a second."""
    made = Folding()
    simplified = traditional_to_simplified()
    for code in _codes_to_examine(simplified):
        _enter(made, chr(code), simplified)
    made.disguised = frozenset(made.kinds)
    return made


def traditional_to_simplified() -> dict[str, str]:
    """OpenCC's own character mapping, read out in one call."""
    from opencc import OpenCC

    chars = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))]
    simplified = OpenCC("t2s").convert("\n".join(chars)).split("\n")
    pairs = zip(chars, simplified, strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}


def _codes_to_examine(simplified: dict[str, str]) -> list[int]:
    """All but the unassigned, and the ideographs and Hangul syllables that no table names: they
    are themselves."""
    dull = set(range(0x3400, 0xA000)) | set(range(0xAC00, 0xD7A4))
    dull |= set(range(0x17000, 0x1B000)) | set(range(0x12000, 0x16000))
    named = {ord(char) for char in simplified} | set(VARIANTS)
    rest = set(range(_TABLE_SIZE)) - dull
    return sorted({code for code in rest if unicodedata.category(chr(code)) != "Cn"} | named)


def _enter(made: Folding, char: str, simplified: dict[str, str]) -> None:
    if char in _LINE_BREAKS:
        made.table[ord(char)] = ord("\n")
        return
    if _is_noise(char):
        made.table[ord(char)] = ord(DROP)
        if unicodedata.category(char) == "Cf" and char not in _HONEST_JOINERS:
            made.kinds[char] = "zero_width"
        return
    plain = char if _is_plain(char, simplified) else _settle(char, simplified)
    if plain == char:
        return
    if len(plain) == 1:
        made.table[ord(char)] = ord(plain)
    else:
        made.table[ord(char)] = ord(EXPAND)
        made.expansions[char] = plain
    if kind := _kind(char, plain, simplified):
        made.kinds[char] = kind


def _is_noise(char: str) -> bool:
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf", "Cs", "Co"}:
        return True
    if category == "Cc":
        return char not in "\t\n\r"
    return 0x1F3FB <= ord(char) <= 0x1F3FF or char in _BLANKS


def _is_plain(char: str, simplified: dict[str, str]) -> bool:
    """What most characters are, cheaply: `_settle` would give them back."""
    return (
        ord(char) not in _TABLED
        and char not in simplified
        and unicodedata.is_normalized("NFKD", char)
        and char.lower() == char
        and not char.isspace()
        and unicodedata.decimal(char, None) is None
    )


def _settle(char: str, simplified: dict[str, str]) -> str:
    """Fold until nothing changes, so that folding a folded text is the identity."""
    if char in _UNTOUCHED or char in _CIRCLED_FORMS:
        return _CIRCLED_FORMS.get(char, char)
    text = char
    for _ in range(6):
        plain = "".join(_compatible(part) for part in text).translate(LOOKALIKES).lower()
        plain = "".join(simplified.get(part, part) for part in plain).translate(VARIANTS)
        if plain == text:
            break
        text = plain
    kept = "".join(part for part in text if not _is_noise(part))
    return kept if kept.strip() else " "


def _compatible(char: str) -> str:
    """NFKC of one character, letters of the Latin family without their accents."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", char)
    decomposed = unicodedata.normalize("NFKD", plain)
    if decomposed < "\u0530":
        plain = "".join(part for part in decomposed if not unicodedata.combining(part))
    return plain


def _kind(char: str, plain: str, simplified: dict[str, str]) -> str:
    """Which disguise a folded character is; "" for what honest keyboards write too."""
    if char.lower() == plain or char in _CIRCLED_FORMS:
        return ""
    if char in simplified:
        return "traditional"
    if not plain.isalnum() or char in _HONEST_FORMS:
        return ""
    if "\uff01" <= char <= "\uff5e":
        return "full_width"
    accented = char.isalpha() and unicodedata.decomposition(char)[:1] not in {"", "<"}
    honest = len(plain) > 1 or accented or unicodedata.category(char) in {"No", "Nl"}
    return "" if honest else "variant"
