"""Settings that may be changed while everything runs, and who changed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.services.permissions import Action
from bot.services.runtime_settings import TITLES, SettingLine, change_settings, list_settings
from bot.storage.setting_changes import SettingChange
from console.campaign_form import text
from console.pages import View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Changer = Annotated[Officer, Depends(needs(Action.CHANGE_SETTINGS))]
Line = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True, slots=True)
class SettingsView(View):
    """Every setting that may be changed, the changes so far, and the number of the newest."""

    lines: Sequence[SettingLine]
    history: Sequence[SettingChange]
    seen: int
    titles: dict[str, str]


@router.get("/settings")
async def settings(request: Request, parts: Parts, officer: Changer) -> Response:
    """What is in force now."""
    async with parts.database.reading() as session:
        found = await list_settings(session, officer.staff, parts.settings)
    view = SettingsView(*found, dict(TITLES))
    return page(request, "settings.html", officer.visitor, view=view)


@router.post("/settings")
async def change(request: Request, parts: Parts, officer: Changer) -> Response:
    """In force from now on, for every process."""
    form = await request.form()
    typed = {name: text(form, name) for name in TITLES if name in form}
    return await _change(request, parts, officer, dict(typed), text(form, "seen"))


@router.post("/settings/reset")
async def reset(
    request: Request, parts: Parts, officer: Changer, name: Line = "", seen: Line = ""
) -> Response:
    """One setting as the process was configured."""
    return await _change(request, parts, officer, {name: None}, seen)


async def _change(
    request: Request, parts: Parts, officer: Officer, typed: dict[str, str | None], seen: str
) -> Response:
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 18 else -1
    async with parts.database.writing() as session:
        given = (session, officer.staff, typed, parts.settings)
        await change_settings(*given, seen=number, now=parts.now())
    return go(request, "/settings")
