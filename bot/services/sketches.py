"""A notice as far as somebody has got with it: it may lack anything, and be wrong in anything."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.campaigns import Plan, Selector, read_selector
from bot.services.notice_templates import NoticeTemplate, find_notice_template, values_in
from bot.services.poster import Poster
from bot.storage.broadcasts import Broadcast, Late, target_ids
from bot.times import on_screen

MOST_SIGNS = 30_000
"""The longest form kept: two thousand areas are ticked with half of it."""
TITLE_SIGNS = 20
NOTHING_YET = "还没有写"


@dataclass(frozen=True, slots=True)
class Sketch:
    """A plan that may lack anything; `when` is its time as somebody writes one.

    The plan's own `send_at` is left out of what is kept, since not every time can be read.
    """

    plan: Plan
    when: str = ""

    @property
    def title(self) -> str:
        """The title of its template, or how its own words begin."""
        if (template := template_of(self.plan.template)) is not None:
            return template.title
        words = " ".join(self.plan.words.split())
        return (f"{words[:TITLE_SIGNS]}…" if len(words) > TITLE_SIGNS else words) or NOTHING_YET

    def to_json(self) -> str:
        """The form kept. Raises InvalidInputError for one that is too long."""
        plan = self.plan
        kept = {
            "template": plan.template,
            "values": dict(plan.values),
            "words": plan.words,
            "groups": sorted(plan.group_ids),
            "selector": asdict(plan.selector) if plan.selector else None,
            "when": self.when,
            "rule": plan.rule,
            "late": plan.late,
            "emergency": plan.emergency,
            "variants": dict(plan.variants),
            "poster": plan.poster,
        }
        stored = json.dumps(kept, ensure_ascii=False)
        if len(stored) > MOST_SIGNS:
            raise InvalidInputError("写得太长，草稿存不下，请删去一些。")
        return stored

    @classmethod
    def from_json(cls, stored: str) -> "Sketch":
        """The reverse of to_json."""
        kept = json.loads(stored)
        chosen = kept["selector"]
        selector = None
        if chosen is not None:
            selector = Selector(
                tuple(chosen["areas"]),
                tuple(chosen["audiences"]),
                tuple(chosen["channels"]),
                subscribers=chosen["subscribers"],
            )
        plan = Plan(
            template=kept["template"],
            values=kept["values"],
            words=kept["words"],
            group_ids=frozenset(kept["groups"]),
            selector=selector,
            rule=kept["rule"],
            late=Late(kept["late"]),
            emergency=kept["emergency"],
            variants=kept["variants"],
            poster=kept["poster"],
        )
        return cls(plan, kept["when"])


def sketch_of(plan: Plan, typed: str) -> Sketch:
    """A plan to keep; a time that was read is kept as a date: tomorrow is another day by then."""
    return Sketch(plan, on_screen(plan.send_at) if plan.send_at else typed.strip())


async def sketch_like(session: AsyncSession, broadcast: Broadcast, now: datetime) -> Sketch:
    """All of a broadcast that was kept before; without its time where that has passed.

    Without its template, which may be gone, its text is own words.
    """
    template = template_of(broadcast.template)
    selector = read_selector(broadcast.selector)[0] if broadcast.selector else None
    named = [] if selector else await target_ids(session, broadcast.id)
    poster = Poster.from_json(broadcast.poster) if broadcast.poster else None
    plan = Plan(
        template=template.id if template else "",
        values=values_in(template, broadcast.text) if template else {},
        words="" if template else broadcast.text,
        group_ids=frozenset(named),
        selector=selector,
        rule=broadcast.rule or "",
        late=Late(broadcast.late),
        emergency=broadcast.emergency,
        variants=json.loads(broadcast.variants),
        poster="\n".join((poster.title, *poster.marks, poster.action)) if poster else "",
    )
    ahead = broadcast.send_at > now and not broadcast.rule
    return Sketch(plan, on_screen(broadcast.send_at) if ahead else "")


def template_of(name: str) -> NoticeTemplate | None:
    """The approved notice of that name; None where there is none any more."""
    try:
        return find_notice_template(name) if name else None
    except NotFoundError:
        return None
