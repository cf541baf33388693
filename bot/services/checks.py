"""Checking a message: the verdict, and the trace of it that is kept (never the text)."""

import asyncio
import secrets
from datetime import datetime
from typing import TypeGuard

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.storage.checks import Check, find_check
from bot.storage.database import vault_of
from bot.storage.residents import Resident

LONG_TEXT = 2000
"""Texts above this many characters are judged outside the event loop."""


def is_warning(verdict: Verdict | None) -> TypeGuard[Verdict]:
    """Whether a text is at least suspicious."""
    return verdict is not None and verdict.level in (Level.HIGH, Level.SUSPICIOUS)


async def judge_text(text: str, library: Library) -> Verdict:
    """Judge a text without stopping the event loop."""
    if len(text) > LONG_TEXT:
        return await asyncio.to_thread(judge, text, library)
    return judge(text, library)


async def keep_check(
    session: AsyncSession, resident: Resident, text: str, verdict: Verdict, now: datetime
) -> str:
    """Keep that a check was made (a keyed hash of the text, never the text); its reference."""
    reference = secrets.token_urlsafe(9)
    session.add(
        Check(
            reference=reference,
            resident_id=resident.id,
            text_hash=vault_of(session).fingerprint(text, "check.text"),
            level=verdict.level,
            score=verdict.score,
            category=verdict.category,
            family=verdict.family,
            action=verdict.action,
            library_version=verdict.library_version,
            created_at=now,
        )
    )
    await session.flush()
    return reference


async def renew_check(
    session: AsyncSession,
    resident: Resident,
    reference: str,
    text: str,
    verdict: Verdict,
    now: datetime,
) -> str:
    """More came that belongs to a check: it is now of the whole. Its reference stays, unless the
    check is gone."""
    check = await find_check(session, reference, resident.id)
    if check is None:
        return await keep_check(session, resident, text, verdict, now)
    check.text_hash = vault_of(session).fingerprint(text, "check.text")
    check.level, check.score = verdict.level, verdict.score
    check.category, check.family = verdict.category, verdict.family
    check.action, check.library_version = verdict.action, verdict.library_version
    await session.flush()
    return reference


async def own_check(session: AsyncSession, resident: Resident, reference: str) -> Check:
    """A resident's own check. Raises NotFoundError for anybody else's or a deleted one."""
    check = await find_check(session, reference, resident.id)
    if check is None:
        raise NotFoundError("这条记录已过期或不是您的，请把消息再发一次。")
    return check


async def dispute_check(
    session: AsyncSession, resident: Resident, reference: str, now: datetime
) -> Check:
    """Note that the resident finds the verdict wrong; the text is not kept."""
    check = await own_check(session, resident, reference)
    if check.disputed_at is None:
        check.disputed_at = now
        await session.flush()
    return check
