"""All phrases of a table looked for in one pass: Aho-Corasick, or a part of a pattern."""

import re
from collections.abc import Iterable
from typing import Protocol

from ahocorasick_rs import AhoCorasick


class Searcher(Protocol):
    """What is used of `ahocorasick_rs`, which carries no types."""

    def find_matches_as_indexes(
        self, haystack: str, overlapping: bool = False
    ) -> list[tuple[int, int, int]]:
        """The number of the phrase, its start and its end, for every match."""
        ...


def search_for(phrases: Iterable[str]) -> Searcher:
    """A searcher over the phrases, numbered in their order."""
    searcher: Searcher = AhoCorasick(tuple(phrases))
    return searcher


def any_of(phrases: Iterable[str]) -> str:
    """A pattern of any of the phrases.

    It begins with the set of their first characters, so that a place where none begins costs a
    fifth of what trying each phrase there does.
    """
    rests: dict[str, list[str]] = {}
    for phrase in phrases:
        rests.setdefault(re.escape(phrase[0]), []).append(re.escape(phrase[1:]))
    parts = (f"(?<={first})(?:{'|'.join(found)})" for first, found in rests.items())
    return f"[{''.join(rests)}](?:{'|'.join(parts)})"
