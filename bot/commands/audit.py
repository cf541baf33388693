"""`fanzha audit`: whether the audit trails are as they were written."""

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

app = typer.Typer(help="办理记录", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """办理记录的校验。"""


@app.command()
def verify(login: Login = "") -> None:
    """逐行校验所有线索的办理记录和每日封存。"""
    run(lambda: _verify(login))


async def _verify(login: str) -> None:
    from bot.errors import ConflictError
    from bot.services.audit import verify as verify_trails
    from bot.services.leads import actor_name, log_look
    from bot.services.permissions import Action, require
    from bot.times import now

    async with signed_in(login, looks=True) as (database, staff):
        require(staff.role, Action.VERIFY_AUDIT)
        async with database.reading() as session:
            report = await verify_trails(session)
        async with database.writing() as session:
            await log_look(session, actor_name(staff), "audit", "verify", now())
    if report.broken:
        raise ConflictError(f"办理记录对不上：{report.broken}。请保留现场并报告负责人。")
    out.print(f"校验通过：{report.trails} 条线索、{report.lines} 行记录、{report.seals} 个封存。")
