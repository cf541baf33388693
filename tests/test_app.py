"""The library in service: replaced when its files change for the better, kept when not."""

import asyncio
import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from bot.app import LibraryInService, open_database, prepare_data_dir
from bot.errors import SettingsError
from bot.matching.library import Library
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.services.blocklist import block, read_entry
from bot.services.library import LibraryError, load_library
from bot.services.library_replay import Candidate, Replayed
from bot.services.library_work import accept, retire_script
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff import Role
from bot.times import now
from tests.services.broadcasting import NOON, add_staff
from tests.services.small_patterns import BUILT, load_small, write_small_patterns

SCRIPT = "老人家，您的养老账户要做年检，请把卡贴在手机背面碰一下，别跟子女说。"
WRONG = "'severity': 'terrible'"
FAMILY = Path("brushing") / "brush_task.yml"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small library and where it is compiled, for the tests that change no file of it."""
    root = write_small_patterns(tmp_path_factory.mktemp("patterns"))
    load_small(root)
    return root, BUILT


@pytest.fixture
def root(built: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy whose files may be changed."""
    shutil.copytree(built[1], tmp_path / "cache")
    return shutil.copytree(built[0], tmp_path / "patterns")


async def add_script(database: Database, change: int, text: str = SCRIPT) -> int:
    """Accept a script that was replayed against the library of that change."""
    replayed = Replayed((Candidate("police_case", "call", text),), change, (), ())
    async with database.writing() as session:
        staff = await add_staff(session, Role.DUTY, f"li{change}")
        (made,) = await accept(session, staff, replayed, "辖区新骗术。", NOON)
        return made.script_id


async def retire(database: Database, script_id: int) -> None:
    async with database.writing() as session:
        staff = await add_staff(session, Role.CHIEF, "chief")
        await retire_script(session, staff, script_id, "误伤。", NOON)


async def test_changed_files_come_into_service_and_broken_ones_do_not(
    root: Path, tmp_path: Path
) -> None:
    service = LibraryInService.load(root, tmp_path / "cache")
    first = service.current()
    family = root / FAMILY
    good = family.read_text()
    family.write_text(good.replace("'title'", "'titel'"))
    await service.reload_if_changed()
    assert service.current() is first
    family.write_text(good.replace("'version': 1", "'version': 2"))
    await service.reload_if_changed()
    assert service.current().version != first.version


def test_a_broken_library_is_refused_at_the_start_with_file_and_line(
    root: Path, tmp_path: Path
) -> None:
    family = root / FAMILY
    family.write_text(family.read_text().replace("'severity': 'high'", WRONG))
    line = family.read_text().split("\n").index(WRONG) + 1
    with pytest.raises(LibraryError) as refused:
        load_library(root, tmp_path / "cache")
    assert f"{FAMILY}:{line}" in refused.value.words
    assert "high" in refused.value.words


async def test_an_accepted_script_is_live_within_a_second_in_every_process(
    database: Database, built: tuple[Path, Path]
) -> None:
    services = [LibraryInService.load(*built) for _ in range(2)]
    stop = asyncio.Event()
    watching = [asyncio.create_task(service.watch(stop)) for service in services]
    for service in services:
        await service.follow(database)
    for act, known in ((add_script(database, 0), True), (retire(database, 1), False)):
        await act
        accepted = time.monotonic()
        while any((len(s.current().index.added) == 1) is not known for s in services):
            await asyncio.sleep(0.01)
            assert time.monotonic() - accepted < 1.0
        for service in services:
            assert (judge(SCRIPT, service.current()).nearest == SCRIPT) is known
    assert [service.current().version[-2:] for service in services] == ["+2", "+2"]
    stop.set()
    await asyncio.gather(*watching)


