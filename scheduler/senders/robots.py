"""What all group robots have in common: one HTTP address each, a pace, texts split by size."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from bot.services.outgoing import Outgoing
from bot.services.poster import phone_poster
from bot.services.splitting import TAKE_POSTERS, MessageLimit, split_text
from bot.times import now as present_moment
from scheduler.senders.base import (
    GROUP_PAUSE,
    NO_POSTER,
    Delivered,
    Failed,
    PutOff,
    SendResult,
    quiet_http_logs,
)

TIMEOUT = 10.0
NOT_UNDERSTOOD = PutOff("answer not understood")


@dataclass(frozen=True, slots=True)
class Post:
    """One request to a robot; `params` are encoded once, by the client."""

    url: str
    body: Mapping[str, object]
    params: Mapping[str, str] | None = None


class RobotSender(ABC):
    """Posts texts to robots of one kind; buttons are left out, a robot has none.

    A poster follows its text where that kind takes pictures; one that is not taken is noted and let
    go, so that the text does not go twice.
    """

    channel: str
    limit: MessageLimit
    concurrency = 4
    too_often: timedelta
    """How long a robot rests that was written to too often."""

    def __init__(
        self,
        *,
        pause: timedelta = GROUP_PAUSE,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        monotonic: Callable[[], float] | None = None,
        now: Callable[[], datetime] = present_moment,
        timeout: float = TIMEOUT,
    ) -> None:
        quiet_http_logs()
        self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False)
        self._pause = pause.total_seconds()
        self._sleep = sleep
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._now = now
        self._next_turn: dict[str, float] = {}

    @abstractmethod
    def post_of(self, address: str, text: str) -> Post:
        """The request that posts a text."""

    @abstractmethod
    def result_of(self, answer: Mapping[str, object]) -> SendResult:
        """How a send ended by the body of the answer; its own words hold addresses, never kept."""

    def picture_of(self, address: str, picture: bytes) -> Post:
        """The request that posts a PNG, of a kind that takes one."""
        raise NotImplementedError

    async def send(self, address: str, message: Outgoing) -> SendResult:
        """Post one message; a long one goes as several. A retry begins again with the first."""
        parts = split_text(message.text, self.limit.most, self.limit.size)
        if not parts:
            return Failed("empty text")
        for part in parts:
            await self._wait_turn(address)
            result = await self._post(self.post_of(address, part))
            if not isinstance(result, Delivered):
                return result
        if message.poster is not None and self.channel in TAKE_POSTERS:
            picture = await asyncio.to_thread(phone_poster, message.poster)
            await self._wait_turn(address)
            shown = await self._post(self.picture_of(address, picture))
            return Delivered(without=None if isinstance(shown, Delivered) else NO_POSTER)
        return Delivered()

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _wait_turn(self, address: str) -> None:
        """Keep the robot's pace; turns are given out in the order they are asked for."""
        robot = sha256(address.encode()).hexdigest()
        present = self._monotonic()
        turn = max(self._next_turn.get(robot, present), present)
        self._next_turn = {
            known: moment for known, moment in self._next_turn.items() if moment > present
        }
        self._next_turn[robot] = turn + self._pause
        if turn > present:
            await self._sleep(turn - present)

    async def _post(self, post: Post) -> SendResult:
        try:
            response = await self._client.post(post.url, params=post.params, json=post.body)
        except httpx.TransportError as error:
            return PutOff(type(error).__name__)
        if response.status_code == 429:
            return PutOff("429", self.too_often)
        if response.status_code >= 500:
            return PutOff(f"HTTP {response.status_code}")
        answer = _object_in(response)
        if response.status_code != 200:
            known = self.result_of(answer) if answer is not None else NOT_UNDERSTOOD
            return Failed(f"HTTP {response.status_code}") if known is NOT_UNDERSTOOD else known
        return NOT_UNDERSTOOD if answer is None else self.result_of(answer)


def _object_in(response: httpx.Response) -> Mapping[str, object] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def number_in(answer: Mapping[str, object], *names: str) -> int | None:
    """The first of these fields that holds a whole number."""
    for name in names:
        value = answer.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
