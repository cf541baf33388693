"""A call in progress, a few taps to a verdict."""

import re

import pytest
from sqlalchemy import select

from bot.handlers import call_views
from bot.handlers.call import VERSION, CallButton
from bot.handlers.call_views import DIAL_YOURSELF, HANG_UP, LABELS, LISTS, QUESTIONS
from bot.handlers.views import OLD_BUTTON
from bot.matching.library import Library
from bot.matching.lookup.service_numbers import SERVICE_NUMBERS
from bot.services.call_check import ANSWERS, Numbers, Question, Why, judge_call
from bot.services.knowledge import all_numbers, call_back_contacts, verification_contacts
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.leads import Risk
from tests.handlers.test_family import PERSON, heard, tied
from tests.handlers.test_urgent import the_lead
from tests.services.test_call_check import ends
from tests.talk import Talk


async def taps(talk: Talk, *labels: str) -> list[str]:
    await talk.says("/call")
    for label in labels:
        await talk.presses(label)
    return talk.text.split("\n")


async def test_five_taps_lead_to_a_verdict_with_hanging_up_first(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says("/start")
    words = await talk.presses("正在通话？")
    for asked, label in zip(Question, ("公安、法院", "转账", "有", "没有", "都没有"), strict=True):
        assert QUESTIONS[asked] in words
        assert talk.labels == list(LABELS[asked].values())
        words = await talk.presses(label)
    first, why, *_ = words.split("\n")
    assert first == HANG_UP
    assert why.startswith("🔴 高危：公安、法院不会")
    assert words.endswith("110（报警电话）。")
    assert talk.labels == ["我已转账", "举报", "重新答一遍"]
    async with database.reading() as session:
        assert (await session.scalars(select(Check))).all() == []


async def test_a_shared_screen_ends_it_with_the_network_first(
    sqlite_database: Database, library: Library
) -> None:
    first, *rest = await taps(Talk(sqlite_database, library), "银行", "共享屏幕、装软件")
    assert "关掉手机网络" in first
    assert f"1. {HANG_UP}" in rest


@pytest.mark.parametrize(
    ("want", "given", "then"),
    [
        ("转账", "已转账、交钱", "立即拨打 110 报警"),
        ("见面交现金", "已转账、交钱", "现金或黄金交给了谁"),
    ],
)
async def test_money_that_is_gone_leads_to_the_urgent_report(
    sqlite_database: Database, library: Library, want: str, given: str, then: str
) -> None:
    talk = Talk(sqlite_database, library)
    first, _, _, step, *_ = await taps(talk, "亲友、领导", want, "没有", "没有", given)
    assert first == HANG_UP
    assert then in step
    assert talk.labels == ["告诉反诈专班"]
    await talk.presses("告诉反诈专班")
    words = await talk.says("13800138000")
    lead = await the_lead(sqlite_database)
    assert lead.number in words
    assert (lead.risk, lead.happened) == (Risk.URGENT, "paid")


async def test_a_code_given_leads_to_the_bank(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    lines = await taps(talk, "客服（平台、快递）", "给验证码、卡号", "没有", "没有", "已给验证码")
    assert lines[0] == HANG_UP
    assert "挂失或冻结银行卡" in lines[3]


@pytest.mark.parametrize(
    ("who", "want", "given", "listed"),
    [
        ("银行", "转账", "都没有", Numbers.BANK),
        ("银行", "只是通知", "都没有", Numbers.BANK),
        ("亲友、领导", "给验证码、卡号", "已给验证码", Numbers.BANK),
        ("客服（平台、快递）", "转账", "都没有", Numbers.SERVICE),
        ("其他", "只是通知", "都没有", Numbers.SERVICE),
    ],
)
async def test_whom_the_caller_claims_to_be_of_can_be_called_back(
    sqlite_database: Database,
    library: Library,
    who: str,
    want: str,
    given: str,
    listed: Numbers,
) -> None:
    talk = Talk(sqlite_database, library)
    await taps(talk, who, want, "没有", "没有", given)
    assert talk.labels[0] == LISTS[listed]
    words = await talk.presses(LISTS[listed])
    assert words.startswith(DIAL_YOURSELF)
    numbers = re.findall(r"^\S+(?: EMS)? (\d+)$", words, re.M)
    assert numbers == [one.number for one in call_back_contacts(listed)]


async def test_police_court_and_prosecution_are_called_at_their_own_numbers(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await taps(talk, "公安、法院", "只是通知", "没有", "没有", "都没有")
    assert "公安 110、法院 12368、检察院 12309" in talk.text
    assert talk.labels == ["我已转账", "举报", "重新答一遍"]


def test_a_number_to_call_back_is_whose_the_official_list_says() -> None:
    for whose in ("police", *Numbers):
        assert call_back_contacts(whose)
        for one in call_back_contacts(whose):
            assert one.name in SERVICE_NUMBERS[one.number], one


async def test_a_notice_is_unclear_and_names_the_official_numbers(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    lines = await taps(talk, "其他", "只是通知", "没有", "没有", "都没有")
    assert lines[0] == HANG_UP
    assert lines[1].startswith("🟡 拿不准：")
    assert all(one.number in talk.text for one in verification_contacts())
    assert lines[-1].endswith("96110（反诈专线）。")


@pytest.mark.parametrize(
    "data",
    [
        "call:2:p",
        "call:0:p",
        "call:1:",
        "call:1:psn",
        "call:1:zz",
        "call:x:p",
        "call:1:p:t",
        "numbers:x",
    ],
)
async def test_an_old_or_made_up_button_is_refused(
    sqlite_database: Database, library: Library, data: str
) -> None:
    assert OLD_BUTTON in await Talk(sqlite_database, library).sends_data(data)


async def test_a_button_answers_the_same_again_and_after_a_restart(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library, secret="the same person")
    await taps(talk, "银行", "转账", "没有", "没有")
    data = talk.data("都没有")
    told = await talk.sends_data(data)
    assert await Talk(database, library, secret="the same person").sends_data(data) == told


async def test_trusted_people_hear_once_that_money_is_gone(
    sqlite_database: Database, library: Library
) -> None:
    elder, _ = await tied(sqlite_database, library)
    await taps(elder, "银行", "转账", "没有", "没有", "已给验证码")
    before = len(await heard(sqlite_database, PERSON))
    for _again in range(2):
        await taps(elder, "银行", "转账", "没有", "没有", "已转账、交钱")
    told = (await heard(sqlite_database, PERSON))[before:]
    assert len(told) == 1
    assert "钱已经转出" in told[0].text


async def test_in_elder_mode_each_answer_has_a_row(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/elder")
    await taps(talk, "银行")
    assert all(len(row) == 1 for one in talk.shown for row in one.rows)


def test_every_answer_has_a_label() -> None:
    labelled = {asked: list(labels) for asked, labels in LABELS.items()}
    assert labelled == {asked: list(values) for asked, values in ANSWERS.items()}
    assert set(call_views.WHY) == set(Why)


def test_every_verdict_is_short_calm_and_names_known_numbers_only() -> None:
    for letters, call in ends():
        text, _ = call_views.verdict(call, judge_call(call)).render()
        first = text.split("\n")[0]
        assert first == HANG_UP or "关掉手机网络" in first, text
        assert "安全" not in text
        assert len(text) < 260, text
        assert set(re.findall(r"\d{3,}", text)) <= all_numbers(), text
        assert len(CallButton(version=VERSION, answers=letters).pack().encode()) <= 64
