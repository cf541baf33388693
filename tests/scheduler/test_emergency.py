"""An emergency approved in the middle of a large campaign goes through clock and worker first."""

from datetime import timedelta

from sqlalchemy import select

from bot.services.approvals import approve_broadcast
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.sending_rules import Rules
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.outbox import OutboxMessage, Priority
from bot.storage.staff import Role
from scheduler.jobs import JOBS, go_out
from tests.scheduler.doubles import HandClock, ScriptedSender, worker_of
from tests.services.broadcasting import NOON, add_groups, add_staff, queue_text

GROUPS = 40
AT_ONCE = 4


async def test_its_first_message_goes_before_all_that_is_not_in_hand(database: Database) -> None:
    """Only an urgent alert and one fair turn of what has waited long may be before it."""
    clock, settings = HandClock(), Settings(_env_file=None)
    async with database.writing() as session:
        worker = await add_staff(session)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, worker, *range(-GROUPS, 0))
        plan = Plan(template="brush_task", values={"community": "幸福里"}, selector=Selector())
        await plan_campaign(session, chief, plan, now=NOON, dedupe="campaign")
    await go_out(database, settings, clock())
    sender = ScriptedSender(concurrency=AT_ONCE)
    sending = worker_of(database, sender, clock)
    clock.turn(minutes=2)
    for _ in range(2):
        await one_round(sending)
    assert len(sender.sent) == 2 * AT_ONCE
    async with database.writing() as session:
        await queue_text(session, "lead", priority=Priority.ALERT, due_at=clock())
        urgent = Plan(words="有人冒充社区收费，马上核实。", selector=Selector(), emergency=True)
        made = await plan_campaign(session, worker, urgent, now=clock(), dedupe="urgent")
        session.expunge(made)
    before = len(sender.sent)
    async with database.writing() as session:
        await approve_broadcast(session, chief, made.id, clock(), Rules())
    await go_out(database, settings, clock())
    clock.turn(minutes=2)
    while made.text not in sender.texts:
        await one_round(sending)
    others = [text for text in sender.texts[before:] if text != made.text]
    assert "lead" in others
    assert len([text for text in others if text != "lead"]) <= AT_ONCE + 1
    async with database.reading() as session:
        rows = (await session.scalars(select(OutboxMessage))).all()
    waiting = [row for row in rows if row.priority == Priority.CAMPAIGN and row.ended_at is None]
    assert len(waiting) >= GROUPS - 4 * AT_ONCE


def test_the_clock_looks_for_what_is_due_often_enough() -> None:
    """A minute holds the clock's tick, the worker's look and one turn of the budget many times."""
    (job,) = [job for job in JOBS if job.name == "broadcasts"]
    assert job.trigger.interval <= timedelta(seconds=10)  # type: ignore[attr-defined]


async def one_round(sending: object) -> None:
    """Claim once and send what was claimed."""
    for row in await sending._claim():  # type: ignore[attr-defined]
        await sending._deliver(row)  # type: ignore[attr-defined]
