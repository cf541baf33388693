"""Units: members of the joint meeting, partners (banks, carriers), those under two-card care."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, or_, select, update
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


class UnitRole(StrEnum):
    """What a unit is beside its kind, for a time."""

    MEMBER = "member"
    TWO_CARD = "two_card"


class Unit(Base):
    """A unit outside the squad; one unit may be member, partner and under two-card care at once.

    `member` and `two_card` say what it is now, its terms since and until when.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[UnitKind] = mapped_column(String(12))
    member: Mapped[bool]
    two_card: Mapped[bool]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class UnitTerm(Base):
    """A unit is a member, or under two-card care, from `begins_at` up to and without `ends_at`."""

    __tablename__ = "unit_term"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[UnitRole] = mapped_column(String(12))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    begun_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


def was_at(role: UnitRole, moment: datetime) -> ColumnElement[bool]:
    """Units that were a member or under care just before a moment."""
    terms = select(UnitTerm.id).where(
        UnitTerm.unit_id == Unit.id,
        UnitTerm.role == role,
        UnitTerm.begins_at < moment,
        or_(UnitTerm.ends_at.is_(None), UnitTerm.ends_at >= moment),
    )
    return terms.exists()


async def end_terms(
    session: AsyncSession, unit_id: int, roles: Sequence[UnitRole], staff_id: int, now: datetime
) -> None:
    """End what a unit is now."""
    running = UnitTerm.unit_id == unit_id, UnitTerm.role.in_(roles), UnitTerm.ends_at.is_(None)
    ended = update(UnitTerm).where(*running).values(ends_at=now, ended_by=staff_id)
    await session.execute(ended.execution_options(synchronize_session=False))


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
