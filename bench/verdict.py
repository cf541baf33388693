"""How right the verdict is: `python -m bench.verdict unseen | quantiles FILE… | predict OUT FILE…`.

`unseen` needs nothing but our own library: each family (and each file of genuine messages) is
judged by a library that never saw it. `quantiles` prints which scores ordinary genuine rows reach:
that is where the thresholds come from. `predict` writes predictions for a scorer. No row is kept
or learned.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.services import fitting
from bot.services.expansion import fill, generator
from bot.services.library import PATTERNS_ROOT, load_library
from bot.services.patterns import Patterns, read_patterns
from bot.services.training import (
    COPIES,
    LibraryText,
    expand,
    index_texts,
    library_texts,
    live_families,
)

FLAGGED = (Level.HIGH, Level.SUSPICIOUS)
CACHE = Path("build/library")


@dataclass(frozen=True, slots=True)
class Judged:
    """A text of the library with the verdict of a library that does not know its group."""

    text: LibraryText
    verdict: Verdict


def unseen(patterns: Patterns, by_register: bool, folds: int) -> list[Judged]:
    """Judge every text by the whole engine, built without its family or, if asked, its register."""
    texts = list(library_texts(patterns))
    examples = expand(texts, patterns.slots)
    if by_register:
        examples = [
            fitting.Example(one.buckets, one.facts, one.family, texts[at // (COPIES + 1)].register)
            for at, one in enumerate(examples)
        ]
        registers = sorted({text.register for text in texts})
        fold_of = np.array([registers.index(one.group) for one in examples])
    else:
        fold_of = fitting.grouped_folds(examples, folds)
    return list(_judged_by_fold(patterns, texts, examples, fold_of))


def _judged_by_fold(
    patterns: Patterns,
    texts: Sequence[LibraryText],
    examples: Sequence[fitting.Example],
    fold_of: NDArray[np.int64],
) -> Iterator[Judged]:
    text_fold = fold_of[:: COPIES + 1]
    for fold in sorted(set(fold_of.tolist())):
        rest = [one for one, own in zip(examples, fold_of, strict=True) if own != fold]
        margins = fitting.margins_unseen(rest, folds=3)
        weights = fitting.fit(rest)
        nothing = ((), np.zeros((0, 0), np.float32), np.zeros(0, np.float32))
        model = fitting.classifier(weights, fitting.calibrate(rest, margins), nothing)
        known = [text for text, own in zip(texts, text_fold, strict=True) if own != fold]
        index = index_texts(known, patterns.slots)
        library = Library("bench", live_families(patterns), patterns.categories, model, index)
        for text, own in zip(texts, text_fold, strict=True):
            if own == fold:
                rng = generator("bench", text.text)
                filled = fill(text.text, text.side, patterns.slots, rng)
                yield Judged(text, judge(filled, library))


def auc(scams: NDArray[np.float64], genuine: NDArray[np.float64]) -> float:
    """The share of pairs in which the scam scores higher; ties count half."""
    below = np.searchsorted(np.sort(genuine), scams, "left")
    not_above = np.searchsorted(np.sort(genuine), scams, "right")
    return float((below + not_above).mean() / 2 / len(genuine))


def score_at(scores: Iterable[float], share: float) -> float:
    """The score that this share of the texts exceeds."""
    ordered = np.sort(np.array(list(scores)))[::-1]
    return float(ordered[min(int(len(ordered) * share), len(ordered) - 1)])


def report(judged: Sequence[Judged], title: str) -> None:
    """Print recall, false alarms by kind, and how scores compare with what is true."""
    scams = [one for one in judged if one.text.family]
    genuine = [one for one in judged if not one.text.family]
    s = np.array([one.verdict.score for one in scams])
    g = np.array([one.verdict.score for one in genuine])
    recalls = {
        f"{share:.1%}": round(float((s > score_at(g, share)).mean()), 3)
        for share in (0.001, 0.01, 0.05)
    }
    print(f"\n== {title}: {len(s)} scams, {len(g)} genuine ==")
    print(f"AUC {auc(s, g):.4f}  recall at false alarms {recalls}")
    for level, levels in (("at least suspicious", FLAGGED), ("high", (Level.HIGH,))):
        caught = sum(one.verdict.level in levels for one in scams) / len(scams)
        wrong = sum(one.verdict.level in levels for one in genuine) / len(genuine)
        print(f"{level}: recall {caught:.3f}, genuine flagged {wrong:.2%}")
    _print_worst("genuine files most flagged", genuine, flagged=True)
    _print_worst("families most missed", scams, flagged=False)
    _print_calibration(s, g)


def _print_worst(title: str, judged: Sequence[Judged], *, flagged: bool) -> None:
    total = Counter(one.text.group for one in judged)
    wrong = Counter(one.text.group for one in judged if (one.verdict.level in FLAGGED) is flagged)
    worst = sorted(((wrong[group] / total[group], group) for group in total), reverse=True)[:12]
    print(f"{title}: " + ", ".join(f"{group} {share:.0%}" for share, group in worst))


def _print_calibration(scams: NDArray[np.float64], genuine: NDArray[np.float64]) -> None:
    print("score band: share that are scams, both sides weighing alike")
    for low in np.arange(0, 1, 0.2):
        inside = [
            float(((x >= low) & (x < low + 0.2 + 1e-9 * (low > 0.7))).mean())
            for x in (scams, genuine)
        ]
        if sum(inside):
            print(f"  {low:.1f}-{low + 0.2:.1f}: {inside[0] / sum(inside):.2f}")


def quantiles(library: Library, files: Sequence[Path]) -> None:
    """Print the scores that given shares of genuine rows exceed."""
    scores: dict[str, list[float]] = defaultdict(list)
    for row in _rows(files):
        if row["label"] == "ham":
            scores[row["source"]].append(judge(row["text"], library).score)
    for source, found in sorted(scores.items()):
        marks = {
            f"{share:.1%}": round(score_at(found, share), 3)
            for share in (0.0005, 0.001, 0.005, 0.01, 0.02)
        }
        print(source, len(found), marks)


def predict(library: Library, out: Path, files: Sequence[Path]) -> None:
    """Write one prediction a line; what is unclear is not flagged."""
    with out.open("w", encoding="utf-8") as file:
        for row in _rows(files):
            verdict = judge(row["text"], library)
            level = verdict.level if verdict.level in FLAGGED else Level.NONE
            line = {
                "id": row["id"],
                "verdict": level,
                "score": verdict.score,
                "category": verdict.category,
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _rows(files: Sequence[Path]) -> Iterator[dict[str, str]]:
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("unseen", "quantiles", "predict"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--patterns", type=Path, default=PATTERNS_ROOT)
    given = parser.parse_args()
    if given.what == "unseen":
        patterns = read_patterns(given.patterns)
        report(unseen(patterns, False, given.folds), "leave a family out")
        report(unseen(patterns, True, given.folds), "leave a register out")
        return
    library = load_library(given.patterns, CACHE)
    if given.what == "quantiles":
        quantiles(library, given.files)
    else:
        predict(library, given.files[0], given.files[1:])


if __name__ == "__main__":
    main()
