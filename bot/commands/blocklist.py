"""`fanzha blocklist`: sites and files that count as known; who acts is asked and noted."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.services.blocklist import Wanted

app = typer.Typer(help="本地黑名单：诈骗网址和安装包", no_args_is_help=True)

Value = Annotated[str, typer.Argument(help="网址，或文件的 SHA-256")]
Days = Annotated[int, typer.Option(help="有效天数，到期自动失效")]


@app.command()
def add(
    value: Value,
    why: Annotated[str, typer.Option("--why", help="原因，居民会看到")] = "",
    days: Days = 90,
    login: Login = "",
) -> None:
    """加入一个网址（连同它下面的全部网址）或一个文件。"""
    run(lambda: _add(login, value, why, days))


@app.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(help="CSV（网址,原因）或 hosts 文件")],
    source: Annotated[str, typer.Option(help="来源，例如“市局 11 月通报”")] = "",
    days: Days = 90,
    login: Login = "",
) -> None:
    """从文件加入；有一行不对就一条都不加。"""
    run(lambda: _import(login, path, source, days))


@app.command("list")
def list_all(login: Login = "") -> None:
    """列出现在有效的。"""
    run(lambda: _list(login))


@app.command()
def remove(value: Value, login: Login = "") -> None:
    """移除一个。"""
    run(lambda: _remove(login, value))


async def _add(login: str, value: str, why: str, days: int) -> None:
    from bot.services.blocklist import read_entry

    await _block(login, lambda: [read_entry(value, why)], "手工加入", days)


async def _import(login: str, path: Path, source: str, days: int) -> None:
    from bot.services.blocklist import read_file

    await _block(login, lambda: read_file(_content(path)), source or path.name, days)


def _content(path: Path) -> bytes:
    from bot.errors import InvalidInputError, system_words

    try:
        return path.read_bytes()
    except OSError as error:
        words = f"文件 {path} 读不了（{system_words(error)}），请检查路径。"
        raise InvalidInputError(words) from None


async def _block(login: str, read: "Callable[[], list[Wanted]]", source: str, days: int) -> None:
    from bot.services.blocklist import block
    from bot.services.permissions import Action, require
    from bot.times import now, on_screen

    async with signed_in(login) as (database, staff):
        require(staff.role, Action.EDIT_BLOCKLIST)
        wanted = read()
        async with database.writing() as session:
            until = await block(session, staff, wanted, source, days, now())
    out.print(f"已加入 {len(wanted)} 条，一秒内生效，{on_screen(until)} 到期。", markup=False)


async def _list(login: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    from bot.services.blocklist import KIND_NAMES, list_blocked
    from bot.times import now, on_screen

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        lines = await list_blocked(session, staff, now())
    if not lines:
        out.print("黑名单是空的。用 fanzha blocklist add 加入第一条。")
        return
    table = Table("种类", "内容", "原因", "来源", "到期")
    for line in lines:
        ends = on_screen(line.expires_at)
        cells = (KIND_NAMES[line.kind], line.value, line.reason, line.source, ends)
        table.add_row(*map(escape, cells))
    out.print(table)


async def _remove(login: str, value: str) -> None:
    from bot.services.blocklist import unblock
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        gone = await unblock(session, staff, value, now())
    out.print(f"已移除：{gone.value}。", markup=False)
