"""A resident's own leads: seen, added to, withdrawn, erased; nobody else's."""

import re

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.audit import verify
from bot.services.leads import open_value, sign_for
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import (
    DESCRIPTION,
    IDENTIFIER,
    Lead,
    LeadState,
    Risk,
    SuspectIdentifier,
    events_of,
)
from bot.storage.transfers import read_elements
from bot.times import now
from tests.handlers.test_report import the_lead
from tests.handlers.test_urgent import ANSWERS, answers, begun
from tests.services.casework import officer, pushed
from tests.talk import Talk


async def paid(talk: Talk) -> str:
    """The number of a lead with every question answered."""
    await begun(talk)
    found = re.search(r"FZ[0-9]{6}-[0-9]{4}-[0-9]", await answers(talk, *ANSWERS))
    assert found
    return found[0]


async def at(database: Database, number: str, state: LeadState) -> None:
    """Bring the lead into a state, as an officer does."""
    async with database.writing() as session:
        staff = await officer(session, chat=77)
        await sign_for(session, staff, number, now())
        if state is not LeadState.SIGNED:
            await move(session, staff, number, state, "", now())


async def test_without_reports_it_says_what_to_do(
    sqlite_database: Database, library: Library
) -> None:
    assert "/report" in await Talk(sqlite_database, library).says("/my")


async def test_the_state_is_told_in_plain_words_and_changes_are_sent(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    number = await paid(talk)
    assert "等值班民警签收" in await talk.says("/my")
    await at(database, number, LeadState.CALLING)
    assert "正在联系您" in await talk.says("/my")
    assert "正在联系您" in await talk.presses(number)


async def test_more_is_added_and_the_officer_hears_without_the_words(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    number = await paid(talk)
    await at(database, number, LeadState.SIGNED)
    await talk.says("/my")
    await talk.presses(number)
    await talk.presses("补充")
    words = await talk.says("他又打来，微信号 wx_again77，要我的验证码 384756")
    assert "验证码已经遮住" in words
    assert number in words
    assert "已取消" in await talk.says("取消")
    lead = await the_lead(database)
    async with database.reading() as session:
        story = open_value(session, lead.description_sealed, DESCRIPTION)
        rows = (await session.scalars(select(SuspectIdentifier))).all()
        named = {open_value(session, row.value_sealed, IDENTIFIER) for row in rows}
        alert = (await pushed(session))[-1][1]
    assert "他又打来" in story
    assert "384756" not in story
    assert "wx_again77" in named
    assert "补充" in alert
    assert "wx_again77" not in alert


async def test_a_report_nobody_works_on_is_withdrawn(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    number = await paid(talk)
    await talk.says("/my")
    await talk.presses(number)
    assert "确定撤回吗" in await talk.presses("撤回")
    assert "已撤回" in await talk.presses("确定撤回")
    lead = await the_lead(database)
    assert lead.state == LeadState.WITHDRAWN
    async with database.reading() as session:
        assert (await events_of(session, lead.id))[-1].actor == "resident:web"
        assert (await verify(session)).broken == ""


async def test_what_is_being_worked_on_is_not_withdrawn(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    number = await paid(talk)
    await at(database, number, LeadState.CALLING)
    await talk.says("/my")
    await talk.presses(number)
    assert "撤回" not in talk.labels
    assert "不能直接撤回" in await talk.sends_data(f"own:withdraw_sure:{number}")
    assert (await the_lead(database)).state == LeadState.CALLING


@pytest.mark.parametrize("state", [None, LeadState.SIGNED, LeadState.CALLING])
async def test_erasing_leaves_statistics_and_nothing_personal(
    database: Database, library: Library, state: LeadState | None
) -> None:
    talk = Talk(database, library)
    number = await paid(talk)
    if state is not None:
        await at(database, number, state)
    await talk.says("/my")
    await talk.presses(number)
    assert "不能恢复" in await talk.presses("删除我的信息")
    assert "已删除" in await talk.presses("确定删除")
    lead = await the_lead(database)
    assert (lead.phone_sealed, lead.phone_hash, lead.area_sealed) == (None, None, None)
    assert lead.resident_id is None
    assert lead.erased_at is not None
    assert (lead.amount_fen, lead.category, lead.happened) == (
        5_000_000,
        "fake_customer_service",
        "paid",
    )
    assert lead.state == (LeadState.CALLING if state is LeadState.CALLING else "withdrawn")
    async with database.reading() as session:
        assert open_value(session, lead.description_sealed, DESCRIPTION) == ""
        assert await read_elements(session, lead.id) == {}
        assert (await events_of(session, lead.id))[-1].event == "erase"
        assert (await verify(session)).broken == ""
    assert "还没有报送过" in await talk.says("/my")


@pytest.mark.parametrize("act", ["show", "add", "withdraw_sure", "erase_sure", "undo", "test"])
async def test_somebody_elses_lead_is_not_there(
    sqlite_database: Database, library: Library, act: str
) -> None:
    number = await paid(Talk(sqlite_database, library))
    other = Talk(sqlite_database, library)
    assert "没有找到您的这条报送" in await other.sends_data(f"own:{act}:{number}")
    async with sqlite_database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
    assert (lead.state, lead.erased_at) == (LeadState.NEW, None)


async def test_an_ended_lead_is_not_added_to(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    number = await paid(talk)
    await talk.sends_data(f"own:withdraw_sure:{number}")
    assert "再报送一次" in await talk.sends_data(f"own:add:{number}")


async def test_who_adds_that_money_is_gone_hears_what_to_do_and_the_desk_too(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await talk.says("/report")
    for one in ("还没转账", "我自己"):
        await talk.presses(one)
    await talk.says("有人打电话说我中奖了")
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    async with database.reading() as session:
        before = (await session.scalars(select(Lead))).one()
    assert before.risk != Risk.URGENT
    await talk.sends_data(f"own:add:{before.number}")
    assert (await talk.says("我刚把三万元转给对方，现在联系不上了")).startswith("▶ 立即拨打 110")
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
        assert (lead.risk, lead.version) == (Risk.URGENT, before.version)
        assert lead.step_due_at < before.step_due_at
        assert (await events_of(session, lead.id))[-1].why.endswith("报送人补充说钱已转出")
        assert "钱已经转出，请马上联系" in (await pushed(session))[-1][1]
