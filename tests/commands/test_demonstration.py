"""What the command line lets in where the database is a demonstration: looks, and nothing real."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import open_database
from bot.cli import app
from bot.services.demonstration import begin_demonstration
from bot.services.passwords import hash_password
from bot.services.staff import finish_setup, invite
from bot.settings import load_settings
from bot.storage.staff import Role
from bot.times import now
from tests.commands.test_rights import NEEDS
from tests.conftest import ROOT

PASSWORD = "correct horse battery"  # noqa: S105
ONLY_LOOKS = {
    *("reports list", "reports show", "leads link", "leads verify", "blocklist list"),
    *("report year", "report month", "report week", "report daily", "report weekly"),
    *("ledger check", "audit verify", "broadcast status", "broadcast export"),
    *("library history", "library review", "staff token list"),
    *("db rotate-key", "db purge", "db backup"),
}
"""What may be done with a demonstration: it is looked at, kept and cleared like any database."""


async def _begin() -> None:
    async with open_database(load_settings()) as database, database.writing() as session:
        await begin_demonstration(session, "坊子", now())
        for role in (Role.CHIEF, Role.ADMIN):
            _, code = await invite(session, None, role.value, role.value, role, now())
            hashed = await hash_password(PASSWORD)
            await finish_setup(session, code, role.value, role.value, hashed, now())


@pytest.fixture
def demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FANZHA_LIBRARY_CACHE", str(ROOT / "build" / "library"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text("时间,电话\n2026-11-03 10:00,13812345678\n")
    (tmp_path / "domains.txt").write_text("evil.example\n")
    asyncio.run(_begin())
    return tmp_path


def test_every_command_that_writes_is_refused(demonstration: Path) -> None:
    refused = set()
    for name, (_, given) in NEEDS.items():
        words = [one.format(number="FZ261124-0001-1") for one in given]
        who = "admin" if name.startswith("db ") else "chief"
        done = CliRunner().invoke(app, [*name.split(), *words, "--as", who], f"{PASSWORD}\n")
        assert "密码不对" not in done.output, name
        if "这是演示数据库" in done.output:
            assert done.exit_code == 1, name
            refused.add(name)
    assert set(NEEDS) - refused == ONLY_LOOKS


@pytest.mark.parametrize("words", [["chat"], ["staff", "invite", "--role", "duty"]])
def test_nobody_talks_to_it_and_nobody_is_invited(demonstration: Path, words: list[str]) -> None:
    done = CliRunner().invoke(app, words, "钱已经转了\n")
    assert (done.exit_code, "这是演示数据库" in done.output) == (1, True)
