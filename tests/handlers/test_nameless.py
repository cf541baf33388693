"""A report without a name: nothing that is kept ties its number to who sent it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.handlers.states import Stopping
from bot.matching.library import Library
from bot.services.retention import NAMELESS_KEPT, NAMELESS_STATE, forget_nameless
from bot.storage.database import Database, vault_of
from bot.storage.leads import Lead
from bot.storage.resealing import sealed_columns
from bot.storage.tables import metadata
from tests.handlers.test_report import the_lead
from tests.handlers.test_urgent import answers, begun
from tests.services.broadcasting import NOON
from tests.talk import Talk

SECOND = timedelta(seconds=1)
OF_THE_LEAD = {"lead"}
"""Where its number stands as what it is."""


async def step_by_step(talk: Talk) -> None:
    await talk.says("/report")
    for label in ("还没转账", "不留名"):
        await talk.presses(label)
    await talk.says("楼下有人收银行卡")
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交", "the-filing")


async def from_the_first_answer(talk: Talk) -> None:
    await begun(talk)
    await talk.presses("跳过")
    await talk.presses("跳过")
    await talk.presses("不留名", "the-filing")
    await answers(talk, "昨天", "2000", "先到这里")


async def after_the_receipt(talk: Talk) -> None:
    await begun(talk)
    await talk.says("13800138000", "the-filing")
    await talk.presses("跳过")
    await answers(talk, "不留名", "昨天")
    await talk.says("取消")


async def kept_with(database: Database, number: str) -> set[str]:
    """Tables in which the number stands, sealed or not."""
    found = set()
    async with database.reading() as session:
        vault = vault_of(session)
        sealed = {(table.name, column.name): of for table, column, of in sealed_columns()}
        for table in metadata.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                for name, value in row.items():
                    purpose = sealed.get((table.name, str(name)))
                    told = vault.open(value, purpose) if purpose and value else str(value)
                    if number in told:
                        found.add(table.name)
    return found


@pytest.mark.parametrize("way", [step_by_step, from_the_first_answer, after_the_receipt])
async def test_the_number_is_shown_once_and_kept_with_nobody(
    database: Database, library: Library, way: Callable[[Talk], Awaitable[None]]
) -> None:
    talk = Talk(database, library)
    await way(talk)
    number = (await the_lead(database)).number
    assert await kept_with(database, number) == OF_THE_LEAD
    again = await talk.says("x", "the-filing")
    assert "已提交" in again
    assert "不再显示" in again
    assert number not in again


async def test_questions_that_are_left_tie_the_number_to_the_chat_for_an_hour(
    sqlite_database: Database, library: Library
) -> None:
    talk, named = (Talk(sqlite_database, library, clock=lambda: NOON) for _ in range(2))
    await begun(named)
    await named.says("13800138000")
    await begun(talk)
    await answers(talk, "跳过", "跳过", "不留名", "昨天")
    async with sqlite_database.reading() as session:
        newest = select(Lead.number).order_by(Lead.id.desc()).limit(1)
        number = await session.scalar(newest)
    assert number
    assert await kept_with(sqlite_database, number) == OF_THE_LEAD | {"dialogue"}
    for late, gone in ((-SECOND, 0), (SECOND, 1)):
        async with sqlite_database.writing() as session:
            assert await forget_nameless(session, NOON + NAMELESS_KEPT + late) == gone
    assert await kept_with(sqlite_database, number) == OF_THE_LEAD
    assert "和平路" not in await named.says("和平路")
    assert Stopping.nameless.state == NAMELESS_STATE


async def test_a_report_with_a_name_keeps_its_receipt(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    first = await talk.says("13800138000", "the-filing")
    number = (await the_lead(sqlite_database)).number
    assert number in first
    assert await talk.says("x", "the-filing") == first
    assert "answered_update" in await kept_with(sqlite_database, number)
