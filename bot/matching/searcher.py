"""All phrases of a table looked for in one pass (Aho-Corasick)."""

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
