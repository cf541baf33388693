"""The pull API: other systems read leads page by page and acknowledge them."""

import traceback
from hashlib import sha256
from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from bot.errors import ExpectedError, InvalidInputError, NotFoundError
from bot.services.api_tokens import (
    ScopeMissingError,
    System,
    TokenRefusedError,
    note_use,
    system_of,
)
from bot.services.pulling import (
    MOST_LEADS,
    acknowledge,
    make_pullable,
    note_pull,
    pull_one,
    pull_page,
)
from bot.storage.database import DatabaseUnavailableError
from bot.web_guard import Guard
from console.demonstration import MarkDemonstration, is_demonstration
from console.parts import ConsoleParts, Parts

API_PATH = "/api/v1"
MOST_BODY = 4096
PAGE = 200
STATUS_OF: dict[type[ExpectedError], int] = {
    TokenRefusedError: 401,
    ScopeMissingError: 403,
    NotFoundError: 404,
    InvalidInputError: 400,
    DatabaseUnavailableError: 503,
}
EXAMPLE: dict[str, Any] = {
    "number": "FZ261124-0007-3",
    "kind": "bot_report",
    "risk": "urgent",
    "state": "dispatched",
    "source": "web",
    "category": "fake_customer_service",
    "family": "cs_refund",
    "happened": "paid",
    "contact_channel": "phone",
    "transferred": True,
    "amount_fen": 1250000,
    "received_at": "2026-11-24T04:00:00Z",
    "due_at": "2026-11-24T04:03:00Z",
    "signed_at": "2026-11-24T04:01:00Z",
    "station": "城东派出所",
    "phone": "138****5678",
    "area": "幸福里社…",
    "description": "对方自称客服，让我转账",
    "suspects": [{"kind": "wechat", "value": "wx_****2026"}],
    "masked": True,
}

log = structlog.get_logger(__name__)


class Suspect(BaseModel):
    """A suspect's number, account, link, app or group."""

    kind: str
    value: str


class PulledLead(BaseModel):
    """A lead; personal values are masked where `masked`."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    number: str
    kind: str
    risk: str
    state: str
    source: str
    category: str | None
    family: str | None
    happened: str
    contact_channel: str
    transferred: bool
    amount_fen: int | None
    received_at: str
    due_at: str
    signed_at: str | None
    station: str | None
    phone: str | None
    area: str | None
    description: str
    suspects: list[Suspect]
    masked: bool


class LeadPage(BaseModel):
    """Leads in pulling order; ask again with `after` = `next`, at once where there are `more`."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"leads": [EXAMPLE], "next": "p7", "more": False}}
    )

    leads: list[PulledLead]
    next: str
    more: bool


