"""Moves of a lead: exactly those of the table, written down, told to the resident."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.handling import dispatch
from bot.services.leads import STATE_NAMES, TRANSITIONS, sign_for
from bot.services.limits import LIMITS, step_due
from bot.services.progress import WORDS
from bot.services.transitions import REASONS, move, moves_from
from bot.storage.database import Database
from bot.storage.leads import LeadState, Risk
from bot.storage.staff import Role
from tests.services.casework import (
    NOON,
    brought_to,
    filed,
    lead_of,
    officer,
    told,
    trail,
)

NEVER_SAID = ("安全", "追回", "退回", "赶到", "出警", "正在赶", "出发")
STATES = [state for state in LeadState if state is not LeadState.MERGED]


@pytest.mark.parametrize("state", STATES)
async def test_a_lead_goes_where_the_table_says_and_nowhere_else(
    sqlite_database: Database, state: LeadState
) -> None:
    for to in LeadState:
        async with sqlite_database.writing() as session:
            staff = await officer(session)
            number = await filed(session)
            await brought_to(session, staff, number, state)
            before = await trail(session, number)
            if to in TRANSITIONS[state] and to is not LeadState.MERGED:
                lead = await move(session, staff, number, to, "又有新情况", NOON)
                assert lead.state == to
                last = (await trail(session, number))[-1]
                assert (last.from_state, last.to_state, last.actor) == (state, to, "staff:li")
            else:
                with pytest.raises((ConflictError, InvalidInputError)) as refused:
                    await move(session, staff, number, to, "又有新情况", NOON)
                if to is not LeadState.MERGED:
                    assert STATE_NAMES[state] in refused.value.words
                assert len(await trail(session, number)) == len(before)


def test_the_table_is_the_one_of_practice() -> None:
    assert {state: len(targets) for state, targets in TRANSITIONS.items()} == {
        "new": 3,
        "signed": 5,
        "calling": 6,
        "unreachable": 3,
        "refused": 3,
        "dispatched": 4,
        "met": 4,
        "stopped": 2,
        "defrauded": 2,
        "followup": 3,
        "false_alarm": 1,
        "withdrawn": 1,
        "closed": 2,
        "merged": 0,
    }


async def test_a_refusal_names_the_ways_that_are_open(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.STOPPED)
        with pytest.raises(ConflictError, match="可以改为：回访中、已办结"):
            await move(session, staff, number, LeadState.MET, "", NOON)


@pytest.mark.parametrize("state", [LeadState.FALSE_ALARM, LeadState.WITHDRAWN, LeadState.SIGNED])
async def test_some_moves_need_a_reason(database: Database, state: LeadState) -> None:
    first = LeadState.CLOSED if state is LeadState.SIGNED else LeadState.SIGNED
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, first)
        with pytest.raises(InvalidInputError, match="请写明"):
            await move(session, staff, number, state, "  ", NOON)
        lead = await move(session, staff, number, state, f" {REASONS[state][0]}\n", NOON)
        assert lead.state == state
        assert (await trail(session, number))[-1].why == REASONS[state][0]


async def test_a_reopened_lead_belongs_to_who_reopened_it_and_is_due_again(
    database: Database,
) -> None:
    later = NOON + timedelta(days=9)
    async with database.writing() as session:
        one, two = await officer(session), await officer(session, "wang")
        number = await filed(session)
        await brought_to(session, one, number, LeadState.CLOSED)
        lead = await move(session, two, number, LeadState.SIGNED, "群众再次求助", later)
        assert lead.assignee_id == two.id
        assert lead.step_due_at == later + LIMITS[Risk.URGENT].call
        assert (await trail(session, number))[-1].event == "reopen"


async def test_long_numbers_in_a_reason_are_masked(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.SIGNED)
        why = "13812345678 说是误点"
        await move(session, staff, number, LeadState.FALSE_ALARM, why, NOON)
        assert (await trail(session, number))[-1].why == "138****5678 说是误点"


async def test_a_late_save_is_refused_and_overwrites_nothing(database: Database) -> None:
    async with database.writing() as session:
        one = await officer(session)
        number = await filed(session)
        seen = (await brought_to(session, one, number, LeadState.CALLING)).version
    async with database.writing() as session:
        await move(session, one, number, LeadState.STOPPED, "", NOON, seen=seen)
    async with database.writing() as session:
        with pytest.raises(ConflictError, match="刚被更新"):
            await move(session, one, number, LeadState.CLOSED, "", NOON, seen=seen)
    async with database.reading() as session:
        assert (await lead_of(session, number)).state == LeadState.STOPPED


async def test_of_two_moves_at_once_one_counts(database: Database) -> None:
    async with database.writing() as session:
        one = await officer(session)
        number = await filed(session)
        await brought_to(session, one, number, LeadState.CALLING)

    async def go(to: LeadState) -> bool:
        try:
            async with database.writing() as session:
                await move(session, one, number, to, "重复提交", NOON)
        except ConflictError:
            return False
        return True

    won = await asyncio.gather(
        *(go(to) for to in (LeadState.DISPATCHED, LeadState.STOPPED, LeadState.FALSE_ALARM))
    )
    assert sum(won) == 1
    async with database.reading() as session:
        assert [line.position for line in await trail(session, number)] == [1, 2, 3, 4]


@pytest.mark.parametrize("role", [Role.GRID, Role.ADMIN, Role.AUDITOR])
async def test_only_the_duty_team_moves_leads(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        number = await filed(session)
        somebody = await officer(session, "somebody", role)
        with pytest.raises(NotAllowedError):
            await move(session, somebody, number, LeadState.WITHDRAWN, "x", NOON)


async def test_a_station_reports_back_on_its_own_leads_only(database: Database) -> None:
    async with database.writing() as session:
        duty = await officer(session)
        station = await officer(session, "east", Role.STATION)
        station.station = "城东派出所"
        await session.flush()
        number = await filed(session)
        with pytest.raises(NotFoundError):
            await move(session, station, number, LeadState.WITHDRAWN, "x", NOON)
        await sign_for(session, duty, number, NOON)
        await dispatch(session, duty, number, "城东派出所", "", NOON)
        await move(session, station, number, LeadState.MET, "", NOON)
        await move(session, station, number, LeadState.STOPPED, "", NOON)
        with pytest.raises(NotAllowedError):
            await move(session, station, number, LeadState.CLOSED, "", NOON)


async def test_the_resident_hears_of_every_change(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.MET)
        for to in (LeadState.STOPPED, LeadState.FOLLOWUP, LeadState.CLOSED):
            await move(session, staff, number, to, "", NOON)
    shown = [
        LeadState.SIGNED,
        LeadState.DISPATCHED,
        LeadState.MET,
        LeadState.STOPPED,
        LeadState.FOLLOWUP,
        LeadState.CLOSED,
    ]
    assert await told(database) == [WORDS[state].format(number=number) for state in shown]


@pytest.mark.parametrize("to", [LeadState.CALLING, LeadState.REFUSED, LeadState.UNREACHABLE])
async def test_the_resident_hears_that_he_is_called_and_what_was_noted(
    sqlite_database: Database, to: LeadState
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, to)
    assert (await told(sqlite_database))[-1] == WORDS[to].format(number=number)


def test_every_state_that_a_lead_comes_to_has_words() -> None:
    assert set(WORDS) == set(LeadState) - {LeadState.NEW}


@pytest.mark.parametrize("words", WORDS.values())
def test_words_for_residents_promise_nothing_and_ask_for_nothing(words: str) -> None:
    for never in (*NEVER_SAID, "身份证", "密码", "怎么不"):
        assert never not in words
    assert words.count("。") <= 3
    assert "{number}" in words


@pytest.mark.parametrize("state", [state for state in LeadState if TRANSITIONS[state]])
def test_every_state_offers_a_way_on(state: LeadState) -> None:
    assert moves_from(state)
    assert LeadState.MERGED not in moves_from(state)


def test_a_late_signature_leaves_time_for_the_first_call() -> None:
    late = NOON + timedelta(minutes=30)
    due = step_due(LeadState.SIGNED, Risk.URGENT, NOON, late)
    assert due == late + timedelta(minutes=2)
    on_time = step_due(LeadState.SIGNED, Risk.URGENT, NOON, NOON + timedelta(minutes=1))
    assert on_time == NOON + timedelta(minutes=5)
