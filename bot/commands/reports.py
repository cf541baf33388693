"""`fanzha reports`: pulling reports on the command line; it asks who one is and logs every look."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.services.exports import LeadRow

app = typer.Typer(help="调取线索", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从哪天起（含）")]
RISK_STYLES = {"紧急": "bold red", "高": "red", "中": "yellow", "低": "dim"}


class Format(StrEnum):
    """What an export can be."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@app.command("list")
def list_all(login: Login = "", since: Since = None, as_json: AsJson = False) -> None:
    """列出线索（个人信息已遮盖）。"""
    run(lambda: _list(login, since, as_json))


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="线索编号")],
    login: Login = "",
    full: Annotated[bool, typer.Option("--full", help="显示完整信息，会留下查看记录")] = False,
    as_json: AsJson = False,
) -> None:
    """查看一条线索。"""
    run(lambda: _show(login, number, full, as_json))


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="写到哪个文件：.csv、.xlsx 或 .json")],
    login: Login = "",
    since: Since = None,
    until: Since = None,
    full: Annotated[bool, typer.Option("--full", help="包含完整信息，会留下查看记录")] = False,
) -> None:
    """导出线索。"""
    run(lambda: _export(login, target, since, until, full))


async def _list(login: str, since: datetime | None, as_json: bool) -> None:
    rows = await _rows(login, since, None, full=False, looks=True)
    if as_json:
        from bot.services.exports import to_json

        out.out(to_json(rows).decode())
        return
    if not rows:
        out.print("没有线索。居民提交举报后会出现在这里。")
        return
    from rich.table import Table

    table = Table()
    table.add_column("编号", no_wrap=True, min_width=16)
    for title in ("等级", "状态", "情况", "金额（元）", "签收人", "收到", "签收期限"):
        table.add_column(title)
    for row in rows:
        table.add_row(
            row.number,
            f"[{RISK_STYLES[row.risk]}]{row.risk}[/]",
            row.state,
            row.happened,
            row.amount_yuan,
            row.assignee,
            row.received_at,
            row.due_at,
        )
    out.print(table)


async def _show(login: str, number: str, full: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from bot.services.exports import TITLES, one_lead_row
    from bot.times import now

    async with signed_in(login, looks=True) as (database, staff), database.writing() as session:
        row = await one_lead_row(session, staff, number, full, now())
    if as_json:
        import json

        out.out(json.dumps(asdict(row), ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None)
    for name, value in asdict(row).items():
        table.add_row(Text(TITLES[name], style="bold"), Text(value))
    out.print(table)
    if not full:
        out.print("个人信息已遮盖；加 --full 查看完整信息，会留下记录。", style="dim")


async def _export(
    login: str, target: Path, since: datetime | None, until: datetime | None, full: bool
) -> None:
    from bot.errors import InvalidInputError, system_words
    from bot.services.exports import to_csv, to_json, to_xlsx

    writers = {Format.CSV: to_csv, Format.XLSX: to_xlsx, Format.JSON: to_json}
    kind = target.suffix.lstrip(".").lower()
    if kind not in set(Format):
        raise InvalidInputError("文件名要以 .csv、.xlsx 或 .json 结尾。")
    rows = await _rows(login, since, until, full=full, looks=False)
    draft = target.with_name(f"{target.name}.part")
    try:
        draft.write_bytes(writers[Format(kind)](rows))
        draft.replace(target)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}：{system_words(error)}。") from None
    out.print(f"已导出 {len(rows)} 条到 {target}。", markup=False)


async def _rows(
    login: str, since: datetime | None, until: datetime | None, *, full: bool, looks: bool
) -> "list[LeadRow]":
    from bot.services.exports import lead_rows
    from bot.times import SHANGHAI, now

    local_since = since.replace(tzinfo=SHANGHAI) if since else None
    local_until = until.replace(tzinfo=SHANGHAI) if until else None
    async with signed_in(login, looks=looks) as (database, staff), database.writing() as session:
        return await lead_rows(session, staff, local_since, local_until, full, now())
