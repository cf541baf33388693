"""Words in what leads tell: found though sealed, by whom, how far back, and what is noted."""

import re
import time
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import select

from bot.services import story_search
from bot.services.story_search import look_through, words_of
from bot.storage.database import Database
from bot.storage.lead_stories import Place, Story
from bot.storage.leads import DESCRIPTION, Lead
from bot.storage.staff import Look, Role, staff_by_login
from tests.console.desk import NOON, Browser, Desk

STORY = "对方自称电商客服，让我下载云桥会议，打开共享屏幕"
OTHER = "网上认识的人带我看盘，说稳赚不赔"


async def asked(officer: Browser, words: str, **more: object) -> httpx.Response:
    answer = await officer.submit("/find", {"q": words, "stories": "1"} | more, page="/account")
    assert answer.status_code == 200, answer.text
    return answer


def numbers(answer: httpx.Response) -> list[str]:
    return re.findall(r'data-row href="/console/leads/([^"]+)"', answer.text)


async def told_on(desk: Desk, account: int, story: str, **changed: object) -> str:
    """A lead that tells a story; returns its number."""
    number = await desk.report(account=account, description=story)
    async with desk.database.writing() as session:
        lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
        for name, value in changed.items():
            setattr(lead, name, value)
    return number


async def test_a_lead_is_found_by_words_of_its_story(small_desk: Desk) -> None:
    number = await told_on(small_desk, 1, STORY)
    await told_on(small_desk, 2, OTHER)
    officer = await small_desk.signed_in(Role.DUTY, "li")
    for words in ("云桥会议", "共享屏幕 电商", "雲橋會議", "共 享 屏 幕 云桥"):
        answer = await officer.submit("/find", {"q": words}, page="/leads")
        assert numbers(answer) == [number], words
    assert "共 2 条" in answer.text
    assert "更早的没有了" in answer.text
    assert "电商客服，让我" not in answer.text


async def test_a_search_is_noted_by_a_mark_and_found_by_the_words_alone(small_desk: Desk) -> None:
    await told_on(small_desk, 1, STORY)
    officer = await small_desk.signed_in(Role.DUTY, "li")
    for words in ("云桥会议", "王小明 会议"):
        await asked(officer, words)
    async with small_desk.database.reading() as session:
        looks = (await session.scalars(select(Look).where(Look.way == "stories"))).all()
    assert [one.actor for one in looks] == ["staff:li", "staff:li"]
    assert not [one for one in looks if re.search("云桥|王小明|会议", one.subject)]
    auditor = await small_desk.signed_in(Role.AUDITOR)
    for words, count in (("会议 王小明", 1), ("云桥会议", 1), ("张三", 0)):
        page = (await auditor.get(f"/looks?{urlencode({'q': words})}")).text
        assert page.count("查经过里的词</td>") == count, words


async def test_a_station_searches_its_own_leads_alone(desk: Desk) -> None:
    handed = await told_on(desk, 1, STORY, station="城东所")
    around = await told_on(desk, 2, STORY, area_station="城东所")
    await told_on(desk, 3, STORY, station="城西所")
    officer = await desk.signed_in(Role.STATION, "zhou")
    async with desk.database.writing() as session:
        zhou = await staff_by_login(session, "zhou")
        assert zhou is not None
        zhou.station = "城东所"
    answer = await asked(officer, "云桥会议")
    assert sorted(numbers(answer)) == sorted([handed, around])
    assert "共 2 条" in answer.text


async def test_the_filter_of_the_list_and_the_day_hold(desk: Desk) -> None:
    await told_on(desk, 1, STORY)
    closed = await told_on(desk, 2, STORY, state="closed", received_at=NOON - timedelta(days=40))
    officer = await desk.signed_in(Role.DUTY, "li")
    answer = await officer.submit("/find", {"q": "云桥会议", "state": "closed"}, page="/leads")
    assert numbers(answer) == [closed]
    assert "已办结" in answer.text
    answer = await asked(officer, "云桥会议", until="2026-10-20")
    assert numbers(answer) == [closed]
    assert numbers(await asked(officer, "云桥会议", mine="1")) == []
    assert numbers(await asked(officer, "云桥会议", until="2026-10-01")) == []


async def test_a_search_says_how_far_it_looked_and_goes_on_from_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_search, "MOST_OPENED", 2)
    monkeypatch.setattr(story_search, "MOST_PASSED", 3)
    filed = [
        await told_on(desk, day, STORY, received_at=NOON - timedelta(days=day // 2))
        for day in range(6)
    ]
    officer = await desk.signed_in(Role.DUTY, "li")
    found, more = [], {}
    for _ in range(4):
        answer = await asked(officer, "云桥会议", **more)
        found += numbers(answer)
        place = re.search(r'name="before" value="([^"]+)"', answer.text)
        assert ("更早的还没有看" in answer.text) == bool(place)
        if place is None:
            break
        more = {"before": place[1]}
    assert (len(found), set(found)) == (6, set(filed))
    await told_on(desk, 9, STORY, state="closed", received_at=NOON - timedelta(days=90))
    answer = await asked(officer, "云桥会议", state="closed")
    assert numbers(answer) == []
    assert "接着往前找" in answer.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"q": "云", "stories": "1"}, "至少输入 2 个字"),
        ({"q": "  ", "stories": "1"}, "至少输入 2 个字"),
        ({"q": "云桥", "stories": "1", "before": "x"}, "重新查找"),
        ({"q": "云桥", "stories": "1", "before": "9" * 17 + "-1"}, ""),
        ({"q": "云桥", "until": "昨天"}, "日期要写成"),
    ],
)
async def test_what_cannot_be_searched_for_is_told(
    small_desk: Desk, form: dict[str, object], words: str
) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/find", form)
    assert (answer.status_code, words in answer.text) == (400 if words else 200, True)


def test_what_there_is_no_time_for_is_left_to_the_next_search(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = sqlite_database.vault
    sealed = vault.seal(STORY, DESCRIPTION)
    stories = [Story(Place(NOON - timedelta(days=day), 9 - day), sealed) for day in range(5)]
    stories[1] = Story(stories[1].place, b"1.broken")
    whole = look_through(vault, words_of("会议"), stories, None)
    assert (whole.ids, whole.opened, whole.next) == ([9, 7, 6, 5], 5, None)
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    part = look_through(vault, words_of("会议"), stories, None, seconds=2.5)
    assert (part.ids, part.next) == ([9, 7], stories[2].place)
    monkeypatch.setattr(story_search, "MOST_FOUND", 1)
    first = look_through(vault, words_of("会议"), stories, None)
    assert (first.ids, first.next) == ([9], stories[0].place)
