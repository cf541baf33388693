"""Writing an export of leads: who looked is noted before anything lies outside the database.

It is written beside its place and put there once it is whole; what cannot be finished is deleted.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError, system_words
from bot.services.evidence_store import EvidenceStore
from bot.services.leads import actor_name
from bot.services.looks import log_looks
from bot.services.permissions import Action, require
from bot.services.pulling import shown
from bot.services.signed_export import ATTACHMENTS, LEADS, facts_of, write_manifest
from bot.storage.database import Database
from bot.storage.evidence import evidence_received_between
from bot.storage.pulling import leads_received_between
from bot.storage.staff import Staff

BATCH = 500
"""Leads a transaction; residents write in between."""


@dataclass(frozen=True, slots=True)
class Span:
    """Leads received from `since` up to and without `until`; None leaves an end open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Leads as lines of JSON, their numbers, and the id of the last."""

    lines: Sequence[str]
    numbers: Sequence[str]
    last: int


@dataclass(frozen=True, slots=True)
class Exported:
    """How many leads were written, and which files had been deleted meanwhile."""

    leads: int
    gone: tuple[str, ...]


async def export_folder(
    database: Database,
    staff: Staff,
    folder: Path,
    span: Span,
    now: datetime,
    *,
    store: EvidenceStore | None = None,
    sign: bool = False,
) -> Exported:
    """Write a new folder of leads with its manifest; with a `store` in full, and their files.

    Raises InvalidInputError where it cannot be written: nothing is then left of it, and what was
    to be shown in full counts as seen.
    """
    draft = folder.with_name(f"{folder.name}.part")
    with _drafted(folder, draft):
        numbers = await _write_leads(database, staff, draft, span, now, full=store is not None)
        gone = await _write_files(database, store, draft, span, numbers) if store else ()
        facts = facts_of(staff, span.since, span.until, len(numbers), now)
        write_manifest(draft, database.vault, facts | {"gone": list(gone)}, sign=sign)
        draft.rename(folder)
    return Exported(len(numbers), gone)


async def exported_batch(
    session: AsyncSession, staff: Staff, span: Span, after: int, now: datetime, *, full: bool
) -> Batch | None:
    """The next leads of a span beyond an id, None after the last; a look is noted with `full`."""
    require(staff.role, Action.EXPORT_LEADS)
    if full:
        require(staff.role, Action.SEE_FULL_LEAD)
    found = await leads_received_between(session, span.since, span.until, after, BATCH)
    if not found:
        return None
    numbers = [row.number for row in found]
    if full:
        await log_looks(session, actor_name(staff), numbers, "signed_export", now)
    lines = [to_json(lead).decode() for lead in await shown(session, found, full=full)]
    return Batch(lines, numbers, found[-1].id)


@contextmanager
def _drafted(folder: Path, draft: Path) -> Iterator[None]:
    """A new folder to write into, which goes where it is left by a failure."""
    for path in (folder, draft):
        if path.exists():
            raise InvalidInputError(f"{path} 已经存在，请换一个新文件夹。")
    try:
        draft.mkdir(parents=True)
        yield
    except OSError as error:
        raise InvalidInputError(f"无法写入 {folder}：{system_words(error)}。") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


async def _write_leads(
    database: Database, staff: Staff, draft: Path, span: Span, now: datetime, *, full: bool
) -> set[str]:
    numbers, after = set[str](), 0
    with (draft / LEADS).open("w", encoding="utf-8") as file:
        while True:
            opened = database.writing() if full else database.reading()
            async with opened as session:
                batch = await exported_batch(session, staff, span, after, now, full=full)
            if batch is None:
                return numbers
            file.writelines(f"{line}\n" for line in batch.lines)
            numbers.update(batch.numbers)
            after = batch.last


async def _write_files(
    database: Database, store: EvidenceStore, draft: Path, span: Span, numbers: set[str]
) -> tuple[str, ...]:
    async with database.reading() as session:
        received = await evidence_received_between(session, span.since, span.until)
    gone = []
    for number, row in received:
        if number not in numbers:  # filed since
            continue
        name = f"{ATTACHMENTS}/{number}/{row.id}.{row.kind}"
        try:
            content = await store.get(row.key)
        except NotFoundError:
            gone.append(name)
            continue
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content)
    return tuple(gone)
