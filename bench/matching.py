"""How fast and how right retrieval is: `python -m bench.matching [--sizes 1000 100000 1000000]`
(`--alone` leaves out the rivals, whose building takes most of the time).

Everything runs in this one process, interleaved query by query. Each engine is asked a query three
times: p50 is over the best of the three, as hot as the floor is, p99 over the first. Times are
those of queries whose template nobody holds, given as ratios, since machines differ. Our pipeline
is all that a score and a family need, its classifier fitted without the templates of those queries.
The rivals answer only which scripts are nearest; how many times as long as ours they take is judged
against the part of the pipeline that answers the same, asked on its own from the same text.
Returns 1 where a goal is missed.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz
from rich.console import Console
from rich.table import Table

from bench.goals import Goal, report
from bench.material import UNHELD, Material, Query, held_texts, make_material
from bench.rivals import (
    BEST,
    BRUTE,
    COSINE,
    MORE_LIKE_THIS,
    TANTIVY,
    Engine,
    rivals,
)
from bot.matching.classifier import Classifier
from bot.matching.features import Grams, fold, read_text
from bot.matching.index import MOST_POSTINGS, Entry, Index, Near, build_index
from bot.matching.indicators import find_indicators
from bot.matching.keys import key_of
from bot.matching.library import Family, Library
from bot.matching.neighbours import Neighbours, build_neighbours
from bot.matching.normalize import normalize
from bot.matching.signals import find_signals
from bot.matching.thresholds import PRIOR_LOG_ODDS
from bot.matching.tokens import tokenize
from bot.matching.verdict import choose_family
from bot.matching.weighing import second_look, talks_about
from bot.services import fitting
from bot.services.examples import expand
from bot.services.fitting_families import fit_families
from bot.services.lessons import lessons_of
from bot.services.library import PATTERNS_ROOT, Patterns, read_patterns
from bot.services.training import index_texts, library_texts, live_families

SIZES = (1_000, 100_000, 1_000_000)
QUERIES = 400
SLOW_EVERY = 10
"""Engines that need up to seconds a query get every tenth."""

SLOW_UP_TO = 100_000
"""They are left out above this size: building and asking them would take an hour."""

ASKED = 3
"""How often a fast engine is asked the same query; the slow ones once."""

OURS, RETRIEVAL = "ours", "ours, retrieval alone"


@dataclass(frozen=True, slots=True)
class Answer:
    """Scripts by number and families by name, the best first."""

    scripts: list[int]
    families: list[str]


Found = tuple[tuple[Near, ...], Grams, Family | None]


class Pipeline:
    """All that a verdict's score and family need: reading, retrieval and classifier."""

    name, slow = OURS, False

    def __init__(self, library: Library, build_seconds: float, megabytes: float) -> None:
        entries = library.index.entries
        self.library, self.build_seconds, self.megabytes = library, build_seconds, megabytes
        self.number_of = {entry.key: number for number, entry in enumerate(entries)}

    def search(self, text: str) -> Found:
        """The nearest scripts, and the family a verdict would name."""
        library = self.library
        reading = read_text(text)
        grams = reading.grams()
        key = key_of(reading.folded)
        found = library.index.search(key)
        log_odds = PRIOR_LOG_ODDS + library.classifier.log_odds(reading, grams)
        told, guessed = talks_about(reading), reading.normalized.is_guessed
        second_look(log_odds, key, library.neighbours, told=told, guessed=guessed)
        return found, grams, choose_family(grams, found[0] if found else None, library)

    def answer(self, found: Found) -> Answer:
        """The same as numbers and names; the family of the verdict first, then the likeliest."""
        near, grams, family = found
        shares = self.library.classifier.families(grams)
        likely = sorted(shares, key=lambda name: -shares[name])[:BEST]
        families = dict.fromkeys([family.id, *likely] if family else likely)
        return Answer([self.number_of[one.entry.key] for one in near[:BEST]], list(families))


class Retrieval:
    """The part of the pipeline that does what a rival does: the nearest scripts of a text."""

    name, slow, build_seconds, megabytes = RETRIEVAL, False, 0.0, 0.0

    def __init__(self, index: Index) -> None:
        self.index = index
        self.number_of = {entry.key: number for number, entry in enumerate(index.entries)}

    def search(self, text: str) -> list[int]:
        """Numbers of the nearest scripts, the best first."""
        return [self.number_of[one.entry.key] for one in self.index.search(key_of(fold(text)))]


