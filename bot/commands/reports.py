"""`fanzha reports`: pulling reports on the command line; it asks who one is and logs every look."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.screen import err, out, run

if TYPE_CHECKING:
    from bot.services.exports import LeadRow
    from bot.storage.database import Database
    from bot.storage.staff import Staff

app = typer.Typer(help="调取线索", no_args_is_help=True)

Login = Annotated[str, typer.Option("--as", help="您的登录名", envvar="FANZHA_OFFICER")]
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
    rows = await _rows(login, since, None, full=False)
    if as_json:
        from bot.services.exports import to_json

        out.out(to_json(rows).decode())
        return
    if not rows:
        out.print("没有线索。居民提交举报后会出现在这里。")
        return
    from rich.table import Table

    table = Table("编号", "等级", "状态", "情况", "金额（元）", "签收人", "收到", "签收期限")
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

    async with _signed_in(login) as (database, staff), database.writing() as session:
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
    from bot.errors import InvalidInputError
    from bot.services.exports import to_csv, to_json, to_xlsx

    writers = {Format.CSV: to_csv, Format.XLSX: to_xlsx, Format.JSON: to_json}
    kind = target.suffix.lstrip(".").lower()
    if kind not in set(Format):
        raise InvalidInputError("文件名要以 .csv、.xlsx 或 .json 结尾。")
    rows = await _rows(login, since, until, full=full)
    draft = target.with_name(f"{target.name}.part")
    try:
        draft.write_bytes(writers[Format(kind)](rows))
        draft.replace(target)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}:{error.strerror}。") from None
    out.print(f"已导出 {len(rows)} 条到 {target}。", markup=False)


async def _rows(
    login: str, since: datetime | None, until: datetime | None, *, full: bool
) -> "list[LeadRow]":
    from bot.services.exports import lead_rows
    from bot.times import SHANGHAI, now

    local_since = since.replace(tzinfo=SHANGHAI) if since else None
    local_until = until.replace(tzinfo=SHANGHAI) if until else None
    async with _signed_in(login) as (database, staff), database.writing() as session:
        return await lead_rows(session, staff, local_since, local_until, full, now())


@asynccontextmanager
async def _signed_in(login: str) -> "AsyncIterator[tuple[Database, Staff]]":
    """The database and who is asking, by login and password as in the console."""
    from bot.app import open_database
    from bot.errors import NotAllowedError
    from bot.services.attempts import Refusal
    from bot.services.passwords import verify_password
    from bot.services.sign_in import begin_sign_in, finish_sign_in, sign_out
    from bot.settings import load_settings
    from bot.times import now

    name = login or typer.prompt("登录名", err=True)
    password = ask_password()
    async with open_database(load_settings()) as database:
        async with database.writing() as session:
            tried = await begin_sign_in(session, name, "command line", now())
        if isinstance(tried, Refusal):
            raise NotAllowedError(tried.words)
        right = await verify_password(tried.kept, password)
        async with database.writing() as session:
            signed_in = await finish_sign_in(session, tried, right, now())
            if not isinstance(signed_in, Refusal):
                await sign_out(session, signed_in[1])
        if isinstance(signed_in, Refusal):
            raise NotAllowedError(signed_in.words)
        yield database, signed_in[0]


def ask_password() -> str:
    """The password, typed unseen; from a pipe, its first line."""
    if sys.stdin.isatty():
        return str(typer.prompt("密码", hide_input=True, err=True))
    err.print("从标准输入读取密码。", style="dim")
    return sys.stdin.readline().rstrip("\r\n")
