"""Thousands of people take a quiz at once on PostgreSQL: `make bench-learning`.

`python -m bench.learning [--people 5000] [--small]`: everybody begins, answers five questions and
taps each answer twice, through the whole dialogue (dispatcher, one transaction an update). Counted
afterwards: every answer is there once. How far it has come is shown while it runs.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import func, select

from bench.postgres import postgres
from bench.report_parts import Figure, fresh
from bot.channels.local import Client, LocalChannel, Shown
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.services.library import PATTERNS_ROOT, load_library
from bot.services.quiz_choice import QUIZ_LENGTH
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.learners import FamilyMemory
from bot.storage.quizzes import QuizAnswer, QuizAttempt
from bot.times import now

PEOPLE, SMALL_PEOPLE = 5000, 12
AT_ONCE = 20
"""Updates answered side by side, as when Telegram is polled."""
WEB = 1
SHOWN = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
BEGIN = "quiz:begin:0:0:0"


@dataclass
class Crowd:
    """People at one channel; `told` counts second taps that were told so."""

    channel: LocalChannel
    gate: asyncio.Semaphore
    finished: Callable[[], None]
    told: int = 0
    updates: int = 0

    async def presses(self, client: Client, name: str, data: str) -> list[Shown]:
        """One person presses a button."""
        async with self.gate:
            self.updates += 1
            return await self.channel.press(client, name, data)

    async def takes_quiz(self, number: int) -> None:
        """One person's quiz, each answer tapped twice at the same time."""
        client = Client(f"person-{number}")
        shown = await self.presses(client, f"begin-{number}", BEGIN)
        for place in range(QUIZ_LENGTH):
            data = shown[-1].rows[(number + place) % len(shown[-1].rows)][0][1]
            both = await asyncio.gather(
                self.presses(client, f"first-{number}-{place}", data),
                self.presses(client, f"again-{number}-{place}", data),
            )
            self.told += sum("已经答过了" in one[-1].text for one in both)
            shown = next(one for one in both if "已经答过了" not in one[-1].text)
        self.finished()


async def measure(people: int) -> list[Figure]:
    """All figures of one run."""
    said = Console(stderr=True)
    said.print("the library, which is compiled first where the code is new (minutes) …")
    library = load_library(PATTERNS_ROOT, Settings().library_dir)
    said.print("an empty PostgreSQL …")
    with postgres() as url:
        database = await fresh(url)
        parts = AnswerParts(database, lambda: library, now, 1000)
        channel = LocalChannel(make_dispatcher(parts, Settings()), WEB)
        with Progress(*SHOWN, console=said) as progress:
            task = progress.add_task("quizzes", total=people)
            gate = asyncio.Semaphore(AT_ONCE)
            crowd = Crowd(channel, gate, partial(progress.advance, task))
            begun = time.perf_counter()
            await asyncio.gather(*(crowd.takes_quiz(number) for number in range(people)))
        seconds = time.perf_counter() - begun
        counts = await _count(database)
        await database.close()
    answers = people * QUIZ_LENGTH
    return [
        _exactly("answers counted", counts["answers"], answers),
        _exactly("quizzes finished", counts["finished"], people),
        _exactly("families remembered", counts["memories"], answers),
        _exactly("second taps told so", crowd.told, answers),
        Figure("updates a second", "-", f"{crowd.updates / seconds:.0f}", True),
        Figure("all done after", "-", f"{seconds:.1f} s", True),
    ]


def _exactly(name: str, found: int, wanted: int) -> Figure:
    return Figure(name, f"= {wanted}", str(found), found == wanted)


async def _count(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return {
            "answers": await session.scalar(select(func.count()).select_from(QuizAnswer)) or 0,
            "finished": await session.scalar(select(func.count(QuizAttempt.finished_at))) or 0,
            "memories": await session.scalar(select(func.count()).select_from(FamilyMemory)) or 0,
        }


def main() -> int:
    """Measure, print a table, return 1 where an answer is lost or counted twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help=f"{SMALL_PEOPLE} people")
    parser.add_argument("--people", type=int, default=PEOPLE)
    given = parser.parse_args()
    figures = asyncio.run(measure(SMALL_PEOPLE if given.small else given.people))
    table = Table("measure", "goal", "figure", "")
    for one in figures:
        table.add_row(one.name, one.goal, one.figure, "[green]ok[/]" if one.ok else "[red]short[/]")
    Console(width=100).print(table)
    return 0 if all(one.ok for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