async def test_a_blocked_site_is_live_without_a_restart_and_ends_by_itself(
    database: Database, built: tuple[Path, Path]
) -> None:
    service = LibraryInService.load(*built)
    await service.follow(database)
    async with database.writing() as session:
        staff = await add_staff(session, Role.DUTY, "li")
        await block(session, staff, [read_entry("evil-shop.com", "假客服")], "", 1, now())
    await service.take_up_changes()
    assert judge("看 https://m.evil-shop.com/a", service.current()).level is Level.HIGH
    async with database.writing() as session:
        await session.execute(sql("UPDATE blocklist_entry SET expires_at = added_at"))
    service._blocked_ends = now()
    await service.take_up_changes()
    assert not service.current().blocklist.domains


async def test_a_process_that_starts_later_knows_the_scripts(
    database: Database, built: tuple[Path, Path]
) -> None:
    await add_script(database, 0)
    service = LibraryInService.load(*built)
    base = service.current().version
    await service.follow(database)
    assert service.current().version == f"{base}+1"
    assert judge(SCRIPT, service.current()).nearest == SCRIPT


async def test_a_check_under_way_keeps_the_library_it_began_with(
    sqlite_database: Database, built: tuple[Path, Path]
) -> None:
    service = LibraryInService.load(*built)
    await service.follow(sqlite_database)
    begun = service.current()
    await add_script(sqlite_database, 0)
    await service.take_up_changes()
    assert service.current() is not begun
    assert judge(SCRIPT, begun).nearest is None
    assert judge(SCRIPT, begun).library_version == begun.version


async def test_without_the_database_the_known_scripts_stay(
    sqlite_database: Database, built: tuple[Path, Path]
) -> None:
    service = LibraryInService.load(*built)
    await add_script(sqlite_database, 0)
    await service.follow(sqlite_database)
    known = service.current()
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(sql("ALTER TABLE library_change RENAME TO gone"))
    for _ in range(3):
        await service.take_up_changes()
    assert service.current() is known
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(sql("ALTER TABLE gone RENAME TO library_change"))
    await add_script(sqlite_database, 1, "领导让你先把工程保证金垫上，走你个人账户，晚上当面还你。")
    await service.take_up_changes()
    assert len(service.current().index.added) == 2


async def test_scripts_stay_when_files_change_and_a_build_does_not_hold_them_up(
    sqlite_database: Database,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = LibraryInService.load(root, tmp_path / "cache")
    await service.follow(sqlite_database)
    before = service.current().version
    building = threading.Event()

    def slow_build(*_: object) -> Library:
        building.wait(10)
        return load_library(root, tmp_path / "cache")

    monkeypatch.setattr("bot.app.load_library", slow_build)
    family = root / FAMILY
    family.write_text(family.read_text().replace("宝妈", "宝爸"))
    reloading = asyncio.create_task(service.reload_if_changed())
    await add_script(sqlite_database, 0)
    await service.take_up_changes()
    assert service.current().version == f"{before}+1"
    building.set()
    await reloading
    assert service.current().version.endswith("+1")
    assert not service.current().version.startswith(before)
    assert judge(SCRIPT, service.current()).nearest == SCRIPT


async def test_a_folder_that_cannot_be_read_leaves_the_library(
    built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = LibraryInService.load(*built)
    known = service.current()

    def gone(_: Path) -> str:
        raise FileNotFoundError("brush_task.yml")

    monkeypatch.setattr("bot.app.library_fingerprint", gone)
    await service.reload_if_changed()
    assert service.current() is known


async def test_a_lost_key_is_said_and_never_replaced(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    async with open_database(settings):
        pass
    keys = settings.data_dir / "secret.key"
    keys.unlink()
    with pytest.raises(SettingsError, match="密钥"):
        async with open_database(settings):
            pass
    assert not keys.exists()


@pytest.mark.parametrize("name", ["file", "file/data"])
def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="FANZHA_DATA_DIR") as refused:
        prepare_data_dir(Settings(_env_file=None, data_dir=tmp_path / name))
    assert str(tmp_path / name) in refused.value.words


def test_a_library_that_cannot_be_kept_anywhere_is_said(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="FANZHA_LIBRARY_CACHE"):
        load_library(root, tmp_path / "file" / "library")
