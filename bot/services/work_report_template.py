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
CAPTION, CELL, SIGNED = "Caption", "Table Text", "Signature"


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks; sizes and the room `below` in points, `indent` in its own characters,
    `placed` by the name that Word's alignment has."""

    font: str
    points: float
    bold: bool = False
    placed: str = "JUSTIFY"
    indent: int = 0
    exact_line: bool = True
    below: float = 0


LOOKS = {
    "Normal": Look("仿宋", 16, indent=2),
    "Title": Look("黑体", 22, placed="CENTER", below=LINE_POINTS),
    "Header": Look("黑体", 12, bold=True, placed="CENTER", exact_line=False),
    "Footer": Look("仿宋", 14, placed="CENTER", exact_line=False),
    "Heading 1": Look("黑体", 16, indent=2),
    "Heading 2": Look("楷体", 16, bold=True, indent=2),
    SIGNED: Look("仿宋", 16, placed="RIGHT"),
    CAPTION: Look("楷体", 14, placed="CENTER", exact_line=False, below=8),
    CELL: Look("仿宋", 12, placed="LEFT", exact_line=False),
    "Table Grid": Look("仿宋", 12, exact_line=False),
}


def new_report_document() -> "Document":
    """An empty document of the template."""
    from docx import Document as new_document
    from docx.enum.style import WD_STYLE_TYPE

    document = new_document()
    for own in (CELL, SIGNED):
        document.styles.add_style(own, WD_STYLE_TYPE.PARAGRAPH)
    for name, look in LOOKS.items():
        _set_style(document, name, look)
    _speak_chinese(document)
    _set_page(document)
    return document


def _speak_chinese(document: "Document") -> None:
    """Else Word marks every Chinese word as misspelt English."""
    from docx.oxml.ns import qn

    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "zh-CN")
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_page(document: "Document") -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    [section] = document.sections
    section.page_width, section.page_height = (Mm(size) for size in PAGE_MM)
    for name, size in MARGINS_MM.items():
        setattr(section, name, Mm(size))
    foot = section.footer.paragraphs[0]
    for words in ("— ", "", " —"):
        run = foot.add_run(words)
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
    letters = style.element.get_or_add_rPr()
    for left in ("w:spacing", "w:kern"):
        for one in letters.findall(qn(left)):
            letters.remove(one)
    fonts = letters.get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), look.font)
    for themed in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(themed), None)
    form = style.paragraph_format
    for line in style.element.pPr.findall(qn("w:pBdr")) if style.element.pPr is not None else []:
        style.element.pPr.remove(line)
    form.space_before, form.space_after = Pt(0), Pt(look.below)
    form.first_line_indent = Pt(look.points * look.indent)
    form.alignment = getattr(WD_ALIGN_PARAGRAPH, look.placed)
    form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if look.exact_line:
        form.line_spacing = Pt(LINE_POINTS)
