"""The scam library: what it knows, trying a text, scripts in and out, reviews, versions."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response

from bot.errors import ExpectedError, InvalidInputError, NotFoundError
from bot.matching.alignment import evidence, percent
from bot.matching.library import Family, Library
from bot.matching.result import Verdict
from bot.services.checks import judge_text
from bot.services.library_replay import Candidate, Replayed, candidate
from bot.services.library_review import (
    ReviewLine,
    accept_reviewed,
    dismiss,
    review_queue,
)
from bot.services.library_scripts import ScriptPage, scripts_with
from bot.services.library_work import accept, scripts_of_officers
from bot.services.permissions import Action
from console.marking import Piece, marked
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs
from console.workshop import Workshop

router = APIRouter(prefix="/library")

REVIEWS_SHOWN = 30
SCRIPTS_A_PAGE = 50
LONGEST_TRIED = 4000

Editor = Annotated[Officer, Depends(needs(Action.EDIT_LIBRARY))]
Reviewer = Annotated[Officer, Depends(needs(Action.REVIEW_LIBRARY))]
Line = Annotated[str, Form(max_length=300)]
Words = Annotated[str, Form(max_length=LONGEST_TRIED)]


@dataclass(frozen=True, slots=True)
class ScriptForm:
    """A script as it was typed."""

    family: str = ""
    register: str = "sms"
    text: str = ""
    why: str = ""

    def candidate(self, library: Library) -> Candidate:
        """The script to be replayed. Raises InvalidInputError."""
        return candidate(self.text, self.family, self.register, library)


def script_form(
    family: Line = "",
    source: Annotated[str, Form(max_length=20, alias="register")] = "",
    text: Words = "",
    why: Line = "",
) -> ScriptForm:
    """The form of one script."""
    return ScriptForm(family, source, text, why)


Sent = Annotated[ScriptForm, Depends(script_form)]


@dataclass(frozen=True, slots=True)
class FamiliesView(View):
    """What the library knows, by category, and the form for one script more; `scripts` are those
    in which the words are, None where nothing was searched."""

    groups: list[tuple[str, list[Family]]]
    words: str
    version: str
    families: list[Family]
    form: ScriptForm = field(default_factory=ScriptForm)
    replayed: Replayed | None = None
    problem: str = ""
    scripts: ScriptPage | None = None

    @property
    def titles(self) -> dict[str, str]:
        """The names of the families by id."""
        return {one.id: one.title for one in self.families}


@dataclass(frozen=True, slots=True)
class FamilyView(View):
    """One family and a page of its scripts."""

    family: Family
    category: str
    scripts: ScriptPage
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class TryView(View):
    """A text and all that speaks for and against it."""

    text: str = ""
    verdict: Verdict | None = None
    family: Family | None = None
    parts: tuple[Piece, ...] = ()
    percent: int = 0


@dataclass(frozen=True, slots=True)
class ReviewView(View):
    """Texts that somebody disputes or that were missed."""

    lines: list[ReviewLine]
    families: list[Family]
    problem: str = ""


def workshop_of(parts: Parts) -> Workshop:
    """The library at hand. Raises NotFoundError in a process that has none."""
    if parts.workshop is None:
        raise NotFoundError("这个进程没有装载话术库。")
    return parts.workshop


Shop = Annotated[Workshop, Depends(workshop_of)]


@router.get("")
async def families(
    request: Request,
    parts: Parts,
    officer: Editor,
    shop: Shop,
    q: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Every family, or those in whose name or description the words are, and scripts with them."""
    words = q.strip()
    found = None
    if words:
        async with parts.database.reading() as session:
            added = await scripts_of_officers(session, officer.staff)
        patterns = await shop.patterns()
        found = await asyncio.to_thread(scripts_with, patterns, added, words)
    return _families(request, parts, shop, officer, words=words, scripts=found)


