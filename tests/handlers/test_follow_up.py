"""The buttons of the bot's follow-up, as a resident of the chat page meets them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.follow_ups import answer_follow_up, ask_follow_ups
from bot.services.leads import sign_for
from bot.services.sending_rules import Rules
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.follow_ups import FollowAnswer, FollowUp
from bot.storage.leads import LeadState
from bot.storage.residents import Resident
from bot.times import SHANGHAI, now
from tests.handlers.test_family import ELDER, PERSON, heard, tied
from tests.handlers.test_mine import paid
from tests.services.casework import officer
from tests.talk import Talk


async def asked(database: Database, talk: Talk) -> str:
    """The number of a lead that was stopped and is asked about."""
    number = await paid(talk)
    stopped = now()
    async with database.writing() as session:
        staff = await officer(session)
        await sign_for(session, staff, number, stopped)
        for state in (LeadState.CALLING, LeadState.STOPPED):
            await move(session, staff, number, state, "", stopped)
        noon = (stopped + timedelta(days=8)).astimezone(SHANGHAI).replace(hour=12)
        assert await ask_follow_ups(session, Rules(blackouts=()), noon) == 1
    return number


async def test_thanks_and_how_satisfied(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    number = await asked(database, talk)
    assert "谢谢" in await talk.sends_data(f"follow:fine:{number}:7")
    assert talk.labels == ["满意", "一般", "不满意"]
    assert "记下了" in await talk.presses("满意")
    async with database.reading() as session:
        assert (await session.scalars(select(FollowUp))).one().satisfied == 3


@pytest.mark.parametrize(("act", "first"), [("again", "先别转账"), ("defrauded", "请马上打 110")])
async def test_what_to_do_comes_first_and_the_urgent_way_under_it(
    sqlite_database: Database, library: Library, act: str, first: str
) -> None:
    talk = Talk(sqlite_database, library)
    number = await asked(sqlite_database, talk)
    assert (await talk.sends_data(f"follow:{act}:{number}:7")).startswith(first)
    assert "96110" in talk.text
    await talk.presses("我已转账")
    assert "110" in talk.text


async def test_that_money_went_later_is_told_the_family_circle_once(
    sqlite_database: Database, library: Library
) -> None:
    elder, _ = await tied(sqlite_database, library)
    number = await asked(sqlite_database, elder)
    before = len(await heard(sqlite_database, PERSON))
    for answer, days in ((FollowAnswer.AGAIN, 8), *((FollowAnswer.DEFRAUDED, n) for n in (9, 10))):
        async with sqlite_database.writing() as session:
            resident = await session.get_one(Resident, ELDER)
            later = now() + timedelta(days=days)
            await answer_follow_up(session, resident, number, 7, answer, later)
    told = (await heard(sqlite_database, PERSON))[before:]
    assert ["钱已经转出" in one.text for one in told] == [True]


async def test_not_to_be_asked_is_taken_back(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    number = await asked(sqlite_database, talk)
    assert "不再回访" in await talk.sends_data(f"follow:stop:{number}:7")
    async with sqlite_database.reading() as session:
        residents = (await session.scalars(select(Resident))).all()
    assert [one.no_follow_up for one in residents] == [True]
    assert "还会回访您" in await talk.presses("以后还可以问我")
    async with sqlite_database.reading() as session:
        assert not (await session.scalars(select(Resident.no_follow_up))).one()


@pytest.mark.parametrize("days", ["7", "99"])
async def test_a_stranger_learns_nothing(
    sqlite_database: Database, library: Library, days: str
) -> None:
    number = await asked(sqlite_database, Talk(sqlite_database, library))
    stranger = Talk(sqlite_database, library)
    assert "没有找到您的这条报送" in await stranger.sends_data(f"follow:again:{number}:{days}")
