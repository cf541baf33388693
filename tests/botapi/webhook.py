"""Pushes a bot's updates to its webhook: in order, one at a time, again until it says 200."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.botapi.errors import bad_request
from tests.botapi.updates import Inbox

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = aiohttp.ClientTimeout(total=10)

Reply = Callable[[dict[str, Any]], Awaitable[None]]


class Webhook:
    """One bot's webhook; `reply` runs a method call that the bot put in its answer."""

    def __init__(
        self, inbox: Inbox, url: str, secret: str, pause: float, limit: int, reply: Reply
    ) -> None:
        check_webhook(url, secret, limit)
        self.inbox = inbox
        self.url = url
        self.limit = limit
        self.posts = 0
        self.last_error = ""
        self.last_error_date = 0
        self._headers = {SECRET_HEADER: secret} if secret else {}
        self._pause = pause
        self._reply = reply
        self._stopped = False
        self._task = asyncio.create_task(self._push())

    async def stop(self) -> None:
        """End the pushing; a request in flight is dropped."""
        self._stopped = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def info(self) -> dict[str, Any]:
        """WebhookInfo without what is not known."""
        body: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.inbox.pending),
            "max_connections": self.limit,
        }
        if self.inbox.allowed is not None:
            body["allowed_updates"] = sorted(self.inbox.allowed)
        if self.last_error:
            body["last_error_date"] = self.last_error_date
            body["last_error_message"] = self.last_error
        return body

    async def _push(self) -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            while not self._stopped:
                if not self.inbox.pending:
                    await self.inbox.changed.wait(60)
                    continue
                update = self.inbox.pending[0]
                if await self._delivered(session, update):
                    self.inbox.confirm(update)
                else:
                    await asyncio.sleep(self._pause)

    async def _delivered(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        self.posts += 1
        try:
            async with session.post(
                self.url, json=update, headers=self._headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    words = f"{response.status} {response.reason}"
                    return self._failed(f"Wrong response from the webhook: {words}")
                method = await answered_method(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            return self._failed(f"Connection failed: {type(error).__name__}")
        if method:
            await self._reply(method)
        return True

    def _failed(self, words: str) -> bool:
        self.last_error = words
        self.last_error_date = int(time.time())
        return False


def check_webhook(url: str, secret: str, limit: int) -> None:
    """HTTPS only, except on this machine; secrets from the documented alphabet."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= limit <= 100:
        raise bad_request("max_connections must be between 1 and 100")


async def answered_method(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The method call inside a webhook's answer, JSON or multipart; empty when there is none."""
    if response.content_type == "application/json":
        body = json.loads(await response.text() or "null")
        return body if isinstance(body, dict) and "method" in body else {}
    if response.content_type != "multipart/form-data":
        return {}
    fields: dict[str, Any] = {}
    reader = aiohttp.MultipartReader.from_response(response)
    while (part := await reader.next()) is not None:
        if isinstance(part, aiohttp.BodyPartReader) and part.name:
            fields[part.name] = await part.text()
    return fields if "method" in fields else {}
