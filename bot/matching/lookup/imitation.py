"""Whether an address that is not official pretends to be: which organisation, and by what means."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.matching.domains import ODD_TLDS, Site, is_official, site_of
from bot.matching.lookup.skeleton import in_plain_letters, one_slip_apart, readable, skeleton
from bot.matching.official_sites import OFFICIAL_SITES
from bot.matching.signal_rule import words


class Means(StrEnum):
    """How an address pretends."""

    GLYPHS = "glyphs"
    SLIP = "slip"
    ENDING = "ending"
    OTHER_ENDING = "other_ending"
    NAME = "name"
    FRONT = "front"
    PATH = "path"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Imitation:
    """The organisation that is pretended to, and the means."""

    organisation: str
    means: Means


STATE = "政府部门"
_ALIASES = {
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

_STATE_NAMES = frozenset(
    words(
        "gov govcn gongan yibao shebao shuiwu chsi nhsa 12333 12366 12393 12123 12345 12315 12377 "
        "12321 police court procuratorate csrc cbirc nfra miit jiaoguan renshe minzheng yiliao "
        "jkda butie 96110"
    )
)
_LURES = frozenset(
    words(
        "vip bank app login cn com net org jifen safe pay service kefu wap web online mall shop "
        "card credit loan daikuan dai xinyong etc yuyue renzheng huodong libao hongbao fuli butie "
        "tuikuan lipei lingqu duihuan center user id verify secure security account my m www "
        "auth help support gift info ebank mbank mobile sj shouji yinhang club plus pro x new "
        "notice check update quan mianfei act hui"
    )
)
"""What is added to a name in an address that is made to trick."""

_OPEN_FRONTS = frozenset(
    words("weixin wechat alipay qq baidu dingtalk apple google jd taobao tmall douyin mi vip")
)
"""Platforms whose names other firms rightly put before their own domain: weixin.example.cn."""

_COMMON = frozenset(words("trip live office people news mi ly vip steam xd"))
"""Labels of official domains that are ordinary words or letters elsewhere."""

_ORDINARY_ENDINGS = frozenset(words("com cn net org com.cn net.cn org.cn"))
_DIVIDERS = re.compile(r"[-_.]+")
_FOREIGN_STATE = re.compile(r"(?:^|\.)(?:gov|gob|gouv|govt|go|gc)\.[a-z]{2}$|^gov$")
_OFTEN_OWNED = frozenset(words("com cn com.cn"))
"""Large organisations mostly hold their name under all three: worth a remark, no more."""

_SHORTEST_SLIP = 5
_LEAST_OWN, _LEAST_OWN_LIKELY = 5, 3
"""Least letters of a name besides general words; the second where more speaks for a slip."""

_LEAST_LABEL = {"platform": 5, "courier": 6}
"""Least letters of a name that tells beside another word; four in other sectors."""

_GENERIC = re.compile("bank|china")
_PINYIN = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:[iu]?ang?|[eio]ng|[iu]?ai|[iu]?ao|iong|ian|uan|[iu]e|[iu]o|ia|iu|ui|ua|ou|ei|en|in|un|er?"
    r"|[aiou])){2,}"
)
"""Two syllables or more of Chinese in Latin letters."""
_SHORTEST_INSIDE = 6


@dataclass(frozen=True, slots=True)
class _Long:
    """A label of five letters or more: how it looks, how many are its own, its ending."""

    label: str
    bones: str
    own: int
    suffix: str
    organisation: str


@dataclass(frozen=True, slots=True)
class _Names:
    by_label: dict[str, str]
    by_skeleton: dict[str, str]
    long: tuple[_Long, ...]
    sectors: dict[str, str]
    domains: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _names() -> _Names:
    by_label: dict[str, str] = {}
    for site in OFFICIAL_SITES:
        for domain in site.domains:
            by_label.setdefault(domain.split(".")[0], site.organisation)
    for organisation, aliases in _ALIASES.items():
        for alias in aliases.split():
            by_label.setdefault(alias, organisation)
    by_skeleton = {skeleton(label): name for label, name in by_label.items()}
    by_label = {label: name for label, name in by_label.items() if label not in _COMMON}
    sectors = {site.organisation: site.sector for site in OFFICIAL_SITES}
    domains = tuple(
        (domain, site.organisation) for site in OFFICIAL_SITES for domain in site.domains
    )
    return _Names(by_label, by_skeleton, _long_labels(by_label), sectors, domains)


def _long_labels(by_label: dict[str, str]) -> tuple[_Long, ...]:
    suffixes = {
        domain.partition(".")[0]: domain.partition(".")[2]
        for site in OFFICIAL_SITES
        for domain in site.domains
    }
    return tuple(
        _Long(
            label.replace("-", ""),
            skeleton(label),
            len(_GENERIC.sub("", label)),
            suffixes.get(label, ""),
            organisation,
        )
        for label, organisation in by_label.items()
        if len(label) >= _SHORTEST_SLIP and not label.isdigit()
    )


@lru_cache(maxsize=1024)
def imitation_of(host: str, path: str = "") -> Imitation | None:
    """What an address pretends to be; None for an official one and for one that pretends nothing.

    `host` is in lower case as found, also with xn-- or foreign letters; `path` begins with a slash.
    """
    site = site_of(host)
    if site is None:
        return _in_path(path, site)
    if is_official(site) or _FOREIGN_STATE.search(site.suffix):
        return None
    return (
        _state(site)
        or _front(site)
        or _label(readable(site.label), site.suffix)
        or _in_path(path, site)
    )


def _state(site: Site) -> Imitation | None:
    parts = [*_parts(site.subdomain), *_parts(site.label)]
    found = any(
        part == "gov" or (part[:3] == "gov" and part[3:].rstrip("0123456789") in ("", "cn"))
        for part in parts
    )
    label = _parts(site.label)
    named = any(part.rstrip("0123456789") in _STATE_NAMES or part in _STATE_NAMES for part in label)
    tailed = any(part.endswith(("gov", "govcn")) and len(part) > 4 for part in parts)
    dressed = named and (len(label) > 1 or _is_odd(site.suffix))
    return Imitation(STATE, Means.STATE) if found or tailed or dressed else None


def _front(site: Site) -> Imitation | None:
    """An organisation's name before the domain that really counts."""
    if not site.subdomain:
        return None
    front = site.subdomain.replace("-", ".")
    for domain, owner in _names().domains:
        if f".{domain.replace('-', '.')}." in f".{front}.":
            return Imitation(owner, Means.FRONT)
    for part in _parts(site.subdomain):
        organisation = _called(part)
        if organisation is None:
            continue
        if _is_odd(site.suffix) or (len(part) >= 4 and part not in _OPEN_FRONTS):
            return Imitation(organisation, Means.FRONT)
    return None


