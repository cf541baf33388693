"""A season of tricks begins: its approved notices are offered, never sent by themselves."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.services.notice_templates import fill, find_notice_template
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, require
from bot.services.sending_rules import Season, load_calendar
from bot.storage.once import first_time, is_done
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff, chats_of_roles
from bot.times import SHANGHAI

NONE = "none"
"""Stands for a notice where the whole season is turned down."""


def begin_of(season: Season, day: date) -> date:
    """The day on which a season that holds `day` began; 29 February only where there is one."""
    begin = day
    while season.holds(begin - timedelta(days=1)) and (begin.month, begin.day) != season.first:
        begin -= timedelta(days=1)
    return begin


async def offer_seasons(session: AsyncSession, now: datetime) -> int:
    """Offer each season that is on, once; returns how many. Who is bound later hears of it then."""
    chats = await chats_of_roles(session, (Role.CHIEF,))
    if not chats:
        return 0
    today, offered = now.astimezone(SHANGHAI).date(), 0
    for season in load_calendar().seasons:
        if not season.holds(today):
            continue
        begin = begin_of(season, today)
        if not await first_time(session, f"season:{begin}:{season.name}", now):
            continue
        message, key = _offer(season, begin), f"season:{begin}:{season.name}"
        for chat in chats:
            await tell_resident(session, chat, message, key=key, priority=Priority.DIGEST, now=now)
        offered += 1
    return offered


async def seasons_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether a season that is on was not offered yet; only looks."""
    today = now.astimezone(SHANGHAI).date()
    names = [
        f"season:{begin_of(season, today)}:{season.name}"
        for season in load_calendar().seasons
        if season.holds(today)
    ]
    return any([not await is_done(session, name) for name in names])


async def take_season_up(
    session: AsyncSession, staff: Staff, begin: str, notice: str, now: datetime
) -> str:
    """Take one notice of a season up, or with NONE turn it down; of two who press, one does.

    Returns the id of the notice, which still has to be filled in, addressed and sent.
    """
    require(staff.role, Action.APPROVE_NOTICE)
    require(staff.role, Action.SEND_NOTICE)
    if notice != NONE:
        find_notice_template(notice)
    if not await first_time(session, f"season:{begin[:10]}:={notice}"[:60], now):
        raise ConflictError("这条建议已经有人处理过了。")
    return notice


def _offer(season: Season, begin: date) -> Outgoing:
    notices = [find_notice_template(name) for name in season.notices]
    texts = "\n".join(f"·《{one.title}》{fill(one, one.examples)}" for one in notices)
    rows = [(Button(f"用《{one.title}》", f"season:use:{begin}:{one.id}"),) for one in notices]
    rows.append((Button("今年不用", f"season:drop:{begin}:{NONE}"),))
    span = f"{begin:%m-%d} 到 {season.last[0]:02d}-{season.last[1]:02d}"
    return Outgoing(
        f"“{season.name}”到了（{span}），这一季常见的骗术有审核过的通知：\n{texts}\n"
        "不会自动发出。点一条，选好发给谁、什么时候发。",
        tuple(rows),
    )
