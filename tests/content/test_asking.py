"""Questions of people who saw only the topics: answered right, or honestly declined.

Which answers are right for a question stands beside it, judged by its topic. Other ways to put a
question were added to the content after a first look at these questions, so on wholly new ones
less is to be expected. What to expect there the fresh sets say: their 60 and 20 questions were
written before their author read any of the content, and neither content, weights nor threshold
may be fitted to them.
"""

import json
from functools import cache
from pathlib import Path

from bot.matching.library import Library
from bot.services.asking import answers
from bot.services.education import education
from bot.storage.database import Database
from tests.talk import Talk

HERE = Path(__file__).parent
LEAST_FIRST, LEAST_ANSWERED, LEAST_DECLINED = 0.9, 0.85, 0.95
FRESH_FIRST, FRESH_DECLINED = 51, 18
"""Of 60 and of 20: the first run gave 54 and 19; three and one fewer are within chance."""


@cache
def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def test_every_expected_answer_is_there() -> None:
    known = education().faq.keys() | education().articles.keys()
    for line in lines("ask_set.jsonl") + lines("ask_fresh.jsonl"):
        assert set(line["right"]) <= known, line["question"]


def test_the_right_answer_comes_first(library: Library) -> None:
    right = answered = 0
    for line in lines("ask_set.jsonl"):
        ranked = answers().ranked(line["question"], library)
        best = answers().best(line["question"], library)
        right += bool(ranked) and ranked[0].id in line["right"]
        answered += best is not None and best.id in line["right"]
    count = len(lines("ask_set.jsonl"))
    assert count >= 200
    assert right / count >= LEAST_FIRST, right
    assert answered / count >= LEAST_ANSWERED, answered


def test_what_is_not_ours_is_declined(library: Library) -> None:
    off = lines("ask_offtopic.jsonl")
    declined = sum(answers().best(line["question"], library) is None for line in off)
    assert len(off) >= 60
    assert declined / len(off) >= LEAST_DECLINED, declined


def test_fresh_questions_come_out_as_first_measured(library: Library) -> None:
    fresh, off = lines("ask_fresh.jsonl"), lines("ask_fresh_offtopic.jsonl")
    seen = {line["question"] for line in lines("ask_set.jsonl")}
    assert not seen & {line["question"] for line in fresh}
    assert (len(fresh), len(off)) == (60, 20)
    best = [answers().best(line["question"], library) for line in fresh]
    right = sum(
        one is not None and one.id in line["right"] for one, line in zip(best, fresh, strict=True)
    )
    declined = sum(answers().best(line["question"], library) is None for line in off)
    assert right >= FRESH_FIRST, right
    assert declined >= FRESH_DECLINED, declined


async def test_an_answer_shows_its_source(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    words = await talk.says("/ask 96110 打来的电话要不要接")
    assert education().faq["call_96110"].answer in words
    assert "来源：反诈问答" in words
    words = await talk.says("/ask 群里刷单做任务卡单了要补钱，刷单返利")
    assert "来源：" in words


async def test_a_question_is_awaited_also_after_a_restart(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library, secret="the same person")
    assert "想问什么" in await talk.says("/ask")
    again = Talk(sqlite_database, library, secret="the same person")
    await again.says("/start")
    assert "想问什么" in again.shown[-1].text
    assert "来源：" in await again.says("申请止付要准备什么材料")
    assert "来源：" not in await again.says("申请止付要准备什么材料"), "checked as ever again"


async def test_what_is_not_known_is_said(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    for question in ("红烧肉怎么做才不腻", "？？？", "😀", "x" * 4000):
        assert "不知道" in await talk.says(f"/ask {question}")


async def test_despair_is_answered_with_help(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    assert "12356" in await talk.says("/ask 被骗了八万，我不想活了")
