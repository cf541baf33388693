"""Everything that is found by looking up, as sentences for residents, with what it weighs."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address

from bot.matching.domains import SHORTENERS, Site, is_official, owner_of, site_of
from bot.matching.lookup.account_names import not_a_real_account
from bot.matching.lookup.blocklist import Blocklist
from bot.matching.lookup.cards import what_card_says
from bot.matching.lookup.deep_links import DeepKind, DeepLink, find_deep_links, own_payment_code
from bot.matching.lookup.imitation import Means, imitation_of
from bot.matching.lookup.phones import (
    pretended_services,
    service_numbers,
    what_number_says,
)
from bot.matching.lookup.skeleton import readable
from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind, Span


class Weighs(IntEnum):
    """What a finding means for the verdict."""

    GENUINE = 0
    NOTE = 1
    ALARM = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked up; `text` is a sentence for residents without its full stop."""

    code: str
    text: str
    weighs: Weighs
    span: Span


MOST_BESIDES = 8
"""Characters beside a number or link with which a message still says nothing else."""

_MEANS = {
    Means.GLYPHS: "网址换上了形似的字符，想冒充{}的官网",
    Means.SLIP: "网址和{}的官网只差一个字符，不是官网",
    Means.ENDING: "名字和{}的官网一样，后缀却不对，不是官网",
    Means.OTHER_ENDING: "名字和{}的官网一样，后缀不同，先到官方 App 里核对",
    Means.NAME: "网址里带着{}的名字，网站却不属于它",
    Means.FRONT: "网址开头写着{}，真正的主人是后面那一段",
    Means.PATH: "网址中间写着{}，网站却不属于它",
    Means.STATE: "网址打着{}的旗号，政府网站都以 .gov.cn 结尾",
}
_DEEP: dict[DeepKind, tuple[Weighs, str]] = {
    DeepKind.PAYMENT: (Weighs.NOTE, "这是{}的收款码，扫了付了，钱就转出去了"),
    DeepKind.OWN_PAYMENT: (
        Weighs.ALARM,
        "这像是您自己{}付款码下面的数字，告诉别人，钱会直接被扣走",
    ),
    DeepKind.WALLET: (Weighs.NOTE, "点开会直接打开{}，可能跳到付款或授权的页面"),
    DeepKind.CRYPTO: (Weighs.ALARM, "这是{}，钱转进去就追不回来，国内的单位不会用它收款"),
    DeepKind.GROUP: (Weighs.NOTE, "这是{}的加好友或拉群邀请，进了私下的群就没有平台保障"),
    DeepKind.LOGIN: (Weighs.NOTE, "这是{}的登录链接，点了并确认，等于让别人登录您的账号"),
    DeepKind.ONE_TIME: (Weighs.ALARM, "这是动态口令的密钥，给了别人，账号就归别人管{}"),
    DeepKind.INSTALLER: (Weighs.ALARM, "点开会在{}上安装来历不明的软件，不经过应用商店"),
}
_INSTALLER = re.compile(r"\.(?:apk|ipa|mobileconfig|hap|exe)(?=$|[?&#])")


def look_up(
    text: Normalized, indicators: tuple[Indicator, ...], blocklist: Blocklist
) -> tuple[Finding, ...]:
    """What tables say about the addresses, numbers and names of a text, in order of place."""
    plain = text.text
    found: list[Finding] = []
    own = own_payment_code(plain)
    if own is not None and not any(one.kind is IndicatorKind.ID_NUMBER for one in indicators):
        found.append(_deep(text, own))
    found += [_deep(text, link) for link in find_deep_links(plain)]
    opened = [one.span for one in found]
    for indicator in indicators:
        if indicator.span not in opened:
            found += _of_indicator(text, indicator, blocklist)
    found += _service_numbers(text, {one.span for one in indicators})
    found += _pretended_numbers(text)
    if not_a_real_account(plain):
        sentence = "公检法和银行都没有这种账户，只有骗子会让您往里转钱"
        found.append(Finding("account_name", sentence, Weighs.CERTAIN, text.span(0, len(plain))))
    return tuple(sorted(found, key=lambda one: (one.span.start, -one.weighs)))


def says_little_else(text: Normalized, found: Sequence[Finding]) -> bool:
    """Whether a message is hardly more than what was found in it: a bare number, link or name."""
    covered = sum(
        span.end - span.start for span in {one.span for one in found if one.weighs > Weighs.GENUINE}
    )
    return len(text.original.strip()) - covered <= MOST_BESIDES


def _deep(text: Normalized, link: DeepLink) -> Finding:
    weighs, words = _DEEP[link.kind]
    return Finding(
        f"deep:{link.kind}", words.format(link.app), weighs, text.span(link.start, link.end)
    )


