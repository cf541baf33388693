"""Drafts of notices: kept whole or not, taken up again, submitted, thrown away, forgotten.

A draft is its writer's; a chief sees and submits everybody's, so that nothing is lost when a grid
worker is away. It is no broadcast: nothing of it goes out before it is submitted as one.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotFoundError
from bot.services.broadcast_course import check_author
from bot.services.broadcasts import key_of, plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import DEFAULT_RULES
from bot.services.notifications import alert_staff
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, may, require
from bot.services.sending_rules import Rules
from bot.services.sketches import Sketch, sketch_like
from bot.services.surges import SurgeLine
from bot.storage import drafts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState, broadcast_by_key
from bot.storage.drafts import BroadcastDraft, Ref
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff
from bot.storage.surges import note_broadcast, surge_of

DRAFT = "草稿"
DRAFTS_KEPT = timedelta(days=60)
"""Nobody saved it for so long: a season is over by then, and so is what it warned of."""
GONE = "没有这份草稿，可能已经提交或删掉了，请看“草稿”里还有哪些。"
CHANGED = "这份草稿别处刚改过，没有提交。请从“草稿”里打开看过再提交，或者把这里写的另存一份。"
MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a draft comes from, the words of that, and whose it is if not the speaker's."""

    note: str = ""
    writer_id: int | None = None
    surge_id: int | None = None
    refused_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as it was kept last; `author` is who began it."""

    id: int
    version: int
    sketch: Sketch
    note: str
    author_id: int
    author: str
    saved_at: datetime

    @property
    def ref(self) -> Ref:
        """What saving it again needs."""
        return Ref(self.id, self.version)


NEW = Origin()


async def keep_draft(
    session: AsyncSession,
    staff: Staff,
    sketch: Sketch,
    *,
    key: str,
    now: datetime,
    ref: Ref | None = None,
    origin: Origin = NEW,
) -> Ref:
    """Keep what somebody has written so far, however little or wrong it is.

    The same `key` of the same person is one draft. Where the draft at `ref` is gone or was saved
    elsewhere meanwhile, a second one is kept, so that neither is lost.
    """
    require(staff.role, Action.SEND_NOTICE)
    plan = sketch.to_json()
    new = BroadcastDraft(
        key=key_of(staff, key),
        version=1,
        created_by=origin.writer_id or staff.id,
        saved_at=now,
        plan=plan,
        note=origin.note[:MOST_NOTE],
        surge_id=origin.surge_id,
        refused_id=origin.refused_id,
    )
    if ref is None:
        if (made := await rows.add_draft(session, new)) is not None:
            return made
        known = await rows.draft_by_key(session, new.key)
        ref = Ref(known, 1) if known is not None else None
    saved = await rows.save_draft(session, ref, plan, now, _own(staff)) if ref else None
    if saved is not None:
        return saved
    new.key = key_of(staff, f"apart:{secrets.token_hex(8)}")
    new.refused_id = None
    apart = await rows.add_draft(session, new)
    if apart is None:
        raise ConflictError("这份草稿没有存上，请再点一次。")
    return apart


async def open_draft(session: AsyncSession, staff: Staff, draft_id: int) -> KeptDraft:
    """A draft to go on with. Raises NotFoundError, also for one of somebody else."""
    require(staff.role, Action.SEND_NOTICE)
    found = await rows.find_draft(session, draft_id, _own(staff))
    if found is None:
        raise NotFoundError(GONE)
    return _kept(*found)


async def list_drafts(
    session: AsyncSession, staff: Staff, limit: int, *, own: bool = False
) -> list[KeptDraft]:
    """Drafts that somebody may go on with, the last saved first; with `own` only what he began.

    Who may not send notices has none.
    """
    if not may(staff.role, Action.SEND_NOTICE):
        return []
    author = staff.id if own else _own(staff)
    return [_kept(*found) for found in await rows.latest_drafts(session, author, limit)]


async def drop_draft(session: AsyncSession, staff: Staff, draft_id: int, now: datetime) -> None:
    """Throw a draft away; its writer hears of it where somebody else does."""
    kept = await open_draft(session, staff, draft_id)
    if not await rows.drop_draft(session, kept.ref):
        raise NotFoundError(GONE)
    await _tell_writer(session, staff, kept, f"由{staff.name}删掉了。", now)


async def submit(
    session: AsyncSession,
    staff: Staff,
    ref: Ref | None,
    plan: Plan,
    *,
    now: datetime,
    dedupe: str,
    rules: Rules = DEFAULT_RULES,
    district: str = "本区",
    bot_name: str = "",
) -> Broadcast:
    """Plan a campaign; where it was kept as a draft, it is a draft no more.

    Of two who submit one draft at once one does; the same form sent twice is one broadcast. Raises
    what plan_campaign raises, and ConflictError for a draft that is gone or was saved since.
    """
    before = await broadcast_by_key(session, key_of(staff, dedupe))
    if before is not None:
        return before
    made = await plan_campaign(
        session,
        staff,
        plan,
        now=now,
        dedupe=dedupe,
        rules=rules,
        district=district,
        bot_name=bot_name,
    )
    if ref is not None:
        await _settle(session, staff, ref, made, now)
    return made


async def _settle(
    session: AsyncSession, staff: Staff, ref: Ref, made: Broadcast, now: datetime
) -> None:
    found = await rows.find_draft(session, ref.id, _own(staff))
    if found is None:
        raise ConflictError(GONE)
    if not await rows.drop_draft(session, ref):
        raise ConflictError(CHANGED)
    draft, _ = found
    if draft.surge_id is not None:
        await note_broadcast(session, draft.surge_id, made.id)
    told = f"由{staff.name}提交了，编号 {made.id}。"
    await _tell_writer(session, staff, _kept(*found), told, now)


async def draft_of_surge(
    session: AsyncSession, staff: Staff, line: SurgeLine, areas: Collection[int], now: datetime
) -> Ref:
    """A suggestion that was taken up, as a draft for the groups of those areas."""
    sketch = Sketch(Plan(words=line.draft, selector=Selector(areas=tuple(areas))))
    origin = origin_of(line)
    return await keep_draft(session, staff, sketch, key=f"surge:{line.id}", now=now, origin=origin)


def origin_of(line: SurgeLine) -> Origin:
    """A suggestion's numbers, which stand beside the draft made of it."""
    where = f"（{line.street}）" if line.street else ""
    return Origin(
        f"建议：“{line.title}”{where}{line.day} 有 {line.count} 次，"
        f"前四周平均每天 {line.usual:.1f} 次",
        surge_id=line.id,
    )


