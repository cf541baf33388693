"""What the public board shows of the district: tricks, cases, figures, numbers to dial.

Whole days only: the figures change at midnight, so that nobody sees a single report arrive. What
fewer than LEAST people met is not told, since somebody might be recognised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.daily_case import shown_cases, whose_turn
from bot.services.education import education, families_of
from bot.services.knowledge import (
    Contact,
    category_name,
    family_antidote,
    family_title,
    local_contact,
    verification_contacts,
)
from bot.services.library import PATTERNS_ROOT
from bot.services.sending_rules import day_of
from bot.services.tips import day_key
from bot.storage import board as rows
from bot.storage import figures
from bot.storage.board import BoardCase
from bot.times import SHANGHAI

LEAST = 5
"""k: counts below it are hidden."""
WEEKS = 8
TRICKS = 5
TYPES = 5
CASES = 6
WEEK = timedelta(days=7)
USUAL = ("brush_task", "cs_refund", "inv_guru", "loan_fee", "police_case")
"""One trick of each of the five classes that make up about 80% of cases (taxonomy.md, 2022)."""
LOSS_STEP_FEN = 10_000 * 100
"""Losses are told in steps of ten thousand yuan, rounded down."""


@dataclass(frozen=True, slots=True)
class Trick:
    """A trick and its antidote; `met` is how many people met it this week, None: not told."""

    title: str
    antidote: str
    met: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A local case, as it was approved."""

    id: int
    category: str
    title: str
    story: str
    antidote: str
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart; `words` is the value as it is read."""

    name: str
    value: int
    words: str


@dataclass(frozen=True, slots=True)
class WeekBar:
    """A week by its first day; `count` None: fewer than LEAST."""

    first: date
    count: int | None


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """The figures up to the last midnight, which is `day`.

    Tricks met in the district come first; frequent ones of the country fill the list up.
    """

    day: date
    tricks: tuple[Trick, ...]
    by_number: tuple[Bar, ...]
    by_loss: tuple[Bar, ...]
    weeks: tuple[WeekBar, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the board; `made_at` is when it was put together.

    `case` is the one of the day, which the bot tells too; `cases` are the last approved, and it may
    be one of them.
    """

    district: str
    figures: DistrictFigures
    case: Case | None
    cases: tuple[Case, ...]
    tip: str
    contacts: tuple[Contact, ...]
    made_at: datetime

    @property
    def others(self) -> tuple[Case, ...]:
        """The last approved beside the one of the day."""
        return tuple(one for one in self.cases if one != self.case)


def today_of(now: datetime) -> date:
    """The local day."""
    return now.astimezone(SHANGHAI).date()


async def met_this_week(session: AsyncSession, now: datetime) -> dict[str, int]:
    """How many people met each trick in the week before today, the most first."""
    midnight, _ = day_of(now)
    met = await rows.families_met(session, midnight - WEEK, midnight)
    return {family: count for family, count in met if count >= LEAST}


async def district_figures(session: AsyncSession, now: datetime) -> DistrictFigures:
    """The figures of the eight weeks and the week before today."""
    midnight, _ = day_of(now)
    told = await met_this_week(session, now)
    shown = [*told, *(family for family in USUAL if family not in told)]
    tricks = [trick for family in shown if (trick := _trick(family, told.get(family)))]
    types = await rows.types_met(session, midnight - WEEKS * WEEK, midnight)
    weeks = []
    for number in range(WEEKS, 0, -1):
        since = midnight - number * WEEK
        count = await figures.count_leads(session, figures.received(since, since + WEEK))
        weeks.append(WeekBar(today_of(since), count if count >= LEAST else None))
    return DistrictFigures(
        day=today_of(now),
        tricks=tuple(tricks[:TRICKS]),
        by_number=tuple(
            Bar(category_name(name), count, f"{count} 起")
            for name, count, _, _ in types
            if count >= LEAST
        )[:TYPES],
        by_loss=_by_loss({name: fen for name, _, lost, fen in types if lost >= LEAST}),
        weeks=tuple(weeks),
    )


async def read_board(
    session: AsyncSession,
    district: str,
    numbers: Sequence[str],
    counted: DistrictFigures,
    tip: str,
    now: datetime,
) -> Board:
    """The board with figures counted before and the cases as they are approved now.

    `numbers` are those of the district to call, as in the settings.
    """
    found = await shown_cases(session, now)
    turn = whose_turn(found, now)
    return Board(
        district=district,
        figures=counted,
        case=_case(turn) if turn else None,
        cases=tuple(_case(one) for one in found[:CASES]),
        tip=tip,
        contacts=(*(local_contact(one) for one in numbers), *verification_contacts()),
        made_at=now,
    )


def tip_of_day(day: date) -> str:
    """The tip of a day; reads what the bot teaches the first time, so call it in a thread."""
    return education().tips[day_key(day)].text


def _case(row: BoardCase) -> Case:
    shown_at = row.decided_at or row.written_at
    category = category_name(row.category)
    return Case(row.id, category, row.title, row.story, row.antidote, shown_at)


def _trick(family: str, met: int | None = None) -> Trick | None:
    category = families_of(PATTERNS_ROOT).get(family, "")
    antidote = family_antidote(category, family)
    return Trick(family_title(category, family), antidote, met) if antidote else None


def _by_loss(losses: Mapping[str, int]) -> tuple[Bar, ...]:
    told = [(name, fen // LOSS_STEP_FEN) for name, fen in losses.items()]
    told = sorted((one for one in told if one[1]), key=lambda one: (-one[1], one[0]))
    return tuple(Bar(category_name(name), steps, f"{steps:,} 万元") for name, steps in told[:TYPES])
