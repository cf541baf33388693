"""The work report as Word opens it: our template, headings as styles, charts, page numbers."""

import io
from dataclasses import replace
from itertools import pairwise

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm

from bot.services.demonstration import DEMONSTRATION
from bot.services.work_report import WorkReport, work_report
from bot.services.work_report_docx import to_docx
from bot.services.work_report_prose import sections
from bot.services.work_report_text import title
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.services.casework import NOON, filed, officer


async def made(database: Database) -> WorkReport:
    async with database.writing() as session:
        for account in range(3):
            await filed(session, account=account)
        boss = await officer(session, "boss", Role.CHIEF)
        year = read_span(SpanKind.YEAR, "2026")
        return await work_report(session, boss, year, district="坊子", now=NOON)


def opened(report: WorkReport) -> WordDocument:
    return Document(io.BytesIO(to_docx(report)))


async def test_headings_are_styles_and_the_words_those_of_the_page(
    sqlite_database: Database,
) -> None:
    report = await made(sqlite_database)
    by_style: dict[str, list[str]] = {}
    for one in opened(report).paragraphs:
        assert one.style is not None
        by_style.setdefault(one.style.name or "", []).append(one.text)
    parts = sections(report)
    assert by_style["Title"] == [title(report)]
    assert by_style["Heading 1"] == [*(one.heading for one in parts), "附：指标和口径"]
    names = [paragraph.name for one in parts for paragraph in one.paragraphs]
    assert [words.split("）", 1)[1] for words in by_style["Heading 2"]] == names
    assert by_style["Heading 2"][0] == "（一）专班运转"
    for one in parts:
        for paragraph in one.paragraphs:
            assert paragraph.words in by_style["Normal"]
    assert by_style["Signature"] == ["坊子反诈专班", "2026年11月24日"]


async def test_a_demonstration_is_marked_on_every_page(sqlite_database: Database) -> None:
    report = await made(sqlite_database)
    for demonstration, words in ((False, ""), (True, DEMONSTRATION)):
        document = opened(replace(report, demonstration=demonstration))
        assert [one.text for one in document.sections[0].header.paragraphs] == [words]


async def test_nothing_of_another_template_is_left(sqlite_database: Database) -> None:
    document = opened(await made(sqlite_database))
    kept = document.core_properties
    assert (kept.comments, kept.author) == ("", "坊子反诈专班")
    assert kept.created is not None
    assert kept.created.year >= 2026
    languages = {one.get(qn("w:eastAsia")) for one in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"zh-CN"}
    assert not list(document.styles["Title"].element.iter(qn("w:pBdr")))


async def test_page_font_and_page_number_are_those_of_an_official_document(
    sqlite_database: Database,
) -> None:
    document = opened(await made(sqlite_database))
    [section] = document.sections
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size.mm) for size in sizes if size is not None] == [210, 297, 37, 28]
    foot = section.footer.paragraphs[0]
    codes = [one.text for one in foot._p.iter(qn("w:instrText"))]
    assert (foot.text, codes) == ("—  —", ["PAGE"])
    for name, font in (("Normal", "仿宋"), ("Heading 1", "黑体"), ("Heading 2", "楷体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font


async def test_charts_are_pictures_with_captions_as_wide_as_the_text(
    sqlite_database: Database,
) -> None:
    document = opened(await made(sqlite_database))
    [section] = document.sections
    width = section.page_width - section.left_margin - section.right_margin
    assert len(document.inline_shapes) == 1
    assert abs(document.inline_shapes[0].width - width) < Mm(0.5)
    found = [(one, two) for one, two in pairwise(document.paragraphs) if two.text[:1] == "图"]
    assert [caption.text for _, caption in found] == ["图 1 预警线索"]
    pictures = [one for above, _ in found for one in above._p.iter(qn("wp:docPr"))]
    assert [one.get("descr") for one in pictures] == ["柱状图：预警线索"]


async def test_every_figure_is_in_a_table_whose_head_is_repeated(
    sqlite_database: Database,
) -> None:
    report = await made(sqlite_database)
    [table] = opened(report).tables
    assert [cell.text for cell in table.rows[0].cells] == ["指标", "数值", "分子 / 分母", "口径"]
    assert [row.cells[0].text for row in table.rows[1:]] == [
        one.name for one in report.figures.values()
    ]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
