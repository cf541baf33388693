"""Where imported leads came from: the saved mapping of a source, and which lines are in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import ForeignKey, String, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import insert as insert_new


class ImportSource(Base):
    """An upstream system; `mapping` is JSON: our field → the header of its column."""

    __tablename__ = "import_source"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    mapping: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]


class ImportedLine(Base):
    """A line of a source that is in already; `key_hash` is the keyed hash of its number there.

    `said_hash` is that of all it first said; unknown for lines of earlier versions.
    """

    __tablename__ = "imported_line"

    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    said_hash: Mapped[str | None] = mapped_column(String(32))


class ImportedCorrection(Base):
    """Another content that a line has had since, of which its lead was corrected."""

    __tablename__ = "imported_correction"

    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    said_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


class KnownLine(NamedTuple):
    """The lead of a line that is in, and every content it has had; none where it is unknown."""

    lead_id: int
    said: set[str]


async def hold_source(session: AsyncSession, source_id: int) -> None:
    """Hold a source until the transaction ends: of two imports of one file one waits."""
    query = select(ImportSource.id).where(ImportSource.id == source_id)
    await session.execute(query.with_for_update())


async def add_source(session: AsyncSession, name: str, staff_id: int, now: datetime) -> None:
    """Note a source, unless it is there."""
    values = {"name": name, "mapping": "{}", "changed_by": staff_id, "changed_at": now}
    await session.execute(
        insert_new(session, ImportSource)
        .values(values)
        .on_conflict_do_nothing(index_elements=["name"])
    )


async def source_by_name(session: AsyncSession, name: str) -> ImportSource | None:
    """The source of that name."""
    return await session.scalar(select(ImportSource).where(ImportSource.name == name))


async def known_lines(
    session: AsyncSession, source_id: int, keys: Collection[str]
) -> dict[str, KnownLine]:
    """Which of these lines of a source are in already, by their keys."""
    line, later = ImportedLine, ImportedCorrection
    query = select(line.key_hash, line.lead_id, line.said_hash).where(
        line.source_id == source_id, line.key_hash.in_(keys)
    )
    found = {
        row[0]: KnownLine(row[1], {row[2]} if row[2] else set())
        for row in await session.execute(query)
    }
    if found:
        since = select(later.key_hash, later.said_hash).where(
            later.source_id == source_id, later.key_hash.in_(found)
        )
        for key, said in await session.execute(since):
            found[key].said.add(said)
    return found


async def note_first(session: AsyncSession, source_id: int, said: Mapping[str, str]) -> None:
    """Note what lines of earlier versions say, by their keys."""
    for key, content in said.items():
        await session.execute(
            update(ImportedLine)
            .where(ImportedLine.source_id == source_id, ImportedLine.key_hash == key)
            .values(said_hash=content)
            .execution_options(synchronize_session=False)
        )


async def keep_corrections(
    session: AsyncSession, source_id: int, said: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Note other contents, each with the key of its line."""
    values = [
        {"source_id": source_id, "key_hash": key, "said_hash": content, "at": now}
        for key, content in said
    ]
    await _add(session, ImportedCorrection, values)


async def keep_lines(session: AsyncSession, source_id: int, lines: Mapping[str, KnownLine]) -> None:
    """Note which lines are in with their first content, by their keys."""
    values = [
        {
            "source_id": source_id,
            "key_hash": key,
            "lead_id": line.lead_id,
            "said_hash": next(iter(line.said)),
        }
        for key, line in lines.items()
    ]
    await _add(session, ImportedLine, values)


async def _add(
    session: AsyncSession, model: type[Base], values: Sequence[dict[str, object]]
) -> None:
    if values:
        connection = await session.connection()
        await connection.execute(insert(cast(Table, model.__table__)), list(values))
