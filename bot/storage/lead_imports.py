"""Where imported leads came from: the saved mapping of a source, and which lines are in."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId


class ImportSource(Base):
    """An upstream system; `mapping` is JSON: our field → the header of its column."""

    __tablename__ = "import_source"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    mapping: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]


class ImportedLine(Base):
    """A line of a source that is in already; `key_hash` is the keyed hash of its number there."""

    __tablename__ = "imported_line"

    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)


async def source_by_name(session: AsyncSession, name: str) -> ImportSource | None:
    """The source of that name."""
    return await session.scalar(select(ImportSource).where(ImportSource.name == name))


async def known_keys(session: AsyncSession, source_id: int, keys: Collection[str]) -> set[str]:
    """Which of these lines of a source are in already."""
    query = select(ImportedLine.key_hash).where(
        ImportedLine.source_id == source_id, ImportedLine.key_hash.in_(keys)
    )
    return set(await session.scalars(query))


async def keep_lines(session: AsyncSession, source_id: int, lead_of: Mapping[str, int]) -> None:
    """Note which lines are in, by their keys, and which lead each belongs to."""
    values = [
        {"source_id": source_id, "key_hash": key, "lead_id": lead_id}
        for key, lead_id in lead_of.items()
    ]
    if values:
        table = cast(Table, ImportedLine.__table__)
        await (await session.connection()).execute(insert(table), values)
