"""The library's own cases, one by one: known misses and known false alarms are named, and strict.

A known miss that is found, or a known false alarm that is silent, fails the test until it is moved.
"""

from pathlib import Path

from bot.matching.library import Library
from bot.services.library import PATTERNS_ROOT, read_patterns, run_cases

KNOWN_FALSE_ALARMS = Path(__file__).with_name("known_false_alarms.txt")


def test_every_case_is_judged_as_it_says(library: Library) -> None:
    report = run_cases(library, read_patterns(PATTERNS_ROOT))
    assert [case.place for case in report.match if not case.passed] == []
    assert [case.place for case in report.todo_match if case.passed] == []
    flagged = [case.text for case in (*report.no_match, *report.genuine) if not case.passed]
    known = KNOWN_FALSE_ALARMS.read_text(encoding="utf-8").splitlines()
    assert sorted({text.replace("\n", "\\n") for text in flagged}) == known
    assert len(report.match) > len(report.todo_match)


def test_every_family_has_five_cases_that_are_found_and_three_in_peace() -> None:
    for family, cases in read_patterns(PATTERNS_ROOT).cases.items():
        assert len(cases.match) >= 5, family
        assert len(cases.no_match) >= 3, family
