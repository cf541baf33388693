"""Officers add, take out and put back; the history only grows, and only who may does it."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.matching.library import Library
from bot.services.library_replay import (
    Candidate,
    Replayed,
    ScriptRefusedError,
    candidate,
    live_library,
    replay,
)
from bot.services.library_work import (
    accept,
    history,
    plan_rollback,
    retire_script,
    rollback,
)
from bot.services.patterns import Patterns
from bot.storage.database import Database
from bot.storage.library import (
    ChangeKind,
    LibraryChange,
    LibraryScript,
    active_scripts,
    in_use_at,
    newest_change,
)
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_staff
from tests.services.test_library_replay import LIKE_REPORT, NEW, REPORT, with_case

WHY = "辖区昨天有两位老人接到这种电话。"
OTHER = "领导让你先把工程保证金垫上，走你个人账户，晚上开会时当面还你。"


@pytest.fixture
async def officer(database: Database) -> Staff:
    async with database.writing() as session:
        return await add_staff(session, Role.DUTY, "li")


def replayed(text: str, change: int) -> Replayed:
    """A replay that found nothing, as of that change."""
    return Replayed((Candidate("police_case", "call", text),), change, (), ())


async def add(database: Database, staff: Staff, text: str, change: int) -> int:
    async with database.writing() as session:
        (made,) = await accept(session, staff, replayed(text, change), WHY, NOON)
        return made.script_id


async def texts_in_use(database: Database) -> list[str]:
    async with database.reading() as session:
        return [script.text for script in await active_scripts(session)]


async def test_an_accepted_script_is_in_use_and_in_the_history(
    database: Database, officer: Staff, small_library: Library, small_patterns: Patterns
) -> None:
    made = candidate(NEW, "police_case", "call", small_library)
    found = await asyncio.to_thread(replay, [made], small_library, small_patterns)
    async with database.writing() as session:
        (change,) = await accept(session, officer, found, WHY, NOON)
    assert change.number == 1
    async with database.reading() as session:
        live = live_library(
            small_library, await active_scripts(session), await newest_change(session)
        )
        (line,) = await history(session, officer)
    assert live.version.endswith("+1")
    assert (line.number, line.kind, line.text, line.who) == (1, ChangeKind.ADD, NEW, "li")
    assert (line.family, line.register, line.why, line.at) == ("police_case", "call", WHY, NOON)


async def test_a_script_that_flags_genuine_messages_is_not_kept(
    database: Database, officer: Staff, small_library: Library, small_patterns: Patterns
) -> None:
    made = candidate(LIKE_REPORT, "police_case", "chat", small_library)
    found = replay([made], small_library, with_case(small_patterns, REPORT))
    with pytest.raises(ScriptRefusedError, match="社区医院"):
        async with database.writing() as session:
            await accept(session, officer, found, WHY, NOON)
    assert await texts_in_use(database) == []


async def test_of_two_officers_who_replayed_the_same_library_one_tries_again(
    database: Database, officer: Staff
) -> None:
    async def accept_one(text: str) -> str:
        try:
            await add(database, officer, text, 0)
        except ConflictError as refused:
            return refused.words
        return ""

    words = await asyncio.gather(*(accept_one(text) for text in (NEW, OTHER)))
    assert sorted(map(bool, words)) == [False, True]
    assert "再试一次" in "".join(words)
    assert len(await texts_in_use(database)) == 1
    async with database.reading() as session:
        assert await newest_change(session) == 1


async def test_a_retired_script_is_out_of_use_and_stays_in_the_history(
    database: Database, officer: Staff
) -> None:
    script_id = await add(database, officer, NEW, 0)
    async with database.writing() as session:
        await retire_script(session, officer, script_id, "误伤了社区通知。", NOON)
    assert await texts_in_use(database) == []
    async with database.reading() as session:
        row = await session.get(LibraryScript, script_id)
        lines = await history(session, officer)
    assert row is not None
    assert (row.retired_by, row.retired_at) == (officer.id, NOON)
    assert [(line.number, line.kind) for line in lines] == [
        (2, ChangeKind.RETIRE),
        (1, ChangeKind.ADD),
    ]
    with pytest.raises(ConflictError, match="已经停用"):
        async with database.writing() as session:
            await retire_script(session, officer, script_id, WHY, NOON)
    with pytest.raises(NotFoundError):
        async with database.writing() as session:
            await retire_script(session, officer, script_id + 1, WHY, NOON)


async def test_a_rollback_takes_out_and_puts_back_and_is_itself_undone_by_one(
    database: Database, officer: Staff, small_library: Library, small_patterns: Patterns
) -> None:
    first = await add(database, officer, NEW, 0)
    async with database.writing() as session:
        await retire_script(session, officer, first, WHY, NOON)
    await add(database, officer, OTHER, 2)

    async def back_to(number: int) -> None:
        async with database.reading() as session:
            plan = await plan_rollback(session, officer, number)
        found = replay(plan.restore, small_library, small_patterns)
        async with database.writing() as session:
            await rollback(session, officer, plan, found, WHY, NOON)

    await back_to(1)
    assert await texts_in_use(database) == [NEW]
    await back_to(3)
    assert await texts_in_use(database) == [OTHER]
    await back_to(0)
    assert await texts_in_use(database) == []
    async with database.reading() as session:
        lines = await history(session, officer)
        assert [line.back_to for line in reversed(lines)] == [None] * 3 + [1, 1, 3, 3, 0]
        states = [await in_use_at(session, number) for number in range(9)]
    assert states[:4] == [set(), {first}, set(), {first + 1}]
    assert states[5] == {first}
    assert states[7] == {first + 1}
    assert states[8] == set()


async def test_a_plan_is_void_once_somebody_else_changed_the_library(
    database: Database, officer: Staff
) -> None:
    await add(database, officer, NEW, 0)
    async with database.reading() as session:
        plan = await plan_rollback(session, officer, 0)
    await add(database, officer, OTHER, 1)
    with pytest.raises(ConflictError, match="再试一次"):
        async with database.writing() as session:
            await rollback(session, officer, plan, Replayed((), 1, (), ()), WHY, NOON)
    assert await texts_in_use(database) == [NEW, OTHER]


@pytest.mark.parametrize("number", [-1, 2, 99])
async def test_there_is_no_way_back_to_a_change_that_never_was(
    database: Database, officer: Staff, number: int
) -> None:
    await add(database, officer, NEW, 0)
    async with database.reading() as session:
        with pytest.raises(NotFoundError, match="现在是第 1 次"):
            await plan_rollback(session, officer, number)
        with pytest.raises(ConflictError, match="不用退回"):
            await plan_rollback(session, officer, 1)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY, Role.CHIEF)])
async def test_nobody_but_duty_officers_works_on_the_library(
    sqlite_database: Database, role: Role
) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role)
    refused = pytest.raises(NotAllowedError)
    async with sqlite_database.writing() as session:
        with refused:
            await accept(session, staff, replayed(NEW, 0), WHY, NOON)
        with refused:
            await retire_script(session, staff, 1, WHY, NOON)
        with refused:
            await history(session, staff)
        with refused:
            await plan_rollback(session, staff, 0)
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LibraryChange)) == 0


@pytest.mark.parametrize("why", ["", "  \n ", "因" * 201], ids=["none", "blank", "long"])
async def test_every_change_needs_a_reason(sqlite_database: Database, why: str) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, Role.CHIEF)
        with pytest.raises(InvalidInputError, match="原因"):
            await accept(session, staff, replayed(NEW, 0), why, NOON)


async def test_a_reason_keeps_nobodys_number(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, Role.CHIEF)
        why = "报警人电话13812345678，说收到三次。"
        (change,) = await accept(session, staff, replayed(NEW, 0), why, NOON)
        assert "13812345678" not in change.why
        assert "说收到三次" in change.why
