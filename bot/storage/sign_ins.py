"""Queries about signed-in browsers and about tries in a row; their tables are in `staff`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import count_changed, insert
from bot.storage.setting_changes import newest_value
from bot.storage.staff import ConsoleSession, FailedAttempts, Staff


async def staff_of_session(
    session: AsyncSession, token_hash: str, *, seen_after: datetime, created_after: datetime
) -> tuple[Staff, ConsoleSession, str | None] | None:
    """Who is signed in with a cookie, if they are active and the session has not run out; and
    the district's name where officers have changed it."""
    query = select(Staff, ConsoleSession, newest_value("district"))
    query = query.join(ConsoleSession, ConsoleSession.staff_id == Staff.id)
    row = (
        await session.execute(
            query.where(
                ConsoleSession.token_hash == token_hash,
                ConsoleSession.seen_at > seen_after,
                ConsoleSession.created_at > created_after,
                Staff.active.is_(True),
            )
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def touch_session(session: AsyncSession, token_hash: str, now: datetime) -> None:
    """Note that a signed-in browser was here."""
    await session.execute(
        update(ConsoleSession).where(ConsoleSession.token_hash == token_hash).values(seen_at=now)
    )


async def drop_session(session: AsyncSession, token_hash: str) -> None:
    """Forget one signed-in browser."""
    await session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == token_hash))


async def drop_sessions(session: AsyncSession, staff_id: int, but: str = "") -> None:
    """Sign somebody out everywhere, except of the session with the token hash `but`."""
    theirs = ConsoleSession.staff_id == staff_id
    await session.execute(delete(ConsoleSession).where(theirs, ConsoleSession.token_hash != but))


async def sessions_of(
    session: AsyncSession, staff_id: int, *, seen_after: datetime, created_after: datetime
) -> Sequence[ConsoleSession]:
    """Somebody's signed-in browsers that have not run out, seen last first."""
    query = select(ConsoleSession).where(
        ConsoleSession.staff_id == staff_id,
        ConsoleSession.seen_at > seen_after,
        ConsoleSession.created_at > created_after,
    )
    return (await session.scalars(query.order_by(ConsoleSession.seen_at.desc()))).all()


async def drop_own_session(session: AsyncSession, staff_id: int, begins: str) -> bool:
    """Forget the browser of somebody whose token hash begins so; False where there is none."""
    begins_so = ConsoleSession.token_hash.startswith(begins, autoescape=True)
    gone = delete(ConsoleSession).where(ConsoleSession.staff_id == staff_id, begins_so)
    return bool(await count_changed(session, gone))


async def count_attempt(
    session: AsyncSession, subject_hash: str, *, limit: int, paused_since: datetime, now: datetime
) -> int:
    """Count one more try and return its number; above `limit` it must be refused.

    The count begins anew once the last counted try is older than `paused_since`; tries made
    during a pause do not lengthen it. The row is locked, so tries at the same moment are counted
    one by one.
    """
    over = FailedAttempts.last_at <= paused_since
    full = FailedAttempts.count >= limit
    statement = (
        insert(session, FailedAttempts)
        .values(subject_hash=subject_hash, count=1, last_at=now)
        .on_conflict_do_update(
            index_elements=["subject_hash"],
            set_={
                "count": case((over, 1), (full, limit + 1), else_=FailedAttempts.count + 1),
                "last_at": case((over, now), (full, FailedAttempts.last_at), else_=now),
            },
        )
        .returning(FailedAttempts.count)
    )
    return int((await session.execute(statement)).scalar_one())


async def drop_attempts(session: AsyncSession, subject_hash: str) -> None:
    """Forget the tries of somebody who has shown who they are."""
    await session.execute(delete(FailedAttempts).where(FailedAttempts.subject_hash == subject_hash))
