"""Tables of areas: what is wrong with a workbook is named as for CSV."""

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from bot.services.areas import COLUMNS, MOST_LINES, read_area_file

Lines = list[tuple[str, ...]]
Written = Callable[[Lines], bytes]


def workbook(lines: Lines) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line)
    book.save(out)
    return out.getvalue()


def text(lines: Lines) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


@pytest.mark.parametrize("written", [workbook, text])
def test_a_further_column_and_line_are_named(written: Written) -> None:
    good = [("东街", f"第{number}社区", "", "城东所") for number in range(MOST_LINES)]
    assert read_area_file(written([COLUMNS, *good])).problems == ()
    wider = [*good[:1], (*good[1], "备注"), *good[2:]]
    assert read_area_file(written([COLUMNS, *wider, good[1]])).problems == (
        "第 3 行应有 4 列，这里有 5 列。",
        f"这个表超过 {MOST_LINES} 行，请分成几个文件。",
    )
