"""Web addresses in a message, however their dots are written."""

import re
from dataclasses import replace

from bot.matching.domains import flags_of, site_of
from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

_DOT = r"(?:\.|。|[·・•丶]|\[\.\]|\(\.\)|\{\.\}|【\.】|\[dot\]|\(dot\)| ?点儿? ?| ?达特 ?| ?dot )"
_PORT_AND_PATH = r"(?::(?P<port>\d{1,5}))?(?P<path>[/?#][\x21-\x3b\x3d\x3f-\x7e]{0,500})?"
_SCHEME = r"(?:(?P<scheme>h(?:tt|xx)ps?):/{1,3}(?P<user>[!-.0-?A-~]{1,80}@)?)?"
_SPOKEN_ENDS = {
    "com": "康姆 康母 康木 抗姆 抗母 抗木 扣姆 扣母 口姆 口母 科姆",
    "cn": "西恩 西嗯 希恩",
    "net": "耐特 内特 奈特",
    "top": "托普 拓普 陶普",
}
_SPOKEN = {spoken: end for end, all_of in _SPOKEN_ENDS.items() for spoken in all_of.split()}
_SPELLED_ENDS = (
    rf"(?:com|cn|net|org|top|xyz|vip|cc|me|icu|shop|club|site|online|{'|'.join(_SPOKEN)})"
)
_CHINESE_ENDS = (
    "中国|公司|网络|网址|网站|商城|网店|集团|中文网|在线|政务|公益|移动|信息|手机|企业|商店|购物|"
    "娱乐|游戏|香港|台湾|世界|机构|招聘|慈善|新闻|时尚|餐厅|健康|我爱你"
)
_NAME = re.compile(
    rf"(?<![a-z0-9@.\-_]){_SCHEME}"
    rf"(?P<host>(?:[a-z0-9][a-z0-9\-]{{0,62}}\.){{1,6}}[a-z][a-z0-9\-]{{1,23}}"
    rf"|(?:[a-z0-9][a-z0-9\-]{{0,62}}{_DOT}){{1,4}}{_SPELLED_ENDS})(?![a-z0-9@\-])"
    rf"{_PORT_AND_PATH}"
)
_ADDRESS = re.compile(
    rf"(?<![a-z0-9@.\-_]){_SCHEME}"
    rf"(?P<host>\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?![\d.]\d){_PORT_AND_PATH}"
)
_CHINESE = re.compile(
    rf"(?<![a-z0-9@.\-_\u4e00-\u9fff]){_SCHEME}"
    rf"(?P<host>(?:[a-z0-9\u4e00-\u9fff\-]{{1,30}}\.){{1,4}}(?:{_CHINESE_ENDS}))"
    rf"(?![a-z0-9@\-\u4e00-\u9fff]|\.[a-z0-9\u4e00-\u9fff]){_PORT_AND_PATH}"
)
_ANY_DOT = re.compile(
    rf"\.[a-z0-9\]]|(?:[。·・•丶]|点儿?|达特|dot|[\])】}}]) ?{_SPELLED_ENDS}|\.(?:{_CHINESE_ENDS})"
)
_LED_UP = re.compile(
    r".*(?:登录|登陆|打开|访问|点击|进入|输入|浏览|搜索|网址是?|官网是?|地址是?|网站是?)(?=[^.]+\.)"
)
"""Words before an address in Chinese letters, from which no blank parts it."""
_LONGEST_CHINESE = 15
_DOTS = re.compile(_DOT)
_TRAILING = ".,;:!?)]}'\"|~*"
_COMMON_PORTS = frozenset({"", "80", "443"})


def find_links(text: Normalized) -> list[tuple[int, int, Indicator]]:
    """Each link with its range in the plain text; `value` is host, port and path, no scheme."""
    plain = text.text
    if not _ANY_DOT.search(plain):
        return []
    found = [
        (match, _flags_of_address(match))
        for match in _ADDRESS.finditer(plain)
        if _is_address(match)
    ]
    for match in _NAME.finditer(plain):
        flags = _flags_of_name(match)
        if flags is not None:
            found.append((match, flags))
    links = [_indicator(text, match, flags) for match, flags in found]
    chinese = (_chinese(text, match) for match in _CHINESE.finditer(plain))
    return links + [link for link in chinese if link is not None]


def _chinese(text: Normalized, match: re.Match[str]) -> tuple[int, int, Indicator] | None:
    """A link whose name is in Chinese letters, without the words that lead up to it."""
    led_up = _LED_UP.match(match["host"])
    begin = led_up.end() if led_up else 0
    site = site_of(match["host"][begin:].lstrip("."))
    if site is None or not 2 <= len(site.label) <= _LONGEST_CHINESE or site.label.isdigit():
        return None
    flags = (*flags_of(site), *_flags_of_rest(match))
    start, end, found = _indicator(text, match, flags)
    if not begin:
        return start, end, found
    start = match.start("host") + begin
    return start, end, replace(found, value=found.value[begin:], span=text.span(start, end))


def _is_address(match: re.Match[str]) -> bool:
    if any(int(part) > 255 for part in match["host"].split(".")):
        return False
    return bool(match["scheme"] or match["port"] or match["path"])


def _flags_of_address(match: re.Match[str]) -> tuple[str, ...]:
    return ("ip", *_flags_of_rest(match))


def _flags_of_name(match: re.Match[str]) -> tuple[str, ...] | None:
    site = site_of(_host(match))
    if site is None:
        return None
    return (*flags_of(site), *_flags_of_rest(match))


def _host(match: re.Match[str]) -> str:
    """The host as it is typed: dots for all that stands for one, letters for an ending spoken."""
    host = _DOTS.sub(".", match["host"])
    front, _, end = host.rpartition(".")
    return f"{front}.{_SPOKEN[end]}" if end in _SPOKEN else host


def _flags_of_rest(match: re.Match[str]) -> tuple[str, ...]:
    flags = []
    if (match["port"] or "") not in _COMMON_PORTS:
        flags.append("odd_port")
    if ".apk" in (match["path"] or ""):
        flags.append("apk")
    if match["user"]:
        flags.append("userinfo")
    return tuple(flags)


def _indicator(
    text: Normalized, match: re.Match[str], flags: tuple[str, ...]
) -> tuple[int, int, Indicator]:
    end = match.end()
    path = match["path"] or ""
    while path and path[-1] in _TRAILING:
        path = path[:-1]
        end -= 1
    host = _host(match)
    port = f":{match['port']}" if match["port"] else ""
    span = text.span(match.start(), end)
    written = text.original[span.start : span.end]
    if any(char.isalpha() and "\u0370" <= char < "\u2000" for char in written):
        flags = tuple(dict.fromkeys((*flags, "punycode")))
    if host != match["host"] or match["scheme"] in {"hxxp", "hxxps"}:
        flags = (*flags, "disguised")
    value = (host + port + path).rstrip("/")
    return match.start(), end, Indicator(IndicatorKind.LINK, value, span, flags)
