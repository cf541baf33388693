"""A newcomer's first link is weighed higher, also where the bot was restarted in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.newcomers import NEW_FOR, Newcomers
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.newcomers import Newcomer
from scheduler.jobs import tend_groups
from tests.botapi import Chat, User
from tests.botapi.wire import user_json
from tests.channels.test_guard import TALK, Community
from tests.channels.test_telegram import Telegram, polling, telegram
from tests.scheduler.doubles import HandClock
from tests.services.broadcasting import NOON, add_groups, add_staff

__all__ = ["telegram"]

LINK = "看这里 http://fuli-vip.top/a"
CHAT, WHO = -1, 4711


def joins(telegram: Telegram, chat: Chat, user: User) -> None:
    """Somebody joins, and Telegram says so in the group."""
    telegram.api.join(chat, user)
    world = telegram.api.backend.world
    extra = {"new_chat_members": [user_json(user)]}
    message = world.add_message(chat, user, kind="service", extra=extra)
    telegram.api.backend.put(chat, {"message": world.message_json(message)})


async def kept(database: Database) -> list[str]:
    async with database.reading() as session:
        return [one.member_hash for one in await session.scalars(select(Newcomer))]


async def test_who_came_before_a_restart_is_still_new_after_it(
    telegram: Telegram, database: Database, library: Library
) -> None:
    group = Community(telegram)
    others = [telegram.api.add_user(first_name=name) for name in ("甲", "乙")]
    async with polling(telegram.api, database, library):
        await group.register(database)
        for one in others:
            joins(telegram, group.chat, one)
        await group.silence()
    assert len(await kept(database)) == len(others)
    async with polling(telegram.api, database, library):
        group.says(LINK)
        group.says(TALK, by=others[1])
        group.says(LINK, by=others[1])
        await group.silence()
        assert await group.answer(LINK, by=others[0])
    assert await kept(database) == []


async def registered(database: Database) -> None:
    async with database.writing() as session:
        await add_groups(session, await add_staff(session), CHAT)


async def test_what_is_kept_names_nobody_and_goes_with_the_first_message(
    database: Database,
) -> None:
    await registered(database)
    clock = HandClock()
    await Newcomers(database, clock).came(CHAT, [WHO])
    (found,) = await kept(database)
    assert str(WHO) not in found
    await Newcomers(database, clock).came(CHAT * 2, [WHO])
    assert await kept(database) == [found]
    again = Newcomers(database, clock)
    assert not await again.speaks_first(CHAT, WHO + 1)
    assert [await again.speaks_first(CHAT, WHO) for _ in range(2)] == [True, False]
    assert await kept(database) == []


@pytest.mark.parametrize(("after", "new"), [(-1, True), (1, False)])
async def test_after_thirty_days_nobody_is_new(
    sqlite_database: Database, after: int, new: bool
) -> None:
    await registered(sqlite_database)
    clock = HandClock()
    first = Newcomers(sqlite_database, clock)
    await first.came(CHAT, [WHO])
    clock.moment = NOON + NEW_FOR + timedelta(seconds=after)
    await tend_groups(sqlite_database, Settings(_env_file=None), clock())
    assert bool(await kept(sqlite_database)) is new
    assert await first.speaks_first(CHAT, WHO) is new
