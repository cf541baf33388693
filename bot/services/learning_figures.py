"""What learning came to: finished quizzes, correctness before and after, articles read, and so on.

Shares of people are given with the Wilson interval at 95% and left out below five people.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.checks import count_opened
from bot.storage.drills import count_drill_people, count_runs
from bot.storage.group_quizzes import count_between
from bot.storage.learners import Learned, count_learned, count_people, forgot_after, people_by
from bot.storage.quizzes import Purpose, count_attempts, count_quiz_people
from bot.storage.subscriptions import count_kept

FEWEST = 5
"""k: of fewer people nothing is told."""
LEAST_GAP = timedelta(days=1)
"""An answer counts as one after learning when it came this long after the first."""
KEPT = timedelta(days=30)
Z = 1.96
LEARNT = (Purpose.PRACTICE, Purpose.ARTICLE)
"""Quizzes of residents; an officer's test after a training is not one."""
WEAKEST = 5
UNSAID = "未说明"
"""Of those who did not say who they are."""
WHOLE = "全部"
TOO_FEW = f"不到 {FEWEST} 人，不显示"


@dataclass(frozen=True, slots=True)
class Share:
    """A share with what it is made of."""

    part: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; None where there is nothing to divide by."""
        return self.part / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson score interval at 95%; None where there is nothing to divide by."""
        if not self.of:
            return None
        share, square = self.part / self.of, Z * Z
        middle = (share + square / (2 * self.of)) / (1 + square / self.of)
        spread = share * (1 - share) / self.of + square / (4 * self.of * self.of)
        half = Z * sqrt(spread) / (1 + square / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The same people's first and newest answers about one thing (a family or an audience).

    `people` are different persons, `before.of` answers: somebody may know of several families.
    """

    name: str
    people: int
    before: Share
    after: Share


@dataclass(frozen=True, slots=True)
class LearningFigures:
    """The figures of a span; what fewer than five people make up is left out of the lists."""

    finished: Share
    opened: Share
    stopped: Share
    kept: Share
    everybody: BeforeAfter | None
    families: tuple[BeforeAfter, ...]
    audiences: tuple[BeforeAfter, ...]
    days_to_forget: float | None
    group_quizzes: int
    group_answers: Share
    people: Mapping[str, int]
    """By the name of a share above: of how many different persons it is."""

    def told(self, name: str) -> Share | None:
        """A share by its name; None where fewer than five persons make it up."""
        share: Share = getattr(self, name)
        return share if not share.of or self.people[name] >= FEWEST else None


async def learning_figures(
    session: AsyncSession, since: datetime, until: datetime
) -> LearningFigures:
    """The figures from `since` up to `until`.

    `finished` of quizzes begun, `opened` of warnings whose article was read, `stopped` of drills
    that came to an end, `kept` of subscriptions begun thirty days before the span or its end.
    """
    attempts = [one for one in await count_attempts(session, since, until) if one[0] in LEARNT]
    runs = [(result, count) for _, result, count in await count_runs(session, since, until)]
    days, forgetful = await forgot_after(session, since, until)
    learned = Learned(since, until, int(LEAST_GAP.total_seconds()))
    counted = await count_learned(session, learned)
    quizzes, answers, right, most = await count_between(session, since, until)
    opened, warned, warned_people = await count_opened(session, since, until)
    kept = Share(*await count_kept(session, since - KEPT, until - KEPT, KEPT))
    return LearningFigures(
        finished=Share(sum(done for *_, done in attempts), sum(begun for _, begun, _ in attempts)),
        opened=Share(opened, warned),
        stopped=Share(
            sum(count for result, count in runs if result == "stopped"),
            sum(count for result, count in runs if result in ("stopped", "danger")),
        ),
        kept=kept,
        everybody=await _everybody(session, learned, counted),
        families=await _families(session, learned, counted),
        audiences=await _audiences(session, learned, counted),
        days_to_forget=median(days) if forgetful >= FEWEST else None,
        group_quizzes=quizzes,
        group_answers=Share(right, answers),
        people={
            "finished": await count_quiz_people(session, since, until, LEARNT),
            "opened": warned_people,
            "stopped": await count_drill_people(session, since, until),
            "kept": kept.of,
            "group_answers": most,
        },
    )


Counted = Sequence[tuple[str, str, int, int, int]]


async def _everybody(
    session: AsyncSession, learned: Learned, counted: Counted
) -> BeforeAfter | None:
    people = await count_people(session, learned)
    sums = _summed([("", *numbers) for _, _, *numbers in counted])
    return _line(WHOLE, people, sums[""]) if people >= FEWEST else None


async def _families(
    session: AsyncSession, learned: Learned, counted: Counted
) -> tuple[BeforeAfter, ...]:
    async def people(names: Collection[str]) -> int:
        return await count_people(session, learned, families=names)

    sums = _summed([(family, *numbers) for family, _, *numbers in counted])
    return await _lines(sums, await people_by(session, learned, "family"), people)


async def _audiences(
    session: AsyncSession, learned: Learned, counted: Counted
) -> tuple[BeforeAfter, ...]:
    async def people(names: Collection[str]) -> int:
        return await count_people(session, learned, audiences=names)

    sums = _summed([(who, *numbers) for _, who, *numbers in counted])
    return await _lines(sums, await people_by(session, learned, "audience"), people)


async def _lines(
    sums: Mapping[str, tuple[int, int, int]],
    by_name: Mapping[str, int],
    people: Callable[[Collection[str]], Awaitable[int]],
) -> tuple[BeforeAfter, ...]:
    """Every line of five or more people. What is left out is left out together with the smallest
    lines until it, too, is of five or more, since the whole less the lines would tell it."""
    found = [_line(name, by_name.get(name, 0), numbers) for name, numbers in sorted(sums.items())]
    shown = [one for one in found if one.people >= FEWEST]
    hidden = [one.name for one in found if one.people < FEWEST]
    shown.sort(key=lambda one: one.people)
    while hidden and shown and await people(hidden) < FEWEST:
        hidden.append(shown.pop(0).name)
    return tuple(sorted(shown, key=lambda one: one.name))


def _line(name: str, people: int, numbers: tuple[int, int, int]) -> BeforeAfter:
    answers, before, after = numbers
    return BeforeAfter(name, people, Share(before, answers), Share(after, answers))


def _summed(rows: Sequence[tuple[Any, ...]]) -> dict[str, tuple[int, int, int]]:
    totals: dict[str, tuple[int, int, int]] = {}
    for name, answers, before, after in rows:
        sums = totals.get(name, (0, 0, 0))
        totals[name] = (sums[0] + answers, sums[1] + before, sums[2] + after)
    return totals


def in_words(figures: LearningFigures, titles: Mapping[str, str]) -> list[str]:
    """The lines of the weekly report; `titles` names each family."""
    lines = [
        f"答题：做完 {_told(figures, 'finished')}；演练中停住 {_told(figures, 'stopped')}",
        f"从预警点开文章：{_told(figures, 'opened')}；订阅满 30 天仍在收：{_told(figures, 'kept')}",
    ]
    if figures.everybody is not None:
        one = figures.everybody
        lines.append(
            f"同一批人（{one.before.of} 人次）首答对 {_with_interval(one.before)}，"
            f"隔天以后再答对 {_with_interval(one.after)}"
        )
    lines += [
        f"　{one.name or UNSAID}（{one.people} 人）：{_from_to(one)}" for one in figures.audiences
    ]
    if figures.families:
        weakest = sorted(figures.families, key=lambda one: one.after.value or 0)[:WEAKEST]
        lines.append("隔天以后仍最容易错（全部骗术见统计页）：")
        lines += [f"　{titles.get(one.name, one.name)}：{_from_to(one)}" for one in weakest]
    if figures.group_quizzes:
        told = _told(figures, "group_answers")
        lines.append(f"群里答题 {figures.group_quizzes} 场：答对 {told}")
    if figures.days_to_forget is not None:
        lines.append(f"答对后又答错，相隔天数的中位数：{figures.days_to_forget:g}")
    return lines


def _from_to(one: BeforeAfter) -> str:
    return f"{_with_interval(one.before)} → {_with_interval(one.after)}"


def _told(figures: LearningFigures, name: str) -> str:
    one = figures.told(name)
    if one is None:
        return TOO_FEW
    value = "—" if one.value is None else f"{one.value:.1%}"
    return f"{value}（{one.part}/{one.of}）"


def _with_interval(one: Share) -> str:
    if one.value is None or one.interval is None:
        return "—"
    low, high = one.interval
    return f"{one.value:.1%}（{low:.1%}–{high:.1%}）"
