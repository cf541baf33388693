"""The daily and the weekly report: made, due, and sent once."""

import asyncio
import base64
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.duty_report_kinds import XLSX, DutyReport, ReportKind
from bot.services.duty_report_sheets import to_workbook
from bot.services.duty_report_text import to_text
from bot.services.education import family_titles
from bot.services.figures import figures_of
from bot.services.learning_kept import figures_of_span
from bot.services.notifications import tell_resident
from bot.services.outgoing import Document, Outgoing
from bot.services.permissions import Action, require
from bot.storage.once import first_time, is_done
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff, chats_of_roles
from bot.times import SHANGHAI, on_screen

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def span_before(kind: ReportKind, now: datetime) -> date:
    """The first day of the newest span that is over: yesterday, or the Monday of last week."""
    today = now.astimezone(SHANGHAI).date()
    if kind is ReportKind.DAILY:
        return today - timedelta(days=1)
    return today - timedelta(days=today.weekday() + 7)


def due_at(kind: ReportKind, at: str, now: datetime) -> datetime:
    """When the newest report was, or is, to be sent; `at` is 08:00, or mon 08:30 for a week's."""
    day, _, clock = at.rpartition(" ")
    hour = time.fromisoformat(clock)
    local = now.astimezone(SHANGHAI)
    days = 0
    if kind is ReportKind.WEEKLY:
        days = (local.weekday() - WEEKDAYS.index(day or "mon")) % 7
    moment = datetime.combine(local.date() - timedelta(days=days), hour, SHANGHAI)
    step = timedelta(days=1 if kind is ReportKind.DAILY else 7)
    return moment if moment <= now else moment - step


async def make_report(
    session: AsyncSession,
    kind: ReportKind,
    first: date,
    now: datetime,
    *,
    residents: int = 0,
) -> DutyReport:
    """The report of the day, or of the week, that begins on `first`."""
    since = datetime.combine(first, time(), SHANGHAI)
    days = timedelta(days=1 if kind is ReportKind.DAILY else 7)
    figures = await figures_of(session, since, since + days, now, residents=residents)
    weekly = kind is ReportKind.WEEKLY
    if not weekly:
        return DutyReport(kind, first, figures)
    learning = await figures_of_span(session, since, since + days, now)
    titles = await asyncio.to_thread(family_titles)
    return DutyReport(kind, first, figures, learning, titles)


async def report_for(
    session: AsyncSession,
    staff: Staff,
    kind: ReportKind,
    first: date,
    now: datetime,
    *,
    residents: int = 0,
) -> DutyReport:
    """The same for somebody who asks for it."""
    require(staff.role, Action.SEE_DUTY_REPORTS)
    return await make_report(session, kind, first, now, residents=residents)


async def report_waits(session: AsyncSession, kind: ReportKind, at: str, now: datetime) -> bool:
    """Whether the newest report has not been sent; only looks."""
    return not await is_done(session, _once(kind, due_at(kind, at, now)))


async def send_report(
    session: AsyncSession,
    kind: ReportKind,
    at: str,
    now: datetime,
    *,
    residents: int = 0,
) -> int:
    """Send the newest report to the chiefs' chats, once; returns to how many."""
    due = due_at(kind, at, now)
    chats = await chats_of_roles(session, (Role.CHIEF,))
    if not chats or not await first_time(session, _once(kind, due), now):
        return 0
    first = span_before(kind, due)
    report = await make_report(session, kind, first, now, residents=residents)
    content = base64.b64encode(to_workbook(report)).decode()
    message = Outgoing(to_text(report), document=Document(f"{report.name}.xlsx", XLSX, content))
    for chat in chats:
        key = f"report:{report.name}"
        await tell_resident(session, chat, message, key=key, priority=Priority.DIGEST, now=now)
    return len(chats)


def _once(kind: ReportKind, due: datetime) -> str:
    return f"report:{kind}:{on_screen(due, '%Y-%m-%d')}"
