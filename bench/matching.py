"""How fast and how right retrieval is: `python -m bench.matching [--sizes 1000 100000 1000000]`.

Scripts are expanded from four fifths of the library's texts; queries come from the same scripts in
forms of their own (family recall) and from the other fifth (templates nobody holds: cost only).
Every engine runs in this one process, interleaved query by query; figures are ratios to the floor,
which is each library call of our pipeline once and hot.
"""

import argparse
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from bot.matching.features import fold, read_text
from bot.matching.index import Entry, Index, build_index, key_of
from bot.matching.indicators import find_indicators
from bot.matching.normalize import normalize
from bot.matching.signals import find_signals
from bot.services.expansion import Side, fill, generator, variants
from bot.services.library import PATTERNS_ROOT
from bot.services.patterns import Patterns, read_patterns
from bot.services.training import LibraryText, library_texts

QUERIES = 200
SLOW_QUERIES = 20
"""How many queries the engines get that need milliseconds each."""

Engine = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Query:
    """A message and the family it came from; empty where the library does not hold its script."""

    text: str
    family: str


def scripts(patterns: Patterns, texts: Sequence[LibraryText], size: int) -> Iterator[Entry]:
    """As many different filled forms of the texts as asked for."""
    seen: set[str] = set()
    for round_number in range(10_000):
        for text in texts:
            rng = generator("bench", round_number, text.text)
            filled = fill(text.text, Side.SCAM, patterns.slots, rng)
            mixed = filled if not round_number else _mixed(filled, texts, rng.random())
            key = key_of(fold(mixed))
            if key and key not in seen:
                seen.add(key)
                yield Entry(mixed, key, text.family, text.register)
                if len(seen) == size:
                    return


