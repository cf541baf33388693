"""What people tell beside an answer, or where something else was asked, is not lost."""

import pytest

from bot.matching.library import Library
from bot.services.leads import open_value
from bot.services.money import read_amount
from bot.services.news import DESPAIRS
from bot.services.report_answers import read_phone, tells_more
from bot.services.stop_answers import read_told
from bot.services.stop_steps import StopStep
from bot.storage.database import Database, vault_of
from bot.storage.leads import DESCRIPTION, IDENTIFIER, PHONE, identifiers_of
from bot.storage.transfers import read_elements
from tests.handlers.test_report import leads, the_lead
from tests.handlers.test_urgent import answers, begun
from tests.services.casework import officer, pushed
from tests.talk import Talk

IN_ONE_GO = "我刚给骗子转了5万，我电话13812345678，在人民路菜场门口，骗子电话13999998888"
IDENTITY = "110105194912310021"


async def kept(database: Database) -> tuple[str, str, set[str]]:
    """Story, number to call and identifiers of the only lead."""
    lead = await the_lead(database)
    async with database.reading() as session:
        rows = await identifiers_of(session, lead.id)
        named = {vault_of(session).open(row.value_sealed, IDENTIFIER) for row in rows}
        return (
            open_value(session, lead.description_sealed, DESCRIPTION),
            open_value(session, lead.phone_sealed, PHONE),
            named,
        )


async def test_everything_in_one_go_is_kept_and_the_next_question_comes(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    assert "您现在在哪里" in await talk.says(IN_ONE_GO)
    story, phone, named = await kept(sqlite_database)
    assert "人民路菜场门口" in story
    assert phone == "13812345678"
    assert named == {"13999998888"}


async def test_the_suspects_number_is_not_the_one_to_call(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    assert "民警打哪个电话找您" in await talk.says("骗子电话13999998888")
    assert (await kept(sqlite_database))[1:] == ("", {"13999998888"})


@pytest.mark.parametrize(
    ("typed", "number", "more"),
    [
        ("我的手机号是13812345678，谢谢", "13812345678", False),
        ("138 1234 5678", "13812345678", False),
        ("打我老婆13812345678，她晚上七点以后在家", "13812345678", True),
        ("骗子打的是13999998888，我的13812345678", "13812345678", True),
        ("对方号码：13999998888", None, True),
    ],
)
def test_whose_number_it_is(typed: str, number: str | None, more: bool) -> None:
    assert read_phone(typed) == number
    assert tells_more(typed) is more


async def test_who_does_not_know_goes_on_and_files_nothing_by_it(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    assert "您现在在哪里" in await talk.says("不知道")
    assert await leads(sqlite_database) == 0


async def test_words_of_death_are_answered_first_and_told_to_the_desk(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    await answers(talk, "13812345678", "和平路", "我自己", "刚刚", "5万")
    words = await talk.says("我不想活了")
    assert words.startswith("请先别一个人扛")
    assert "付款账户是谁的名字" in words
    lead = await the_lead(database)
    async with database.reading() as session:
        assert "payer" not in await read_elements(session, lead.id)
        assert DESPAIRS in (await pushed(session))[-1][1]
    assert "不想活" in (await kept(database))[0]


async def test_words_of_death_are_answered_first_in_a_report_and_under_a_lead(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("被敲诈")
    await talk.presses("我自己")
    assert "12356" in await talk.says("照片发出去了，我不想活了")
    await talk.presses("先到这里，去核对")
    await talk.says("确认")
    number = (await the_lead(sqlite_database)).number
    await talk.sends_data(f"own:add:{number}")
    assert (await talk.says("我想死")).startswith("请先别一个人扛")


async def test_a_story_before_the_first_choice_is_kept(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    words = await talk.says("有人加我QQ说我中奖了，让我先交税")
    assert "先记下了" in words
    assert "现在到哪一步了" in words
    await talk.presses("还没转账")
    assert "对方是怎么找到您的" in await talk.presses("我自己")
    assert "先加我QQ" in await answers(talk, "先加我QQ，又打来电话", "跳过", "跳过", "跳过")
    await talk.says("提交")
    assert "让我先交税" in (await kept(sqlite_database))[0]


async def test_a_story_before_the_first_choice_goes_into_an_urgent_lead(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.says("网上刷单，转到对方卡6228480402564890018就不理我了")
    await talk.presses("已转账")
    await talk.says("13812345678")
    story, _, named = await kept(sqlite_database)
    assert "网上刷单" in story
    assert named == {"6228480402564890018"}


async def test_a_pasted_talk_is_kept_and_too_long_a_one_said_so(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("我自己")
    assert "太长" not in await talk.says("对方说了很多话。" * 500 + "最后一句")
    await talk.presses("返回")
    assert "只记下了前 5000 个字" in await talk.says("啊" * 4990 + IDENTITY)
    await talk.presses("先到这里，去核对")
    await talk.says("确认提交")
    assert (await kept(sqlite_database))[0] == "啊" * 4990


@pytest.mark.parametrize(
    ("typed", "answer"), [("挂了", "否"), ("没有了。", "否"), ("还在", "是"), ("否", "否")]
)
def test_whether_the_call_goes_on_is_read_from_usual_words(typed: str, answer: str) -> None:
    assert read_told(StopStep.STILL, typed).elements == {StopStep.STILL: answer}


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("1万2", 12_000),
        ("8万6", 86_000),
        ("3千5", 3_500),
        ("五万块钱左右吧", 50_000),
        ("5万3000", 53_000),
    ],
)
def test_sums_are_read_as_they_are_said(typed: str, yuan: int) -> None:
    assert read_amount(typed) == yuan * 100


@pytest.mark.parametrize("typed", ["-5", "500+300"])
def test_what_is_no_sum_is_none(typed: str) -> None:
    assert read_amount(typed) is None


async def writing(talk: Talk) -> None:
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("我自己")
    await talk.says("有人加我QQ说我中奖了，让我先交税")


async def test_a_second_start_does_not_throw_away_what_is_written(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await writing(talk)
    words = await talk.says("/report")
    assert "还没提交" in words
    assert "对方是怎么找到您的" in words
    assert "请核对" in await talk.says("去核对")
    await talk.says("提交")
    assert "让我先交税" in (await kept(sqlite_database))[0]


async def test_money_gone_meanwhile_takes_what_is_written_along(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("我刚转了三万元给客服，现在联系不上了")
    paid = talk.data("告诉反诈专班")
    await writing(talk)
    assert "民警打哪个电话找您" in await talk.sends_data(paid)
    await talk.says("13812345678")
    lead = await the_lead(sqlite_database)
    assert (lead.happened, lead.risk) == ("paid", "urgent")
    assert "让我先交税" in (await kept(sqlite_database))[0]


@pytest.mark.parametrize(
    ("typed", "heard"), [("不知道", "都记下了"), ("先到这里", "都记下了"), ("啊", "请点“是”或“否”")]
)
async def test_the_last_question_is_left_by_usual_words(
    sqlite_database: Database, library: Library, typed: str, heard: str
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await answers(talk, "13812345678", *["跳过"] * 8)
    assert "还在和对方通话" in talk.text or "还在和对方通话" in await talk.presses("跳过")
    assert heard in await talk.says(typed)
