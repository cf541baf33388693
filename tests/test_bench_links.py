"""The benchmark of links, whole: it takes seconds."""

import random
from io import StringIO

from rich.console import Console

from bench.link_material import genuine, imitations
from bench.links import COUNT, measure
from bot.matching.domains import is_official, site_of
from bot.matching.library import Library


def test_imitations_are_none_of_the_official_sites() -> None:
    for link in imitations(400, random.Random(1)):
        site = site_of(link.text.partition("://")[2].partition("/")[0] or link.text.split("/")[0])
        assert site is None or not is_official(site), link


def test_the_same_seed_makes_the_same_links() -> None:
    assert imitations(50, random.Random(7)) == imitations(50, random.Random(7))
    assert genuine(50, random.Random(7)) != genuine(50, random.Random(8))


def test_every_link_is_judged_and_the_goals_are_met(library: Library) -> None:
    goals = measure(COUNT, library, Console(file=StringIO()))
    assert [goal.met for goal in goals] == [True, True]
