"""The work report as an editable Word document: title, text, charts, a table of every figure."""

import io
from typing import TYPE_CHECKING

from bot.services.charts import bar_chart
from bot.services.demonstration import DEMONSTRATION
from bot.services.work_report import WorkReport
from bot.services.work_report_text import (
    figure_words,
    made_of,
    sections,
    title,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

HEADING_FONT, TEXT_FONT = "黑体", "仿宋"
"""What offices have; Word takes another where one is missing."""
PICTURE_CM = 15.5
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def to_docx(report: WorkReport) -> bytes:
    """The document as a file."""
    from docx import Document as new_document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = new_document()
    _set_styles(document)
    document.core_properties.title = title(report)
    document.core_properties.author = f"{report.district}反诈专班"
    if report.demonstration:
        document.add_paragraph(DEMONSTRATION).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(title(report), 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in sections(report):
        document.add_heading(section.heading, 1)
        for name, words in section.paragraphs:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{name}。").bold = True
            paragraph.add_run(words)
    _add_charts(document, report)
    document.add_heading("附：指标和口径", 1)
    _add_figures(document, report)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_charts(document: "Document", report: WorkReport) -> None:
    from docx.shared import Cm

    charts = (
        ("预警线索", report.leads_by_part),
        ("各派出所宣传活动", report.by_station),
        ("宣传活动类别", report.by_kind),
    )
    for name, bars in charts:
        if any(value for _, value in bars):
            picture = io.BytesIO(bar_chart(name, bars))
            document.add_picture(picture, width=Cm(PICTURE_CM))


def _add_figures(document: "Document", report: WorkReport) -> None:
    table = document.add_table(rows=1, cols=4, style="Table Grid")
    lines = [("指标", "数值", "分子 / 分母", "口径")]
    lines += [
        (one.name, figure_words(one), made_of(one), one.meaning) for one in report.figures.values()
    ]
    for number, line in enumerate(lines):
        cells = table.rows[0].cells if number == 0 else table.add_row().cells
        for cell, words in zip(cells, line, strict=True):
            cell.text = words


def _set_styles(document: "Document") -> None:
    from typing import cast

    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, font, points in (
        ("Normal", TEXT_FONT, 14),
        ("Title", HEADING_FONT, 20),
        ("Heading 1", HEADING_FONT, 16),
    ):
        style = cast("ParagraphStyle", document.styles[name])
        style.font.name, style.font.size = font, Pt(points)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
