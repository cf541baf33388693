"""Is a picture read right, in time, and come what may: `python -m bench.vision [PART…] [--small]`.

`reading` draws chats, short messages and pages from the cases of our own library, as they are and
dark, turned, squeezed, photographed and held wrongly, has the worker read them, and compares words,
order of bubbles and verdict with what was drawn. `time` takes the seconds from the bytes of a
screenshot to its answer. `latency` asks the whole bot about texts while ten pictures wait.
`hostile` gives it mutated pictures and files. `bombs` asks what one costs that would be large.
`kill` ends the worker at its work. All of it, about an hour, unless parts are named.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bench.goals import Goal, report
from bench.vision_bombs import bombing
from bench.vision_hostile import hostile, killing
from bench.vision_latency import Sizes, latency
from bench.vision_material import texts_of_our_own
from bench.vision_reading import reading, timing
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.services.library import PATTERNS_ROOT, load_library

CACHE = Path("build/library")
PARTS = ("reading", "time", "latency", "hostile", "bombs", "kill")


async def measured(
    part: str, library: Library, given: argparse.Namespace, screen: Console
) -> list[Goal]:
    """The goals of one part."""
    small = given.small
    match part:
        case "reading":
            return await reading(library, 1 if small else given.each, screen)
        case "time":
            return await timing(library, 5 if small else 50, screen)
        case "latency":
            sizes = Sizes(texts=40, pictures=3, least=20) if small else Sizes()
            return await latency(library, texts_of_our_own(), sizes, screen)
        case "hostile":
            return await hostile(library, 300 if small else given.count, screen)
        case "bombs":
            return await bombing(screen)
        case _:
            return await killing(library, 2 if small else 8, 0 if small else 2, screen)


def main() -> int:
    """Measure the parts asked for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--small", action="store_true", help="minutes instead of an hour")
    parser.add_argument("--each", type=int, default=13, help="pictures of every kind")
    parser.add_argument("--count", type=int, default=20_000, help="mutated pictures, and files")
    given = parser.parse_args()
    library = load_library(PATTERNS_ROOT, CACHE)
    judge("有人让我扫码领补贴", library)
    screen, goals = Console(width=160), []
    for part in PARTS:
        if part in (given.parts or PARTS):
            found = asyncio.run(measured(part, library, given, screen))
            report(found, screen)
            goals += found
    if len(given.parts) > 1:
        screen.print("all of it")
        report(goals, screen)
    return int(any(not goal.met for goal in goals))


if __name__ == "__main__":
    sys.exit(main())
