"""The work report as an editable Word document: title, text, charts, a table of every figure."""

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.services.demonstration import DEMONSTRATION
from bot.services.work_report import CASE_FACTS, Figure, Unit, WorkReport
from bot.services.work_report_charts import charts_of
from bot.services.work_report_prose import Words, sections
from bot.services.work_report_template import (
    CAPTION,
    CELL,
    LINE_POINTS,
    SIGNED,
    TEXT_WIDTH_CM,
    new_report_document,
)
from bot.services.work_report_text import figure_words, made_of, title

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

NUMERALS = "一二三四五六七八九十"
WIDTHS_CM = (3.4, 2.6, 3.4, 6.2)
"""Of the table's columns; together as wide as the text."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def to_docx(report: WorkReport, rows_at: str = "") -> bytes:
    """The document as a file; with the address of the console's rows its figures lead there."""
    from docx.shared import Pt

    document = new_report_document()
    author = f"{report.district}反诈专班"
    _set_properties(document, title(report), author)
    if report.demonstration:
        document.sections[0].header.paragraphs[0].text = DEMONSTRATION
    document.add_paragraph(title(report), "Title")
    for section in sections(report):
        document.add_paragraph(section.heading, "Heading 1")
        for numeral, paragraph in zip(NUMERALS, section.paragraphs, strict=False):
            document.add_paragraph(f"（{numeral}）{paragraph.name}", "Heading 2")
            added = document.add_paragraph()
            for part in paragraph.parts:
                if rows_at and part.figure is not None and part.figure.value is not None:
                    _add_link(added, part, f"{rows_at}?{_asked(report, part)}")
                else:
                    added.add_run(part.words)
    day = report.made_on
    signed = document.add_paragraph(author, SIGNED).paragraph_format
    signed.keep_with_next, signed.space_before = True, Pt(LINE_POINTS)
    document.add_paragraph(f"{day.year}年{day.month}月{day.day}日", SIGNED)
    _add_charts(document, report)
    document.add_paragraph("附：指标和口径", "Heading 1")
    _add_figures(document, report)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _asked(report: WorkReport, part: Words) -> str:
    fact = part.figure.fact if part.figure else ""
    asked = {"fact": fact, "kind": report.span.kind, "span": report.span.typed}
    return urlencode(asked | ({"before": "1"} if part.before else {}))


def _add_link(paragraph: "Paragraph", part: Words, address: str) -> None:
    """Words that lead to an address; python-docx has no links."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    number = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), number)
    link.append(paragraph.add_run(part.words)._r)  # noqa: SLF001 (moved into the link)
    paragraph._p.append(link)  # noqa: SLF001


def _set_properties(document: "Document", name: str, author: str) -> None:
    now = datetime.now(UTC)
    kept = document.core_properties
    kept.title, kept.author, kept.last_modified_by = name, author, author
    kept.comments, kept.language = "", "zh-CN"
    kept.created = kept.modified = now


def _add_charts(document: "Document", report: WorkReport) -> None:
    from docx.shared import Cm

    for number, chart in enumerate(charts_of(report, named=False), 1):
        holder = document.add_paragraph(style=CAPTION)
        holder.paragraph_format.keep_with_next = True
        picture = holder.add_run().add_picture(io.BytesIO(chart.png), width=Cm(TEXT_WIDTH_CM))
        picture._inline.docPr.set("descr", f"柱状图：{chart.name}")  # noqa: SLF001 (read aloud)
        document.add_paragraph(f"图 {number} {chart.name}", CAPTION)


def _add_figures(document: "Document", report: WorkReport) -> None:
    """The table; its head is repeated on each page, no line breaks across pages."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = document.add_table(rows=1, cols=len(WIDTHS_CM), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS_CM, strict=True):
        column.width = Cm(width)
    lines = [("指标", "数值", "分子 / 分母", "口径")]
    lines += [
        (one.name, figure_words(one), _behind(one), one.meaning) for one in report.figures.values()
    ]
    for number, line in enumerate(lines):
        row = table.rows[0] if number == 0 else table.add_row()
        for kind in ("w:cantSplit", *(("w:tblHeader",) if number == 0 else ())):
            row._tr.get_or_add_trPr().append(OxmlElement(kind))  # noqa: SLF001 (not in python-docx)
        for cell, words, width in zip(row.cells, line, WIDTHS_CM, strict=True):
            cell.text, cell.width = words, Cm(width)
            cell.paragraphs[0].style = document.styles[CELL]
            for run in cell.paragraphs[0].runs:
                run.font.bold = number == 0


def _behind(figure: Figure) -> str:
    """What a figure is made of; for an amount that is written in 万元 its exact yuan, but of cases:
    where there is only one, that would be what it says."""
    if figure.unit is Unit.FEN and figure.value is not None and figure.fact not in CASE_FACTS:
        return f"{figure.value / 100:,.2f} 元"
    return made_of(figure)
