"""Units: members of the joint meeting, partners (banks, carriers), those under two-card care."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, String, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId


class UnitKind(StrEnum):
    """What a unit is."""

    BANK = "bank"
    CARRIER = "carrier"
    PAY = "pay"
    OFFICE = "office"
    STREET = "street"
    OTHER = "other"


PARTNER_KINDS = (UnitKind.BANK, UnitKind.CARRIER, UnitKind.PAY)
"""Units that can be asked to act on cards, accounts and numbers."""


class Unit(Base):
    """A unit outside the squad; one unit may be member, partner and under two-card care at once."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[UnitKind] = mapped_column(String(12))
    member: Mapped[bool]
    two_card: Mapped[bool]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


def belongs_at(moment: datetime) -> ColumnElement[bool]:
    """Units that belonged at a moment."""
    return (Unit.joined_at < moment) & or_(Unit.left_at.is_(None), Unit.left_at >= moment)


async def all_units(session: AsyncSession) -> Sequence[Unit]:
    """Every unit that has not left, by kind and name."""
    query = select(Unit).where(Unit.left_at.is_(None))
    return (await session.scalars(query.order_by(Unit.kind, Unit.name))).all()


async def unit_by_name(session: AsyncSession, name: str) -> Unit | None:
    """The unit of that name."""
    return await session.scalar(select(Unit).where(Unit.name == name))


async def partners(session: AsyncSession, kinds: Sequence[UnitKind]) -> Sequence[Unit]:
    """Units of these kinds that have not left, by name."""
    query = select(Unit).where(Unit.kind.in_(kinds), Unit.left_at.is_(None))
    return (await session.scalars(query.order_by(Unit.name))).all()


async def names_of_units(session: AsyncSession) -> dict[int, str]:
    """Every unit's name by its id, those that have left included."""
    return {row.id: row.name for row in await session.execute(select(Unit.id, Unit.name))}
