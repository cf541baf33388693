"""An export in full: looks first, the database free in between, whole or not at all."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.errors import InvalidInputError, NotAllowedError
from bot.services import export_folder as exporting
from bot.services.evidence import attach_to_lead, take_in
from bot.services.evidence_store import (
    EvidenceStore,
    EvidenceUnavailableError,
    open_evidence_store,
)
from bot.services.export_folder import Span, export_folder
from bot.services.signed_export import public_key, verify_export
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.evidence import evidence_of_lead
from bot.storage.leads import Lead
from bot.storage.staff import Look, Role, Staff
from tests.botapi import png
from tests.services.casework import NOON, filed, lead_of, officer


@pytest.fixture
def store(database: Database, tmp_path: Path) -> EvidenceStore:
    return open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), database.vault)


async def two_files(database: Database, store: EvidenceStore) -> tuple[Staff, list[str]]:
    """A duty officer, and the keys of two files of one lead."""
    async with database.writing() as session:
        li, number = await officer(session), await filed(session)
        await filed(session, account=2)
    arrived = [await take_in(database, store, png(side, side), NOON) for side in (2, 3)]
    async with database.writing() as session:
        lead = await lead_of(session, number)
        for one in arrived:
            await attach_to_lead(session, one, lead)
        return li, [row.key for row in await evidence_of_lead(session, lead.id)]


async def looks(database: Database) -> int:
    async with database.reading() as session:
        query = select(func.count()).where(Look.way == "signed_export")
        return await session.scalar(query) or 0


def left(folder: Path) -> list[str]:
    """What an export has left behind."""
    return [path.name for path in folder.glob("out*")]


class Watched(EvidenceStore):
    """Lets a test look at what is there while a file is fetched."""

    def __init__(self, store: EvidenceStore, database: Database, *, fails: bool = False) -> None:
        super().__init__(store._store, store._vault)
        self.database, self.fails, self.seen = database, fails, list[int]()

    async def get(self, key: str) -> bytes:
        self.seen.append(await looks(self.database))
        other = Database(
            self.database.url.render_as_string(hide_password=False), self.database.vault
        )
        async with other.writing() as session:
            await filed(session, account=50 + len(self.seen), now=NOON + timedelta(days=1))
        await other.close()
        if self.fails:
            raise EvidenceUnavailableError
        return await super().get(key)


async def test_looks_are_noted_first_and_residents_write_while_files_are_fetched(
    database: Database, store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 1)
    li, _ = await two_files(database, store)
    watched, folder = Watched(store, database), tmp_path / "out"
    made = await export_folder(database, li, folder, Span(), NOON, store=watched, sign=True)
    assert watched.seen == [2, 2]
    assert (made.leads, made.gone) == (2, ())
    found = verify_export(folder, public_key(database.vault))
    assert (found.leads, found.files) == (2, 3)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Lead)) == 4


async def test_what_cannot_be_finished_leaves_nothing_but_the_looks(
    database: Database, store: EvidenceStore, tmp_path: Path
) -> None:
    li, _ = await two_files(database, store)
    watched = Watched(store, database, fails=True)
    with pytest.raises(EvidenceUnavailableError):
        await export_folder(database, li, tmp_path / "out", Span(), NOON, store=watched)
    assert left(tmp_path) == []
    assert await looks(database) == 2


async def test_a_file_that_is_gone_is_named_and_the_rest_is_there(
    database: Database, store: EvidenceStore, tmp_path: Path
) -> None:
    li, keys = await two_files(database, store)
    await store.delete(keys[0])
    folder = tmp_path / "out"
    made = await export_folder(database, li, folder, Span(), NOON, store=store, sign=True)
    assert len(made.gone) == 1
    assert verify_export(folder, public_key(database.vault)).files == 2
    assert json.loads((folder / "manifest.json").read_text())["gone"] == list(made.gone)


async def test_a_place_that_cannot_be_written_is_said_and_nothing_is_half_there(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        station = await officer(session, "east", Role.STATION)
        await filed(session)
    (tmp_path / "file").write_text("x")
    for folder, words in ((tmp_path / "file", "已经存在"), (tmp_path / "file" / "out", "无法写入")):
        with pytest.raises(InvalidInputError, match=words):
            await export_folder(sqlite_database, li, folder, Span(), NOON)
    with pytest.raises(NotAllowedError):
        await export_folder(sqlite_database, station, tmp_path / "out", Span(), NOON)
    assert left(tmp_path) == []
