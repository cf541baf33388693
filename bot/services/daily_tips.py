"""The tip of the day to those who asked for regular reminders, at their hour, never at night."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.daily_case import case_of_day
from bot.services.education import Education
from bot.services.notifications import PUSHED_CHANNELS, tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.sending_rules import Rules, place
from bot.services.tips import Tip, day_key
from bot.storage.outbox import Priority
from bot.storage.subscriptions import note_tips, tip_waits, waiting_for_tip
from bot.times import SHANGHAI

USUAL_HOUR = 9
"""*Default*: for those who chose no hour."""
LAST_HOUR = 21
"""From then on a tip that could not go out is dropped; tomorrow brings another."""


def first_tip_after(hour: int | None, now: datetime) -> date | None:
    """Today where that hour is past, so that the first tip comes tomorrow; else None."""
    local = now.astimezone(SHANGHAI)
    return local.date() if local.hour >= (hour or USUAL_HOUR) else None


async def tips_wait(session: AsyncSession, rules: Rules, now: datetime) -> bool:
    """Whether a tip is to be sent to somebody; only looks."""
    if not _is_time(now, rules):
        return False
    local = now.astimezone(SHANGHAI)
    return await tip_waits(session, PUSHED_CHANNELS, local.date(), local.hour, USUAL_HOUR)


async def send_tips(
    session: AsyncSession, education: Education, rules: Rules, now: datetime, most: int
) -> int:
    """Queue today's tip for the next subscribers whose hour has come; returns how many.

    Who reads on a page finds it with /tip: a pile of old ones in an inbox helps nobody.
    """
    if not _is_time(now, rules):
        return 0
    local = now.astimezone(SHANGHAI)
    today = local.date()
    found = await waiting_for_tip(session, PUSHED_CHANNELS, today, local.hour, USUAL_HOUR, most)
    case = await case_of_day(session, now) if found else None
    message = tip_message(education.tips[day_key(today)], case.title if case else "")
    for resident in found:
        key = f"tip:{today:%y%m%d}"
        await tell_resident(session, resident, message, key=key, priority=Priority.DIGEST, now=now)
    await note_tips(session, [resident.id for resident in found], today)
    return len(found)


def tip_message(tip: Tip, case: str = "") -> Outgoing:
    """The tip with its article, the title of today's local case if any, and the way out."""
    leave = Button("不再接收", "sub:leave:0")
    more = Button("看看这一招", f"learn:family:{tip.family}")
    row = (more, leave) if tip.family else (leave,)
    if not case:
        return Outgoing(f"今天一条\n{tip.text}", (row,))
    read = Button("看本地案例", "start:case")
    return Outgoing(f"今天一条\n{tip.text}\n\n本地案例：{case}", ((read,), row))


def _is_time(now: datetime, rules: Rules) -> bool:
    return now.astimezone(SHANGHAI).hour < LAST_HOUR and not place(now, rules).why
