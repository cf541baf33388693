"""How right the verdict is: `python -m bench.verdict [all | unseen | disguised | monotone | …]`.

`unseen` needs nothing but our own library: each family (and each register) is judged by a library
that never saw it. `disguised` compares messages hidden in many ways with the same messages plain.
`monotone` adds sentences and clauses that show a tactic to every twentieth text (`--every 1`:
to all) and counts the verdicts that get milder. `dev` measures other people's messages, where they
lie beside the project, `speed` the speed of checking. `all` does these, and returns 1 where a goal
is missed.

`quantiles FILE…` prints which scores ordinary genuine rows reach: that is where the thresholds come
from. `predict OUT FILE…` writes predictions for a scorer. No row is kept or learned.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench import disguised, monotone, speed
from bench.goals import Goal
from bench.goals import report as report_goals
from bot.matching.library import Library
from bot.matching.neighbours import build_neighbours
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.services import fitting
from bot.services.examples import COPIES, Example, LibraryText, expand
from bot.services.expansion import fill, generator
from bot.services.fitting_families import fit_families
from bot.services.lessons import lessons_of
from bot.services.library import PATTERNS_ROOT, load_library
from bot.services.patterns import Patterns, read_patterns
from bot.services.training import index_texts, library_texts, live_families

FLAGGED = (Level.HIGH, Level.SUSPICIOUS)
MOST_SHOWN = 10
CACHE = Path("build/library")
DEV = Path(__file__).parents[2] / "shared" / "data" / "dev"
"""Messages of other people's making, where somebody put them; for measuring only."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A text of the library with the verdict of a library that does not know its group."""

    text: LibraryText
    verdict: Verdict


def unseen(patterns: Patterns, by_register: bool, folds: int) -> list[Judged]:
    """Judge every text by the whole engine, built without its family or, if asked, its register.

    A fold without which only one side is left cannot be judged and is left out.
    """
    texts = list(library_texts(patterns))
    examples = expand(texts, patterns.slots)
    if by_register:
        examples = [
            replace(one, group=texts[at // (COPIES + 1)].register)
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
    examples: Sequence[Example],
    fold_of: NDArray[np.int64],
) -> Iterator[Judged]:
    text_fold = fold_of[:: COPIES + 1]
    for fold in sorted(set(fold_of.tolist())):
        rest = [one for one, own in zip(examples, fold_of, strict=True) if own != fold]
        if len({one.is_scam for one in rest if one.weight}) < 2:
            continue
        lessons = lessons_of(rest)
        margins = fitting.margins_unseen(rest, lessons)
        weights = fitting.fit(lessons)
        nothing = fit_families([], {})
        model = fitting.classifier(weights, fitting.calibrate(rest, margins), nothing)
        known = [text for text, own in zip(texts, text_fold, strict=True) if own != fold]
        index = index_texts(known, patterns.slots)
        library = Library(
            "bench",
            live_families(patterns),
            patterns.categories,
            model,
            index,
            build_neighbours(index.entries),
        )
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


def report_disguised(
    library: Library, patterns: Patterns, screen: Console, names: Sequence[str] = ()
) -> list[Goal]:
    """Print what each disguise leaves of the verdicts; a goal for each way and one for harm."""
    scams, harmless = disguised.scam_texts(patterns), disguised.harmless_texts(patterns)
    table = Table("disguise", "scams", "recall", "hidden", "ratio", "harmless", "flagged", "hidden")
    goals = []
    for left in disguised.measure(library, scams, harmless, names):
        table.add_row(
            left.name, str(left.scams), f"{left.recall_plain:.3f}", f"{left.recall:.3f}",
            f"{left.ratio:.3f}", str(left.harmless), f"{left.alarms_plain:.2%}",
            f"{left.alarms:.2%}",
        )  # fmt: skip
        ratio, alarms = f"recall hidden/plain: {left.name}", f"harmless flagged: {left.name}"
        goals += [
            Goal(ratio, disguised.LEAST_RATIO, left.ratio, least=True),
            Goal(alarms, left.alarms_plain, left.alarms),
        ]
    screen.print(table)
    return goals


def report_monotone(library: Library, texts: Sequence[str], screen: Console) -> list[Goal]:
    """Print which verdicts get milder where a text says more of a trick; none may."""
    trial = monotone.measure(library, texts)
    screen.print(
        f"{trial.sentences} times one sentence more, {trial.clauses} times one clause more, "
        f"in {trial.texts} suspect texts; {len(trial.beside)} fell for which nothing is promised"
    )
    for drop in trial.drops[:MOST_SHOWN]:
        levels = f"{drop.before.level} {drop.before.score} → {drop.after.level} {drop.after.score}"
        screen.print(f"{levels}, {drop.tactic} {drop.place}: {drop.text}")
    milder = sum(drop.is_milder for drop in trial.drops)
    return [
        Goal("verdicts milder with more of a trick", 0, milder),
        Goal("only their score lower", 0, len(trial.drops) - milder),
    ]


def report_dev(library: Library, files: Sequence[Path], screen: Console) -> None:
    """Flagged shares by file and label, and how well scores part scams from genuine rows."""
    for path in files:
        scores: dict[str, list[float]] = defaultdict(list)
        flagged: Counter[str] = Counter()
        for row in _rows([path]):
            verdict = judge(row["text"], library)
            scores[row["label"]].append(verdict.score)
            flagged[row["label"]] += verdict.level in FLAGGED
        shares = ", ".join(
            f"{label} {flagged[label]}/{len(found)} = {flagged[label] / len(found):.1%}"
            for label, found in sorted(scores.items())
        )
        screen.print(f"{path.name}: flagged {shares}")
        if scores["scam"] and scores["ham"]:
            scam, ham = np.array(scores["scam"]), np.array(scores["ham"])
            recall = float((scam > score_at(ham, 0.01)).mean())
            screen.print(f"  AUC {auc(scam, ham):.4f}, recall at 1% false alarms {recall:.3f}")


def run_parts(what: str, patterns: Patterns, folds: int, every: int, screen: Console) -> int:
    """The parts asked for, in order; 1 where a goal is missed."""
    goals: list[Goal] = []
    if what in ("all", "unseen"):
        report(unseen(patterns, False, folds), "leave a family out")
        report(unseen(patterns, True, folds), "leave a register out")
    library = load_library(PATTERNS_ROOT, CACHE)
    if what in ("all", "disguised"):
        goals += report_disguised(library, patterns, screen)
    if what in ("all", "monotone"):
        goals += report_monotone(library, monotone.texts_of(patterns)[::every], screen)
    if what in ("all", "dev"):
        report_dev(library, sorted(DEV.glob("*.jsonl")), screen)
    if what in ("all", "speed"):
        texts = [*disguised.scam_texts(patterns), *disguised.harmless_texts(patterns)]
        goals += speed.measure(library, CACHE, texts)
    return report_goals(goals, screen) if goals else 0


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ("all", "unseen", "disguised", "monotone", "dev", "speed", "quantiles", "predict")
    parser.add_argument("what", nargs="?", default="all", choices=parts)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--every", type=int, default=20)
    given = parser.parse_args()
    if given.what == "quantiles":
        quantiles(load_library(PATTERNS_ROOT, CACHE), given.files)
    elif given.what == "predict":
        predict(load_library(PATTERNS_ROOT, CACHE), given.files[0], given.files[1:])
    else:
        patterns = read_patterns(PATTERNS_ROOT)
        return run_parts(given.what, patterns, given.folds, given.every, Console(width=120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
