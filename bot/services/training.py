"""Builds the compiled library: `python -m bot.services.training PATTERNS OUT`.

Says on standard output, one JSON object a line, how far it is (`share`, `what`) or what is wrong
with the library (`error`); nothing else.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from bot.matching.features import fold
from bot.matching.index import Entry, Index, build_index
from bot.matching.keys import key_of
from bot.matching.library import Family, FamilyStatus, Library
from bot.matching.neighbours import build_neighbours
from bot.matching.normalize import normalize
from bot.services.compiled import write_library
from bot.services.examples import LibraryText, expand
from bot.services.expansion import Slots, fill, generator
from bot.services.library import library_version
from bot.services.patterns import LibraryError, Patterns, read_patterns

_MANY = 1000
"""Scam texts from which a process of its own is worth its start."""

Progress = Callable[[float, str], None]
Result = TypeVar("Result")


def build_library(root: Path, progress: Progress) -> Library:
    """Read, expand, fit and index. The same files give the same library.

    Families are told apart by a process of its own beside the rest. scikit-learn is loaded late, so
    that the processes which read texts do without.
    """
    progress(0.0, "读取骗术库")
    version = library_version(root)
    patterns = read_patterns(root)
    progress(0.02, "展开话术")
    texts = list(library_texts(patterns))
    examples = expand(texts, patterns.slots, lambda share: progress(0.02 + 0.4 * share, "展开话术"))
    from bot.services import fitting
    from bot.services.fitting_families import fit_families
    from bot.services.lessons import lessons_of

    category_of = {family.id: family.category for family in patterns.families.values()}
    scams = [example for example in examples if example.plain and example.is_scam]
    with _beside(partial(fit_families, scams, category_of), apart=len(scams) > _MANY) as families:
        progress(0.42, "交叉验证")
        lessons = lessons_of(examples)
        step = 0.36 / fitting.FOLDS
        margins = fitting.margins_unseen(
            examples,
            lessons,
            after_fold=lambda fold: progress(0.42 + step * (fold + 1), "交叉验证"),
        )
        calibration = fitting.calibrate(examples, margins)
        weights = fitting.fit(lessons)
        progress(0.9, "建立索引")
        index = index_texts(texts, patterns.slots)
        neighbours = build_neighbours(index.entries)
        progress(0.95, "区分各类骗术")
        model = fitting.classifier(weights, calibration, families())
    return Library(version, live_families(patterns), patterns.categories, model, index, neighbours)


@contextmanager
def _beside(call: Callable[[], Result], *, apart: bool) -> Iterator[Callable[[], Result]]:
    """Asks for the result of a call, which a process of its own meanwhile makes if `apart`."""
    if not apart:
        yield call
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(call).result


def library_texts(patterns: Patterns) -> Iterator[LibraryText]:
    """The scripts of live families, then all genuine messages."""
    live = live_families(patterns)
    for family, registers in patterns.scripts.items():
        for register, texts in registers.items() if family in live else ():
            for text in texts:
                yield LibraryText(text.text, family, family, register)
    for genuine in patterns.genuine:
        for register, texts in genuine.messages.items():
            for text in texts:
                yield LibraryText(text.text, "", genuine.id, register)


def live_families(patterns: Patterns) -> dict[str, Family]:
    """Families in use, their stage phrases in the form that texts are compared in."""
    return {
        family.id: replace(
            family,
            stages={
                stage: tuple(normalize(phrase).text for phrase in phrases)
                for stage, phrases in family.stages.items()
            },
        )
        for family in patterns.families.values()
        if family.status in (FamilyStatus.TRIAL, FamilyStatus.STABLE)
    }


def index_texts(texts: Iterable[LibraryText], slots: Slots) -> Index:
    """All texts by gram; those that differ only in numbers and marks are held once."""
    entries: dict[str, Entry] = {}
    for text in texts:
        filled = fill(text.text, text.side, slots, generator("shown", text.text))
        key = key_of(fold(normalize(filled).text))
        entries.setdefault(key, Entry(filled, key, text.family, text.group))
    return build_index([entry for key, entry in entries.items() if key])


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Build from the first path into the second; 1 with an `error` line when it cannot be."""
    root, out = map(Path, arguments)
    try:
        library = build_library(root, lambda share, what: _say(share=round(share, 3), what=what))
    except LibraryError as error:
        _say(error=error.words)
        return 1
    write_library(library, out)
    _say(share=1.0, what="完成")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
