"""Families of tricks met far more often than usual: found, offered as a draft, never sent.

The rule: a day's count so far, at least LEAST, that a Poisson law with the mean of the 28 days
before would reach by accident on fewer than one day in a thousand. It is a default of ours. Leads
count for the district and for their street. A check counts for the district, and where its asker
has subscribed to a place, or came by the link of a notice in a group of one, for that street, too;
each asker once a day, so that nobody makes a surge alone.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.services.library import PATTERNS_ROOT
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, require
from bot.services.sending_rules import day_of
from bot.storage import surges as rows
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff, chats_of_roles
from bot.storage.surges import Surge
from bot.times import SHANGHAI

PAST_DAYS = 28
LEAST = 5
CHANCE = 0.001
LEAST_MEAN = 0.5
"""A trick that was hardly ever met before is taken to come once in two days."""
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SurgeLine:
    """A surge as it is offered, with a text to begin with."""

    id: int
    title: str
    street: str
    day: str
    count: int
    usual: float
    draft: str


def poisson_tail(count: int, mean: float) -> float:
    """The chance that a Poisson law with that mean gives `count` or more."""
    below = sum(
        math.exp(-mean + number * math.log(mean) - math.lgamma(number + 1))
        for number in range(count)
    )
    return max(0.0, 1.0 - below)


def is_surge(count: int, past_total: int) -> bool:
    """Whether a day's count is far above the 28 days before, which had `past_total`."""
    mean = max(past_total / PAST_DAYS, LEAST_MEAN)
    return count >= LEAST and poisson_tail(count, mean) < CHANCE


async def find_surges(session: AsyncSession, now: datetime) -> int:
    """Note today's surges, of the district and of each street, and offer each once."""
    begin, _ = day_of(now)
    since = begin - timedelta(days=PAST_DAYS)
    today: Counter[tuple[str, str]] = Counter()
    past: Counter[tuple[str, str]] = Counter()
    streets = await rows.streets_of_residents(session)
    met: set[tuple[str, int, date]] = set()
    for family, asker, at in await rows.met_by_checks(session, since, now):
        once = family, asker, at.astimezone(SHANGHAI).date()
        if once in met:
            continue
        met.add(once)
        counted = today if at >= begin else past
        counted[family, ""] += 1
        if asker in streets:
            counted[family, streets[asker]] += 1
    for family, street, at in await rows.met_by_leads(session, since, now):
        counted = today if at >= begin else past
        counted[family, ""] += 1
        if street:
            counted[family, street] += 1
    found = 0
    for (family, street), count in today.items():
        before = past[family, street]
        if not is_surge(count, before):
            continue
        usual = before / PAST_DAYS
        surge = Surge(
            family=family,
            street=street,
            day=now.astimezone(SHANGHAI).date(),
            count=count,
            usual=usual,
            chance=poisson_tail(count, max(usual, LEAST_MEAN)),
            found_at=now,
            decided_by=None,
            broadcast_id=None,
        )
        if (number := await rows.keep_surge(session, surge)) is not None:
            await _offer(session, surge, number, now)
            found += 1
    return found


async def _offer(session: AsyncSession, surge: Surge, number: int, now: datetime) -> None:
    line = _line(surge)
    where = f"（{line.street}）" if line.street else ""
    message = Outgoing(
        f"“{line.title}”{where}今天已有 {line.count} 次，前四周平均每天 {line.usual:.1f} 次。\n"
        f"要提醒居民吗？可用的文字：\n{line.draft}\n不会自动发出。想改文字，在值班台“宣传”里写。",
        ((Button("用这段文字", f"surge:draft:{number}"), Button("不用", f"surge:drop:{number}")),),
    )
    key = f"surge:{surge.family}:{surge.street}:{surge.day}"[:60]
    for resident in await chats_of_roles(session, (Role.CHIEF,)):
        await tell_resident(session, resident, message, key=key, priority=Priority.DIGEST, now=now)


async def list_surges(session: AsyncSession, staff: Staff, now: datetime) -> Sequence[SurgeLine]:
    """The surges of the last week that nobody has decided on."""
    require(staff.role, Action.APPROVE_NOTICE)
    since = (now - SHOWN_FOR).astimezone(SHANGHAI).date()
    return [_line(surge) for surge in await rows.open_surges(session, since)]


async def decide_surge(session: AsyncSession, staff: Staff, surge_id: int) -> SurgeLine:
    """Take a suggestion up or turn it down; of two who press at once, one decides."""
    require(staff.role, Action.APPROVE_NOTICE)
    if not await rows.decide_surge(session, surge_id, staff.id):
        raise ConflictError("这条建议已经有人处理过了。")
    return _line(await session.get_one(Surge, surge_id))


def _line(surge: Surge) -> SurgeLine:
    title, advice = family_words(surge.family)
    draft = f"近期“{title}”多发。{advice}拿不准，拨 96110；已转账，马上拨 110。"
    day = f"{surge.day:%m-%d}"
    return SurgeLine(surge.id, title, surge.street, day, surge.count, surge.usual, draft)


@cache
def family_words(family: str) -> tuple[str, str]:
    """Title and first advice of a family; its id and nothing where there is no such file."""
    for path in PATTERNS_ROOT.glob(f"*/{family}.yml"):
        read = yaml.safe_load(path.read_text(encoding="utf-8").partition("\nscripts:")[0])
        advice = "".join(f"{sentence.rstrip('。')}。" for sentence in read["advice"][:1])
        return read["title"], advice
    return family, ""
