"""What goes to whom when a broadcast goes out: its targets queued batch by batch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.campaigns import (
    ELDER_VARIANT,
    SLOT,
    choice_of,
    fill_place,
    read_selector,
    variant_for,
)
from bot.services.forwarding import ask_keeper
from bot.services.grid import ELDERS, audiences_of
from bot.services.outgoing import Outgoing, PosterOrder, for_elders
from bot.services.sending_rules import Rules, day_of
from bot.services.subscriptions import queue_for_subscribers
from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.database import vault_of
from bot.storage.deliveries import DAILY_LIMIT
from bot.storage.filling import (
    NOWHERE,
    Batch,
    Kind,
    Slip,
    full_groups,
    groups_by_hand,
    next_batch,
    queue_batch,
)
from bot.storage.outbox import PAYLOAD, Priority

NO_PLACE_NAME = "place not known"
MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose notices they are: the district's name, and the bot that a link leads to."""

    district: str
    bot_name: str


async def fill(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    now: datetime,
    rules: Rules,
    signed: Signature,
    limit: int,
) -> int:
    """Queue the next targets of an occurrence; marks it filled after the last."""
    selector, within = read_selector(broadcast.selector) if broadcast.selector else (None, None)
    if occurrence.filled_to < 0:
        last = await queue_for_subscribers(
            session,
            occurrence,
            broadcast,
            now,
            limit,
            rules=rules,
            district=signed.district,
            poster=lambda area_id: _poster_of(broadcast, signed, area_id),
        )
        occurrence.filled_to = -last - 1
        occurrence.filled_at = now if last == 0 else None
        await session.flush()
        return limit if last else 0
    author = broadcast.created_by
    choice = await choice_of(session, selector, within, author) if selector else None
    variants: Mapping[str, str] = json.loads(broadcast.variants)
    batch = await next_batch(
        session,
        broadcast.id,
        choice,
        occurrence.filled_to,
        limit,
        elders=ELDERS if ELDER_VARIANT in variants or broadcast.poster else "",
        by_place=bool(signed.bot_name)
        or any(SLOT.search(words) for words in (broadcast.text, *variants.values())),
    )
    if batch.count:
        await _queue(session, occurrence, broadcast, batch, now, rules, signed)
        occurrence.filled_to = batch.last
    if batch.count < limit:
        if selector is not None and selector.subscribers:
            occurrence.filled_to = -1
        else:
            occurrence.filled_at = now
    await session.flush()
    return batch.count


async def _queue(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    batch: Batch,
    now: datetime,
    rules: Rules,
    signed: Signature,
) -> None:
    texts = await _texts(session, broadcast, batch, signed)
    messages = {kind: _message(text, kind, broadcast, signed) for kind, text in texts.items()}
    vault = vault_of(session)
    sealed = {
        message: vault.seal(message.to_json(), PAYLOAD) if message.text else b""
        for message in set(messages.values())
    }
    full: set[int] = set()
    if not broadcast.emergency:
        full = set(await full_groups(session, batch, *day_of(now), rules.most_a_day))
    slip = Slip(occurrence.id, priority_of(broadcast), now, NO_PLACE_NAME, DAILY_LIMIT)
    await queue_batch(
        session,
        batch,
        {kind: sealed[message] for kind, message in messages.items()},
        full,
        slip,
    )
    nobody: list[str] = []
    for group in await groups_by_hand(session, batch):
        elders = bool(batch.elders) and batch.elders in audiences_of(group)
        place = group.area_id or NOWHERE if batch.by_place else NOWHERE
        message = messages[Kind(group.channel, elders, place)]
        asked = message.text and group.id not in full
        if asked and not await ask_keeper(session, occurrence, broadcast, group, message, now):
            nobody.append(group.title)
    if nobody:
        broadcast.note = _nobody_words(nobody)


def _nobody_words(titles: Sequence[str]) -> str:
    """Which groups nobody was asked to forward to, since nobody there has a chat any more."""
    shown = "、".join(titles[:3]) + (f"等 {len(titles)} 个群" if len(titles) > 3 else "")
    return f"微信群“{shown}”没有能转发的人：登记的人已停用或没绑定聊天，请换人登记。"[:MOST_NOTE]


async def _texts(
    session: AsyncSession, broadcast: Broadcast, batch: Batch, signed: Signature
) -> dict[Kind, str]:
    """What each kind of group reads; empty where a name of its place is not known."""
    areas = {area.id: area for area in await all_areas(session)} if batch.by_place else {}
    variants: Mapping[str, str] = json.loads(broadcast.variants)
    return {
        kind: _text_or_none(
            variant_for(
                broadcast.text, variants, kind.channel, (batch.elders,) if kind.elders else ()
            ),
            areas.get(kind.area_id),
            signed,
            broadcast.id,
        )
        for kind in batch.kinds
    }


def _text_or_none(words: str, area: Area | None, signed: Signature, broadcast_id: int) -> str:
    try:
        return signed_text(words, area, signed, broadcast_id)
    except KeyError:
        return ""


def signed_text(words: str, area: Area | None, signed: Signature, broadcast_id: int) -> str:
    """What a group reads: place names filled in, then the way to the bot.

    Raises KeyError with the title of a name that is not known.
    """
    text = fill_place(words, area, signed.district)
    link = link_to_bot(signed.bot_name, broadcast_id, area.id if area else None)
    return f"{text}\n查可疑消息：{link}" if link else text


def _message(text: str, kind: Kind, broadcast: Broadcast, signed: Signature) -> Outgoing:
    """What a kind of group gets; the code on its poster names its area, as the link does."""
    poster = _poster_of(broadcast, signed, kind.area_id or None)
    return Outgoing(text, poster=for_elders(poster, kind.elders))


def _poster_of(
    broadcast: Broadcast, signed: Signature, area_id: int | None = None
) -> PosterOrder | None:
    if not broadcast.poster:
        return None
    link = link_to_bot(signed.bot_name, broadcast.id, area_id)
    return PosterOrder(broadcast.poster, link, signed.district)


def link_to_bot(bot_name: str, broadcast_id: int, area_id: int | None = None) -> str:
    """The link by which it is seen that somebody came from this broadcast, and from which area.

    Empty without a name of the bot.
    """
    place = f"a{area_id}" if area_id else ""
    return f"https://t.me/{bot_name}?start=b{broadcast_id}{place}" if bot_name else ""


def priority_of(broadcast: Broadcast) -> Priority:
    """Where a broadcast stands in the one budget."""
    return Priority.EMERGENCY if broadcast.emergency else Priority.CAMPAIGN
