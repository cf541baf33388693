"""Deletions by age that belong to no other subject's queries."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import count_changed
from bot.storage.staff import ConsoleSession, FailedAttempts


async def forget_console_sessions(session: AsyncSession, before: datetime) -> int:
    """Delete console sessions not seen since `before`; returns how many."""
    return await count_changed(
        session, delete(ConsoleSession).where(ConsoleSession.seen_at < before)
    )


async def forget_attempts(session: AsyncSession, before: datetime) -> int:
    """Delete failed attempts whose last one was before `before`; returns how many."""
    return await count_changed(
        session, delete(FailedAttempts).where(FailedAttempts.last_at < before)
    )
