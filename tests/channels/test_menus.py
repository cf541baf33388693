"""The menus that Telegram shows: by role in a private chat, in groups, to their administrators."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from aiogram import Router
from aiogram.filters import Command

from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.services.menus import (
    GROUP_ADMIN_COMMANDS,
    GROUP_COMMANDS,
    RESIDENT_COMMANDS,
    commands_of,
)
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff import Role
from scheduler.outbox import OutboxWorker
from scheduler.senders.telegram import TelegramSender
from tests.channels.test_groups import bind
from tests.channels.test_telegram import Telegram, polling, telegram

__all__ = ["telegram"]

MENUS = {
    "all_private_chats": RESIDENT_COMMANDS,
    "all_group_chats": GROUP_COMMANDS,
    "all_chat_administrators": GROUP_ADMIN_COMMANDS,
}


def named(menu: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> list[str]:
    return [name for name, _ in menu]


async def test_groups_and_their_administrators_have_menus_of_their_own(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(text="/start")
        await telegram.hears()
        for scope, menu in MENUS.items():
            assert telegram.api.commands(telegram.bot, {"type": scope}) == named(menu), scope


@pytest.mark.parametrize("role", [Role.GRID, Role.CHIEF])
async def test_who_binds_his_chat_has_the_menu_of_his_role_there(
    telegram: Telegram, sqlite_database: Database, library: Library, role: Role
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        await bind(telegram, sqlite_database, role)
        sender = TelegramSender(telegram.bot.token, telegram.api.url)
        worker = OutboxWorker(sqlite_database, sender, holder="test", now=lambda: datetime.now(UTC))
        await worker.deliver_due()
        await sender.close()
    scope = {"type": "chat", "chat_id": telegram.user.id}
    shown = telegram.api.commands(telegram.bot, scope)
    assert shown == [*named(commands_of(role)), *named(RESIDENT_COMMANDS)]


def commands_heard(router: Router) -> Iterator[str]:
    for handler in router.message.handlers:
        for found in handler.filters or ():
            if isinstance(found.callback, Command):
                yield from (str(name) for name in found.callback.commands)
    for inner in router.sub_routers:
        yield from commands_heard(inner)


def test_every_command_of_a_menu_is_heard(sqlite_database: Database) -> None:
    parts = AnswerParts(sqlite_database, lambda: None, lambda: None, 9)  # type: ignore[arg-type, return-value]
    heard = set(commands_heard(make_dispatcher(parts, Settings(_env_file=None))))
    assert set(named(GROUP_ADMIN_COMMANDS)) <= heard
    assert {"notice", "activity"} <= heard
