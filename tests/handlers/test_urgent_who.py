"""Money is gone: for whom it is reported, a child's guardian, a payer, a report without a name."""

import pytest

from bot.matching.library import Library
from bot.services.desk import masked_lead
from bot.services.stop_steps import Course, StopStep
from bot.storage.database import Database
from bot.storage.leads import Reporter, Risk, events_of
from bot.storage.transfers import read_elements
from tests.handlers.test_report import leads, the_lead
from tests.handlers.test_urgent import answers, begun
from tests.services.casework import officer, pushed
from tests.talk import Talk

PAYER = "付款账户是谁的名字"


@pytest.mark.parametrize("happened", ["paid", "cash"])
def test_how_to_call_back_and_where_come_first_and_then_for_whom(happened: str) -> None:
    course = Course(happened)
    assert course.steps[:4] == (StopStep.PHONE, StopStep.WHERE, StopStep.WHO, StopStep.WHEN)
    step: StopStep | None = course.steps[0]
    walked = []
    while step is not None:
        walked.append(step)
        step = course.after(step)
    assert tuple(walked) == course.steps
    assert [course.before(one) for one in course.steps[1:]] == list(course.steps[:-1])


async def test_a_childs_lead_is_filed_first_and_then_a_guardian_is_asked_for(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    await talk.says("我今年11岁，用妈妈的手机转了两千块")
    assert (await the_lead(database)).risk == Risk.URGENT
    assert "监护人" in await answers(talk, "13800138000", "和平路", "我自己")
    words = await talk.presses("我就是孩子")
    assert "手机交给爸爸妈妈" in words
    assert "我是监护人，同意" in talk.labels
    await talk.presses("我就是孩子")
    async with database.reading() as session:
        trail = [one.why for one in await events_of(session, (await the_lead(database)).id)]
        assert sum("孩子本人在填" in why for why in trail) == 1
        assert "联系监护人" in (await pushed(session))[-1][1]
    assert "什么时候转的" in await talk.presses("我是监护人，同意")
    assert PAYER in await answers(talk, "昨天", "2000")
    async with database.reading() as session:
        last = (await events_of(session, (await the_lead(database)).id))[-3]
    assert last.why == "监护人：监护人同意"


async def test_without_a_guardian_nothing_is_asked_of_the_payer(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    assert "监护人" in await answers(talk, "13800138000", "和平路", "孩子，未满14岁")
    assert (await the_lead(sqlite_database)).reporter == Reporter.FAMILY
    await talk.presses("跳过")
    words = await answers(talk, "昨天", "2000")
    assert "钱转给了谁" in words
    assert PAYER not in words


async def test_a_family_members_money_and_the_payers_name(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await begun(talk)
    await answers(talk, "13800138000", "和平路", "家人", "昨天", "2000")
    assert PAYER in talk.text
    assert "身份证号已经遮住" in await talk.says("李秀英 110105194912310021")
    lead = await the_lead(database)
    assert lead.reporter == Reporter.FAMILY
    async with database.writing() as session:
        elements = await read_elements(session, lead.id)
        shown = dict((await masked_lead(session, await officer(session), lead.number)).transfer)
    assert elements["payer"].startswith("李秀英")
    assert "110105194912310021" not in elements["payer"]
    assert "李秀英" not in shown["付款人"]


async def test_without_a_name_nothing_says_whose_it_is_and_the_answers_go_on(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await begun(talk)
    words = await answers(talk, "13800138000", "和平路", "不留名")
    assert "不能撤回" in words
    lead = await the_lead(database)
    assert (lead.resident_id, lead.reporter) == (None, Reporter.ANONYMOUS)
    assert "钱转给了谁" in await answers(talk, "昨天", "2000")
    assert (await the_lead(database)).amount_fen == 200_000
    assert "补充" not in await talk.presses("先到这里")
    assert talk.labels == []
    assert "还没有报送过" in await talk.says("/my")
    assert await leads(database) == 1


async def test_without_a_name_from_the_first_answer(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await talk.presses("跳过")
    await talk.presses("跳过")
    await talk.presses("不留名")
    assert (await the_lead(sqlite_database)).resident_id is None
    assert "点错了，撤销" not in talk.labels
    assert "已经提交" in await talk.says("取消")
    assert "/my" not in talk.text