@router.get("/families/{family_id}")
async def one_family(
    request: Request,
    parts: Parts,
    officer: Editor,
    shop: Shop,
    family_id: Annotated[str, Path(max_length=60)],
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """What is known of one trick, with its scripts."""
    library = shop.current()
    family = library.family(family_id)
    if family is None:
        raise NotFoundError("没有这个骗术，可能已经停用。")
    async with parts.database.reading() as session:
        added = await scripts_of_officers(session, officer.staff)
    patterns = await shop.patterns()
    offset = (number - 1) * SCRIPTS_A_PAGE
    found = scripts_with(patterns, added, family=family.id, limit=SCRIPTS_A_PAGE, offset=offset)
    pages = max(1, -(-found.count // SCRIPTS_A_PAGE))
    category = library.categories.get(family.category, family.category)
    view = FamilyView(family, category, found, number, pages)
    return page(request, "library_family.html", officer.visitor, view=view)


@router.post("/replay")
async def try_script(
    request: Request,
    parts: Parts,
    officer: Editor,
    shop: Shop,
    form: Sent,
) -> Response:
    """What would be judged differently with this script; nothing is kept."""
    try:
        found = await shop.replayed([form.candidate(shop.current())])
    except InvalidInputError as error:
        return _families(request, parts, shop, officer, form=form, problem=error.words)
    return _families(request, parts, shop, officer, form=form, replayed=found)


@router.post("/scripts")
async def add_script(
    request: Request,
    parts: Parts,
    officer: Editor,
    shop: Shop,
    form: Sent,
) -> Response:
    """Into the library, after the replay; every process has it within a second."""
    try:
        found = await shop.replayed([form.candidate(shop.current())])
        async with parts.database.writing() as session:
            await accept(session, officer.staff, found, form.why, parts.now())
    except ExpectedError as error:
        return _families(request, parts, shop, officer, form=form, problem=error.words)
    return go(request, "/library/versions")


@router.get("/try")
async def try_page(request: Request, officer: Editor, shop: Shop) -> Response:
    """A field for a text."""
    return page(request, "library_try.html", officer.visitor, view=TryView())


@router.post("/try")
async def try_text(request: Request, officer: Editor, shop: Shop, text: Words = "") -> Response:
    """The verdict with every piece of evidence; nothing is kept of the text."""
    library = shop.current()
    verdict = await judge_text(text, library)
    family = library.family(verdict.family) if verdict.family else None
    pieces = marked(text, evidence(text, verdict))
    view = TryView(text, verdict, family, pieces, percent(verdict.nearness))
    return page(request, "library_try.html", officer.visitor, view=view)


@router.get("/review")
async def reviews(request: Request, parts: Parts, officer: Reviewer, shop: Shop) -> Response:
    """Texts whose verdict was disputed, oldest first."""
    return await _reviews(request, parts, shop, officer)


@router.post("/review/{review_id}/accept")
async def accept_review(
    request: Request,
    parts: Parts,
    officer: Reviewer,
    shop: Shop,
    review_id: int,
    form: Sent,
) -> Response:
    """What was made of a text goes into the library, and the text off the queue."""
    try:
        found = await shop.replayed([form.candidate(shop.current())])
        async with parts.database.writing() as session:
            given = (review_id, found, form.why, parts.now())
            await accept_reviewed(session, officer.staff, *given)
    except ExpectedError as error:
        return await _reviews(request, parts, shop, officer, error.words)
    return go(request, "/library/review")


@router.post("/review/{review_id}/dismiss")
async def dismiss_review(
    request: Request, parts: Parts, officer: Reviewer, review_id: int
) -> Response:
    """Off the queue."""
    async with parts.database.writing() as session:
        await dismiss(session, officer.staff, review_id, parts.now())
    return go(request, "/library/review")


def _families(
    request: Request,
    parts: ConsoleParts,
    shop: Workshop,
    officer: Officer,
    *,
    words: str = "",
    form: ScriptForm | None = None,
    replayed: Replayed | None = None,
    problem: str = "",
    scripts: ScriptPage | None = None,
) -> Response:
    library = shop.current()
    groups: dict[str, list[Family]] = {}
    for one in _by_title(shop):
        if words in one.title or words in one.id or words in one.description:
            groups.setdefault(one.category, []).append(one)
    named = [(library.categories.get(id, id), found) for id, found in sorted(groups.items())]
    sent = form or ScriptForm()
    every = _by_title(shop)
    view = FamiliesView(named, words, library.version, every, sent, replayed, problem, scripts)
    status = 400 if problem else 200
    return page(request, "library.html", officer.visitor, status=status, view=view)


async def _reviews(
    request: Request, parts: ConsoleParts, shop: Workshop, officer: Officer, problem: str = ""
) -> Response:
    async with parts.database.reading() as session:
        lines = await review_queue(session, officer.staff, REVIEWS_SHOWN)
    view = ReviewView(lines, _by_title(shop), problem)
    status = 400 if problem else 200
    return page(request, "library_review.html", officer.visitor, status=status, view=view)


def _by_title(shop: Workshop) -> list[Family]:
    return sorted(shop.current().families.values(), key=lambda one: (one.category, one.title))
