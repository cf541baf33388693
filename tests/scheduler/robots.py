"""Robot servers on this machine, each as strict as the published rules of its kind.

Wrong keys and signs, signs older than an hour, lengths, and how often one may write are refused
as the real ones refuse them: nearly always with HTTP 200 and a number that says what was wrong.
"""

import asyncio
import base64
import hashlib
import hmac
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = "test-key-0001"
TOKEN = "a1" * 32
SECRET = "SEC" + "b2" * 32
HOOK = "1a2b3c4d-0000-4000-8000-123456789abc"
RESET, HANG = "reset", "hang"


@dataclass
class Robot:
    """What was posted, and what to answer instead of the usual, one by one."""

    path = "/cgi-bin/webhook/send"
    query = f"?key={KEY}"
    a_minute = 20
    rest = 0.0
    url: str = ""
    secret: str = ""
    posts: list[str] = field(default_factory=list)
    answers: list[web.Response | str] = field(default_factory=list)
    clock: Callable[[], float] = time.time
    paced: bool = False
    times: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    shut_until: dict[str, float] = field(default_factory=dict)

    @property
    def webhook(self) -> str:
        secret = f"#{self.secret}" if self.secret else ""
        return f"{self.url}{self.path}{self.query}{secret}"

    async def answer(self, request: web.Request) -> web.Response:
        if self.answers:
            scripted = self.answers.pop(0)
            if isinstance(scripted, web.Response):
                return scripted
            if scripted == HANG:
                await asyncio.sleep(30)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if request.content_type != "application/json":
            return self.refuse_form()
        body = await request.json()
        return self.judge(request, body)

    def too_often(self, robot: str) -> bool:
        """The flood clock of one robot; only asked where `paced`."""
        now, sent = self.clock(), self.times[robot]
        while sent and sent[0] <= now - 60:
            sent.popleft()
        if not self.paced:
            return False
        if now < self.shut_until.get(robot, 0) or len(sent) >= self.a_minute:
            self.shut_until[robot] = max(self.shut_until.get(robot, 0), now + self.rest)
            return True
        sent.append(now)
        return False

    def refuse_form(self) -> web.Response:
        return web.json_response({"errcode": 43004, "errmsg": "require json content type"})

    def judge(self, request: web.Request, body: dict[str, object]) -> web.Response:
        return web.json_response(self.verdict(request, body))

    def verdict(self, request: web.Request, body: dict[str, object]) -> dict[str, object]:
        if request.query.get("key") != KEY:
            return {"errcode": 93000, "errmsg": f"invalid webhook url, {request.query_string}"}
        if self.too_often(KEY):
            return {"errcode": 45009, "errmsg": f"api freq out of limit, key {KEY}"}
        if body.get("msgtype") == "image":
            return self.judge_picture(body)
        if set(body) != {"msgtype", "text"} or body["msgtype"] != "text":
            return {"errcode": 40008, "errmsg": "invalid message type"}
        content = str(body["text"]["content"])  # type: ignore[index]
        if not 0 < len(content.encode()) <= 2048:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        self.posts.append(content)
        return {"errcode": 0, "errmsg": "ok"}

    def judge_picture(self, body: dict[str, object]) -> dict[str, object]:
        """JPG or PNG of at most 2 MB, with its MD5."""
        given: dict[str, str] = body["image"]  # type: ignore[assignment]
        picture = base64.b64decode(given["base64"], validate=True)
        if hashlib.md5(picture, usedforsecurity=False).hexdigest() != given["md5"]:
            return {"errcode": 301019, "errmsg": "media file md5 not match"}
        if len(picture) > 2 * 1024 * 1024:
            return {"errcode": 40009, "errmsg": "invalid image size"}
        if not picture.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            return {"errcode": 40137, "errmsg": "invalid image format"}
        self.posts.append("<picture>")
        return {"errcode": 0, "errmsg": "ok"}


@dataclass
class DingtalkRobot(Robot):
    """Twenty a minute, then shut for ten minutes; sign in the query."""

    path = "/robot/send"
    query = f"?access_token={TOKEN}"
    rest = 600.0
    secret: str = SECRET

    def verdict(self, request: web.Request, body: dict[str, object]) -> dict[str, object]:
        query = request.query
        if len(query.getall("access_token", [])) != 1 or query["access_token"] != TOKEN:
            return {"errcode": 300005, "errmsg": "token is not exist"}
        if self.secret and (wrong := self.wrong_sign(query.get("timestamp"), query.get("sign"))):
            return {"errcode": 310000, "errmsg": f"{wrong}, more: [https://ding-doc]"}
        if self.too_often(TOKEN):
            return {"errcode": 410100, "errmsg": "send too fast, exceed 20 times per minute"}
        if body.get("msgtype") != "text":
            return {"errcode": 400105, "errmsg": "unsupported msgtype"}
        content = str(body["text"]["content"])  # type: ignore[index]
        if not content:
            return {"errcode": 40035, "errmsg": "content missing"}
        if (request.content_length or 0) > 20_000:
            return {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}
        self.posts.append(content)
        return {"errcode": 0, "errmsg": "ok"}

    def wrong_sign(self, stamp: str | None, sign: str | None) -> str:
        if stamp is None or not stamp.isdigit() or len(stamp) != 13:
            return "invalid timestamp"
        if abs(self.clock() - int(stamp) / 1000) > 3600:
            return "invalid timestamp"
        text = f"{stamp}\n{self.secret}".encode()
        right = base64.b64encode(hmac.new(self.secret.encode(), text, hashlib.sha256).digest())
        return "" if sign == right.decode() else "sign not match"


@dataclass
class FeishuRobot(Robot):
    """A hundred a minute; sign in the body; `code` in place of `errcode`."""

    path = f"/open-apis/bot/v2/hook/{HOOK}"
    query = ""
    a_minute = 100
    secret: str = "feishu-secret-0000001"

    def refuse_form(self) -> web.Response:
        return web.json_response({"code": 9499, "msg": "Bad Request", "data": {}})

    def judge(self, request: web.Request, body: dict[str, object]) -> web.Response:
        verdict = self.verdict(request, body)
        status = 400 if verdict.get("code") in {9499, 19001} else 200
        return web.json_response(verdict, status=status)

    def verdict(self, request: web.Request, body: dict[str, object]) -> dict[str, object]:
        if request.match_info.get("hook", HOOK) != HOOK:
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        if self.secret and not self.right_sign(body):
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if self.too_often(HOOK):
            return {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"}
        content = body.get("content")
        if body.get("msg_type") != "text" or not isinstance(content, dict) or not content["text"]:
            return {"code": 9499, "msg": "Bad Request", "data": {}}
        if (request.content_length or 0) > 20 * 1024:
            return {"code": 9499, "msg": "Bad Request: body exceeds 20 KB", "data": {}}
        self.posts.append(str(content["text"]))
        return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "ok"}

    def right_sign(self, body: dict[str, object]) -> bool:
        stamp = body.get("timestamp")
        if not isinstance(stamp, str) or not stamp.isdigit():
            return False
        if abs(self.clock() - int(stamp)) > 3600:
            return False
        key = f"{stamp}\n{self.secret}".encode()
        right = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        return body.get("sign") == right


@asynccontextmanager
async def robot_server(robot: Robot | None = None) -> AsyncIterator[Robot]:
    robot = robot or Robot()
    app = web.Application()
    path = robot.path.replace(HOOK, "{hook}")
    app.router.add_post(path, robot.answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    robot.url = str(server.make_url("")).rstrip("/")
    try:
        yield robot
    finally:
        await server.close()
