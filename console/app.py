"""The duty console as one web application, to be mounted under /console."""

import traceback

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.routing import Match

from bot.errors import (
    ConflictError,
    ExpectedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooManyAttemptsError,
)
from bot.storage.database import DatabaseUnavailableError
from bot.web_guard import BodyTooLargeError, Guard
from bot.web_static import VersionedFiles
from console import (
    accounts,
    activities,
    blocklist,
    board_cases,
    books,
    campaign_calendar,
    campaign_ledger,
    cases,
    casework,
    composer,
    drafts,
    dutywork,
    evidence,
    exports,
    field_pictures,
    finding,
    grid,
    groups,
    lead_import,
    leads,
    library,
    library_trial,
    library_versions,
    linked,
    live,
    notice_course,
    outreach,
    own_account,
    partners,
    people,
    publicity,
    second,
    settings,
    statistics,
    study_classes,
    tasks,
    together,
    training,
    two_card,
    upkeep,
    workreport,
)
from console.demonstration import MarkDemonstration
from console.pages import STATIC, base_of, go
from console.parts import ConsoleParts, Parts
from console.problems import problem_page
from console.security import LARGER, MOST_BODY
from console.visitor import SignInNeededError, forget

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[ExpectedError], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidInputError: 400,
    TooManyAttemptsError: 429,
    DatabaseUnavailableError: 503,
}
WORDS_OF = {
    404: "没有这个页面，可能地址写错了。请返回首页，从菜单进入。",
    405: "这个地址不能这样打开。请返回首页，从菜单进入。",
    413: "提交的内容太大，请缩短后再试。",
}
PAGES = (
    accounts,
    activities,
    books,
    cases,
    second,
    own_account,
    live,
    notice_course,
    finding,
    together,
    lead_import,
    leads,
    linked,
    casework,
    evidence,
    field_pictures,
    dutywork,
    exports,
    grid,
    composer,
    drafts,
    campaign_calendar,
    campaign_ledger,
    groups,
    outreach,
    publicity,
    board_cases,
    library,
    library_trial,
    library_versions,
    blocklist,
    people,
    partners,
    workreport,
    upkeep,
    settings,
    statistics,
    study_classes,
    tasks,
    training,
    two_card,
)
WENT_WRONG = "系统出了点问题，这一步没有完成。请稍后再试；情况紧急请电话联系值班室。"


def console_app(services: ConsoleParts) -> FastAPI:
    """The console; mount it where `/console` is, or give it an address of its own."""
    app = FastAPI(title="console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = services
    app.add_middleware(MarkDemonstration)
    app.add_middleware(Guard, most_body=MOST_BODY, larger=LARGER)
    for module in PAGES:
        app.router.routes += module.router.routes  # including would work out each of them anew
    app.get("/healthz")(healthz)
    app.mount("/static", VersionedFiles(STATIC), name="static")
    app.exception_handler(SignInNeededError)(sign_in_needed)
    app.exception_handler(ExpectedError)(expected)
    app.exception_handler(HTTPException)(refused)
    app.exception_handler(RequestValidationError)(malformed)
    app.exception_handler(Exception)(unexpected)
    return app


async def healthz(parts: Parts) -> Response:
    """Whether the database answers; for a health check, says nothing else."""
    try:
        async with parts.database.reading() as session:
            await session.execute(text("SELECT 1"))
    except DatabaseUnavailableError:
        return JSONResponse({"status": "database unavailable"}, 503)
    return JSONResponse({"status": "ok"})


async def sign_in_needed(request: Request, error: Exception) -> Response:
    """On to the sign-in page, and from there back here."""
    assert isinstance(error, SignInNeededError)
    query = f"?next={error.path}" if error.path else ""
    answer = RedirectResponse(f"{base_of(request)}/login{query}", 303)
    forget(request, answer)
    return answer


async def expected(request: Request, error: Exception) -> Response:
    """An expected failure, in its own words."""
    assert isinstance(error, ExpectedError)
    return problem_page(request, STATUS_OF.get(type(error), 400), error.words)


async def refused(request: Request, error: Exception) -> Response:
    """What the framework refuses: an unknown page, a wrong method, an unreadable body."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and request.method == "GET":
        return go(request, _page_above(request))
    status = 413 if isinstance(error.__cause__, BodyTooLargeError) else error.status_code
    words = WORDS_OF.get(status, "无法处理这个请求，请返回上一页再试。")
    return problem_page(request, status, words, headers=error.headers)


def _page_above(request: Request) -> str:
    """The nearest page above the address of a form, as somebody opens it who reloads the answer."""
    here = request.url.path.removeprefix(base_of(request))
    while here := here.rpartition("/")[0]:
        asked = {**request.scope, "path": base_of(request) + here}
        if any(one.matches(asked)[0] is Match.FULL for one in request.app.router.routes):
            return here
    return "/"


async def malformed(request: Request, _: Exception) -> Response:
    """A form or an address that no page of ours makes."""
    words = "提交的内容无法识别，请返回上一页检查后再提交。"
    return problem_page(request, 400, words)


async def unexpected(request: Request, error: Exception) -> Response:
    """Anything else: logged without local values, told in one sentence."""
    trace = "".join(traceback.format_exception(error, chain=False))
    log.error("console request failed", method=request.method, trace=trace)
    return problem_page(request, 500, WENT_WRONG)
