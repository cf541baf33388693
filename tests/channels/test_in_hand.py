"""What polling has in hand: order, side by side, and what may be confirmed."""

import asyncio

import pytest
from aiogram.types import Update

from bot.channels.in_hand import STUCK_SECONDS, InHand


def update(number: int, person: int) -> Update:
    chat = {"id": person, "type": "private", "first_name": "居民"}
    message = {"message_id": number, "date": 1, "chat": chat, "text": str(number), "from": None}
    return Update.model_validate({"update_id": number, "message": message})


class Answering:
    """Answers when told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ends: dict[int, asyncio.Event] = {}

    async def __call__(self, one: Update) -> None:
        self.begun.append(one.update_id)
        await self.ends.setdefault(one.update_id, asyncio.Event()).wait()

    async def end(self, *numbers: int) -> None:
        for number in numbers:
            self.ends.setdefault(number, asyncio.Event()).set()
        for _ in range(5):
            await asyncio.sleep(0)


async def test_people_are_answered_side_by_side_and_each_in_order() -> None:
    answering = Answering()
    in_hand = InHand(answering)
    in_hand.take_up([update(1, 7), update(2, 7), update(3, 8)])
    await answering.end()
    assert answering.begun == [1, 3]
    await answering.end(1)
    assert answering.begun == [1, 3, 2]
    await answering.end(2, 3)
    await in_hand.empty()


async def test_nothing_is_confirmed_before_all_that_came_before_is_answered() -> None:
    answering = Answering()
    in_hand = InHand(answering)
    in_hand.take_up([update(number, number) for number in (5, 6, 7)])
    await answering.end(6, 7)
    assert in_hand.offset == 0
    await answering.end(5)
    assert in_hand.offset == 8


async def test_what_comes_again_is_answered_once() -> None:
    answering = Answering()
    in_hand = InHand(answering)
    in_hand.take_up([update(1, 1), update(2, 2)])
    await answering.end(2)
    in_hand.take_up([update(1, 1), update(2, 2), update(3, 3)])
    await answering.end(1)  # while a fetch that began before is still on its way
    in_hand.take_up([update(1, 1), update(2, 2), update(3, 3)])
    await answering.end(3)
    assert answering.begun == [1, 2, 3]
    assert in_hand.offset == 4
    in_hand.take_up([update(2, 2)])  # numbers begin anew after a quiet week
    await answering.end(2)
    assert answering.begun == [1, 2, 3, 2]
    assert in_hand.offset == 3


async def test_more_is_fetched_while_one_answer_takes_long() -> None:
    answering = Answering()
    in_hand = InHand(answering)
    in_hand.take_up([update(1, 1)])
    async with asyncio.timeout(STUCK_SECONDS * 4):
        await in_hand.room()
    in_hand.take_up([update(1, 1), update(2, 2)])
    await answering.end()
    assert answering.begun == [1, 2]
    await answering.end(1, 2)
    await in_hand.empty()


async def test_an_unknown_update_is_passed_and_a_failure_is_raised() -> None:
    async def fail(_: Update) -> None:
        raise RuntimeError("answering failed")

    in_hand = InHand(fail)
    in_hand.take_up([Update.model_validate({"update_id": 4})])
    assert in_hand.offset == 5
    in_hand.take_up([update(5, 1)])
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="answering failed"):
        await in_hand.room()
    assert in_hand.offset == 5
