"""How often the chat page is opened and polled: by one browser, and by a whole hall."""

import re
import time

import httpx
import pytest

from bot.channels import web
from bot.channels.web import STATIC, chat_app
from bot.channels.web_limits import OPENINGS, POLLS, Most, Visits
from bot.errors import TooManyAttemptsError
from bot.matching.library import Library
from bot.storage.database import Database
from tests.channels.conftest import Page, web_parts


@pytest.fixture
def hall(
    sqlite_database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> httpx.ASGITransport:
    monkeypatch.setattr(web, "OPENINGS", Most(browser=2, address=6))
    monkeypatch.setattr(web, "POLLS", Most(browser=2, address=4))
    return httpx.ASGITransport(chat_app(web_parts(sqlite_database, library)))


def person(hall: httpx.ASGITransport) -> Page:
    return Page(httpx.AsyncClient(transport=hall, base_url="http://test"))


async def test_a_browser_that_reloads_without_end_reads_a_page_and_others_come_in(
    hall: httpx.ASGITransport,
) -> None:
    wild = person(hall)
    await wild.open()
    answers = [await wild.client.get("/", headers={"accept": "text/html"}) for _ in range(9)]
    assert [one.status_code for one in answers] == [200] * 2 + [429] * 7
    assert answers[-1].headers["retry-after"] == "60"
    assert answers[-1].headers["content-type"].startswith("text/html")
    assert "请等一分钟再刷新" in answers[-1].text
    assert 'href="tel:110"' in answers[-1].text
    for _ in range(3):
        await person(hall).open()
    assert (await person(hall).client.get("/")).status_code == 429


async def test_a_page_that_polls_without_end_waits_and_is_still_answered(
    hall: httpx.ASGITransport,
) -> None:
    wild, calm = person(hall), person(hall)
    for one in (wild, calm):
        await one.open()
    asked = {"headers": {"X-CSRF-Token": wild.token}}
    answers = [await wild.client.get("/chat/inbox", **asked) for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 2 + [429] * 3
    assert answers[-1].headers["retry-after"] == "60"
    assert "请等一分钟" in answers[-1].json()["error"]
    assert (await wild.post("/chat/inbox/seen", {"upto": 0})).status_code == 429
    assert await wild.says("今天天气不错")
    asked = {"headers": {"X-CSRF-Token": calm.token}}
    assert (await calm.client.get("/chat/inbox", **asked)).status_code == 200


def test_a_full_hall_with_one_address_is_never_shut_out() -> None:
    every = int(re.search(r"INBOX_EVERY_MS = (\d+)", (STATIC / "chat.js").read_text())[1]) / 1000
    openings, polls = Visits(OPENINGS), Visits(POLLS)
    begun = time.monotonic()
    for number in range(1_000):
        openings.admit("", "192.0.2.1", begun + number * 60 / 1_000)
    for step in range(int(120 / every)):
        for number in range(1_000):
            polls.admit(f"browser {number}", "192.0.2.1", begun + step * every + number / 1_000)


def test_a_minute_later_there_is_room_again() -> None:
    visits = Visits(Most(browser=1, address=9))
    visits.admit("one", "192.0.2.1", 0.0)
    with pytest.raises(TooManyAttemptsError):
        visits.admit("one", "192.0.2.1", 59.0)
    visits.admit("one", "192.0.2.1", 120.0)
