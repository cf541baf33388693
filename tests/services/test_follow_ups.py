"""The bot's follow-up: asked once, by day, late but not too late; what each answer leads to."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotFoundError
from bot.services.audit import verify
from bot.services.figures import figures_of
from bot.services.follow_ups import answer_follow_up, rate_help, stop_asking
from bot.services.transitions import move
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.follow_ups import FollowAnswer, FollowUp
from bot.storage.leads import Lead, LeadState
from bot.storage.residents import find_or_add_resident
from scheduler.jobs import follow_up
from tests.services.casework import NOON, brought_to, filed, lead_of, officer, pushed, trail

DAY = timedelta(days=1)
CHAT, OFFICER = 4711, 77
SAID = {
    FollowAnswer.FINE: "没有再遇到",
    FollowAnswer.AGAIN: "又有人联系我",
    FollowAnswer.DEFRAUDED: "后来转了钱",
}


async def settled(database: Database, state: LeadState, account: int = CHAT) -> str:
    """The number of a lead that came to this state at NOON."""
    async with database.writing() as session:
        staff = await officer(session, chat=OFFICER)
        number = await filed(session, account=account, channel="telegram")
        await brought_to(session, staff, number, state)
    return number


async def run(database: Database, *moments: datetime) -> None:
    for moment in moments:
        await follow_up(database, Settings(_env_file=None), moment)


async def questions(database: Database) -> list[str]:
    async with database.reading() as session:
        return [key for key, words in await pushed(session) if words.startswith("回访一下")]


async def answers(
    database: Database, number: str, answer: FollowAnswer, moment: datetime, days: int = 7
) -> Lead:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "telegram", CHAT, moment)
        return await answer_follow_up(session, resident, number, days, answer, moment)


@pytest.mark.parametrize("state", [LeadState.MET, LeadState.STOPPED, LeadState.FOLLOWUP])
async def test_each_question_is_put_once(database: Database, state: LeadState) -> None:
    number = await settled(database, state)
    await run(database, NOON + 7 * DAY - timedelta(minutes=1))
    assert await questions(database) == []
    await run(database, NOON + 7 * DAY, NOON + 7 * DAY, NOON + 8 * DAY)
    assert [key.rsplit(":", 1)[0] for key in await questions(database)] == [f"follow:{number}:7"]
    await run(database, NOON + 30 * DAY, NOON + 31 * DAY)
    assert [key.split(":")[2] for key in await questions(database)] == ["7", "30"]


@pytest.mark.parametrize("state", [LeadState.CALLING, LeadState.DEFRAUDED, LeadState.CLOSED])
async def test_who_was_not_dissuaded_is_not_asked(database: Database, state: LeadState) -> None:
    await settled(database, state)  # the way to CLOSED leads through a false alarm
    await run(database, NOON + 7 * DAY)
    assert await questions(database) == []


async def test_a_lead_closed_after_dissuading_is_asked_about_and_opened_by_bad_news(
    database: Database,
) -> None:
    number = await settled(database, LeadState.STOPPED)
    async with database.writing() as session:
        await move(session, await officer(session), number, LeadState.CLOSED, "", NOON)
    await run(database, NOON + 7 * DAY)
    lead = await answers(database, number, FollowAnswer.DEFRAUDED, NOON + 7 * DAY)
    assert lead.state == LeadState.DEFRAUDED
    async with database.reading() as session:
        moves = [(one.event, one.to_state) for one in await trail(session, number)]
    assert moves[-2:] == [("reopen", LeadState.FOLLOWUP), ("move", LeadState.DEFRAUDED)]


async def test_nobody_is_asked_at_night_but_the_next_morning(sqlite_database: Database) -> None:
    await settled(sqlite_database, LeadState.STOPPED)
    evening, late, early = (NOON + 7 * DAY + timedelta(hours=hours) for hours in (8, 14, 20.9))
    await run(sqlite_database, evening, late, early)
    assert await questions(sqlite_database) == []
    await run(sqlite_database, NOON + 7 * DAY + timedelta(hours=21))
    assert len(await questions(sqlite_database)) == 1


@pytest.mark.parametrize(("late", "asked"), [(10 * DAY - timedelta(hours=1), 1), (10 * DAY, 0)])
async def test_a_question_comes_late_but_not_too_late(
    database: Database, late: timedelta, asked: int
) -> None:
    await settled(database, LeadState.STOPPED)
    await run(database, NOON + 7 * DAY + late)
    assert len(await questions(database)) == asked


async def test_who_wants_no_question_gets_none(database: Database) -> None:
    await settled(database, LeadState.STOPPED)
    await settled(database, LeadState.STOPPED, account=4712)
    async with database.writing() as session:
        stop_asking(await find_or_add_resident(session, "telegram", CHAT, NOON))
    await run(database, NOON + 7 * DAY, NOON + 30 * DAY)
    assert len(await questions(database)) == 2


@pytest.mark.parametrize(
    ("before", "answer", "after"),
    [
        (LeadState.STOPPED, FollowAnswer.FINE, LeadState.STOPPED),
        (LeadState.STOPPED, FollowAnswer.AGAIN, LeadState.CALLING),
        (LeadState.FOLLOWUP, FollowAnswer.AGAIN, LeadState.CALLING),
        (LeadState.MET, FollowAnswer.AGAIN, LeadState.MET),
        (LeadState.MET, FollowAnswer.DEFRAUDED, LeadState.DEFRAUDED),
        (LeadState.STOPPED, FollowAnswer.DEFRAUDED, LeadState.DEFRAUDED),
    ],
)
async def test_an_answer_moves_the_lead_as_far_as_the_table_allows(
    database: Database, before: LeadState, answer: FollowAnswer, after: LeadState
) -> None:
    number = await settled(database, before)
    moment = NOON + 7 * DAY
    await run(database, moment)
    for _ in range(2):
        await answers(database, number, answer, moment)
    async with database.reading() as session:
        lead = await lead_of(session, number)
        lines = await trail(session, number)
        alerts = [words for key, words in await pushed(session) if key.startswith("follow-")]
        assert not (await verify(session)).broken
    assert lead.state == after
    assert [line.why for line in lines if line.event == "follow_answer"] == [
        f"7 天回访：{SAID[answer]}"
    ]
    assert len(alerts) == (answer is not FollowAnswer.FINE)
    assert all(number in words for words in alerts)


async def test_a_graver_answer_replaces_a_milder_one_and_not_the_reverse(
    database: Database,
) -> None:
    number = await settled(database, LeadState.STOPPED)
    await run(database, NOON + 7 * DAY)
    for answer in (FollowAnswer.FINE, FollowAnswer.DEFRAUDED, FollowAnswer.FINE):
        await answers(database, number, answer, NOON + 8 * DAY)
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "telegram", CHAT, NOON)
        await rate_help(session, resident, number, 7, 2)
    async with database.reading() as session:
        row = (await session.scalars(select(FollowUp))).one()
    assert (row.answer, row.satisfied) == (FollowAnswer.DEFRAUDED, 2)
    assert row.answered_at == NOON + 8 * DAY


async def test_only_the_reporter_answers_and_only_what_was_asked(database: Database) -> None:
    number = await settled(database, LeadState.STOPPED)
    with pytest.raises(NotFoundError):
        await answers(database, number, FollowAnswer.FINE, NOON)
    await run(database, NOON + 7 * DAY)
    async with database.writing() as session:
        other = await find_or_add_resident(session, "telegram", 999, NOON)
        with pytest.raises(NotFoundError):
            await answer_follow_up(session, other, number, 7, FollowAnswer.AGAIN, NOON)


@pytest.mark.parametrize(("answer", "share"), [(FollowAnswer.FINE, 0), (FollowAnswer.DEFRAUDED, 1)])
async def test_a_loss_heard_of_flows_back_into_both_rates(
    database: Database, answer: FollowAnswer, share: int
) -> None:
    number = await settled(database, LeadState.MET)
    async with database.writing() as session:
        staff = await officer(session)
        await move(session, staff, number, LeadState.STOPPED, "", NOON)
    await run(database, NOON + 30 * DAY)
    await answers(database, number, answer, NOON + 34 * DAY, days=30)
    async with database.reading() as session:
        found = await figures_of(session, NOON - DAY, NOON + DAY, NOON + 35 * DAY)
    rates = {one.name: (one.numerator, one.denominator) for one in found.ratios}
    assert rates["预警后被骗率"] == (share, 1)
    assert rates["劝阻成功率"] == (1 - share, 1)
