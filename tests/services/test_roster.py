"""Shifts, who is on duty, and what is handed over."""

from datetime import timedelta

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.leads import sign_for
from bot.services.roster import add_shift, hand_over_list, remove_shift, see_roster
from bot.storage.database import Database
from bot.storage.leads import LeadState
from bot.storage.staff import Role
from bot.storage.work_facts import duty_spans
from tests.services.casework import NOON, brought_to, filed, officer

HOUR = timedelta(hours=1)


async def test_a_shift_begins_and_ends_on_the_minute(database: Database) -> None:
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        await officer(session, "li")
        await officer(session, "zhao", Role.GRID)
        await add_shift(session, chief, "li", NOON, NOON + 8 * HOUR, NOON)
        for moment, names in (
            (NOON - timedelta(seconds=1), ()),
            (NOON, ("li警官",)),
            (NOON + 8 * HOUR - timedelta(seconds=1), ("li警官",)),
            (NOON + 8 * HOUR, ()),
        ):
            assert (await see_roster(session, chief, moment)).on_duty == names
        roster = await see_roster(session, chief, NOON)
        assert roster.people == (("boss", "boss警官"), ("li", "li警官"))
        assert [(one.name, one.now) for one in roster.shifts] == [("li警官", True)]


@pytest.mark.parametrize(
    ("login", "begins", "ends", "words"),
    [
        ("nobody", 0, 8, "请选择"),
        ("zhao", 0, 8, "请选择"),
        ("li", 8, 8, "晚于"),
        ("li", -9, -1, "已经过去"),
        ("li", 0, 37, "36 小时"),
    ],
)
async def test_a_shift_that_cannot_be_is_refused_with_why(
    sqlite_database: Database, login: str, begins: int, ends: int, words: str
) -> None:
    async with sqlite_database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        await officer(session, "li")
        await officer(session, "zhao", Role.GRID)
        with pytest.raises(InvalidInputError, match=words):
            await add_shift(session, chief, login, NOON + begins * HOUR, NOON + ends * HOUR, NOON)


async def test_nobody_is_on_duty_twice_at_once(database: Database) -> None:
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        await officer(session, "li")
        shift = await add_shift(session, chief, "li", NOON, NOON + 8 * HOUR, NOON)
        with pytest.raises(ConflictError, match="已有班次"):
            await add_shift(session, chief, "li", NOON + 7 * HOUR, NOON + 9 * HOUR, NOON)
        await add_shift(session, chief, "li", NOON + 8 * HOUR, NOON + 9 * HOUR, NOON)
        await remove_shift(session, chief, shift.id, NOON)
        assert (await see_roster(session, chief, NOON)).on_duty == ()
        with pytest.raises(NotFoundError):
            await remove_shift(session, chief, shift.id, NOON)


async def test_a_shift_that_runs_ends_now_and_one_that_is_over_stays(database: Database) -> None:
    async with database.writing() as session:
        chief, _ = await officer(session, "boss", Role.CHIEF), await officer(session, "li")
        shift = await add_shift(session, chief, "li", NOON, NOON + 8 * HOUR, NOON)
        await remove_shift(session, chief, shift.id, NOON + 3 * HOUR)
        assert await duty_spans(session, NOON, NOON + 24 * HOUR) == [(NOON, NOON + 3 * HOUR)]
        for later in (3, 9):
            with pytest.raises(NotFoundError, match="保留"):
                await remove_shift(session, chief, shift.id, NOON + later * HOUR)
        assert await duty_spans(session, NOON, NOON + 24 * HOUR) == [(NOON, NOON + 3 * HOUR)]


async def test_only_the_chief_edits_the_roster(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session, "li")
        with pytest.raises(NotAllowedError):
            await add_shift(session, staff, "li", NOON, NOON + HOUR, NOON)
        with pytest.raises(NotAllowedError):
            await remove_shift(session, staff, 1, NOON)
        assert (await see_roster(session, staff, NOON)).on_duty == ()


async def test_leads_of_those_who_left_stand_first_in_the_hand_over_list(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        one, two = await officer(session, "li"), await officer(session, "wang")
        here, left = await filed(session), await filed(session, account=2, happened="not_paid")
        done = await filed(session, account=3)
        await filed(session, account=4)
        await sign_for(session, one, here, NOON)
        await sign_for(session, two, left, NOON)
        await brought_to(session, one, done, LeadState.CLOSED)
        await add_shift(session, chief, "li", NOON, NOON + 8 * HOUR, NOON)
        listed, _ = await hand_over_list(session, one, NOON)
        assert [(line.line.number, line.left) for line in listed] == [(left, True), (here, False)]


async def test_every_lead_and_shift_is_on_a_page(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.roster.HANDED_OVER", 2)
    monkeypatch.setattr("bot.services.roster.SHIFTS_SHOWN", 2)
    async with sqlite_database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        here, gone = await officer(session, "li"), await officer(session, "wang")
        for account, who in enumerate((here, gone, here, gone, gone)):
            await sign_for(session, who, await filed(session, account=account), NOON)
        for hours in (0, 8, 16):
            begins = NOON + hours * HOUR
            await add_shift(session, chief, "li", begins, begins + 8 * HOUR, NOON)
        seen = []
        for page in (1, 2, 3):
            listed, leaf = await hand_over_list(session, here, NOON, page)
            seen += [line.left for line in listed]
            assert (leaf.pages, leaf.count) == (3, 5)
        assert seen == [True, True, True, False, False]
        pages = [await see_roster(session, here, NOON, page) for page in (1, 2)]
        assert [len(one.shifts) for one in pages] == [2, 1]
        assert pages[0].leaf.count == 3
        for beyond in (hand_over_list, see_roster):
            with pytest.raises(NotFoundError, match="没有第 4 页"):
                await beyond(session, here, NOON, 4)
