"""`fanzha report`: the daily and the weekly report, as text or as a workbook, and `work`'s."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import work
from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.services.duty_report_kinds import ReportKind

app = typer.Typer(help="日报、周报和工作报告", no_args_is_help=True)
for command in (work.year, work.month, work.week):
    app.command()(command)

Day = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="从哪天起；不写则是刚过去的一天或一周"),
]
Target = Annotated[Path | None, typer.Option("--xlsx", help="另存为 XLSX")]


@app.command()
def daily(login: Login = "", day: Day = None, xlsx: Target = None) -> None:
    """日报。"""
    from bot.services.duty_report_kinds import ReportKind

    run(lambda: _show(login, ReportKind.DAILY, day, xlsx))


@app.command()
def weekly(login: Login = "", day: Day = None, xlsx: Target = None) -> None:
    """周报。"""
    from bot.services.duty_report_kinds import ReportKind

    run(lambda: _show(login, ReportKind.WEEKLY, day, xlsx))


async def _show(login: str, kind: "ReportKind", day: datetime | None, xlsx: Path | None) -> None:
    from bot.services.duty_report_sheets import to_workbook
    from bot.services.duty_report_text import to_text
    from bot.services.duty_reports import report_for, span_before
    from bot.services.leads import actor_name, log_look
    from bot.settings import load_settings
    from bot.times import now

    moment = now()
    first = day.date() if day else span_before(kind, moment)
    async with signed_in(login, looks=True) as (database, staff), database.writing() as session:
        residents = load_settings().residents
        report = await report_for(session, staff, kind, first, moment, residents=residents)
        await log_look(session, actor_name(staff), report.name, "report", moment)
    out.print(to_text(report), markup=False)
    if xlsx is not None:
        _write(xlsx, to_workbook(report))
        out.print(f"已写到 {xlsx}。", markup=False)


def _write(target: Path, content: bytes) -> None:
    from bot.errors import InvalidInputError

    try:
        target.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}：{error.strerror}。") from None
