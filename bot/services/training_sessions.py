"""Training sessions (公安大讲堂): planned and held, and who was to come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, require
from bot.storage import training_sessions as rows
from bot.storage.staff import Role, Staff, all_staff
from bot.storage.training_sessions import Attendance, SessionCounts, TrainingSession

SUBJECT_LENGTH, PLACE_LENGTH, TEACHER_LENGTH = 60, 60, 30
SESSIONS_SHOWN = 100
FURTHEST = timedelta(days=366)
TRAINED_ROLES = (Role.DUTY, Role.CHIEF, Role.STATION)
"""Whom the sessions are for: the squad and the stations' groups."""
SQUAD, GRID, NO_STATION = "专班", "网格员", "未写明派出所"
"""Teams beside the stations."""
TEAM_OF_ROLE: Mapping[Role, str] = {Role.DUTY: SQUAD, Role.CHIEF: SQUAD, Role.GRID: GRID}
NO_SESSION = "没有这一期培训，请刷新后再看。"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the list of a session."""

    login: str
    name: str
    team: str
    came: bool
    came_at: datetime | None
    right: int | None
    asked: int | None


@dataclass(frozen=True, slots=True)
class SessionSheet:
    """A session with everybody who was to come or came."""

    held: TrainingSession
    people: tuple[Person, ...]


def team_of(role: Role, station: str | None) -> str:
    """The team or station somebody is counted in."""
    return TEAM_OF_ROLE.get(role) or station or NO_STATION


async def teams(session: AsyncSession) -> dict[str, int]:
    """The teams and stations that can be expected, with how many people each has."""
    found: dict[str, int] = {}
    for one in await all_staff(session):
        if one.active and one.role in (*TRAINED_ROLES, Role.GRID):
            team = team_of(Role(one.role), one.station)
            found[team] = found.get(team, 0) + 1
    return dict(sorted(found.items()))


async def plan_session(
    session: AsyncSession,
    staff: Staff,
    subject: str,
    held_at: datetime,
    now: datetime,
    *,
    place: str,
    teacher: str,
    expected: Collection[str],
) -> TrainingSession:
    """Announce a session, or enter one afterwards, for whole teams and stations.

    Raises InvalidInputError where something is missing or a team has nobody.
    """
    require(staff.role, Action.KEEP_TRAINING)
    if held_at > now + FURTHEST:
        raise InvalidInputError("时间写得太远了，请检查年份。")
    known = await teams(session)
    if not expected or not set(expected) <= set(known):
        raise InvalidInputError("请勾选应到的队伍或派出所；没有人的队伍不能选。")
    held = await _add(session, staff, subject, held_at, place, teacher)
    session.add_all(
        Attendance(session_id=held.id, staff_id=one.id, came=False)
        for one in await all_staff(session)
        if one.active
        and one.role in (*TRAINED_ROLES, Role.GRID)
        and team_of(Role(one.role), one.station) in expected
    )
    await session.flush()
    return held


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
    if held_at > now:
        raise InvalidInputError("已办的培训要写过去的时间。")
    people = {one.login: one for one in await all_staff(session) if one.active}
    listed = set(invited) or {login for login, one in people.items() if one.role in TRAINED_ROLES}
    listed |= set(came)
    if unknown := sorted(listed - set(people)):
        raise InvalidInputError(f"没有这些账号：{'、'.join(unknown[:5])}。")
    held = await _add(session, staff, subject, held_at, "", "")
    session.add_all(
        Attendance(
            session_id=held.id,
            staff_id=people[login].id,
            came=login in set(came),
            came_at=held_at if login in set(came) else None,
        )
        for login in sorted(listed)
    )
    await session.flush()
    return held


async def _add(
    session: AsyncSession,
    staff: Staff,
    subject: str,
    held_at: datetime,
    place: str,
    teacher: str,
) -> TrainingSession:
    texts = (subject, place, teacher)
    subject, place, teacher = (" ".join(one.split()) for one in texts)
    if not 0 < len(subject) <= SUBJECT_LENGTH:
        raise InvalidInputError(f"请写明主题，最多 {SUBJECT_LENGTH} 个字。")
    if len(place) > PLACE_LENGTH or len(teacher) > TEACHER_LENGTH:
        raise InvalidInputError(
            f"地点最多 {PLACE_LENGTH} 个字，主讲最多 {TEACHER_LENGTH} 个字，请写短一些。"
        )
    held = TrainingSession(
        subject=subject, held_at=held_at, recorded_by=staff.id, place=place, teacher=teacher
    )
    session.add(held)
    await session.flush()
    return held


async def leaf_of_sessions(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of list_sessions, from 1. Raises NotFoundError where it is not there."""
    require(staff.role, Action.KEEP_TRAINING)
    return turn_to(page, await rows.count_sessions(session), SESSIONS_SHOWN)


async def list_sessions(
    session: AsyncSession, staff: Staff, leaf: Leaf | None = None
) -> Sequence[SessionCounts]:
    """Sessions with what came of them, newest first; a page of them, or without `leaf` all."""
    require(staff.role, Action.KEEP_TRAINING)
    if leaf is None:
        return await rows.latest_sessions(session)
    return await rows.latest_sessions(session, leaf.size, leaf.offset)


async def see_session(session: AsyncSession, staff: Staff, session_id: int) -> SessionSheet:
    """A session with its people. Raises NotFoundError."""
    require(staff.role, Action.KEEP_TRAINING)
    held = await find_session(session, session_id)
    return SessionSheet(
        held,
        tuple(
            Person(
                one.login,
                one.name,
                team_of(Role(one.role), one.station),
                row.came,
                row.came_at,
                row.right,
                row.asked,
            )
            for one, row in await rows.people_of(session, session_id)
        ),
    )


async def find_session(session: AsyncSession, session_id: int) -> TrainingSession:
    """A session. Raises NotFoundError."""
    held = await session.get(TrainingSession, session_id)
    if held is None:
        raise NotFoundError(NO_SESSION)
    return held


async def mark_came(
    session: AsyncSession, staff: Staff, session_id: int, logins: Collection[str], now: datetime
) -> int:
    """Enter by hand who came; returns how many. Raises InvalidInputError before it began."""
    require(staff.role, Action.KEEP_TRAINING)
    held = await find_session(session, session_id)
    if held.held_at > now:
        raise InvalidInputError("这一期还没开始，开始以后再登记到场。")
    people = {one.login: one for one in await all_staff(session) if one.active}
    if not logins or not set(logins) <= set(people):
        raise InvalidInputError("请勾选到场的人。")
    for login in sorted(set(logins)):
        await rows.note_came(session, held.id, people[login].id, now)
    return len(set(logins))


async def cancel_session(session: AsyncSession, staff: Staff, session_id: int) -> None:
    """Take back a session to which nobody came. Raises ConflictError where somebody did."""
    require(staff.role, Action.KEEP_TRAINING)
    await find_session(session, session_id)
    if not await rows.drop_unheld(session, session_id):
        raise ConflictError("已有人到场，这一期不能取消。")
