"""`fanzha broadcast`: status, dead letters, retry, export; for those who say who they are."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import open_database
from bot.cli import app
from bot.services.campaigns import Plan
from bot.services.kept_drafts import keep_draft
from bot.services.passwords import hash_password
from bot.services.sketches import Sketch
from bot.services.staff import finish_setup, invite
from bot.settings import Settings
from bot.storage.staff import Role, staff_by_login
from bot.times import now
from tests.commands.conftest import Fanzha
from tests.services.test_ledger import sent_to_four

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"


@pytest.fixture
async def sent(data_dir: Path) -> int:
    settings = Settings(_env_file=None, data_dir=data_dir)
    async with open_database(settings) as database:
        hashed = await hash_password(PASSWORD)
        async with database.writing() as session:
            for login, role in (("zhao", Role.GRID), ("qian", Role.CHIEF), ("aud", Role.AUDITOR)):
                _, code = await invite(session, None, login, login, role, now())
                await finish_setup(session, code, login, login, hashed, now())
            return (await sent_to_four(session))[1]


async def test_status_failed_retry_and_export(
    fanzha: Fanzha, fresh_fanzha: Fanzha, sent: int, tmp_path: Path
) -> None:
    def run(*words: str, login: str = "qian", by: Fanzha = fanzha) -> str:
        done = by("broadcast", *words, "--as", login, given=f"{PASSWORD}\n")
        return done.stdout if done.returncode == 0 else f"refused: {done.stderr}"

    assert "已送达2" in run("status", by=fresh_fanzha).replace(" ", "")
    (row,) = json.loads(run("status", "--json"))
    assert (row["broadcast_id"], row["groups"], row["people"]) == (sent, 2, 200)
    assert "4 号楼：对方服务器出错" in run("status", "--failed")
    assert "导出" in run("export", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text("utf-8-sig").count("\n") == 5
    assert [(one["community"], one["groups"]) for one in row["areas"]] == [
        ("和平里", 3),
        ("幸福里", 1),
    ]
    assert "refused" in run("export", str(tmp_path / "areas.csv"), "--by-area")
    assert "导出" in run("export", str(tmp_path / "areas.csv"), "--by-area", "--number", str(sent))
    assert "东街,和平里,3,1,80" in (tmp_path / "areas.csv").read_text("utf-8-sig")
    assert "refused" in run("export", str(tmp_path / "out.pdf"))
    assert "refused" in run("retry", str(sent), login="zhao")  # somebody else's notice
    assert "重新排队 1 条" in run("retry", str(sent))
    assert "没有可以重发的" in run("retry")
    assert "refused" in run("retry", "999")
    assert "refused" in run("status", login="aud")


@pytest.mark.parametrize("login", ["zhao", "qian"])
async def test_a_grid_worker_reads_nothing_of_other_areas_and_only_his_drafts(
    monkeypatch: pytest.MonkeyPatch, sent: int, tmp_path: Path, login: str
) -> None:
    monkeypatch.setenv("FANZHA_DATA_DIR", str(tmp_path / "data"))
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    async with open_database(settings) as database, database.writing() as session:
        qian = await staff_by_login(session, "qian")
        assert qian is not None
        await keep_draft(session, qian, Sketch(Plan(words="没写完")), key="x", now=now())

    def run(*words: str) -> str:
        asked = ["broadcast", *words, "--as", login]
        with ThreadPoolExecutor(1) as apart:
            done = apart.submit(CliRunner().invoke, app, asked, f"{PASSWORD}\n").result()
        assert done.exit_code == 0, done.output
        return done.stdout

    row, *drafts = json.loads(run("status", "--json"))
    whole = login == "qian"
    assert [(one["state"], one["title"]) for one in drafts] == [("draft", "没写完")] * whole
    assert ("草稿" in run("status")) == whole
    assert (row["broadcast_id"], row["groups"]) == (sent, 2 if whole else 0)
    assert (bool(row["counts"]), bool(row["areas"])) == (whole, whole)
    assert ("4 号楼" in run("status", "--failed")) == whole
    for more in ((), ("--by-area", "--number", str(sent))):
        table = tmp_path / "table.csv"
        run("export", str(table), *more)
        assert (table.read_text("utf-8-sig").count("\n") > 1) == whole
