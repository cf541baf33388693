"""The template of the work report: page, styles and page numbers, as official documents have them.

Sizes and margins are those of GB/T 9704-2012: A4, text in size 3 of 仿宋 with headings in 黑体 and
楷体, the page number between dashes below the text. Word takes another font where one is missing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

PAGE_MM = (210, 297)
MARGINS_MM = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
LINE_POINTS = 29
TEXT_WIDTH_CM = 15.6
CAPTION, MARK = "Caption", "Subtitle"


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks; sizes in points, `indent` in characters of its own size."""

    font: str
    points: float
    bold: bool = False
    centred: bool = False
    indent: int = 0
    exact_line: bool = True


LOOKS = {
    "Normal": Look("仿宋", 16, indent=2),
    "Title": Look("黑体", 22, centred=True),
    MARK: Look("黑体", 16, bold=True, centred=True),
    "Heading 1": Look("黑体", 16, indent=2),
    "Heading 2": Look("楷体", 16, bold=True, indent=2),
    CAPTION: Look("楷体", 14, centred=True, exact_line=False),
    "Table Grid": Look("仿宋", 12, exact_line=False),
}


def new_report_document() -> "Document":
    """An empty document of the template."""
    from docx import Document as new_document

    document = new_document()
    for name, look in LOOKS.items():
        _set_style(document, name, look)
    _set_page(document)
    return document


def _set_page(document: "Document") -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    [section] = document.sections
    section.page_width, section.page_height = (Mm(size) for size in PAGE_MM)
    for name, size in MARGINS_MM.items():
        setattr(section, name, Mm(size))
    foot = section.footer.paragraphs[0]
    foot.alignment, foot.paragraph_format.first_line_indent = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
    for words in ("— ", "", " —"):
        run = foot.add_run(words)
        run.font.size = Pt(14)
        if not words:
            for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
                part = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    part.set(qn("w:fldCharType"), kind)
                else:
                    part.text = code
                run._r.append(part)  # noqa: SLF001 (python-docx has no fields)


def _set_style(document: "Document", name: str, look: Look) -> None:
    from typing import cast

    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style = cast("ParagraphStyle", document.styles[name])
    style.font.name, style.font.size = look.font, Pt(look.points)
    style.font.bold, style.font.italic = look.bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), look.font)
    for themed in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(themed), None)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(0), Pt(0)
    form.first_line_indent = Pt(look.points * look.indent)
    if look.centred:
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER
    form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if look.exact_line:
        form.line_spacing = Pt(LINE_POINTS)
