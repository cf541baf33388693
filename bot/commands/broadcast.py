"""`fanzha broadcast`: what was sent, what failed, try it again; it asks who one is."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

app = typer.Typer(help="群发通知的送达情况", no_args_is_help=True)

Number = Annotated[int | None, typer.Argument(help="通知编号；不写就是全部", min=1)]


@app.command()
def status(
    login: Login = "",
    failed: Annotated[bool, typer.Option("--failed", help="只列没送到的")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """列出最近的通知和送达数；--failed 列出每条没送到的和原因。"""
    run(lambda: _failed(login, as_json) if failed else _status(login, as_json))


@app.command()
def retry(number: Number = None, login: Login = "") -> None:
    """把失败的再发一次。"""
    run(lambda: _retry(login, number))


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="写到哪个文件：.csv")],
    number: Annotated[int | None, typer.Option("--number", help="只要这一条通知", min=1)] = None,
    login: Login = "",
    by_area: Annotated[
        bool, typer.Option("--by-area", help="导出各地区的数，要写 --number")
    ] = False,
) -> None:
    """导出每个群的送达记录；--by-area 导出各地区的合计。"""
    run(lambda: _export(login, target, number, by_area))


async def _status(login: str, as_json: bool) -> None:
    from bot.services.broadcast_lines import list_broadcasts
    from bot.services.deliveries import DELIVERY_NAMES
    from bot.services.kept_drafts import DRAFT, list_drafts
    from bot.services.ledger import by_area, summaries
    from bot.times import now, on_screen

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        drafts = await list_drafts(session, staff, 30)
        lines = await list_broadcasts(session, staff, now(), 30)
        figures = await summaries(session, staff, [line.id for line in lines])
        areas = await by_area(session, staff, [line.id for line in lines] if as_json else [])
    if as_json:
        import json
        from dataclasses import asdict

        rows = [
            {
                "state": line.state,
                "send_at": line.send_at.isoformat(),
                **asdict(figures[line.id]),
                "areas": [asdict(one) for one in areas[line.id]],
            }
            for line in lines
        ]
        rows += [
            {
                "state": "draft",
                "draft_id": one.id,
                "saved_at": one.saved_at.isoformat(),
                "author": one.author,
                "title": one.sketch.title,
            }
            for one in drafts
        ]
        out.out(json.dumps(rows, ensure_ascii=False))
        return
    if not lines and not drafts:
        out.print("还没有发过通知。")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for title in ("编号", "时间", "状态", "送达", "到群", "人数", "人工转发", "点进来", "内容"):
        table.add_column(title)
    for kept in drafts:
        words = Text(f"{kept.author}：{kept.sketch.title}")
        table.add_row("—", on_screen(kept.saved_at), DRAFT, *[""] * 5, words)
    for line in lines:
        one = figures[line.id]
        counts = " ".join(f"{DELIVERY_NAMES[state]}{n}" for state, n in one.counts.items())
        table.add_row(
            str(line.id),
            on_screen(line.send_at),
            line.state_name,
            counts,
            str(one.groups),
            str(one.people),
            f"{one.forwards_done}/{one.forwards_asked}",
            str(one.clicks),
            Text(line.text[:24]),
        )
    out.print(table)


async def _failed(login: str, as_json: bool) -> None:
    from bot.services.deliveries import reason_words
    from bot.services.ledger import dead_letters

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        lines = await dead_letters(session, staff)
    if as_json:
        import json

        rows = [
            {"broadcast": one.broadcast_id, "group": one.group, "error": one.error} for one in lines
        ]
        out.out(json.dumps(rows, ensure_ascii=False))
        return
    if not lines:
        out.print("没有失败的。")
        return
    for one in lines:
        why = reason_words(one.error or "")
        out.print(
            f"{one.broadcast_id} {one.group or '订阅居民'}：{why}；试过 {one.attempts} 次",
            markup=False,
        )
    out.print("用 fanzha broadcast retry 编号 再发一次。", style="dim")


async def _retry(login: str, number: int | None) -> None:
    from bot.services.ledger import retry_failed
    from bot.services.runtime_settings import rules_in_force
    from bot.settings import load_settings
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        rules = await rules_in_force(session, load_settings())
        count = await retry_failed(session, staff, number, now(), rules)
    out.print(f"已重新排队 {count} 条。" if count else "没有可以重发的。")


async def _export(login: str, target: Path, number: int | None, by_area: bool) -> None:
    from bot.errors import InvalidInputError, system_words
    from bot.services.ledger_tables import export_areas, export_deliveries

    if target.suffix.lower() != ".csv":
        raise InvalidInputError("文件名要以 .csv 结尾。")
    if by_area and number is None:
        raise InvalidInputError("要各地区的数，请用 --number 写明是哪一条通知。")
    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        if by_area and number is not None:
            content = await export_areas(session, staff, number)
        else:
            content = await export_deliveries(session, staff, number)
    draft = target.with_name(f"{target.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        raise InvalidInputError(f"无法写入 {target}：{system_words(error)}。") from None
    out.print(f"已导出到 {target}。", markup=False)
