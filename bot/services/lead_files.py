"""Tables of other people's making: CSV in UTF-8 or GB18030, XLSX with merged cells, as text."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from bot.errors import InvalidInputError

UNREADABLE = "这个文件读不出来，请另存为 CSV（UTF-8）或 XLSX 再试。"
BROKEN = (
    "这个文件里有没配对的引号或太长的一格，没有导入；"
    "请用 Excel 打开检查，另存为 CSV（UTF-8）或 XLSX 再试。"
)
MOST_LINES = 300_000


def read_table(content: bytes) -> Iterator[list[str]]:
    """Every line of the first sheet as text, the header first; a merged cell counts for all of its
    cells.

    Raises InvalidInputError, before the first line, for what is no table to its end or has more
    than MOST_LINES lines.
    """
    yield from _workbook(content) if content.startswith(b"PK") else _csv(content)


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    delimiter = max(",\t;", key=text.partition("\n")[0].count)
    try:
        _refuse_long(sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error:
        raise InvalidInputError(BROKEN) from None
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise InvalidInputError(UNREADABLE)


def _refuse_long(lines: int) -> None:
    if lines > MOST_LINES + 1:
        raise InvalidInputError(f"这个文件超过 {MOST_LINES} 行，没有导入；请分成几个文件。")


def _workbook(content: bytes) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, ValueError, IndexError, OSError):
        raise InvalidInputError(UNREADABLE) from None
    _refuse_long(len(rows))
    for (top, left), (bottom, right) in merged:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])
    for row in rows:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as somebody would type it; a whole number without its point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace("\x00", "")
