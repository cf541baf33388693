"""Blurring what would tell who somebody is, before an officer's text can become public.

Numbers, accounts and links go by the masks that also guard stored texts; names, places, dates,
ages and exact sums by the rules below. It errs towards taking out too much: a second person reads
the result before it is shown.
"""

import re
from collections.abc import Iterable

import rjieba

from bot.matching.indicators import locate
from bot.matching.masking import mask
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余于杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝"
    "龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳"
    "甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解"
    "牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞"
)
"""The first characters of the two hundred most frequent family names."""
DOUBLE = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|端木|南宫"
DOUBLE_SURNAME = re.compile(rf"({DOUBLE})[\u4e00-\u9fff]{{1,2}}")
NAMED = re.compile(
    r"(?P<who>居民|市民|村民|受害人|事主|当事人|报警人|名叫|名为|姓名[是为]?|叫做?)"
    r"(?P<name>[\u4e00-\u9fff]{2,3}?)(?=[，。、；,;（(在到被接收称的说反发]|$)"
)
NOT_NAMES = frozenset(
    {"高德", "高铁", "金条", "安全", "全额", "方便", "成功", "应用", "高利", "安心"}
)
KNOWN_PLACES = frozenset({"某地", "中国", "京东", "缅甸", "柬埔寨", "淘宝", "国内", "国外"})
NOT_PLACES = KNOWN_PLACES.union(DOUBLE.split("|"))
KINDS_OF_PLACE = (
    "小区|社区|花园|家园|公寓|大厦|广场|街道|大街|大道|(?<![道公思链铁出马线半同])路|(?<!上)街|巷|村"
    "|镇|乡|学校|大学(?!生)|中学(?!生)|小学(?!生)|医院|公司|超市"
)
PLACE = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2,6}}?)(?P<kind>{KINDS_OF_PLACE})")
BEFORE_PLACE = re.compile(r".*(?:[在到从去往是于住]|位于|附近|前往|来自|一家|某)")
OFFICES = ("公安局", "公安分局", "派出所", "检察院", "法院", "银行", "医院", "大学", "税务局")
HOUSE = re.compile(r"\d+\s*(?:号楼|栋|幢|单元|室|号院|弄|号)(?:\d+)?")
ACCOUNTS = frozenset(
    {IndicatorKind.WECHAT, IndicatorKind.QQ, IndicatorKind.GROUP, IndicatorKind.LINK}
)
DATE = re.compile(
    r"(?:20\d\d年)?\d{1,2}月\d{1,2}[日号]|(?:本|上)?(?:周|星期)[一二三四五六日天]|\d{1,2}[日号](?=[上下中晚早凌，])"
)
AGE = re.compile(r"(?<!\d)(\d)\d\s*(?:周)?岁")
UNITS = ((100_000_000, "亿"), (10_000, "万"), (1, ""))


def blur(text: str, places: Iterable[str] = ()) -> str:
    """The text without what tells who somebody is; `places` are names known in the district."""
    text = _blur_found(text)
    text = mask(text)
    text = DATE.sub("近日", AGE.sub(r"\g<1>0多岁", text))
    for place in sorted(filter(None, places), key=len, reverse=True):
        text = text.replace(place, "某地")
    text = HOUSE.sub("某处", text)
    text = PLACE.sub(_blur_place, text)
    text = DOUBLE_SURNAME.sub(r"\1某", text)
    text = NAMED.sub(lambda found: f"{found['who']}{found['name'][0]}某", text)
    return "".join(_blur_word(word, kind) for word, kind in rjieba.tag(text))


def rough_sum(fen: int) -> str:
    """A sum of money with its first digit only: 12,500 yuan are 1万多元."""
    yuan = fen // 100
    for unit, name in UNITS:
        if yuan >= unit:
            head = yuan // unit
            digit = 10 ** (len(str(head)) - 1)
            return f"{head // digit * digit}{name}{'多' if yuan % (digit * unit) else ''}元"
    return "少量的钱"


def shares_words(text: str, stories: Iterable[str], run: int) -> str:
    """The first run of so many characters that the text shares with a story; empty: none."""
    plain = _bare(text)
    told = "\0".join(_bare(story) for story in stories)
    pieces = (plain[start : start + run] for start in range(len(plain) - run + 1))
    return next((piece for piece in pieces if piece in told), "")


def _bare(text: str) -> str:
    return re.sub(r"[^\w]", "", text)


def _blur_found(text: str) -> str:
    plain = normalize(text)
    parts: list[str] = []
    done = 0
    for start, end, found in locate(plain):
        span = plain.span(start, end)
        if found.kind is IndicatorKind.AMOUNT:
            words = rough_sum(int(found.value))
        elif found.kind in ACCOUNTS:
            words = "[账号]" if found.kind is not IndicatorKind.LINK else "[链接]"
        else:
            continue
        parts += (text[done : span.start], words)
        done = max(done, span.end)
    parts.append(text[done:])
    return "".join(parts)


def _blur_place(found: re.Match[str]) -> str:
    name, kind = found["name"], found["kind"]
    kept = BEFORE_PLACE.match(name)
    head = kept.group() if kept else ""
    return f"{head.removesuffix('某')}某{kind}"


def _blur_word(word: str, kind: str) -> str:
    if kind == "ns" and word not in NOT_PLACES:
        return "某地"
    if kind == "nt":
        return next((f"某{name}" for name in OFFICES if word.removesuffix(name) != word), word)
    is_name = kind.startswith("nr") and 2 <= len(word) <= 4 and word[0] in SURNAMES
    if is_name and word not in NOT_NAMES and "某" not in word:
        return f"{word[0]}某"
    return word
