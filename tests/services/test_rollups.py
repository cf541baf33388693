"""Roll-ups equal raw counts, whatever happened to the leads, and are read into the statistics."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotAllowedError
from bot.services.figures import Figures, figures_of
from bot.services.rollups import local_day, midnight, roll_day, stale_days
from bot.services.statistics import TITLES, Part, SpanKind, leads_behind, read_span, statistics
from bot.services.work_report import WorkReport, work_report
from bot.services.work_spans import SpanKind as WorkSpanKind
from bot.services.work_spans import read_span as read_work_span
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.outcomes import LeadOutcome
from bot.storage.rollups import Counted, DayFigure, Dimension, RolledDay, figures_between
from bot.storage.staff import Role, Staff
from bot.times import SHANGHAI
from tests.services.casework import NOON, officer

LEADS = 60
MOVES = (LeadState.DISPATCHED, LeadState.MET, LeadState.STOPPED)
CATEGORIES = ("brushing", "fake_loan", None)
FIRST = date(2026, 10, 1)
MONTHS = (FIRST, date(2026, 11, 1))


async def scattered(
    session: AsyncSession,
    chance: random.Random,
    months: Sequence[date] = MONTHS,
    leads: int = LEADS,
) -> None:
    """Leads of some months in many states, some with an outcome or a history."""
    staff = await officer(session)
    for number in range(leads):
        at = midnight(chance.choice(months)) + timedelta(minutes=chance.randrange(23 * 1440))
        state = chance.choice(list(LeadState))
        lead = Lead(
            number=f"N{number}",
            kind="bot_report",
            risk="high",
            state=state,
            channel=chance.choice(("web", "telegram")),
            category=chance.choice(CATEGORIES),
            happened="paid",
            contact_channel="phone",
            transferred=True,
            description_sealed=b"",
            received_at=at,
            due_at=at + timedelta(hours=1),
            signed_at=chance.choice((None, at, at + timedelta(hours=2))),
            street=chance.choice(("和平街道", "", None)),
        )
        session.add(lead)
        await session.flush()
        for position in range(chance.randrange(3)):
            session.add(
                LeadEvent(
                    lead_id=lead.id,
                    position=position,
                    at=at + timedelta(minutes=position),
                    actor="staff:li",
                    event="move",
                    to_state=chance.choice(
                        (LeadState.DISPATCHED, LeadState.MET, LeadState.STOPPED)
                    ),
                    hash="0" * 64,
                )
            )
        if chance.random() < 0.5:
            session.add(
                LeadOutcome(
                    lead_id=lead.id,
                    loss_fen=chance.choice((None, 0, 12_300, 9_000_000_000)),
                    family_notified=False,
                    age_band=chance.choice((None, "18-29", "60以上")),
                    occupation=(None, "退休", "学生")[number % 3],
                    avoided_fen=(None, 0, 50_000)[number % 5 % 3],
                    staff_id=staff.id,
                    at=at,
                )
            )
    await session.flush()


async def roll_all(database: Database, now: datetime) -> set[date]:
    """What the clock does, minute by minute, until nothing is stale; which days were counted."""
    done: set[date] = set()
    for minute in range(30):
        moment = now + timedelta(minutes=minute)
        async with database.writing() as session:
            days = await stale_days(session, moment, 400)
            for day in days:
                await roll_day(session, day, moment)
        if not days:
            return done
        done |= set(days)
    raise AssertionError("the days are never all counted")


async def raw_counts(
    session: AsyncSession, first: date, until: date
) -> dict[tuple[Dimension, str], Counted]:
    """The same figures by looking at every lead, one by one."""
    query = select(Lead, LeadOutcome).outerjoin(LeadOutcome, LeadOutcome.lead_id == Lead.id)
    sums: dict[tuple[Dimension, str], Counter[str]] = {}
    for lead, outcome in (await session.execute(query)).all():
        local = lead.received_at.astimezone(SHANGHAI)
        if lead.state == LeadState.MERGED or not first <= local.date() < until:
            continue
        loss = (outcome.loss_fen or 0) if outcome else 0
        for key in (
            (Dimension.ALL, ""),
            (Dimension.CATEGORY, lead.category or ""),
            (Dimension.CHANNEL, lead.channel),
            (Dimension.STREET, lead.street or ""),
            (Dimension.AGE, (outcome.age_band or "") if outcome else ""),
            (Dimension.HOUR, str(local.hour)),
        ):
            sums.setdefault(key, Counter()).update(count=1, part=int(loss > 0), fen=loss)
    return {key: Counted(one["count"], one["part"], one["fen"]) for key, one in sums.items()}


async def assert_equal(database: Database) -> None:
    """The roll-ups of several spans are what counting lead by lead gives."""
    async with database.reading() as session:
        for first, until in (
            (FIRST, date(2026, 12, 1)),
            (date(2026, 11, 1), date(2026, 11, 12)),
            (date(2026, 10, 3), date(2026, 10, 9)),
        ):
            rolled = await figures_between(session, first, until)
            rates = {key: one for key, one in rolled.items() if key[0] is Dimension.RATE}
            raw = await raw_counts(session, first, until)
            assert raw
            shown = {Dimension.ALL, *TITLES}
            assert {key: one for key, one in rolled.items() if key[0] in shown} == raw
            counted = await figures_of(session, midnight(first), midnight(until), NOON)
            for one in counted.ratios:
                kept = rates.get((Dimension.RATE, one.name), Counted())
                assert (kept.part, kept.count) == (one.numerator, one.denominator), one.name


async def test_rollups_equal_raw_counts_before_and_after_changes(database: Database) -> None:
    async with database.writing() as session:
        await scattered(session, random.Random(7))
    await roll_all(database, NOON)
    await assert_equal(database)
    later = NOON + timedelta(minutes=5)
    async with database.writing() as session:
        for number, lead in enumerate(await session.scalars(select(Lead).limit(20))):
            lead.state = (LeadState.MERGED, LeadState.CLOSED)[number % 2]
            lead.category, lead.street = "fake_prize", "新街道"
            event = {"at": later, "actor": "staff:li", "event": "move", "hash": "0" * 64}
            session.add(LeadEvent(lead_id=lead.id, position=9, to_state=LeadState.MET, **event))
    with pytest.raises(AssertionError):
        await assert_equal(database)
    assert await roll_all(database, later + timedelta(minutes=1))
    await assert_equal(database)


async def reports(database: Database, moment: datetime) -> list[Figures | WorkReport]:
    """What the reports tell of a week, a month and a year."""
    async with database.reading() as session:
        chief = Staff(login="q", name="", role=Role.CHIEF, active=True, created_at=NOON)
        month, year = (
            read_work_span(WorkSpanKind.MONTH, "2026-11"),
            read_work_span(WorkSpanKind.YEAR, "2026"),
        )
        week = (midnight(date(2026, 11, 2)), midnight(date(2026, 11, 9)))
        return [
            await figures_of(session, *week, moment),
            await figures_of(session, midnight(FIRST), midnight(date(2026, 12, 1)), moment),
            *[
                await work_report(session, chief, one, district="区", now=moment)
                for one in (month, year)
            ],
        ]


async def test_reports_read_from_counted_days_are_those_of_a_raw_count(database: Database) -> None:
    async with database.writing() as session:
        await scattered(session, random.Random(11), leads=90)
    raw = await reports(database, NOON)
    assert raw[1].received > 50  # type: ignore[union-attr]
    assert raw[1].occupations  # type: ignore[union-attr]
    await roll_all(database, NOON)
    assert await reports(database, NOON) == raw
    later = NOON + timedelta(hours=1)
    async with database.writing() as session:
        for lead in await session.scalars(select(Lead).limit(30)):
            lead.state, lead.category, lead.signed_at = LeadState.CLOSED, "fake_prize", later
            event = {"at": later, "actor": "staff:li", "event": "move", "hash": "0" * 64}
            session.add(LeadEvent(lead_id=lead.id, position=9, to_state=LeadState.MET, **event))
    changed = await reports(database, later)
    assert changed != raw
    async with database.writing() as session:
        await session.execute(delete(RolledDay))
    assert await reports(database, later) == changed


async def test_a_report_of_counted_days_looks_at_no_lead(sqlite_database: Database) -> None:
    database = sqlite_database
    async with database.writing() as session:
        await scattered(session, random.Random(11), leads=30)
    await roll_all(database, NOON)
    async with database.writing() as session:
        await session.execute(update(DayFigure).values(count=DayFigure.count * 1000))
    async with database.reading() as session:
        found = await figures_of(session, midnight(FIRST), midnight(date(2026, 11, 1)), NOON)
        assert found.received > 0
        assert found.received % 1000 == 0


async def test_every_day_is_counted_anew_once_a_day(sqlite_database: Database) -> None:
    database = sqlite_database
    async with database.writing() as session:
        await scattered(session, random.Random(1), leads=3)
    first = await roll_all(database, NOON)
    assert await roll_all(database, NOON + timedelta(hours=1)) == set()
    again = await roll_all(database, NOON + timedelta(days=1))
    assert again == first | {local_day(NOON) + timedelta(days=1)}


async def test_statistics_compare_with_the_month_and_the_year_before(
    sqlite_database: Database,
) -> None:
    database = sqlite_database
    async with database.writing() as session:
        await scattered(session, random.Random(3), (*MONTHS, date(2025, 11, 1)))
    await roll_all(database, NOON)
    async with database.writing() as session:
        li = await officer(session)
        span = read_span("2026-11", NOON)
        found = await statistics(session, li, span)
        assert (span.first, span.until) == (date(2026, 11, 1), date(2026, 11, 25))
        for (first, until), told in (
            ((span.first, span.until), found.total.now),
            ((date(2026, 10, 1), date(2026, 10, 25)), found.total.before),
            ((date(2025, 11, 1), date(2025, 11, 25)), found.total.year_before),
        ):
            raw = await raw_counts(session, first, until)
            assert told == raw[Dimension.ALL, ""]
            assert min(told.count, told.part, told.fen) > 0
        for table in found.tables:
            assert sum(line.now.count for line in table.lines) == found.total.now.count
            assert sum(line.now.fen for line in table.lines) == found.total.now.fen


async def test_behind_every_figure_are_as_many_leads(database: Database) -> None:
    async with database.writing() as session:
        await scattered(session, random.Random(5))
    await roll_all(database, NOON)
    async with database.writing() as session:
        li = await officer(session)
        span = read_span("2026", NOON)
        found = await statistics(session, li, span)
        figures = [
            (table.dimension, line.value, part, count)
            for table in found.tables
            for line in table.lines
            for part, count in ((Part.WHOLE, line.now.count), (Part.LOSS, line.now.part))
        ]
        figures += [
            (Dimension.RATE, rate.name, part, count)
            for rate in found.rates
            for part, count in ((Part.WHOLE, rate.now.count), (Part.NUMERATOR, rate.now.part))
        ]
        for dimension, value, part, count in figures:
            lines, more = await leads_behind(session, li, span, dimension, value, part, None)
            assert (len(lines), more) == (count, None), (dimension, value, part)


@pytest.mark.parametrize(
    ("typed", "kind", "first", "until"),
    [
        ("", SpanKind.MONTH, date(2026, 11, 1), date(2026, 11, 25)),
        ("2026-02", SpanKind.MONTH, date(2026, 2, 1), date(2026, 3, 1)),
        ("2025-12", SpanKind.MONTH, date(2025, 12, 1), date(2026, 1, 1)),
        ("2026", SpanKind.YEAR, date(2026, 1, 1), date(2026, 11, 25)),
        ("2024", SpanKind.YEAR, date(2024, 1, 1), date(2025, 1, 1)),
    ],
)
def test_a_span_ends_with_today(typed: str, kind: SpanKind, first: date, until: date) -> None:
    span = read_span(typed, NOON)
    assert (span.kind, span.first, span.until) == (kind, first, until)


@pytest.mark.parametrize("typed", ["2026-13", "2026-12", "2027", "1999", "去年", "2026-1", "0000"])
def test_a_wrong_span_is_refused_in_words(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        read_span(typed, NOON)


def test_a_short_month_before_is_not_passed_over() -> None:
    now = datetime(2026, 3, 31, 4, tzinfo=UTC)
    span = read_span("", now)
    assert span.before == (date(2026, 2, 1), date(2026, 3, 1))
    leap = read_span("2024-02", now)
    assert leap.year_before == (date(2023, 2, 1), date(2023, 3, 1))
    assert local_day(now) == date(2026, 3, 31)


async def test_who_may_not_read_reports_gets_no_statistics(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        grid = await officer(session, "wang", Role.GRID)
        with pytest.raises(NotAllowedError):
            await statistics(session, grid, read_span("", NOON))
