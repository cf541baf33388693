"""Roll-ups: what the leads received on a day come to, so that a year is read without counting."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Select, String, delete, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import insert
from bot.storage.figures import Condition, received
from bot.storage.leads import Lead, LeadEvent
from bot.storage.outcomes import LeadOutcome


class Dimension(StrEnum):
    """By what leads are counted; ALL has one empty value, RATE the names of the rates,
    FACT those of what the reports count."""

    ALL = "all"
    CATEGORY = "category"
    CHANNEL = "channel"
    AGE = "age"
    STREET = "street"
    HOUR = "hour"
    RATE = "rate"
    OCCUPATION = "occupation"
    FACT = "fact"


class DayFigure(Base):
    """A day's leads with one value: how many, of these how many with a loss, fen lost.

    Of a rate `count` is the denominator and `part` the numerator.
    """

    __tablename__ = "day_figure"

    day: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
    part: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)


class RolledDay(Base):
    """When a day was last counted."""

    __tablename__ = "rolled_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    rolled_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class CountedLead:
    """What is counted of a lead."""

    category: str | None
    channel: str
    street: str | None
    received_at: datetime
    age_band: str | None
    occupation: str | None
    loss_fen: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Leads, of these with a loss, fen lost; of a rate denominator and numerator."""

    count: int = 0
    part: int = 0
    fen: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.count + other.count, self.part + other.part, self.fen + other.fen)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from `first` up to and without `until`, some of them left out."""

    first: date
    until: date
    left_out: frozenset[date] = frozenset()


async def leads_of_day(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[CountedLead]:
    """What is counted of each lead of a day: class, channel, street, moment, person, fen lost."""
    columns = (Lead.category, Lead.channel, Lead.street, Lead.received_at)
    person = (LeadOutcome.age_band, LeadOutcome.occupation)
    query = select(*columns, *person, LeadOutcome.loss_fen)
    query = query.join(LeadOutcome, LeadOutcome.lead_id == Lead.id, isouter=True)
    found = await session.execute(query.where(received(since, until)))
    return [CountedLead(*row) for row in found]


async def keep_day(
    session: AsyncSession, day: date, rows: Sequence[DayFigure], at: datetime
) -> None:
    """Put these figures in the place of the day's former ones."""
    await session.execute(delete(DayFigure).where(DayFigure.day == day))
    session.add_all(rows)
    added = insert(session, RolledDay).values(day=day, rolled_at=at)
    await session.execute(
        added.on_conflict_do_update(index_elements=["day"], set_={"rolled_at": at})
    )
    await session.flush()


async def rolled_days(
    session: AsyncSession, spans: Sequence[tuple[date, date]] = ((date.min, date.max),)
) -> dict[date, datetime]:
    """When each day of the spans (the second day not in it) was last counted."""
    days = [(RolledDay.day >= first) & (RolledDay.day < until) for first, until in spans]
    found = await session.execute(select(RolledDay.day, RolledDay.rolled_at).where(or_(*days)))
    return {day: at for day, at in found}


async def first_received(session: AsyncSession) -> datetime | None:
    """When the first lead came in."""
    return await session.scalar(select(func.min(Lead.received_at)))


async def changed_since(
    session: AsyncSession, since: datetime, span: tuple[datetime, datetime] | None = None
) -> Sequence[tuple[datetime, datetime]]:
    """When leads were received to which something happened since then, and when it did; with
    `span` those received in it."""
    query = select(Lead.received_at, LeadEvent.at).join(Lead, Lead.id == LeadEvent.lead_id)
    if span is not None:
        query = query.where(Lead.received_at >= span[0], Lead.received_at < span[1])
    found = await session.execute(query.where(LeadEvent.at >= since))
    return [(received_at, at) for received_at, at in found]


async def figures_between(
    session: AsyncSession, first: date, until: date
) -> dict[tuple[Dimension, str], Counted]:
    """The sums of the days from `first` up to and without `until`."""
    return (await figures_of_spans(session, [DaySpan(first, until)]))[0]


async def figures_of_spans(
    session: AsyncSession, spans: Sequence[DaySpan], of: Collection[Dimension] = tuple(Dimension)
) -> list[dict[tuple[Dimension, str], Counted]]:
    """The sums of the days of each span by these dimensions, in one statement."""
    found: list[dict[tuple[Dimension, str], Counted]] = [{} for _ in spans]
    if not spans:
        return found
    query = union_all(*(_sums(number, span, of) for number, span in enumerate(spans)))
    for number, dimension, value, *sums in await session.execute(query):
        counted = Counted(*(int(one or 0) for one in sums))
        found[number][Dimension(dimension), value] = counted
    return found


def _sums(
    number: int, span: DaySpan, of: Collection[Dimension]
) -> Select[int, Dimension, str, int, int, int]:
    sums = (func.sum(DayFigure.count), func.sum(DayFigure.part), func.sum(DayFigure.fen))
    query = select(literal(number), DayFigure.dimension, DayFigure.value, *sums)
    query = query.where(DayFigure.day >= span.first, DayFigure.day < span.until)
    if len(of) < len(Dimension):
        query = query.where(DayFigure.dimension.in_(of))
    if span.left_out:
        query = query.where(DayFigure.day.not_in(span.left_out))
    return query.group_by(DayFigure.dimension, DayFigure.value)


async def received_by_day(session: AsyncSession, first: date, until: date) -> dict[date, int]:
    """How many leads came in on each counted day from `first` up to and without `until`."""
    query = select(DayFigure.day, DayFigure.count).where(DayFigure.dimension == Dimension.ALL)
    found = await session.execute(query.where(DayFigure.day >= first, DayFigure.day < until))
    return {day: count for day, count in found}


async def oldest_count(session: AsyncSession, first: date, until: date) -> datetime | None:
    """When that of these days was counted which was counted longest ago."""
    query = select(func.min(RolledDay.rolled_at))
    return await session.scalar(query.where(RolledDay.day >= first, RolledDay.day < until))


async def leads_behind(
    session: AsyncSession, where: Sequence[Condition], before_id: int | None, limit: int
) -> Sequence[Lead]:
    """The leads behind a figure, newest first; `before_id` is the last one of the page before."""
    query = select(Lead).join(LeadOutcome, LeadOutcome.lead_id == Lead.id, isouter=True)
    query = query.where(*where).order_by(Lead.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Lead.id < before_id)
    return (await session.scalars(query)).all()


def value_is(session: AsyncSession, dimension: Dimension, value: str) -> Condition:
    """Leads that have a value; an empty one means that nothing was filled in."""
    if dimension is Dimension.HOUR:
        if session.get_bind().dialect.name == "sqlite":
            hour = func.strftime("%H", Lead.received_at, "+8 hours")
            return hour == f"{int(value):02}"
        local = func.timezone("Asia/Shanghai", Lead.received_at)
        return func.extract("hour", local) == int(value)
    column = {
        Dimension.CATEGORY: Lead.category,
        Dimension.CHANNEL: Lead.channel,
        Dimension.STREET: Lead.street,
        Dimension.AGE: LeadOutcome.age_band,
    }[dimension]
    return func.coalesce(column, "") == value
