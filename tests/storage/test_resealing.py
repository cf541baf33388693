"""Changing the key while officers and residents go on."""

import asyncio
import importlib
import pkgutil
from pathlib import Path

import pytest
from sqlalchemy import select

import bot.services
import bot.storage
from bot.errors import NotAllowedError
from bot.services.desk import full_lead
from bot.services.evidence import attach_to_lead, take_in
from bot.services.evidence_store import open_evidence_store
from bot.services.key_rotation import rotate_key
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.evidence import discard_lead_evidence, evidence_of_lead
from bot.storage.leads import Lead
from bot.storage.resealing import sealed_columns
from bot.storage.staff import Role, Staff
from bot.storage.tables import metadata
from bot.storage.vault import load_vault
from tests.botapi import png
from tests.conftest import empty
from tests.services.casework import NOON, PHONE, filed, lead_of, officer


async def opened(url: str, keys: Path) -> Database:
    return Database(url, load_vault(keys))


async def test_everything_is_sealed_anew_while_others_write(
    database_url: str, tmp_path: Path
) -> None:
    keys = tmp_path / "secret.key"
    database, other = await opened(database_url, keys), await opened(database_url, keys)
    await empty(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.writing() as session:
        admin = await officer(session, "root", Role.ADMIN)
        await officer(session, "li", chat=101)
        numbers = [await filed(session, account=n, channel="telegram") for n in range(30)]

    async def write_on() -> None:
        for account in range(30, 50):
            async with other.writing() as session:
                numbers.append(await filed(session, account=account))
            await asyncio.sleep(0)

    rotation, _ = await asyncio.gather(rotate_key(database, admin, keys, NOON), write_on())
    assert rotation.key_id == 2
    again = await rotate_key(database, admin, keys, NOON, fresh=False)
    assert again.left == 0
    async with other.reading() as session:
        li = (await session.scalars(select(Staff).where(Staff.login == "li"))).one()
        sealed = (await session.scalars(select(Lead.phone_sealed))).all()
        assert all(value is not None and value.startswith(b"2.") for value in sealed)
    for number in numbers:
        async with other.writing() as session:
            assert (await full_lead(session, li, number, "console", NOON)).phone == PHONE
    assert other.vault.newest == 2
    assert keys.stat().st_mode & 0o777 == 0o600
    assert len(keys.read_text().splitlines()) == 3
    await database.close()
    await other.close()


async def test_files_are_sealed_anew_too_and_a_deleted_one_stays_deleted(
    database_url: str, tmp_path: Path
) -> None:
    keys = tmp_path / "secret.key"
    database = await opened(database_url, keys)
    await empty(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    store = open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), database.vault)
    async with database.writing() as session:
        admin = await officer(session, "root", Role.ADMIN)
        number = await filed(session)
    kept, gone = [await take_in(database, store, png(side, side), NOON) for side in (2, 3)]
    async with database.writing() as session:
        lead = await lead_of(session, number)
        await attach_to_lead(session, kept, lead)
        await attach_to_lead(session, gone, lead)
    async with database.reading() as session:
        rows = {row.id: row for row in await evidence_of_lead(session, lead.id)}
    await store.delete(rows[gone.id].key)
    done = await rotate_key(database, admin, keys, NOON, store=store)
    assert (done.files, done.files_left) == (1, 0)
    lies = tmp_path / "evidence" / rows[kept.id].key
    assert lies.read_bytes().startswith(b"2.")
    assert await store.get(rows[kept.id].key) == png(2, 2)
    assert not (tmp_path / "evidence" / rows[gone.id].key).exists()
    again = await rotate_key(database, admin, keys, NOON, fresh=False, store=store)
    assert (again.files, again.files_left) == (0, 0)
    await database.close()


async def test_a_file_that_goes_while_it_is_sealed_anew_does_not_come_back(
    sqlite_database: Database, tmp_path: Path
) -> None:
    database, keys = sqlite_database, tmp_path / "secret.key"
    load_vault(keys)
    store = open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), database.vault)
    async with database.writing() as session:
        admin = await officer(session, "root", Role.ADMIN)
        number = await filed(session)
    arrived = await take_in(database, store, png(), NOON)
    async with database.writing() as session:
        lead = await lead_of(session, number)
        await attach_to_lead(session, arrived, lead)
    async with database.reading() as session:
        (row,) = await evidence_of_lead(session, lead.id)

    class Deleting:
        async def reseal(self, key: str) -> bool:
            async with database.writing() as session:
                await discard_lead_evidence(session, lead.id, NOON)
            return True

        async def delete(self, key: str) -> None:
            await store.delete(key)

    await rotate_key(database, admin, keys, NOON, store=Deleting())  # type: ignore[arg-type]
    assert not (tmp_path / "evidence" / row.key).exists()


async def test_only_the_administrator_changes_keys(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with sqlite_database.writing() as session:
        for role in (Role.DUTY, Role.CHIEF, Role.AUDITOR, Role.STATION, Role.GRID):
            somebody = await officer(session, role.value, role)
            with pytest.raises(NotAllowedError):
                await rotate_key(sqlite_database, somebody, tmp_path / "none", NOON)


def test_every_sealed_column_names_a_purpose_that_the_code_seals_for() -> None:
    used = set()
    for package in (bot.storage, bot.services):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not found.ispkg:
                module = importlib.import_module(found.name)
                used |= {value for value in vars(module).values() if isinstance(value, str)}
    named = {purpose for _, _, purpose in sealed_columns()}
    assert len(named) > 10
    assert named <= used
