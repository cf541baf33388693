"""How pressing a lead is: triage, verdict, amount and recency, and the words why."""

from datetime import datetime, timedelta

import pytest

from bot.services.recency import read_ago
from bot.services.reports import Draft, file_report
from bot.services.risk_rules import LARGE_FEN, RISK_BY_HAPPENED, Known, rank
from bot.services.triage import Happened
from bot.services.visitors import lead_of_visitor
from bot.storage.database import Database
from bot.storage.leads import Lead, Risk, events_of
from bot.storage.residents import find_or_add_resident
from bot.times import SHANGHAI
from tests.services.casework import officer

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "risk", "why"),
    [
        (Known(Happened.PAID), Risk.URGENT, "已转账"),
        (Known(Happened.PAID, ago=40 * DAY, gone=True), Risk.HIGH, "已过 30 天"),
        (Known(Happened.ON_CALL, ago=40 * DAY), Risk.URGENT, "正在通话"),
        (Known(Happened.NOT_PAID), Risk.LOW, "还没转账"),
        (Known(Happened.NOT_PAID, "high"), Risk.MEDIUM, "内容像诈骗"),
        (Known(Happened.NOT_PAID, "suspicious"), Risk.MEDIUM, "内容像诈骗"),
        (Known(Happened.NOT_PAID, "high", LARGE_FEN), Risk.HIGH, "金额 5 万元以上"),
        (Known(Happened.NOT_PAID, "high", LARGE_FEN - 1), Risk.MEDIUM, "内容像诈骗"),
        (Known(Happened.NOT_PAID, "high", ago=31 * DAY), Risk.LOW, "已过 30 天"),
        (Known(Happened.GAVE_CODE, "", LARGE_FEN, gone=True), Risk.URGENT, "金额 5 万元以上"),
        (Known(Happened.GAVE_CODE, "", 100, gone=True, ago=HOUR), Risk.URGENT, "48 小时内"),
        (Known(Happened.GAVE_CODE, "", 100, gone=True, ago=49 * HOUR), Risk.HIGH, "给了验证码"),
        (Known(Happened.NOT_PAID, told_gone=True), Risk.URGENT, "还没转账，叙述里说钱或财物已交出"),
        (Known(Happened.NOT_PAID, ago=31 * DAY, told_gone=True), Risk.HIGH, "已过 30 天"),
        (Known(Happened.BLACKMAILED, "", 100, ago=HOUR), Risk.HIGH, "被敲诈"),
        (Known(Happened.CHILD, "", 100, gone=True, ago=40 * DAY), Risk.MEDIUM, "已过 30 天"),
    ],
)
def test_the_table(known: Known, risk: Risk, why: str) -> None:
    ranked = rank(known)
    assert ranked.risk is risk
    assert why in ranked.why


def test_every_beginning_has_a_risk() -> None:
    assert set(RISK_BY_HAPPENED) == set(Happened)


@pytest.mark.parametrize(
    ("words", "ago"),
    [
        ("刚才", timedelta()),
        ("10分钟前", timedelta(minutes=10)),
        ("半个小时前", timedelta(minutes=30)),
        ("两个多月前", 60 * DAY),
        ("十二天前", 12 * DAY),
        ("今天下午3点", timedelta()),
        ("昨天晚上", 12 * HOUR),
        ("大前天", 60 * HOUR),
        ("上周转的", 60 * HOUR),
        ("上个月认识的，昨天转了2万", 12 * HOUR),
        ("11月3日", 21 * DAY + 12 * HOUR),
        ("12月3日", 356 * DAY + 12 * HOUR),
        ("2026-11-03", 21 * DAY + 12 * HOUR),
        ("去年", 328 * DAY + 12 * HOUR),
        ("转了1.2万，单号11月99", None),
        ("对方说要加微信", None),
    ],
)
def test_how_long_ago_in_peoples_words(words: str, ago: timedelta | None) -> None:
    assert read_ago(words, NOON) == ago


async def test_a_report_says_in_its_trail_why_it_is_as_pressing_as_it_is(
    database: Database,
) -> None:
    story = "昨天给了他验证码，卡里少了六万块"
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 7, NOON)
        lead = await file_report(
            session, resident, Draft(happened="gave_code", description=story), NOON
        )
        (line,) = await events_of(session, lead.id)
    assert lead.risk == Risk.URGENT
    assert line.why == "风险紧急：给了验证码或卡号，金额 5 万元以上"


async def test_a_visitor_is_ranked_by_the_same_table(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        lead: Lead = await lead_of_visitor(
            session, staff, NOON, words="有人让他明天去银行转8万元", transferred=False
        )
        assert lead.risk == Risk.HIGH
        assert "金额 5 万元以上" in (await events_of(session, lead.id))[0].why
