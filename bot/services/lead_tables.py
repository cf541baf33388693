"""A whole upstream file as lines that can be taken in and lines that cannot, with why."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import InvalidInputError
from bot.services.exports import unformula
from bot.services.lead_files import read_table
from bot.services.lead_lines import ReadLine, find_header, read_line


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a file, counted from 1 with the header, that was not taken in."""

    number: int
    why: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class LeadTable:
    """What was read of a file."""

    header: Sequence[str]
    lines: Sequence[ReadLine]
    refused: Sequence[RefusedLine]


def read_leads(content: bytes, mapping: Mapping[str, str], now: datetime, most: int) -> LeadTable:
    """Read a file of at most `most` lines; slow, so not in the event loop.

    Raises InvalidInputError for what is no table of leads or is longer.
    """
    rows = read_table(content)
    header, columns, top = find_header(rows, mapping)
    lines, refused = list[ReadLine](), list[RefusedLine]()
    for number, cells in enumerate(rows, top + 1):
        if number > most + top:
            raise InvalidInputError(
                f"一次最多 {most} 行，请分成几个文件，或用命令 fanzha leads import。"
            )
        if not any(cell.strip() for cell in cells):
            continue
        try:
            lines.append(read_line(cells, columns, now, number))
        except InvalidInputError as wrong:
            refused.append(RefusedLine(number, wrong.words, cells))
    return LeadTable(header, lines, refused)


def read_mapping(typed: str) -> dict[str, str]:
    """Our field → header of a file, written as 时间=预警时间, one a line."""
    pairs = [one.partition("=") for one in typed.replace("＝", "=").splitlines() if one.strip()]
    if any(not sign or not header.strip() for _, sign, header in pairs):
        raise InvalidInputError("列的对应关系每行写一项，例如：时间=预警时间")
    return {field.strip(): header.strip() for field, _, header in pairs}


def refused_file(table: LeadTable) -> bytes:
    """The refused lines as CSV that Excel opens, each with its place and why."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(["行号", "原因", *map(unformula, table.header)])
    for one in table.refused:
        write.writerow([str(one.number), *map(unformula, (one.why, *one.cells))])
    return out.getvalue().encode("utf-8-sig")
