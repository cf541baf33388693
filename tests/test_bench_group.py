"""A small run of the simulated year in groups."""

from io import StringIO

from rich.console import Console

from bench.group import measure, simulate
from bench.group_http import met_over_http
from bench.group_talk import Talk
from bot.matching.library import Library
from bot.services.library import PATTERNS_ROOT, read_patterns


def test_the_same_seed_makes_the_same_talk() -> None:
    patterns = read_patterns(PATTERNS_ROOT)
    one, other = (list(Talk(patterns, 3).day(50, 0.5)) for _ in range(2))
    assert one == other
    assert {bool(line.trick) for line in one} == {True, False}


def test_twenty_days_of_four_groups_meet_the_goals(library: Library) -> None:
    screen = Console(file=StringIO())
    patterns = read_patterns(PATTERNS_ROOT)
    tallies = (simulate(20, group, library, patterns) for group in range(4))
    goals = measure(20, 4, tallies, screen)
    assert [goal.measure for goal in goals if not goal.met] == []


async def test_over_http_the_word_about_a_scam_is_out_before_more_talk_is_fetched(
    library: Library,
) -> None:
    """A batch is at most a hundred updates, so nothing that is said later can hold it up."""
    groups = 6
    met = await met_over_http(library, groups, 25, a_second=None)
    assert len(met) == groups
    assert [one for one in met if one.behind] == []
