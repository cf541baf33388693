"""Community groups and group robots that notices go to."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of

ADDRESS = "group.address"


class GroupChannel(StrEnum):
    """How a group is reached."""

    TELEGRAM = "telegram"
    WECOM = "wecom"


class CommunityGroup(Base):
    """A Telegram group (address = chat id) or a robot (address = webhook link, a secret)."""

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


async def active_groups(session: AsyncSession) -> Sequence[CommunityGroup]:
    """Groups that notices can go to, by title."""
    query = select(CommunityGroup).where(CommunityGroup.active.is_(True))
    return (await session.scalars(query.order_by(CommunityGroup.title, CommunityGroup.id))).all()


async def group_by_address(
    session: AsyncSession, channel: GroupChannel, address: str
) -> CommunityGroup | None:
    """The group behind a chat id or webhook link."""
    address_hash = vault_of(session).fingerprint(address, ADDRESS)
    return await session.scalar(
        select(CommunityGroup).where(
            CommunityGroup.channel == channel, CommunityGroup.address_hash == address_hash
        )
    )
