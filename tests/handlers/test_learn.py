"""Reading about tricks, by trick, by who one is, from a verdict."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.articles import AUDIENCES
from bot.services.education import education
from bot.services.reading import articles_for
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.learners import Learner
from bot.storage.residents import Resident
from tests.handlers.test_check import GENUINE, SCAM
from tests.talk import Talk


async def test_by_trick_one_comes_to_an_article(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says("/learn")
    await talk.presses("按骗术看")
    await talk.presses("刷单返利")
    words = await talk.presses(education().articles["brush_task"].title)
    for section in ("怎么骗", "三个特征", "真的是什么样", "现在怎么做", "钱已经转出"):
        assert section in words
    assert words.endswith("核对。")
    assert "还没有经反诈专班审定" in words
    assert len(words) <= 4096


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_by_who_one_is_the_season_and_ones_own_come_first(
    sqlite_database: Database, library: Library, audience: str
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/learn")
    await talk.presses("按人群看")
    words = await talk.presses(audience)
    assert audience in words
    shown = talk.labels[:-1]
    titles = {one.title: one for one in education().articles.values()}
    assert any(audience in titles[name].audience for name in shown if name in titles)
    assert "做一道题" in (await talk.presses(shown[0]) and talk.labels)


async def test_pages_lead_through_all_that_concerns_somebody(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.sends_data("learn:audience:老人.0")
    seen = set(talk.labels)
    while "还有" in talk.labels:
        await talk.presses("还有")
        seen |= set(talk.labels)
    assert {one.title for one in articles_for(education(), "老人", 11)} <= seen


async def test_the_audience_is_kept_for_the_quiz(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.sends_data("learn:audience:学生.0")
    assert "学生" in await talk.presses("按“学生”出题")
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Learner))).one().audience == "学生"
    assert "重新选" in await talk.sends_data("learn:keep:外星人")


async def test_the_article_is_one_tap_from_the_verdict_and_counted_once(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    data = talk.data("了解这类骗局")
    words = await talk.sends_data(data)
    assert "怎么骗" in words
    async with database.reading() as session:
        first = (await session.scalars(select(Check))).one()
    await talk.sends_data(data)
    async with database.reading() as session:
        again = (await session.scalars(select(Check))).one()
    assert first.read_at is not None
    assert again.read_at == first.read_at


async def test_where_there_is_no_article_none_is_counted_as_opened(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says(GENUINE)
    async with sqlite_database.reading() as session:
        check = (await session.scalars(select(Check))).one()
    assert check.family is None
    assert "怎么骗" not in await talk.sends_data(f"check:learn:{check.reference}")
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Check))).one().read_at is None


async def test_after_reading_there_is_one_question_about_it(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.sends_data("learn:family:brush_task")
    words = await talk.presses("做一道题")
    asked = [one for one in education().questions.values() if one.text in words]
    assert {one.family for one in asked} == {"brush_task"}
    question = asked[0]
    words = await talk.presses(question.options[question.answer])
    assert "对了" in words
    assert "谢谢您答题" in words


async def test_without_a_trick_one_chooses(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says(GENUINE)
    assert "哪一类" in await talk.presses("了解这类骗局")


async def test_the_text_for_groups_stands_alone(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.sends_data("learn:family:brush_task")
    words = await talk.presses("转到群里的一段话")
    assert words == education().articles["brush_task"].group


async def test_an_elder_reads_the_short_version_first(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/learn")
    async with sqlite_database.writing() as session:
        (await session.scalars(select(Resident))).one().elder = True
    article = education().articles["brush_task"]
    words = await talk.sends_data("learn:family:brush_task")
    assert article.elders in words
    assert "三个特征" not in words
    assert "三个特征" in await talk.presses("看全文")


@pytest.mark.parametrize(
    "data",
    ["learn:family:no_such", "learn:audience:外星人.0", "learn:audience:老人.x", "learn:by:x"],
)
async def test_a_made_up_button_is_answered_with_a_choice(
    sqlite_database: Database, library: Library, data: str
) -> None:
    words = await Talk(sqlite_database, library).sends_data(data)
    assert "系统出了点问题" not in words
    assert words
