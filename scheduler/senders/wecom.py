"""WeCom group robots: one HTTP address each, twenty messages a minute, 2,048 bytes a message."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx

from bot.services.outgoing import Outgoing
from scheduler.senders.base import (
    GROUP_PAUSE,
    Blocked,
    Delivered,
    Failed,
    PutOff,
    SendResult,
    quiet_http_logs,
    split_text,
    utf8_bytes,
)

MOST_BYTES = 2048
TIMEOUT = 10.0
TOO_OFTEN = timedelta(minutes=1)


class WecomSender:
    """Posts texts to robots; buttons are left out, a robot has none."""

    channel = "wecom"
    concurrency = 4

    def __init__(
        self,
        *,
        pause: timedelta = GROUP_PAUSE,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        quiet_http_logs()
        self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        self._pause = pause.total_seconds()
        self._sleep = sleep
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._next_turn: dict[str, float] = {}

    async def send(self, address: str, message: Outgoing) -> SendResult:
        """Post one message; a long one goes as several. A retry begins again with the first."""
        parts = split_text(message.text, MOST_BYTES, utf8_bytes)
        if not parts:
            return Failed("empty text")
        for part in parts:
            await self._wait_turn(address)
            result = await self._post(address, part)
            if not isinstance(result, Delivered):
                return result
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

    async def _post(self, address: str, text: str) -> SendResult:
        try:
            response = await self._client.post(
                address, json={"msgtype": "text", "text": {"content": text}}
            )
        except httpx.TransportError as error:
            return PutOff(type(error).__name__)
        if response.status_code == 429:
            return PutOff("429", TOO_OFTEN)
        if response.status_code >= 500:
            return PutOff(f"HTTP {response.status_code}")
        if response.status_code != 200:
            return Failed(f"HTTP {response.status_code}")
        try:
            code = response.json()["errcode"]
        except (ValueError, KeyError, TypeError):
            return PutOff("answer not understood")
        return _result_of(code)


def _result_of(code: object) -> SendResult:
    """WeCom answers 200 to everything; `errcode` says what happened, its words hold addresses."""
    match code:
        case 0:
            return Delivered()
        case 45009:
            return PutOff("errcode 45009", TOO_OFTEN)
        case -1:
            return PutOff("errcode -1")
        case 93000:
            return Blocked("errcode 93000")
        case int():
            return Failed(f"errcode {code}")
        case _:
            return PutOff("answer not understood")
