"""Polls: the published limits, votes without names, the end."""

from typing import Any

import aiogram
import pytest
from aiogram.exceptions import TelegramBadRequest

from tests.botapi import Bot, BotApiServer, Chat, User

QUIZ = {"options": ["是骗局", "是正常消息"], "type": "quiz", "correct_option_ids": [0]}


@pytest.fixture
def group(api: BotApiServer, bot: Bot, user: User) -> Chat:
    return api.add_group("业主群", members=[user], bots=[bot])


async def asked(aio: aiogram.Bot, group: Chat, **more: Any) -> aiogram.types.Message:
    return await aio.send_poll(group.id, **{"question": "真的吗", **QUIZ, **more})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"question": "问" * 301}, "must not exceed 300"),
        ({"options": ["是"]}, "at least 2"),
        ({"options": [str(n) for n in range(11)]}, "at most 10"),
        ({"options": ["是", "不" * 101]}, "must not exceed 100"),
        ({"options": ["是", " "]}, "non-empty"),
        ({"explanation": "因" * 201}, "too long"),
        ({"explanation": "一\n二\n三\n四"}, "at most 2 line feeds"),
        ({"open_period": 4}, "5-600"),
        ({"open_period": 601}, "5-600"),
        ({"correct_option_ids": None}, "must have a correct option"),
        ({"correct_option_ids": [2]}, "wrong correct option"),
        ({"type": "regular"}, "for quizzes only"),
        ({"type": "vote"}, "unsupported poll type"),
    ],
)
async def test_what_telegram_does_not_take_is_refused(
    aio: aiogram.Bot, group: Chat, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await asked(aio, group, **given)


async def test_what_is_just_within_the_limits_is_taken(aio: aiogram.Bot, group: Chat) -> None:
    options = ["选" * 100, *(str(n) for n in range(9))]
    said = await asked(
        aio, group, question="问" * 300, options=options, explanation="因" * 200, open_period=600
    )
    assert said.poll is not None
    assert [len(option.text) for option in said.poll.options] == [100] + [1] * 9


async def test_votes_come_as_numbers_without_names(
    api: BotApiServer, aio: aiogram.Bot, group: Chat, user: User
) -> None:
    await asked(aio, group)
    (shown,) = api.messages(group)
    api.vote(group, user, shown, 1)
    with pytest.raises(ValueError, match="cannot vote"):
        api.vote(group, user, shown, 0)
    update = (await aio.get_updates())[-1]
    assert update.poll is not None
    assert update.event_type == "poll"
    assert [option.voter_count for option in update.poll.options] == [0, 1]
    assert str(user.id) not in update.model_dump_json()


async def test_a_poll_is_stopped_once(api: BotApiServer, aio: aiogram.Bot, group: Chat) -> None:
    said = await asked(aio, group)
    stopped = await aio.stop_poll(group.id, said.message_id)
    assert stopped.is_closed
    assert (await aio.get_updates())[-1].poll == stopped
    with pytest.raises(TelegramBadRequest, match="already been closed"):
        await aio.stop_poll(group.id, said.message_id)
    with pytest.raises(TelegramBadRequest, match="not found"):
        await aio.stop_poll(group.id, said.message_id + 1)