def fitted_without(patterns: Patterns) -> tuple[Classifier, Neighbours]:
    """A classifier and neighbours that never saw the templates which the scripts leave out."""
    genuine = [text for text in library_texts(patterns) if not text.family]
    texts = [*held_texts(patterns), *genuine]
    examples = expand(texts, patterns.slots)
    category_of = {name: family.category for name, family in live_families(patterns).items()}
    families = fit_families(examples, category_of)
    lessons = lessons_of(examples)
    calibration = fitting.calibrate(examples, fitting.margins_unseen(examples, lessons))
    weights = fitting.fit(lessons)
    classifier = fitting.classifier(weights, calibration, families)
    return classifier, build_neighbours(index_texts(texts, patterns.slots).entries)


@dataclass(slots=True)
class Tally:
    """What one engine did: seconds of queries on unheld templates, and answers by query."""

    engine: Engine | Pipeline | Retrieval
    first: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)

    def ask(self, number: int, query: Query, entries: Sequence[Entry]) -> None:
        """Time one query and keep its answer."""
        seconds = []
        for _ in range(1 if self.engine.slow else ASKED):
            begun = time.perf_counter()
            found = self.engine.search(query.text)
            seconds.append(time.perf_counter() - begun)
        if isinstance(self.engine, Pipeline):
            self.answers[number] = self.engine.answer(found)
        else:
            self.answers[number] = Answer(found[:BEST], [entries[at].owner for at in found[:BEST]])
        if query.template == UNHELD:
            self.first.append(seconds[0])
            self.best.append(min(seconds))

    @property
    def p50(self) -> float:
        """The median time of a query, in seconds."""
        return float(np.median(self.best))


@dataclass(frozen=True, slots=True)
class Measured:
    """One size, measured: medians in seconds, memory in megabytes."""

    size: int
    material: Material
    tallies: dict[str, Tally]
    floor: float
    index_megabytes: float
    hot_add: float

    def times(self, name: str, ours: str = OURS) -> float:
        """How many times our median the engine's median is."""
        return self.tallies[name].p50 / self.tallies[ours].p50

    def recall(self, name: str, numbers: Sequence[int], best: int, *, template: bool) -> float:
        """The share of the queries whose family (or template) is among the best answers."""
        wanted = [number for number in numbers if number in self.tallies[name].answers]
        if template:
            wanted = [n for n in wanted if self.material.queries[n].template != UNHELD]
        return sum(self._right(name, n, best, template) for n in wanted) / max(len(wanted), 1)

    def _right(self, name: str, number: int, best: int, template: bool) -> bool:
        query, found = self.material.queries[number], self.tallies[name].answers[number]
        if template:
            return query.template in (self.material.templates[at] for at in found.scripts[:best])
        return query.family in found.families[:best]


def floor_steps(text: str, entries: Sequence[Entry], classifier: Classifier) -> dict[str, float]:
    """Seconds of each call that no pipeline of these libraries can do without, once and hot."""
    normalized, reading = normalize(text), read_text(text)
    key, other = key_of(fold(normalized.text)), entries[0].key
    buckets, weights = reading.grams().buckets, classifier.text_weights
    postings = np.arange(MOST_POSTINGS)
    steps: dict[str, Callable[[], object]] = {
        "normalise": lambda: normalize(text),
        "tokens": lambda: tokenize(normalized.text),
        "signals": lambda: find_signals(normalized),
        "indicators": lambda: find_indicators(normalized),
        "one posting walk": lambda: np.bincount(postings),
        "one ratio": lambda: fuzz.ratio(key, other),
        "one alignment": lambda: fuzz.partial_ratio_alignment(key, other),
        "one classifier dot": lambda: weights[buckets].sum(),
    }
    return {name: min(_timed(step) for _ in range(7)) for name, step in steps.items()}


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def measure(
    patterns: Patterns,
    material: Material,
    fitted: tuple[Classifier, Neighbours],
    screen: Console,
    *,
    alone: bool = False,
) -> Measured:
    """Build every engine over the material, ask them in turn, print what they did."""
    entries, size = material.entries, len(material.entries)
    begun = time.perf_counter()
    index = build_index(entries)
    built = time.perf_counter() - begun
    megabytes = (index.runs.nbytes + index.postings.nbytes) / 1e6
    families, categories = live_families(patterns), patterns.categories
    classifier, neighbours = fitted
    library = Library("bench", families, categories, classifier, index, neighbours)
    ours = Pipeline(library, built, megabytes)
    keys = [entry.key for entry in entries]
    others = () if alone else rivals(keys, slow=size <= SLOW_UP_TO)
    tallies = {engine.name: Tally(engine) for engine in (ours, Retrieval(index), *others)}
    steps: list[dict[str, float]] = []
    gc.collect()
    gc.freeze()
    for number, query in enumerate(material.queries):
        steps.append(floor_steps(query.text, entries, classifier))
        for tally in tallies.values():
            if not tally.engine.slow or number % SLOW_EVERY == 0:
                tally.ask(number, query, entries)
    gc.unfreeze()
    medians = {name: float(np.median([step[name] for step in steps])) for name in steps[0]}
    found = Measured(size, material, tallies, sum(medians.values()), megabytes, _hot_add(index))
    _print_size(found, medians, screen)
    return found


