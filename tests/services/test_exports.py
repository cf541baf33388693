"""Exports: what is in them, for whom, and that a spreadsheet runs none of it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.errors import NotAllowedError
from bot.services.exports import TITLES, LeadRow, lead_rows, to_csv, to_json, to_xlsx, unformula
from bot.services.reports import Draft, file_report
from bot.services.staff import invite
from bot.storage.database import Database
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Look, Role

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
PHONE = "13812345678"


async def report(database: Database, at: datetime, description: str = "转走了钱") -> str:
    draft = Draft(
        happened="paid",
        description=description,
        contact="phone",
        suspects="微信 wx_refund_2026",
        amount_fen=1_250_050,
        phone=PHONE,
        area="幸福里社区3号楼",
    )
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 1, at)
        return (await file_report(session, resident, draft, at)).number


async def export(
    database: Database,
    role: Role = Role.DUTY,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    full: bool = False,
) -> list[LeadRow]:
    async with database.writing() as session:
        staff, _ = await invite(session, None, f"x{role}", "李警官", role, NOON)
        return await lead_rows(session, staff, since, until, full, NOON)


async def test_a_masked_export_holds_nothing_personal_and_logs_no_look(
    database: Database,
) -> None:
    await report(database, NOON, f"打 {PHONE} 找他")
    rows = await export(database)
    text = to_json(rows).decode()
    for value in (PHONE, "3号楼", "wx_refund_2026"):
        assert value not in text
    assert rows[0].phone == "138****5678"
    assert rows[0].amount_yuan == "12500.50"
    async with database.reading() as session:
        assert (await session.scalars(select(Look).where(Look.way == "export"))).all() == []


async def test_an_export_speaks_of_things_by_their_names(database: Database) -> None:
    draft = Draft(
        happened="paid",
        description="转走了钱",
        contact="phone",
        category="fake_customer_service",
        family="cs_insurance",
    )
    async with database.writing() as session:
        for channel in ("web", "telegram", "terminal"):
            resident = await find_or_add_resident(session, channel, 1, NOON)
            await file_report(session, resident, draft, NOON)
    rows = await export(database)
    assert [row.source for row in rows] == ["网页", "Telegram", "终端"]
    assert {(row.category, row.family) for row in rows} == {
        ("冒充电商物流客服", "冒充客服谎称百万保障到期")
    }


async def test_a_full_export_logs_a_look_for_every_lead(database: Database) -> None:
    numbers = [await report(database, NOON), await report(database, NOON)]
    rows = await export(database, full=True)
    assert [row.phone for row in rows] == [PHONE, PHONE]
    assert "wx_refund_2026" in rows[0].suspects
    async with database.reading() as session:
        looks = (await session.scalars(select(Look).where(Look.way == "export"))).all()
        assert sorted(look.subject for look in looks) == sorted(numbers)


async def test_an_export_takes_what_was_received_in_its_time(database: Database) -> None:
    numbers = [await report(database, NOON + timedelta(days=day)) for day in range(3)]
    rows = await export(database, since=NOON + timedelta(days=1), until=NOON + timedelta(days=2))
    assert [row.number for row in rows] == [numbers[1]]


@pytest.mark.parametrize("role", [Role.GRID, Role.STATION, Role.ADMIN, Role.AUDITOR])
async def test_others_export_nothing(sqlite_database: Database, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        await export(sqlite_database, role)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "＝", " ="])
def test_no_cell_is_a_formula(sign: str) -> None:
    value = f"{sign}cmd|' /C calc'!A0"
    assert unformula(value).startswith("'")


def a_row(**values: str) -> LeadRow:
    return LeadRow(**({name: name for name in TITLES} | values))


def test_csv_opens_in_a_chinese_excel_and_reads_back() -> None:
    content = to_csv([a_row(description='他说:"马上,\n转账"', area="=1+1")])
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert lines[0] == list(TITLES.values())
    assert lines[1][-1] == '他说:"马上,\n转账"'
    assert "'=1+1" in lines[1]


def test_a_workbook_holds_text_only() -> None:
    book = load_workbook(io.BytesIO(to_xlsx([a_row(area="=1+1", description="坏\x00字\ud83d")])))
    assert book.active is not None
    cells = {cell.value: cell.data_type for cell in book.active[2]}
    assert cells["'=1+1"] == "s"
    assert "坏字" in cells
    assert set(cells.values()) == {"s"}


def test_json_names_every_column() -> None:
    assert json.loads(to_json([a_row()])) == [{name: name for name in TITLES}]


def test_an_empty_export_has_its_head() -> None:
    assert to_csv([]).decode("utf-8-sig").startswith("线索编号,")
    assert to_json([]) == b"[]"
