"""Working a lead by buttons in the chat."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.handlers.duty import PRESSES
from bot.handlers.duty_keyboards import ACTS, SHOW, SIGN, WorkButton
from bot.matching.library import Library
from bot.services.permissions import may
from bot.services.staff import cut_off, find_staff
from bot.storage.areas import keep_area
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.staff import Role
from bot.times import now
from tests.handlers.test_duty import filed, officer
from tests.services.casework import filed as filed_at
from tests.services.casework import officer as member


async def state_of(database: Database) -> str:
    async with database.reading() as session:
        return (await session.scalars(select(Lead))).one().state


async def test_a_lead_is_worked_by_buttons_alone(database: Database, library: Library) -> None:
    async with database.writing() as session:
        await keep_area(session, "城东街道", "", "", "城东派出所")
    talk = await officer(database, library, Role.DUTY, "li")
    number = await filed(database)
    await talk.says("/queue")
    await talk.presses(number)
    await talk.presses("签收")
    await talk.presses("电话")
    assert "已登记：电话，没有回应" in await talk.presses("没有回应")
    await talk.presses("转派出所")
    assert "已转城东派出所" in await talk.presses("城东派出所")
    await talk.presses("已见面")
    await talk.presses("✅ 已劝阻")
    words = await talk.presses("已办结")
    assert "已改为“已办结”" in words
    for personal in ("13800138000", "王桂英", "13912345678"):
        assert personal not in words
    await talk.presses("重新打开")
    await talk.presses("群众再次求助")
    assert await state_of(database) == "signed"
    async with database.reading() as session:
        events = (await session.scalars(select(LeadEvent).order_by(LeadEvent.position))).all()
    assert [event.event for event in events] == [
        "file",
        "sign",
        "move",
        "contact",
        *["move"] * 4,
        "reopen",
    ]


async def test_a_lead_is_sent_on_to_another_station_by_buttons(
    sqlite_database: Database, library: Library
) -> None:
    async with sqlite_database.writing() as session:
        for name in ("城东", "城西"):
            await keep_area(session, f"{name}街道", "", "", f"{name}派出所")
    talk = await officer(sqlite_database, library, Role.DUTY, "li")
    number = await filed(sqlite_database)
    await talk.sends_data(f"lead:sign:{number}")
    assert "改派" not in talk.labels
    await talk.presses("转派出所")
    await talk.presses("城东派出所")
    await talk.presses("改派")
    assert "已转城西派出所" in await talk.presses("城西派出所")
    assert await state_of(sqlite_database) == "dispatched"


async def test_an_old_message_never_overwrites_what_was_done_since(
    database: Database, library: Library
) -> None:
    talk = await officer(database, library, Role.DUTY, "li")
    number = await filed(database)
    await talk.sends_data(f"lead:sign:{number}")
    old = talk.data("联系中")
    assert "已改为" in await talk.sends_data(old)
    assert "刚被更新过" in await talk.sends_data(old)


async def test_a_colleague_takes_over(database: Database, library: Library) -> None:
    one = await officer(database, library, Role.DUTY, "li")
    two = await officer(database, library, Role.DUTY, "wang")
    number = await filed(database)
    await one.sends_data(f"lead:sign:{number}")
    assert "我来接手" not in one.labels
    await two.says(f"/lead {number}")
    assert "已由您接手" in await two.presses("我来接手")
    assert "办理人：wang" in two.text


@pytest.mark.parametrize(
    "data",
    [
        "work:move:nonsense:{}:1",
        "work:move:closed:{}:1",
        "work:move:false_alarm-99:{}:1",
        "work:move:false_alarm:{}:1",
        "work:contact:phone-maybe:{}:1",
        "work:way:pigeon:{}:1",
        "work:why:nonsense:{}:1",
        "work:station:00000000:{}:1",
        "work:stations::{}:1",
        "work:dance::{}:1",
    ],
)
async def test_a_button_that_nobody_made_changes_nothing(
    sqlite_database: Database, library: Library, data: str
) -> None:
    talk = await officer(sqlite_database, library, Role.DUTY, "li")
    number = await filed(sqlite_database)
    await talk.sends_data(f"lead:sign:{number}")
    words = await talk.sends_data(data.format(number))
    assert "系统出了点问题" not in words
    assert await state_of(sqlite_database) == "signed"


def test_every_button_has_a_line_in_the_table_and_every_line_a_handler() -> None:
    assert set(ACTS) == {SHOW, SIGN, *PRESSES}


VALUES = {
    "way": "phone",
    "contact": "phone-reached",
    "move": "calling",
    "why": "false_alarm",
    "stations": "",
    "station": "00000000",
    "take": "",
}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
async def test_every_role_presses_what_the_table_says_and_nothing_else(
    sqlite_database: Database, library: Library, role: Role
) -> None:
    talk = await officer(sqlite_database, library, role, "somebody")
    number = await filed(sqlite_database)
    for act, action in ACTS.items():
        if act in PRESSES:
            data = WorkButton(act=act, value=VALUES[act], number=number, seen=0).pack()
        else:
            data = f"lead:{act}:{number}"
        refused = "不能使用这个功能" in await talk.sends_data(data)
        assert refused is not may(role, action), act
        if role is Role.STATION and not refused:
            assert "没有这个编号" in talk.text, act
    assert await state_of(sqlite_database) in ("new", "signed", "calling")


async def test_a_lost_phone_is_cut_off_and_what_waits_for_it_is_not_sent(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await member(session, "li", chat=101)
        boss = await member(session, "boss", Role.CHIEF, chat=102)
        await filed_at(session)
    async with database.writing() as session:
        await cut_off(session, boss, "li", now())
        await filed_at(session, account=2)
    async with database.reading() as session:
        alerts = select(OutboxMessage).where(OutboxMessage.priority == Priority.ALERT)
        rows = (await session.scalars(alerts.order_by(OutboxMessage.id))).all()
        assert (await find_staff(session, "li")).active
    assert len(rows) == 3
    to_li = [row for row in rows if row.dedupe_key.endswith(f":{1}")]
    assert [row.state for row in to_li] == [DeliveryState.CANCELLED]
    to_boss = [row for row in rows if row not in to_li]
    assert [row.state for row in to_boss] == [DeliveryState.QUEUED] * 2
    assert li.id != boss.id


async def test_the_queue_marks_what_is_overdue(database: Database, library: Library) -> None:
    talk = await officer(database, library, Role.DUTY, "li")
    number = await filed(database)
    async with database.writing() as session:
        lead = (await session.scalars(select(Lead))).one()
        lead.step_due_at = now() - timedelta(minutes=7)
    words = await talk.says("/queue")
    assert f"❗签收超时 7 分 {number}" in words or f"❗签收超时 8 分 {number}" in words
    assert await state_of(database) == LeadState.NEW
