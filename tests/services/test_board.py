"""The board's figures and cases: what is counted, what is hidden, who may show what."""

from datetime import timedelta

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.board import LEAST, district_figures, read_board
from bot.services.board_cases import decide_case, list_cases, take_down, write_case
from bot.storage.areas import Area
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.board.filled import (
    CATEGORIES,
    TYPED,
    approve,
    busy_weeks,
    check,
    report,
    shown_case,
    written_case,
)
from tests.services.casework import NOON, officer


async def test_figures_hide_what_few_people_met(database: Database) -> None:
    await busy_weeks(database, NOON)
    async with database.reading() as session:
        found = await district_figures(session, NOON)
    assert [(one.name, one.words) for one in found.by_number] == [
        ("刷单返利", "55 起"),
        ("虚假网络投资理财", "8 起"),
    ]
    assert [(one.name, one.words) for one in found.by_loss] == [
        ("虚假网络投资理财", "720 万元"),
        ("刷单返利", "52 万元"),
    ]
    assert [week.count for week in found.weeks] == [8, 7, 9, 8, 7, 9, 8, 9]
    assert [(one.title, one.met) for one in found.tricks] == [
        ("荐股群、导师带单", 8),
        ("刷单做任务返利", 6),
        ("冒充客服谎称快递商品理赔", None),
        ("贷款没到账先收费", None),
        ("冒充公检法谎称涉案要清查资金", None),
    ]


@pytest.mark.parametrize(("people", "told"), [(LEAST - 1, False), (LEAST, True)])
async def test_a_trick_is_told_from_the_fifth_person_on(
    database: Database, people: int, told: bool
) -> None:
    for person in range(people):
        for minute in range(2):
            at = NOON - timedelta(days=1, minutes=minute)
            await check(database, at, person + 1)
    async with database.reading() as session:
        found = await district_figures(session, NOON)
    assert [one.met for one in found.tricks] == [LEAST if told else None, *[None] * 4]


async def test_what_came_today_is_not_counted_before_midnight(database: Database) -> None:
    for number in range(LEAST):
        await report(database, NOON - timedelta(minutes=number))
    async with database.reading() as session:
        today = await district_figures(session, NOON)
        tomorrow = await district_figures(session, NOON + timedelta(days=1))
    assert (today.weeks[-1].count, tomorrow.weeks[-1].count) == (None, LEAST)


async def test_the_board_holds_the_last_approved_cases(database: Database) -> None:
    for number in range(8):
        at = NOON + timedelta(minutes=number)
        await shown_case(database, at, (f"第{number}件事", *TYPED[1:]))
    async with database.reading() as session:
        figures = await district_figures(session, NOON)
        board = await read_board(session, "幸福区", (), figures, "", NOON + timedelta(hours=1))
    assert [one.title for one in board.cases] == [f"第{number}件事" for number in range(7, 1, -1)]


async def test_nobody_approves_what_he_wrote(database: Database) -> None:
    async with database.writing() as session:
        chief = await officer(session, "zhao", Role.CHIEF)
        case = await write_case(session, chief, "brushing", TYPED, CATEGORIES, NOON)
        with pytest.raises(InvalidInputError, match="另一个人"):
            await decide_case(session, chief, case.id, True, NOON)
        assert not (await list_cases(session, chief))[0].decidable


async def test_a_case_is_decided_on_once_and_taken_down_by_one(database: Database) -> None:
    case_id = await written_case(database, NOON, TYPED)
    await approve(database, case_id, NOON)
    async with database.writing() as session:
        zhao = await officer(session, "zhao", Role.CHIEF)
        with pytest.raises(ConflictError, match="审核过"):
            await decide_case(session, zhao, case_id, False, NOON)
        await take_down(session, zhao, case_id, NOON)
        with pytest.raises(ConflictError, match="不在宣传栏"):
            await take_down(session, zhao, case_id, NOON)
        figures = await district_figures(session, NOON)
        board = await read_board(session, "幸福区", (), figures, "", NOON)
        assert board.cases == ()


@pytest.mark.parametrize("role", [Role.GRID, Role.ADMIN, Role.AUDITOR])
async def test_who_may_not_write_reads_why(database: Database, role: Role) -> None:
    async with database.writing() as session:
        somebody = await officer(session, role.value, role)
        with pytest.raises(NotAllowedError):
            await write_case(session, somebody, "brushing", TYPED, CATEGORIES, NOON)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("", *TYPED[1:]), "标题要写"),
        ((TYPED[0], "长" * 201, TYPED[2]), "最多|2 到 200"),
        ((*TYPED[:2], " "), "一句提醒要写"),
    ],
)
async def test_what_is_missing_or_too_long_is_named(
    sqlite_database: Database, typed: tuple[str, str, str], words: str
) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        with pytest.raises(InvalidInputError, match=words):
            await write_case(session, li, "brushing", typed, CATEGORIES, NOON)
        with pytest.raises(InvalidInputError, match="类别"):
            await write_case(session, li, "no_such", TYPED, CATEGORIES, NOON)


async def test_a_residents_own_words_are_refused(database: Database) -> None:
    told = "我在家带孩子，群里的小张说点赞一次两块钱，我就信了，后来垫了三单"
    await report(database, NOON - timedelta(days=3), story=told)
    for story, shared in (
        (f"她说：{told[4:24]}。", True),
        ("有人在群里说点赞能挣钱，她垫了三单后取不出来。", False),
    ):
        async with database.writing() as session:
            li = await officer(session)
            typed = (TYPED[0], story, TYPED[2])
            if shared:
                with pytest.raises(InvalidInputError, match="原话"):
                    await write_case(session, li, "brushing", typed, CATEGORIES, NOON)
            else:
                await write_case(session, li, "brushing", typed, CATEGORIES, NOON)


async def test_a_case_is_blurred_before_it_is_stored(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        session.add(Area(street="和平街道", community="", estate="桂花苑", station="和平所"))
        li = await officer(session)
        story = "68岁的陈建国住桂花苑3号楼，11月2日接到13812345678的电话，被骗12345元。"
        case = await write_case(
            session, li, "brushing", ("陈建国的教训", story, TYPED[2]), CATEGORIES, NOON
        )
    kept = f"{case.title}{case.story}"
    for told in ("建国", "桂花苑", "3号楼", "11月2日", "138", "68岁", "12345"):
        assert told not in kept
    for left in ("陈某", "60多岁", "1万多元", "近日"):
        assert left in kept
