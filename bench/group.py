"""A year in forty groups: `python -m bench.group [DAYS] [--processes N]` (365 unless told).

Each group says a hundred things a day, one in a hundred a scam. Counted are the scams the guard
would speak about, the ordinary messages it would interrupt (once a day, group and trick), and how
long deciding takes; then, over HTTP, how soon the word about a scam is out. Returns 1 where a goal
is missed. Each group talks from a seed of its own, so the number of processes that they are spread
over (one a core unless told) makes no difference.
"""

import argparse
import asyncio
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from bench import group_http
from bench.goals import Goal, report
from bench.group_talk import Line, Talk
from bot.matching.library import Library
from bot.matching.signal_rule import words
from bot.matching.verdict import judge
from bot.services.guard import is_worth_a_word, trick_of
from bot.services.library import PATTERNS_ROOT, load_library
from bot.services.patterns import Patterns, read_patterns

GROUPS, A_DAY, SCAMS, DAYS = 40, 100, 0.01, 365
LINES = 15
"""Of each group over HTTP: half a minute at twenty a second."""
SEED = 20261126
CACHE = Path("build/library")
MONTH = 365 / 12
INTERRUPTED, CAUGHT, SECONDS = 1.0, 0.70, 5.0


@dataclass
class Tally:
    """What happened so far; `slowest` is the longest decision in seconds."""

    scams: int = 0
    caught: int = 0
    posts: int = 0
    posts_caught: int = 0
    ordinary: int = 0
    interrupted: int = 0
    newcomers_interrupted: int = 0
    unsaid: int = 0
    """Of the scams caught those about whose trick a word was said that day already."""
    slowest: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """What happened elsewhere besides."""
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest = max(self.slowest, other.slowest)


COUNTED = words(
    "scams caught posts posts_caught ordinary interrupted newcomers_interrupted unsaid wrong missed"
)


@cache
def _known() -> tuple[Library, Patterns]:
    """Read once a process."""
    return load_library(PATTERNS_ROOT, CACHE), read_patterns(PATTERNS_ROOT)


def simulate(days: int, group: int, library: Library, patterns: Patterns) -> Tally:
    """Let one group talk for that many days."""
    tally, talk = Tally(), Talk(patterns, SEED + group)
    for _ in range(days):
        answered: set[str] = set()
        for line in talk.day(A_DAY, SCAMS):
            _hear(line, library, answered, tally)
    return tally


def _hear(line: Line, library: Library, answered: set[str], tally: Tally) -> None:
    began = time.perf_counter()
    verdict = judge(line.text, library)
    speaks = is_worth_a_word(line.text, verdict, newcomer=line.newcomer)
    tally.slowest = max(tally.slowest, time.perf_counter() - began)
    tally.scams += bool(line.trick)
    tally.ordinary += not line.trick
    if line.trick:
        tally.caught += speaks
        tally.unsaid += speaks and trick_of(verdict) in answered
        tally.posts += line.posted
        tally.posts_caught += line.posted and speaks
        if not speaks:
            tally.missed[line.trick] += 1
    elif speaks and trick_of(verdict) not in answered:
        tally.interrupted += 1
        tally.newcomers_interrupted += line.newcomer
        tally.wrong[line.text[:60]] += 1
    if speaks:
        answered.add(trick_of(verdict))


def _simulate_apart(days: int, group: int) -> Tally:
    """The same in a process of its own."""
    return simulate(days, group, *_known())


def spread(days: int, groups: int, processes: int) -> Iterator[Tally]:
    """What happened in each group, as they are done."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed(
            [pool.submit(_simulate_apart, days, group) for group in range(groups)]
        ):
            yield done.result()


def measure(days: int, groups: int, found: Iterator[Tally], screen: Console) -> list[Goal]:
    """Add up what happened in each group, show what went wrong; the goals."""
    tally = Tally()
    columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    with Progress(TextColumn("groups"), *columns, console=screen) as progress:
        bar = progress.add_task("groups", total=groups)
        for one in found:
            tally.add(one)
            progress.advance(bar)
    screen.print(f"{tally.ordinary:,} ordinary messages, {tally.scams:,} scams, {groups} groups")
    cases = (tally.caught - tally.posts_caught) / max(1, tally.scams - tally.posts)
    posts = tally.posts_caught / max(1, tally.posts)
    screen.print(f"caught of posts {posts:.3f}, of single sentences {cases:.3f}")
    screen.print(f"of the scams caught {tally.unsaid:,} had their word of the day already")
    screen.print(
        f"interrupted {tally.interrupted}, newcomers {tally.newcomers_interrupted} of them"
    )
    for title, counted in (("interrupted", tally.wrong), ("missed", tally.missed)):
        screen.print(f"{title} most:", *[f"{n} {what}" for what, n in counted.most_common(8)])
    return [
        Goal(
            "ordinary talk interrupted, a group and month",
            INTERRUPTED,
            tally.interrupted / groups / (days / MONTH),
        ),
        Goal("scams caught", CAUGHT, tally.caught / tally.scams, least=True),
        Goal("slowest decision, seconds", SECONDS, tally.slowest),
    ]


def main() -> int:
    """Measure and print."""
    screen = Console(highlight=False, markup=True, soft_wrap=True)
    library = load_library(PATTERNS_ROOT, CACHE)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", nargs="?", type=int, default=DAYS)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    given = parser.parse_args()
    tallies = spread(given.days, GROUPS, given.processes)
    found = measure(given.days, GROUPS, tallies, screen)
    found += group_http.goals(asyncio.run(group_http.met_over_http(library, GROUPS, LINES)), GROUPS)
    return report(found, screen)


if __name__ == "__main__":
    sys.exit(main())
