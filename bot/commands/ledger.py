"""`fanzha ledger`: whether the books are as they were written and agree with each other."""

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

app = typer.Typer(help="台账", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """冻结、返还、案件、两卡、来访、避免损失台账。"""


@app.command()
def check(login: Login = "") -> None:
    """逐笔校验台账，并核对冻结、返还、案件、来访和避免损失是否相符。"""
    run(lambda: _check(login))


async def _check(login: str) -> None:
    from bot.errors import ConflictError
    from bot.services.entries import LEDGER_NAMES
    from bot.services.leads import actor_name, log_look
    from bot.services.ledger_check import check_ledgers
    from bot.services.permissions import Action, require
    from bot.times import now

    async with signed_in(login, looks=True) as (database, staff):
        require(staff.role, Action.VERIFY_AUDIT)
        async with database.reading() as session:
            found = await check_ledgers(session)
        async with database.writing() as session:
            await log_look(session, actor_name(staff), "ledger", "verify", now())
    if found.problems:
        raise ConflictError("台账对不上：\n" + "\n".join(found.problems))
    counted = "、".join(f"{LEDGER_NAMES[ledger]} {count} 笔" for ledger, count in found.lines)
    out.print(f"台账相符：{counted}。", markup=False)
