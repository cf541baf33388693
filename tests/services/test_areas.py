"""Tables of areas: what is wrong with a workbook is named as for CSV."""

import csv
import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from bot.errors import InvalidInputError
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


def test_a_street_merged_over_its_communities_counts_for_each() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for line in [COLUMNS, ("东街", "一社区", "", "城东所"), (None, "二社区", "", "城东所")]:
        sheet.append(line)
    sheet.merge_cells("A2:A3")
    book.save(out)
    read = read_area_file(out.getvalue())
    assert [line[:2] for line in read.lines] == [("东街", "一社区"), ("东街", "二社区")]


def _damaged(name: str) -> bytes:
    """A workbook in which one part is no XML any more."""
    out, whole = io.BytesIO(), zipfile.ZipFile(io.BytesIO(workbook([COLUMNS])))
    with zipfile.ZipFile(out, "w") as kept:
        for one in whole.namelist():
            kept.writestr(one, b"<sheet" if one == name else whole.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _damaged("xl/worksheets/sheet1.xml"),
        _damaged("xl/workbook.xml"),
        workbook([COLUMNS])[:200],
        b"\xff\xfe\xff",
        ("街道,社区,小区,派出所\n东街," + "长" * 200_000).encode(),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="另存为"):
        read_area_file(content)
