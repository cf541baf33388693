"""Every update is answered once, in one transaction, whatever goes wrong around it."""

import pytest
from aiogram import Bot
from aiogram.types import Update
from sqlalchemy import func, select

from bot.channels.local import LocalSession
from bot.matching.library import Library
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.updates import AnsweredUpdate
from bot.storage.vault import Vault
from tests.talk import Talk


async def count(database: Database, table: type) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_repeated_update_gets_the_stored_reply(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    first = await talk.says("点击链接领取补贴 http://x.top", message_id="same-message")
    buttons = talk.shown
    again = await talk.says("点击链接领取补贴 http://x.top", message_id="same-message")
    assert again == first
    assert talk.shown == buttons
    assert await count(database, Check) == 1


async def test_a_kill_between_commit_and_reply_is_made_good_by_the_repeat(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(database, library)

    async def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(LocalSession, "make_request", killed)
        with pytest.raises(SystemExit):
            await talk.says("有人让我转账到安全账户", message_id="killed-message")
    assert await count(database, AnsweredUpdate) == 1
    assert "110" in await talk.says("有人让我转账到安全账户", message_id="killed-message")
    assert await count(database, Check) == 1


async def test_what_a_failing_handler_wrote_is_gone_and_the_person_is_told(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    talk = Talk(database, library)
    monkeypatch.setattr("bot.handlers.check.keyboards.under_verdict", broken)
    assert "系统出了点问题" in await talk.says("有人让我转账到安全账户")
    assert await count(database, Check) == 0


async def test_with_the_database_gone_a_check_is_still_answered(
    library: Library, vault: Vault
) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", vault)
    talk = Talk(gone, library)
    words = await talk.says("您好我是公安局的，您涉嫌洗钱，马上把钱转到安全账户接受清查")
    assert "冒充公检法" in words
    assert "暂时无法保存" in words
    assert "暂时无法保存" in await talk.says("/report")
    assert "暂时无法保存" in await talk.sends_data("start:report")
    await gone.close()


async def test_with_the_database_locked_nothing_is_half_written(
    sqlite_database: Database, library: Library, vault: Vault
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    other = Database(str(sqlite_database.url), vault)
    async with other.writing():
        assert "暂时无法保存" in await talk.presses("还没转账")
        words = await talk.says("您好我是公安局的，您涉嫌洗钱，马上把钱转到安全账户接受清查")
        assert "冒充公检法" in words
    await other.close()
    assert "是谁遇到的" in await talk.says("还没转账")
    assert await count(sqlite_database, Lead) == 0


PERSON = {"id": 9, "is_bot": False, "first_name": "居民"}


@pytest.mark.parametrize(
    "update",
    [
        {
            "update_id": 5,
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [0],
                "option_persistent_ids": ["0"],
                "user": PERSON,
            },
        },
        {"update_id": 6, "something_quite_new": {"from": {"id": 9}}},
        {"update_id": 7},
    ],
    ids=["known to aiogram", "unknown", "empty"],
)
@pytest.mark.filterwarnings("ignore:Detected unknown update type")
async def test_unknown_updates_are_let_go(
    sqlite_database: Database, library: Library, update: dict
) -> None:
    talk = Talk(sqlite_database, library)
    bot: Bot = talk.channel.bot
    await talk.channel.dispatcher.feed_update(bot, Update.model_validate(update))
    assert await count(sqlite_database, AnsweredUpdate) == 0


async def test_too_many_messages_are_told_so_and_help_still_comes(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library, limit=3)
    for _ in range(3):
        assert "未见异常" in await talk.says("晚上一起吃饭吗") or talk.text
    assert "请等一分钟" in await talk.says("在吗")
    assert "请等一分钟" in await talk.says("在吗")
    assert "110" in await talk.says("/paid")
    other = Talk(sqlite_database, library, limit=3)
    assert await other.says("在吗")
