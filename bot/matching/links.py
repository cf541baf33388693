"""Web addresses in a message, however their dots are written."""

import re

from bot.matching.domains import flags_of, site_of
from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

_DOT = r"(?:\.|。|\[\.\]|\(\.\)|\{\.\}|【\.】|\[dot\]|\(dot\)| ?点 ?| ?dot )"
_PORT_AND_PATH = r"(?::(?P<port>\d{1,5}))?(?P<path>[/?#][\x21-\x3b\x3d\x3f-\x7e]{0,500})?"
_SCHEME = r"(?:(?P<scheme>h(?:tt|xx)ps?):/{1,3}(?P<user>[!-.0-?A-~]{1,80}@)?)?"
_SPELLED_ENDS = r"(?:com|cn|net|org|top|xyz|vip|cc|me|icu|shop|club|site|online)"
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
_ANY_DOT = re.compile(rf"\.[a-z0-9\]]|(?:。|点|dot|[\])】}}]) ?{_SPELLED_ENDS}")
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
    return [_indicator(text, match, flags) for match, flags in found]


def _is_address(match: re.Match[str]) -> bool:
    if any(int(part) > 255 for part in match["host"].split(".")):
        return False
    return bool(match["scheme"] or match["port"] or match["path"])


def _flags_of_address(match: re.Match[str]) -> tuple[str, ...]:
    return ("ip", *_flags_of_rest(match))


def _flags_of_name(match: re.Match[str]) -> tuple[str, ...] | None:
    host = _DOTS.sub(".", match["host"])
    site = site_of(host)
    if site is None:
        return None
    return (*flags_of(site), *_flags_of_rest(match))


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
    host = _DOTS.sub(".", match["host"])
    port = f":{match['port']}" if match["port"] else ""
    span = text.span(match.start(), end)
    written = text.original[span.start : span.end]
    if any(char.isalpha() and "\u0370" <= char < "\u2000" for char in written):
        flags = tuple(dict.fromkeys((*flags, "punycode")))
    if host != match["host"] or match["scheme"] in {"hxxp", "hxxps"}:
        flags = (*flags, "disguised")
    value = (host + port + path).rstrip("/")
    return match.start(), end, Indicator(IndicatorKind.LINK, value, span, flags)