def _label(label: str, suffix: str) -> Imitation | None:
    names = _names()
    bones = skeleton(label)
    organisation = names.by_skeleton.get(bones)
    if organisation is not None and label not in _COMMON:
        if label not in names.by_label:
            return Imitation(organisation, Means.GLYPHS)
        if _is_odd(suffix) or (len(label) >= 4 and suffix not in _OFTEN_OWNED):
            return Imitation(organisation, Means.ENDING)
        return Imitation(organisation, Means.OTHER_ENDING) if len(label) >= 4 else None
    return _dressed(label, suffix) or _slipped(label, suffix) or _inside(bones)


def _dressed(label: str, suffix: str) -> Imitation | None:
    """A name with something added: icbc-vip, ccbjifen, 95588dh, icbc-com-cn."""
    parts = _parts(label)
    for part in parts:
        organisation = _called(part) if len(parts) > 1 else None
        if organisation is not None:
            others = set(parts) - {part}
            least = _LEAST_LABEL.get(_names().sectors.get(organisation, ""), 4)
            if len(part) >= least or _is_odd(suffix) or all(map(_lures, others)):
                return Imitation(organisation, Means.NAME)
        for known, owner in _names().by_label.items():
            rest = _rest(part, known)
            if rest is None or (known.isdigit() and len(known) < 5):
                continue
            long, odd = len(known) >= 4, _is_odd(suffix)
            spelled = _is_chinese(rest) and (long or odd)
            if rest in _LURES or spelled or (long and (rest.isdigit() or odd)):
                return Imitation(owner, Means.NAME)
    return None


def _slipped(label: str, suffix: str) -> Imitation | None:
    """One slip from a name; numbers and what only shares a word like bank are other names."""
    plain = in_plain_letters(label)
    if len(plain) < _SHORTEST_SLIP - 1 or label in _COMMON or label.isdigit():
        return None
    for known in _names().long:
        likely = known.suffix == suffix or _is_odd(suffix) or _stumbles(known.label, plain)
        if known.own >= (_LEAST_OWN_LIKELY if likely else _LEAST_OWN) and one_slip_apart(
            known.label, plain
        ):
            return Imitation(known.organisation, Means.SLIP)
    return None


def _lures(part: str) -> bool:
    return part in _LURES or part.isdigit()


def _stumbles(known: str, label: str) -> bool:
    """Whether a letter is doubled or two are exchanged: hardly another name."""
    if len(label) == len(known):
        return sorted(label) == sorted(known)
    return any(label == known[:at] + known[at] + known[at:] for at in range(len(known)))


def _is_chinese(rest: str) -> bool:
    """Whether letters are two Chinese syllables or more, written in pinyin."""
    return len(rest) >= 4 and _PINYIN.fullmatch(rest) is not None


def _inside(bones: str) -> Imitation | None:
    for known in _names().long:
        if len(known.label) >= _SHORTEST_INSIDE and known.bones in bones:
            return Imitation(known.organisation, Means.NAME)
    return None


def _in_path(path: str, site: Site | None) -> Imitation | None:
    """An official domain written in the path; only its label where the site itself is odd."""
    where = path.lower().partition("?")[0].partition("#")[0]
    if not where:
        return None
    for domain, owner in _names().domains:
        if len(domain) > 5 and domain in where and _stands_alone(domain, where):
            return Imitation(owner, Means.PATH)
    if site is not None and not _is_odd(site.suffix):
        return None
    for part in filter(None, re.split(r"[/_\-]", where)):
        organisation = _called(part)
        if organisation is not None and len(part) >= 3:
            return Imitation(organisation, Means.PATH)
    return None


def _stands_alone(domain: str, where: str) -> bool:
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(domain)}(?![a-z0-9])", where))


def _called(part: str) -> str | None:
    """The organisation of a name as it is written or as it looks."""
    names = _names()
    if part in _COMMON:
        return None
    looks = names.by_skeleton.get(skeleton(part)) if len(part) > 3 else None
    return names.by_label.get(part) or looks


def _rest(part: str, known: str) -> str | None:
    if part == known or len(known) < 3:
        return None
    if part.startswith(known):
        return part[len(known) :]
    return part[: -len(known)] if part.endswith(known) else None


def _parts(name: str) -> list[str]:
    return [part for part in _DIVIDERS.split(readable(name)) if part]


def _is_odd(suffix: str) -> bool:
    return suffix not in _ORDINARY_ENDINGS and suffix.rsplit(".", 1)[-1] in ODD_TLDS
