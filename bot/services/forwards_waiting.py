"""What somebody still has to forward by hand, and his confirming it with size and picture."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.campaigns import for_any_place, variant_for
from bot.services.field_pictures import Deed, attach_picture
from bot.services.filling import Signature, signed_text
from bot.services.forwarding import confirm_forward, say_members
from bot.services.grid import ELDERS, audiences_of
from bot.services.permissions import Action, require
from bot.storage.areas import all_areas
from bot.storage.forwards import waiting_for
from bot.storage.groups import GroupChannel
from bot.storage.staff import Staff

WAITS = timedelta(days=7)
"""What was asked longer ago is no news any more; it stays unconfirmed in the ledger."""


@dataclass(frozen=True, slots=True)
class WaitingForward:
    """A notice to forward: to which group, its text, and whether a poster goes with it; where
    `elders` read there, the one for them."""

    id: int
    group: str
    text: str
    broadcast_id: int
    poster: bool
    asked_at: datetime
    members: int | None
    area_id: int | None
    elders: bool


async def list_waiting(
    session: AsyncSession, staff: Staff, signed: Signature, now: datetime
) -> list[WaitingForward]:
    """What the speaker was asked to forward in the last days and has not confirmed."""
    areas = {area.id: area for area in await all_areas(session)}
    lines = []
    for one, group, cast in await waiting_for(session, staff.id, now - WAITS):
        variants = json.loads(cast.variants)
        tags = audiences_of(group)
        words = variant_for(cast.text, variants, GroupChannel.WECHAT, tags)
        try:
            text = signed_text(words, areas.get(group.area_id or 0), signed, cast.id)
        except KeyError:
            text = for_any_place(words)
        known = group.members, group.area_id, ELDERS in tags
        line = one.id, group.title, text, cast.id, bool(cast.poster), one.asked_at, *known
        lines.append(WaitingForward(*line))
    return lines


async def confirm_with(
    session: AsyncSession,
    staff: Staff,
    forward_id: int,
    now: datetime,
    *,
    members: int | None,
    piece: int | None,
) -> bool:
    """Confirm at once with the group's size and a stored picture; False where that was swept."""
    require(staff.role, Action.ADD_GROUP)
    await confirm_forward(session, staff, forward_id, now)
    if members is not None:
        await say_members(session, staff, forward_id, members)
    if piece is None:
        return True
    return await attach_picture(session, staff, Deed.FORWARD, forward_id, piece)
