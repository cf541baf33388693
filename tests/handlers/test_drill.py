"""A drill is agreed to, named at every step, stopped at any time, and gone on with."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.handlers.drill import HEAD
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.services.board import LEAST
from bot.services.checks import keep_check
from bot.services.drill_files import Drill, Result
from bot.services.education import education
from bot.storage.database import Database
from bot.storage.drills import DrillRun
from bot.storage.residents import find_or_add_resident
from tests.handlers.test_check import SCAM
from tests.talk import Talk

DRILLS = list(education().drills.values())
FOR_ADULTS = next(one for one in DRILLS if not one.for_minors)
FOR_MINORS = next(one for one in DRILLS if one.for_minors)


async def looks(talk: Talk, drill: Drill) -> str:
    await talk.says("/drill")
    if drill.title not in talk.labels:
        await talk.presses("还有")
    return await talk.presses(drill.title)


async def begins(talk: Talk, drill: Drill, button: str = "我已成年，开始") -> str:
    await looks(talk, drill)
    return await talk.presses(button)


async def test_what_was_met_most_this_week_stands_first(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/drill")
    assert talk.labels[-1] == "还有"
    await talk.presses("还有")
    assert len(talk.labels) == len(DRILLS)
    last = next(one for one in DRILLS if one.title == talk.labels[-1])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    verdict = Verdict(Level.HIGH, 1.0, library.version, family=last.family)
    async with sqlite_database.writing() as session:
        for number in range(LEAST):
            person = await find_or_add_resident(session, "telegram", number, yesterday)
            await keep_check(session, person, SCAM, verdict, yesterday)
    await talk.says("/drill")
    assert talk.labels[0] == last.title


async def test_a_trick_without_a_drill_brings_its_class_to_the_front(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    met = education().articles["cs_live"]
    assert met.family not in {one.family for one in DRILLS}
    verdict = Verdict(Level.HIGH, 1.0, library.version, family=met.family)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with sqlite_database.writing() as session:
        for number in range(LEAST):
            person = await find_or_add_resident(session, "telegram", number, yesterday)
            await keep_check(session, person, SCAM, verdict, yesterday)
    await talk.says("/drill")
    alike = [one for one in DRILLS if education().articles[one.family].category == met.category]
    assert {one.title for one in alike} == set(talk.labels[: len(alike)])


def way_to(drill: Drill, result: Result) -> list[str]:
    """The answers of a shortest way to such an end."""
    ways: list[tuple[str, list[str]]] = [(drill.start, [])]
    for name, way in ways:
        for choice in drill.nodes[name].choices:
            end = drill.ends.get(choice.to)
            if end is not None and end.result is result:
                return [*way, choice.text]
            if end is None and len(way) < 12:
                ways.append((choice.to, [*way, choice.text]))
    raise AssertionError("no such end")


async def runs(database: Database) -> list[DrillRun]:
    async with database.reading() as session:
        return list(await session.scalars(select(DrillRun).order_by(DrillRun.id)))


@pytest.mark.parametrize("drill", DRILLS, ids=[one.id for one in DRILLS])
async def test_every_drill_can_be_walked_to_the_dangerous_step_and_to_a_stop(
    sqlite_database: Database, library: Library, drill: Drill
) -> None:
    talk = Talk(sqlite_database, library)
    for result in (Result.DANGER, Result.STOPPED):
        words = await begins(talk, drill)
        for answer in way_to(drill, result):
            assert words.startswith(HEAD)
            words = await talk.presses(answer)
        assert words.startswith(HEAD)
        assert drill.closing in words
        assert talk.labels == ["看看这一招", "做一道题"]
    assert [one.result for one in await runs(sqlite_database)] == ["danger", "stopped"]


async def test_nothing_begins_before_one_agrees(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    words = await looks(talk, FOR_ADULTS)
    assert FOR_ADULTS.opening in words
    assert "同意" in words
    assert await runs(database) == []
    assert "没有开始" in await talk.presses("不做了")
    assert await runs(database) == []


async def test_the_marks_that_were_missed_are_told(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    words, missed = await begins(talk, FOR_ADULTS), []
    nodes = {text: c for n in FOR_ADULTS.nodes.values() for c in n.choices for text in [c.text]}
    for answer in way_to(FOR_ADULTS, Result.DANGER):
        missed += [nodes[answer].missed] if nodes[answer].missed else []
        words = await talk.presses(answer)
    assert missed
    for mark in missed:
        assert mark in words


async def test_a_minor_needs_a_guardian_and_a_drill_for_minors(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await looks(talk, FOR_ADULTS)
    assert "家长在旁边，开始" not in talk.labels
    made_up = f"drill:start:{FOR_ADULTS.id}:0:0:guarded"
    assert "只给成年人" in await talk.sends_data(made_up)
    await begins(talk, FOR_MINORS, "家长在旁边，开始")
    assert [one.guarded for one in await runs(sqlite_database)] == [True]


async def test_a_drill_started_twice_goes_on_where_it_was(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library, secret="the same person")
    first = await begins(talk, FOR_ADULTS)
    start = f"drill:start:{FOR_ADULTS.id}:0:0:adult"
    assert await talk.sends_data(start) == first
    choices = FOR_ADULTS.nodes[FOR_ADULTS.start].choices
    await talk.presses(next(one.text for one in choices if one.to in FOR_ADULTS.nodes))
    second = talk.text
    again = Talk(database, library, secret="the same person")
    assert second in await again.says("/drill")
    await again.says("/start")
    assert again.shown[-1].text == second
    assert len(await runs(database)) == 1


async def test_another_drill_waits_for_the_one_under_way_and_says_so(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    first = await begins(talk, FOR_ADULTS)
    words = await talk.sends_data(f"drill:start:{FOR_MINORS.id}:0:0:guarded")
    assert "还有一个演练没做完" in words
    assert words.endswith(first)
    await talk.says("结束演练")
    begun = await talk.sends_data(f"drill:start:{FOR_MINORS.id}:0:0:guarded")
    assert "没做完" not in begun
    assert [one.drill for one in await runs(sqlite_database)] == [FOR_ADULTS.id, FOR_MINORS.id]


async def test_a_button_of_an_earlier_step_does_nothing(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begins(talk, FOR_ADULTS)
    choices = FOR_ADULTS.nodes[FOR_ADULTS.start].choices
    earlier = [talk.data(choice.text) for choice in choices]
    await talk.presses(next(one.text for one in choices if one.to in FOR_ADULTS.nodes))
    for data in earlier:
        assert "已经答过了" in await talk.sends_data(data)
    await talk.says("结束演练")
    assert "已经结束" in await talk.sends_data(earlier[0])


@pytest.mark.parametrize("words", ["结束演练", "取消"])
async def test_it_stops_at_a_word(sqlite_database: Database, library: Library, words: str) -> None:
    talk = Talk(sqlite_database, library)
    await begins(talk, FOR_ADULTS)
    assert "演练已结束" in await talk.says(words)
    assert [one.result for one in await runs(sqlite_database)] == ["left"]
    assert "没有进行中" in await talk.says(words)


async def test_a_real_message_in_between_is_checked_as_ever(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begins(talk, FOR_ADULTS)
    words = await talk.says("您好我是公安局的，您涉嫌洗钱，马上把钱转到安全账户接受清查")
    assert "高危" in words
    assert HEAD not in words


async def test_nobody_answers_in_another_ones_drill(
    sqlite_database: Database, library: Library
) -> None:
    talk, stranger = Talk(sqlite_database, library), Talk(sqlite_database, library)
    await begins(talk, FOR_ADULTS)
    data = talk.data(FOR_ADULTS.nodes[FOR_ADULTS.start].choices[0].text)
    assert "已经结束" in await stranger.sends_data(data)


async def test_a_drill_left_for_a_day_is_not_gone_on_with(
    sqlite_database: Database, library: Library
) -> None:
    moment = [datetime(2026, 11, 26, 4, tzinfo=UTC)]
    talk = Talk(sqlite_database, library, clock=lambda: moment[0])
    await begins(talk, FOR_ADULTS)
    moment[0] += timedelta(hours=25)
    assert "选一个" in await talk.says("/drill")
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DrillRun)) == 1


async def test_the_tip_of_the_day_leads_to_its_article(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library, clock=lambda: datetime(2026, 12, 31, 17, tzinfo=UTC))
    words = await talk.says("/tip")
    tip = education().tips["01-01"]
    assert tip.text in words, "the day of Shanghai counts"
    assert "怎么骗" in await talk.presses("看看这一招")
