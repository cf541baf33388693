"""The roster: shifts, who is on duty now, which leads are to be handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.leads import OPEN_STATES, QueueLine, lines_of
from bot.services.paging import Leaf, leaf_of
from bot.services.permissions import Action, require
from bot.storage import roster as rows
from bot.storage.desk import assigned_leads
from bot.storage.leads import LeadState
from bot.storage.roster import Shift
from bot.storage.staff import Role, Staff, all_staff

LONGEST_SHIFT = timedelta(hours=36)
SHIFTS_SHOWN = 60
HANDED_OVER = 100
"""Lines of a page."""
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
    """Who is on duty, a page of the shifts to come, and who can be given one."""

    on_duty: tuple[str, ...]
    shifts: tuple[ShiftLine, ...]
    people: tuple[tuple[str, str], ...]
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """An open lead in somebody's hands; `left` when that person's shift is over."""

    line: QueueLine
    left: bool


async def see_roster(session: AsyncSession, staff: Staff, now: datetime, page: int = 1) -> Roster:
    """The roster as of now. Raises NotFoundError for a page of shifts that is not there."""
    require(staff.role, Action.SEE_ROSTER)
    offset = (page - 1) * SHIFTS_SHOWN
    shifts, count = await rows.shifts_from(session, now, SHIFTS_SHOWN, offset)
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
        leaf_of(page, len(shifts), count, SHIFTS_SHOWN),
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
    return (await add_shifts(session, staff, [(login, starts_at, ends_at)], now))[0]


async def add_shifts(
    session: AsyncSession,
    staff: Staff,
    wanted: Sequence[tuple[str, datetime, datetime]],
    now: datetime,
) -> list[Shift]:
    """Put people on duty: login, from when, until when of each; all or none."""
    require(staff.role, Action.EDIT_ROSTER)
    people = {
        one.login: one
        for one in await all_staff(session)
        if one.active and one.role in ON_DUTY_ROLES
    }
    for login, starts_at, ends_at in wanted:
        if login.strip().lower() not in people:
            raise InvalidInputError("请选择一位在用账号的值班民警或负责人。")
        _refuse_wrong(starts_at, ends_at, now)
    shifts = [
        Shift(
            staff_id=people[login.strip().lower()].id,
            starts_at=starts_at,
            ends_at=ends_at,
            added_by=staff.id,
        )
        for login, starts_at, ends_at in wanted
    ]
    if (taken := await _taken(session, shifts)) is not None:
        name = next(one.name for one in people.values() if one.id == taken)
        raise ConflictError(f"{name}在这段时间已有班次，请先删除或换个时间。")
    session.add_all(shifts)
    await session.flush()
    return shifts


def _refuse_wrong(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if not starts_at < ends_at:
        raise InvalidInputError("结束时间要晚于开始时间。")
    if ends_at <= now:
        raise InvalidInputError("这个班次已经过去，请检查日期。")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise InvalidInputError("一个班次最长 36 小时，请分成几个班次。")


async def _taken(session: AsyncSession, shifts: Sequence[Shift]) -> int | None:
    """Who of these would be on duty twice at a time."""
    if not shifts:
        return None
    first, last = min(one.starts_at for one in shifts), max(one.ends_at for one in shifts)
    there = await rows.shifts_between(session, {one.staff_id for one in shifts}, first, last)
    by_person: dict[int, list[tuple[datetime, datetime]]] = {}
    for one in (*there, *shifts):
        by_person.setdefault(one.staff_id, []).append((one.starts_at, one.ends_at))
    for person, spans in by_person.items():
        if any(before[1] > after[0] for before, after in pairwise(sorted(spans))):
            return person
    return None


async def remove_shift(session: AsyncSession, staff: Staff, shift_id: int, now: datetime) -> None:
    """Take a shift off the roster; one that runs ends now, and what is over stays: reports count
    it. Raises NotFoundError."""
    require(staff.role, Action.EDIT_ROSTER)
    if not await rows.drop_shift(session, shift_id, now):
        raise NotFoundError("没有这个班次，可能已被删除；已经结束的班次保留，不能删除。")


async def hand_over_list(
    session: AsyncSession, staff: Staff, now: datetime, page: int = 1
) -> tuple[list[HandOverLine], Leaf]:
    """A page of the open leads in somebody's hands; those of people whose shift is over first.

    Raises NotFoundError for a page that is not there.
    """
    require(staff.role, Action.SEE_ROSTER)
    states = [state for state in OPEN_STATES if state is not LeadState.NEW]
    here = {one.id for one in await rows.staff_on_duty(session, now)}
    offset = (page - 1) * HANDED_OVER
    leads, count = await assigned_leads(session, states, here, HANDED_OVER, offset)
    leaf = leaf_of(page, len(leads), count, HANDED_OVER)
    lines = await lines_of(session, leads)
    return [
        HandOverLine(line, lead.assignee_id not in here)
        for lead, line in zip(leads, lines, strict=True)
    ], leaf
