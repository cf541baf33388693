"""What every command shares: the screen, settings, asynchronous running, errors as sentences."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from rich.console import Console

from bot.errors import ExpectedError

Result = TypeVar("Result")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """An expected failure ends the command with its words and status 1."""
    try:
        yield
    except ExpectedError as error:
        err.print(error.words, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run asynchronous work; expected failures become sentences, logs stay for what goes wrong."""
    from bot.logs import configure_logs

    configure_logs("WARNING")
    with errors_as_sentences():
        return asyncio.run(work())


@contextmanager
def library_progress() -> Iterator[Callable[[float, str], None]]:
    """A progress bar that appears only while a library is being built."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("准备话术库", total=1.0, visible=False)

        def advance(part: float, what: str) -> None:
            progress.update(task, completed=part, description=what, visible=True)

        yield advance


def is_terminal() -> bool:
    """Whether somebody is looking at the output."""
    return sys.stdout.isatty()
