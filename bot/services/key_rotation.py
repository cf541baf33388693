"""Changing the sealing key while the product runs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import InvalidInputError
from bot.services.evidence_store import EvidenceStore, EvidenceUnavailableError
from bot.services.leads import actor_name, log_look
from bot.services.permissions import Action, require
from bot.storage.database import Database
from bot.storage.evidence import Evidence, evidence_keys, is_kept
from bot.storage.resealing import count_old, reseal_batch, sealed_columns
from bot.storage.staff import Staff
from bot.storage.vault import add_key

BATCH = 200
MOST_PASSES = 20


@dataclass(frozen=True, slots=True)
class Rotation:
    """What changing the key did; `left` values were still sealed with an older key at the end.

    Files are counted apart; one that could not be reached is `files_left`.
    """

    key_id: int
    resealed: int
    left: int
    files: int = 0
    files_left: int = 0


async def rotate_key(
    database: Database,
    staff: Staff,
    key_file: Path | None,
    now: datetime,
    *,
    fresh: bool = True,
    store: EvidenceStore | None = None,
) -> Rotation:
    """Add a key and seal everything with it, in small transactions; others go on meanwhile.

    With a `store` residents' files are sealed anew, too.

    Processes that run meet the new key at its first value and read it from the key file. Older
    keys stay in the file: a backup needs them. Without `fresh` only what was left is sealed anew.
    Raises InvalidInputError where there is no file that could take a fresh key.
    """
    require(staff.role, Action.ROTATE_KEY)
    key_id = _fresh(key_file, database.vault.newest) if fresh else database.vault.newest
    database.vault.take_up()
    async with database.writing() as session:
        await log_look(session, actor_name(staff), f"key {key_id}", "rotate_key", now)
    resealed = left = 0
    for _ in range(MOST_PASSES):
        resealed += await _pass(database)
        left = await _left(database)
        if not left:
            break
    files, files_left = await _files(database, store) if store else (0, 0)
    return Rotation(key_id, resealed, left, files, files_left)


def _fresh(key_file: Path | None, newest: int) -> int:
    if key_file is not None:
        return add_key(key_file)
    raise InvalidInputError(
        f"密钥写在 FANZHA_KEYS 里，程序改不了它。请在里面加一项 {newest + 1}:新密钥"
        "（openssl rand -base64 32 可以生成），旧的留着，各进程重启后运行"
        " fanzha db rotate-key --continue。"
    )


async def _files(database: Database, store: EvidenceStore) -> tuple[int, int]:
    resealed = left = after = 0
    while True:
        async with database.reading() as session:
            kept = await evidence_keys(session, after, BATCH)
        for row in kept:
            try:
                resealed += await _file(database, store, row)
            except EvidenceUnavailableError:
                left += 1
        if len(kept) < BATCH:
            return resealed, left
        after = kept[-1].id


async def _file(database: Database, store: EvidenceStore, row: Evidence) -> bool:
    if not await store.reseal(row.key):
        return False
    async with database.reading() as session:
        kept = await is_kept(session, row.id)
    if not kept:  # deleted meanwhile: writing it anew must not bring it back
        await store.delete(row.key)
    return True


async def _pass(database: Database) -> int:
    resealed = 0
    for table, column, purpose in sealed_columns():
        after = None
        while True:
            async with database.writing() as session:
                changed, after = await reseal_batch(session, table, column, purpose, after, BATCH)
            resealed += changed
            if after is None:
                break
    return resealed


async def _left(database: Database) -> int:
    async with database.reading() as session:
        return sum(
            [await count_old(session, table, column) for table, column, _ in sealed_columns()]
        )
