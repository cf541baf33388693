"""Command by command: every role at the command line may do what the table says and no more.

The table below is the rule; it is compared with the commands themselves, so one that is added
without a line here fails.
"""

import asyncio
import importlib
import pkgutil
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import bot.commands
from bot.cli import app
from bot.matching.library import Library
from bot.services.permissions import Action, may
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from bot.storage.vault import Vault
from tests.conftest import ROOT
from tests.services.casework import filed, officer

NEEDS: dict[str, tuple[Action, list[str]]] = {
    "reports list": (Action.EXPORT_LEADS, []),
    "reports show": (Action.SEE_LEAD, ["{number}"]),
    "reports export": (Action.EXPORT_LEADS, ["out.csv"]),
    "leads import": (Action.IMPORT_LEADS, ["leads.csv", "--source", "省厅平台"]),
    "leads link": (Action.SEE_LEAD, ["{number}"]),
    "leads sign": (Action.SIGN_FOR_LEAD, ["{number}"]),
    "leads move": (Action.REPORT_BACK, ["{number}", "withdrawn", "--why", "x"]),
    "leads contact": (Action.REPORT_BACK, ["{number}", "phone", "reached"]),
    "leads export": (Action.EXPORT_LEADS, ["exported"]),
    "leads verify": (Action.EXPORT_LEADS, ["folder"]),
    "report year": (Action.SEE_WORK_REPORT, ["2026"]),
    "report month": (Action.SEE_WORK_REPORT, ["2026-11"]),
    "report week": (Action.SEE_WORK_REPORT, ["2026-11-23"]),
    "report daily": (Action.SEE_DUTY_REPORTS, []),
    "report weekly": (Action.SEE_DUTY_REPORTS, []),
    "ledger check": (Action.VERIFY_AUDIT, []),
    "audit verify": (Action.VERIFY_AUDIT, []),
    "blocklist add": (Action.EDIT_BLOCKLIST, ["evil.example", "--why", "x"]),
    "blocklist import": (Action.EDIT_BLOCKLIST, ["domains.txt", "--source", "x"]),
    "blocklist list": (Action.EDIT_BLOCKLIST, []),
    "blocklist remove": (Action.EDIT_BLOCKLIST, ["evil.example"]),
    "broadcast status": (Action.SEE_PUBLICITY, []),
    "broadcast retry": (Action.SEND_NOTICE, ["1"]),
    "broadcast export": (Action.SEE_PUBLICITY, ["sent.csv", "--number", "1"]),
    "library add": (Action.EDIT_LIBRARY, ["nonsense", "转账到安全账户", "--why", "x"]),
    "library retire": (Action.EDIT_LIBRARY, ["1", "--why", "x"]),
    "library history": (Action.EDIT_LIBRARY, []),
    "library rollback": (Action.EDIT_LIBRARY, ["1", "--why", "x"]),
    "library review": (Action.REVIEW_LIBRARY, []),
    "staff cut-off": (Action.INVITE_STAFF, ["nobody"]),
    "staff token create": (Action.ISSUE_TOKEN, ["inner", "--scope", "leads:read"]),
    "staff token list": (Action.ISSUE_TOKEN, []),
    "staff token revoke": (Action.ISSUE_TOKEN, ["inner"]),
    "db rotate-key": (Action.ROTATE_KEY, []),
    "db purge": (Action.PURGE, ["--dry-run"]),
    "db backup": (Action.BACK_UP, ["backup.zip"]),
}
OF_THE_MACHINE = {
    *("serve", "bot", "scheduler", "console", "check", "chat", "demo year"),
    *("library build", "library check", "library stats", "library test"),
    *("staff invite", "staff list", "db upgrade", "db downgrade", "db current", "db restore"),
}
"""For who keeps the machine and its key file; they open no lead."""
REFUSED = "不能使用这个功能"


def commands(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its path; the groups on the way are none."""
    for name, one in getattr(found, "commands", {}).items():
        yield from commands(one, f"{path} {name}".strip())
    if not hasattr(found, "commands"):
        yield path, found


def test_every_command_has_a_line_in_the_table() -> None:
    every = dict(commands(typer.main.get_command(app)))
    assert set(every) == set(NEEDS) | OF_THE_MACHINE
    asks = {path for path, one in every.items() if any("--as" in p.opts for p in one.params)}
    assert asks == set(NEEDS) | {"staff invite"}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_the_commands_of_the_table_and_no_other(
    schema_file: Path,
    vault: Vault,
    library: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
) -> None:
    path = tmp_path / "fanzha.sqlite3"
    url = f"sqlite+aiosqlite:///{path}"

    async def begin() -> str:
        database = Database(url, vault)
        async with database.writing() as session:
            number = await filed(session)
            (await officer(session, "somebody", role)).station = "城东派出所"
        await database.close()
        return number

    @asynccontextmanager
    async def signed_in(_: str, *, looks: bool = False) -> AsyncIterator[tuple[Database, Staff]]:
        database = Database(url, vault)
        async with database.reading() as session:
            staff = await officer(session, "somebody", role)
        try:
            yield database, staff
        finally:
            await database.close()

    monkeypatch.setenv("FANZHA_LIBRARY_CACHE", str(ROOT / "build" / "library"))
    for module in pkgutil.iter_modules(bot.commands.__path__):
        loaded = importlib.import_module(f"bot.commands.{module.name}")
        if hasattr(loaded, "signed_in"):
            monkeypatch.setattr(loaded, "signed_in", signed_in)
    (tmp_path / "leads.csv").write_text(
        "时间,电话,内容\n2026-11-03 10:00,13812345678,有人自称客服\n"
    )
    (tmp_path / "domains.txt").write_text("evil.example\n")
    (tmp_path / "folder").mkdir()
    answered = set()
    for name, (_, given) in NEEDS.items():
        shutil.copyfile(schema_file, path)
        number = asyncio.run(begin())
        words = [one.format(number=number) for one in given]
        done = CliRunner().invoke(app, [*name.split(), *words, "--as", "somebody"], "\n")
        assert done.exception is None or isinstance(done.exception, SystemExit), (
            name,
            done.exception,
        )
        assert done.exit_code != 2, (name, done.output)
        if REFUSED not in done.output:
            answered.add(name)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert answered == {name for name, (action, _) in NEEDS.items() if may(role, action)}
