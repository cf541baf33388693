"""The table of jobs: what time alone sets going."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.audit import seal_days
from bot.services.daily_tips import send_tips, tips_wait
from bot.services.drill_offers import offers_wait, tell_offers
from bot.services.duty_report_kinds import ReportKind
from bot.services.duty_reports import report_waits, send_report
from bot.services.education import education
from bot.services.escalation import remind_of_overdue
from bot.services.follow_ups import ask_follow_ups, follow_ups_wait
from bot.services.forwarding import remind_keepers, reminders_of_forwards_wait
from bot.services.freeze_reminders import remind_of_renewals, renewals_wait
from bot.services.going_out import broadcasts_wait, make_due_occurrences
from bot.services.group_quizzes import put_right, quizzes_wait
from bot.services.guard import UNDO
from bot.services.guard_digest import digest_waits, send_digests
from bot.services.request_reminders import remind_of_requests
from bot.services.rollups import roll_day, stale_days
from bot.services.runtime_settings import in_force, rules_in_force
from bot.services.season_offers import offer_seasons, seasons_wait
from bot.services.sending_rules import place, rules_of
from bot.services.surges import find_surges
from bot.services.traces import trace_waiting
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.guard import blank_deleted
from bot.storage.newcomers import forget_newcomers
from bot.storage.overdue import reminders_wait
from bot.storage.partner_requests import request_reminders_wait
from bot.storage.targets import unfilled
from bot.storage.traces import untraced_leads
from bot.times import SHANGHAI
from scheduler.forgetting import forget, forget_chats_of_nameless, sweep_files

QUEUED_AT_ONCE = 5000
"""Targets a transaction queues, so that others may write in between."""

DAYS_AT_ONCE = 40
"""Days counted anew a minute: three years of them in half an hour."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; `at_start` also once when the clock starts."""

    name: str
    trigger: BaseTrigger
    do: Callable[[Database, Settings, datetime], Awaitable[None]]
    at_start: bool = False


async def go_out(database: Database, settings: Settings, now: datetime) -> None:
    """Put due broadcasts into the outbox; writes only where something waits."""
    async with database.reading() as session:
        if not await broadcasts_wait(session, now):
            return
        present, going = await in_force(session, settings), True
    while going:
        async with database.writing() as session:
            made = await make_due_occurrences(
                session,
                now,
                rules_of(present),
                district=present.district,
                bot_name=settings.telegram_name,
                most=QUEUED_AT_ONCE,
            )
            going = bool(await unfilled(session, 1))
        if made:
            log.info("broadcasts_went_out", count=made)


async def look_for_surges(database: Database, settings: Settings, now: datetime) -> None:
    """Offer drafts where a trick is met far more often than usual."""
    async with database.writing() as session:
        found = await find_surges(session, now)
    if found:
        log.info("surges_found", count=found)


async def look_at_the_season(database: Database, settings: Settings, now: datetime) -> None:
    """Offer the approved notices of a season that has begun."""
    async with database.reading() as session:
        if not await seasons_wait(session, now):
            return
    async with database.writing() as session:
        offered = await offer_seasons(session, now)
    if offered:
        log.info("seasons_offered", count=offered)


async def remind_of_forwards(database: Database, settings: Settings, now: datetime) -> None:
    """Remind keepers of what they have not confirmed, by day."""
    async with database.reading() as session:
        if not await reminders_of_forwards_wait(session, now):
            return
        if place(now, await rules_in_force(session, settings)).why:
            return
    async with database.writing() as session:
        count = await remind_keepers(session, now)
    log.info("keepers_reminded", count=count)


async def remind(database: Database, settings: Settings, now: datetime) -> None:
    """Bring up overdue leads; how far it has gone stands in their rows."""
    async with database.reading() as session:
        if not await reminders_wait(session, now):
            return
    async with database.writing() as session:
        count = await remind_of_overdue(session, now)
    log.info("overdue_leads_brought_up", count=count)


async def remind_partners(database: Database, settings: Settings, now: datetime) -> None:
    """Bring up requests between squad and partners that have no result in time."""
    async with database.reading() as session:
        if not await request_reminders_wait(session, now):
            return
    async with database.writing() as session:
        count = await remind_of_requests(session, now)
    log.info("late_requests_brought_up", count=count)


async def trace(database: Database, settings: Settings, now: datetime) -> None:
    """Make the fingerprints by which new leads are linked."""
    async with database.reading() as session:
        if not await untraced_leads(session, 1):
            return
    async with database.writing() as session:
        await trace_waiting(session)


async def seal(database: Database, settings: Settings, now: datetime) -> None:
    """Seal the audit trails of days that are over."""
    async with database.writing() as session:
        made = await seal_days(session, now)
    if made:
        log.info("audit_sealed", days=made)


async def report(database: Database, settings: Settings, now: datetime) -> None:
    """Send the daily and the weekly report, each once, late rather than never."""
    async with database.reading() as session:
        present = await in_force(session, settings)
    times = {
        ReportKind.DAILY: present.daily_report_at,
        ReportKind.WEEKLY: present.weekly_report_at,
    }
    for kind, at in times.items():
        async with database.reading() as session:
            if at == "off" or not await report_waits(session, kind, at, now):
                continue
        async with database.writing() as session:
            told = await send_report(session, kind, at, now, residents=settings.residents)
        if told:
            log.info("duty_report", kind=kind, chats=told)


