"""Builds the compiled library: `python -m bot.services.training PATTERNS OUT`.

Says on standard output, one JSON object a line, how far it is (`share`, `what`) or what is wrong
with the library (`error`); nothing else.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bot.matching.features import fold, read_text
from bot.matching.index import Entry, Index, build_index, key_of
from bot.matching.library import Family, FamilyStatus, Library
from bot.matching.neighbours import build_neighbours
from bot.matching.normalize import normalize
from bot.services import fitting
from bot.services.compiled import write_library
from bot.services.expansion import Side, Slots, fill, generator, variants
from bot.services.fitting import Example
from bot.services.library import library_version
from bot.services.patterns import LibraryError, Patterns, read_patterns

COPIES = 1
"""Further forms of each text besides the one written."""

SHORTEST_LESSON = 25
"""Scam scripts of fewer characters do not teach the classifier what a scam is.

Such hooks make ordinary fragments suspect. Recall at 1% false alarms on `dev`, `set_one` and
`set_three` by this length, with 21,500 texts: 20 0.85, 0.93, 0.92; 25 0.87, 0.91, 0.94; 30 0.89,
0.90, 0.95.
"""

_PART = 1000
"""Texts that one process reads at a time."""

Progress = Callable[[float, str], None]


def build_library(root: Path, progress: Progress) -> Library:
    """Read, expand, fit and index. The same files give the same library."""
    progress(0.0, "读取骗术库")
    version = library_version(root)
    patterns = read_patterns(root)
    progress(0.02, "展开话术")
    texts = list(library_texts(patterns))
    examples = expand(
        texts, patterns.slots, lambda share: progress(0.02 + 0.28 * share, "展开话术")
    )
    progress(0.3, "交叉验证")
    step = 0.35 / fitting.FOLDS
    margins = fitting.margins_unseen(
        examples, after_fold=lambda fold: progress(0.3 + step * (fold + 1), "交叉验证")
    )
    calibration = fitting.calibrate(examples, margins)
    weights = fitting.fit(examples)
    progress(0.72, "区分各类骗术")
    category_of = {family.id: family.category for family in patterns.families.values()}
    plain = [example for example in examples if example.plain]
    families = fitting.fit_families(plain, category_of)
    model = fitting.classifier(weights, calibration, families)
    progress(0.95, "建立索引")
    index = index_texts(texts, patterns.slots)
    neighbours = build_neighbours(index.entries)
    return Library(version, live_families(patterns), patterns.categories, model, index, neighbours)


@dataclass(frozen=True, slots=True)
class LibraryText:
    """A written text of the library; `family` is empty for a genuine one, `group` its file."""

    text: str
    family: str
    group: str
    register: str

    @property
    def side(self) -> Side:
        """The side it was written for."""
        return Side.SCAM if self.family else Side.GENUINE


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


def expand(
    texts: Sequence[LibraryText],
    slots: Slots,
    progress: Callable[[float], None] = lambda share: None,
    copies: int = COPIES,
) -> list[Example]:
    """Every text in its forms, read; `copies + 1` examples for each text, the plain one first."""
    parts = [texts[at : at + _PART] for at in range(0, len(texts), _PART)]
    examples: list[Example] = []
    read = partial(_read_forms, slots=slots, copies=copies)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for number, part in enumerate(
            pool.map(read, parts) if len(parts) > 1 else map(read, parts)
        ):
            examples += part
            progress((number + 1) / len(parts))
    return examples


def _read_forms(texts: Sequence[LibraryText], slots: Slots, copies: int) -> list[Example]:
    return [
        _example(text, form, plain=copy == 0)
        for text in texts
        for copy, form in enumerate(variants(text.text, text.side, slots, copies))
    ]


def _example(text: LibraryText, form: str, *, plain: bool) -> Example:
    reading = read_text(form)
    telling = not text.family or len(text.text) >= SHORTEST_LESSON
    return Example(reading.grams(), reading.facts(), text.family, text.group, plain, telling)


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
