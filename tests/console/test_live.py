"""What an open page does by itself: it hears of changes; officers at one lead see each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.services.sign_in import SESSION_ENDS
from bot.storage.staff import Role
from console import pulse
from tests.console.desk import Browser, Desk


@asynccontextmanager
async def beating(desk: Desk) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(desk.pulse.run(stop))
    yield
    stop.set()
    await running


async def heard(desk: Desk, until: int) -> list[str]:
    """The first events of a page's stream."""
    found = []
    stream = desk.pulse.stream()
    async for line in stream:
        if line.startswith("event"):
            found.append(line)
        if len(found) == until:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return found


async def test_a_page_hears_of_every_change_of_a_lead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "LOOK_EVERY_SECONDS", 0.02)
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    async with beating(desk):
        listening = asyncio.create_task(heard(desk, 2))
        await asyncio.sleep(0.2)
        await officer.submit(f"/leads/{number}/sign")
        first, second = await asyncio.wait_for(listening, 10)
    assert first != second


async def test_streams_end_with_the_process(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "LOOK_EVERY_SECONDS", 0.02)
    async with beating(small_desk):
        listening = asyncio.create_task(heard(small_desk, 99))
        await asyncio.sleep(0.1)
    assert await asyncio.wait_for(listening, 30) == []


async def test_a_stream_ends_by_itself_so_that_rights_are_looked_at_anew(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAM_SECONDS", 0.2)
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await asyncio.wait_for(officer.get("/events"), 5)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: ")
    assert (await small_desk.browser().get("/events")).status_code == 303


async def test_listening_keeps_no_session_alive(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAM_SECONDS", 0.01)
    officer = await small_desk.signed_in(Role.DUTY)
    number = await small_desk.report()
    for _ in range(4):
        small_desk.clock.move(hours=2, minutes=59)
        assert (await officer.get("/events")).status_code == 200
        assert (await here(officer, number, csrf=await token(officer))).status_code == 200
    small_desk.clock.move(minutes=5)
    assert (await officer.get("/events")).status_code == 303
    assert SESSION_ENDS.days == 7


async def token(officer: Browser) -> str:
    page = await officer.get("/account", **{"x-console-refresh": "1"})
    return page.text.partition('name="csrf" value="')[2][:32]


async def here(officer: Browser, number: str, csrf: str) -> object:
    return await officer.post(f"/leads/{number}/here", {"csrf": csrf}, origin="http://console.test")


async def test_two_officers_at_one_lead_see_each_other_until_one_leaves(desk: Desk) -> None:
    number, other = await desk.report(), await desk.report(account=2)
    li, wang = await desk.signed_in(Role.DUTY, "li"), await desk.signed_in(Role.DUTY, "wang")
    first = (await li.submit(f"/leads/{number}/here")).json()
    assert first["others"] == []
    assert (await wang.submit(f"/leads/{number}/here")).json()["others"] == ["li警官"]
    assert (await li.submit(f"/leads/{number}/here")).json()["others"] == ["wang警官"]
    assert (await li.submit(f"/leads/{other}/here")).json()["others"] == []
    desk.clock.move(seconds=31)
    assert (await li.submit(f"/leads/{number}/here")).json()["others"] == []


async def test_an_open_page_learns_that_the_lead_has_changed(small_desk: Desk) -> None:
    number = await small_desk.report()
    li, wang = (
        await small_desk.signed_in(Role.DUTY, "li"),
        await small_desk.signed_in(Role.DUTY, "wang"),
    )
    before = (await li.submit(f"/leads/{number}/here")).json()["version"]
    await wang.submit(f"/leads/{number}/sign")
    assert (await li.submit(f"/leads/{number}/here")).json()["version"] == before + 1


async def test_a_station_learns_nothing_of_another_areas_lead(small_desk: Desk) -> None:
    number = await small_desk.report()
    station = await small_desk.signed_in(Role.STATION)
    assert (await station.submit(f"/leads/{number}/here")).status_code == 404
