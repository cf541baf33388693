"""The benchmark of the first paint works; its times are for people, its bytes are judged here."""

import pytest
from rich.console import Console

from bench import paint
from bench.goals import report
from bot.matching.library import Library


@pytest.mark.browser
async def test_every_page_paints_and_is_light(library: Library, chromium: str) -> None:
    visits = await paint.measure(library, chromium, 1)
    assert visits.keys() == {"chat", "board"}
    for page, (visit,) in visits.items():
        assert 0 < visit.first_ms <= visit.largest_ms, page
        assert {url.rpartition(".")[2].partition("?")[0] for url in visit.files} >= {"css", "js"}
        assert visit.bytes <= paint.MOST_KB * 1024, visit.files
    assert len(paint.goals(visits)) == 6


@pytest.mark.parametrize(
    ("first_ms", "largest_ms", "size", "missed"),
    [(900, 2000, 1000, 0), (1100, 2000, 1000, 1), (900, 2600, 1000, 1), (900, 2000, 308_000, 1)],
)
def test_the_median_visit_is_held_to_the_goals(
    first_ms: float, largest_ms: float, size: int, missed: int
) -> None:
    slow_once = paint.Visit(9000, 9000, {"/": 1})
    visits = [paint.Visit(first_ms, largest_ms, {"/": size})] * 2
    goals = paint.goals({"chat": [slow_once, *visits]})
    assert report(goals, Console(quiet=True)) == missed
