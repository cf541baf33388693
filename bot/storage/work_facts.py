"""What the work report counts: each fact is rows of one kind under conditions, and a way to count
them, so that a figure and the rows behind it can never differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, inspect, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import Select

from bot.storage.activities import STANDS as ACTIVITY_STANDS
from bot.storage.activities import Activity, ActivityState
from bot.storage.areas import Area
from bot.storage.base import UtcDateTime
from bot.storage.entries import STANDS, Ledger, LedgerEntry
from bot.storage.figures import (
    defrauded_after_meeting,
    received,
    stayed_stopped,
    was_reached,
    went_to,
)
from bot.storage.follow_ups import SATISFIED, FollowUp
from bot.storage.leads import Lead, LeadKind, LeadState, Risk
from bot.storage.outcomes import LeadOutcome
from bot.storage.partner_requests import PartnerRequest, RequestKind
from bot.storage.roster import Shift
from bot.storage.staff import Look, Role, Staff
from bot.storage.training_sessions import WAS_HELD, Attendance, TrainingSession
from bot.storage.unit_tasks import STANDS as TASK_STANDS
from bot.storage.unit_tasks import TaskKind, UnitTask
from bot.storage.units import Unit, UnitRole, was_at

Condition = ColumnElement[bool]
Where = Callable[[datetime, datetime, bool], tuple[Condition, ...]]
TALK = "talk"
LATER = timedelta(days=30)
"""*Default*: so long after a meeting a loss counts as one after a warning."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Rows of `entity` under `where` (since, until, whether on SQLite), counted by `measure`."""

    entity: type[Any]
    where: Where
    measure: ColumnElement[Any] = func.count()
    joined: tuple[type[Any], ColumnElement[bool]] | None = None
    newest: InstrumentedAttribute[Any] | None = None
    of_lead: Callable[[bool], Condition] | None = None
    """Of leads by when they came in: which of them count, whatever the span."""

    def over(self, selected: Any, since: datetime, until: datetime, sqlite: bool) -> Select[Any]:
        """Select something of the rows of a span."""
        query = select(*selected).select_from(self.entity)
        if self.joined is not None:
            query = query.join(*self.joined)
        return query.where(*self.where(since, until, sqlite))


def _leads(*more: Callable[[bool], Condition]) -> Fact:
    return Fact(
        Lead,
        lambda since, until, sqlite: (received(since, until), *(one(sqlite) for one in more)),
        newest=Lead.received_at,
        of_lead=lambda sqlite: and_(true(), *(one(sqlite) for one in more)),
    )


def _dissuaded(_: bool) -> Condition:
    return went_to(LeadState.MET) | was_reached() | went_to(LeadState.STOPPED)


def _met(_: bool) -> Condition:
    return went_to(LeadState.MET)


_HOW_MANY = func.count()


def _entries(ledger: Ledger, *kinds: str, measure: ColumnElement[Any] = _HOW_MANY) -> Fact:
    def where(since: datetime, until: datetime, _: bool) -> tuple[Condition, ...]:
        of = (LedgerEntry.ledger == ledger, STANDS)
        span = (LedgerEntry.happened_at >= since, LedgerEntry.happened_at < until)
        return (*of, *span, *((LedgerEntry.kind.in_(kinds),) if kinds else ()))

    return Fact(LedgerEntry, where, measure, newest=LedgerEntry.happened_at)


def _activities(*more: Condition) -> Fact:
    return Fact(
        Activity,
        lambda since, until, _: (
            Activity.state == ActivityState.APPROVED,
            Activity.filed_at >= since,
            Activity.filed_at < until,
            ACTIVITY_STANDS,
            *more,
        ),
        newest=Activity.filed_at,
    )


def _units(role: UnitRole) -> Fact:
    return Fact(Unit, lambda _, until, __: (was_at(role, until),), newest=Unit.joined_at)


def _verified(*more: Condition) -> Fact:
    return Fact(
        PartnerRequest,
        lambda since, until, _: (
            PartnerRequest.kind == RequestKind.VERIFY,
            PartnerRequest.asked_at >= since,
            PartnerRequest.asked_at < until,
            *more,
        ),
        newest=PartnerRequest.asked_at,
    )


