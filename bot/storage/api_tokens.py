"""Tokens of other systems, and which lead each of them has taken."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert


class ApiToken(Base):
    """A token, kept as its keyed hash; `scopes` are separated by spaces."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    token_hash: Mapped[str] = mapped_column(String(32), unique=True)
    scopes: Mapped[str] = mapped_column(String(100))
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class LeadAck(Base):
    """A system has taken a lead over."""

    __tablename__ = "lead_ack"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token_id: Mapped[int] = mapped_column(
        ForeignKey("api_token.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]


async def token_by_hash(session: AsyncSession, token_hash: str) -> ApiToken | None:
    """The token with that hash, whatever its state."""
    return await session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))


async def token_by_name(session: AsyncSession, name: str) -> ApiToken | None:
    """The token of that name."""
    return await session.scalar(select(ApiToken).where(ApiToken.name == name))


async def all_tokens(session: AsyncSession) -> Sequence[ApiToken]:
    """Every token, newest first."""
    return (await session.scalars(select(ApiToken).order_by(ApiToken.id.desc()))).all()


async def touch_token(session: AsyncSession, token_id: int, now: datetime) -> None:
    """Note that a token was used."""
    await session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=now))


async def add_ack(session: AsyncSession, lead_id: int, token_id: int, now: datetime) -> bool:
    """Note that a system has taken a lead; False where it had before."""
    added = insert(session, LeadAck).values(lead_id=lead_id, token_id=token_id, at=now)
    return bool(await count_changed(session, added.on_conflict_do_nothing()))


async def ack_of(session: AsyncSession, lead_id: int, token_id: int) -> LeadAck | None:
    """When a system took a lead."""
    return await session.get(LeadAck, (lead_id, token_id))
