"""Groups from a table: kept all or none, each wrong line named."""

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from bot.errors import InvalidInputError, NotAllowedError
from bot.services.areas import add_area
from bot.services.grid import assign_areas, audiences_of
from bot.services.group_table import COLUMNS, MOST_LINES, import_groups, read_group_file
from bot.storage.areas import all_areas
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.staff import Role
from tests.services.casework import NOON, officer

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aa"
ROBOT = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
GOOD = (
    ("幸福里业主群", f"{ROBOT}1", "", "东街", "幸福里", "", "老人、家长", "320", ""),
    ("和平里微信群", "", "", "东街", "", "", "", "1,050人".replace(",", ""), "wang"),
    ("没有地区的群", f"{ROBOT}2", "", "", "", "", "", "", ""),
)


def text(*lines: Sequence[str]) -> bytes:
    return "\n".join(",".join(line) for line in (COLUMNS, *lines)).encode()


def workbook(*lines: Sequence[str]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (COLUMNS, *lines):
        book.active.append(list(line))
    book.save(out)
    return out.getvalue()


async def grid_of(database: Database) -> None:
    async with database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        await add_area(session, boss, "东街", "", "", "城东所")
        await add_area(session, boss, "东街", "幸福里", "", "城东所")
        await add_area(session, boss, "西街", "", "", "城西所")
        await officer(session, "wang", Role.GRID)
        street = next(one.id for one in await all_areas(session) if one.street == "西街")
        await assign_areas(session, boss, "wang", [street])


@pytest.mark.parametrize("written", [text, workbook])
async def test_every_line_is_a_group_with_all_that_it_says(database: Database, written) -> None:
    await grid_of(database)
    table = read_group_file(written(*GOOD))
    for _ in range(2):
        async with database.writing() as session:
            boss = await officer(session, "boss", Role.CHIEF)
            assert await import_groups(session, boss, table, NOON) == 3
    async with database.reading() as session:
        groups = (await session.scalars(select(CommunityGroup).order_by(CommunityGroup.id))).all()
        places = {one.id: one.community or one.street for one in await all_areas(session)}
        wang = await officer(session, "wang", Role.GRID)
    assert [
        (one.title, one.channel, places.get(one.area_id or 0), audiences_of(one), one.members)
        for one in groups
    ] == [
        ("幸福里业主群", "wecom", "幸福里", ("老人", "家长"), 320),
        ("和平里微信群", "wechat", "东街", (), 1050),
        ("没有地区的群", "wecom", None, (), None),
    ]
    assert groups[1].keeper_id == wang.id


BAD = (
    ("", f"{ROBOT}3", "", "", "", "", "", "", ""),
    ("一群", "https://evil.test/send?key=1", "", "", "", "", "", "", ""),
    ("二群", f"{ROBOT}4", "", "北街", "", "", "", "", ""),
    ("三群", f"{ROBOT}5", "", "", "幸福里", "", "", "", ""),
    ("四群", f"{ROBOT}6", "", "", "", "", "外星人", "", ""),
    ("五群", f"{ROBOT}7", "", "", "", "", "", "很多", ""),
    ("六群", "", "", "", "", "", "", "", "nobody"),
    ("七群", f"{ROBOT}1", "", "", "", "", "", "", ""),
)


async def test_every_wrong_line_is_named(database: Database) -> None:
    await grid_of(database)
    table = read_group_file(text(GOOD[0], *BAD))
    async with database.reading() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        with pytest.raises(InvalidInputError) as refused:
            await import_groups(session, boss, table, NOON)
    lines = refused.value.words.split("\n")
    named = {line.partition(" 行")[0].removeprefix("第 ") for line in lines}
    assert named == {str(number) for number in range(3, 3 + len(BAD))}


async def test_a_grid_worker_imports_into_his_areas_only_and_others_not_at_all(
    sqlite_database: Database,
) -> None:
    await grid_of(sqlite_database)
    own = ("西街群", f"{ROBOT}8", "", "西街", "", "", "", "", "")
    for lines, works in (((own,), True), ((GOOD[0],), False), ((GOOD[1],), False)):
        async with sqlite_database.writing() as session:
            wang = await officer(session, "wang", Role.GRID)
            if works:
                assert await import_groups(session, wang, read_group_file(text(*lines)), NOON) == 1
            else:
                with pytest.raises(InvalidInputError, match="第 2 行"):
                    await import_groups(session, wang, read_group_file(text(*lines)), NOON)
                await session.rollback()
    async with sqlite_database.writing() as session:
        li = await officer(session)
        with pytest.raises(NotAllowedError):
            await import_groups(session, li, read_group_file(text(own)), NOON)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "第 1 行要写列名"),
        ("名称,地址\n一群,x".encode(), "第 1 行要写列名"),
        (text(), "没有群"),
        (text(*[(f"群{n}", *[""] * 8) for n in range(MOST_LINES + 1)]), "超过"),
        (text(("一群", *[""] * 9, "多一列")), "应有 9 列"),
    ],
)
def test_what_is_no_table_of_groups_is_told(content: bytes, words: str) -> None:
    assert words in "".join(read_group_file(content).problems)
