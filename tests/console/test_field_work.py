"""What grid workers do in the browser as in the bot: WeChat groups, forwards, activities."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.services.broadcasts import schedule_notice
from bot.services.evidence_store import open_evidence_store
from bot.services.going_out import make_due_occurrences
from bot.storage.activities import Activity
from bot.storage.areas import all_areas, keep_area, set_areas_of_staff
from bot.storage.forwards import Forward
from bot.storage.staff import Role, staff_by_login
from tests.botapi import png
from tests.console.desk import NOON, ORIGIN, Browser, Desk, csrf_of

PHOTO = ("a.png", png(8, 8), "image/png")


def with_store(desk: Desk, folder: Path) -> None:
    settings = desk.settings.model_copy(update={"data_dir": folder, "telegram_name": "fanzha_bot"})
    store = open_evidence_store(settings, desk.database.vault)
    desk.console.state.parts = replace(desk.console.state.parts, evidence=store, settings=settings)


async def send(
    browser: Browser, path: str, data: dict[str, str], picture: tuple[str, bytes, str] | None = None
) -> httpx.Response:
    """A form with a file, sent as browsers do: without a file its name is empty."""
    token = csrf_of(await browser.get(path.removesuffix("/confirm")))
    fields, address, headers = {"csrf": token, **data}, f"/console{path}", {"origin": ORIGIN}
    if picture:
        return await browser.client.post(
            address, data=fields, files={"picture": picture}, headers=headers
        )
    parts = [(f'name="{name}"', value) for name, value in fields.items()]
    parts.append(('name="picture"; filename=""', ""))
    body = "".join(
        f"--x\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts
    )
    headers |= {"content-type": "multipart/form-data; boundary=x"}
    return await browser.client.post(address, content=f"{body}--x--\r\n", headers=headers)


async def keeper_with_a_notice(desk: Desk, folder: Path) -> Browser:
    """sun, who registered a WeChat group in the browser and is asked to forward to it."""
    with_store(desk, folder)
    worker = await desk.signed_in(Role.GRID, "sun")
    assert (await worker.submit("/groups/wechat", {"title": "业主群"})).status_code == 303
    await desk.staff(Role.CHIEF, "zhang")
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, "zhang")
        assert chief is not None
        values = {"community": "幸福里"}
        await schedule_notice(session, chief, "brush_task", values, [1], None, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
    return worker


async def test_a_wechat_group_is_registered_in_the_browser(small_desk: Desk) -> None:
    worker = await small_desk.signed_in(Role.GRID, "sun")
    assert (await worker.submit("/groups/wechat", {"title": "业主群"})).status_code == 303
    page = (await worker.get("/groups")).text
    assert "业主群" in page
    assert "微信群（人工转发）" in page
    empty = await worker.submit("/groups/wechat", {"title": " "})
    assert (empty.status_code, "请写群的名称" in empty.text) == (400, True)


async def test_a_forward_is_confirmed_with_size_and_picture(desk: Desk, tmp_path: Path) -> None:
    worker = await keeper_with_a_notice(desk, tmp_path)
    page = (await worker.get("/forwards")).text
    assert "等您转发" in page
    assert "https://t.me/fanzha_bot?start=b1" in page
    other = await desk.signed_in(Role.GRID, "qian")
    assert "等您转发" not in (await other.get("/forwards")).text
    form = {"number": "1", "members": "320"}
    assert (await send(other, "/forwards/confirm", form)).status_code == 404
    assert (await send(worker, "/forwards/confirm", form, PHOTO)).status_code == 303
    page = (await worker.get("/forwards")).text
    assert "等您转发" not in page
    assert "320" in page
    assert (await worker.get("/forwards/1/picture")).headers["content-type"] == "image/jpeg"
    again = await send(worker, "/forwards/confirm", form)
    assert (again.status_code, "已经确认过了" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("members", "picture", "words"),
    [("很多", None, "群人数要写"), ("320", ("a.png", b"no picture", "image/png"), "只收照片")],
)
async def test_a_wrong_size_or_photo_confirms_nothing(
    small_desk: Desk,
    tmp_path: Path,
    members: str,
    picture: tuple[str, bytes, str] | None,
    words: str,
) -> None:
    worker = await keeper_with_a_notice(small_desk, tmp_path)
    form = {"number": "1", "members": members}
    answer = await send(worker, "/forwards/confirm", form, picture)
    asked = answer.text[answer.text.index("<article>") : answer.text.index("</article>")]
    assert (answer.status_code, words in asked) == (400, True)
    assert f'value="{members}"' in asked
    async with small_desk.database.reading() as session:
        forward = (await session.scalars(select(Forward))).one()
    assert (forward.confirmed_at, forward.members) == (None, None)


async def test_what_was_asked_long_ago_waits_no_more(small_desk: Desk, tmp_path: Path) -> None:
    worker = await keeper_with_a_notice(small_desk, tmp_path)
    async with small_desk.database.writing() as session:
        forward = (await session.scalars(select(Forward))).one()
        forward.asked_at = NOON - timedelta(days=8)
    assert "等您转发" not in (await worker.get("/forwards")).text


async def test_an_activity_is_filed_in_the_browser(desk: Desk, tmp_path: Path) -> None:
    with_store(desk, tmp_path)
    worker = await desk.signed_in(Role.GRID, "sun")
    station = await desk.signed_in(Role.STATION, "zhou")
    async with desk.database.writing() as session:
        await keep_area(session, "东街", "幸福里", "", "城东所")
        zhou, sun = [await staff_by_login(session, name) for name in ("zhou", "sun")]
        assert zhou is not None
        assert sun is not None
        zhou.station = "城东所"
        await set_areas_of_staff(session, sun.id, [one.id for one in await all_areas(session)])
    form = {"kind": "talk", "place": "幸福里活动室", "people": "45", "once": "a"}
    for _ in range(2):
        assert (await send(worker, "/activities", form, PHOTO)).status_code == 303
    page = (await station.get("/activities")).text
    assert page.count("幸福里活动室") == 1
    assert "/activities/1/picture" in page
    async with desk.database.reading() as session:
        assert len((await session.scalars(select(Activity))).all()) == 1


@pytest.mark.parametrize(
    ("typed", "picture", "field", "words"),
    [
        ({"people": "许多"}, None, "people", "人数要写 1 到"),
        ({"people": ""}, None, "people", "人数要写 1 到"),
        ({"people": "0"}, None, "people", "人数要写 1 到"),
        ({"place": " "}, None, "place", "请写地点"),
        ({"place": "2月30日 活动室"}, None, "place", "没有 2月30日"),
        ({"kind": "party"}, None, "kind", "类型"),
        ({}, ("a.txt", b"text", "text/plain"), "picture", "照片"),
    ],
)
async def test_what_is_wrong_with_an_activity_stands_at_its_field(
    small_desk: Desk,
    tmp_path: Path,
    typed: dict[str, str],
    picture: tuple[str, bytes, str] | None,
    field: str,
    words: str,
) -> None:
    with_store(small_desk, tmp_path)
    worker = await small_desk.signed_in(Role.GRID, "sun")
    form = {"kind": "talk", "place": "幸福里活动室", "people": "45", "once": "b"} | typed
    wrong = await send(worker, "/activities", form, picture)
    assert wrong.status_code == 400
    (marked,) = re.findall(r"<(?:input|select)[^>]*aria-invalid[^>]*>", wrong.text)
    assert f'name="{field}"' in marked
    beneath = wrong.text.split(marked)[1].partition("</label>")[2]
    assert re.match(rf'<p id="wrong"[^>]*>[^<]*{words}', beneath)
    for name in {"place", "people"} - set(typed):
        assert f'value="{form[name]}"' in wrong.text
    async with small_desk.database.reading() as session:
        assert (await session.scalars(select(Activity))).all() == []
