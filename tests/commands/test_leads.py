"""`fanzha leads`, `audit`, `report`, `staff token`, `db`: who acts is asked and noted.

The commands run in this process, each in a thread with a loop of its own: there are many.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import typer
from sqlalchemy import select, update
from typer.main import get_command
from typer.testing import CliRunner

from bot.app import open_database
from bot.cli import app
from bot.services.passwords import hash_password
from bot.services.reports import Draft, file_report
from bot.services.staff import finish_setup, invite
from bot.services.visitors import receive_visitor
from bot.settings import Settings
from bot.storage.entries import LedgerEntry
from bot.storage.leads import Lead, LeadEvent
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.times import now
from tests.commands.conftest import Fanzha
from tests.services.casework import as_owner

PASSWORD = "correct horse battery"
PEOPLE = {"li": Role.DUTY, "boss": Role.CHIEF, "root": Role.ADMIN, "watch": Role.AUDITOR}
WHO_MAY = {
    "leads link": {"li", "boss"},
    "leads sign": {"li", "boss"},
    "leads move": {"li", "boss"},
    "leads contact": {"li", "boss"},
    "leads export": {"li", "boss"},
    "leads import": {"li", "boss"},
    "leads verify": {"li", "boss"},
    "report daily": {"li", "boss"},
    "report weekly": {"li", "boss"},
    "report year": {"li", "boss"},
    "report month": {"li", "boss"},
    "report week": {"li", "boss"},
    "audit verify": {"boss", "watch"},
    "ledger check": {"boss", "watch"},
    "staff token create": {"boss", "root"},
    "staff token list": {"boss", "root"},
    "staff token revoke": {"boss", "root"},
    "staff cut-off": {"boss", "root"},
    "db rotate-key": {"root"},
    "db purge": {"boss", "root"},
    "db backup": {"boss", "root"},
    "reports list": {"li", "boss"},
    "reports show": {"li", "boss"},
    "reports export": {"li", "boss"},
    "library add": {"li", "boss"},
    "library retire": {"li", "boss"},
    "library rollback": {"li", "boss"},
    "library review": {"li", "boss"},
    "library history": {"li", "boss"},
    "blocklist add": {"li", "boss"},
    "blocklist import": {"li", "boss"},
    "blocklist list": {"li", "boss"},
    "blocklist remove": {"li", "boss"},
    "broadcast status": {"li", "boss"},
    "broadcast retry": {"boss"},
    "broadcast export": {"li", "boss"},
}
"""Commands that ask who one is, and who of PEOPLE gets anywhere."""
ON_THE_SERVER = {
    "serve",
    "bot",
    "scheduler",
    "console",
    "check",
    "chat",
    "staff invite",
    "staff list",
    "db upgrade",
    "db downgrade",
    "db current",
    "db restore",
    "demo year",
}
"""Commands of whoever runs the server; they show no lead."""
OPEN = {"library build", "library check", "library test", "library stats"}


def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data")


@pytest.fixture
def fanzha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fanzha:
    """Run a command here."""
    monkeypatch.setenv("FANZHA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        with ThreadPoolExecutor(1) as apart:
            done = apart.submit(CliRunner().invoke, app, words, given).result()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
async def desk(data_dir: Path) -> list[str]:
    """A district with PEOPLE and two leads of the same suspect, whose numbers it returns."""
    draft = Draft(
        happened="paid",
        description="我叫王桂英，被骗了",
        contact="phone",
        phone="13800138000",
        suspects="13912345678",
    )
    numbers = []
    async with open_database(Settings(_env_file=None, data_dir=data_dir)) as database:
        hashed = await hash_password(PASSWORD)
        async with database.writing() as session:
            for login, role in PEOPLE.items():
                _, code = await invite(session, None, login, login, role, now())
                await finish_setup(session, code, login, login, hashed, now())
        for account in (1, 2):
            async with database.writing() as session:
                resident = await find_or_add_resident(session, "web", account, now())
                numbers.append((await file_report(session, resident, draft, now())).number)
    return numbers


def commands(command: object, path: str = "") -> set[str]:
    nested = getattr(command, "commands", None)
    if nested is None:
        return {path}
    return {
        name for part, one in nested.items() for name in commands(one, f"{path} {part}".strip())
    }


def test_every_command_has_a_line_in_the_table() -> None:
    assert isinstance(app, typer.Typer)
    assert commands(get_command(app)) == set(WHO_MAY) | ON_THE_SERVER | OPEN


async def test_a_lead_is_worked_and_the_trail_says_who(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    one, other = desk
    for words, said in (
        (("link", one), other),
        (("sign", one), "已签收"),
        (("contact", one, "phone", "reached", "--note", "打通了"), "已登记"),
        (("move", one, "stopped"), "已改为“已劝阻”"),
        (("move", one, "closed"), "已改为“已办结”"),
    ):
        done = fanzha("leads", *words, "--as", "li", given=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
        assert "13912345678" not in done.stdout
    async with open_database(settings(tmp_path)) as database, database.reading() as session:
        lead = (await session.scalars(select(Lead).where(Lead.number == one))).one()
        query = select(LeadEvent).where(LeadEvent.lead_id == lead.id)
        events = (await session.scalars(query.order_by(LeadEvent.position))).all()
    assert [line.actor for line in events[1:]] == ["staff:li"] * 5
    refused = fanzha("leads", "move", one, "met", "--as", "li", given=f"{PASSWORD}\n")
    assert refused.returncode == 1
    assert "不能改为“已见面”" in refused.stderr


async def test_a_broken_trail_is_named(fanzha: Fanzha, desk: list[str], tmp_path: Path) -> None:
    done = fanzha("audit", "verify", "--as", "watch", given=f"{PASSWORD}\n")
    assert "校验通过：2 条线索、2 行记录" in done.stdout, done.stderr
    async with open_database(settings(tmp_path)) as database, database.writing() as session:
        await as_owner(session)
        await session.execute(update(LeadEvent).values(actor="somebody else"))
    wrong = fanzha("audit", "verify", "--as", "watch", given=f"{PASSWORD}\n")
    assert wrong.returncode == 1
    assert desk[0] in wrong.stderr


async def test_reports_keys_tokens_and_forgetting(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    def done(*words: str, login: str) -> str:
        ran = fanzha(*words, "--as", login, given=f"{PASSWORD}\n")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "反诈专班日报" in done("report", "daily", "--xlsx", "day.xlsx", login="li")
    assert (tmp_path / "day.xlsx").read_bytes().startswith(b"PK")
    assert "反诈专班周报" in done("report", "weekly", login="boss")
    assert "预警线索2条" in done("report", "year", str(now().year), "--docx", "y.docx", login="li")
    assert (tmp_path / "y.docx").read_bytes().startswith(b"PK")
    created = done("staff", "token", "create", "inner", "--scope", "leads:read", login="root")
    token = created.strip().splitlines()[-1]
    assert token.startswith("fzt_")
    assert "有效" in done("staff", "token", "list", login="root")
    done("staff", "token", "revoke", "inner", login="root")
    assert "已撤销" in done("staff", "token", "list", login="root")
    assert "现用密钥编号 2" in done("db", "rotate-key", login="root")
    assert "还剩 0 处" in done("db", "rotate-key", "--continue", login="root")
    assert "13800138000" in done("reports", "show", desk[0], "--full", login="li")
    assert "会清理" in done("db", "purge", "--dry-run", login="boss")
    assert "已清理" in done("db", "purge", login="boss")
    assert "secret.key" in done("db", "backup", "kept.zip", login="boss")
    used = fanzha("db", "restore", "kept.zip")
    assert used.returncode == 1
    assert "已有数据" in used.stderr
    for path in (tmp_path / "data").glob("fanzha.sqlite3*"):
        path.rename(tmp_path / path.name)
    assert "已恢复" in fanzha("db", "restore", "kept.zip").stdout
    assert "13800138000" in done("reports", "show", desk[0], "--full", login="li")
    assert "全部切断" in done("staff", "cut-off", "li", login="boss")
    assert "账号已停用" in done("staff", "cut-off", "li", "--leaving", login="boss")
    assert fanzha("reports", "list", "--as", "li", given=f"{PASSWORD}\n").returncode == 1
    for path in (tmp_path / "data").glob("fanzha.sqlite3*"):
        assert token.encode() not in path.read_bytes()


ARGUMENTS = {
    "leads import": ("in.csv", "--source", "省厅平台"),
    "report year": ("2024",),
    "report month": ("2024-06",),
    "report week": ("2024-06-03",),
    "leads link": ("{}",),
    "leads sign": ("{}",),
    "leads move": ("{}", "withdrawn", "--why", "x"),
    "leads contact": ("{}", "phone", "reached"),
    "leads export": ("out",),
    "leads verify": ("out",),
    "staff token create": ("x1", "--scope", "leads:read"),
    "staff token revoke": ("x1",),
    "staff cut-off": ("root",),
    "reports show": ("{}",),
    "reports export": ("out.csv",),
    "broadcast export": ("out.csv",),
    "blocklist add": ("evil-shop.com",),
    "blocklist import": ("sites.csv",),
    "blocklist remove": ("evil-shop.com",),
}
TRIED = [name for name in WHO_MAY if not name.startswith("library")]


@pytest.mark.parametrize("login", ["root", "watch", "li"])
async def test_every_role_gets_where_the_table_says_and_nowhere_else(
    fanzha: Fanzha, desk: list[str], login: str, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("时间,电话\n2026-01-01,13812345678\n")
    for name in TRIED:
        if login in WHO_MAY[name]:
            continue
        words = [word.replace("{}", desk[0]) for word in ARGUMENTS.get(name, ())]
        if name == "staff cut-off":
            words = ["boss"]
        ran = fanzha(*name.split(), *words, "--as", login, given=f"{PASSWORD}\n")
        assert ran.returncode == 1, name
        assert "不能使用这个功能" in ran.stderr, (name, ran.stderr)
        assert desk[0] not in ran.stdout


async def test_the_books_are_checked_and_the_look_is_noted(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    async with open_database(settings(tmp_path)) as database:
        async with database.writing() as session:
            boss = (await session.scalars(select(Staff).where(Staff.login == "boss"))).one()
            await receive_visitor(session, boss, "advice", now())
        done = fanzha("ledger", "check", "--as", "watch", given=f"{PASSWORD}\n")
        assert "来访 1 笔" in done.stdout
        async with database.writing() as session:
            await as_owner(session)
            await session.execute(update(LedgerEntry).values(count=2))
        done = fanzha("ledger", "check", "--as", "watch", given=f"{PASSWORD}\n")
        assert (done.returncode, "来访账第 1 笔被改动过" in done.stderr) == (1, True)
