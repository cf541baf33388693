"""Turns and pace."""

import asyncio

from bot.handlers.turns import Pace, Throttle, Turns


async def test_one_person_waits_for_himself_only() -> None:
    turns, order = Turns(), []

    async def turn(person: str, name: str, gate: asyncio.Event) -> None:
        async with turns.of(person):
            order.append(f"{name} begins")
            await gate.wait()
            order.append(f"{name} ends")

    slow, quick = asyncio.Event(), asyncio.Event()
    quick.set()
    tasks = [
        asyncio.create_task(turn("a", "first", slow)),
        asyncio.create_task(turn("a", "second", quick)),
        asyncio.create_task(turn("b", "other", quick)),
    ]
    await asyncio.sleep(0.01)
    slow.set()
    await asyncio.gather(*tasks)
    assert order == [
        "first begins",
        "other begins",
        "other ends",
        "first ends",
        "second begins",
        "second ends",
    ]
    assert turns._locks == {}


def test_the_pace_recovers_after_the_window() -> None:
    throttle = Throttle(limit=2, window=60)
    paces = [throttle.pace("a", moment) for moment in (0, 1, 2, 3, 61, 62)]
    assert paces == [Pace.ANSWER, Pace.ANSWER, Pace.WARN, Pace.IGNORE, Pace.ANSWER, Pace.ANSWER]
