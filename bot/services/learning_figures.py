"""What learning came to: finished quizzes, correctness before and after, articles read, and so on.

Shares of people are given with the Wilson interval at 95% and left out below five people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.checks import count_opened
from bot.storage.drills import count_runs
from bot.storage.learners import count_learned, forgot_after
from bot.storage.quizzes import count_attempts
from bot.storage.subscriptions import count_kept

FEWEST = 5
"""k: of fewer people nothing is told."""
LEAST_GAP = timedelta(days=1)
"""An answer counts as one after learning when it came this long after the first."""
KEPT = timedelta(days=30)
Z = 1.96


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
    """The same people's first and newest answers about one thing (a family or an audience)."""

    name: str
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


async def learning_figures(
    session: AsyncSession, since: datetime, until: datetime
) -> LearningFigures:
    """The figures from `since` up to `until`.

    `finished` of quizzes begun, `opened` of warnings whose article was read, `stopped` of drills
    that came to an end, `kept` of subscriptions begun thirty days before the span or its end.
    """
    attempts = await count_attempts(session, since, until)
    learned = await count_learned(session, since, until, int(LEAST_GAP.total_seconds()))
    counted = [(family, who, (people, first, last)) for family, who, people, first, last in learned]
    runs = [(result, count) for _, result, count in await count_runs(session, since, until)]
    days = await forgot_after(session, since, until)
    everybody = _summed([("", *numbers) for _, _, numbers in counted])
    return LearningFigures(
        finished=Share(sum(done for *_, done in attempts), sum(begun for _, begun, _ in attempts)),
        opened=Share(*await count_opened(session, since, until)),
        stopped=Share(
            sum(count for result, count in runs if result == "stopped"),
            sum(count for result, count in runs if result in ("stopped", "danger")),
        ),
        kept=Share(*await count_kept(session, since - KEPT, until - KEPT, KEPT)),
        everybody=everybody[0] if everybody else None,
        families=_summed([(family, *numbers) for family, _, numbers in counted]),
        audiences=_summed([(audience, *numbers) for _, audience, numbers in counted]),
        days_to_forget=median(days) if len(days) >= FEWEST else None,
    )


def _summed(rows: Sequence[tuple[str, int, int, int]]) -> tuple[BeforeAfter, ...]:
    totals: dict[str, list[int]] = {}
    for name, *numbers in rows:
        total = totals.setdefault(name, [0, 0, 0])
        for at, number in enumerate(numbers):
            total[at] += number
    return tuple(
        BeforeAfter(name, Share(before, people), Share(after, people))
        for name, (people, before, after) in sorted(totals.items())
        if people >= FEWEST
    )


def in_words(figures: LearningFigures) -> list[str]:
    """The lines of the weekly report."""
    lines = [
        f"答题：做完 {_share(figures.finished)}；演练中停住 {_share(figures.stopped)}",
        f"从预警点开文章：{_share(figures.opened)}；订阅满 30 天仍在收：{_share(figures.kept)}",
    ]
    if figures.everybody is not None:
        one = figures.everybody
        lines.append(
            f"同一批人（{one.before.of} 人次）首答对 {_with_interval(one.before)}，"
            f"隔天以后再答对 {_with_interval(one.after)}"
        )
    if figures.days_to_forget is not None:
        lines.append(f"答对后又答错，相隔天数的中位数：{figures.days_to_forget:g}")
    return lines


def _share(one: Share) -> str:
    value = "—" if one.value is None else f"{one.value:.1%}"
    return f"{value}（{one.part}/{one.of}）"


def _with_interval(one: Share) -> str:
    if one.value is None or one.interval is None:
        return "—"
    low, high = one.interval
    return f"{one.value:.1%}（{low:.1%}–{high:.1%}）"
