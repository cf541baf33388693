"""Words in what leads tell. Stories are sealed, and nothing of their words is kept beside them, so
they are opened to be looked through: the newest first, a bounded number a search, in a thread."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.matching.folding_tables import DROP, folding
from bot.services.desk import station_of
from bot.services.leads import QueueLine, actor_name, lines_of
from bot.services.looks import log_looks
from bot.services.permissions import Action, require
from bot.storage import lead_stories as rows
from bot.storage.database import vault_of
from bot.storage.desk import QueueFilter
from bot.storage.lead_stories import Place, Story
from bot.storage.leads import DESCRIPTION, LeadState, Risk
from bot.storage.staff import Staff
from bot.storage.vault import UnreadableError, Vault

MOST_OPENED = 2_000
"""Stories opened by one search: a hundredth of a second for every thousand of them."""
MOST_PASSED = 20_000
"""Leads that the filter leaves out and that one search goes by."""
MOST_FOUND = 50
SHORTEST = 2
SECONDS = 0.1
"""So long one search looks through stories; what it has not come to, the next one does."""
LOOKED = "stories"
WORDS = "look.words"
"""What the mark of the words is made for: who searched for a word is found by it, and no word."""
NEWEST = Place(datetime(9999, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which leads are looked through; an empty part leaves nothing out."""

    states: tuple[LeadState, ...] = tuple(LeadState)
    risk: Risk | None = None
    mine: bool = False
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search came to: the leads found, how many stories were opened, from which to which
    moment, and the place where the next one goes on; no `next` where there is nothing before."""

    ids: Sequence[int]
    opened: int
    first: datetime | None
    last: datetime | None
    next: Place | None


@dataclass(frozen=True, slots=True)
class FoundByStory:
    """The leads found, newest first, and how far was looked."""

    lines: Sequence[QueueLine]
    looked: Looked


def words_of(typed: str) -> tuple[str, ...]:
    """The words that a story must hold, each; in one form however they were typed. None where they
    are too short to say anything."""
    words = tuple(dict.fromkeys(plain for one in typed.split() if (plain := _plain(one))))
    return words if sum(map(len, words)) >= SHORTEST else ()


def mark_of(vault: Vault, words: Sequence[str]) -> str:
    """By what a search for these words, in whatever order, is known among the looks."""
    return f"#{vault.fingerprint(' '.join(sorted(words)), WORDS)[:16]}"


async def note_search(
    session: AsyncSession, staff: Staff, words: Sequence[str], now: datetime
) -> None:
    """Note who searched; of the words how many, and their mark. Raises InvalidInputError where
    there are none."""
    require(staff.role, Action.SEE_FULL_LEAD)
    if not words:
        raise InvalidInputError(f"按经过查找请至少输入 {SHORTEST} 个字。")
    told = f"{len(words)} 个词 {mark_of(vault_of(session), words)}"
    await log_looks(session, actor_name(staff), [told], LOOKED, now)


async def stories_to_open(
    session: AsyncSession, staff: Staff, asked: StoryFilter, before: Place
) -> tuple[Sequence[Story], Place | None]:
    """The newest stories before a place that somebody may see, and how far they reach."""
    require(staff.role, Action.SEE_FULL_LEAD)
    chosen = QueueFilter(
        asked.states,
        asked.risk,
        staff.id if asked.mine else None,
        station_of(staff),
        asked.overdue_at,
    )
    return await rows.newest_stories(session, chosen, before, MOST_OPENED, MOST_PASSED)


def look_through(
    vault: Vault,
    words: Sequence[str],
    stories: Sequence[Story],
    end: Place | None,
    seconds: float = SECONDS,
) -> Looked:
    """Open stories until the time or MOST_FOUND is reached; `end` is how far they reach. Slow:
    call it in a thread."""
    opened, until = vault.opener(DESCRIPTION), time.monotonic() + seconds
    found: list[int] = []
    for number, story in enumerate(stories, 1):
        try:
            text = _plain(opened(story.sealed))
        except UnreadableError:
            text = ""
        if all(word in text for word in words):
            found.append(story.place.id)
        if len(found) == MOST_FOUND or time.monotonic() > until:
            return _looked(found, stories[:number], story.place)
    return _looked(found, stories, end)


async def found_by_story(session: AsyncSession, looked: Looked) -> FoundByStory:
    """What was found, as lists show it."""
    leads = await rows.leads_in_order(session, looked.ids)
    return FoundByStory(await lines_of(session, leads), looked)


def _looked(found: Sequence[int], stories: Sequence[Story], end: Place | None) -> Looked:
    first = end.received_at if end else stories[-1].place.received_at if stories else None
    last = stories[0].place.received_at if stories else None
    return Looked(found, len(stories), first, last, end)


def _plain(text: str) -> str:
    return "".join(text.translate(folding().table).replace(DROP, "").split())
