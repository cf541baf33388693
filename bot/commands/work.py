"""`fanzha report year | month | week`: the work report, as text or as a Word document."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.services.work_spans import SpanKind

Document = Annotated[Path | None, typer.Option("--docx", help="另存为可编辑的 Word 文档")]


def year(
    span: Annotated[str, typer.Argument(metavar="年份", help="如 2024")],
    login: Login = "",
    docx: Document = None,
) -> None:
    """年度工作报告。"""
    from bot.services.work_spans import SpanKind

    run(lambda: _show(login, SpanKind.YEAR, span, docx))


def month(
    span: Annotated[str, typer.Argument(metavar="月份", help="如 2024-06")],
    login: Login = "",
    docx: Document = None,
) -> None:
    """月度工作报告。"""
    from bot.services.work_spans import SpanKind

    run(lambda: _show(login, SpanKind.MONTH, span, docx))


def week(
    span: Annotated[str, typer.Argument(metavar="日期", help="那一周里的一天，如 2024-06-03")],
    login: Login = "",
    docx: Document = None,
) -> None:
    """一周工作报告。"""
    from bot.services.work_spans import SpanKind

    run(lambda: _show(login, SpanKind.WEEK, span, docx))


async def _show(login: str, kind: "SpanKind", typed: str, docx: Path | None) -> None:
    from bot.services.leads import actor_name, log_look
    from bot.services.runtime_settings import district_in_force
    from bot.services.work_report import report_of_database
    from bot.services.work_report_docx import to_docx
    from bot.services.work_report_prose import to_text
    from bot.services.work_spans import read_span
    from bot.settings import load_settings
    from bot.times import now

    span = read_span(kind, typed)
    async with signed_in(login, looks=True) as (database, staff), database.writing() as session:
        district = await district_in_force(session, load_settings())
        moment = now()
        report = await report_of_database(session, staff, span, district, moment)
        await log_look(session, actor_name(staff), f"work-{span.typed}", "report", moment)
    out.print(to_text(report), markup=False, soft_wrap=True)
    if docx is not None:
        _write(docx, to_docx(report))
        out.print(f"已写到 {docx}。", markup=False)


def _write(target: Path, content: bytes) -> None:
    from bot.errors import InvalidInputError, system_words

    try:
        target.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}：{system_words(error)}。") from None
