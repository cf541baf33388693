"""What retrieval is measured on: many scripts by expansion, and queries in forms of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from bot.matching.features import fold
from bot.matching.index import Entry
from bot.matching.keys import key_of
from bot.services.examples import LibraryText
from bot.services.expansion import Side, fill, generator, variants
from bot.services.patterns import Patterns
from bot.services.training import library_texts

UNHELD = -1
"""The template of a query that no engine holds."""


@dataclass(frozen=True, slots=True)
class Query:
    """A message, the family it came from, and its template's number or UNHELD."""

    text: str
    family: str
    template: int


@dataclass(frozen=True, slots=True)
class Material:
    """Scripts with the number of the template each was made from, and the queries."""

    entries: list[Entry]
    templates: list[int]
    queries: list[Query]


def make_material(patterns: Patterns, size: int, queries: int) -> Material:
    """`size` scripts from four fifths of the scam texts; half of the queries from the fifth left.

    Every family keeps some of its texts on both sides, so a query whose template nobody holds can
    still be told its family by another wording of the same trick.
    """
    held = _spread(held_texts(patterns), size)
    entries, templates = [], []
    for entry, template in islice(_scripts(patterns, held), size):
        entries.append(entry)
        templates.append(template)
    asked = [
        _query(patterns, text, held.index(text)) for text in _spread(held, queries - queries // 2)
    ]
    asked += [
        _query(patterns, text, UNHELD) for text in _spread(_scams(patterns)[::5], queries // 2)
    ]
    generator("order", size).shuffle(asked)
    return Material(entries, templates, asked)


def held_texts(patterns: Patterns) -> list[LibraryText]:
    """The four fifths of the scam texts that scripts are made from."""
    return [text for number, text in enumerate(_scams(patterns)) if number % 5]


def _scams(patterns: Patterns) -> list[LibraryText]:
    return [text for text in library_texts(patterns) if text.family]


def _spread(texts: Sequence[LibraryText], count: int) -> list[LibraryText]:
    """That many of the texts, evenly from all of them."""
    places = np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)
    return [texts[at] for at in places]


def _query(patterns: Patterns, text: LibraryText, template: int) -> Query:
    """The text with other values in its slots, in another form than any script has."""
    form = list(islice(variants(text.text + " ", text.side, patterns.slots, 1), 2))[-1]
    return Query(form, text.family, template)


def _scripts(patterns: Patterns, texts: Sequence[LibraryText]) -> Iterator[tuple[Entry, int]]:
    """Different filled forms of the texts, without end; from the second round on with half of
    another text in their middle, so that expansion is not mere repetition."""
    seen: set[str] = set()
    for round_number in range(100_000):
        for template, text in enumerate(texts):
            rng = generator("bench", round_number, text.text)
            filled = fill(text.text, Side.SCAM, patterns.slots, rng)
            mixed = filled if not round_number else _mixed(filled, texts, rng.random())
            key = key_of(fold(mixed))
            if key and key not in seen:
                seen.add(key)
                yield Entry(mixed, key, text.family, text.register), template


def _mixed(text: str, texts: Sequence[LibraryText], chance: float) -> str:
    other = texts[int(chance * len(texts))].text.translate(str.maketrans("", "", "{}"))
    half = len(text) // 2
    return text[:half] + other[: len(other) // 2] + text[half:]
