"""Other ways to find the nearest script, each over the same keys as ours."""

import gc
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern

import bm25s
import numpy as np
import tantivy
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from bot.matching.features import fold
from bot.matching.keys import key_of

BEST = 5
"""How many scripts an engine answers with, the best first."""

RARE_TERMS = 25
"""more_like_this: how many of the query's rarest bigrams are asked for."""

LEAST_SHARE, LEAST_FROM = 0.7, 10
"""more_like_this: of more than LEAST_FROM terms, this share must be found."""

Search = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to search; `slow` ones get fewer queries, and none at the largest size."""

    name: str
    search: Search
    build_seconds: float = 0.0
    megabytes: float = 0.0
    slow: bool = False


BRUTE = "rapidfuzz brute force"
COSINE = "sklearn TF-IDF cosine"
FTS5 = "SQLite FTS5"
BM25 = "bm25s"
TANTIVY = "tantivy"
MORE_LIKE_THIS = "more_like_this (tantivy)"


def rivals(keys: Sequence[str], *, slow: bool) -> Iterator[Engine]:
    """Every rival, built one after the other; the slow ones only where asked for."""
    kinds: list[tuple[str, Callable[[Sequence[str]], Search], bool]] = [
        (BM25, _bm25, False),
        (TANTIVY, _tantivy, False),
        (MORE_LIKE_THIS, _more_like_this, False),
        (BRUTE, _brute_force, True),
        (COSINE, _cosine, True),
        (FTS5, _full_text, True),
    ]
    for name, build, is_slow in kinds:
        if slow or not is_slow:
            before, begun = resident_megabytes(), time.perf_counter()
            search = build(keys)
            seconds = time.perf_counter() - begun
            yield Engine(name, search, seconds, resident_megabytes() - before, is_slow)


def resident_megabytes() -> float:
    """Memory that this process holds, once what is free has been given back."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def bigrams(key: str) -> list[str]:
    """Neighbouring characters, each pair a term, interned so that a million scripts fit."""
    return [intern(one + two) for one, two in zip(key, key[1:], strict=False)]


def _terms(text: str) -> list[str]:
    return list(dict.fromkeys(bigrams(key_of(fold(text)))))


def _brute_force(keys: Sequence[str]) -> Search:
    def search(text: str) -> list[int]:
        key = key_of(fold(text))
        return [at for *_, at in process.extract(key, keys, scorer=fuzz.partial_ratio, limit=BEST)]

    return search


def _cosine(keys: Sequence[str]) -> Search:
    vectorizer = HashingVectorizer(analyzer="char", ngram_range=(2, 3), n_features=2**20)
    weighting = TfidfTransformer()
    matrix = weighting.fit_transform(vectorizer.transform(keys))

    def search(text: str) -> list[int]:
        query = weighting.transform(vectorizer.transform([key_of(fold(text))]))
        scores = (matrix @ query.T).toarray().ravel()
        best = np.argpartition(scores, -BEST)[-BEST:] if len(scores) > BEST else np.arange(BEST)
        found: list[int] = best[np.argsort(-scores[best])].tolist()
        return found

    return search


def _full_text(keys: Sequence[str]) -> Search:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE script USING fts5(grams, content='')")
    table.executemany(
        "INSERT INTO script(rowid, grams) VALUES (?, ?)",
        ((number, " ".join(bigrams(key))) for number, key in enumerate(keys)),
    )

    def search(text: str) -> list[int]:
        words = " OR ".join(f'"{term}"' for term in _terms(text))
        rows = table.execute(
            "SELECT rowid FROM script WHERE script MATCH ? ORDER BY rank LIMIT ?", (words, BEST)
        )
        return [int(row[0]) for row in rows]

    return search


def _bm25(keys: Sequence[str]) -> Search:
    model = bm25s.BM25()
    model.index([bigrams(key) for key in keys], show_progress=False)
    best = min(BEST, len(keys))

    def search(text: str) -> list[int]:
        terms = [term for term in _terms(text) if term in model.vocab_dict]
        if not terms:
            return []
        numbers, _ = model.retrieve([terms], k=best, show_progress=False)
        found: list[int] = numbers[0].tolist()
        return found

    return search


def _tantivy_index(keys: Sequence[str]) -> tuple[tantivy.Schema, tantivy.Searcher]:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("grams", tokenizer_name="whitespace", index_option="freq")
        .add_integer_field("number", fast=True)
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for number, key in enumerate(keys):
        writer.add_document(tantivy.Document(grams=" ".join(bigrams(key)), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return schema, index.searcher()


def _tantivy(keys: Sequence[str]) -> Search:
    schema, searcher = _tantivy_index(keys)

    def search(text: str) -> list[int]:
        return _ask(searcher, _any_of(schema, _terms(text)))

    return search


def _more_like_this(keys: Sequence[str]) -> Search:
    """Lucene's rule: the rarest terms of the query, most of which must be found."""
    schema, searcher = _tantivy_index(keys)
    texts_with = Counter(term for key in keys for term in set(bigrams(key)))

    def search(text: str) -> list[int]:
        held = [term for term in _terms(text) if term in texts_with]
        rare = sorted(held, key=texts_with.__getitem__)[:RARE_TERMS]
        least = int(LEAST_SHARE * len(rare)) if len(rare) > LEAST_FROM else None
        return _ask(searcher, _any_of(schema, rare, least))

    return search


def _any_of(
    schema: tantivy.Schema, terms: Sequence[str], least: int | None = None
) -> tantivy.Query:
    wanted = [
        (tantivy.Occur.Should, tantivy.Query.term_query(schema, "grams", term, "freq"))
        for term in terms
    ]
    return tantivy.Query.boolean_query(wanted, minimum_number_should_match=least)


def _ask(searcher: tantivy.Searcher, query: tantivy.Query) -> list[int]:
    hits = searcher.search(query, limit=BEST, count=False).hits
    return list(searcher.fast_field_values("number", [address for _, address in hits]))
