"""Whoever has a lead in hand hears of it: a station, a colleague, who held it before."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotFoundError
from bot.services.desk import masked_lead
from bot.services.escalation import remind_of_overdue
from bot.services.handling import dispatch, hand_over, take_over
from bot.services.leads import sign_for
from bot.services.limits import LIMITS
from bot.services.own_leads import add_to_lead
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import LeadState, Risk
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.casework import NOON, PHONE, filed, lead_of, officer, pushed, trail

EAST, WEST = "城东派出所", "城西派出所"
CHATS = {"li": 1, "wang": 2, "east": 3, "west": 4}
"""Chats are bound in this order, so they are the residents 1 to 4."""
HOUR = timedelta(hours=1)


async def team(session: AsyncSession) -> tuple[Staff, Staff]:
    """Two duty officers and two stations, everybody with a chat."""
    li, wang = [await officer(session, one, chat=100 + CHATS[one]) for one in ("li", "wang")]
    for login, station in (("east", EAST), ("west", WEST)):
        chat = 100 + CHATS[login]
        (await officer(session, login, Role.STATION, chat=chat)).station = station
    await session.flush()
    return li, wang


async def told(session: AsyncSession, since: int) -> dict[str, str]:
    """What was pushed after so many messages: the words by whose chat it is."""
    names = {str(number): name for name, number in CHATS.items()}
    return {names[key.rsplit(":", 1)[1]]: text for key, text in (await pushed(session))[since:]}


async def test_a_station_is_told_masked_of_what_was_handed_to_it(database: Database) -> None:
    async with database.writing() as session:
        li, _ = await team(session)
        number = await filed(session)
        await sign_for(session, li, number, NOON)
        before = len(await pushed(session))
        await dispatch(session, li, number, EAST, "", NOON)
        found = await told(session, before)
    assert set(found) == {"east"}
    words = found["east"]
    assert f"转来线索 {number}(紧急)" in words
    assert "请在 11-24 13:00 前" in words
    for personal in (PHONE, "幸福里", "客服"):
        assert personal not in words


async def test_a_station_that_no_chat_reaches_is_to_be_telephoned(database: Database) -> None:
    async with database.writing() as session:
        li, wang = await team(session)
        number = await filed(session)
        await sign_for(session, wang, number, NOON)
        before = len(await pushed(session))
        await dispatch(session, li, number, "城北派出所", "", NOON)
        found = await told(session, before)
    assert set(found) == {"li"}
    assert "城北派出所没有绑定聊天" in found["li"]
    assert "打电话" in found["li"]


async def test_a_lead_goes_from_a_wrong_station_to_the_right_one(database: Database) -> None:
    async with database.writing() as session:
        li, _ = await team(session)
        east = await officer(session, "east")
        number = await filed(session)
        await sign_for(session, li, number, NOON)
        seen = (await dispatch(session, li, number, EAST, "", NOON)).version
        before = len(await pushed(session))
        with pytest.raises(ConflictError, match=f"已经转给{EAST}"):
            await dispatch(session, li, number, EAST, "", NOON)
        lead = await dispatch(session, li, number, WEST, "转错了", NOON + HOUR, seen=seen)
        assert (lead.state, lead.station) == ("dispatched", WEST)
        assert lead.step_due_at == NOON + HOUR + (LIMITS[Risk.URGENT].visit or HOUR)
        last = (await trail(session, number))[-1]
        assert (last.event, last.why) == ("redispatched", f"{EAST}→{WEST}；转错了")
        assert (last.from_state, last.to_state) == (None, None)
        found = await told(session, before)
        assert set(found) == {"east", "west"}
        assert "不用再办理" in found["east"]
        with pytest.raises(NotFoundError):
            await masked_lead(session, east, number)
        with pytest.raises(ConflictError, match="刚被更新"):
            await dispatch(session, li, number, EAST, "", NOON + HOUR, seen=seen)


async def test_news_of_the_reporter_reach_the_officer_and_the_station(database: Database) -> None:
    async with database.writing() as session:
        li, _ = await team(session)
        number = await filed(session, account=9)
        resident = await find_or_add_resident(session, "web", 9, NOON)

        async def heard(minutes: int) -> dict[str, str]:
            before, at = len(await pushed(session)), NOON + timedelta(minutes=minutes)
            await add_to_lead(session, resident, number, "他又打来了", at)
            return await told(session, before)

        await sign_for(session, li, number, NOON)
        assert set(await heard(1)) == {"li"}
        await dispatch(session, li, number, EAST, "", NOON)
        found = await heard(2)
        assert set(found) == {"li", "east"}
        assert "又打来" not in found["east"]
        await move(session, await officer(session, "east"), number, LeadState.MET, "", NOON)
        await move(session, li, number, LeadState.STOPPED, "", NOON)
        assert set(await heard(3)) == {"li"}


async def test_what_a_station_reports_back_reaches_who_handed_it_over(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        li, _ = await team(session)
        number = await filed(session)
        await sign_for(session, li, number, NOON)
        await dispatch(session, li, number, EAST, "", NOON)
        before = len(await pushed(session))
        east = await officer(session, "east", Role.STATION)
        await move(session, east, number, LeadState.UNREACHABLE, "", NOON + HOUR)
        assert await told(session, before) == {
            "li": f"线索 {number}：{EAST}已反馈，现在是“联系不上”。"
        }


async def test_an_overdue_visit_is_brought_up_with_officer_and_station(database: Database) -> None:
    async with database.writing() as session:
        li, _ = await team(session)
        number = await filed(session)
        await sign_for(session, li, number, NOON)
        due = (await dispatch(session, li, number, EAST, "", NOON)).step_due_at
        assert due is not None
        before = len(await pushed(session))
        await remind_of_overdue(session, due)
        found = await told(session, before)
    assert set(found) == {"li", "east"}
    assert "上门见面刚到时限" in found["east"]


async def test_who_gets_a_lead_and_who_lost_it_are_told(database: Database) -> None:
    async with database.writing() as session:
        li, wang = await team(session)
        number = await filed(session)
        await sign_for(session, li, number, NOON)
        before = len(await pushed(session))
        await hand_over(session, li, number, "wang", "换班", NOON)
        words = f"li警官把线索 {number}(紧急)移交给您办理。"
        assert await told(session, before) == {"wang": words}
        before = len(await pushed(session))
        await take_over(session, li, number, NOON)
        assert await told(session, before) == {"wang": f"线索 {number} 已由li警官接手。"}
        assert (await lead_of(session, number)).assignee_id == li.id != wang.id