def _followed(*more: Condition) -> Fact:
    return Fact(
        FollowUp,
        lambda since, until, _: (FollowUp.asked_at >= since, FollowUp.asked_at < until, *more),
        newest=FollowUp.asked_at,
    )


def _attended(*more: Condition) -> Fact:
    return Fact(
        Attendance,
        lambda since, until, _: (
            TrainingSession.held_at >= since,
            TrainingSession.held_at < until,
            WAS_HELD,
            *more,
        ),
        func.count(Attendance.staff_id.distinct()),
        (TrainingSession, TrainingSession.id == Attendance.session_id),
        Attendance.staff_id,
    )


def _closed_after(until: datetime) -> Condition:
    """Accounts that were closed only later; when is written among the looks."""
    looks = select(Look.id).where(
        Look.subject == literal("staff:").concat(Staff.login),
        Look.way == "deactivate",
        Look.at >= until,
    )
    return looks.exists()


_FEN = func.coalesce(func.sum(LedgerEntry.amount_fen), 0)
_PERSONS = func.coalesce(func.sum(LedgerEntry.count), 0)
FACTS: Mapping[str, Fact] = {
    "squad": Fact(
        Shift,
        lambda since, until, _: (Shift.starts_at < until, Shift.ends_at > since),
        func.count(Shift.staff_id.distinct()),
        newest=Shift.starts_at,
    ),
    "visitors": _entries(Ledger.VISITOR, measure=_PERSONS),
    "trainings": Fact(
        TrainingSession,
        lambda since, until, _: (
            TrainingSession.held_at >= since,
            TrainingSession.held_at < until,
            WAS_HELD,
        ),
        newest=TrainingSession.held_at,
    ),
    "trained": _attended(Attendance.came.is_(True)),
    "to_train": _attended(),
    "stations": Fact(
        Area, lambda *_: (Area.station != "",), func.count(Area.station.distinct()), None, None
    ),
    "leads": _leads(),
    "leads_fund": _leads(lambda _: Lead.kind == LeadKind.FUND),
    "leads_high_risk": _leads(
        lambda _: (Lead.kind != LeadKind.FUND) & Lead.risk.in_((Risk.URGENT, Risk.HIGH))
    ),
    "dissuaded": _leads(_dissuaded),
    "stopped": _leads(lambda _: stayed_stopped()),
    "met": _leads(_met),
    "defrauded_later": _leads(_met, lambda sqlite: defrauded_after_meeting(LATER, sqlite)),
    "verify_asked": _verified(),
    "verify_answered": _verified(PartnerRequest.answered_at.is_not(None)),
    "follow_asked": _followed(),
    "follow_answered": _followed(FollowUp.answered_at.is_not(None)),
    "follow_rated": _followed(FollowUp.satisfied.is_not(None)),
    "follow_satisfied": _followed(FollowUp.satisfied == SATISFIED),
    "avoided": Fact(
        LeadOutcome,
        lambda since, until, _: (received(since, until), LeadOutcome.avoided_fen > 0),
        func.coalesce(func.sum(LeadOutcome.avoided_fen), 0),
        (Lead, Lead.id == LeadOutcome.lead_id),
        LeadOutcome.at,
    ),
    "lectures": _activities(Activity.kind == TALK),
    "activities": _activities(Activity.kind != TALK),
    "member_units": _units(UnitRole.MEMBER),
    "two_card_units": _units(UnitRole.TWO_CARD),
    "inspections": Fact(
        UnitTask,
        lambda since, until, _: (
            UnitTask.kind == TaskKind.INSPECTION,
            UnitTask.done_at >= since,
            UnitTask.done_at < until,
            TASK_STANDS,
        ),
        newest=UnitTask.done_at,
    ),
    "cases": _entries(Ledger.CASE, "filed"),
    "loss": _entries(Ledger.CASE, "filed", measure=_FEN),
    "solved": _entries(Ledger.CASE, "solved"),
    "criminal": _entries(Ledger.CASE, "criminal", measure=_PERSONS),
    "handled": _entries(Ledger.CASE, "handled", measure=_PERSONS),
    "penalty": _entries(Ledger.CASE, "penalty", measure=_PERSONS),
    "coercive": _entries(Ledger.CASE, "coercive", measure=_PERSONS),
    "task_force": Fact(
        Staff,
        lambda _, until, __: (
            Staff.role == Role.CRACKDOWN,
            or_(Staff.active.is_(True), _closed_after(until)),
            Staff.created_at < until,
        ),
        newest=Staff.created_at,
    ),
    "frozen": _entries(Ledger.FREEZE, measure=func.count(LedgerEntry.subject_hash.distinct())),
    "frozen_fen": _entries(Ledger.FREEZE, measure=_FEN),
    "returned": _entries(Ledger.RETURN, measure=_FEN),
}


