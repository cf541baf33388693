"""What did not work on the chat page's server: a page to who opened one, a sentence as JSON to the
chat page's own script."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException

from bot.channels.web_limits import WAIT_SECONDS
from bot.errors import ExpectedError, NotAllowedError, TooManyAttemptsError
from bot.web_guard import BodyTooLargeError

TOO_LONG = "消息太长，请只发可疑的那一段（最多十万字）。"
BAD_REQUEST = "没有收到完整的消息，请刷新页面再发一次。"
NO_PAGE = "没有这个页面，可能是地址抄错了。"
BROKEN = "这个页面暂时打不开，请过一会儿再试。"
STATUS_OF: dict[type[ExpectedError], int] = {NotAllowedError: 403, TooManyAttemptsError: 429}


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Why somebody does not see the page that he opened."""

    words: str
    static_version: str


def add_problems(
    app: FastAPI, templates: Jinja2Templates, static_version: str, too_large: Mapping[str, str]
) -> None:
    """Answer whatever goes wrong; `too_large` are the words for a body of a path that is larger
    than it may be."""

    def told(request: Request, status: int, words: str, page_words: str = "") -> Response:
        later = {"Retry-After": f"{WAIT_SECONDS}"} if status == 429 else None
        if request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", ""):
            view = ProblemView(page_words or words, static_version)
            shown = {"view": view}
            return templates.TemplateResponse(request, "problem.html", shown, status, later)
        return JSONResponse({"error": words}, status_code=status, headers=later)

    @app.exception_handler(ExpectedError)
    async def expected(request: Request, error: ExpectedError) -> Response:
        return told(request, STATUS_OF.get(type(error), 503), error.words)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return told(request, 422, BAD_REQUEST, NO_PAGE)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, BodyTooLargeError):
            return told(request, 413, too_large.get(request.url.path, TOO_LONG))
        return told(request, error.status_code, BAD_REQUEST, NO_PAGE)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return told(request, 500, BROKEN)
