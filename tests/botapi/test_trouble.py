"""Scripted refusals, lost answers, blocked users, migrations and the flood clock."""

import asyncio
from collections.abc import Callable

import aiogram
import pytest
import telegram
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User


class Hands:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def test_429_names_the_wait_to_both_clients(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    api.fail("sendMessage", status=429, retry_after=7, times=2)
    with pytest.raises(TelegramRetryAfter) as from_aiogram:
        await aio.send_message(chat.id, "一")
    with pytest.raises(telegram.error.RetryAfter) as from_ptb:
        await ptb.send_message(chat.id, "一")
    assert from_aiogram.value.retry_after == 7
    assert from_ptb.value._retry_after.total_seconds() == 7
    assert await aio.send_message(chat.id, "一")
    assert [call.status for call in api.calls("sendMessage")] == [429, 429, 200]


async def test_scripted_refusal_meets_only_its_chat_and_method(
    api: BotApiServer, bot: Bot, chat: Chat, aio: aiogram.Bot
) -> None:
    other = api.private_chat(bot, api.add_user("李叔叔"))
    api.fail("sendMessage", chat=chat, status=403)
    assert await aio.send_message(other.id, "好")
    assert await aio.send_chat_action(chat.id, "typing")
    with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
        await aio.send_message(chat.id, "好")
    assert await aio.send_message(chat.id, "好")


@pytest.mark.parametrize("status", [500, 502])
async def test_server_errors_reach_both_clients(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None], status: int
) -> None:
    api.fail(status=status, times=2)
    with pytest.raises(TelegramServerError):
        await aio.send_message(chat.id, "好")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(chat.id, "好")


