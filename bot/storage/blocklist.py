"""What officers block: sites with all below them, and files by SHA-256."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.counters import next_number
from bot.storage.dialects import count_changed, insert

CHANGES = "blocklist_change"


class BlockedKind(StrEnum):
    """What is blocked."""

    SITE = "site"
    FILE = "file"


class BlockedEntry(Base):
    """One entry; in force while it is not removed and `expires_at` lies ahead.

    `change` is the number of the change that last touched it: whoever follows asks for the highest.
    """

    __tablename__ = "blocklist_entry"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[BlockedKind] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(60))
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None]
    change: Mapped[int] = mapped_column(index=True)


async def newest_blocklist_change(session: AsyncSession) -> int:
    """The number of the last change, 0 before the first; asked twice a second."""
    return await session.scalar(select(func.max(BlockedEntry.change))) or 0


async def entries_in_force(session: AsyncSession, now: datetime) -> Sequence[BlockedEntry]:
    """Entries that count now, the newest first."""
    query = select(BlockedEntry).where(
        BlockedEntry.removed_at.is_(None), BlockedEntry.expires_at > now
    )
    return (await session.scalars(query.order_by(BlockedEntry.id.desc()))).all()


async def keep_blocked(
    session: AsyncSession,
    entries: Sequence[tuple[BlockedKind, str, str]],
    *,
    source: str,
    staff_id: int,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Add entries of kind, value and reason; a known one is put in force again."""
    change = await next_number(session, CHANGES)
    shared = {
        "source": source,
        "added_by": staff_id,
        "added_at": now,
        "expires_at": expires_at,
        "change": change,
    }
    added = insert(session, BlockedEntry)
    again = {name: added.excluded[name] for name in ("reason", *shared)}
    all_at_once = added.on_conflict_do_update(
        index_elements=["kind", "value"],
        set_={**again, "removed_at": None, "removed_by": None},
    )
    rows = [
        {"kind": kind, "value": value, "reason": reason, **shared}
        for kind, value, reason in entries
    ]
    if rows:
        await session.execute(all_at_once, rows)


async def end_blocked(
    session: AsyncSession, kind: BlockedKind, value: str, staff_id: int, now: datetime
) -> bool:
    """Take an entry out of force; False where none was in force."""
    change = await next_number(session, CHANGES)
    query = (
        update(BlockedEntry)
        .where(
            BlockedEntry.kind == kind,
            BlockedEntry.value == value,
            BlockedEntry.removed_at.is_(None),
            BlockedEntry.expires_at > now,
        )
        .values(removed_at=now, removed_by=staff_id, change=change)
        .execution_options(synchronize_session=False)
    )
    return bool(await count_changed(session, query))
