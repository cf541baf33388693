"""The history of the scam library: every change, what differs since, and the way back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bot.matching.library import Library
from bot.services.library_work import (
    ChangeLine,
    Difference,
    difference,
    history,
    plan_rollback,
    retire_script,
    rollback,
)
from console.library import Editor, Line, Shop
from console.pages import View, go, page
from console.parts import Parts

router = APIRouter(prefix="/library")

CHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class VersionsView(View):
    """The history, and what differs between one of its versions and now."""

    lines: list[ChangeLine]
    library: Library
    number: int | None = None
    difference: Difference | None = None

    @property
    def version(self) -> str:
        """Which library is in service."""
        return self.library.version

    def title_of(self, family: str) -> str:
        """A family as officers know it; its id where it is no longer in the library."""
        found = self.library.family(family)
        return found.title if found else family


@router.post("/scripts/{script_id}/retire")
async def retire(
    request: Request, parts: Parts, officer: Editor, script_id: int, why: Line = ""
) -> Response:
    """Out of use; what it was stays in the history."""
    async with parts.database.writing() as session:
        await retire_script(session, officer.staff, script_id, why, parts.now())
    return go(request, "/library/versions")


@router.get("/versions")
async def versions(
    request: Request,
    parts: Parts,
    officer: Editor,
    shop: Shop,
    number: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
) -> Response:
    """Every change, and for one of them what differs between then and now."""
    async with parts.database.reading() as session:
        lines = await history(session, officer.staff, CHANGES_SHOWN)
        found = None if number is None else await difference(session, officer.staff, number)
    view = VersionsView(lines, shop.current(), number, found)
    return page(request, "library_versions.html", officer.visitor, view=view)


@router.post("/versions/{number}/rollback")
async def roll_back(
    request: Request, parts: Parts, officer: Editor, shop: Shop, number: int, why: Line = ""
) -> Response:
    """Back to how it was after that change; the history only grows."""
    async with parts.database.reading() as session:
        plan = await plan_rollback(session, officer.staff, number)
    found = await shop.replayed(plan.restore)
    async with parts.database.writing() as session:
        await rollback(session, officer.staff, plan, found, why, parts.now())
    return go(request, "/library/versions")