async def tend_groups(database: Database, settings: Settings, now: datetime) -> None:
    """Forget deleted texts and who was new; on Monday tell grid workers of the week."""
    async with database.writing() as session:
        await blank_deleted(session, now - UNDO)
        await forget_newcomers(session, now)
    async with database.reading() as session:
        if not await digest_waits(session, now):
            return
    async with database.writing() as session:
        told = await send_digests(session, now)
    if told:
        log.info("guard_digests", people=told)


async def tend_quizzes(database: Database, settings: Settings, now: datetime) -> None:
    """Go on with group quizzes of whose question Telegram never said that it was over."""
    async with database.reading() as session:
        if not await quizzes_wait(session, now):
            return
    bank = await asyncio.to_thread(education)
    async with database.writing() as session:
        count = await put_right(session, bank, now)
    if count:
        log.info("group_quizzes_put_right", count=count)


async def tell_tips(database: Database, settings: Settings, now: datetime) -> None:
    """Queue the tip of the day for those whose hour has come, some at a time."""
    async with database.reading() as session:
        rules = await rules_in_force(session, settings)
        if not await tips_wait(session, rules, now):
            return
    bank = await asyncio.to_thread(education)
    told = await _in_parts(
        database, lambda session: send_tips(session, bank, rules, now, QUEUED_AT_ONCE)
    )
    log.info("tips_queued", count=told)


async def tell_drills(database: Database, settings: Settings, now: datetime) -> None:
    """Tell who is invited to a drill, and everybody when it is over, some at a time."""
    async with database.reading() as session:
        rules = await rules_in_force(session, settings)
        if not await offers_wait(session, rules, now):
            return
    bank = await asyncio.to_thread(education)
    told = await _in_parts(
        database, lambda session: tell_offers(session, bank, rules, now, QUEUED_AT_ONCE)
    )
    log.info("drill_invitations_told", count=told)


async def _in_parts(database: Database, tell: Callable[[AsyncSession], Awaitable[int]]) -> int:
    """Tell QUEUED_AT_ONCE people in a transaction until fewer are left; how many were told."""
    told, count = 0, QUEUED_AT_ONCE
    while count == QUEUED_AT_ONCE:
        async with database.writing() as session:
            count = await tell(session)
        told += count
    return told


async def follow_up(database: Database, settings: Settings, now: datetime) -> None:
    """Ask residents how it went on, some days after they were dissuaded."""
    async with database.reading() as session:
        rules = await rules_in_force(session, settings)
        if not await follow_ups_wait(session, rules, now):
            return
    async with database.writing() as session:
        count = await ask_follow_ups(session, rules, now)
    log.info("follow_ups_asked", count=count)


async def tell_renewals(database: Database, settings: Settings, now: datetime) -> None:
    """Remind of freezes that end soon, once a day."""
    async with database.reading() as session:
        if not await renewals_wait(session, now):
            return
    async with database.writing() as session:
        count = await remind_of_renewals(session, now)
    log.info("renewals_told", chats=count)


async def roll_up(database: Database, settings: Settings, now: datetime) -> None:
    """Count days anew for the statistics, each in a transaction of its own."""
    async with database.reading() as session:
        days = await stale_days(session, now, DAYS_AT_ONCE)
    for day in days:
        async with database.writing() as session:
            await roll_day(session, day, now)


JOBS: tuple[Job, ...] = (
    Job("overdue", IntervalTrigger(seconds=5, timezone=SHANGHAI), remind, at_start=True),
    Job("requests", IntervalTrigger(seconds=10, timezone=SHANGHAI), remind_partners, at_start=True),
    Job("traces", IntervalTrigger(seconds=5, timezone=SHANGHAI), trace),
    Job("seals", CronTrigger(hour=0, minute=10, timezone=SHANGHAI), seal, at_start=True),
    Job("reports", IntervalTrigger(minutes=1, timezone=SHANGHAI), report, at_start=True),
    Job("rollups", IntervalTrigger(minutes=1, timezone=SHANGHAI), roll_up, at_start=True),
    Job("evidence", IntervalTrigger(seconds=20, timezone=SHANGHAI), sweep_files),
    Job("broadcasts", IntervalTrigger(seconds=1, timezone=SHANGHAI), go_out),
    Job("surges", IntervalTrigger(minutes=10, timezone=SHANGHAI), look_for_surges),
    Job("seasons", CronTrigger(hour=9, timezone=SHANGHAI), look_at_the_season, at_start=True),
    Job("forwards", IntervalTrigger(minutes=1, timezone=SHANGHAI), remind_of_forwards),
    Job("guard", IntervalTrigger(minutes=10, timezone=SHANGHAI), tend_groups),
    Job("group_quizzes", IntervalTrigger(seconds=10, timezone=SHANGHAI), tend_quizzes),
    Job("tips", IntervalTrigger(minutes=1, timezone=SHANGHAI), tell_tips),
    Job("drills", IntervalTrigger(minutes=1, timezone=SHANGHAI), tell_drills),
    Job("follow_ups", IntervalTrigger(minutes=1, timezone=SHANGHAI), follow_up),
    Job("renewals", IntervalTrigger(minutes=10, timezone=SHANGHAI), tell_renewals, at_start=True),
    Job("nameless", IntervalTrigger(minutes=10, timezone=SHANGHAI), forget_chats_of_nameless),
    Job("retention", CronTrigger(hour=3, minute=30, timezone=SHANGHAI), forget, at_start=True),
)
