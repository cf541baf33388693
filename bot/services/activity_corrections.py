"""Putting an approved activity right or taking it back: a new activity in the place of the old."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.activities import read_line
from bot.services.deed_days import read_day
from bot.services.grid import area_named, areas_within, seen_in
from bot.services.permissions import Action, require
from bot.services.transitions import clean_why
from bot.storage.activities import Activity, ActivityState, lock_standing
from bot.storage.staff import Staff

GONE = "没有这项已通过的活动，不在您的辖区，或已被更正过，请刷新后再看。"


async def correct_activity(
    session: AsyncSession,
    staff: Staff,
    activity_id: int,
    kind: str,
    line: str,
    why: str,
    now: datetime,
) -> Activity:
    """Another kind, place or number of people, and another day where the line begins with one.

    Raises NotFoundError where it does not stand, InvalidInputError without a reason or a change.
    """
    old = await _standing(session, staff, activity_id)
    at, rest = read_day(line, now)
    filed_at = old.filed_at if at == now else at
    place, people = read_line(kind, rest)
    if (kind, place, people, filed_at) == (old.kind, old.place, old.people, old.filed_at):
        raise InvalidInputError("和已登记的一样，没有要更正的。")
    area = old.area_id
    if place != old.place:
        area = area_named(await areas_within(session, staff), place) or area
    made = _replacing(old, staff, now, kind=kind, place=place, people=people, filed_at=filed_at)
    made.area_id, made.picture = area, old.picture
    return await _keep(session, made, why)


async def take_back_activity(
    session: AsyncSession, staff: Staff, activity_id: int, why: str, now: datetime
) -> Activity:
    """Let an activity count for nothing; its picture is given up.

    Raises NotFoundError where it does not stand, InvalidInputError without a reason.
    """
    old = await _standing(session, staff, activity_id)
    made = _replacing(
        old, staff, now, kind=old.kind, place=old.place, people=0, filed_at=old.filed_at
    )
    made.area_id, old.picture = old.area_id, None
    return await _keep(session, made, why)


async def _standing(session: AsyncSession, staff: Staff, activity_id: int) -> Activity:
    require(staff.role, Action.APPROVE_ACTIVITY)
    old = await lock_standing(session, activity_id, await seen_in(session, staff))
    if old is None:
        raise NotFoundError(GONE)
    return old


def _replacing(
    old: Activity,
    staff: Staff,
    now: datetime,
    *,
    kind: str,
    place: str,
    people: int,
    filed_at: datetime,
) -> Activity:
    return Activity(
        kind=kind,
        place=place,
        people=people,
        staff_id=old.staff_id,
        filed_at=filed_at,
        state=ActivityState.APPROVED,
        decided_by=staff.id,
        decided_at=now,
        corrects_id=old.id,
    )


async def _keep(session: AsyncSession, made: Activity, why: str) -> Activity:
    words = clean_why(why)
    if not words:
        raise InvalidInputError("请写明更正的原因。")
    made.why = words
    session.add(made)
    await session.flush()
    return made
