"""Shifts: who is on duty from when to when, and the chats that reach people."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId, UtcDateTime
from bot.storage.dialects import count_changed
from bot.storage.prepared import Prepared, as_read
from bot.storage.residents import Resident
from bot.storage.staff import ChatBinding, Role, Staff


class Shift(Base):
    """Somebody is on duty from `starts_at` up to and without `ends_at`."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


def _at(now: Any) -> ColumnElement[bool]:
    return and_(Shift.starts_at <= now, Shift.ends_at > now)


def _moment(name: str) -> Any:
    return bindparam(name, type_=UtcDateTime())


async def shifts_from(
    session: AsyncSession, now: datetime, limit: int, offset: int = 0
) -> tuple[list[tuple[Shift, Staff]], int]:
    """Shifts that have not ended, with whose they are, soonest first; and how many in all."""
    query = select(Shift, Staff, func.count().over()).join(Staff, Staff.id == Shift.staff_id)
    query = query.where(Shift.ends_at > now).order_by(Shift.starts_at, Shift.id)
    rows = (await session.execute(query.limit(limit).offset(offset))).all()
    return [(row[0], row[1]) for row in rows], rows[0][2] if rows else 0


async def shifts_between(
    session: AsyncSession, staff_ids: Collection[int], start: datetime, end: datetime
) -> Sequence[Shift]:
    """Shifts of these people that share time with a span."""
    query = select(Shift).where(
        Shift.staff_id.in_(staff_ids), Shift.starts_at < end, Shift.ends_at > start
    )
    return (await session.scalars(query)).all()


async def drop_shift(session: AsyncSession, shift_id: int, now: datetime) -> bool:
    """Take a shift that has not begun off the roster, and end one that runs; False where there is
    none, or it is over."""
    shift = Shift.id == shift_id
    if await count_changed(session, delete(Shift).where(shift, Shift.starts_at >= now)):
        return True
    running = update(Shift).where(shift, Shift.ends_at > now).values(ends_at=now)
    ended = running.execution_options(synchronize_session=False)
    return bool(await count_changed(session, ended))


async def staff_on_duty(session: AsyncSession, now: datetime) -> Sequence[Staff]:
    """Active staff whose shift it is, by name."""
    on_shift = select(Shift.staff_id).where(_at(now))
    query = select(Staff).where(Staff.id.in_(on_shift), Staff.active.is_(True))
    return (await session.scalars(query.order_by(Staff.name, Staff.id))).all()


async def chats_on_duty(
    session: AsyncSession, roles: Sequence[Role], now: datetime
) -> Sequence[Resident]:
    """The bound chats of those of these roles whose shift it is."""
    on_shift = select(Shift.staff_id).where(_at(now))
    return await _chats(session, Staff.id.in_(on_shift), Staff.role.in_(roles))


async def chats_to_alert(
    session: AsyncSession, roles: Sequence[Role], now: datetime
) -> Sequence[Resident]:
    """The bound chats of those of these roles whose shift it is; where none can be reached, those
    of all of these roles."""
    found = await _to_alert(tuple(roles)).rows(session, {"now": now})
    chats = [row for row in found if row[0]] or found
    return [as_read(session, Resident, row[1:]) for row in chats]


@cache
def _to_alert(roles: tuple[Role, ...]) -> Prepared:
    """Bound chats with whether it is the shift of who has one; this first."""
    on_shift = Staff.id.in_(select(Shift.staff_id).where(_at(_moment("now"))))
    chats = _chats_where(Staff.role.in_([literal(role.value) for role in roles]))
    return Prepared(chats.with_only_columns(on_shift, *Resident.__table__.columns))


async def chats_of_staff(session: AsyncSession, staff_ids: Collection[int]) -> Sequence[Resident]:
    """The bound chats of these people."""
    return await _chats(session, Staff.id.in_(staff_ids))


async def chats_of_station(session: AsyncSession, station: str) -> Sequence[Resident]:
    """The bound chats of the officers of a station."""
    return await _chats(session, Staff.role == Role.STATION, Staff.station == station)


async def _chats(session: AsyncSession, *where: ColumnElement[bool]) -> Sequence[Resident]:
    return (await session.scalars(_chats_where(*where))).all()


def _chats_where(*where: ColumnElement[bool]) -> Select[Resident]:
    return (
        select(Resident)
        .join(ChatBinding, ChatBinding.resident_id == Resident.id)
        .join(Staff, Staff.id == ChatBinding.staff_id)
        .where(*where, Staff.active.is_(True))
        .order_by(Resident.id)
    )


async def is_staffed(session: AsyncSession, now: datetime, kept: timedelta) -> tuple[bool, bool]:
    """Whether it is the shift of somebody active; whether any shift touches `kept` around `now`."""
    moments = {"now": now, "since": now - kept, "until": now + kept}
    ((staffed, in_use),) = await IS_STAFFED.rows(session, moments)
    return bool(staffed), bool(in_use)


def _is_staffed() -> Prepared:
    on_shift = select(Staff.id).join(Shift, Shift.staff_id == Staff.id)
    on_shift = on_shift.where(_at(_moment("now")), Staff.active.is_(True))
    near = select(Shift.id).where(
        Shift.ends_at > _moment("since"), Shift.starts_at < _moment("until")
    )
    return Prepared(select(on_shift.exists(), near.exists()))


IS_STAFFED = _is_staffed()
