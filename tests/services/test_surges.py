"""Surges: the rule, and that one is offered once and never sent."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import schedule_notice
from bot.services.outgoing import Outgoing
from bot.services.staff import bind_chat, invite
from bot.services.subscriptions import note_click, subscribe
from bot.services.surges import family_words, find_surges, is_surge, list_surges, poisson_tail
from bot.storage.areas import all_areas, keep_area
from bot.storage.broadcasts import Broadcast
from bot.storage.checks import Check
from bot.storage.claims import message_content
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.outbox import OutboxMessage, Priority
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff
from tests.services.casework import filed

FAMILY = "cs_insurance"


@pytest.mark.parametrize(
    ("count", "mean", "chance"),
    [
        (0, 1.0, 1.0),
        (1, 1.0, 0.632121),
        (5, 1.0, 0.00366),
        (10, 2.0, 0.0000465),
        (30, 30.0, 0.5243),
    ],
)
def test_the_tail_of_poissons_law(count: int, mean: float, chance: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(chance, rel=2e-3)


@pytest.mark.parametrize(
    ("count", "past", "surge"),
    [(4, 0, False), (5, 0, True), (5, 28, False), (7, 28, True), (25, 560, False), (36, 560, True)],
)
def test_what_is_a_surge(count: int, past: int, surge: bool) -> None:
    assert is_surge(count, past) is surge


async def checks(session: AsyncSession, at: datetime, count: int, name: str) -> None:
    for number in range(count):
        who = sum(map(ord, name)) * 100 + number
        resident = await find_or_add_resident(session, "web", who, NOON)
        session.add(
            Check(
                reference=f"{name}{number}",
                resident_id=resident.id,
                text_hash="h",
                level="high",
                score=1.0,
                family=FAMILY,
                action="A2",
                library_version="1",
                created_at=at,
            )
        )
    await session.flush()


async def test_a_surge_is_offered_once_with_its_numbers_and_never_sent(database: Database) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
        resident = await find_or_add_resident(session, "telegram", 7, NOON)
        chief = await bind_chat(session, resident, code, NOON)
        assert isinstance(chief, Staff)
        for day in range(1, 29):
            await checks(session, NOON - timedelta(days=day), 1, f"d{day}-")
        await checks(session, NOON - timedelta(minutes=5), 5, "today")
        assert await find_surges(session, NOON) == 0
        await checks(session, NOON - timedelta(minutes=1), 4, "more")
        assert [await find_surges(session, NOON) for _ in range(2)] == [1, 0]
        (line,) = await list_surges(session, chief, NOON)
        assert (line.count, line.usual, line.street) == (9, 1.0, "")
        assert line.title == family_words(FAMILY)[0] != FAMILY
        (row,) = (await session.scalars(select(OutboxMessage))).all()
        told = Outgoing.from_json(message_content(database.vault, row)[1]).text
        assert row.priority == Priority.DIGEST
        assert "今天已有 9 次，前四周平均每天 1.0 次" in told
        assert (await session.scalars(select(Broadcast))).all() == []


async def leads(session: AsyncSession, at: datetime, count: int, street: str | None) -> None:
    numbers = [await filed(session, now=at) for _ in range(count)]
    query = update(Lead).where(Lead.number.in_(numbers))
    await session.execute(query.values(family=FAMILY, street=street))


async def test_a_street_is_measured_against_its_own_past(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        for day in range(1, 29):
            await leads(session, NOON - timedelta(days=day), 2, "东街")
        for street, count in (("东街", 6), ("西街", 6), ("南街", 4), (None, 1)):
            await leads(session, NOON - timedelta(minutes=1), count, street)
        assert await find_surges(session, NOON) == 2
        lines = await list_surges(session, chief, NOON)
    found = {one.street: (one.count, one.usual) for one in lines}
    assert found == {"": (17, 2.0), "西街": (6, 0.0)}


async def askers(session: AsyncSession, street: str, count: int, way: str) -> list[int]:
    """Residents of a street, by what they subscribed to or by the notice they came from."""
    await keep_area(session, street, "", "", "所")
    (place,) = [area.id for area in await all_areas(session) if area.street == street]
    found = []
    for number in range(count):
        resident = await find_or_add_resident(session, way, place * 100 + number, NOON)
        if way == "telegram":
            await subscribe(
                session,
                resident,
                area_id=place,
                audience="不限",
                kinds=["warning"],
                hour=None,
                now=NOON,
            )
        else:
            cast = (await session.scalars(select(Broadcast))).first()
            assert cast is not None
            await note_click(session, resident, cast.id, NOON, place)
        found.append(resident.id)
    return found


async def ask(session: AsyncSession, people: list[int], at: datetime, times: int = 1) -> None:
    for person in people:
        for number in range(times):
            session.add(
                Check(
                    reference=f"{person}-{at:%d%H%M}-{number}",
                    resident_id=person,
                    text_hash="h",
                    level="high",
                    score=1.0,
                    family=FAMILY,
                    action="A2",
                    library_version="1",
                    created_at=at,
                )
            )
    await session.flush()


async def test_checks_of_a_streets_residents_are_measured_against_its_own_past(
    database: Database,
) -> None:
    """Six askers make a surge where there were none before, six questions of one do not, nor in the
    district, and where two ask every day six are usual."""
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        (group,) = await add_groups(session, chief, -1)
        await schedule_notice(
            session,
            chief,
            "brush_task",
            {"community": "幸福里"},
            [group.id],
            None,
            now=NOON,
            dedupe="x",
        )
        usual = await askers(session, "东街", 6, "telegram")
        for day in range(1, 29):
            await ask(session, usual[:2], NOON - timedelta(days=day))
        await ask(session, usual, NOON - timedelta(minutes=2))
        await ask(
            session, await askers(session, "西街", 6, "telegram"), NOON - timedelta(minutes=2)
        )
        await ask(session, await askers(session, "北街", 6, "web"), NOON - timedelta(minutes=2))
        one = await askers(session, "南街", 1, "telegram")
        await ask(session, one, NOON - timedelta(minutes=2), times=6)
        await find_surges(session, NOON)
        lines = await list_surges(session, chief, NOON)
    found = {line.street: line.count for line in lines}
    assert found == {"": 19, "西街": 6, "北街": 6}


def test_an_unknown_family_has_its_id() -> None:
    assert family_words("no_such") == ("no_such", "")
