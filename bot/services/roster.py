"""The roster: shifts, who is on duty now, which leads are to be handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.leads import OPEN_STATES, QueueLine, lines_of
from bot.services.permissions import Action, require
from bot.storage import roster as rows
from bot.storage.desk import assigned_leads
from bot.storage.leads import LeadState
from bot.storage.roster import Shift
from bot.storage.staff import Role, Staff, all_staff, staff_by_login

LONGEST_SHIFT = timedelta(hours=36)
SHIFTS_SHOWN = 60
HANDED_OVER = 200
ON_DUTY_ROLES = frozenset({Role.DUTY, Role.CHIEF})


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift as the roster shows it."""

    id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    now: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on duty, the shifts to come, and who can be given one."""

    on_duty: tuple[str, ...]
    shifts: tuple[ShiftLine, ...]
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """An open lead in somebody's hands; `left` when that person's shift is over."""

    line: QueueLine
    left: bool


async def see_roster(session: AsyncSession, staff: Staff, now: datetime) -> Roster:
    """The roster as of now."""
    require(staff.role, Action.SEE_ROSTER)
    shifts = await rows.shifts_from(session, now, SHIFTS_SHOWN)
    people = [
        (one.login, one.name)
        for one in await all_staff(session)
        if one.active and one.role in ON_DUTY_ROLES
    ]
    return Roster(
        tuple(one.name for one in await rows.staff_on_duty(session, now)),
        tuple(
            ShiftLine(shift.id, person.name, shift.starts_at, shift.ends_at, shift.starts_at <= now)
            for shift, person in shifts
        ),
        tuple(people),
    )


async def add_shift(
    session: AsyncSession,
    staff: Staff,
    login: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Shift:
    """Put somebody on duty for a time. Raises ConflictError where he already is."""
    require(staff.role, Action.EDIT_ROSTER)
    person = await staff_by_login(session, login.strip().lower())
    if person is None or not person.active or person.role not in ON_DUTY_ROLES:
        raise InvalidInputError("请选择一位在用账号的值班民警或负责人。")
    if not starts_at < ends_at:
        raise InvalidInputError("结束时间要晚于开始时间。")
    if ends_at <= now:
        raise InvalidInputError("这个班次已经过去，请检查日期。")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise InvalidInputError("一个班次最长 36 小时，请分成几个班次。")
    if await rows.overlapping_shift(session, person.id, starts_at, ends_at) is not None:
        raise ConflictError(f"{person.name}在这段时间已有班次，请先删除或换个时间。")
    shift = Shift(staff_id=person.id, starts_at=starts_at, ends_at=ends_at, added_by=staff.id)
    session.add(shift)
    await session.flush()
    return shift


async def remove_shift(session: AsyncSession, staff: Staff, shift_id: int) -> None:
    """Take a shift off the roster."""
    require(staff.role, Action.EDIT_ROSTER)
    if not await rows.drop_shift(session, shift_id):
        raise NotFoundError("没有这个班次，可能已被删除。")


async def hand_over_list(session: AsyncSession, staff: Staff, now: datetime) -> list[HandOverLine]:
    """Open leads in somebody's hands; those of people whose shift is over first."""
    require(staff.role, Action.SEE_ROSTER)
    states = [state for state in OPEN_STATES if state is not LeadState.NEW]
    leads = await assigned_leads(session, states, HANDED_OVER)
    here = {one.id for one in await rows.staff_on_duty(session, now)}
    lines = await lines_of(session, leads)
    listed = [
        HandOverLine(line, lead.assignee_id not in here)
        for lead, line in zip(leads, lines, strict=True)
    ]
    return sorted(listed, key=lambda one: not one.left)
