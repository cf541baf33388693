"""What an officer sees first: what waits, how the day goes, who is there, what works."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import desk
from bot.services.campaigns import for_any_place
from bot.services.figures import year_back
from bot.services.grid import seen_in
from bot.services.groups import CHANNEL_NAMES
from bot.services.heartbeats import Alive, is_alive, last_beats
from bot.services.leads import QueueLine
from bot.services.permissions import Action, may, require
from bot.storage import overview as rows
from bot.storage.deliveries import count_by_broadcast
from bot.storage.desk import DeskCounts
from bot.storage.outbox import DeliveryState
from bot.storage.roster import staff_on_duty
from bot.storage.staff import Staff
from bot.times import SHANGHAI

WAITING_SHOWN = 10
UNDER_WAY_SHOWN = 5
LATE_SENDING = timedelta(minutes=10)
"""An outbox that is due for longer counts as stuck; a retry waits less."""
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Day:
    """A day up to the same time of day: leads, those where money had gone, the sum in fen."""

    name: str
    received: int
    transferred: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A broadcast on its way; `done` of `total` deliveries have ended, whichever way."""

    id: int
    text: str
    state: str
    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the product: whether it works, and what is known of it."""

    name: str
    works: bool
    words: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page of the duty desk as of a moment; `urgent` are numbers, newest first."""

    counts: DeskCounts
    waiting: tuple[QueueLine, ...]
    urgent: tuple[str, ...]
    days: tuple[Day, ...]
    on_duty: tuple[str, ...]
    under_way: tuple[UnderWay, ...]
    health: tuple[Part, ...]


async def overview(
    session: AsyncSession, staff: Staff, now: datetime, *, telegram: bool
) -> Overview:
    """The overview of somebody who sees leads; a station's own and its area's only.

    `telegram`: whether this product has a Telegram bot at all.
    """
    require(staff.role, Action.SEE_QUEUE)
    here = await staff_on_duty(session, now) if may(staff.role, Action.SEE_ROSTER) else ()
    casts = await _under_way(session, staff) if may(staff.role, Action.SEE_PUBLICITY) else ()
    return Overview(
        await desk.counts(session, staff, now),
        await _waiting(session, staff),
        await desk.newest_urgent(session, staff),
        await _days(session, staff, now),
        tuple(one.name for one in here),
        casts,
        await health(session, now, telegram=telegram),
    )


async def health(session: AsyncSession, now: datetime, *, telegram: bool) -> tuple[Part, ...]:
    """Bot, scheduler and senders, by what they leave in the database."""
    held = await rows.leases_held(session, now)
    bot = await _bot_parts(session, now, telegram=telegram)
    clock = Part(
        "定时与群发", CLOCK in held, "在运行" if CLOCK in held else "没有运行，到点的不会发"
    )
    waiting = await rows.oldest_waiting(session, now)
    channels = {"telegram": "Telegram 发送"} if telegram else {}
    robots = {str(one): name for one, name in CHANNEL_NAMES.items() if one in waiting}
    channels |= {name: f"{title}发送" for name, title in robots.items() if name not in channels}
    senders = [_sender(name, title, waiting, now) for name, title in channels.items()]
    return (*bot, clock, *senders)


async def _bot_parts(session: AsyncSession, now: datetime, *, telegram: bool) -> list[Part]:
    beats = await last_beats(session)
    answered = await rows.last_answer(session)
    words = f"最近一次回答在 {_clock(answered)}" if answered else "还没有人来问"
    parts = [
        (Alive.CHAT, "聊天网页", ""),
        (Alive.TELEGRAM, "Telegram 机器人", "连不上 Telegram 或"),
    ]
    return [
        Part(title, True, words)
        if is_alive(beats.get(part), now)
        else Part(title, False, _silence(beats.get(part), cause))
        for part, title, cause in parts[: 2 if telegram else 1]
    ]


def _silence(beaten: datetime | None, cause: str) -> str:
    if beaten is None:
        return f"{cause}没有运行，居民现在得不到回答"
    return f"{cause}没有运行，{_clock(beaten)} 以后没有动静，居民现在得不到回答"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


def days_compared(now: datetime) -> tuple[tuple[str, datetime, datetime], ...]:
    """Today, yesterday and the same day last year, each from midnight up to the same time."""
    local = now.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    return (
        ("今天到现在", midnight, local),
        ("昨天同一时刻", midnight - day, local - day),
        ("去年同一天", year_back(midnight), year_back(local)),
    )


async def _waiting(session: AsyncSession, staff: Staff) -> tuple[QueueLine, ...]:
    """Urgent unsigned leads first, then whatever is due next."""
    urgent = await desk.urgent_unsigned(session, staff, WAITING_SHOWN)
    pressing = await desk.open_leads(session, staff, WAITING_SHOWN)
    shown = {line.number for line in urgent}
    others = [line for line in pressing if line.number not in shown]
    return tuple([*urgent, *others][:WAITING_SHOWN])


async def _days(session: AsyncSession, staff: Staff, now: datetime) -> tuple[Day, ...]:
    compared = days_compared(now)
    spans = [(since, until) for _, since, until in compared]
    found = await rows.day_figures(session, spans, desk.station_of(staff))
    return tuple(Day(name, *figures) for (name, _, _), figures in zip(compared, found, strict=True))


async def _under_way(session: AsyncSession, staff: Staff) -> tuple[UnderWay, ...]:
    within = await seen_in(session, staff)
    casts = await rows.broadcasts_under_way(session, UNDER_WAY_SHOWN)
    counts = await count_by_broadcast(session, [one.id for one in casts], within)
    return tuple(
        UnderWay(one.id, for_any_place(one.text), one.state, *progress(counts.get(one.id, {})))
        for one in casts
    )


def progress(counts: Mapping[DeliveryState, int]) -> tuple[int, int, int]:
    """Deliveries that have ended, all of them, and those that came to nothing."""
    failed = sum(counts.get(one, 0) for one in (DeliveryState.FAILED, DeliveryState.BLOCKED))
    total = sum(counts.values())
    left = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.PAUSED)
    return total - sum(counts.get(one, 0) for one in left), total, failed


def _sender(name: str, title: str, waiting: Mapping[str, datetime], now: datetime) -> Part:
    since = waiting.get(name)
    if since is None or now - since < LATE_SENDING:
        return Part(title, True, "没有积压")
    return Part(title, False, f"最早的一条已等了 {int((now - since).total_seconds()) // 60} 分钟")
