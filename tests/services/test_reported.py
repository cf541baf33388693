"""What is told of numbers, accounts, apps and groups that were reported, and what never is."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.handlers import elder_views, views
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.services import reported
from bot.services.reported import SOMEBODY, reported_in, with_reports
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState
from bot.storage.reported import Naming
from tests.services.casework import NOON, filed, lead_of, officer
from tests.talk import Talk

SUSPECT = "13912345678"
PHONES = [f"1380000000{place}" for place in range(10)]


async def report(database: Database, *people: int, suspects: str = SUSPECT, **more: object) -> None:
    async with database.writing() as session:
        for person in people:
            phone = PHONES[person]
            await filed(session, account=person + 1, phone=phone, suspects=suspects, **more)


async def told(database: Database, library: Library, text: str = SUSPECT) -> Verdict:
    async with database.reading() as session:
        return await with_reports(session, text, judge(text, library), library)


def said(verdict: Verdict) -> str:
    return views.verdict(verdict).render()[0]


@pytest.mark.parametrize("people", [(0,), (0, 1), (0, 0, 0, 0, 1, 1)])
async def test_of_fewer_than_three_people_it_is_only_said_that_there_were_some(
    sqlite_database: Database, library: Library, people: Sequence[int]
) -> None:
    await report(sqlite_database, *people)
    verdict = await told(sqlite_database, library)
    assert verdict.reasons[0].text == SOMEBODY
    assert verdict.level is Level.UNCLEAR
    words = said(verdict)
    assert SOMEBODY in words
    assert not re.search(r"\d", words.replace(SUSPECT, "").replace("96110", ""))


async def test_of_three_people_the_count_the_month_and_the_kind_are_told_and_never_who(
    database: Database, library: Library
) -> None:
    await report(database, 0, 1, 2, 2, now=NOON - timedelta(days=40))
    verdict = await told(database, library)
    assert verdict.level is Level.SUSPICIOUS
    kind = library.categories["fake_customer_service"]
    words = f"4 条举报提到它，最近一条在 2026 年 10 月，多数说的是“{kind}”"
    assert verdict.reasons[0].text == words
    shown = said(verdict)
    assert words in shown
    assert words in elder_views.verdict_for_elders(verdict).render()[0]
    async with database.reading() as session:
        numbers = [lead.number for lead in (await session.scalars(select(Lead))).all()]
    for secret in (*PHONES, *numbers, "幸福里", "自称客服，让我转了钱"):
        assert secret not in shown


async def test_reports_without_a_sender_are_one_person(
    sqlite_database: Database, library: Library
) -> None:
    nobody = {"suspects": SUSPECT, "contact": "none", "phone": "", "who": "anonymous"}
    async with sqlite_database.writing() as session:
        for account in range(5):
            await filed(session, account=account + 1, **nobody)
        leads = (await session.scalars(select(Lead))).all()
        assert {lead.resident_id for lead in leads} == {None}
    assert (await told(sqlite_database, library)).reasons[0].text == SOMEBODY


async def test_withdrawn_false_and_prank_reports_do_not_count(
    sqlite_database: Database, library: Library
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        for account, state in ((1, LeadState.WITHDRAWN), (2, LeadState.FALSE_ALARM)):
            number = await filed(session, account=account, suspects=SUSPECT)
            (await lead_of(session, number)).state = state
        prank = await filed(session, account=3, suspects=SUSPECT)
        (await lead_of(session, prank)).prank = True
        assert staff.active
    async with sqlite_database.reading() as session:
        assert await reported_in(session, SUSPECT) == []


@pytest.mark.parametrize(
    ("suspects", "asked"),
    [
        ("QQ 123456789", "123456789"),
        ("123456789", "QQ:123456789"),
        ("微信 wx_refund_2026", "WX_refund_2026"),
        ("下载“聚财宝”app", "聚财宝"),
        ("下载“聚财宝”app", "聚财宝APP"),
        ("“发财交流”群", "发财交流群"),
        ("6228480402564890018", "6228 4804 0256 4890 018"),
        (SUSPECT, f"这个电话{SUSPECT}老打给我，是谁"),
    ],
)
async def test_a_bare_number_or_name_is_found_however_it_is_written(
    sqlite_database: Database, library: Library, suspects: str, asked: str
) -> None:
    await report(sqlite_database, 0, suspects=suspects)
    verdict = await told(sqlite_database, library, asked)
    assert SOMEBODY in [one.text for one in verdict.reasons]


@pytest.mark.parametrize("text", ["96110", "不知道", "在吗", "明天一起吃饭", "12345678", ""])
async def test_service_numbers_and_talk_are_not_said_to_be_reported(
    sqlite_database: Database, text: str
) -> None:
    for suspects in ("96110", "不知道", "在吗", "明天一起吃饭"):
        await report(sqlite_database, 0, 1, 2, suspects=suspects)
    async with sqlite_database.reading() as session:
        assert await reported_in(session, text) == []


PERSON = st.tuples(st.none() | st.integers(1, 4), st.none() | st.sampled_from("abcd"))


@given(st.lists(PERSON, min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None)
def test_counts_are_told_of_three_different_people_at_least(
    library: Library, people: list[tuple[int | None, str | None]]
) -> None:
    namings = [
        Naming("h", place, False, None, NOON, *person) for place, person in enumerate(people)
    ]
    words = reported._counted("x", namings).words(library)
    accounts = {one for one, _ in people if one}
    phones = {one for _, one in people if one}
    assert words == SOMEBODY or len(accounts) + len(phones) >= 3


async def test_a_resident_who_asks_is_told(sqlite_database: Database, library: Library) -> None:
    await report(sqlite_database, 0)
    words = await Talk(sqlite_database, library).says(SUSPECT)
    assert f"“{SUSPECT}”——{SOMEBODY}" in words
