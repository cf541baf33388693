"""`fanzha staff`: accounts, on the server itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import tokens
from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.storage.database import Database
    from bot.storage.staff import Staff

app = typer.Typer(help="工作人员账号", no_args_is_help=True)
app.add_typer(tokens.app, name="token")


@app.command()
def invite(
    role: Annotated[
        str,
        typer.Option(
            help="grid 网格员 | station 派出所 | duty 民警 | chief | admin | auditor"
            " | partner 合作单位 | crackdown 打击专班"
        ),
    ],
    login: Annotated[str, typer.Option(help="登录名：小写字母开头")] = "",
    name: Annotated[str, typer.Option(help="姓名")] = "",
    station: Annotated[str, typer.Option(help="身份是 station 时：哪个派出所")] = "",
    unit: Annotated[str, typer.Option(help="身份是 partner 时：哪个已登记的单位")] = "",
    by: Annotated[
        str,
        typer.Option(
            "--as", help="您的登录名；不写时记为服务器上的系统账号", envvar="FANZHA_OFFICER"
        ),
    ] = "",
) -> None:
    """邀请一位工作人员，显示一次性代码。"""
    run(lambda: _invite(role, login, name, station, unit, by))


@app.command("cut-off")
def cut_off(
    who: Annotated[str, typer.Argument(help="谁的登录名")],
    login: Login = "",
    leaving: Annotated[bool, typer.Option("--leaving", help="人已离岗：同时停用账号")] = False,
) -> None:
    """手机丢失或人员离岗：立即退出所有登录、解除聊天绑定、停发提醒。"""
    run(lambda: _cut_off(login, who, leaving))


@app.command("list")
def list_all() -> None:
    """列出账号。"""
    run(_list)


@asynccontextmanager
async def _inviter(by: str) -> "AsyncIterator[tuple[Database, Staff | None]]":
    """The officer who signs in, or nobody where the machine's own account acts."""
    from bot.app import open_database
    from bot.settings import load_settings

    if by:
        async with signed_in(by) as (database, officer):
            yield database, officer
    else:
        async with open_database(load_settings()) as database:
            yield database, None


async def _invite(role_name: str, login: str, name: str, station: str, unit: str, by: str) -> None:
    from bot.errors import InvalidInputError
    from bot.services import staff
    from bot.services.demonstration import refuse_demonstration
    from bot.services.permissions import ROLE_NAMES
    from bot.services.units import set_partner
    from bot.serving import CONSOLE_PATH, console_url
    from bot.settings import load_settings
    from bot.storage.staff import Role
    from bot.storage.units import unit_by_name
    from bot.times import now

    names = [role.value for role in Role if role is not Role.RESIDENT]
    if role_name not in names:
        raise InvalidInputError(f"没有“{role_name}”这个身份，可以写：{'、'.join(names)}。")
    role, settings = Role(role_name), load_settings()
    async with _inviter(by) as (database, inviter), database.writing() as session:
        await refuse_demonstration(session)
        chosen = login or await staff.free_login(session, role)
        member, code = await staff.invite(session, inviter, chosen, name or chosen, role, now())
        if role is Role.STATION:
            await staff.set_station(session, inviter, chosen, station, now())
        if role is Role.PARTNER:
            found = await unit_by_name(session, " ".join(unit.split()))
            await set_partner(session, inviter, chosen, found.id if found else 0)
    out.print(f"已邀请 {member.name}（{ROLE_NAMES[role]}），登录名 {member.login}。", markup=False)
    out.print(f"一次性代码（24 小时内有效）：[bold cyan]{code}[/]")
    out.print(f"· 在机器人里发：/bind {code}", markup=False)
    link = f"{console_url(settings)}{CONSOLE_PATH}/setup?code={code}"
    out.print(f"· 或打开值班台设置密码：{link}", markup=False, soft_wrap=True)


async def _cut_off(login: str, who: str, leaving: bool) -> None:
    from bot.services import staff as accounts
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        act = accounts.deactivate if leaving else accounts.cut_off
        name = (await act(session, staff, who, now())).name
    state = "账号已停用" if leaving else "账号保留，可用 fanzha staff invite 或值班台重新邀请"
    out.print(f"{name} 的登录和聊天已全部切断；{state}。", markup=False)


async def _list() -> None:
    from rich.table import Table

    from bot.app import open_database
    from bot.services.permissions import ROLE_NAMES
    from bot.settings import load_settings
    from bot.storage.staff import Role, all_staff

    async with open_database(load_settings()) as database, database.reading() as session:
        members = await all_staff(session)
    if not members:
        out.print("还没有账号。用 fanzha staff invite --role duty 邀请第一位。")
        return
    table = Table("登录名", "姓名", "身份", "状态")
    for member in members:
        state = "在用" if member.active else "已停用"
        table.add_row(member.login, member.name, ROLE_NAMES[Role(member.role)], state)
    out.print(table)
