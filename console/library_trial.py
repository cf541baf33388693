"""A family of tricks tried out: its cases and the genuine messages judged while one looks on."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Path, Request, Response

from bot.errors import NotFoundError
from bot.matching.library import Family
from bot.services.family_trial import Kind, Trial
from console.library import Editor, Shop
from console.pages import View, go, page
from console.workshop import Workshop

router = APIRouter(prefix="/library/families/{family_id}/trial")

FamilyId = Annotated[str, Path(max_length=60)]


@dataclass(frozen=True, slots=True)
class TrialView(View):
    """A family and how its last trial went; `version` is the library in service now."""

    family: Family
    trial: Trial | None
    running: bool
    version: str
    kinds: ClassVar[type[Kind]] = Kind


@router.get("")
async def trial(request: Request, officer: Editor, shop: Shop, family_id: FamilyId) -> Response:
    """How far the trial has come, and what it showed."""
    family, found = _family(shop, family_id), shop.trials.of(family_id)
    running = shop.trials.running and found is not None and not found.over
    view = TrialView(family, found, running, shop.current().version)
    return page(request, "library_trial.html", officer.visitor, view=view)


@router.post("")
async def begin(officer: Editor, request: Request, shop: Shop, family_id: FamilyId) -> Response:
    """Begin a trial; where that family's is under way already, look on."""
    family = _family(shop, family_id)
    await shop.trials.begin(family.id)
    return go(request, f"/library/families/{family.id}/trial")


def _family(shop: Workshop, family_id: str) -> Family:
    family = shop.current().family(family_id)
    if family is None:
        raise NotFoundError("没有这个骗术，可能已经停用。")
    return family
