"""Settings changed while everything runs: appended, never edited; the newest of a name counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.prepared import Prepared


class SettingChange(Base):
    """One change by an officer; without a `value` what the process was configured with counts.

    `before` is what was in force until then.
    """

    __tablename__ = "setting_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), index=True)
    value: Mapped[str | None] = mapped_column(String(400))
    before: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))


async def newest_changes(session: AsyncSession) -> Sequence[SettingChange]:
    """The newest change of each name."""
    query = select(SettingChange).where(_newest()).order_by(SettingChange.id)
    return (await session.scalars(query)).all()


def _newest() -> ColumnElement[bool]:
    return SettingChange.id.in_(select(func.max(SettingChange.id)).group_by(SettingChange.name))


def newest_value(name: Any) -> ScalarSelect[str | None]:
    """The value of a name in force, as part of another query; NULL as configured."""
    query = select(SettingChange.value).where(SettingChange.name == name)
    return query.order_by(SettingChange.id.desc()).limit(1).scalar_subquery()


_VALUE = Prepared(select(newest_value(bindparam("setting", type_=String()))))
_VALUES = Prepared(select(SettingChange.name, SettingChange.value).where(_newest()))


async def value_of(session: AsyncSession, name: str) -> str | None:
    """The value of a name in force; None as configured."""
    found: str | None = await _VALUE.one(session, {"setting": name})
    return found


async def newest_values(session: AsyncSession) -> dict[str, str | None]:
    """The values of all names that were ever changed; None as configured."""
    return {name: value for name, value in await _VALUES.rows(session, {})}


async def latest_changes(session: AsyncSession, limit: int) -> Sequence[SettingChange]:
    """Changes, the newest first."""
    query = select(SettingChange).order_by(SettingChange.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def last_number(session: AsyncSession) -> int:
    """The number of the newest change; 0 before the first."""
    return await session.scalar(select(func.max(SettingChange.id))) or 0
