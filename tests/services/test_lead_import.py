"""Upstream files: what is read, what is refused and why, and that a second time changes nothing."""

import asyncio
import io
from datetime import datetime, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, update

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.audit import verify
from bot.services.demonstration import begin_demonstration
from bot.services.lead_files import read_table
from bot.services.lead_import import Imported, import_lines, open_source, tell_imported
from bot.services.lead_lines import (
    ReadLine,
    find_columns,
    find_header,
    read_line,
    read_moment,
    read_phone,
)
from bot.services.leads import open_value
from bot.storage.database import Database
from bot.storage.lead_imports import ImportedLine
from bot.storage.leads import AREA, DESCRIPTION, Lead, LeadKind, Risk, last_event
from bot.storage.staff import Role
from bot.times import SHANGHAI
from tests.services.casework import NOON, officer, pushed

HEADER = ["预警编号", "预警时间", "手机号码", "预警类型", "风险等级", "涉案金额(万元)", "简要案情"]
LINE = ["A1", "2026/11/3 14:05", "13812345678", "资金预警", "高危", "1.2", "转给陌生账户"]


def read(line: list[str], header: list[str] = HEADER) -> ReadLine:
    return read_line(line, find_columns(header, {}), NOON)


def upstream(number: str, phone: str = "", risk: str = "中危") -> ReadLine:
    return read([number, "2026-11-03 10:00", phone, "触网预警", risk, "", "有人自称客服"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_csv_is_read_in_every_usual_form(encoding: str, sign: str) -> None:
    content = f"编号{sign}时间\r\nA1{sign}“2026”\r\n".encode(encoding)
    assert list(read_table(content)) == [["编号", "时间"], ["A1", "“2026”"]]


def test_a_workbook_is_read_with_merged_cells_dates_and_numbers() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["编号", "时间", "手机号", "街道"],
        ["A1", datetime(2026, 11, 3, 14, 5), 13812345678, "凤凰街道"],  # noqa: DTZ001
        ["A2", 46000.5, "1.5", None],
    ):
        sheet.append(line)
    sheet.merge_cells("D2:D3")
    out = io.BytesIO()
    book.save(out)
    assert list(read_table(out.getvalue())) == [
        ["编号", "时间", "手机号", "街道"],
        ["A1", "2026-11-03 14:05:00", "13812345678", "凤凰街道"],
        ["A2", "46000.5", "1.5", "凤凰街道"],
    ]


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\xff\xfe\x00\xd8", b"PK"])
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="另存为 CSV"):
        list(read_table(content))


def test_a_line_becomes_a_lead() -> None:
    row = read(LINE).row
    assert (row.kind, row.risk, row.amount_fen) == (LeadKind.FUND, Risk.URGENT, 1_200_000)
    assert row.received_at == datetime(2026, 11, 3, 14, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-11-03 14:05:09", "2026-11-03 14:05:09"),
        ("2026/1/3", "2026-01-03 00:00:00"),
        ("2026年1月3日", "2026-01-03 00:00:00"),
        ("2026年11月3日 9时5分", "2026-11-03 09:05:00"),
        ("2026.11.03", "2026-11-03 00:00:00"),
        ("20261103140500", "2026-11-03 14:05:00"),
        ("20261103", "2026-11-03 00:00:00"),
        ("2026-11-03T14:05:09.123", "2026-11-03 14:05:09"),
        ("46000.5", "2025-12-09 12:00:00"),
    ],
)
def test_moments_as_people_and_workbooks_write_them(typed: str, shown: str) -> None:
    assert f"{read_moment(typed, NOON):%Y-%m-%d %H:%M:%S}" == shown


@pytest.mark.parametrize("typed", ["", "昨天", "2026-13-01", "2027-01-01", "1999-01-01", "26/1/1"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        read_moment(typed, NOON)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86-138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("(0536)7661234", "05367661234"),
        ("", ""),
    ],
)
def test_phones(typed: str, digits: str) -> None:
    assert read_phone(typed) == digits


def test_everything_wrong_with_a_line_is_said_at_once() -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(["A1", "没有", "电话没留", "", "", "很多", ""])
    assert refused.value.words == "电话要是 5 到 15 位数字。没看懂时间“没有”。没看懂金额“很多”。"
    with pytest.raises(InvalidInputError, match="都是空的"):
        read(["", "2026-11-03", "", "", "", "", ""])


