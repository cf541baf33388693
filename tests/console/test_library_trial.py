"""A family tried out: begun once, watched, and what it showed."""

import asyncio
import re
import threading
from dataclasses import replace

import pytest

from bot.app import LibraryInService
from bot.services import family_trial
from bot.services.family_trial import judge_part
from bot.services.library_files import Text
from bot.services.patterns import Cases, Patterns, all_texts
from console import trials
from console.workshop import Workshop
from tests.console.desk import Browser, Desk
from tests.console.test_library import officer, service
from tests.services.conftest import small_library, small_patterns, small_root

__all__ = ["officer", "service", "small_library", "small_patterns", "small_root"]

PAGE = "/library/families/police_case/trial"
TRICK = "这里是市公安局,你涉嫌一起洗钱案件,把资金转到安全账户接受清查,不许告诉任何人"
HARMLESS = "今晚回来吃饭吗?我买了排骨"


def taken_up(desk: Desk, service: LibraryInService, patterns: Patterns) -> None:
    shop = Workshop(service.current, lambda: patterns)
    desk.console.state.parts = replace(desk.console.state.parts, workshop=shop)


async def over(officer: Browser) -> str:
    """The page once the trial is over."""
    for _ in range(500):
        page = (await officer.get(PAGE)).text
        if "data-refresh" not in page:
            return page
        await asyncio.sleep(0.02)
    raise AssertionError("the trial does not end")


def rows(page: str) -> list[list[str]]:
    return [
        re.findall(r">([\d,]+)<", row) for row in re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)
    ]


async def test_a_trial_shows_what_is_missed_and_which_genuine_messages_are_taken_for_it(
    small_desk: Desk, service: LibraryInService, officer: Browser, small_patterns: Patterns
) -> None:
    good = {"match": (Text(TRICK, "x.cases.yml", 1),), "no_match": (Text(HARMLESS, "x", 2),)}
    cases = Cases(**good, todo_match=(Text(HARMLESS, "x.cases.yml", 3),))
    patterns = replace(small_patterns, cases={"police_case": cases})
    genuine = sum(len(all_texts(one.messages)) for one in patterns.genuine)
    taken_up(small_desk, service, patterns)
    assert "还没有试过" in (await officer.get(PAGE)).text
    assert (await officer.submit(PAGE)).headers["location"].endswith(PAGE)
    page = await over(officer)
    assert "用例都判对了" in page
    assert rows(page) == [
        ["1", "1", "0"],
        ["1", "1", "0"],
        ["1", "0", "1"],
        [f"{genuine}"] * 2 + ["0"],
    ]
    assert service.current().version in page

    kinds = patterns.genuine[0]
    flagged = replace(kinds, messages={next(iter(kinds.messages)): (Text(TRICK, "g.yml", 7),)})
    missed = Cases(match=(Text(HARMLESS, "x.cases.yml", 9),))
    patterns = replace(patterns, cases={"police_case": missed}, genuine=(flagged,))
    taken_up(small_desk, service, patterns)
    await officer.submit(PAGE)
    page = await over(officer)
    assert "判错 2 条" in page
    for place in ("x.cases.yml:9", "g.yml:7"):
        assert place in page


async def test_one_trial_at_a_time_and_who_comes_later_looks_on(
    small_desk: Desk,
    service: LibraryInService,
    officer: Browser,
    small_patterns: Patterns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def waits(*given: object) -> object:
        go_on.wait(10)
        return judge_part(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(trials, "judge_part", waits)
    monkeypatch.setattr(family_trial, "AT_ONCE", 3)
    cases = {name: Cases(match=(Text(TRICK, "x", 1),)) for name in ("police_case", "brush_task")}
    taken_up(small_desk, service, replace(small_patterns, cases=cases))
    try:
        await officer.submit(PAGE)
        page = (await officer.get(PAGE)).text
        assert "已判 0 /" in page
        assert 'data-refresh="2"' in page
        assert (await officer.submit(PAGE)).status_code == 303
        other = await officer.submit("/library/families/brush_task/trial")
        assert (other.status_code, "正在试跑另一个" in other.text) == (409, True)
    finally:
        go_on.set()
    assert "data-refresh" not in await over(officer)
    assert (await officer.submit("/library/families/no_such/trial")).status_code == 404
    assert (await officer.submit("/library/families/cs_insurance/trial")).status_code == 404
