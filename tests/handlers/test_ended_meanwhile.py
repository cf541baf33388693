"""The desk merges or ends a lead while its reporter still answers: nothing is lost unsaid."""

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.errors import ConflictError
from bot.matching.library import Library
from bot.services.leads import sign_for
from bot.services.merging import merge
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState
from bot.storage.transfers import read_elements
from bot.times import now
from tests.handlers.test_urgent import begun
from tests.services.casework import officer, pushed
from tests.talk import Talk


async def filed(database: Database, talk: Talk) -> str:
    await begun(talk)
    await talk.says("13812345678")
    await talk.says("和平路")
    async with database.reading() as session:
        return (await session.scalars(select(Lead.number).order_by(Lead.id.desc()))).first() or ""


async def end(database: Database, number: str, at: datetime) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        await sign_for(session, staff, number, at)
        await move(session, staff, number, LeadState.FALSE_ALARM, "误报", at)


async def test_answers_after_a_merge_are_kept_and_told_to_who_has_the_other_lead(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    first = await filed(database, talk)
    await talk.says("取消")
    second = await filed(database, talk)
    async with database.writing() as session:
        staff = await officer(session, chat=77)
        await sign_for(session, staff, first, now())
        await merge(session, staff, second, first, "同一件事", now())
    await talk.presses("我自己")
    assert "一共转了多少钱" in await talk.says("10分钟前")
    await talk.says("5万")
    async with database.reading() as session:
        lead = await session.scalar(select(Lead).where(Lead.number == second))
        assert lead is not None
        assert lead.amount_fen == 5_000_000
        assert (await read_elements(session, lead.id))["when"] == "10分钟前"
        assert f"线索 {first}（并入的 {second}） 有补充" in (await pushed(session))[-1][1]
    await talk.says("取消")
    await talk.sends_data(f"own:add:{second}")
    assert "已补充" in await talk.says("想起来一件事")


async def test_an_answer_after_the_end_is_not_kept_and_leaves_the_dialogue(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    number = await filed(sqlite_database, talk)
    await end(sqlite_database, number, now())
    words = await talk.presses("我自己")
    assert "没有记下" in words
    assert "/report" in words
    assert "没有进行中的步骤" in await talk.says("取消")


async def test_what_is_added_after_the_end_is_not_kept_and_leaves_the_dialogue(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    number = await filed(sqlite_database, talk)
    await talk.says("取消")
    await talk.sends_data(f"own:add:{number}")
    await end(sqlite_database, number, now())
    assert "没有记下" in await talk.says("又想起来一点")
    assert "没有进行中的步骤" in await talk.says("取消")


async def test_a_lead_that_its_reporter_withdrew_was_signed_by_nobody(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    number = await filed(sqlite_database, talk)
    await talk.sends_data(f"own:withdraw_sure:{number}")
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        with pytest.raises(ConflictError) as refused:
            await sign_for(session, staff, number, now())
    assert refused.value.words == "这条线索已撤回，不用再签收。"


async def test_an_ended_report_is_not_withdrawn_and_nobody_is_said_to_work_on_it(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    number = await filed(sqlite_database, talk)
    await end(sqlite_database, number, now())
    words = await talk.sends_data(f"own:withdraw_sure:{number}")
    assert "不用撤回" in words
    assert "民警已经在处理" not in words