@pytest.mark.parametrize(
    ("header", "mapping", "words"),
    [
        (["甲", "乙"], {}, "表头"),
        (["时间", "金额"], {}, "表头"),
        (HEADER, {"时间": "没有的列"}, "没有“没有的列”"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    header: list[str], mapping: dict[str, str], words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        find_columns(header, mapping)


TITLE = ["2026 年 11 月预警内容（按接收时间、编号、电话）"] * 7


@pytest.mark.parametrize(
    ("above", "place"),
    [
        ([], 1),
        ([TITLE], 2),
        ([[TITLE[0], *[""] * 6]], 2),
        ([TITLE, ["制表：市局", "11 月 3 日", *[""] * 5], [""] * 7], 4),
    ],
)
def test_a_title_may_stand_above_the_header(above: list[list[str]], place: int) -> None:
    lines = iter([*above, HEADER, LINE])
    header, columns, top = find_header(lines, {})
    assert (header, top, list(lines)) == (HEADER, place, [LINE])
    assert columns.value(LINE, "电话") == "13812345678"


def test_a_header_further_down_is_none() -> None:
    with pytest.raises(InvalidInputError, match="前 10 行"):
        find_header(iter([["甲", "乙"]] * 10 + [HEADER]), {})
    with pytest.raises(InvalidInputError, match="是空的"):
        find_header(iter([]), {})


def test_nothing_is_read_of_a_file_that_breaks_off_or_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.services.lead_files.MOST_LINES", 3)
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for _ in range(5):
        sheet.append(HEADER)
    book.save(out)
    long = b"a,b\n" * 5
    broken = b'a,b\n1,2\n3,"' + b"x" * 200_000
    for content, words in ((long, "超过 3 行"), (out.getvalue(), "超过 3 行"), (broken, "引号")):
        with pytest.raises(InvalidInputError, match=words):
            next(read_table(content))
    assert len(list(read_table(long[:16]))) == 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_imports_of_one_file_at_once_the_second_changes_nothing(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await officer(session)
    lines, found = [upstream(f"A{n}", f"1381234567{n}") for n in range(3)], list[Imported]()

    async def take_in() -> None:
        async with database.writing() as session:
            source, _ = await open_source(session, li, "省厅平台", {}, NOON)
            found.append(await import_lines(session, li, source, lines, NOON))
            await asyncio.sleep(0.2)

    await asyncio.gather(take_in(), take_in())
    assert sorted(found, key=lambda one: one.new) == [Imported(known=3), Imported(new=3)]


def test_a_mapping_of_its_own_goes_before_the_usual_headers() -> None:
    columns = find_columns(["时间", "下发", "电话"], {"时间": "下发"})
    assert columns.places["时间"] == 1


async def test_a_second_time_changes_nothing(database: Database) -> None:
    lines = [upstream(f"A{n}", f"1381234567{n}") for n in range(5)] + [upstream("A1", "1390000")]
    lines.append(read(["", "2026-11-03", "", "", "", "", "没有编号的一行"]))
    async with database.writing() as session:
        li = await officer(session, "li", chat=5)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        first = await import_lines(session, li, source, lines, NOON)
        [(wrong, why)] = first.refused
        assert first == Imported(new=6, fund=0, merged=0, known=0, refused=((wrong, why),))
        assert (wrong.number, "这次电话不同" in why, "换一个编号" in why) == ("A1", True, True)
        again = await import_lines(session, li, source, lines, NOON)
        assert again == Imported(known=6, refused=((wrong, why),))
        assert await session.scalar(select(func.count()).select_from(Lead)) == 6
        await tell_imported(session, "省厅平台", first, NOON)
        assert "省厅平台导入线索 6 条" in (await pushed(session))[-1][1]
        assert not (await verify(session)).broken
        lead = (await session.scalars(select(Lead).limit(1))).one()
        assert lead.number.startswith("FZ261124-")
        assert lead.received_at < NOON < lead.due_at


def told(amount: str, words: str, kind: str = "触网预警") -> ReadLine:
    return read(["A1", "2026-11-03 10:00", "13812345678", kind, "中危", amount, words])


async def test_the_same_number_with_other_content_corrects_its_lead(database: Database) -> None:
    async with database.writing() as session:
        li = await officer(session, "li", chat=5)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        first, second = told("1.2", "转给陌生账户"), told("3", "转了两笔", "资金预警")
        assert await import_lines(session, li, source, [first], NOON) == Imported(new=1)
        found = await import_lines(session, li, source, [first, second], NOON)
        assert found == Imported(known=1, corrected=1)
        for lines in ([first, second], [second], [first]):
            again = await import_lines(session, li, source, lines, NOON)
            assert again == Imported(known=len(lines))
        [lead] = (await session.scalars(select(Lead))).all()
        assert (lead.kind, lead.risk, lead.amount_fen) == (LeadKind.FUND, Risk.URGENT, 3_000_000)
        story = open_value(session, lead.description_sealed, DESCRIPTION)
        assert story == "转给陌生账户\n[上级更正 11-24 12:00] 转了两笔"
        last = await last_event(session, lead.id)
        assert last is not None
        assert last.event == "corrected"
        assert last.why == (
            "上级平台更正；金额 12,000.00→30,000.00 元；改为资金预警；风险 中→紧急；内容更正"
        )
        assert not (await verify(session)).broken
        await tell_imported(session, "省厅平台", found, NOON)
        assert "上级更正 1 条" in (await pushed(session))[-1][1]


async def test_lines_of_an_earlier_version_are_known_as_they_come_next(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        await import_lines(session, li, source, [told("1", "甲")], NOON)
        await session.execute(update(ImportedLine).values(said_hash=None))
        assert await import_lines(session, li, source, [told("2", "乙")], NOON) == Imported(known=1)
        found = await import_lines(session, li, source, [told("3", "丙")], NOON)
        assert found == Imported(corrected=1)


async def test_the_same_person_is_merged_and_more_pressing(database: Database) -> None:
    async with database.writing() as session:
        li = await officer(session)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        same = [upstream(f"A{n}", "13812345678", "低危") for n in range(2)]
        assert await import_lines(session, li, source, same, NOON) == Imported(new=1, merged=1)
        again = [upstream("A9", "13812345678", "低危")]
        assert await import_lines(session, li, source, again, NOON) == Imported(merged=1)
        [lead] = (await session.scalars(select(Lead))).all()
        assert (lead.risk, lead.version) == (Risk.HIGH, 2)
        assert lead.due_at <= NOON + timedelta(minutes=10)
        assert not (await verify(session)).broken


async def test_a_warning_about_money_makes_the_open_lead_a_fund_lead(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        lines = [upstream("A0", LINE[2], "低危"), read([*LINE[:6], "已转到 6222021234567890123"])]
        for line in lines:
            await import_lines(session, li, source, [line], NOON)
        [lead] = (await session.scalars(select(Lead))).all()
        assert (lead.kind, lead.happened, lead.transferred) == (LeadKind.FUND, "paid", True)
        assert (lead.risk, lead.amount_fen) == (Risk.URGENT, 1_200_000)
        last = await last_event(session, lead.id)
        assert last is not None
        assert last.why == (
            "上级平台再次下发，同一人；资金预警；预警时间 2026-11-03 14:05；这次金额 12,000.00 元"
        )


async def test_the_words_of_a_line_about_the_same_person_are_kept(database: Database) -> None:
    header = [*HEADER[:6], "地址", "简要案情"]

    def line(number: str, place: str, words: str) -> ReadLine:
        told = [number, "2026-11-03 10:00", LINE[2], "触网预警", "低危", "", place, words]
        return read(told, header)

    same = [
        line("A1", "", "接到自称客服的电话"),
        line("A2", "幸福里", "已下载陌生软件"),
        line("A3", "和平里", "已下载陌生软件"),
        line("A4", "幸福里", "长" * 1999),
    ]
    same += [line(f"B{sign}", "", sign * 1999) for sign in "甲乙丙丁"]
    async with database.writing() as session:
        li = await officer(session)
        source, _ = await open_source(session, li, "省厅平台", {}, NOON)
        found = await import_lines(session, li, source, [*same, same[-1]], NOON)
        [lead] = (await session.scalars(select(Lead))).all()
        story = open_value(session, lead.description_sealed, DESCRIPTION)
        assert story.splitlines()[:3] == [
            "接到自称客服的电话",
            "[上级再次下发 11-24 12:00] 已下载陌生软件",
            "[上级再次下发 11-24 12:00] 地址 和平里",
        ]
        assert open_value(session, lead.area_sealed, AREA) == "幸福里"
        assert (found.new, found.merged, found.known) == (1, 6, 0)
        assert [one.number for one, _ in found.refused] == ["B丁", "B丁"]
        assert all(f"线索 {lead.number} 的内容已经很长" in why for _, why in found.refused)
        again = await import_lines(session, li, source, same, NOON)
        assert (again.known, len(again.refused)) == (7, 1)
        assert not (await verify(session)).broken


async def test_a_mapping_is_kept_with_its_source(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        source, _ = await open_source(session, li, "省厅平台", {"时间": "下发"}, NOON)
        again, kept = await open_source(session, li, " 省厅平台 ", {"电话": "主叫"}, NOON)
        assert (again, kept) == (source, {"时间": "下发", "电话": "主叫"})
        assert (await open_source(session, li, "省厅平台", {}, NOON))[1] == kept
        with pytest.raises(InvalidInputError, match="没有“颜色”"):
            await open_source(session, li, "省厅平台", {"颜色": "x"}, NOON)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY, Role.CHIEF)])
async def test_nobody_else_imports(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        somebody = await officer(session, "somebody", role)
        with pytest.raises(NotAllowedError):
            await open_source(session, somebody, "省厅平台", {}, NOON)


async def test_a_demonstration_takes_no_leads_from_files(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await begin_demonstration(session, "坊子", NOON)
        li = await officer(session)
        with pytest.raises(ConflictError, match="演示数据库"):
            await open_source(session, li, "省厅平台", {}, NOON)
