"""Files are what their content says, sealed in the store, and gone when their time is over."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import InvalidInputError, NotFoundError
from bot.services.evidence import MOST_BYTES, kind_of, sweep, take_in
from bot.services.evidence_store import (
    EvidenceStore,
    EvidenceUnavailableError,
    new_key,
    open_evidence_store,
)
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.evidence import attach_evidence, discard_draft_evidence
from bot.storage.vault import Vault
from tests.botapi import png
from tests.services.casework import NOON
from tests.services.s3 import s3

SECRET = "紫色的雨伞".encode()


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return content.getvalue()


@pytest.fixture
def store(tmp_path: Path, vault: Vault) -> EvidenceStore:
    return open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), vault)


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "evidence").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), "png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"x" * 100 + b"\xff\xd9", "jpg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (b"%PDF-1.4\n1 0 obj\n%%EOF", "pdf"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 20, "mp4"),
        (b"OggS\0\x02" + b"\0" * 50, "ogg"),
        (b"#!AMR\n" + b"\0" * 20, "amr"),
        (archive("AndroidManifest.xml", "classes.dex"), "apk"),
        (archive("[Content_Types].xml", "word/document.xml"), "docx"),
        (archive("a.txt"), "zip"),
        ("2026-11-24 对方：马上转账".encode(), "txt"),
        ("对方：马上转账".encode("gb18030"), "txt"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + b"\0" * 200,
        b"<html><script>alert(1)</script></html>",
        b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        b"PK\x03\x04 broken",
        bytes(range(256)),
    ],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        kind_of(content)


async def test_a_file_lies_sealed_under_a_name_of_ours(
    sqlite_database: Database, store: EvidenceStore, tmp_path: Path
) -> None:
    await take_in(sqlite_database, store, SECRET * 10, NOON)
    (path,) = files(tmp_path)
    assert SECRET not in path.read_bytes()
    assert path.parent.parent == tmp_path / "evidence"
    assert len(path.name) == 48


async def test_a_file_in_anothers_place_does_not_open(store: EvidenceStore, tmp_path: Path) -> None:
    one, other = new_key(), new_key()
    await store.put(one, b"one")
    await store.put(other, b"other")
    (tmp_path / "evidence" / one).write_bytes((tmp_path / "evidence" / other).read_bytes())
    with pytest.raises(Exception, match="密钥与数据不符"):
        await store.get(one)


async def test_too_large_is_refused_before_it_is_stored(
    sqlite_database: Database, store: EvidenceStore, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="20 MB"):
        await take_in(sqlite_database, store, b"x" * (MOST_BYTES + 1), NOON)
    assert files(tmp_path) == []


async def test_what_is_discarded_or_never_filed_is_swept(
    database: Database, store: EvidenceStore, tmp_path: Path
) -> None:
    kept, discarded, waiting = [await take_in(database, store, png(), NOON) for _ in range(3)]
    await take_in(database, store, png(), NOON)
    async with database.writing() as session:
        await attach_evidence(session, discarded.id, lead_id=None, draft="one")
        await attach_evidence(session, waiting.id, lead_id=None, draft="two")
        await attach_evidence(session, kept.id, lead_id=None, draft="three")
        await discard_draft_evidence(session, "one", NOON)
    assert await sweep(database, store, NOON) == 1
    assert await sweep(database, store, NOON + timedelta(hours=2)) == 1
    assert len(files(tmp_path)) == 2
    assert await sweep(database, store, NOON + timedelta(days=31)) == 2
    assert files(tmp_path) == []


async def test_an_s3_compatible_store_by_setting(vault: Vault) -> None:
    async with s3() as server:
        store = open_evidence_store(
            Settings(
                _env_file=None,
                evidence_url="s3://fanzha/evidence",
                evidence_endpoint=server.url,
                evidence_key_id="key",
                evidence_secret="secret",
            ),
            vault,
        )
        key = new_key()
        await store.put(key, SECRET)
        assert list(server.objects) == [f"/fanzha/evidence/{key}"]
        assert SECRET not in server.objects[f"/fanzha/evidence/{key}"]
        assert await store.get(key) == SECRET
        await store.delete(key)
        with pytest.raises(NotFoundError):
            await store.get(key)
        server.broken = True
        with pytest.raises(EvidenceUnavailableError):
            await store.put(key, SECRET)
