"""`fanzha demo`: a demonstration year in an empty database of its own."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bot.commands.screen import err, out, run

app = typer.Typer(help="演示数据", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """演示数据放在自己的数据库里，和真实数据不混用。"""


@app.command()
def year(
    district: Annotated[str, typer.Option(help="演示的地区名")] = "坊子",
    seed: Annotated[int, typer.Option(help="同一个数得到同样的数据")] = 7,
    of: Annotated[int, typer.Option("--year", min=2001, max=2100, help="哪一年")] = 2024,
    share: Annotated[float, typer.Option(min=0.001, max=1, help="规模，1 为完整的一年")] = 1,
) -> None:
    """在空的数据库里生成一年和上一年的演示数据，生成后可用 fanzha report year 查看。"""
    run(lambda: _make(district, seed, of, share))


async def _make(district: str, seed: int, of: int, share: float) -> None:
    from bot.app import open_database
    from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE, for_year, scaled
    from bot.services.demo_year import make_demonstration
    from bot.services.passwords import hash_password
    from bot.settings import load_settings

    plans = [for_year(YEAR_BEFORE, of - 1), for_year(PUBLISHED, of)]
    if share < 1:
        plans = [scaled(plan, share) for plan in plans]
    password = secrets.token_urlsafe(9)
    async with open_database(load_settings()) as database:
        with _progress() as advance:
            hashed = await hash_password(password)
            cast = await make_demonstration(database, plans, district, seed, hashed, advance)
    out.print(f"已生成 {of - 1} 年和 {of} 年的演示数据（{district}）。", markup=False)
    out.print(f"登录名 {cast.chief.login}，口令 {password}", markup=False, soft_wrap=True)
    out.print(f"查看：fanzha report year {of} --as {cast.chief.login}", markup=False)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("准备", total=1.0)

        def advance(what: str, part: float) -> None:
            bar.update(task, completed=part, description=what)

        yield advance
