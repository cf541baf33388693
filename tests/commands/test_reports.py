"""`fanzha reports`: for officers who say who they are; every look is logged."""

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.app import open_database
from bot.services.passwords import hash_password
from bot.services.reports import Draft, file_report
from bot.services.staff import finish_setup, invite
from bot.settings import Settings
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Look, Role
from bot.times import now
from tests.commands.conftest import Fanzha

PASSWORD = "correct horse battery"


@pytest.fixture
async def desk(data_dir: Path) -> str:
    """A district with a duty officer, a grid worker and one lead, whose number it returns."""
    settings = Settings(_env_file=None, data_dir=data_dir)
    draft = Draft(
        happened="paid",
        description="=HYPERLINK(1) 我叫王桂英",
        contact="phone",
        phone="13800138000",
        suspects="13912345678",
    )
    async with open_database(settings) as database:
        hashed = await hash_password(PASSWORD)
        async with database.writing() as session:
            for login, role in (("li", Role.DUTY), ("zhao", Role.GRID)):
                _, code = await invite(session, None, login, login, role, now())
                await finish_setup(session, code, login, login, hashed, now())
        async with database.writing() as session:
            resident = await find_or_add_resident(session, "web", 1, now())
            return (await file_report(session, resident, draft, now())).number


async def looks(tmp_path: Path) -> list[str]:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    async with open_database(settings) as database, database.reading() as session:
        rows = await session.scalars(select(Look).order_by(Look.id))
        return [f"{row.actor} {row.way}" for row in rows if row.way in ("command", "export")]


async def test_list_and_show_are_masked(fanzha: Fanzha, desk: str, tmp_path: Path) -> None:
    for words in (("list",), ("list", "--json"), ("show", desk), ("show", desk, "--json")):
        done = fanzha("reports", *words, "--as", "li", given=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr
        assert desk in done.stdout
        for personal in ("13800138000", "13912345678"):
            assert personal not in done.stdout
    assert json.loads(done.stdout)["number"] == desk
    assert await looks(tmp_path) == []


async def test_full_data_leaves_a_look(fanzha: Fanzha, desk: str, tmp_path: Path) -> None:
    done = fanzha("reports", "show", desk, "--full", "--as", "li", given=f"{PASSWORD}\n")
    assert "13800138000" in done.stdout
    assert await looks(tmp_path) == ["staff:li command"]


async def test_export_writes_csv_and_xlsx_without_formulas(
    fanzha: Fanzha, desk: str, tmp_path: Path
) -> None:
    for name in ("out.csv", "out.xlsx", "out.json"):
        words = ("reports", "export", name, "--full", "--as", "li")
        done = fanzha(*words, given=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr
    table = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert table[1][0] == desk
    assert table[1][-1].startswith("'=")
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert sheet["A2"].value == desk
    assert json.loads((tmp_path / "out.json").read_text())[0]["phone"] == "13800138000"
    assert await looks(tmp_path) == ["staff:li export"] * 3


@pytest.mark.parametrize("words", [("list",), ("show", "FZ"), ("export", "out.csv")])
async def test_nobody_but_staff_gets_a_report(
    fanzha: Fanzha, desk: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    words = tuple(desk if word == "FZ" else word for word in words)
    for login, password in (("li", "wrong password"), ("zhao", PASSWORD), ("nobody", PASSWORD)):
        done = fanzha("reports", *words, "--as", login, given=f"{password}\n")
        assert done.returncode == 1
        assert desk not in done.stdout
        assert done.stderr
    assert not (tmp_path / "out.csv").exists()


async def test_an_empty_list_says_so(fanzha: Fanzha, desk: str) -> None:
    done = fanzha("reports", "list", "--since", "2030-01-01", "--as", "li", given=f"{PASSWORD}\n")
    assert "没有线索" in done.stdout


async def test_an_unknown_kind_of_file_is_refused(fanzha: Fanzha, desk: str) -> None:
    done = fanzha("reports", "export", "out.doc", "--as", "li", given=f"{PASSWORD}\n")
    assert done.returncode == 1
    assert ".csv" in done.stderr
