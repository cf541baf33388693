"""Which questions a quiz asks: what is due again, then the season's, then the rest. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from random import Random

from bot.services.articles import EVERYBODY, Article
from bot.services.questions import Question

QUIZ_LENGTH = 5
INTERVALS = (1, 3, 7, 21)
"""Days after which a missed family comes back, each after a right answer (issue of the product)."""
SEASON_WEIGHT, AUDIENCE_WEIGHT = 2.0, 3.0
"""*Defaults*: how many times likelier a family of the season, or of one's own kind, is asked."""


def next_due(step: int, correct: bool, today: date) -> tuple[int, date | None]:
    """The step and the day on which a family comes back; None: it is learned.

    A wrong answer begins anew with tomorrow; a right one goes on to the next interval.
    """
    if not correct:
        return 0, today + timedelta(days=INTERVALS[0])
    step += 1
    if step >= len(INTERVALS):
        return step, None
    return step, today + timedelta(days=INTERVALS[step])


def choose_questions(
    bank: Collection[Question],
    articles: Mapping[str, Article],
    *,
    due: Iterable[str],
    later: Collection[str],
    recent: Collection[str],
    audience: str,
    month: int,
    draw: Random,
    length: int = QUIZ_LENGTH,
) -> list[Question]:
    """Up to `length` questions, each of another family, easier ones first.

    `due` are families that come back today, the longest due first; `later` are asked last,
    since they are learned or not due yet; `recent` are ids not to repeat while there are others.
    """
    every, own = _by_family(bank), _by_family(one for one in bank if _is_for(one, audience))
    chosen = [
        _one_of(own.get(family) or every[family], recent, draw) for family in due if family in every
    ][:length]
    taken = {question.family for question in chosen}
    rest = [family for family in own if family not in taken]
    weights = {family: _weight(articles.get(family), audience, month) for family in rest}
    rest.sort(key=lambda one: (one in later, -(draw.random() ** (1 / weights[one]))))
    chosen += [_one_of(own[one], recent, draw) for one in rest[: length - len(chosen)]]
    return sorted(chosen, key=lambda question: question.difficulty)


def _by_family(questions: Iterable[Question]) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(question.family, []).append(question)
    return found


def _is_for(question: Question, audience: str) -> bool:
    return not audience or not {audience, EVERYBODY}.isdisjoint(question.audience)


def _weight(article: Article | None, audience: str, month: int) -> float:
    if article is None:
        return 1.0
    season = SEASON_WEIGHT if article.in_season(month) else 1.0
    own = AUDIENCE_WEIGHT if audience and audience in article.audience else 1.0
    return season * own


def _one_of(questions: Collection[Question], recent: Collection[str], draw: Random) -> Question:
    fresh = [question for question in questions if question.id not in recent]
    return draw.choice(fresh or list(questions))
