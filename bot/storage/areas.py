"""The three-level grid: street office (街道), community (社区), estate (小区), and its station."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.storage.groups import CommunityGroup
from bot.storage.leads import OPEN, Lead


class Area(Base):
    """An estate, or with an empty `estate` a whole community, or with both empty a street."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("street", "community", "estate"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    street: Mapped[str] = mapped_column(String(40))
    community: Mapped[str] = mapped_column(String(40))
    estate: Mapped[str] = mapped_column(String(40))
    station: Mapped[str] = mapped_column(String(60))


class StaffArea(Base):
    """An area that a grid worker acts in, with everything that lies in it."""

    __tablename__ = "staff_area"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    area_id: Mapped[int] = mapped_column(
        ForeignKey("area.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


async def all_areas(session: AsyncSession) -> Sequence[Area]:
    """Every area, streets first within their communities and estates."""
    query = select(Area).order_by(Area.street, Area.community, Area.estate)
    return (await session.scalars(query)).all()


async def stations(session: AsyncSession) -> Sequence[str]:
    """The names of all stations."""
    return (await session.scalars(select(Area.station).distinct().order_by(Area.station))).all()


async def areas_of_staff(session: AsyncSession, staff_id: int) -> frozenset[int]:
    """The areas assigned to somebody, without what lies in them."""
    query = select(StaffArea.area_id).where(StaffArea.staff_id == staff_id)
    return frozenset((await session.scalars(query)).all())


async def assigned_areas(session: AsyncSession) -> dict[int, list[int]]:
    """The areas assigned to everybody, by staff id."""
    found: dict[int, list[int]] = {}
    for staff_id, area_id in await session.execute(select(StaffArea.staff_id, StaffArea.area_id)):
        found.setdefault(staff_id, []).append(area_id)
    return found


async def set_areas_of_staff(session: AsyncSession, staff_id: int, area_ids: Sequence[int]) -> None:
    """Assign these areas to somebody, in place of those before."""
    await session.execute(delete(StaffArea).where(StaffArea.staff_id == staff_id))
    session.add_all(StaffArea(staff_id=staff_id, area_id=area_id) for area_id in area_ids)
    await session.flush()


async def keep_area(
    session: AsyncSession, street: str, community: str, estate: str, station: str
) -> None:
    """Add an area, or give a known one its station."""
    added = insert(session, Area).values(
        street=street, community=community, estate=estate, station=station
    )
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["street", "community", "estate"], set_={"station": station}
        )
    )


async def place_anew(session: AsyncSession) -> None:
    """The grid has changed: the places of open leads are to be looked up again."""
    query = update(Lead).where(Lead.state.in_(OPEN), Lead.area_sealed.is_not(None))
    query = query.values(traced=False)
    await session.execute(query.execution_options(synchronize_session=False))


async def keep_place(session: AsyncSession, lead_id: int, street: str, station: str) -> None:
    """Note where in the grid a lead's place lies; its version stays."""
    query = update(Lead).where(Lead.id == lead_id)
    query = query.values(street=street or None, area_station=station or None)
    await session.execute(query.execution_options(synchronize_session=False))


async def drop_area(session: AsyncSession, area_id: int) -> bool:
    """Forget an area; its groups then belong to none. False where there is none."""
    gone = update(CommunityGroup).where(CommunityGroup.area_id == area_id)
    await session.execute(gone.values(area_id=None))
    return bool(await count_changed(session, delete(Area).where(Area.id == area_id)))
