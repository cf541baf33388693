"""Finding leads by what one has in hand, or by words of what they tell."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.lead_search import Found, search_leads
from bot.services.leads import RISK_NAMES, STATE_NAMES
from bot.services.permissions import Action
from bot.services.story_search import (
    NEWEST,
    FoundByStory,
    StoryFilter,
    found_by_story,
    look_through,
    note_search,
    stories_to_open,
    words_of,
)
from bot.storage.lead_stories import Place
from bot.storage.leads import LeadState
from console.exports import read_days
from console.leads import QueueChoice, choice_of
from console.pages import View, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"(\d{1,17})-(\d{1,18})")
Searcher = Annotated[Officer, Depends(needs(Action.SEE_QUEUE))]
Typed = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands beside the words: the filter of the list, and from where back stories are looked
    through; `stories` alone where nothing else is to be tried."""

    choice: QueueChoice
    stories: bool
    before: Place
    until: str


@dataclass(frozen=True, slots=True)
class SearchView(View):
    """What was found by what somebody has, or in what leads tell."""

    typed: str
    found: Found | None
    told: FoundByStory | None
    asked: Asked

    @property
    def choice(self) -> QueueChoice:
        """The filter of the list from which somebody came."""
        return self.asked.choice

    @property
    def until(self) -> str:
        """The day up to which stories were looked through, where one was chosen."""
        return self.asked.until

    @property
    def filter_names(self) -> list[str]:
        """The filter of the list in words; empty where it leaves nothing out."""
        chosen = self.asked.choice
        state = STATE_NAMES[LeadState(chosen.state)] if chosen.state in set(LeadState) else ""
        risk = f"{RISK_NAMES[chosen.risk]}风险" if chosen.risk else ""
        mine, late = "我签收的" if chosen.mine else "", "超时的" if chosen.overdue else ""
        return [one for one in (state, risk, mine, late) if one]

    @property
    def next(self) -> str:
        """Where the next search goes on, as a form sends it; empty where there is nothing left."""
        place = self.told.looked.next if self.told else None
        if place is None:
            return ""
        return f"{(place.received_at - EPOCH) // timedelta(microseconds=1)}-{place.id}"


def what_is_asked(
    state: Typed = "",
    risk: Typed = "",
    mine: Typed = "",
    overdue: Typed = "",
    stories: Typed = "",
    before: Annotated[str, Form(max_length=40)] = "",
    until: Typed = "",
) -> Asked:
    """The fields of the form beside the words."""
    _, after = read_days("", until.strip())
    place = Place(after, 0) if after else NEWEST
    if before:
        read = PLACE.fullmatch(before)
        if read is None:
            raise InvalidInputError("没有看懂从哪里接着找，请重新查找。")
        place = Place(EPOCH + timedelta(microseconds=int(read[1])), int(read[2]))
    return Asked(choice_of(state, risk, mine, overdue), stories == "1", place, until.strip())


@router.post("/find")
async def find(
    request: Request,
    parts: Parts,
    officer: Searcher,
    asked: Annotated[Asked, Depends(what_is_asked)],
    q: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """By number, phone, account, link or name; where that finds nothing, or is asked for, by words
    of the stories. Sent as a form, so that no address keeps it."""
    found, told, words = None, None, words_of(q)
    if not asked.stories:
        async with parts.database.writing() as session:
            found = await search_leads(session, officer.staff, q, parts.categories, parts.now())
    if asked.stories or (words and found and not found.lines):
        told = await _in_stories(parts, officer, words, asked)
    view = SearchView(q.strip(), found, told, asked)
    return page(request, "found.html", officer.visitor, view=view)


async def _in_stories(
    parts: ConsoleParts, officer: Officer, words: Sequence[str], asked: Asked
) -> FoundByStory:
    """The search is noted before a story is opened; no transaction waits for the opening."""
    chosen, now = asked.choice, parts.now()
    states = chosen.states if chosen.state or chosen.overdue else tuple(LeadState)
    narrowed = StoryFilter(states, chosen.risk, chosen.mine, now if chosen.overdue else None)
    database = parts.database
    async with database.writing() as session:
        await note_search(session, officer.staff, words, now)
    async with database.reading() as session:
        stories, end = await stories_to_open(session, officer.staff, narrowed, asked.before)
    looked = await asyncio.to_thread(look_through, database.vault, words, stories, end)
    async with database.reading() as session:
        return await found_by_story(session, looked)
