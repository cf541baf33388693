"""Pictures of activities and forwards, seen by who approves them."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot.services.activities import file_activity
from bot.services.evidence_store import open_evidence_store
from bot.services.field_pictures import Deed, attach_picture, take_in_picture
from bot.storage.activities import ActivityState
from bot.storage.staff import Role, staff_by_login
from bot.times import SHANGHAI
from tests.botapi import png
from tests.console.desk import NOON, Desk


async def with_picture(desk: Desk, folder: Path) -> None:
    """An activity of the grid worker sun, with a photo."""
    settings = desk.settings.model_copy(update={"data_dir": folder})
    store = open_evidence_store(settings, desk.database.vault)
    desk.console.state.parts = replace(desk.console.state.parts, evidence=store)
    arrived = await take_in_picture(desk.database, store, png(8, 8), NOON)
    async with desk.database.writing() as session:
        sun = await staff_by_login(session, "sun")
        assert sun is not None
        filed = await file_activity(session, sun, "talk", "幸福里活动室 45", NOON)
        await attach_picture(session, sun, Deed.ACTIVITY, filed.id, arrived.id)


async def of_station(desk: Desk, login: str, station: str) -> None:
    async with desk.database.writing() as session:
        officer = await staff_by_login(session, login)
        assert officer is not None
        officer.station = station


async def test_the_station_sees_it_and_another_grid_worker_does_not(
    small_desk: Desk, tmp_path: Path
) -> None:
    worker = await small_desk.signed_in(Role.GRID, "sun")
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    area = {"street": "东街", "community": "幸福里", "estate": "", "station": "城东所"}
    await chief.submit("/areas", area)
    await chief.submit("/areas/assign", {"login": "sun", "area": ["1"]})
    await with_picture(small_desk, tmp_path)
    station = await small_desk.signed_in(Role.STATION, "zhou")
    await of_station(small_desk, "zhou", "城东所")
    address = "/activities/1/picture"
    assert address in (await station.get("/activities")).text
    answer = await station.get(address)
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (8, 8)
    assert (await worker.get(address)).status_code == 200
    other = await small_desk.signed_in(Role.GRID, "qian")
    assert address not in (await other.get("/activities")).text
    assert (await other.get(address)).status_code == 404
    assert (await station.get("/activities/2/picture")).status_code == 404
    assert (await station.get("/forwards/1/picture")).status_code == 404
    assert "还没有确认过的转发" in (await station.get("/forwards")).text


async def test_a_station_judges_what_was_done_in_its_areas_and_no_other(
    small_desk: Desk,
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    worker = await small_desk.signed_in(Role.GRID, "sun")
    for community, station in (("幸福里", "城东所"), ("和平里", "城西所")):
        area = {"street": "东街", "community": community, "estate": "", "station": station}
        assert (await chief.submit("/areas", area)).status_code == 303
    await chief.submit("/areas/assign", {"login": "sun", "area": ["1", "2"]})
    async with small_desk.database.writing() as session:
        sun = await staff_by_login(session, "sun")
        assert sun is not None
        for line in ("幸福里活动室 45", "和平里广场 30", "区政府门口 20"):
            await file_activity(session, sun, "talk", line, NOON)
    station = await small_desk.signed_in(Role.STATION, "zhou")
    await of_station(small_desk, "zhou", "城东所")
    page = (await station.get("/activities")).text
    assert "幸福里活动室" in page
    assert "区政府门口" not in page
    assert "和平里广场" not in page
    refused = await station.submit("/activities/2/approve")
    assert "不在您的辖区" in refused.text
    assert (await station.submit("/activities/1/approve")).status_code == 303
    assert (await chief.submit("/activities/2/approve")).status_code == 303
    right = {"kind": "talk", "place": "幸福里活动室", "people": "54", "why": "少写了人数"}
    assert "/activities/1/correct" in (await station.get("/activities")).text
    assert (await worker.submit("/activities/1/correct", right)).status_code == 403
    assert (await station.submit("/activities/2/correct", right)).status_code == 404
    wrong = await station.submit("/activities/1/correct", right | {"people": "x"})
    assert (wrong.status_code, "整数" in wrong.text) == (400, True)
    assert (await station.submit("/activities/1/correct", right)).status_code == 303
    page = (await station.get("/activities")).text
    assert 'class="num">54</td>' in page
    assert "少写了人数" in page
    back = {"why": "没有办"}
    assert (await station.submit("/activities/4/take-back", back)).status_code == 303
    assert "已撤回" in (await station.get("/activities")).text


async def test_the_years_totals_are_those_of_the_year_in_shanghai(small_desk: Desk) -> None:
    worker = await small_desk.signed_in(Role.GRID, "sun")
    new_year = (
        small_desk.clock()
        .astimezone(SHANGHAI)
        .replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    async with small_desk.database.writing() as session:
        sun = await staff_by_login(session, "sun")
        assert sun is not None
        for people, at in ((40, new_year - timedelta(seconds=1)), (45, new_year)):
            filed = await file_activity(session, sun, "talk", f"活动室 {people}", at)
            filed.state = ActivityState.APPROVED
    page = (await worker.get("/activities")).text
    assert f"{new_year.year} 年以来" in page
    assert "<b>1</b> 次，45 人" in page