ACTIVITY_PARTS: Mapping[str, Any] = {
    "station": Area.station,
    "street": Area.street,
    "kind": Activity.kind,
}
"""By what activities are told apart in the report."""


def only(query: Select[Any], part: str, value: str) -> Select[Any]:
    """Of activities those of one station, street or kind; an empty value for those of none."""
    query = query.outerjoin(Area, Area.id == Activity.area_id)
    return query.where(func.coalesce(ACTIVITY_PARTS[part], "") == value)


async def measure(session: AsyncSession, fact: Fact, since: datetime, until: datetime) -> int:
    """The fact's count or sum in a span."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return int(await session.scalar(fact.over((fact.measure,), since, until, sqlite)) or 0)


async def measure_all(
    session: AsyncSession, names: Sequence[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Several facts of a span in one statement."""
    if not names:
        return {}
    asked = _all_of(tuple(names), session.get_bind().dialect.name == "sqlite")
    row = (await session.execute(asked, {"since": since, "until": until})).one()
    return {name: int(value or 0) for name, value in zip(names, row, strict=True)}


@cache
def _all_of(names: tuple[str, ...], sqlite: bool) -> Select[Any]:
    """The statement, made once: it has hundreds of parts."""
    since: Any = bindparam("since", type_=UtcDateTime())
    until: Any = bindparam("until", type_=UtcDateTime())
    facts = [FACTS[name] for name in names]
    asked = [fact.over((fact.measure,), since, until, sqlite).scalar_subquery() for fact in facts]
    return select(*asked)


def rows_query(
    session: AsyncSession,
    fact: Fact,
    since: datetime,
    until: datetime,
    part: tuple[str, str] | None = None,
) -> Select[Any]:
    """The rows that the fact counts, newest first, in an order that stays from page to page; of
    activities those of one part."""
    query = fact.over((fact.entity,), since, until, session.get_bind().dialect.name == "sqlite")
    if part is not None:
        query = only(query, *part)
    if fact.newest is not None:
        query = query.order_by(fact.newest.desc())
    return query.order_by(*(column.desc() for column in inspect(fact.entity).primary_key))


async def count_rows(session: AsyncSession, query: Select[Any]) -> int:
    """How many rows there are."""
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    return int(await session.scalar(counted) or 0)


async def duty_spans(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[datetime, datetime]]:
    """When somebody was on duty, by the beginnings."""
    query = select(Shift.starts_at, Shift.ends_at)
    query = query.where(Shift.starts_at < until, Shift.ends_at > since)
    return [(row[0], row[1]) for row in await session.execute(query.order_by(Shift.starts_at))]


async def activities_by(
    session: AsyncSession, column: Any, since: datetime, until: datetime
) -> list[tuple[str, int]]:
    """Approved activities that are no lectures, by a column of theirs or of their area."""
    where = FACTS["activities"].where(since, until, False)
    query = select(column, func.count()).select_from(Activity)
    query = query.outerjoin(Area, Area.id == Activity.area_id).where(*where).group_by(column)
    rows = await session.execute(query.order_by(func.count().desc(), column))
    return [(name or "", count) for name, count in rows]
