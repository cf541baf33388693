"""How often reports name a number, account, app or group: counts and kinds, never who.

Of fewer than three people it is only said that somebody reported it. Reports without any trace of
their sender count as one person together, so that nobody makes three of himself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.matching.indicators import find_indicators
from bot.matching.library import Library
from bot.matching.lookup.service_numbers import SERVICE_NUMBERS
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind, Level, Reason, Verdict
from bot.storage.database import vault_of
from bot.storage.leads import IDENTIFIER
from bot.storage.reported import Naming, reports_naming
from bot.times import on_screen

LEAST_PEOPLE = 3
MOST_LOOKED_UP, MOST_REPORTS, MOST_TOLD = 8, 500, 2
CODE = "reported"
SOMEBODY = "有人举报过"
LOOKED_UP = frozenset(
    {
        IndicatorKind.PHONE,
        IndicatorKind.BANK_CARD,
        IndicatorKind.WECHAT,
        IndicatorKind.QQ,
        IndicatorKind.GROUP,
        IndicatorKind.APP,
    }
)
_BARE = re.compile(
    r"(?:qq群|qq|微信群|微信|wechat|群|app|软件|平台)?(?:号码|号|名)?[: ]?"
    r"(?P<name>\d{5,19}|[a-z][a-z0-9_\-]{4,19}|[a-z0-9\u4e00-\u9fff]{3,12}?)(?:app|软件|平台|群)?"
)
_NUMBER = ("phone", "qq", "wechat", "group", "bank_card", "other")
_LATIN = ("wechat", "app", "group", "other")
_NAME = ("app", "group")


@dataclass(frozen=True, slots=True)
class Reported:
    """What reports say of one identifier; only `people` is known of fewer than three people."""

    quote: str
    people: int
    reports: int
    latest: datetime
    category: str | None

    @property
    def many(self) -> bool:
        """Whether enough people reported it for counts to be told."""
        return self.people >= LEAST_PEOPLE

    def words(self, library: Library) -> str:
        """What is told of it."""
        if not self.many:
            return SOMEBODY
        kind = library.categories.get(self.category or "", "")
        told = f"{self.reports} 条举报提到它，最近一条在 {on_screen(self.latest, '%Y 年 %-m 月')}"
        return f"{told}，多数说的是“{kind}”" if kind else told


async def with_reports(
    session: AsyncSession, text: str, verdict: Verdict, library: Library
) -> Verdict:
    """A verdict that knows what was reported; the more people did, the graver it is."""
    found = await reported_in(session, text)
    if not found:
        return verdict
    reasons = [Reason(CODE, one.words(library), one.quote) for one in found[:MOST_TOLD]]
    level = verdict.level
    if level in (Level.NONE, Level.UNCLEAR):
        level = Level.SUSPICIOUS if any(one.many for one in found) else Level.UNCLEAR
    return replace(verdict, level=level, reasons=(*reasons, *verdict.reasons))


async def reported_in(session: AsyncSession, text: str) -> list[Reported]:
    """What reports say of the identifiers of a text, of most people first."""
    vault, quotes = vault_of(session), dict[str, str]()
    for kind, value, quote in _named(text):
        quotes.setdefault(vault.fingerprint(f"{kind}:{value}", IDENTIFIER), quote)
    if not quotes:
        return []
    by_quote: dict[str, list[Naming]] = defaultdict(list)
    for naming in await reports_naming(session, quotes, MOST_REPORTS):
        by_quote[quotes[naming.value_hash]].append(naming)
    found = [_counted(quote, namings) for quote, namings in by_quote.items()]
    return sorted(found, key=lambda one: -one.people)


def _named(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind and value of each identifier as reports keep it, and the words of the text for it."""
    if len(text) > 20_000:
        return
    plain = normalize(text)
    found = [one for one in find_indicators(plain) if one.kind in LOOKED_UP]
    for one in found[:MOST_LOOKED_UP]:
        if one.value not in SERVICE_NUMBERS:
            yield str(one.kind), one.value, text[one.span.start : one.span.end]
    bare = _BARE.fullmatch(plain.text.strip())
    if bare is None or (name := bare["name"]) in SERVICE_NUMBERS:
        return
    kinds = _NUMBER if name.isdigit() else _LATIN if name.isascii() else _NAME
    for kind in kinds:
        yield kind, name, text.strip()


def _counted(quote: str, namings: Sequence[Naming]) -> Reported:
    people = _people(namings)
    reports = len({one.lead_id for one in namings if not one.merged})
    said = Counter[str]()
    for person in people:
        said.update({one.category for one in person if one.category})
    category, count = said.most_common(1)[0] if said else (None, 0)
    return Reported(
        quote,
        len(people),
        max(reports, len(people)),
        max(one.received_at for one in namings),
        category if count >= LEAST_PEOPLE and count * 2 > len(people) else None,
    )


def _people(namings: Sequence[Naming]) -> list[list[Naming]]:
    """The reports by person: of the same account or the same phone; all unknown ones as one, and
    none where others are known."""
    groups: list[tuple[set[object], list[Naming]]] = []
    unknown: list[Naming] = []
    for one in namings:
        marks: set[object] = {one.resident_id, one.phone_hash}
        marks.discard(None)
        if not marks:
            unknown.append(one)
            continue
        mine = [group for group in groups if group[0] & marks]
        groups = [group for group in groups if not group[0] & marks]
        joined = [naming for group in mine for naming in group[1]]
        groups.append((marks.union(*(group[0] for group in mine)), [*joined, one]))
    return [group[1] for group in groups] or [unknown]
