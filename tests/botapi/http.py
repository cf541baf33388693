"""The HTTP face: addresses, the four ways to pass parameters, and answers."""

import asyncio
import re
from typing import Any

from aiohttp import web

from tests.botapi import methods_bot, methods_chats, methods_messages, methods_polls
from tests.botapi.backend import Backend, Dropped
from tests.botapi.errors import (
    MALFORMED_TOKEN,
    TOO_LARGE,
    UNAUTHORIZED,
    ApiError,
    bad_request,
)
from tests.botapi.model import Bot, Upload

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]+")
SHUTDOWN_SECONDS = 1.0
METHOD_FILES = (methods_bot, methods_chats, methods_messages, methods_polls)


class HttpFront:
    """Serves one backend on a free port of the loopback address."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen; `url` is known afterwards."""
        most = self._backend.limits.upload + 1024 * 1024
        app = web.Application(client_max_size=most)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _method(self, request: web.Request) -> web.StreamResponse:
        try:
            bot = self._bot(request)
            raw = await read_request(request)
            result = await self._backend.call(bot, request.match_info["method"], raw)
        except ApiError as error:
            return web.json_response(error.body(), status=error.status)
        except Dropped:
            return await cut(request)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.Response:
        try:
            bot = self._bot(request)
        except ApiError as error:
            return web.json_response(error.body(), status=error.status)
        file = self._backend.world.file_of(bot, request.match_info["path"].split("/")[-1])
        if file is None or file.path != request.match_info["path"]:
            return web.json_response(MALFORMED_TOKEN.body(), status=404)
        return web.Response(body=file.content, content_type=file.mime_type)

    def _bot(self, request: web.Request) -> Bot:
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise MALFORMED_TOKEN
        if token not in self._backend.world.bots:
            raise UNAUTHORIZED
        return self._backend.world.bots[token]


async def read_request(request: web.Request) -> dict[str, Any]:
    """Parameters from the query, JSON, a form or multipart; files become `Upload`."""
    raw: dict[str, Any] = dict(request.query)
    try:
        if request.content_type == "application/json":
            body = await request.json()
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON: expected an Object")
            return raw | body
        for name, value in (await request.post()).items():
            raw[name] = _form_value(value)
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    except UnicodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad_request("can't parse the request") from None
    return raw


async def cut(request: web.Request) -> web.StreamResponse:
    """Close the connection under the client's feet."""
    if request.transport is not None:
        request.transport.abort()
    await asyncio.sleep(0)
    return web.Response(status=500)


def _form_value(value: Any) -> Any:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.file.read(), value.content_type)
    return value
