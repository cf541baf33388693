"""Drills: a resident agrees, answers step by step, and hears which marks were missed.

Where a drill stands is in its row; a button of an earlier step does nothing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotAllowedError, NotFoundError
from bot.services.board import met_this_week, today_of
from bot.services.drill_files import Drill, End, Node
from bot.services.education import Education
from bot.storage import drills as rows
from bot.storage.drill_offers import open_offer_for
from bot.storage.drills import DrillRun
from bot.storage.residents import Resident
from bot.storage.study_classes import own_class_id

LEFT = "left"
STAYS_OPEN = timedelta(hours=24)
GONE = "这次演练已经结束。想再做一次，发 /drill。"
STEPPED = "这一步已经答过了，请答最新的一步。"
OFFER_OVER = "这次邀请的演练已经结束。想自己做一次，发 /drill。"
NOT_FOR_MINORS = "这一个演练只给成年人做。换一个，或和家长一起看 /learn。"


class Who(StrEnum):
    """Who takes a drill."""

    ADULT = "adult"
    GUARDED = "guarded"


@dataclass(frozen=True, slots=True)
class Step:
    """What is said now and may be answered."""

    run_id: int
    drill: Drill
    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class Ended:
    """How a drill came out, with the marks that were missed on the way."""

    run_id: int
    drill: Drill
    end: End
    missed: tuple[str, ...]


async def drills_for(session: AsyncSession, education: Education, now: datetime) -> list[Drill]:
    """Every drill: first those whose trick was met most this week, then those of whose class of
    tricks one was, then those in season."""
    met, month = await met_this_week(session, now), today_of(now).month
    by_class: Counter[str] = Counter()
    for family, count in met.items():
        by_class[_class_of(education, family)] += count

    def place(drill: Drill) -> tuple[int, int, bool, str]:
        article = education.articles.get(drill.family)
        off_season = article is None or not article.in_season(month)
        alike = by_class[_class_of(education, drill.family)]
        return -met.get(drill.family, 0), -alike, off_season, drill.title

    return sorted(education.drills.values(), key=place)


def _class_of(education: Education, family: str) -> str:
    article = education.articles.get(family)
    return article.category if article else ""


def find_drill(education: Education, name: str) -> Drill:
    """A drill by its id. Raises NotFoundError."""
    drill = education.drills.get(name)
    if drill is None:
        raise NotFoundError("没有这个演练，发 /drill 看看其他的。")
    return drill


async def begin(
    session: AsyncSession,
    education: Education,
    resident: Resident,
    name: str,
    who: Who,
    now: datetime,
    offer_id: int = 0,
) -> Step:
    """Begin, once somebody has agreed; one that is under way is gone on with instead. `offer_id` is
    the invitation that led to it, 0 without.

    Raises NotAllowedError for a minor where the drill is for adults only, ConflictError where the
    invitation is over or was to another drill.
    """
    if (under_way := await open_step(session, education, resident, now)) is not None:
        return under_way
    drill = find_drill(education, name)
    if who is Who.GUARDED and not drill.for_minors:
        raise NotAllowedError(NOT_FOR_MINORS)
    if offer_id:
        offer = await open_offer_for(session, offer_id, resident.id, now)
        if offer is None or offer.drill != drill.id:
            raise ConflictError(OFFER_OVER)
    run = DrillRun(
        resident_id=resident.id,
        drill=drill.id,
        family=drill.family,
        guarded=who is Who.GUARDED,
        node=drill.start,
        missed="",
        result="",
        started_at=now,
        class_id=await own_class_id(session, resident.id),
        offer_id=offer_id or None,
    )
    session.add(run)
    await session.flush()
    return Step(run.id, drill, drill.start, drill.nodes[drill.start])


async def open_step(
    session: AsyncSession, education: Education, resident: Resident, now: datetime
) -> Step | None:
    """The step that waits for an answer; only looks."""
    run = await rows.run_under_way(session, resident.id)
    drill = education.drills.get(run.drill) if run else None
    if run is None or drill is None or run.started_at < now - STAYS_OPEN:
        return None
    node = drill.nodes.get(run.node)
    return Step(run.id, drill, run.node, node) if node else None


async def choose(
    session: AsyncSession,
    education: Education,
    resident: Resident,
    run_id: int,
    name: str,
    choice: int,
    now: datetime,
) -> Step | Ended:
    """Answer the step `name`. Raises ConflictError where that was answered before."""
    run = await rows.own_run(session, run_id, resident.id)
    drill = education.drills.get(run.drill) if run else None
    if run is None or drill is None or run.ended_at is not None:
        raise NotFoundError(GONE)
    node = drill.nodes.get(name)
    if node is None or not 0 <= choice < len(node.choices):
        raise NotFoundError(GONE)
    if name != run.node:
        raise ConflictError(STEPPED)
    chosen = node.choices[choice]
    missed = [*run.missed.splitlines(), *([chosen.missed] if chosen.missed else [])]
    end = drill.ends.get(chosen.to)
    gone_on = await rows.step(
        session,
        run,
        node=chosen.to,
        missed="\n".join(missed),
        result=end.result if end else "",
        ended_at=now if end else None,
    )
    if not gone_on:
        raise ConflictError(STEPPED)
    if end is not None:
        return Ended(run.id, drill, end, tuple(missed))
    return Step(run.id, drill, chosen.to, drill.nodes[chosen.to])


async def ended_run(
    session: AsyncSession, education: Education, resident: Resident, run_id: int
) -> Ended:
    """One's own drill that came to an end. Raises NotFoundError."""
    run = await rows.own_run(session, run_id, resident.id)
    drill = education.drills.get(run.drill) if run else None
    end = drill.ends.get(run.node) if run and drill else None
    if run is None or drill is None or end is None:
        raise NotFoundError(GONE)
    return Ended(run.id, drill, end, tuple(run.missed.splitlines()))


async def leave(session: AsyncSession, resident: Resident, now: datetime) -> bool:
    """Stop the drill under way; False without one."""
    run = await rows.run_under_way(session, resident.id)
    if run is None:
        return False
    kept = {"node": run.node, "missed": run.missed}
    return await rows.step(session, run, **kept, result=LEFT, ended_at=now)
