"""A season of tricks begins: its approved notices are offered, never sent by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.services.notice_templates import NoticeTemplate, fill, find_notice_template
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, may, require
from bot.services.sending_rules import Season, load_calendar
from bot.storage.once import done_of, first_time, is_done
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff, chats_of_roles
from bot.times import SHANGHAI

NONE = "none"
"""Stands, before the name of a season, for a notice where the whole season is turned down."""


@dataclass(frozen=True, slots=True)
class SeasonOffer:
    """A season that is on since the day `begin`, with its notices that nobody has taken up; `none`
    stands for turning it down."""

    name: str
    span: str
    begin: date
    none: str
    notices: Sequence[NoticeTemplate]


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
        message, key = _message(_offer(season, begin)), f"season:{begin}:{season.name}"
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


async def open_offers(session: AsyncSession, staff: Staff, now: datetime) -> list[SeasonOffer]:
    """Seasons that are on and neither turned down nor taken up whole, for who may take them up."""
    if not (may(staff.role, Action.APPROVE_NOTICE) and may(staff.role, Action.SEND_NOTICE)):
        return []
    today = now.astimezone(SHANGHAI).date()
    offers = [
        _offer(one, begin_of(one, today)) for one in load_calendar().seasons if one.holds(today)
    ]
    names = {_taken(one.begin, id) for one in offers for id in _answers(one)}
    done = await done_of(session, names)
    open_now = []
    for one in offers:
        left = [notice for notice in one.notices if _taken(one.begin, notice.id) not in done]
        if left and not {_taken(one.begin, NONE), _taken(one.begin, one.none)} & done:
            open_now.append(replace(one, notices=left))
    return open_now


async def take_season_up(
    session: AsyncSession, staff: Staff, begin: str, notice: str, now: datetime
) -> str:
    """Take one notice of a season up, or with its `none` turn it down; of two who press, one does.

    Returns the id of the notice, which still has to be filled in, addressed and sent.
    """
    require(staff.role, Action.APPROVE_NOTICE)
    require(staff.role, Action.SEND_NOTICE)
    if notice not in {NONE, *(_none(season) for season in load_calendar().seasons)}:
        find_notice_template(notice)
    if not await first_time(session, _taken(begin, notice), now):
        raise ConflictError("这条建议已经有人处理过了。")
    return notice


def _taken(begin: date | str, notice: str) -> str:
    return f"season:{str(begin)[:10]}:={notice}"[:60]


def _none(season: Season) -> str:
    return f"{NONE}-{season.name}"


def _answers(offer: SeasonOffer) -> tuple[str, ...]:
    return NONE, offer.none, *(one.id for one in offer.notices)


def _offer(season: Season, begin: date) -> SeasonOffer:
    span = f"{begin:%m-%d} 到 {season.last[0]:02d}-{season.last[1]:02d}"
    notices = [find_notice_template(name) for name in season.notices]
    return SeasonOffer(season.name, span, begin, _none(season), notices)


def _message(offer: SeasonOffer) -> Outgoing:
    texts = "\n".join(f"·《{one.title}》{fill(one, one.examples)}" for one in offer.notices)
    rows = [
        (Button(f"用《{one.title}》", f"season:use:{offer.begin}:{one.id}"),)
        for one in offer.notices
    ]
    rows.append((Button("今年不用", f"season:drop:{offer.begin}:{offer.none}"),))
    return Outgoing(
        f"“{offer.name}”到了（{offer.span}），这一季常见的骗术有审核过的通知：\n{texts}\n"
        "不会自动发出。点一条，选好发给谁、什么时候发。",
        tuple(rows),
    )
