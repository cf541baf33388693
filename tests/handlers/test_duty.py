"""Duty officers in the bot."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.reports import Draft, file_report
from bot.services.staff import invite
from bot.storage.database import Database
from bot.storage.inbox import InboxMessage
from bot.storage.leads import Lead, LeadEvent
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.times import now
from tests.talk import Talk

STAFF_COMMANDS = ("/queue", "/lead FZ261124-0001-1", "/notice", "/sent")


async def officer(
    database: Database,
    library: Library,
    role: Role,
    login: str,
    clock: Callable[[], datetime] = now,
) -> Talk:
    """Somebody of that role with a bound chat."""
    async with database.writing() as session:
        _, code = await invite(session, None, login, login, role, clock())
    talk = Talk(database, library, clock=clock)
    assert "已绑定" in await talk.says(f"/bind {code}")
    return talk


async def filed(database: Database) -> str:
    """The number of a fresh lead of somebody who has paid."""
    draft = Draft(
        happened="paid",
        description="我叫王桂英，被骗了",
        contact="phone",
        phone="13800138000",
        amount_fen=350_000,
        suspects="对方电话 13912345678",
    )
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 42, now())
        return (await file_report(session, resident, draft, now())).number


async def test_an_officer_pulls_the_queue_and_signs(database: Database, library: Library) -> None:
    talk = await officer(database, library, Role.DUTY, "li")
    number = await filed(database)
    assert number in await talk.says("/queue")
    words = await talk.presses(number)
    assert "已转账" in words
    assert "13800138000" not in words
    assert "王桂英" not in words
    assert "13912345678" not in words
    assert f"已签收 {number}" in await talk.presses("签收")
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
        events = (await session.scalars(select(LeadEvent).order_by(LeadEvent.position))).all()
    assert (lead.state, lead.signed_at is not None) == ("signed", True)
    assert [event.event for event in events] == ["file", "sign"]
    assert "签收" not in (await talk.says(f"/lead {number}") and talk.labels)


async def test_two_officers_cannot_sign_for_the_same_lead(
    database: Database, library: Library
) -> None:
    one = await officer(database, library, Role.DUTY, "li")
    two = await officer(database, library, Role.DUTY, "wang")
    number = await filed(database)
    data = f"lead:sign:{number}"
    answers = await asyncio.gather(one.sends_data(data), two.sends_data(data))
    assert sum("已签收" in words and number in words for words in answers) == 1
    assert sum("这条线索已由" in words for words in answers) == 1
    async with database.reading() as session:
        events = (await session.scalars(select(LeadEvent))).all()
    assert [event.event for event in events] == ["file", "sign"]


async def test_the_duty_team_is_alerted_without_personal_data(
    database: Database, library: Library
) -> None:
    await officer(database, library, Role.DUTY, "li")
    await officer(database, library, Role.GRID, "zhao")
    number = await filed(database)
    async with database.reading() as session:
        waiting = (await session.scalars(select(InboxMessage))).all()
        payloads = [database.vault.open(one.payload_sealed, "inbox.payload") for one in waiting]
    assert len(payloads) == 1
    assert number in payloads[0]
    for personal in ("13800138000", "王桂英", "13912345678"):
        assert personal not in payloads[0]


@pytest.mark.parametrize("command", STAFF_COMMANDS)
async def test_residents_get_nothing_of_the_staff(
    sqlite_database: Database, library: Library, command: str
) -> None:
    number = await filed(sqlite_database)
    words = await Talk(sqlite_database, library).says(command)
    assert "只给工作人员" in words
    assert number not in words


@pytest.mark.parametrize("data", ["lead:show:{}", "lead:sign:{}"])
async def test_residents_cannot_press_what_officers_press(
    sqlite_database: Database, library: Library, data: str
) -> None:
    number = await filed(sqlite_database)
    words = await Talk(sqlite_database, library).sends_data(data.format(number))
    assert "只给工作人员" in words
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Lead))).one().state == "new"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.GRID, {"/notice", "/sent"}),
        (Role.STATION, {"/queue", "/lead FZ261124-0001-1"}),
        (Role.DUTY, {"/queue", "/lead FZ261124-0001-1"}),
        (Role.CHIEF, set(STAFF_COMMANDS)),
        (Role.ADMIN, set()),
        (Role.AUDITOR, set()),
    ],
)
async def test_each_role_uses_its_own_commands_only(
    sqlite_database: Database, library: Library, role: Role, allowed: set[str]
) -> None:
    talk = await officer(sqlite_database, library, role, "somebody")
    for command in STAFF_COMMANDS:
        refused = "不能使用这个功能" in await talk.says(command)
        assert refused is (command not in allowed), command


async def test_five_wrong_codes_bring_a_pause(database: Database, library: Library) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李", Role.DUTY, now())
    talk = Talk(database, library)
    for _ in range(5):
        assert "代码不对" in await talk.says("/bind AAAA-2222")
    assert "15 分钟" in await talk.says(f"/bind {code}")
    assert "已绑定" in await Talk(database, library).says(f"/bind {code}")


async def test_a_code_is_good_once_and_for_a_day(database: Database, library: Library) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李", Role.DUTY, now())
        _, late = await invite(session, None, "wang", "王", Role.DUTY, now() - timedelta(hours=25))
    assert "已绑定" in await Talk(database, library).says(f"/bind {code}")
    assert "代码不对或已过期" in await Talk(database, library).says(f"/bind {code}")
    assert "代码不对或已过期" in await Talk(database, library).says(f"/bind {late}")


async def test_somebody_put_out_of_service_is_a_resident_again(
    sqlite_database: Database, library: Library
) -> None:
    talk = await officer(sqlite_database, library, Role.DUTY, "li")
    async with sqlite_database.writing() as session:
        (await session.scalars(select(Staff))).one().active = False
    assert "只给工作人员" in await talk.says("/queue")


async def test_a_mistyped_number_is_told_apart_from_an_unknown_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = await officer(sqlite_database, library, Role.DUTY, "li")
    assert "编号不对" in await talk.says("/lead FZ261124-0001-9")
    assert "编号不对" in await talk.says("/lead")
    assert "没有未办结的线索" in await talk.says("/queue")
