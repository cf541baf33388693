"""One campaign from its planning to what came of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.broadcast_lines import STATE_NAMES, may_be_retracted
from bot.services.campaign_days import title_of
from bot.services.campaigns import ELDER_VARIANT, read_selector
from bot.services.deliveries import DeliveryTrouble, more_than, troubles_of
from bot.services.grid import area_name
from bot.services.groups import CHANNEL_NAMES
from bot.services.ledger import Summary, by_area, seen_of, summaries
from bot.services.overview import progress
from bot.services.permissions import Action, require
from bot.storage import ledger as rows
from bot.storage.area_ledger import AreaFigures
from bot.storage.areas import all_areas
from bot.storage.broadcasts import Broadcast, BroadcastState, target_titles
from bot.storage.groups import GroupChannel, Within
from bot.storage.ledger import SlotFigures
from bot.storage.outbox import DeliveryState
from bot.storage.staff import Staff, names_of_staff

MOST_TROUBLES = 50
MOST_SLOTS = 12
GOES_ON = (BroadcastState.SCHEDULED, BroadcastState.SENDING)
RETRIED = (BroadcastState.SENDING, BroadcastState.DONE, BroadcastState.SCHEDULED)


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """A campaign as its own page shows it; `done` of `total` deliveries have ended."""

    id: int
    title: str
    text: str
    variants: tuple[tuple[str, str], ...]
    state: BroadcastState
    state_name: str
    send_at: datetime
    rule: str
    note: str
    emergency: bool
    poster: bool
    author: str
    author_id: int
    approver: str
    whom: str
    done: int
    total: int
    failed: int
    filling: bool
    summary: Summary
    areas: Sequence[AreaFigures]
    subscribers: dict[DeliveryState, int]
    slots: Sequence[SlotFigures]
    troubles: tuple[DeliveryTrouble, ...]
    more_troubles: int

    @property
    def moves(self) -> bool:
        """Whether its figures still change by themselves."""
        return self.state in GOES_ON or self.done < self.total

    @property
    def can_retract(self) -> bool:
        """Whether there may be something to take back."""
        return may_be_retracted(self.state, gone_out=bool(self.slots))

    @property
    def can_retry(self) -> bool:
        """Whether anything failed when it last went out that may be sent once more."""
        lately = bool(self.slots) and self.slots[0].failed > 0
        failed = self.summary.counts.get(DeliveryState.FAILED, 0) > 0
        return lately and failed and self.state in RETRIED


async def campaign_page(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime
) -> CampaignPage:
    """Everything known of a campaign that somebody may see. Raises NotFoundError."""
    require(staff.role, Action.SEE_PUBLICITY)
    cast = await session.get(Broadcast, broadcast_id)
    if cast is None:
        raise NotFoundError("没有这条通知，请从通知列表进入。")
    within = await seen_of(session, staff, cast.id)
    summary = (await summaries(session, staff, [cast.id]))[cast.id]
    done, total, failed = progress(summary.counts)
    slots = await rows.count_by_slot(session, cast.id, MOST_SLOTS, within)
    troubles = (await troubles_of(session, [cast.id], now, within)).get(cast.id, ())
    people = [number for number in (cast.created_by, cast.approved_by) if number]
    names = await names_of_staff(session, people)
    state = BroadcastState(cast.state)
    return CampaignPage(
        id=cast.id,
        title=title_of(cast),
        text=cast.text,
        variants=_variants(cast),
        state=state,
        state_name=STATE_NAMES[state],
        send_at=cast.send_at,
        rule=cast.rule or "",
        note=(cast.note or "") if within is None else "",
        emergency=cast.emergency,
        poster=bool(cast.poster),
        author=names.get(cast.created_by, ""),
        author_id=cast.created_by,
        approver=names.get(cast.approved_by or 0, ""),
        whom=await _whom(session, cast, within),
        done=done,
        total=total,
        failed=failed,
        filling=any(not one.filled for one in slots),
        summary=summary,
        areas=(await by_area(session, staff, [cast.id]))[cast.id],
        subscribers=await rows.count_to_subscribers(session, cast.id) if within is None else {},
        slots=slots,
        troubles=troubles[:MOST_TROUBLES],
        more_troubles=more_than(troubles, MOST_TROUBLES),
    )


def _variants(cast: Broadcast) -> tuple[tuple[str, str], ...]:
    variants: dict[str, str] = json.loads(cast.variants)
    return tuple(
        ("给老人的短文" if name == ELDER_VARIANT else CHANNEL_NAMES[GroupChannel(name)], words)
        for name, words in variants.items()
    )


async def _whom(session: AsyncSession, cast: Broadcast, within: Within | None) -> str:
    """Whom it is for, in one line."""
    if not cast.selector:
        titles = (await target_titles(session, [cast.id], within)).get(cast.id, [])
        shown = "、".join(titles[:3]) or ("" if within is None else "不在您辖区的群")
        return f"{shown}等 {len(titles)} 个群" if len(titles) > 3 else shown
    selector, _ = read_selector(cast.selector)
    areas = [area_name(area) for area in await all_areas(session) if area.id in selector.areas]
    parts = [
        "、".join(areas) or ("已删除的地区" if selector.areas else "全部地区"),
        "、".join(selector.audiences) or "全部人群",
        "、".join(CHANNEL_NAMES[GroupChannel(one)] for one in selector.channels) or "全部渠道",
    ]
    return " × ".join(parts) + ("，和订阅的居民" if selector.subscribers else "")
