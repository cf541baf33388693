"""A backup is put back whole, on either database, and nothing of a bad one is."""

import json
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.errors import ConflictError, ExpectedError, InvalidInputError
from bot.services.backup import KEPT, MANIFEST, back_up, drop_old, file_name, list_backups, put_back
from bot.services.operator import operator
from bot.storage.backup import all_tables
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Role
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from tests.console.desk import PHONE, Desk
from tests.services.broadcasting import NOON


@pytest.fixture
async def used(tmp_path: Path, vault: Vault) -> AsyncIterator[Database]:
    """A database of its own with people, leads and groups in it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/used.sqlite3", vault)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    desk = Desk(database)
    await desk.staff(Role.CHIEF, "zhao")
    for account in range(3):
        await desk.report(account=account)
    yield database
    await database.close()


def contents(path: Path) -> dict[str, bytes]:
    """The rows of every table of a backup."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}


async def test_what_is_put_back_is_what_was_there_and_work_goes_on(
    used: Database, database: Database, tmp_path: Path
) -> None:
    first = await back_up(used, tmp_path / "kept" / file_name(NOON), NOON)
    assert await put_back(database, first.path, NOON) == first.rows
    again = await back_up(database, tmp_path / "again.zip", NOON)
    put, was = contents(again.path), contents(first.path)
    *looks, last = put.pop("look.jsonl").splitlines()
    assert looks == was.pop("look.jsonl").splitlines()
    assert f'"{operator()}"' in last.decode()
    assert '"restore"' in last.decode()
    assert put == was
    assert set(contents(first.path)) == {f"{table.name}.jsonl" for table in all_tables()}
    assert first.path.name == "fanzha-20261124-120000.zip"
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    await Desk(database).report(account=9)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Lead)) == 4
        assert await session.scalar(select(func.max(Lead.id))) == 4


async def test_what_is_sealed_stays_sealed_in_the_backup(used: Database, tmp_path: Path) -> None:
    made = await back_up(used, tmp_path / "x.zip", NOON)
    assert PHONE.encode() not in b"".join(contents(made.path).values())


async def test_a_bad_backup_is_refused_and_nothing_of_it_kept(
    used: Database, sqlite_database: Database, tmp_path: Path
) -> None:
    good = (await back_up(used, tmp_path / "good.zip", NOON)).path
    whole = contents(good)
    with zipfile.ZipFile(good) as archive:
        manifest = json.loads(archive.read(MANIFEST))

    def made(name: str, tables: dict[str, bytes], **more: object) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for table, rows in tables.items():
                archive.writestr(table, rows)
            archive.writestr(MANIFEST, json.dumps(manifest | more))
        return path

    text = tmp_path / "text.zip"
    text.write_bytes(b"no backup")
    cut = made("cut.zip", whole | {"lead.jsonl": whole["lead.jsonl"].split(b"\n", 1)[1]})
    missing = made("less.zip", {name: rows for name, rows in whole.items() if name[:4] != "look"})
    strange = made("strange.zip", whole | {"lead.jsonl": b"[1]\n" * manifest["rows"]["lead"]})
    old = made("old.zip", whole, revision="0001")
    for path, words in (
        (text, "不是完整的备份"),
        (cut, "不是完整的备份"),
        (missing, "不是完整的备份"),
        (strange, "不是完整的备份"),
        (old, "数据库版本是 0001"),
        (tmp_path / "none.zip", "没有这个文件"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            await put_back(sqlite_database, path, NOON)
    with pytest.raises(ConflictError, match="已有数据"):
        await put_back(used, good, NOON)
    other = Database(str(sqlite_database.url), Vault({1: b"x" * 32}, b"f" * 32))
    with pytest.raises(InvalidInputError, match="密钥文件不是备份时的那一份"):
        await put_back(other, good, NOON)
    await other.close()
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Lead)) == 0
    await put_back(sqlite_database, good, NOON)


async def test_where_nothing_can_be_written_it_is_said(used: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExpectedError, match="备份没有写成"):
        await back_up(used, tmp_path / "file" / "x.zip", NOON)


def test_only_the_newest_stay(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        (tmp_path / f"fanzha-202611{number:02}-120000.zip").write_bytes(b"x")
    (tmp_path / "other.txt").write_text("x")
    drop_old(tmp_path)
    kept = [name for name, _ in list_backups(tmp_path)]
    assert len(kept) == KEPT
    assert kept[0] == f"fanzha-202611{KEPT + 2}-120000.zip"
    assert (tmp_path / "other.txt").exists()
