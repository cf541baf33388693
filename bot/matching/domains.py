"""Whose a web address is, and the marks of imitations that the classifier learns from.

What a resident is told about an address is found in `lookup/`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.matching.official_sites import OFFICIAL_SITES
from bot.matching.signal_rule import words

if TYPE_CHECKING:
    from tldextract import TLDExtract

OFFICIAL = {site.organisation: site.domains for site in OFFICIAL_SITES}
"""Registrable domains by organisation."""

_RESERVED = ("gov.cn", "edu.cn", "mil.cn")

SHORTENERS = frozenset(
    words(
        "t.cn dwz.cn url.cn 3.cn suo.im suo.nz bit.ly tinyurl.com t.co goo.gl is.gd rrd.me dwz.mk "
        "sourl.cn mrw.so 0x3.me cutt.ly ow.ly reurl.cc 985.so 6du.in u.nu tny.im v.gd rb.gy s.id "
        "shorturl.at t.ly x.gd dwz.win dwz.lc suowo.cn a.co adf.ly buff.ly clck.ru tb.cn u6.gg "
        "5z5.com c1n.cn urlc.cn ft12.com 4url.cn f5.pm y.dyurl.cn dyurl.cn m6z.cn w3t.cn nxw.so "
        "t.hk.uy"
    )
)

ODD_TLDS = frozenset(
    words(
        "top xyz vip cc icu cyou shop club buzz fun site online live work wang ink pw tk ml ga cf "
        "gq lol sbs cfd rest bond click monster quest win bid loan date men trade party review ws "
        "la ren xin lat mom pics hair skin autos boats bar surf best uno tokyo rocks today life "
        "world space website tech store fit red blue pink kim mobi biz ltd beauty homes makeup"
    )
)

_BRANDS = frozenset(
    words(
        "icbc ccb abchina boc bankofchina bankcomm psbc cmbchina cmbc pingan spdb cebbank citic "
        "cib unionpay chinamobile 10086 10010 chinaunicom chinatelecom 10000 189 sfexpress ems "
        "chinapost taobao tmall alipay aliyun alibaba weixin wechat tencent tenpay qq jd jingdong "
        "meituan pinduoduo douyin kuaishou xiaohongshu ctrip apple icloud huawei xiaomi 12306 "
        "12333 12123 12345 12366 12393 nhsa etc chinaetc sgcc 95598 95588 95533 95599 95566 95555 "
        "95559 95516 95022 gov govcn chsi pbccrc csair ceair airchina yibao shebao yiliao "
        "zhifubao gongan court cbirc csrc police miit bilibili steam mihoyo baidu"
    )
)
"""Names a site may carry in its address only if it is theirs."""

_COMMON_WORDS = frozenset({"trip", "live", "office", "apple", "people", "news", "steam", "suning"})
_LEET = (str.maketrans("01358", "oless"), str.maketrans("01358", "oiess"))


@dataclass(frozen=True, slots=True)
class Site:
    """A host taken apart: `registrable` is what somebody had to register."""

    host: str
    subdomain: str
    label: str
    suffix: str

    @property
    def registrable(self) -> str:
        """The domain that somebody registered, such as icbc.com.cn."""
        return f"{self.label}.{self.suffix}"


@lru_cache(maxsize=1)
def _extractor() -> "TLDExtract":
    """Imported late: it brings an HTTP client with it, and most messages have no link."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)


@lru_cache(maxsize=1)
def _official_domains() -> frozenset[str]:
    return frozenset(domain for domains in OFFICIAL.values() for domain in domains)


@lru_cache(maxsize=1)
def _official_labels() -> frozenset[str]:
    labels = {domain.split(".")[0].replace("-", "") for domain in _official_domains()}
    return frozenset(label for label in labels if len(label) >= 4) - _COMMON_WORDS


@lru_cache(maxsize=1024)
def site_of(host: str) -> Site | None:
    """The parts of a host name by the bundled public suffix list; None without a real suffix."""
    parts = _extractor()(host)
    if not parts.suffix or not parts.domain:
        return None
    return Site(host, parts.subdomain, parts.domain, parts.suffix)


def is_official(site: Site) -> bool:
    """Whether an organisation of the list, or the state, owns the address."""
    if site.registrable in _official_domains():
        return True
    return any(site.suffix == end or site.registrable == end for end in _RESERVED) or any(
        site.suffix.endswith("." + end) for end in _RESERVED
    )


def owner_of(site: Site) -> str | None:
    """The organisation in whose list the address stands."""
    for organisation, domains in OFFICIAL.items():
        if site.registrable in domains:
            return organisation
    return None


@lru_cache(maxsize=1024)
def flags_of(site: Site) -> tuple[str, ...]:
    """What is odd about an address, or `official`."""
    flags: list[str] = []
    if site.registrable in SHORTENERS or site.host in SHORTENERS:
        flags.append("shortener")
    elif is_official(site):
        flags.append("official")
    else:
        if _imitates(site.label):
            flags.append("lookalike")
        if site.subdomain and any(map(_carries_brand, site.subdomain.split("."))):
            flags.append("brand_in_subdomain")
        if site.suffix.rsplit(".", 1)[-1] in ODD_TLDS:
            flags.append("odd_tld")
    if "xn--" in site.host:
        flags.append("punycode")
    return tuple(flags)


def _imitates(label: str) -> bool:
    if _carries_brand(label):
        return True
    return any(map(_resembles_official, _flat(label)))


def _resembles_official(flat: str) -> bool:
    labels = _official_labels()
    if flat in labels:
        return True
    return any(
        known in flat or (abs(len(known) - len(flat)) <= 1 and _one_edit_apart(known, flat))
        for known in labels
        if len(known) >= 6
    )


def _flat(label: str) -> tuple[str, ...]:
    """The label as it looks: digits and letter pairs read as the letters they resemble."""
    bare = label.replace("-", "")
    return tuple(bare.translate(leet).replace("rn", "m").replace("vv", "w") for leet in _LEET)


def _carries_brand(label: str) -> bool:
    """A brand as a part of its own, or, from five characters on, anywhere."""
    parts = set(re.split(r"[-_]", label)) | {label, label.rstrip("0123456789")}
    parts |= {part.rstrip("0123456789") for part in parts}
    parts |= {one for part in parts for one in _flat(part)}
    if parts & _BRANDS:
        return True
    return any(brand in label for brand in _BRANDS if len(brand) >= 5) or label.startswith("gov")


def _one_edit_apart(one: str, other: str) -> bool:
    """Whether one insertion, removal, replacement or swap turns one into the other."""
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return one[start : start + 2] == other[start : start + 2][::-1] and (
        one[start + 2 :] == other[start + 2 :]
    )
