"""`fanzha leads import`: leads from a file of an upstream system."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

LINES_AT_ONCE = 1000


def import_leads(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX，前 10 行里有表头")],
    source: Annotated[str, typer.Option(help="来源，例如 省厅平台；列的对应关系按来源保存")],
    login: Login = "",
    column: Annotated[
        list[str] | None, typer.Option(help="我们的项=文件里的列名，如 时间=预警时间；可写多次")
    ] = None,
    refused: Annotated[Path | None, typer.Option(help="没收的行和原因写到这个文件")] = None,
) -> None:
    """导入线索：重复的不再收，同一人并入在办线索，没收的行写明原因。"""
    run(lambda: _import(login, file, source, column or [], refused))


async def _import(
    login: str, file: Path, source: str, column: Sequence[str], refused: Path | None
) -> None:
    from bot.errors import InvalidInputError
    from bot.services.lead_files import read_table
    from bot.services.lead_import import Imported, import_lines, open_source, tell_imported
    from bot.services.lead_lines import ReadLine, find_header, read_line
    from bot.services.lead_tables import read_mapping
    from bot.times import now

    moment, mapping = now(), read_mapping("\n".join(column))
    lines = read_table(_content(file))
    async with signed_in(login) as (database, staff):
        async with database.reading() as session:
            _, kept = await open_source(session, staff, source, mapping, moment)
        header, columns, top = find_header(lines, kept)
        async with database.writing() as session:
            source_id, _ = await open_source(session, staff, source, mapping, moment)
        found, wrong, batch = Imported(), list[list[str]](), list[ReadLine]()

        async def take_in() -> Imported:
            async with database.writing() as session:
                taken = await import_lines(session, staff, source_id, batch, moment)
            batch.clear()
            wrong.extend([str(line.place), why, *line.cells] for line, why in taken.refused)
            return replace(taken, refused=())

        for number, line in enumerate(lines, top + 1):
            if not any(cell.strip() for cell in line):
                continue
            try:
                batch.append(read_line(line, columns, moment, number))
            except InvalidInputError as error:
                wrong.append([str(number), error.words, *line])
            if len(batch) == LINES_AT_ONCE:
                found += await take_in()
        found += await take_in()
        async with database.writing() as session:
            await tell_imported(session, source, found, moment)
    target = refused or file.with_name(f"{file.stem}-没收的行.csv")
    wrong.sort(key=lambda line: int(line[0]))
    if wrong:
        _write_refused(target, header, wrong)
    out.print(
        f"新收 {found.new} 条（资金预警 {found.fund} 条），并入在办线索 {found.merged} 条，"
        f"以前收过 {found.known} 条，按上级更正 {found.corrected} 条，没收 {len(wrong)} 行。",
        markup=False,
    )
    if wrong:
        out.print(f"没收的行和原因在 {target}。", markup=False, soft_wrap=True)


def _content(file: Path) -> bytes:
    from bot.errors import InvalidInputError, system_words

    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"读不了 {file}：{system_words(error)}。") from None


def _write_refused(target: Path, header: Sequence[str], wrong: Sequence[Sequence[str]]) -> None:
    from bot.errors import InvalidInputError, system_words
    from bot.services.exports import unformula

    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            write = csv.writer(file)
            write.writerow(["行号", "原因", *header])
            write.writerows([unformula(cell) for cell in line] for line in wrong)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}：{system_words(error)}。") from None
