"""Community groups and group robots that notices go to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    case,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.dialects import insert

ADDRESS = "group.address"
MIGRATED = "migrated"
"""Why a group is closed that is the same as another one that is known; what waits for it goes on
there."""


class GroupChannel(StrEnum):
    """How a group is reached."""

    TELEGRAM = "telegram"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WECHAT = "wechat"


class CommunityGroup(Base):
    """Where notices go: a Telegram group (address = chat id), a robot (address = webhook link, a
    secret), or a WeChat group, which only its keeper can post to (address = keeper and title).

    What a robot signs with stands behind a # and does not count for `address_hash`. `audiences` is
    each tag between bars, as in |老人|家长|. `area_id` and `keeper_id` have no constraint because
    SQLite adds none to a table that is there.
    """

    __tablename__ = "community_group"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[GroupChannel] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(60))
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_hash: Mapped[str] = mapped_column(String(32))
    active: Mapped[bool] = mapped_column(default=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    added_at: Mapped[datetime]
    area_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    audiences: Mapped[str] = mapped_column(String(120), default="", server_default="")
    members: Mapped[int | None]
    keeper_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_why: Mapped[str | None] = mapped_column(String(60))


async def active_groups(session: AsyncSession) -> Sequence[CommunityGroup]:
    """Groups that notices can go to, by title."""
    query = select(CommunityGroup).where(CommunityGroup.active.is_(True))
    return (await session.scalars(query.order_by(CommunityGroup.title, CommunityGroup.id))).all()


async def group_by_address(
    session: AsyncSession, channel: GroupChannel, address: str
) -> CommunityGroup | None:
    """The group behind a chat id or webhook link."""
    address_hash = _hash_of(session, address)
    return await session.scalar(
        select(CommunityGroup).where(
            CommunityGroup.channel == channel, CommunityGroup.address_hash == address_hash
        )
    )


async def all_groups(session: AsyncSession) -> Sequence[CommunityGroup]:
    """Every group ever added, active ones first, by title."""
    query = select(CommunityGroup).order_by(
        CommunityGroup.active.desc(), CommunityGroup.title, CommunityGroup.id
    )
    return (await session.scalars(query)).all()


async def active_groups_by_id(
    session: AsyncSession, ids: Collection[int]
) -> Sequence[CommunityGroup]:
    """Those of the groups that notices can go to."""
    query = select(CommunityGroup).where(
        CommunityGroup.id.in_(ids), CommunityGroup.active.is_(True)
    )
    return (await session.scalars(query.order_by(CommunityGroup.id))).all()


@dataclass(frozen=True, slots=True)
class Within:
    """Groups of these areas, and of no area those that `owner` registered or forwards to."""

    areas: frozenset[int]
    owner: int | None = None


def lies_in(within: Within | None) -> ColumnElement[bool]:
    """Whether a group is one of those; None: wherever it lies."""
    if within is None:
        return true()
    inside = CommunityGroup.area_id.in_(within.areas)
    if within.owner is None:
        return inside
    own = or_(CommunityGroup.added_by == within.owner, CommunityGroup.keeper_id == within.owner)
    return or_(inside, and_(CommunityGroup.area_id.is_(None), own))


async def keep_group(
    session: AsyncSession,
    *,
    channel: GroupChannel,
    address: str,
    title: str,
    added_by: int,
    now: datetime,
) -> CommunityGroup:
    """Add a group, or take a known one up again under its present title.

    One that had been left or removed is then registered by whoever takes it up.
    """
    vault = vault_of(session)
    added = insert(session, CommunityGroup).values(
        channel=channel,
        title=title,
        address_sealed=vault.seal(address, ADDRESS),
        address_hash=_hash_of(session, address),
        active=True,
        added_by=added_by,
        added_at=now,
    )
    changed = {
        "title": title,
        "added_by": case(
            (CommunityGroup.active, CommunityGroup.added_by), else_=added.excluded.added_by
        ),
        "active": True,
        "closed_why": None,
        "address_sealed": added.excluded.address_sealed,
    }
    await session.execute(
        added.on_conflict_do_update(index_elements=["channel", "address_hash"], set_=changed)
    )
    kept = await group_by_address(session, channel, address)
    if kept is None:
        raise LookupError("a group just kept is gone")
    await session.refresh(kept)
    return kept


def group_address(session: AsyncSession, group: CommunityGroup) -> str:
    """The chat id or webhook link to write to."""
    return vault_of(session).open(group.address_sealed, ADDRESS)


def readdress_group(session: AsyncSession, group: CommunityGroup, address: str) -> None:
    """Give a group its new address."""
    group.address_sealed = vault_of(session).seal(address, ADDRESS)
    group.address_hash = _hash_of(session, address)


def _hash_of(session: AsyncSession, address: str) -> str:
    return vault_of(session).fingerprint(address.partition("#")[0], ADDRESS)
