"""Who sits at the command line: login and password, as in the console."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.screen import err

if TYPE_CHECKING:
    from bot.storage.database import Database
    from bot.storage.staff import Staff

Login = Annotated[str, typer.Option("--as", help="您的登录名", envvar="FANZHA_OFFICER")]


@asynccontextmanager
async def signed_in(login: str, *, looks: bool = False) -> "AsyncIterator[tuple[Database, Staff]]":
    """The database and who is asking, by login and password as in the console.

    Of a demonstration only what `looks`: raises ConflictError where something would be written
    into it, or its leads would leave it as a file.
    """
    from bot.app import open_database
    from bot.errors import NotAllowedError
    from bot.services.attempts import Refusal
    from bot.services.demonstration import (
        DEMONSTRATION,
        demonstrated_district,
        refuse_demonstration,
    )
    from bot.services.passwords import verify_password
    from bot.services.sign_in import begin_sign_in, finish_password
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
            officer = await finish_password(session, tried, right, now())
            demonstrated = await demonstrated_district(session)
        if isinstance(officer, Refusal):
            raise NotAllowedError(officer.words)
        if demonstrated and not looks:
            async with database.reading() as session:
                await refuse_demonstration(session)
        if demonstrated:
            err.print(DEMONSTRATION, style="bold", markup=False)
        yield database, officer


def ask_password() -> str:
    """The password, typed unseen; from a pipe, its first line."""
    if sys.stdin.isatty():
        return str(typer.prompt("密码", hide_input=True, err=True))
    err.print("从标准输入读取密码。", style="dim")
    return sys.stdin.readline().rstrip("\r\n")
