"""Whether links are judged rightly by what they are: `python -m bench.links [COUNT]`.

Half of COUNT (3,000 unless told) imitate official and bank sites, half are genuine; each is judged
alone, as a message that is nothing but the link. `link_material` makes them the same every time.
Returns 1 where a goal is missed.
"""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.goals import Goal, report
from bench.link_material import MadeLink, genuine, imitations
from bot.matching.library import Library
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.services.library import PATTERNS_ROOT, load_library

SEED = 20261126
COUNT = 3000
RECALL, FALSE_ALARMS = 0.97, 0.005
FLAGGED = (Level.HIGH, Level.SUSPICIOUS)


def flagged(links: Sequence[MadeLink], library: Library) -> list[MadeLink]:
    """Those of the links that are at least suspicious."""
    return [link for link in links if judge(link.text, library).level in FLAGGED]


def measure(count: int, library: Library, screen: Console) -> list[Goal]:
    """Make, judge, show by means; the two goals."""
    rng = random.Random(SEED)
    bad, good = imitations(count // 2, rng), genuine(count // 2, rng)
    caught, wrong = flagged(bad, library), flagged(good, library)
    _show(bad, caught, good, wrong, screen)
    return [
        Goal("look-alikes flagged", RECALL, len(caught) / len(bad), least=True),
        Goal("genuine links flagged", FALSE_ALARMS, len(wrong) / len(good)),
    ]


def _show(
    bad: Sequence[MadeLink],
    caught: Sequence[MadeLink],
    good: Sequence[MadeLink],
    wrong: Sequence[MadeLink],
    screen: Console,
) -> None:
    table = Table("made by", "links", "flagged")
    marked = Counter(link.means for link in (*caught, *wrong))
    for means, number in Counter(link.means for link in (*bad, *good)).items():
        table.add_row(means, str(number), f"{marked[means] / number:.3f}")
    screen.print(table)
    left = sorted({link.text for link in bad} - {link.text for link in caught})
    screen.print("missed:", *left[:20], sep="\n  ")
    screen.print("wrongly flagged:", *sorted({link.text for link in wrong})[:20], sep="\n  ")


def main() -> int:
    """Measure and print."""
    screen = Console(highlight=False, markup=True)
    library = load_library(PATTERNS_ROOT, Path("build/library"))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    return report(measure(count, library, screen), screen)


if __name__ == "__main__":
    sys.exit(main())
