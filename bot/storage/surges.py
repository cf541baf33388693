"""Days on which one family of tricks was met far more often than usual."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.areas import Area
from bot.storage.base import Base, BigId
from bot.storage.checks import Check
from bot.storage.dialects import count_changed, insert
from bot.storage.leads import Lead
from bot.storage.subscriptions import BroadcastResponse, Response, Subscription


class Surge(Base):
    """`usual` is the mean of the four weeks before, `chance` that of such a day by accident.

    An empty `street` means the whole district.
    """

    __tablename__ = "surge"
    __table_args__ = (UniqueConstraint("family", "street", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    family: Mapped[str] = mapped_column(String(32))
    street: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    count: Mapped[int]
    usual: Mapped[float]
    chance: Mapped[float]
    found_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))


async def keep_surge(session: AsyncSession, surge: Surge) -> int | None:
    """Note a surge; its id, None where it was noted before."""
    values = {
        column.key: getattr(surge, column.key)
        for column in Surge.__table__.columns
        if column.key != "id"
    }
    added = await session.execute(
        insert(session, Surge)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["family", "street", "day"])
        .returning(Surge.id)
    )
    return added.scalar_one_or_none()


async def decide_surge(session: AsyncSession, surge_id: int, staff_id: int) -> bool:
    """Note who has decided on a surge; False where somebody had, or there is none."""
    query = update(Surge).where(Surge.id == surge_id, Surge.decided_by.is_(None))
    return bool(await count_changed(session, query.values(decided_by=staff_id)))


async def note_broadcast(session: AsyncSession, surge_id: int, broadcast_id: int) -> None:
    """Note which broadcast a suggestion has become."""
    await session.execute(
        update(Surge).where(Surge.id == surge_id).values(broadcast_id=broadcast_id)
    )


async def surge_of(session: AsyncSession, broadcast_id: int) -> int | None:
    """The surge that a broadcast was suggested for."""
    return await session.scalar(select(Surge.id).where(Surge.broadcast_id == broadcast_id))


async def open_surges(session: AsyncSession, since: date) -> Sequence[Surge]:
    """Surges nobody has decided on, the newest first."""
    query = select(Surge).where(Surge.decided_by.is_(None), Surge.day >= since)
    return (await session.scalars(query.order_by(Surge.day.desc(), Surge.chance))).all()


async def met_by_checks(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, int, datetime]]:
    """Family, asker and moment of every check of a time that found one."""
    query = select(Check.family, Check.resident_id, Check.created_at).where(
        Check.family.is_not(None), Check.created_at >= since, Check.created_at < until
    )
    rows = await session.execute(query)
    return [(family, asker, at) for family, asker, at in rows if family]


async def streets_of_residents(session: AsyncSession) -> dict[int, str]:
    """The streets of residents: as subscribed, else of the group whose notice's link they took."""
    came = (
        select(BroadcastResponse.resident_id, Area.street)
        .join(Area, Area.id == BroadcastResponse.area_id)
        .where(BroadcastResponse.kind == Response.CLICK)
        .order_by(BroadcastResponse.at)
    )
    chosen = (
        select(Subscription.resident_id, Area.street)
        .join(Area, Area.id == Subscription.area_id)
        .where(Subscription.ended_at.is_(None))
    )
    streets: dict[int, str] = {}
    for query in (came, chosen):
        streets |= {resident_id: street for resident_id, street in await session.execute(query)}
    return streets


async def met_by_leads(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, str, datetime]]:
    """Family, street and moment of every lead of a time whose trick is known.

    The street is empty where none was named that the grid knows.
    """
    query = select(Lead.family, Lead.street, Lead.received_at).where(
        Lead.family.is_not(None), Lead.received_at >= since, Lead.received_at < until
    )
    rows = await session.execute(query)
    return [(family, street or "", at) for family, street, at in rows if family]
