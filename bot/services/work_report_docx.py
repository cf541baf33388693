"""The work report as an editable Word document: title, text, charts, a table of every figure."""

import io
from typing import TYPE_CHECKING

from bot.services.demonstration import DEMONSTRATION
from bot.services.work_report import WorkReport
from bot.services.work_report_charts import charts_of
from bot.services.work_report_template import (
    CAPTION,
    MARK,
    TEXT_WIDTH_CM,
    new_report_document,
)
from bot.services.work_report_text import figure_words, made_of, sections, title

if TYPE_CHECKING:
    from docx.document import Document

NUMERALS = "一二三四五六七八九十"
WIDTHS_CM = (3.4, 2.6, 3.4, 6.2)
"""Of the table's columns; together as wide as the text."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def to_docx(report: WorkReport) -> bytes:
    """The document as a file."""
    document = new_report_document()
    document.core_properties.title = title(report)
    document.core_properties.author = f"{report.district}反诈专班"

    if report.demonstration:
        document.add_paragraph(DEMONSTRATION, MARK)
    document.add_paragraph(title(report), "Title")
    document.add_paragraph("")
    for section in sections(report):
        document.add_paragraph(section.heading, "Heading 1")
        for numeral, (name, words) in zip(NUMERALS, section.paragraphs, strict=False):
            document.add_paragraph(f"（{numeral}）{name}", "Heading 2")
            document.add_paragraph(words)
    _add_charts(document, report)
    document.add_paragraph("附：指标和口径", "Heading 1")
    _add_figures(document, report)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_charts(document: "Document", report: WorkReport) -> None:
    from docx.shared import Cm

    for number, chart in enumerate(charts_of(report), 1):
        holder = document.add_paragraph(style=CAPTION)
        holder.paragraph_format.keep_with_next = True
        holder.add_run().add_picture(io.BytesIO(chart.png), width=Cm(TEXT_WIDTH_CM))
        document.add_paragraph(f"图 {number} {chart.name}", CAPTION)


def _add_figures(document: "Document", report: WorkReport) -> None:
    """The table; its head is repeated on each page, no line breaks across pages."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(WIDTHS_CM), style="Table Grid")
    table.autofit = False
    lines = [("指标", "数值", "分子 / 分母", "口径")]
    lines += [
        (one.name, figure_words(one), made_of(one), one.meaning) for one in report.figures.values()
    ]
    for number, line in enumerate(lines):
        row = table.rows[0] if number == 0 else table.add_row()
        for kind in ("w:cantSplit", *(("w:tblHeader",) if number == 0 else ())):
            row._tr.get_or_add_trPr().append(OxmlElement(kind))  # noqa: SLF001 (not in python-docx)
        for cell, words, width in zip(row.cells, line, WIDTHS_CM, strict=True):
            cell.text, cell.width = words, Cm(width)
            form = cell.paragraphs[0].paragraph_format
            form.first_line_indent, form.line_spacing = Pt(0), None
            for run in cell.paragraphs[0].runs:
                run.font.size, run.font.bold = Pt(12), number == 0
