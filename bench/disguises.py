"""Writes a message the way people hide it from filters, each way by itself and mixed."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from bench import disguise_tables as tables

Operation = Callable[[str, random.Random], str]

_HAN = "\u4e00-\u9fff"
_LINK = re.compile(r"(?:https?://|www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+[^\s\u4e00-\u9fff]*")


def _outside_links(text: str, change: Callable[[str], str]) -> str:
    """Change all but links: a link written otherwise leads nowhere."""
    parts, done = [], 0
    for found in _LINK.finditer(text):
        parts += (change(text[done : found.start()]), found[0])
        done = found.end()
    return "".join((*parts, change(text[done:])))


def _by_words(share: float, words: Mapping[str, Sequence[str]]) -> Operation:
    """Each word of the table, longest first, written in one of its forms, a share of them."""
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))

    def operation(text: str, rng: random.Random) -> str:
        def form(found: re.Match[str]) -> str:
            return rng.choice(words[found[0]]) if rng.random() < share else found[0]

        return _outside_links(text, lambda part: pattern.sub(form, part))

    return operation


def _by_characters(share: float, forms: Mapping[str, Sequence[str]]) -> Operation:
    def operation(text: str, rng: random.Random) -> str:
        def change(part: str) -> str:
            return "".join(
                rng.choice(forms[char]) if char in forms and rng.random() < share else char
                for char in part
            )

        return _outside_links(text, change)

    return operation


def _between(share: float, pieces: Sequence[str]) -> Operation:
    """A piece between two neighbouring ideographs, at a share of the places."""
    place = re.compile(rf"(?<=[{_HAN}])(?=[{_HAN}])")

    def operation(text: str, rng: random.Random) -> str:
        piece = rng.choice(pieces)

        def put(found: re.Match[str]) -> str:
            return piece if rng.random() < share else ""

        return place.sub(put, text)

    return operation


def _both_cases(forms: Mapping[str, str]) -> Mapping[str, str]:
    return {**forms, **{letter.upper(): others for letter, others in forms.items()}}


def _zero_width(text: str, rng: random.Random) -> str:
    return "".join(
        char + rng.choice(tables.INVISIBLE) if rng.random() < 0.4 else char for char in text
    )


def _full_width(text: str, rng: random.Random) -> str:
    def change(part: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in part)

    return _outside_links(text, change)


def _traditional(text: str, rng: random.Random) -> str:
    return str(_converter(rng.choice(("s2t", "s2twp", "s2hk"))).convert(text))


@lru_cache(maxsize=3)
def _converter(name: str) -> Any:
    from opencc import OpenCC

    return OpenCC(name)


def _swapped(text: str, rng: random.Random) -> str:
    """Neighbouring ideographs exchanged, about one pair in twenty."""
    chars, at = list(text), 0
    while at + 1 < len(chars):
        both_han = all("\u4e00" <= char <= "\u9fff" for char in chars[at : at + 2])
        if both_han and rng.random() < 0.05:
            chars[at], chars[at + 1] = chars[at + 1], chars[at]
            at += 1
        at += 1
    return "".join(chars)


_FACE_PLACE = re.compile(r"(?<=[,.!?，。！？\n])(?=[^!-~])|(?<=[^!-~])\Z")
"""After a clause and at the end, but nowhere that a link would be written otherwise."""


def _kaomoji(text: str, rng: random.Random) -> str:
    return _FACE_PLACE.sub(lambda _: rng.choice(tables.KAOMOJI) if rng.random() < 0.6 else "", text)


def _spelled(text: str, rng: random.Random) -> str:
    """Every character apart."""
    gap = rng.choice((" ", ".", "-", "/", "\n"))
    return re.sub(rf"(?<=[{_HAN}])(?=[{_HAN}])", gap, text)


def _digits(text: str, rng: random.Random) -> str:
    """Whole numbers in one script each."""

    def number(found: re.Match[str]) -> str:
        style = rng.randrange(4)
        return "".join(tables.DIGIT_FORMS[digit][style] for digit in found[0])

    return _outside_links(text, lambda part: re.sub("[0-9]{2,}", number, part))


OPERATIONS: Mapping[str, Operation] = {
    "pinyin": _by_words(0.8, tables.PINYIN),
    "slang": _by_words(0.8, tables.SLANG),
    "homophones": _by_words(0.8, tables.HOMOPHONES),
    "emoji for words": _by_words(0.7, tables.EMOJI),
    "swapped characters": _swapped,
    "split characters": _by_characters(0.35, tables.SPLIT),
    "disguised digits": _digits,
    "variants": _by_characters(0.5, tables.VARIANTS),
    "traditional": _traditional,
    "look-alike letters": _by_characters(0.6, _both_cases(tables.LOOKALIKE_LETTERS)),
    "full width": _full_width,
    "kaomoji": _kaomoji,
    "every character apart": _spelled,
    "spaces inside words": _between(0.35, tables.GAPS),
    "marks inside words": _between(0.3, tables.MARKS),
    "zero width": _zero_width,
}
"""Each way to hide a text, by itself; those that rewrite words before those that part them."""

MIXED = "three at once"


def disguise(name: str, text: str, rng: random.Random) -> str:
    """The text hidden in one way, or in three ways one after the other."""
    chosen = set(rng.sample(list(OPERATIONS), 3)) if name == MIXED else {name}
    for each, operation in OPERATIONS.items():
        if each in chosen:
            text = operation(text, rng)
    return text
