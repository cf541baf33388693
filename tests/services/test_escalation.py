"""Overdue steps: who is told, when, and each once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.escalation import escalate, remind_of_overdue
from bot.services.leads import sign_for
from bot.services.limits import LIMITS
from bot.services.notifications import alert_roles
from bot.services.outgoing import Outgoing
from bot.services.roster import add_shift
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.overdue import keep_reminder, reminders_wait
from bot.storage.staff import Role, Staff
from tests.services.casework import (
    NOON,
    brought_to,
    filed,
    lead_of,
    officer,
    pushed,
    trail,
)

CHATS = {"li": 101, "wang": 102, "boss": 103}


async def reminded(database: Database, at: datetime, *, again: bool = True) -> list[int]:
    """Let the clock look at that moment; returns which residents were told.

    Chats are bound in the order of CHATS, so they are the residents 1, 2 and 3.
    """
    async with database.writing() as session:
        before = len(await pushed(session))
        await remind_of_overdue(session, at)
        if again:
            await remind_of_overdue(session, at)
        keys = [key for key, _ in (await pushed(session))[before:]]
        return sorted(int(key.rsplit(":", 1)[1]) for key in keys)


async def team(session: AsyncSession) -> dict[str, Staff]:
    """Two officers and a chief with bound chats."""
    roles = {"li": Role.DUTY, "wang": Role.DUTY, "boss": Role.CHIEF}
    return {
        login: await officer(session, login, roles[login], chat=chat)
        for login, chat in CHATS.items()
    }


async def test_an_unsigned_lead_goes_up_step_by_step(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        await add_shift(
            session,
            people["boss"],
            "li",
            NOON - timedelta(hours=1),
            NOON + timedelta(hours=8),
            NOON,
        )
        number = await filed(session)
    told = {
        minutes: await reminded(database, NOON + timedelta(minutes=minutes))
        for minutes in (2, 3, 4, 5, 7, 8, 60)
    }
    assert told == {2: [], 3: [1], 4: [], 5: [1], 7: [], 8: [3], 60: []}
    async with database.reading() as session:
        lead = await lead_of(session, number)
        assert (lead.state, lead.escalated_at) == ("new", NOON + timedelta(minutes=5))
        lines = [(line.actor, line.event, line.why) for line in await trail(session, number)]
    assert lines[1:] == [
        ("clock", "escalate", "签收超时，已通知全体值班民警"),
        ("clock", "escalate", "签收超时，已通知专班负责人"),
    ]


async def test_the_assignee_is_reminded_of_the_first_call(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        number = await filed(session)
        await sign_for(session, people["wang"], number, NOON + timedelta(minutes=1))
    assert await reminded(database, NOON + timedelta(minutes=4)) == []
    assert await reminded(database, NOON + timedelta(minutes=5)) == [2]
    async with database.writing() as session:
        texts = [text for _, text in await pushed(session)]
    assert texts[-1] == f"请处理线索 {number}(紧急)：首次联系刚到时限。"


async def test_a_step_that_is_done_is_not_brought_up_again(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        number = await filed(session)
        await brought_to(session, people["li"], number, LeadState.STOPPED)
    assert await reminded(database, NOON + timedelta(days=3)) == []
    async with database.reading() as session:
        assert not await reminders_wait(session, NOON + timedelta(days=3))


async def test_a_clock_that_was_down_goes_on_where_it_was(database: Database) -> None:
    async with database.writing() as session:
        await team(session)
        await filed(session)
    assert await reminded(database, NOON + timedelta(minutes=3), again=False) == [1, 2]
    late = NOON + timedelta(hours=5)
    assert await reminded(database, late, again=False) == [3]
    assert await reminded(database, late) == []


async def test_with_nobody_on_duty_everybody_is_told_at_once(database: Database) -> None:
    async with database.writing() as session:
        await team(session)
        await filed(session)
    assert await reminded(database, NOON + timedelta(minutes=3), again=False) == [1, 2]


async def test_all_on_duty_are_those_of_the_roster_else_everybody(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        number = await filed(session)
        await sign_for(session, people["li"], number, NOON)
        end = NOON + timedelta(minutes=30)
        await add_shift(session, people["boss"], "wang", NOON, end, NOON)
        await filed(session, account=9, now=end)
    assert await reminded(database, NOON + timedelta(minutes=5), again=False) == [1]
    assert await reminded(database, NOON + timedelta(minutes=29), again=False) == [2]
    assert await reminded(database, end + timedelta(minutes=3), again=False) == [1, 2, 3]


async def test_without_any_chat_the_lead_still_counts_as_escalated(database: Database) -> None:
    async with database.writing() as session:
        number = await filed(session)
        assert await remind_of_overdue(session, NOON + timedelta(minutes=3)) == 1
        assert await remind_of_overdue(session, NOON + timedelta(hours=3)) == 0
        lead = await lead_of(session, number)
        assert (lead.reminded, lead.escalated_at is not None) == (3, True)


async def test_a_reminder_makes_no_open_page_late(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        number = await filed(session)
        seen = (await brought_to(session, people["li"], number, LeadState.CALLING)).version
    assert await reminded(database, NOON + timedelta(minutes=10)) == [1]
    async with database.writing() as session:
        lead = await move(session, people["li"], number, LeadState.STOPPED, "", NOON, seen=seen)
        assert (lead.state, lead.reminded) == ("stopped", 0)


async def test_an_officers_change_in_between_wins_over_the_clock(database: Database) -> None:
    async with database.writing() as session:
        await team(session)
        lead = await lead_of(session, await filed(session))
        signed = update(Lead).values(version=7)
        await session.execute(signed.execution_options(synchronize_session=False))
        kept = await keep_reminder(session, lead, reminded=1, remind_at=None, escalated_at=None)
        assert (lead.version, kept) == (0, False)


@pytest.mark.parametrize("risk", list(Risk))
def test_reminders_come_later_the_further_up_they_go(risk: Risk) -> None:
    first, second, third = LIMITS[risk].reminders
    assert timedelta() == first < second < third


async def test_a_lead_is_brought_to_the_chief_by_hand(database: Database) -> None:
    async with database.writing() as session:
        people = await team(session)
        number = await filed(session)
        await brought_to(session, people["li"], number, LeadState.CALLING)
        before = len(await pushed(session))
        with pytest.raises(InvalidInputError, match="原因"):
            await escalate(session, people["li"], number, " ", NOON)
        lead = await escalate(session, people["li"], number, "当事人坚持转账", NOON)
        assert (lead.state, lead.escalated_at) == ("calling", NOON)
        ((key, text),) = (await pushed(session))[before:]
        assert key.endswith(":3")
        assert text == f"li警官 请您关注线索 {number}(紧急)：当事人坚持转账"


async def test_alerts_go_to_those_on_duty_else_to_all(database: Database) -> None:
    roles = (Role.DUTY, Role.CHIEF)
    async with database.writing() as session:
        people = await team(session)
        assert await alert_roles(session, roles, Outgoing("a"), key="a", now=NOON) == 3
        end = NOON + timedelta(hours=8)
        await add_shift(session, people["boss"], "wang", NOON, end, NOON)
        assert await alert_roles(session, roles, Outgoing("b"), key="b", now=NOON) == 1
        assert await alert_roles(session, roles, Outgoing("c"), key="c", now=end) == 3
        assert [key for key, _ in await pushed(session) if key.startswith("b")] == ["b:2"]
