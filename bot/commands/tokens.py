"""`fanzha staff token`: tokens of other systems that pull leads."""

from typing import Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

app = typer.Typer(help="其他系统调取线索的令牌", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="名称：小写字母开头")]


@app.command()
def create(
    name: Name,
    scope: Annotated[
        list[str], typer.Option("--scope", help="leads:read | leads:full | leads:ack，可写多次")
    ],
    login: Login = "",
    days: Annotated[int, typer.Option(help="有效天数")] = 90,
) -> None:
    """签发一个令牌，只显示这一次。"""
    run(lambda: _create(login, name, scope, days))


@app.command("list")
def list_all(login: Login = "") -> None:
    """列出令牌。"""
    run(lambda: _list(login))


@app.command()
def revoke(name: Name, login: Login = "") -> None:
    """撤销一个令牌。"""
    run(lambda: _revoke(login, name))


async def _create(login: str, name: str, scopes: list[str], days: int) -> None:
    from bot.services.api_tokens import issue_token
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        token = await issue_token(session, staff, name, scopes, days, now())
    out.print(f"令牌（只显示这一次，{days} 天内有效）：", markup=False)
    out.print(token, markup=False, soft_wrap=True)


async def _list(login: str) -> None:
    from rich.table import Table

    from bot.services.api_tokens import list_tokens
    from bot.times import now, on_screen

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        tokens = await list_tokens(session, staff)
    if not tokens:
        out.print("还没有令牌。")
        return
    table = Table("名称", "权限", "签发", "到期", "最近使用", "状态")
    for one in tokens:
        ended = "已撤销" if one.revoked_at else "已过期" if one.expires_at <= now() else "有效"
        table.add_row(
            one.name,
            one.scopes,
            on_screen(one.created_at),
            on_screen(one.expires_at),
            on_screen(one.used_at) or "—",
            ended,
        )
    out.print(table)


async def _revoke(login: str, name: str) -> None:
    from bot.services.api_tokens import revoke_token
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        await revoke_token(session, staff, name, now())
    out.print(f"令牌 {name} 已撤销。", markup=False)