def _mixed(text: str, texts: Sequence[LibraryText], chance: float) -> str:
    """The text with half of another one in its middle, so that expansion is not mere repetition."""
    other = texts[int(chance * len(texts))].text.translate(str.maketrans("", "", "{}"))
    half = len(text) // 2
    return text[:half] + other[: len(other) // 2] + text[half:]


def queries(
    patterns: Patterns, known: Sequence[LibraryText], new: Sequence[LibraryText]
) -> list[Query]:
    """Half from known scripts in forms of their own, half from scripts that nobody holds."""
    found = []
    for texts, held in ((known, True), (new, False)):
        step = max(1, len(texts) // (QUERIES // 2))
        for text in texts[::step][: QUERIES // 2]:
            form = list(islice(variants(text.text + " ", text.side, patterns.slots, 1), 2))[-1]
            found.append(Query(form, text.family if held else ""))
    return found


def engines(entries: Sequence[Entry], index: Index) -> dict[str, tuple[Engine, int]]:
    """Each engine with the number of queries it gets; it answers with the number of a script."""
    keys = [entry.key for entry in entries]
    number_of = {entry.key: number for number, entry in enumerate(entries)}
    vectorizer = HashingVectorizer(analyzer="char", ngram_range=(2, 3), n_features=2**20)
    weighting = TfidfTransformer()
    matrix = weighting.fit_transform(vectorizer.transform(keys))
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE script USING fts5(grams, content='')")
    table.executemany(
        "INSERT INTO script(rowid, grams) VALUES (?, ?)",
        ((number, _bigrams(key)) for number, key in enumerate(keys)),
    )

    def ours(text: str) -> int:
        found = index.search(key_of(fold(normalize(text).text)))
        return number_of[found[0].entry.key] if found else -1

    def brute(text: str) -> int:
        best = process.extractOne(key_of(fold(text)), keys, scorer=fuzz.partial_ratio)
        return int(best[2]) if best else -1

    def cosine(text: str) -> int:
        query = weighting.transform(vectorizer.transform([key_of(fold(text))]))
        return int(np.argmax((matrix @ query.T).toarray()))

    def full_text(text: str) -> int:
        grams = " OR ".join(f'"{gram}"' for gram in _bigrams(key_of(fold(text))).split())
        row = table.execute(
            "SELECT rowid FROM script WHERE script MATCH ? ORDER BY rank LIMIT 1", (grams,)
        ).fetchone()
        return int(row[0]) if row else -1

    return {
        "ours (retrieval)": (ours, QUERIES),
        "SQLite FTS5": (full_text, SLOW_QUERIES),
        "TF-IDF cosine": (cosine, SLOW_QUERIES),
        "rapidfuzz brute force": (brute, SLOW_QUERIES),
    }


def _bigrams(key: str) -> str:
    return " ".join(f"{one}{two}" for one, two in zip(key, key[1:], strict=False) if one.isalnum())


def floor(entries: Sequence[Entry], text: str) -> float:
    """Seconds of each step's bare library call, hot: normalise, signals, indicators, a posting
    walk, one alignment, one dot product."""
    normalized = normalize(text)
    key, weights = key_of(fold(normalized.text)), np.ones(2**20, np.float32)
    buckets, postings = read_text(text).buckets(), np.arange(5000)
    steps: tuple[Callable[[], object], ...] = (
        lambda: normalize(text),
        lambda: find_signals(normalized),
        lambda: find_indicators(normalized),
        lambda: np.bincount(postings),
        lambda: fuzz.partial_ratio(key, entries[0].key),
        lambda: weights[buckets].sum(),
    )
    return sum(min(_timed(step)[0] for _ in range(20)) for step in steps)


def _timed(call: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


@dataclass(slots=True)
class Tally:
    """What one engine did so far."""

    engine: Engine
    queries: int
    seconds: list[float]
    held: int = 0
    right: int = 0

    def ask(self, query: Query, entries: Sequence[Entry]) -> None:
        """Time one query and note whether the family is right."""
        seconds, number = _timed(lambda: self.engine(query.text))
        self.seconds.append(seconds)
        if query.family and isinstance(number, int):
            self.held += 1
            self.right += number >= 0 and entries[number].owner == query.family


def run(patterns: Patterns, size: int) -> None:
    """Measure one size and print a table."""
    texts = [text for text in library_texts(patterns) if text.family]
    known = [text for number, text in enumerate(texts) if number % 5]
    known = [known[at] for at in np.linspace(0, len(known) - 1, min(size, len(known))).astype(int)]
    entries = list(scripts(patterns, known, size))
    asked = queries(patterns, known, texts[::5])
    build, index = _timed(lambda: build_index(entries))
    assert isinstance(index, Index)
    added = Entry("新增的话术", key_of("新增的一条从来没有见过的话术文本"), "new", "sms")
    add = min(_timed(lambda: index.extended([added]))[0] for _ in range(20))
    arrays = (index.starts.nbytes + index.postings.nbytes) / 1e6
    ground = float(np.median([floor(entries, query.text) for query in asked[:50]]))
    print(f"\n== {len(entries)} scripts: built in {build:.1f} s, arrays {arrays:.0f} MB ==")
    print(f"floor {ground * 1e6:.0f} us; one script added in {add * 1e6:.0f} us")
    tallies = {
        name: Tally(engine, count, []) for name, (engine, count) in engines(entries, index).items()
    }
    for number, query in enumerate(asked):
        for tally in tallies.values():
            if number % (len(asked) // min(tally.queries, len(asked))) == 0:
                tally.ask(query, entries)
    _print_table(tallies, ground)


def _print_table(tallies: Mapping[str, Tally], ground: float) -> None:
    own = float(np.median(next(iter(tallies.values())).seconds))
    for name, tally in tallies.items():
        p50, p99 = np.percentile(tally.seconds, [50, 99])
        print(
            f"{name:22} p50 {p50 * 1e6:9.0f} us  p99 {p99 * 1e6:9.0f} us"
            f"  x floor {p50 / ground:7.1f}  x ours {p50 / own:7.1f}"
            f"  family recall@1 {tally.right / max(tally.held, 1):.2f} of {tally.held}"
        )
    print(f"memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 100_000])
    parser.add_argument("--patterns", default=PATTERNS_ROOT)
    given = parser.parse_args()
    patterns = read_patterns(type(PATTERNS_ROOT)(given.patterns))
    for size in given.sizes:
        run(patterns, size)


if __name__ == "__main__":
    main()
