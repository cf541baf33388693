"""A backup of the database as one file, on SQLite and PostgreSQL alike, and putting it back.

A ZIP with a manifest and a file of JSON lines for each table, all as of one moment. What is sealed
stays sealed: without the key file nobody reads it, and the key file is not in it. Neither are the
residents' files and the built library.
"""

import asyncio
import json
import os
import zipfile
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bot.errors import ConflictError, InvalidInputError, system_words
from bot.services.leads import actor_name, log_look
from bot.services.operator import operator
from bot.services.permissions import Action, require
from bot.storage import backup as rows
from bot.storage.database import Database
from bot.storage.schema import newest_version
from bot.storage.staff import Staff
from bot.storage.vault import UnreadableError
from bot.times import SHANGHAI

FORM = 1
MANIFEST = "manifest.json"
CHECK = "backup.check"
KNOWN_WORDS = "fanzha"
NOT_IN_IT = "secret.key 和居民的文件（evidence 文件夹或对象存储）不在里面，请另外备份，分开存放。"
KEPT = 10
"""So many backups made by a tap stay; older ones are deleted."""
_BUSY = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that lies on this machine."""

    path: Path
    size: int
    rows: int


def file_name(now: datetime) -> str:
    """The name of a backup made at that moment, in local time; names sort by time."""
    return f"fanzha-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip"


async def back_up(database: Database, target: Path, now: datetime) -> Backup:
    """Write the whole database to a new file that only its owner reads.

    Raises ConflictError while another backup is being written, InvalidInputError where the file
    cannot be written; nothing half-written stays.
    """
    if _BUSY.locked():
        raise ConflictError("正在备份，请等它做完。")
    part = target.with_suffix(".part")
    async with _BUSY:
        try:
            await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
            counts = await _write(database, part, now)
            await asyncio.to_thread(os.replace, part, target)
            size = (await asyncio.to_thread(target.stat)).st_size
        except OSError as error:
            raise InvalidInputError(f"备份没有写成：{system_words(error)}。") from None
        finally:
            if await asyncio.to_thread(part.exists):
                await asyncio.to_thread(part.unlink)
    return Backup(target, size, sum(counts.values()))


async def keep_backup(database: Database, staff: Staff, target: Path, now: datetime) -> Backup:
    """A backup by an officer, noted among the looks."""
    require(staff.role, Action.BACK_UP)
    made = await back_up(database, target, now)
    async with database.writing() as session:
        await log_look(session, actor_name(staff), "database", "backup", now)
    return made


async def _write(database: Database, path: Path, now: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    handle = await asyncio.to_thread(_open_private, path)
    with handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as archive:
        async with database.reading() as session:
            await rows.one_moment(session)
            for table in rows.all_tables():
                counts[table.name] = 0
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                    async for lines in rows.lines_of(session, table):
                        counts[table.name] += len(lines)
                        await asyncio.to_thread(out.write, ("\n".join(lines) + "\n").encode())
        manifest = {
            "form": FORM,
            "made_at": now.isoformat(),
            "revision": newest_version(),
            "rows": counts,
            "check": database.vault.seal(KNOWN_WORDS, CHECK).hex(),
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return counts


def _open_private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def list_backups(folder: Path) -> list[tuple[str, int]]:
    """Names and sizes of the backups in a folder, the newest first."""
    found = sorted(folder.glob("fanzha-*.zip"), reverse=True) if folder.is_dir() else []
    return [(one.name, one.stat().st_size) for one in found]


def drop_old(folder: Path) -> None:
    """Delete all but the newest backups of a folder."""
    for name, _ in list_backups(folder)[KEPT:]:
        (folder / name).unlink(missing_ok=True)


async def put_back(database: Database, source: Path, now: datetime) -> int:
    """Fill a database that nobody has used from a backup; returns how many rows.

    All or nothing; who did it on the server stands among the looks. Raises InvalidInputError for a
    file that is no backup, of another version, cut short, or of another key; ConflictError for a
    database in use.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _check(database, manifest)
            async with database.writing() as session:
                if await rows.is_in_use(session):
                    raise ConflictError("这个数据库里已有数据。请换一个空的数据库再恢复。")
                await rows.clear(session)
                for table in rows.all_tables():
                    await _put_back_table(session, archive, table, manifest["rows"][table.name])
                await log_look(session, operator(), "database", "restore", now)
    except OSError as error:
        raise InvalidInputError(f"备份文件打不开：{system_words(error)}。") from None
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError):
        raise InvalidInputError("这个文件不是完整的备份，没有恢复任何数据。") from None
    return int(sum(manifest["rows"].values()))


async def _put_back_table(session: Any, archive: zipfile.ZipFile, table: Any, wanted: int) -> None:
    done = 0
    with archive.open(f"{table.name}.jsonl") as lines:
        while batch := [line.decode() for line in islice(lines, rows.AT_ONCE)]:
            await rows.put_back(session, table, batch)
            done += len(batch)
    if done != wanted:
        raise ValueError(f"{table.name} has {done} rows of {wanted}")
    await rows.count_on(session, table)


def _check(database: Database, manifest: dict[str, Any]) -> None:
    if manifest["form"] != FORM or manifest["revision"] != newest_version():
        raise InvalidInputError(
            f"备份的数据库版本是 {manifest['revision']}，本程序是 {newest_version()}。"
            "请用备份时的程序版本恢复，再升级。"
        )
    try:
        database.vault.open(bytes.fromhex(manifest["check"]), CHECK)
    except UnreadableError:
        raise InvalidInputError(
            "密钥文件不是备份时的那一份。请先把当时的 secret.key 放回数据目录，再恢复。"
        ) from None