class Acknowledgement(BaseModel):
    """That a lead was taken, and when for the first time."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"number": "FZ261124-0007-3", "acknowledged_at": "2026-11-24T04:01:00Z"}
        }
    )

    number: str
    acknowledged_at: str


class Problem(BaseModel):
    """What was wrong, in words."""

    model_config = ConfigDict(json_schema_extra={"example": {"error": "游标不对。"}})

    error: str


def api_app(services: ConsoleParts) -> FastAPI:
    """The API; mount it at API_PATH. Its description is at openapi.json."""
    app = FastAPI(
        title="反诈机器人 · 线索接口",
        version="1",
        description="按游标增量调取线索。令牌用 fanzha staff token create 签发。",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": API_PATH}],
    )
    app.state.parts = services
    app.add_middleware(MarkDemonstration)
    app.add_middleware(Guard, most_body=MOST_BODY)
    problems: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem} for status in (400, 401, 403)
    }
    missing: dict[int | str, dict[str, Any]] = problems | {404: {"model": Problem}}
    unchanged: dict[int | str, dict[str, Any]] = {304: {"description": "和上次一样"}}
    app.get("/leads", response_model=LeadPage, responses=problems | unchanged)(leads)
    app.get("/leads/{number}", response_model=PulledLead, responses=missing | unchanged)(lead)
    app.post("/leads/{number}/ack", response_model=Acknowledgement, responses=missing)(ack)
    app.exception_handler(ExpectedError)(expected)
    app.exception_handler(HTTPException)(refused)
    app.exception_handler(RequestValidationError)(malformed)
    app.exception_handler(Exception)(unexpected)
    return app


async def shown_token(
    request: Request, parts: Parts, authorization: Annotated[str, Header(max_length=200)] = ""
) -> System:
    """The system whose token the request carries: `Authorization: Bearer fzt_…`."""
    kind, _, token = authorization.partition(" ")
    if is_demonstration(request):
        raise ScopeMissingError("这是演示数据库，不能调取。")
    now = parts.now()
    async with parts.database.reading() as session:
        system = await system_of(session, token.strip() if kind.lower() == "bearer" else "", now)
    if system.stale:
        async with parts.database.writing() as session:
            await note_use(session, system, now)
    return system


Caller = Annotated[System, Depends(shown_token)]
Number = Annotated[str, Path(max_length=40, examples=["FZ261124-0007-3"])]
KnownTag = Annotated[str, Header(alias="if-none-match", max_length=200)]


async def leads(
    parts: Parts,
    system: Caller,
    after: Annotated[str, Query(max_length=40, description="上一页的 next", examples=["p7"])] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_LEADS)] = PAGE,
    known: KnownTag = "",
) -> Response:
    """Leads after a cursor, each once, in an order that never changes."""
    await make_pullable(parts.database)
    async with parts.database.reading() as session:
        page = await pull_page(session, system, after, limit)
    body = to_json({"leads": page.leads, "next": page.next, "more": page.more})
    answer = tagged(body, known)
    if answer.status_code == 200 and page.leads:
        async with parts.database.writing() as session:
            await note_pull(session, system, page, parts.now())
    return answer


async def lead(parts: Parts, system: Caller, number: Number, known: KnownTag = "") -> Response:
    """One lead as it now stands."""
    async with parts.database.writing() as session:
        found = await pull_one(session, system, number, parts.now())
    return tagged(to_json(found), known)


async def ack(parts: Parts, system: Caller, number: Number) -> Response:
    """A lead was taken; saying so again changes nothing and gives the same answer."""
    async with parts.database.writing() as session:
        taken, at = await acknowledge(session, system, number, parts.now())
    return Response(
        to_json({"number": taken, "acknowledged_at": at.isoformat().replace("+00:00", "Z")}),
        media_type="application/json",
    )


def tagged(body: bytes, known: str) -> Response:
    """A body with its ETag; an empty 304 where the caller has that very body."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def expected(_: Request, error: Exception) -> Response:
    """An expected failure, in its own words."""
    assert isinstance(error, ExpectedError)
    status = STATUS_OF.get(type(error), 400)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error": error.words}, status, headers)


async def refused(_: Request, error: Exception) -> Response:
    """An unknown address, a wrong method, a body that is too large."""
    assert isinstance(error, HTTPException)
    return JSONResponse(
        {"error": "没有这个接口，或不能这样调用。"}, error.status_code, error.headers
    )


async def malformed(_: Request, error: Exception) -> Response:
    """A parameter that cannot be read; names it, not what was sent."""
    assert isinstance(error, RequestValidationError)
    names = sorted({str(problem["loc"][-1]) for problem in error.errors()})
    return JSONResponse({"error": f"参数不对：{'、'.join(names)}。"}, 400)


async def unexpected(request: Request, error: Exception) -> Response:
    """Anything else: logged without local values, told in one sentence."""
    trace = "".join(traceback.format_exception(error, chain=False))
    log.error("api request failed", method=request.method, trace=trace)
    return JSONResponse({"error": "系统出了点问题，请稍后再试。"}, 500)