async def draft_of_refused(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime
) -> int:
    """The number of the draft as which a refused broadcast is taken up, once."""
    await check_author(session, staff, broadcast_id)
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NotFoundError("没有这条通知，请从通知列表进入。")
    if broadcast.state != BroadcastState.REFUSED:
        raise ConflictError("只有没通过的通知能改回草稿，别的可以“照这条再写”。")
    if (known := await rows.draft_of_refused(session, broadcast_id)) is not None:
        return known
    origin = Origin(
        f"上次没通过：{broadcast.note}",
        writer_id=broadcast.created_by,
        surge_id=await surge_of(session, broadcast_id),
        refused_id=broadcast_id,
    )
    sketch = await sketch_like(session, broadcast, now)
    key = f"again:{secrets.token_hex(8)}"
    return (await keep_draft(session, staff, sketch, key=key, now=now, origin=origin)).id


def _own(staff: Staff) -> int | None:
    """Whose drafts alone somebody goes on with; None: everybody's."""
    return staff.id if staff.role == Role.GRID else None


def _kept(draft: BroadcastDraft, author: str) -> KeptDraft:
    return KeptDraft(
        draft.id,
        draft.version,
        Sketch.from_json(draft.plan),
        draft.note,
        draft.created_by,
        author,
        draft.saved_at,
    )


async def _tell_writer(
    session: AsyncSession, staff: Staff, kept: KeptDraft, what: str, now: datetime
) -> None:
    if kept.author_id == staff.id:
        return
    message = Outgoing(f"您的草稿《{kept.sketch.title}》已{what}")
    key, low = f"draft:{kept.id}:{kept.version}", Priority.RECEIPT
    await alert_staff(session, [kept.author_id], message, key=key, now=now, priority=low)
