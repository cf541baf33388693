"""Training sessions (公安大讲堂) and their coverage: who came of those who were to come."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.permissions import Action, require
from bot.storage.staff import Role, Staff, all_staff
from bot.storage.training_sessions import Attendance, TrainingSession, latest_sessions

SUBJECT_LENGTH = 60
SESSIONS_SHOWN = 100
TRAINED_ROLES = (Role.DUTY, Role.CHIEF, Role.STATION)
"""Whom the sessions are for: the squad and the stations' groups."""


async def hold_session(
    session: AsyncSession,
    staff: Staff,
    subject: str,
    held_at: datetime,
    came: Collection[str],
    now: datetime,
    *,
    invited: Collection[str] = (),
) -> TrainingSession:
    """Enter a session by the logins of who came; without `invited` the whole squad and every
    station's officers were to come. Raises InvalidInputError on an unknown login."""
    require(staff.role, Action.KEEP_TRAINING)
    subject = " ".join(subject.split())
    if not 0 < len(subject) <= SUBJECT_LENGTH or held_at > now:
        raise InvalidInputError(f"请写明主题（最多 {SUBJECT_LENGTH} 个字）和已过去的时间。")
    people = {one.login: one for one in await all_staff(session) if one.active}
    listed = set(invited) or {login for login, one in people.items() if one.role in TRAINED_ROLES}
    listed |= set(came)
    if unknown := sorted(listed - set(people)):
        raise InvalidInputError(f"没有这些账号：{'、'.join(unknown[:5])}。")
    held = TrainingSession(subject=subject, held_at=held_at, recorded_by=staff.id)
    session.add(held)
    await session.flush()
    session.add_all(
        Attendance(session_id=held.id, staff_id=people[login].id, came=login in set(came))
        for login in sorted(listed)
    )
    await session.flush()
    return held


async def list_sessions(
    session: AsyncSession, staff: Staff
) -> list[tuple[TrainingSession, int, int]]:
    """Sessions with how many were to come and how many came, newest first."""
    require(staff.role, Action.KEEP_TRAINING)
    return list(await latest_sessions(session, SESSIONS_SHOWN))
