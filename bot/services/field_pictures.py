"""Pictures of what grid workers did: drawn anew, kept as evidence is, shown to who approves."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.evidence import MOST_BYTES, TOO_LARGE, Arrived, kind_of, take_in
from bot.services.evidence_pictures import SHOWN_KINDS, redraw
from bot.services.evidence_store import EvidenceStore
from bot.services.grid import seen_in
from bot.services.permissions import Action, require
from bot.storage import field_pictures as rows
from bot.storage.activities import Activity, ActivityState
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup
from bot.storage.staff import Role, Staff

PICTURES_KEPT = timedelta(days=400)
"""A year and a season, as long as the year's totals are looked into; people may be seen on them."""
NOT_A_PHOTO = "这里只收照片。请直接拍照或从相册选一张发来，不要发文件。"
NOT_OPENED = "这张照片打不开，请截图或重拍一张再发。"


class Deed(StrEnum):
    """What a picture is of."""

    ACTIVITY = "activity"
    FORWARD = "forward"


async def take_in_picture(
    database: Database, store: EvidenceStore, content: bytes, now: datetime
) -> Arrived:
    """Store a photo without anything but its colours: neither place nor camera goes with it.

    Raises InvalidInputError for what is no photo.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInputError(TOO_LARGE)
    try:
        kind = await asyncio.to_thread(kind_of, content)
    except InvalidInputError:
        kind = ""
    if kind not in SHOWN_KINDS:
        raise InvalidInputError(NOT_A_PHOTO)
    try:
        drawn = await asyncio.to_thread(redraw, content)
    except InvalidInputError:
        raise InvalidInputError(NOT_OPENED) from None
    return await take_in(database, store, drawn, now)


async def attach_picture(
    session: AsyncSession, staff: Staff, deed: Deed, number: int, piece: int
) -> bool:
    """Give a picture to what the speaker did, in place of an earlier one.

    False where the picture was swept meanwhile.
    """
    if deed == Deed.ACTIVITY:
        require(staff.role, Action.FILE_ACTIVITY)
    row = await _row_of(session, deed, number)
    if row is None or row.staff_id != staff.id:
        raise NotFoundError("没有这条记录，或不是您登记的。")
    if isinstance(row, Activity) and row.state != ActivityState.FILED:
        raise InvalidInputError("这项活动已经审核过了，照片加不上了。")
    found = await session.get(Evidence, piece)
    if found is None:
        return False
    row.picture = found.key
    await session.flush()
    return True


async def open_picture(session: AsyncSession, staff: Staff, deed: Deed, number: int) -> str:
    """The key of a picture in the store. Raises NotFoundError where there is none."""
    require(staff.role, Action.SEE_PUBLICITY)
    row = await _row_of(session, deed, number)
    within = await seen_in(session, staff)
    own = row is not None and row.staff_id == staff.id
    outside = within is not None and await _area_of(session, row) not in within.areas
    if row is None or row.picture is None or (outside and not own) or not may_see(staff, row):
        raise NotFoundError("没有这张照片，可能已经删除。")
    return row.picture


async def _area_of(session: AsyncSession, row: Activity | Forward | None) -> int | None:
    if isinstance(row, Forward):
        group = await session.get(CommunityGroup, row.group_id)
        return group.area_id if group else None
    return row.area_id if row else None


async def _row_of(session: AsyncSession, deed: Deed, number: int) -> Activity | Forward | None:
    if deed == Deed.ACTIVITY:
        return await session.get(Activity, number)
    return await session.get(Forward, number)


def may_see(staff: Staff, row: Activity | Forward) -> bool:
    """Whether there is a picture for somebody to see: a grid worker sees his own only."""
    return row.picture is not None and (staff.role != Role.GRID or row.staff_id == staff.id)


async def forget_pictures(session: AsyncSession, before: datetime) -> int:
    """Let go of old pictures; the sweep of the store deletes them within an hour."""
    return await rows.forget_pictures(session, before)
