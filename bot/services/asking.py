"""Answering questions from our own articles and answers, or saying that we do not know.

Every document is a set of phrasings. A question is compared with each of them by its words and
pairs of characters, weighted by how rare they are among the documents; the concepts of the matching
join words that differ, its classifier says which trick is told of. What no document knows counts
against every answer, so that a question about the weather is declined.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np
from numpy.typing import NDArray

from bot.matching.classifier import probability
from bot.matching.concepts import concepts_in
from bot.matching.features import fold, read_text
from bot.matching.library import Library
from bot.matching.tokens import tokenize
from bot.services.articles import Article, Section
from bot.services.education import Education, education
from bot.services.faq import Answered
from bot.services.question_words import without_question_words

LONGEST_QUESTION = 200
LEAST_SCORE = 0.43
"""Below this no answer is given; measured in tests/content/test_asking.py."""
WORTH = {"w": 1.5, "p": 1.0, "c": 0.6}
"""What a word, a pair of characters and a concept count for beside their rarity."""
NEAR, COVERED, TRICK = 0.65, 0.35, 0.15
"""*Defaults*: shares of the nearest phrasing and of the whole document, weight of the trick."""

LONG = 60.0
"""A telling is not held against more than this, in worth: about eight signs."""
SCAM = 0.2
"""What it counts for that a scam is told of."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """The best answer: an answered question, or an article, and how near it is (0 to about 1)."""

    answered: Answered | None
    article: Article | None
    score: float = 0.0

    @property
    def id(self) -> str:
        """What was found: the id of the answer, or the family of the article."""
        if self.answered is not None:
            return self.answered.id
        return self.article.family if self.article is not None else ""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows have a feature; `mass` is what the features of a row are worth together."""

    rows: dict[str, NDArray[np.int32]]
    mass: Numbers

    def shared(self, asked: dict[str, float]) -> Numbers:
        """What each row shares with a question."""
        shared = np.zeros(len(self.mass))
        for name, worth in asked.items():
            rows = self.rows.get(name)
            if rows is not None:
                shared[rows] += worth
        return shared


@dataclass(frozen=True, slots=True)
class Answers:
    """Documents ready to be searched; `owner` is the document of each phrasing."""

    found: Sequence[Found]
    owner: NDArray[np.int32]
    phrasings: Postings
    whole: Postings
    rarity: dict[str, float]

    def best(self, question: str, library: Library) -> Found | None:
        """The answer to a question; None where none is near enough."""
        ranked = self.ranked(question, library)
        return ranked[0] if ranked and ranked[0].score >= LEAST_SCORE else None

    def ranked(self, question: str, library: Library) -> list[Found]:
        """Every document by nearness, the nearest first."""
        reading = read_text(question[:LONGEST_QUESTION])
        asked = {name: self._worth(name) for name in features(reading.folded)}
        mass = min(sum(asked.values()), LONG)
        if not mass:
            return []
        near = self.phrasings.shared(asked) / np.sqrt(mass * self.phrasings.mass)
        nearest = np.zeros(len(self.found))
        np.maximum.at(nearest, self.owner, near)
        scores = NEAR * nearest + COVERED * self.whole.shared(asked) / mass
        grams = reading.grams()
        scores += SCAM * probability(library.classifier.log_odds(reading, grams))
        tricks = library.classifier.families(grams)
        scores += [TRICK * tricks.get(one.id, 0.0) if one.article else 0.0 for one in self.found]
        order = np.argsort(-scores, kind="stable")
        return [
            Found(self.found[at].answered, self.found[at].article, float(scores[at]))
            for at in order
        ]

    def _worth(self, name: str) -> float:
        unknown = WORTH[name[0]] * log(1 + len(self.found))
        return self.rarity.get(name, unknown)


def features(folded: str) -> frozenset[str]:
    """Words, pairs of characters and concepts of a text, marked by kind."""
    plain = without_question_words(folded)
    words = {f"w{word}" for word in tokenize(plain) if len(word) > 1}
    pairs = {f"p{run[at : at + 2]}" for run in plain.split() for at in range(max(len(run) - 1, 1))}
    return frozenset(words | pairs | {f"c{name}" for name in concepts_in(plain)})


@cache
def answers() -> Answers:
    """The documents of the product's own content; some tenths of a second the first time."""
    return make_answers(education())


def make_answers(education: Education) -> Answers:
    """The documents of the content, ready to be searched."""
    found = [Found(one, None) for one in education.faq.values()]
    phrasings = [(one.question, *one.also) for one in education.faq.values()]
    rest: list[tuple[str, ...]] = [(one.answer,) for one in education.faq.values()]
    for article in education.articles.values():
        found.append(Found(None, article))
        phrasings.append(_phrasings(article))
        rest.append(tuple(line for lines in article.sections.values() for line in lines))
    rows = [features_of(text) for texts in phrasings for text in texts]
    owner = [at for at, texts in enumerate(phrasings) for _ in texts]
    whole = [
        frozenset().union(*map(features_of, (*texts, *more)))
        for texts, more in zip(phrasings, rest, strict=True)
    ]
    counts = Counter(name for row in whole for name in row)
    rarity = {name: WORTH[name[0]] * log(1 + len(found) / count) for name, count in counts.items()}
    return Answers(
        found,
        np.array(owner, dtype=np.int32),
        _postings(rows, rarity),
        _postings(whole, rarity),
        rarity,
    )


def features_of(text: str) -> frozenset[str]:
    """The features of a text of ours."""
    return features(fold(text))


def _phrasings(article: Article) -> tuple[str, ...]:
    marks = "，".join(article.sections[Section.MARKS])
    return (article.title, *article.sections[Section.HOW], marks, article.elders, article.group)


def _postings(rows: Sequence[frozenset[str]], rarity: dict[str, float]) -> Postings:
    lists: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        for name in row:
            lists.setdefault(name, []).append(at)
    mass = np.array([max(sum(rarity[name] for name in row), 1.0) for row in rows])
    return Postings({name: np.array(at, dtype=np.int32) for name, at in lists.items()}, mass)