def _of_indicator(
    text: Normalized, indicator: Indicator, blocklist: Blocklist
) -> Iterator[Finding]:
    if indicator.kind is IndicatorKind.LINK:
        written = text.original[indicator.span.start : indicator.span.end]
        yield from _of_link(indicator, written, blocklist)
    elif indicator.kind is IndicatorKind.PHONE:
        yield from _of_phone(indicator)
    elif indicator.kind is IndicatorKind.BANK_CARD:
        wrong = "check_digit_wrong" in indicator.flags
        words = what_card_says(indicator.value, check_digit_wrong=wrong)
        yield Finding("bank_card", words, Weighs.NOTE, indicator.span)


def _of_phone(indicator: Indicator) -> Iterator[Finding]:
    said = None if "lookalike" in indicator.flags else what_number_says(indicator.value)
    if said is not None:
        yield Finding("phone", said, Weighs.NOTE, indicator.span)


def _service_numbers(text: Normalized, known: Set[Span]) -> Iterator[Finding]:
    """Those that are no indicator: the classifier has not learned to see them."""
    for start, end, number in service_numbers(text.text):
        span, said = text.span(start, end), what_number_says(number)
        if said is not None and span not in known:
            yield Finding("phone", said, Weighs.NOTE, span)


def _pretended_numbers(text: Normalized) -> Iterator[Finding]:
    for start, end, pretended in pretended_services(text.text):
        words = f"看着像 {pretended}，其实混进了字母，是假的号码"
        yield Finding("phone:lookalike", words, Weighs.CERTAIN, text.span(start, end))


def _of_link(indicator: Indicator, written: str, blocklist: Blocklist) -> Iterator[Finding]:
    host, port, path = _apart(indicator.value)
    span = indicator.span
    reason = blocklist.reason_for_host(host)
    if reason is not None:
        yield Finding("link:blocked", f"民警核实过的诈骗网址（{reason}）", Weighs.CERTAIN, span)
    shown = _host_as_written(written)
    if not _has_foreign_letters(shown):
        shown = readable(host)
    site = site_of(host)
    if site is not None and is_official(site) and not _has_foreign_letters(shown):
        yield from _of_official(indicator, site)
        return
    imitated = imitation_of(shown if _has_foreign_letters(shown) else host, path)
    if imitated is not None:
        words = _MEANS[imitated.means].format(imitated.organisation)
        weighs = Weighs.NOTE if imitated.means is Means.OTHER_ENDING else Weighs.ALARM
        yield Finding(f"link:{imitated.means}", words, weighs, span)
    yield from _marks(indicator, host, port, path, shown)


def _of_official(indicator: Indicator, site: Site) -> Iterator[Finding]:
    if {site.registrable, site.host} & SHORTENERS:
        yield Finding("link:shortener", _SHORT, Weighs.NOTE, indicator.span)
        return
    owner = owner_of(site) or "政府或学校"
    words = f"网址是{owner}的官网，内容仍要自己核对"
    yield Finding("link:official", words, Weighs.GENUINE, indicator.span)


_SHORT = "短链接看不出真正的去处，别点开"


def _marks(indicator: Indicator, host: str, port: str, path: str, shown: str) -> Iterator[Finding]:
    """What is odd about an address whoever it belongs to."""
    span = indicator.span
    if "userinfo" in indicator.flags:
        words = "网址里夹着 @，@ 前面的都是摆样子，真正的去处在它后面"
        yield Finding("link:userinfo", words, Weighs.ALARM, span)
    if _INSTALLER.search(path):
        words = "点开会直接下载安装软件，不经过应用商店"
        yield Finding("link:installer", words, Weighs.ALARM, span)
    if _is_public_address(host):
        words = "网址是一串数字，正规单位不这样发"
        yield Finding("link:ip", words, Weighs.ALARM, span)
    if "odd_port" in indicator.flags and port:
        yield Finding("link:odd_port", "网址带着少见的端口，正规单位不这样发", Weighs.NOTE, span)
    if _has_foreign_letters(shown):
        yield Finding("link:foreign", "网址里用了形似的外文字母", Weighs.NOTE, span)
    if "shortener" in indicator.flags:
        yield Finding("link:shortener", _SHORT, Weighs.NOTE, span)
    if "odd_tld" in indicator.flags:
        words = "网址的后缀少见，大单位的网站不用它"
        yield Finding("link:odd_tld", words, Weighs.NOTE, span)


def _apart(value: str) -> tuple[str, str, str]:
    """Host, port and path of a link as indicators hold it."""
    cut = min((value.find(sign) for sign in "/?#" if sign in value), default=len(value))
    host, _, port = value[:cut].partition(":")
    return host, port, value[cut:]


def _host_as_written(written: str) -> str:
    bare = written.lower().partition("://")[2] or written.lower()
    cut = min((bare.find(sign) for sign in "/?#:" if sign in bare), default=len(bare))
    return bare[:cut] if "." in bare[:cut] else ""


def _has_foreign_letters(host: str) -> bool:
    return any(char.isalpha() and "\u00df" <= char < "\u2000" for char in host)


def _is_public_address(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False
