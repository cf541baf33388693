"""A station sees its own area's leads and those handed to it, route by route, and no other."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from bot.matching.library import Library
from bot.services.areas import add_area, import_areas, remove_area
from bot.services.handling import dispatch
from bot.services.leads import sign_for
from bot.services.linking import linked
from bot.services.traces import trace_waiting
from bot.storage.areas import all_areas
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Look, Role, Staff
from tests.console.desk import Browser, Desk
from tests.console.test_access import GUARDED, fill_in
from tests.console.test_casework import send
from tests.handlers.test_duty import officer as in_chat
from tests.services.casework import NOON, lead_of, officer

GRID = """街道,社区,小区,派出所
城东街道,,,城东派出所
城东街道,幸福里社区,,城东派出所
城西街道,,,城西派出所"""
EAST, WEST, NOWHERE = "幸福里社区3号楼", "城西街道5号", "不知道哪里"
LEAD_ROUTES = [line for line in GUARDED if "{number}" in line[1]]


@dataclass
class Grid:
    desk: Desk
    own_area: str
    other_area: str
    handed: str
    handed_away: str
    station: Browser

    @property
    def seen(self) -> set[str]:
        return {self.own_area, self.handed, self.handed_away}

    @property
    def all(self) -> set[str]:
        return self.seen | {self.other_area}


async def of_station(database: Database, login: str, name: str) -> None:
    async with database.writing() as session:
        await session.execute(update(Staff).where(Staff.login == login).values(station=name))


@pytest.fixture
async def grid(database: Database) -> Grid:
    desk = Desk(database)
    async with database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        await import_areas(session, boss, GRID)
    places = (EAST, WEST, NOWHERE, EAST)
    numbers = [await desk.report(account=n, area=place) for n, place in enumerate(places)]
    async with database.writing() as session:
        assert await trace_waiting(session) == 4
        li = await officer(session)
        for number, name in ((numbers[2], "城东派出所"), (numbers[3], "城西派出所")):
            await sign_for(session, li, number, NOON)
            await dispatch(session, li, number, name, "", NOON)
    station = await desk.signed_in(Role.STATION, "east")
    await of_station(database, "east", "城东派出所")
    return Grid(desk, *numbers, station)


def named_in(text: str, numbers: set[str]) -> set[str]:
    return {number for number in numbers if number in text}


async def test_lists_show_the_own_area_and_what_was_handed_over(grid: Grid) -> None:
    for path in ("/", "/leads", "/leads?state=all"):
        assert named_in((await grid.station.get(path)).text, grid.all) == grid.seen, path
    assert "共 3 条" in (await grid.station.get("/leads")).text.replace("\n", "")


async def test_every_route_of_another_areas_lead_says_there_is_none(grid: Grid) -> None:
    for method, path in LEAD_ROUTES:
        where = fill_in(path, grid.other_area)
        form = {"to": "met", "way": "phone", "result": "reached"}
        answer = await (
            grid.station.get(where) if method == "GET" else grid.station.submit(where, form)
        )
        assert answer.status_code in (403, 404), (method, path)
        assert "幸福里" not in answer.text
        assert "13812345678" not in answer.text
    async with grid.desk.database.reading() as session:
        looks = select(Look).where(Look.subject == grid.other_area)
        assert (await session.scalars(looks)).all() == []


@pytest.mark.parametrize("which", ["own_area", "handed_away"])
async def test_a_lead_of_the_own_area_is_seen_but_not_worked(grid: Grid, which: str) -> None:
    number = getattr(grid, which)
    page = await grid.station.get(f"/leads/{number}")
    assert page.status_code == 200
    assert "登记联系" not in page.text
    assert 'name="to"' not in page.text
    assert (await grid.station.submit(f"/leads/{number}/full")).status_code == 200
    async with grid.desk.database.reading() as session:
        version = (await lead_of(session, number)).version
    for form in ({"to": "met"}, {"way": "phone", "result": "reached"}):
        path = "move" if "to" in form else "contact"
        form["version"] = str(version)
        answer = await grid.station.submit(f"/leads/{number}/{path}", dict(form))
        assert answer.status_code == 403
        assert "只能查看" in answer.text


async def test_a_lead_that_was_handed_over_is_worked(grid: Grid) -> None:
    assert (await send(grid.station, grid.handed, "move", to="met")).status_code == 303


async def test_another_station_sees_its_own(grid: Grid) -> None:
    west = await grid.desk.signed_in(Role.STATION, "west")
    await of_station(grid.desk.database, "west", "城西派出所")
    seen = named_in((await west.get("/leads")).text, grid.all)
    assert seen == {grid.other_area, grid.handed_away}


async def test_a_station_without_a_name_sees_nothing(grid: Grid) -> None:
    lost = await grid.desk.signed_in(Role.STATION, "lost")
    assert named_in((await lost.get("/leads")).text, grid.all) == set()
    assert (await lost.get(f"/leads/{grid.own_area}")).status_code == 404


async def test_a_change_of_the_grid_moves_the_open_leads(grid: Grid) -> None:
    database = grid.desk.database
    async with database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        await add_area(session, boss, "城西街道", "", "", "城东派出所")
        for area in await all_areas(session):
            if area.street == "城东街道":
                await remove_area(session, boss, area.id)
        await trace_waiting(session)
    seen = named_in((await grid.station.get("/leads")).text, grid.all)
    assert seen == {grid.other_area, grid.handed}
    async with database.reading() as session:
        lead: Lead = await lead_of(session, grid.other_area)
    assert (lead.street, lead.area_station) == ("城西街道", "城东派出所")


async def test_the_chat_keeps_to_the_same_scope(grid: Grid, library: Library) -> None:
    talk = await in_chat(grid.desk.database, library, Role.STATION, "east2")
    await of_station(grid.desk.database, "east2", "城东派出所")
    assert named_in(await talk.says("/queue"), grid.all) == grid.seen
    assert "没有这个编号" in await talk.says(f"/lead {grid.other_area}")
    assert grid.own_area in await talk.says(f"/lead {grid.own_area}")
    assert talk.labels == []


async def test_leads_of_other_areas_are_not_among_what_is_linked(grid: Grid) -> None:
    async with grid.desk.database.reading() as session:
        found = {}
        for login in ("east", "li"):
            staff = await officer(session, login)
            links = await linked(session, staff, grid.own_area)
            found[login] = {one.line.number for one in links}
            assert len(await linked(session, staff, grid.own_area, 1)) == 1
    assert found == {"li": grid.all - {grid.own_area}, "east": grid.seen - {grid.own_area}}
