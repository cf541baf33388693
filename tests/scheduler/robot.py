"""A WeCom robot server on this machine, as strict as the real one about keys and lengths."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = "test-key-0001"
PATH = "/cgi-bin/webhook/send"


@dataclass
class Robot:
    """What was posted, and what to answer instead of the usual, one by one."""

    url: str = ""
    posts: list[str] = field(default_factory=list)
    answers: list[web.Response | float] = field(default_factory=list)

    @property
    def webhook(self) -> str:
        return f"{self.url}{PATH}?key={KEY}"

    async def answer(self, request: web.Request) -> web.Response:
        if self.answers:
            return self.answers.pop(0)  # type: ignore[return-value]
        if request.query.get("key") != KEY:
            return web.json_response(
                {"errcode": 93000, "errmsg": f"invalid webhook url, key {request.query_string}"}
            )
        body = await request.json()
        if set(body) != {"msgtype", "text"} or body["msgtype"] != "text":
            return web.json_response({"errcode": 40008, "errmsg": "invalid message type"})
        content = body["text"]["content"]
        if not 0 < len(content.encode()) <= 2048:
            return web.json_response({"errcode": 40058, "errmsg": "text.content exceeds limit"})
        self.posts.append(content)
        return web.json_response({"errcode": 0, "errmsg": "ok"})


@asynccontextmanager
async def robot_server() -> AsyncIterator[Robot]:
    robot = Robot()
    app = web.Application()
    app.router.add_post(PATH, robot.answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    robot.url = str(server.make_url("")).rstrip("/")
    try:
        yield robot
    finally:
        await server.close()
