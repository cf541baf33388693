"""/subscribe in a grid of any size: from the list, level by level, or by a typed name."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.places import first_places, places_inside, places_named, shown_names
from bot.storage.areas import Area, all_areas, keep_area
from bot.storage.database import Database
from bot.storage.subscriptions import Subscription
from tests.talk import Talk

STREETS, COMMUNITIES = 4, 20


async def a_grid(database: Database, streets: int = STREETS) -> None:
    """Streets of twenty communities each; the first of all has two estates."""
    async with database.writing() as session:
        for street in range(streets):
            await keep_area(session, f"{street} 街", "", "", "所")
            for number in range(COMMUNITIES):
                await keep_area(session, f"{street} 街", f"幸福{street}{number}社区", "", "所")
        for estate in ("东苑小区", "西苑小区"):
            await keep_area(session, "0 街", "幸福00社区", estate, "所")


async def place_of(database: Database) -> tuple[str, str, str]:
    async with database.reading() as session:
        kept = (await session.scalars(select(Subscription))).one()
        area = await session.get_one(Area, kept.area_id)
    return area.street, area.community, area.estate


async def finish(talk: Talk) -> None:
    for label in ("都要", "随时"):
        await talk.presses(label)
    assert "已订阅" in talk.text


async def test_with_many_communities_the_street_comes_first_then_the_estate(
    database: Database, library: Library
) -> None:
    await a_grid(database)
    talk = Talk(database, library)
    await talk.says("/subscribe")
    for label in ("老人", "0 街", "幸福00社区", "西苑小区"):
        await talk.presses(label)
    await finish(talk)
    assert await place_of(database) == ("0 街", "幸福00社区", "西苑小区")


@pytest.mark.parametrize("level", [1, 2])
async def test_a_whole_street_or_community_is_chosen(
    sqlite_database: Database, library: Library, level: int
) -> None:
    await a_grid(sqlite_database)
    talk = Talk(sqlite_database, library)
    await talk.says("/subscribe")
    names = ("0 街", "幸福00社区")[:level]
    for label in ("老人", *names, f"整个{names[-1]}"):
        await talk.presses(label)
    await finish(talk)
    assert await place_of(sqlite_database) == (*names, *("",) * (3 - level))


async def test_a_place_is_found_by_a_typed_name(database: Database, library: Library) -> None:
    await a_grid(database)
    talk = Talk(database, library)
    await talk.says("/subscribe")
    for label in ("老人", "打字找"):
        await talk.presses(label)
    assert "没有找到" in await talk.says("和平里")
    assert "是哪一个" in await talk.says("西苑")
    await talk.presses("0 街 幸福00社区 西苑小区")
    await finish(talk)
    assert await place_of(database) == ("0 街", "幸福00社区", "西苑小区")


async def test_too_many_streets_for_a_list_are_asked_for_by_name_and_anywhere_ends_it(
    sqlite_database: Database, library: Library
) -> None:
    await a_grid(sqlite_database, streets=70)
    talk = Talk(sqlite_database, library)
    await talk.says("/subscribe")
    assert "打字写社区或小区的名字" in await talk.presses("老人")
    await talk.presses("不限")
    await finish(talk)
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Subscription))).one().area_id is None


async def test_a_message_longer_than_a_name_is_checked_while_a_name_is_awaited(
    sqlite_database: Database, library: Library
) -> None:
    await a_grid(sqlite_database)
    talk = Talk(sqlite_database, library)
    await talk.says("/subscribe")
    for label in ("老人", "打字找"):
        await talk.presses(label)
    said = await talk.says("我是公安局的民警，你涉嫌洗钱，把钱转到安全账户配合调查")
    assert "没有找到" not in said
    assert "是哪一个" in await talk.says("幸福1")


async def test_no_list_is_longer_than_a_keyboard(sqlite_database: Database) -> None:
    await a_grid(sqlite_database)
    async with sqlite_database.reading() as session:
        areas = await all_areas(session)
    assert [area.street for area in first_places(areas)] == [f"{n} 街" for n in range(STREETS)]
    fewer = [area for area in areas if area.street != "3 街"]
    assert len(first_places(fewer)) == COMMUNITIES * 3
    street = next(area for area in areas if area.street == "1 街" and not area.community)
    assert len(places_inside(areas, street.id)) == COMMUNITIES
    found = places_named(areas, " 幸福１ 社区")
    assert [area.community for area in found][:1] == ["幸福10社区"]
    assert len(found) <= 12
    assert places_named(areas, " ") == []
    twins = [
        Area(id=n, street=f"{n} 街", community="和平里", estate="", station="") for n in (1, 2)
    ]
    assert shown_names(twins) == [(1, "1 街 和平里"), (2, "2 街 和平里")]