def _hot_add(index: Index) -> float:
    """Seconds until one more script is found."""
    key = key_of("新增的一条从来没有见过的话术文本")
    added = Entry("新增的话术", key, "new", "sms")

    def add() -> object:
        return index.extended([added]).search(key)[0].entry is added

    if not add():
        raise AssertionError("an added script is not found")
    return float(np.median([_timed(add) for _ in range(50)]))


def _print_size(found: Measured, steps: dict[str, float], screen: Console) -> None:
    listed = ", ".join(f"{name} {seconds * 1e6:.1f}" for name, seconds in steps.items())
    screen.print(f"\n{found.size:,} scripts; index {found.index_megabytes:.0f} MB", style="bold")
    screen.print(f"floor {found.floor * 1e6:.0f} µs: {listed}", soft_wrap=True)
    table = Table(
        "engine", "p50 µs", "p99 µs", "× floor", "× ours", "built s", "MB",
        "family @1", "@5", "template @1", "@5", "queries",
    )  # fmt: skip
    for name, tally in found.tallies.items():
        p50, p99 = tally.p50, float(np.percentile(tally.first, 99))
        numbers = list(tally.answers)
        recalls = [
            f"{found.recall(name, numbers, best, template=template):.2f}"
            for template in (False, True)
            for best in (1, BEST)
        ]
        table.add_row(
            name, f"{p50 * 1e6:.0f}", f"{p99 * 1e6:.0f}", f"{p50 / found.floor:.1f}",
            f"{found.times(name):.1f}", f"{tally.engine.build_seconds:.1f}",
            f"{tally.engine.megabytes:.0f}", *recalls, str(len(numbers)),
        )  # fmt: skip
    screen.print(table)


def goals(measured: dict[int, Measured]) -> list[Goal]:
    """Every goal that the measured sizes allow to judge."""
    small, middle, large = (measured.get(size) for size in SIZES)
    found: list[Goal] = []
    if middle:
        found.append(Goal("p50 at 100k, × floor", 6, middle.tallies[OURS].p50 / middle.floor))
        known = ((BRUTE, 1000), (COSINE, 100), (MORE_LIKE_THIS, 5), (TANTIVY, 2))
        times = [(name, goal) for name, goal in known if name in middle.tallies]
        for name, goal in times:
            ratio = middle.times(name, RETRIEVAL)
            found.append(Goal(f"{name} at 100k, × our retrieval", goal, ratio, least=True))
        found += [_recall_goal(middle, name) for name, _ in times]
    if large:
        found += [
            Goal("p50 at 1M, × floor", 8, large.tallies[OURS].p50 / large.floor),
            Goal("index at 1M, MB", 350, large.index_megabytes),
        ]
    if small and large:
        growth = large.tallies[OURS].p50 / small.tallies[OURS].p50
        found.append(Goal("p50 at 1M / p50 at 1k", 2.5, growth))
    if measured:
        slowest = max(one.hot_add for one in measured.values())
        found.append(Goal("one script added, ms", 1, slowest * 1e3))
    return found


def _recall_goal(found: Measured, name: str) -> Goal:
    """Ours against the rival's, on the queries that both got."""
    numbers = list(found.tallies[name].answers)
    theirs, ours = (found.recall(one, numbers, 1, template=False) for one in (name, OURS))
    return Goal(f"family recall@1 at 100k, {name}'s as goal", theirs, ours, least=True)


def main() -> int:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--alone", action="store_true", help="without the rivals")
    given = parser.parse_args()
    screen = Console(width=140)
    patterns = read_patterns(PATTERNS_ROOT)
    fitted = fitted_without(patterns)
    measured = {}
    for size in given.sizes:
        material = make_material(patterns, size, QUERIES)
        measured[size] = measure(patterns, material, fitted, screen, alone=given.alone)
        gc.collect()
    return report(goals(measured), screen)


if __name__ == "__main__":
    sys.exit(main())
