"""What texts are compared by: their words without marks, any number one 0, any link one mark."""

import re

LONGEST_KEY = 600

_NOT_WORD = re.compile(r"[^\w\ue000]")
_RUNS = ("0", "\ue000")


def key_of(folded: str) -> str:
    """The key of a folded text, at most LONGEST_KEY characters."""
    words = _NOT_WORD.sub("", folded[: 2 * LONGEST_KEY]).replace("_", "")
    for sign in _RUNS:
        while 2 * sign in words:
            words = words.replace(2 * sign, sign)
    return words[:LONGEST_KEY]


def places_of(folded: str) -> list[tuple[int, int]]:
    """Where each character of the key begins and ends in the folded text: a number or link ends
    with its last sign."""
    places: list[tuple[int, int]] = []
    last = ""
    for at, char in enumerate(folded[: 2 * LONGEST_KEY]):
        if char == "_" or _NOT_WORD.match(char):
            continue
        if char == last and char in _RUNS:
            places[-1] = (places[-1][0], at + 1)
        else:
            places.append((at, at + 1))
        last = char
    return places[:LONGEST_KEY]
