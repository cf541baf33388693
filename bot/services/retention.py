"""Forgetting in time: what is kept is deleted or blanked when its time is over."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.field_pictures import PICTURES_KEPT, forget_pictures
from bot.services.kept_drafts import DRAFTS_KEPT
from bot.services.lead_retention import purge_leads
from bot.storage.checks import forget_checks
from bot.storage.dialogues import forget_dialogues
from bot.storage.drafts import forget_drafts
from bot.storage.drill_offers import forget_offers
from bot.storage.drills import detach_runs
from bot.storage.inbox import forget_inbox
from bot.storage.learners import forget_memories
from bot.storage.library import forget_reviews
from bot.storage.outbox import blank_ended
from bot.storage.partner_requests import blank_requests
from bot.storage.quizzes import detach_attempts
from bot.storage.retention import (
    forget_attempts,
    forget_console_sessions,
    forget_residents,
)
from bot.storage.study_classes import forget_members
from bot.storage.updates import forget_replies

UPDATES_KEPT = timedelta(days=2)
"""Telegram repeats an update for a day at most."""
DIALOGUES_KEPT = timedelta(days=30)
NAMELESS_STATE, NAMELESS_KEPT = "Stopping:nameless", timedelta(hours=1)
"""Questions about an urgent lead that names nobody hold its number: whoever left them has an hour
to come back."""
CONSOLE_SESSIONS_KEPT = timedelta(hours=12)
"""As long as a console session may stay idle."""
ATTEMPTS_KEPT = timedelta(days=1)
DELIVERIES_KEPT = timedelta(days=30)
LEARNING_KEPT = timedelta(days=400)
"""A year and a season, so that what comes back each year can be compared; residents are told."""
INBOX_KEPT = timedelta(days=30)
"""As long as messages that were sent."""
RESIDENTS_KEPT = LEARNING_KEPT
REVIEWS_KEPT = timedelta(days=90)
"""Texts kept with consent, decided on or not; a resident is told this figure."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went, by kind; deliveries are blanked, their counts stay."""

    updates: int
    dialogues: int
    checks: int
    console_sessions: int
    attempts: int
    deliveries: int
    reviews: int
    learning: int
    pictures: int
    inbox: int
    drafts: int


@dataclass(frozen=True, slots=True)
class PurgedAll:
    """The same with leads and requests to partners, whose personal values are blanked."""

    updates: int
    dialogues: int
    checks: int
    console_sessions: int
    attempts: int
    deliveries: int
    reviews: int
    learning: int
    pictures: int
    inbox: int
    drafts: int
    leads: int
    unsettled: int
    requests: int
    residents: int


CLASS_NAMES: Mapping[str, str] = {
    "updates": "已回复的消息",
    "dialogues": "没写完的步骤",
    "checks": "查询记录",
    "console_sessions": "值班台登录",
    "attempts": "输错的次数",
    "deliveries": "群发内容（计数保留）",
    "reviews": "待审的消息",
    "learning": "答题和演练（计数保留）",
    "pictures": "宣传活动和转发的照片（登记保留）",
    "inbox": "没有取走的消息",
    "drafts": "没有提交的通知草稿",
    "leads": "已结束线索的个人信息（统计保留）",
    "unsettled": "长期没有结果也没人再办的线索的个人信息（线索保留）",
    "requests": "协作事项的内容（登记保留）",
    "residents": "很久没来的居民账号（计数保留）",
}


async def purge_all(
    session: AsyncSession, check_days: int, lead_days: int, now: datetime
) -> PurgedAll:
    """Every class at once; in a transaction that is rolled back it is a dry run."""
    purged = await purge(session, check_days, now)
    before = now - timedelta(days=lead_days)
    leads = await purge_leads(session, before)
    unsettled = await purge_leads(session, before, settled=False)
    return PurgedAll(
        **asdict(purged),
        leads=leads,
        unsettled=unsettled,
        requests=await blank_requests(session, before),
        residents=await forget_residents(session, now - RESIDENTS_KEPT),
    )


async def purge(session: AsyncSession, check_retention_days: int, now: datetime) -> Purged:
    """Delete or blank everything whose time is over."""
    return Purged(
        updates=await forget_replies(session, now - UPDATES_KEPT),
        dialogues=await forget_dialogues(session, now - DIALOGUES_KEPT)
        + await forget_nameless(session, now),
        checks=await forget_checks(session, now - timedelta(days=check_retention_days)),
        console_sessions=await forget_console_sessions(session, now - CONSOLE_SESSIONS_KEPT),
        attempts=await forget_attempts(session, now - ATTEMPTS_KEPT),
        deliveries=await blank_ended(session, now - DELIVERIES_KEPT),
        reviews=await forget_reviews(session, now - REVIEWS_KEPT),
        learning=await _forget_learning(session, now - LEARNING_KEPT),
        pictures=await forget_pictures(session, now - PICTURES_KEPT),
        inbox=await forget_inbox(session, now - INBOX_KEPT),
        drafts=await forget_drafts(session, now - DRAFTS_KEPT),
    )


async def forget_nameless(session: AsyncSession, now: datetime) -> int:
    """Delete what still ties a chat to a lead that names nobody; returns how many dialogues."""
    return await forget_dialogues(session, now - NAMELESS_KEPT, NAMELESS_STATE)


async def _forget_learning(session: AsyncSession, before: datetime) -> int:
    """Quizzes and drills belong to nobody from then on, what somebody knew is deleted,
    and in which class they learned."""
    detached = await detach_attempts(session, before) + await detach_runs(session, before)
    await forget_offers(session, before)
    gone = await forget_memories(session, before) + await forget_members(session, before)
    return detached + gone