async def test_scripted_words_and_parameters_go_out_unchanged(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    api.fail("sendMessage", status=400, parameters={"migrate_to_chat_id": -100777})
    with pytest.raises(TelegramMigrateToChat) as error:
        await aio.send_message(chat.id, "好")
    assert error.value.migrate_to_chat_id == -100777
    api.fail("sendMessage", description="Bad Request: TOPIC_CLOSED")
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await aio.send_message(chat.id, "好")


async def test_blocked_user_gets_nothing_until_they_unblock(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    api.block(bot, user)
    for send in (aio.send_message, ptb.send_message):
        with pytest.raises((TelegramForbiddenError, telegram.error.Forbidden), match="blocked"):
            await send(chat.id, "好")
    with pytest.raises(ValueError, match="has blocked the bot"):
        api.send(chat, user, "喂")
    api.unblock(bot, user)
    assert await aio.send_message(chat.id, "好")
    changes = [u["my_chat_member"]["new_chat_member"]["status"] for u in api.pending(bot)]
    assert changes == ["kicked", "member"]


@pytest.mark.parametrize(
    ("prepare", "error", "words"),
    [
        (lambda api, bot, user: api.add_user("没说过话").id, TelegramForbiddenError, "initiate"),
        (lambda api, bot, user: api.add_bot("9:B", "b").id, TelegramForbiddenError, "to bots"),
        (lambda api, bot, user: api.add_group().id, TelegramBadRequest, "chat not found"),
        (lambda api, bot, user: 4242, TelegramBadRequest, "chat not found"),
    ],
)
async def test_who_cannot_be_reached(
    api: BotApiServer,
    bot: Bot,
    user: User,
    aio: aiogram.Bot,
    prepare: Callable[[BotApiServer, Bot, User], int],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        await aio.send_message(prepare(api, bot, user), "好")


async def test_deleted_account_is_forbidden(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.deactivate(user)
    with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
        await aio.send_message(chat.id, "好")


async def test_migrated_group_answers_with_its_new_id(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    old = api.add_group("三号楼", members=[user], bots=[bot], supergroup=False)
    new = api.migrate(old, by=user)
    with pytest.raises(TelegramMigrateToChat) as from_aiogram:
        await aio.send_message(old.id, "通知")
    with pytest.raises(telegram.error.ChatMigrated) as from_ptb:
        await ptb.send_message(old.id, "通知")
    assert from_aiogram.value.migrate_to_chat_id == from_ptb.value.new_chat_id == new.id
    assert await ptb.send_message(new.id, "通知")
    told = [update["message"] for update in api.pending(bot)]
    assert told[0]["migrate_to_chat_id"] == new.id
    assert told[1]["migrate_from_chat_id"] == old.id


async def test_late_answer_times_the_client_out_though_it_was_sent(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    api.hang("sendMessage", seconds=5, times=2)
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await aio.send_message(chat.id, "一", request_timeout=1)
    with pytest.raises(telegram.error.TimedOut):
        await ptb.send_message(chat.id, "二", read_timeout=0.2)
    assert [message.text for message in api.messages(chat)] == ["一", "二"]


@pytest.mark.parametrize("perform", [True, False])
async def test_dropped_connection_leaves_the_client_in_doubt(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None], perform: bool
) -> None:
    api.drop("sendMessage", perform=perform, times=2)
    with pytest.raises(TelegramNetworkError):
        await aio.send_message(chat.id, "一")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(chat.id, "二")
    assert len(api.messages(chat)) == (2 if perform else 0)


async def test_flood_one_a_second_in_a_chat(
    api: BotApiServer, bot: Bot, chat: Chat, aio: aiogram.Bot, hands: Hands
) -> None:
    flood = api.flood(clock=hands)
    other = api.private_chat(bot, api.add_user("李叔叔"))
    await aio.send_message(chat.id, "一")
    with pytest.raises(TelegramRetryAfter) as error:
        await aio.send_message(chat.id, "二")
    assert error.value.retry_after == 1
    await aio.send_message(other.id, "别的人不受影响")
    hands.now += 1
    await aio.send_message(chat.id, "二")
    assert flood.refused == 1


async def test_flood_twenty_a_minute_in_a_group(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot, hands: Hands
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    api.flood(clock=hands)
    for _ in range(20):
        await aio.send_message(group.id, "通知")
        hands.now += 2
    with pytest.raises(TelegramRetryAfter) as error:
        await aio.send_message(group.id, "通知")
    assert error.value.retry_after == 20
    hands.now += error.value.retry_after
    assert await aio.send_message(group.id, "通知")


async def test_flood_thirty_a_second_over_all_chats(
    api: BotApiServer, bot: Bot, aio: aiogram.Bot, hands: Hands
) -> None:
    chats = [api.private_chat(bot, api.add_user(f"居民{n}")) for n in range(31)]
    api.flood(clock=hands)
    for chat in chats[:30]:
        await aio.send_message(chat.id, "通知")
    with pytest.raises(TelegramRetryAfter):
        await aio.send_message(chats[30].id, "通知")
    hands.now += 1
    assert await aio.send_message(chats[30].id, "通知")


async def test_a_burst_from_ptb_is_cut_at_the_limit(
    api: BotApiServer, bot: Bot, ptb: ExtBot[int | None], hands: Hands
) -> None:
    chats = [api.private_chat(bot, api.add_user(f"居民{n}")) for n in range(6)]
    flood = api.flood(overall_per_second=4, clock=hands)
    sends = (ptb.send_message(chat.id, "通知") for chat in chats)
    results = await asyncio.gather(*sends, return_exceptions=True)
    refused = [result for result in results if isinstance(result, telegram.error.RetryAfter)]
    assert len(refused) == flood.refused == 2
    assert sum(len(api.messages(chat)) for chat in chats) == 4


async def test_waiting_in_vain_tells_what_did_happen(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    with pytest.raises(TelegramBadRequest):
        await aio.send_message(1, "没有这个人")
    with pytest.raises(TimeoutError, match="sendMessage 400 Bad Request: chat not found"):
        await api.wait_for_message(chat, timeout=0.1)
