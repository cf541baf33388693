"""A console on a demonstration says so on every page and file, and takes in nothing real."""

import re
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import ConflictError
from bot.services.demonstration import whether_demonstration
from bot.storage.database import DatabaseUnavailableError
from console.parts import ConsoleParts

ONLY_LOOKED_AT = (
    "这是演示数据库，只能看，不能登记、发送或导出线索。正式使用请换一个空的 FANZHA_DATA_DIR。"
)
LOOKS = re.compile(
    r"/(?:logout|find|account/browsers/end|account/second(?:/confirm)?"
    r"|leads/[^/]+/(?:full|here)|requests/[^/]+/open|ledger/[^/]+/(?:open|sheet))"
)
"""Forms that write nothing but who looked and who is signed in."""
NAMED = re.compile(r"(filename=\"|filename\*=UTF-8'')")
MARKS = {'filename="': "demonstration-", "filename*=UTF-8''": quote("演示数据-")}


class MarkDemonstration:
    """Says of each request whether it meets a demonstration, and marks the files it gets there.

    An empty database may still become one; once there is an account it stays what it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.known: bool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not await self._meets(scope["app"].state.parts):
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["demonstration"] = True

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if name := headers.get("content-disposition"):
                    headers["content-disposition"] = NAMED.sub(
                        lambda found: found[0] + MARKS[found[0]], name
                    )
            await send(message)

        await self.app(scope, receive, marked)

    async def _meets(self, parts: ConsoleParts) -> bool:
        if self.known is None:
            try:
                async with parts.database.reading() as session:
                    self.known = await whether_demonstration(session)
            except DatabaseUnavailableError:
                return False
        return bool(self.known)


def is_demonstration(request: Request) -> bool:
    """Whether the database behind the page is a demonstration."""
    return bool(getattr(request.state, "demonstration", False))


def refuse_writing(request: Request) -> None:
    """Raises ConflictError where a form would put something into a demonstration."""
    path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
    looks = request.method in {"GET", "HEAD"} or LOOKS.fullmatch(path)
    if is_demonstration(request) and not looks:
        raise ConflictError(ONLY_LOOKED_AT)
