"""The benchmark of retrieval works and its engines find what they hold; no time is tested."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench import matching
from bench.goals import Goal, report
from bench.material import UNHELD, Material, make_material
from bench.rivals import MORE_LIKE_THIS, rivals
from bot.services.patterns import Patterns, read_patterns
from tests.services.small_patterns import write_small_patterns


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Patterns:
    folder: Path = tmp_path_factory.mktemp("patterns")
    return read_patterns(write_small_patterns(folder))


@pytest.fixture(scope="module")
def material(patterns: Patterns) -> Material:
    return make_material(patterns, 60, 8)


def test_scripts_differ_and_know_their_template(material: Material) -> None:
    assert len({entry.key for entry in material.entries}) == 60
    assert len(material.templates) == 60
    assert {query.template == UNHELD for query in material.queries} == {True, False}


def test_every_rival_finds_a_script_by_its_own_words(material: Material) -> None:
    engines = list(rivals([entry.key for entry in material.entries], slow=True))
    assert len(engines) == 6
    for engine in engines:
        for number in (0, 30, 59):
            assert engine.search(material.entries[number].text)[0] == number, engine.name


def test_more_like_this_wants_most_of_the_terms(material: Material) -> None:
    keys = [entry.key for entry in material.entries]
    engine = next(one for one in rivals(keys, slow=False) if one.name == MORE_LIKE_THIS)
    few_terms, others = keys[0][:6], "".join(keys[7][:12])
    assert engine.search(few_terms)
    assert 0 not in engine.search(few_terms + others)


def test_run_counts_all_queries_of_all_engines(patterns: Patterns, material: Material) -> None:
    fitted = matching.fitted_without(patterns)
    shown = io.StringIO()
    found = matching.measure(patterns, material, fitted, Console(file=shown, width=140))
    assert len(found.tallies) == 8
    assert len(found.tallies[matching.RETRIEVAL].answers) == len(material.queries)
    assert len(found.tallies[matching.OURS].answers) == len(material.queries)
    numbers = range(len(material.queries))
    assert found.recall(matching.OURS, numbers, 5, template=True) == 1.0
    assert found.recall(matching.OURS, numbers, 1, template=False) >= 0.5
    for step in ("normalise", "tokens", "one posting walk", "one classifier dot"):
        assert step in shown.getvalue()


def test_goal_missed_is_shown_and_fails() -> None:
    shown = io.StringIO()
    screen = Console(file=shown, width=140)
    met = [Goal("at most", 2, 2), Goal("at least", 2, 2, least=True)]
    assert report(met, screen) == 0
    assert "short" not in shown.getvalue()
    assert report([*met, Goal("at most", 2, 2.1)], screen) == 1
    assert report([Goal("at least", 2, 1.9, least=True)], screen) == 1
    assert "short" in shown.getvalue()
