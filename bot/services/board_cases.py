"""Local cases for the public board: written by one officer, blurred, approved by another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.blurring import blur, shares_words
from bot.services.education import families_of
from bot.services.knowledge import category_name
from bot.services.library import PATTERNS_ROOT
from bot.services.permissions import Action, may, require
from bot.storage import board as rows
from bot.storage.areas import all_areas
from bot.storage.board import BoardCase, CaseState
from bot.storage.database import vault_of
from bot.storage.leads import DESCRIPTION
from bot.storage.staff import Staff

LONGEST = {"标题": 20, "经过": 200, "一句提醒": 40}
"""Signs that are typed; blurring may add some."""
KEPT = {"标题": 30, "经过": 300, "一句提醒": 60}
SAME_WORDS = 15
"""*Default*: so many characters in a row that also stand in a report are the reporter's words."""
COMPARED_DAYS, COMPARED_LEADS = 180, 5000
STATE_NAMES = {
    CaseState.WRITTEN: "待审核",
    CaseState.SHOWN: "已上栏",
    CaseState.REFUSED: "未通过",
    CaseState.TAKEN_DOWN: "已撤下",
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as the console lists it, with what the reader may do to it."""

    id: int
    category: str
    title: str
    story: str
    antidote: str
    author: str
    written_at: datetime
    state: str
    decidable: bool
    removable: bool


async def write_case(
    session: AsyncSession,
    staff: Staff,
    category: str,
    typed: tuple[str, str, str],
    categories: Sequence[str],
    now: datetime,
    family: str = "",
) -> BoardCase:
    """Keep a case, blurred, until somebody else approves it; `typed` is title, story, antidote.

    `family` may stay empty: then the category alone says what to read.

    Raises InvalidInputError for what is missing, too long, or the words of somebody's report.
    """
    require(staff.role, Action.WRITE_BOARD)
    if category not in categories:
        raise InvalidInputError("请选择骗局类别。")
    if family and families_of(PATTERNS_ROOT).get(family) != category:
        raise InvalidInputError("这一招不属于所选的骗局类别，请重选，或不选。")
    texts = dict(zip(LONGEST, (" ".join(one.split()) for one in typed), strict=True))
    for name, text in texts.items():
        if not 2 <= len(text) <= LONGEST[name]:
            raise InvalidInputError(
                f"{name}要写 2 到 {LONGEST[name]} 个字，现在有 {len(text)} 个。"
            )
    await _require_own_words(session, " ".join(texts.values()), now)
    areas = await all_areas(session)
    places = {name for area in areas for name in (area.estate, area.community, area.street)}
    title, story, antidote = (blur(text, places)[: KEPT[name]] for name, text in texts.items())
    case = BoardCase(
        category=category,
        family=family or None,
        title=title,
        story=story,
        antidote=antidote,
        state=CaseState.WRITTEN,
        author_id=staff.id,
        written_at=now,
    )
    session.add(case)
    await session.flush()
    return case


async def list_cases(session: AsyncSession, staff: Staff, limit: int = 50) -> list[CaseLine]:
    """The latest cases, newest first."""
    require(staff.role, Action.WRITE_BOARD)
    approves = may(staff.role, Action.APPROVE_BOARD)
    return [
        CaseLine(
            id=case.id,
            category=category_name(case.category),
            title=case.title,
            story=case.story,
            antidote=case.antidote,
            author=author,
            written_at=case.written_at,
            state=STATE_NAMES[CaseState(case.state)],
            decidable=approves and case.state == CaseState.WRITTEN and case.author_id != staff.id,
            removable=approves and case.state == CaseState.SHOWN,
        )
        for case, author in await rows.latest_cases(session, limit)
    ]


async def decide_case(
    session: AsyncSession, staff: Staff, case_id: int, approved: bool, now: datetime
) -> None:
    """Show a case on the board or refuse it; never the one who wrote it."""
    require(staff.role, Action.APPROVE_BOARD)
    case = await rows.case_of(session, case_id)
    if case is None:
        raise NotFoundError("没有这个案例。")
    if case.author_id == staff.id:
        raise InvalidInputError("自己写的案例要由另一个人审核。")
    states = (CaseState.WRITTEN, CaseState.SHOWN if approved else CaseState.REFUSED)
    if not await rows.decide_case(session, case_id, states, staff.id, now, not_by_author=True):
        raise ConflictError("这个案例已经有人审核过了。")


async def take_down(session: AsyncSession, staff: Staff, case_id: int, now: datetime) -> None:
    """Take a case off the board at once; one person is enough."""
    require(staff.role, Action.APPROVE_BOARD)
    states = (CaseState.SHOWN, CaseState.TAKEN_DOWN)
    if not await rows.decide_case(session, case_id, states, staff.id, now, not_by_author=False):
        raise ConflictError("这个案例不在宣传栏上。")


async def _require_own_words(session: AsyncSession, text: str, now: datetime) -> None:
    since = now - timedelta(days=COMPARED_DAYS)
    sealed = await rows.stories_since(session, since, COMPARED_LEADS)
    vault = vault_of(session)

    def compare() -> str:
        return shares_words(text, [vault.open(one, DESCRIPTION) for one in sealed], SAME_WORDS)

    if shared := await asyncio.to_thread(compare):
        raise InvalidInputError(
            f"“{shared}”和群众报案里的原话一样。请用自己的话写，不能照抄群众说的话。"
        )
