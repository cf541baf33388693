"""`fanzha db`: the schema."""

from typing import Annotated

import typer

from bot.commands.screen import out, run

app = typer.Typer(help="数据库", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """把数据库升级到当前版本。"""
    run(lambda: _move("head", up=True))


@app.command()
def downgrade(
    to: Annotated[str, typer.Argument(help="要退回的版本；base 会清空所有表")],
) -> None:
    """退回到某个版本。"""
    typer.confirm("退回版本可能删除数据，确定吗？", abort=True)
    run(lambda: _move(to, up=False))


@app.command()
def current() -> None:
    """显示数据库的版本。"""
    run(_current)


async def _move(to: str, *, up: bool) -> None:
    from bot.app import open_database
    from bot.settings import load_settings
    from bot.storage import schema

    async with open_database(load_settings()) as database:
        if not up:
            await schema.downgrade(database, to)
        out.print(f"数据库版本：{await schema.current_version(database) or '空'}")


async def _current() -> None:
    from bot.app import open_database
    from bot.settings import load_settings
    from bot.storage.schema import current_version

    async with open_database(load_settings()) as database:
        out.print(f"数据库版本：{await current_version(database) or '空'}")
