"""Whether an address that is not official pretends to be: which organisation, and by what means."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.matching.domains import ODD_TLDS, Site, is_official, site_of
from bot.matching.lookup.chinese_names import is_chinese, named_in, poses_as_state
from bot.matching.lookup.imitated_names import (
    ALIASES,
    COMMON,
    DIVIDERS,
    FOREIGN_STATE,
    LURES,
    OFTEN_OWNED,
    OPEN_FRONTS,
    ORDINARY_ENDINGS,
    STATE,
    STATE_NAMES,
)
from bot.matching.lookup.skeleton import in_plain_letters, one_slip_apart, readable, skeleton
from bot.matching.official_sites import OFFICIAL_SITES


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
    for organisation, aliases in ALIASES.items():
        for alias in aliases.split():
            by_label.setdefault(alias, organisation)
    by_skeleton = {skeleton(label): name for label, name in by_label.items()}
    by_label = {label: name for label, name in by_label.items() if label not in COMMON}
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
    if is_official(site) or FOREIGN_STATE.search(site.suffix):
        return None
    if is_chinese(site):
        return _in_chinese(site)
    return (
        _state(site)
        or _front(site)
        or _label(readable(site.label), site.suffix)
        or _in_path(path, site)
    )


def _in_chinese(site: Site) -> Imitation | None:
    """A name in Chinese letters is often owned by whom it names: a word that lures tells."""
    named = named_in(site)
    if named is not None:
        organisation, lures = named
        return Imitation(organisation, Means.NAME if lures else Means.OTHER_ENDING)
    return Imitation(STATE, Means.STATE) if poses_as_state(site) else None


def _state(site: Site) -> Imitation | None:
    parts = [*_parts(site.subdomain), *_parts(site.label)]
    found = any(
        part == "gov" or (part[:3] == "gov" and part[3:].rstrip("0123456789") in ("", "cn"))
        for part in parts
    )
    label = _parts(site.label)
    named = any(part.rstrip("0123456789") in STATE_NAMES or part in STATE_NAMES for part in label)
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
        if _is_odd(site.suffix) or (len(part) >= 4 and part not in OPEN_FRONTS):
            return Imitation(organisation, Means.FRONT)
    return None


def _label(label: str, suffix: str) -> Imitation | None:
    names = _names()
    bones = skeleton(label)
    organisation = names.by_skeleton.get(bones)
    if organisation is not None and label not in COMMON:
        if label not in names.by_label:
            return Imitation(organisation, Means.GLYPHS)
        if _is_odd(suffix) or (len(label) >= 4 and suffix not in OFTEN_OWNED):
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
            if rest in LURES or spelled or (long and (rest.isdigit() or odd)):
                return Imitation(owner, Means.NAME)
    return None


def _slipped(label: str, suffix: str) -> Imitation | None:
    """One slip from a name; numbers and what only shares a word like bank are other names."""
    plain = in_plain_letters(label)
    if len(plain) < _SHORTEST_SLIP - 1 or label in COMMON or label.isdigit():
        return None
    for known in _names().long:
        likely = known.suffix == suffix or _is_odd(suffix) or _stumbles(known.label, plain)
        if known.own >= (_LEAST_OWN_LIKELY if likely else _LEAST_OWN) and one_slip_apart(
            known.label, plain
        ):
            return Imitation(known.organisation, Means.SLIP)
    return None


def _lures(part: str) -> bool:
    return part in LURES or part.isdigit()


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
    if part in COMMON:
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
    return [part for part in DIVIDERS.split(readable(name)) if part]


def _is_odd(suffix: str) -> bool:
    return suffix not in ORDINARY_ENDINGS and suffix.rsplit(".", 1)[-1] in ODD_TLDS
