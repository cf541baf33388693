"""Command by command and button by button: the chat keeps to the one table of who may do what."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.menus import STAFF_COMMANDS, commands_of
from bot.services.permissions import may
from bot.storage.broadcasts import Broadcast
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from tests.handlers.test_duty import officer
from tests.handlers.test_grid import grid_worker, now, to_groups
from tests.talk import Talk

OTHERS = [role for role in Role if role not in (Role.GRID, Role.CHIEF, Role.RESIDENT)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
async def test_every_role_has_the_commands_of_the_table_and_no_other(
    sqlite_database: Database, library: Library, role: Role
) -> None:
    talk = await officer(sqlite_database, library, role, "somebody", now)
    answered = set()
    for name, _, _ in STAFF_COMMANDS:
        words = await talk.says(f"/{name}")
        assert "系统出了点问题" not in words, name
        if "不能使用这个功能" not in words:
            answered.add(name)
        await talk.says("/cancel")
    assert answered == {name for name, _, action in STAFF_COMMANDS if may(role, action)}
    assert answered == {name for name, _ in commands_of(role)}


async def test_a_resident_has_none_of_them(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    for name, _, _ in STAFF_COMMANDS:
        assert "只给工作人员" in await talk.says(f"/{name}"), name


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("pressed", [0, 1, 2])
async def test_buttons_of_a_notice_do_nothing_once_the_right_is_gone(
    sqlite_database: Database, library: Library, role: Role, pressed: int
) -> None:
    talk = await grid_worker(sqlite_database, library)
    await to_groups(talk)
    labels = ["全部 2 个群", "现在", "确认发送"]
    for label in labels[:pressed]:
        await talk.presses(label)
    async with sqlite_database.writing() as session:
        (await session.scalars(select(Staff))).one().role = role
    for label in labels[pressed:]:
        if label in talk.labels:
            await talk.presses(label)
    assert "不能使用这个功能" in talk.text
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Broadcast))).all() == []
