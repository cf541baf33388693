"""What a grid worker reads on Monday: what was met last week in the groups he registered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.notifications import tell_resident
from bot.services.outgoing import Outgoing
from bot.storage.groups import CommunityGroup, GroupChannel, active_groups
from bot.storage.guard import AnswerCount, answers_between
from bot.storage.once import first_time, is_done
from bot.storage.outbox import Priority
from bot.storage.roster import chats_of_staff
from bot.times import SHANGHAI

SENT_AT = time(9, 0)
MOST_GROUPS = 20


async def digest_waits(session: AsyncSession, now: datetime) -> bool:
    """Whether this week's digest is due and was not sent."""
    return _is_due(now) and not await is_done(session, _name(now))


async def send_digests(session: AsyncSession, now: datetime) -> int:
    """Tell every grid worker who registered a group; returns how many people. Once a week."""
    if not _is_due(now) or not await first_time(session, _name(now), now):
        return 0
    monday = _monday(now)
    met: dict[int, list[AnswerCount]] = defaultdict(list)
    for line in await answers_between(session, monday - timedelta(days=7), monday):
        met[line.group_id].append(line)
    of_worker: dict[int, list[CommunityGroup]] = defaultdict(list)
    for group in await active_groups(session):
        if group.channel == GroupChannel.TELEGRAM:
            of_worker[group.added_by].append(group)
    for worker, groups in of_worker.items():
        words = _words(groups, met)
        for resident in await chats_of_staff(session, [worker]):
            await tell_resident(
                session,
                resident,
                Outgoing(words),
                key=_name(now),
                priority=Priority.DIGEST,
                now=now,
            )
    return len(of_worker)


def _words(groups: Iterable[CommunityGroup], met: dict[int, list[AnswerCount]]) -> str:
    groups = list(groups)
    lines = [_line(group, met[group.id]) for group in groups if group.id in met]
    quiet = len(groups) - len(lines)
    shown = lines[:MOST_GROUPS]
    if len(lines) > MOST_GROUPS:
        shown.append(f"……还有 {len(lines) - MOST_GROUPS} 个群")
    if quiet:
        shown.append(f"· {'其余 ' if lines else ''}{quiet} 个群没有遇到很像骗局的消息")
    return "上周您登记的群：\n" + "\n".join(shown)


def _line(group: CommunityGroup, met: list[AnswerCount]) -> str:
    count = sum(line.count for line in met)
    undone = sum(line.undone for line in met)
    named = "、".join(f"{line.title} {line.count}" for line in met[:3])
    tail = f"，撤销 {undone} 次" if undone else ""
    return f"· {group.title}：遇到 {count} 次（{named}）{tail}"


def _monday(now: datetime) -> date:
    today = now.astimezone(SHANGHAI).date()
    return today - timedelta(days=today.weekday())


def _is_due(now: datetime) -> bool:
    local = now.astimezone(SHANGHAI)
    return local >= datetime.combine(_monday(now), SENT_AT, SHANGHAI)


def _name(now: datetime) -> str:
    return f"guard-digest:{_monday(now).isoformat()}"
