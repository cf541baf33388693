"""The board as its readers ask for it: finished bytes, their tags, who may frame them."""

import asyncio
import gzip
from datetime import timedelta

import pytest

from bot.services.daily_case import case_of_day
from bot.services.runtime_settings import change_settings
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.staff import Role
from tests.board.conftest import Shown
from tests.board.filled import TYPED, busy_weeks, shown_case
from tests.services.broadcasting import add_staff

NAMES = ("", "/", "/screen", "/strip", "/feed.json", "/board.js")
PAGES = tuple(f"/board{name}" for name in NAMES)


async def test_every_page_is_there_once_the_board_is_made(shown: Shown) -> None:
    assert (await shown.client.get("/board")).status_code == 503
    assert await shown.app.refresh()
    for path in PAGES:
        answer = await shown.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["x-content-type-options"] == "nosniff"
    for path in ("/board/nothing", "/board/../secret.key", "/board/parts.html"):
        assert (await shown.client.get(path)).status_code == 404
    assert (await shown.client.post("/board")).status_code == 405


async def test_a_screen_has_no_slide_without_figures(
    shown: Shown, sqlite_database: Database
) -> None:
    await shown.app.refresh()
    screen, page = [(await shown.client.get(path)).text for path in ("/board/screen", "/board")]
    assert screen.count('class="slide') == 2
    assert "近 8 周每周都不到 5 起" in page
    assert "<rect" not in page
    await busy_weeks(sqlite_database, shown.clock())
    shown.clock.move(days=1)
    await shown.app.refresh()
    assert (await shown.client.get("/board/screen")).text.count('class="slide') == 4
    assert "每周都不到" not in (await shown.client.get("/board")).text


async def test_only_the_strip_may_be_framed(shown: Shown) -> None:
    await shown.app.refresh()
    for path in PAGES:
        headers = (await shown.client.get(path)).headers
        framable = path == "/board/strip"
        assert ("x-frame-options" not in headers) == framable, path
        policy = headers["content-security-policy"]
        assert ("frame-ancestors *" in policy) == framable, path
        assert ("frame-ancestors 'none'" in policy) != framable, path


async def test_a_known_tag_is_answered_without_a_body_and_a_packed_one_unpacks(
    shown: Shown,
) -> None:
    await shown.app.refresh()
    first = await shown.client.get("/board", headers={"accept-encoding": "identity"})
    tag = first.headers["etag"]
    again = await shown.client.get("/board", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    head = await shown.client.head("/board")
    assert (head.status_code, head.content) == (200, b"")
    async with shown.client.stream("GET", "/board", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join([part async for part in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == first.content


async def test_an_approved_case_is_shown_at_the_next_look_and_changes_the_version(
    shown: Shown, sqlite_database: Database
) -> None:
    await shown.app.refresh()
    before = await shown.feed()
    await shown_case(sqlite_database, shown.clock())
    assert await shown.app.refresh()
    assert not await shown.app.refresh()
    after = await shown.feed()
    assert [item["title"] for item in after["items"]] == [TYPED[0]]
    assert after["_fanzha"]["version"] != before["_fanzha"]["version"]
    assert TYPED[0] in (await shown.client.get("/board")).text


async def test_the_case_of_the_day_stands_above_the_tip_once_and_in_the_feed(
    shown: Shown, sqlite_database: Database
) -> None:
    await shown.app.refresh()
    assert (await shown.feed())["_fanzha"]["case"] is None
    assert "今天的案例" not in (await shown.client.get("/board")).text
    for number in range(8):
        shown.clock.move(minutes=1)
        await shown_case(sqlite_database, shown.clock(), (f"第{number}件事", *TYPED[1:]))
    told = set()
    for _ in range(9):
        await shown.app.refresh()
        feed = await shown.feed()
        case = feed["_fanzha"]["case"]
        async with sqlite_database.reading() as session:
            of_bot = await case_of_day(session, shown.clock())
        assert of_bot is not None
        assert case["title"] == of_bot.title
        assert len(feed["items"]) == 6
        for path in ("/board", "/board/screen"):
            text = (await shown.client.get(path)).text
            assert text.count(case["title"]) == 1
            assert text.index(case["title"]) < text.index(feed["_fanzha"]["tip"])
            assert all(text.count(one["title"]) == 1 for one in feed["items"])
        told.add(case["title"])
        shown.clock.move(days=1)
    assert len(told) > 6


async def test_another_name_and_new_numbers_are_shown_at_the_next_look(
    shown: Shown, sqlite_database: Database
) -> None:
    await shown.app.refresh()
    numbers = "反诈中心 0536-7660000, 坊子派出所 7661110"
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        typed = {"district": "坊子分局", "local_numbers": numbers}
        given = (session, chief, typed, Settings(_env_file=None))
        assert await change_settings(*given, seen=0, now=shown.clock()) == 2
    assert await shown.app.refresh()
    for path in ("/board", "/board/screen"):
        text = (await shown.client.get(path)).text
        assert "坊子分局" in text
        assert "幸福区" not in text
    text = (await shown.client.get("/board")).text
    assert '<dt>反诈中心</dt><dd><a href="tel:0536-7660000">' in text
    assert text.index("7661110") < text.index("12333")
    assert not await shown.app.refresh()


async def test_a_case_leaves_when_it_is_old(shown: Shown, sqlite_database: Database) -> None:
    await shown_case(sqlite_database, shown.clock())
    shown.clock.move(days=59)
    await shown.app.refresh()
    assert len((await shown.feed())["items"]) == 1
    shown.clock.move(days=2)
    await shown.app.refresh()
    assert (await shown.feed())["items"] == []


async def test_without_a_database_the_board_keeps_what_it_shows(
    shown: Shown, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await busy_weeks(sqlite_database, shown.clock())
    await shown.app.refresh()
    before = await shown.feed()

    def gone() -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(sqlite_database, "reading", gone)
    shown.clock.move(days=1)
    stop = asyncio.Event()
    looking = asyncio.create_task(shown.app.keep_fresh(stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(looking, 30)
    assert await shown.feed() == before


async def test_hostile_words_stay_words(shown: Shown, sqlite_database: Database) -> None:
    evil = ("<script>x</script>", "<img src=x onerror=alert(1)> 点这里", "</script><b>不要信")
    await shown_case(sqlite_database, shown.clock(), evil)
    await shown.app.refresh()
    for path in ("/board", "/board/screen"):
        text = (await shown.client.get(path)).text
        assert "&lt;script&gt;" in text
        assert "<img src=x" not in text


async def test_a_new_day_brings_new_figures_and_another_tip(
    shown: Shown, sqlite_database: Database
) -> None:
    await shown.app.refresh()
    first = (await shown.feed())["_fanzha"]
    await busy_weeks(sqlite_database, shown.clock() + timedelta(hours=2))
    assert not await shown.app.refresh()
    shown.clock.move(days=1)
    assert await shown.app.refresh()
    second = (await shown.feed())["_fanzha"]
    assert first["by_number"] == []
    assert [one["name"] for one in second["by_number"]] == ["刷单返利", "虚假网络投资理财"]
    assert first["tip"] != second["tip"]
