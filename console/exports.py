"""Leads as files to take away."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.exports import MOST_ROWS, lead_rows, to_csv, to_json, to_xlsx
from bot.services.permissions import Action
from bot.times import SHANGHAI
from console.pages import View, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

FORMATS = {
    "csv": ("text/csv; charset=utf-8", to_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    "json": ("application/json", to_json),
}

Exporter = Annotated[Officer, Depends(needs(Action.EXPORT_LEADS))]


@dataclass(frozen=True, slots=True)
class ExportView(View):
    """The days first proposed, and how many leads one file may hold."""

    since: date
    until: date
    most: int


@router.get("/export")
async def export_page(request: Request, parts: Parts, officer: Exporter) -> Response:
    """Which days, which form, masked or in full."""
    today = parts.now().astimezone(SHANGHAI).date()
    view = ExportView(today - timedelta(days=7), today, MOST_ROWS)
    return page(request, "export.html", officer.visitor, view=view)


@router.post("/export")
async def export(
    request: Request,
    parts: Parts,
    officer: Exporter,
    since: Annotated[str, Form(max_length=20)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    form: Annotated[str, Form(max_length=10)] = "csv",
    full: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """The file; in full a look is noted for every lead in it."""
    if form not in FORMATS:
        raise InvalidInputError("请选择 CSV、XLSX 或 JSON 格式。")
    first, after = read_days(since, until)
    in_full = full == "1"
    opened = parts.database.writing() if in_full else parts.database.reading()
    async with opened as session:
        rows = await lead_rows(session, officer.staff, first, after, in_full, parts.now())
    kind, write = FORMATS[form]
    content = await asyncio.to_thread(write, rows)
    name = f"leads-{parts.now().astimezone(SHANGHAI):%Y%m%d-%H%M}.{form}"
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def read_days(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """Local days, both included, as moments; an empty one leaves that side open."""
    try:
        first = date.fromisoformat(since) if since else None
        last = date.fromisoformat(until) if until else None
        after = last + timedelta(days=1) if last else None
    except (ValueError, OverflowError):
        raise InvalidInputError("日期要写成 2026-11-24 这样。") from None
    if first and last and first > last:
        raise InvalidInputError("开始日期晚于结束日期，请调整后再导出。")
    return _midnight(first), _midnight(after)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), SHANGHAI) if day else None
