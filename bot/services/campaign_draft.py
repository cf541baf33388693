"""A campaign looked at before it is kept: what is wrong with it, whom it reaches, how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.audience import Audience, audience_of
from bot.services.campaign_calendar import ANY_TIME, slots_of
from bot.services.campaign_looks import Look, Written, group_looks, noting, resident_looks
from bot.services.campaigns import (
    ELDER_VARIANT,
    Plan,
    check_cap,
    check_selector,
    check_texts,
    first_time,
    text_of,
)
from bot.services.filling import Signature
from bot.services.permissions import Action, require
from bot.services.poster import Poster, read_poster
from bot.services.reach import crowds_from, groups_named
from bot.services.recurrence import parse_rule
from bot.services.send_times import check_send_time
from bot.services.sending_rules import Rules
from bot.storage.areas import all_areas
from bot.storage.staff import Staff

FOLLOWING = 3
AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it would be carried out now; with `problems` it would be refused."""

    problems: tuple[str, ...]
    text: str
    elder: str
    audience: Audience | None
    looks: tuple[Look, ...]
    moment: datetime | None
    note: str
    following: tuple[datetime, ...]
    poster: Poster | None
    approved: bool

    @property
    def tests(self) -> tuple[str, ...]:
        """The texts of a test, each once and headed by where it would stand."""
        headed: dict[str, str] = {}
        for one in self.looks:
            headed.setdefault(one.text, f"【测试，只发给您 · {one.name}】\n{one.text}")
        if self.text and not headed:
            headed[self.text] = f"【测试，只发给您】\n{self.text}"
        if self.elder and not any(one.elders for one in self.looks):
            headed[self.elder] = f"【测试，只发给您 · 给老人的短文】\n{self.elder}"
        return tuple(headed.values())


async def examine(
    session: AsyncSession,
    staff: Staff,
    plan: Plan,
    *,
    now: datetime,
    rules: Rules,
    signed: Signature,
    wrong: Sequence[str] = (),
) -> Draft:
    """Everything that keeping a plan would check, without stopping at the first thing wrong.

    `wrong` is what was wrong with the form already.
    """
    require(staff.role, Action.SEND_NOTICE)
    problems = list(wrong)
    text, variants, poster = "", dict[str, str](), None
    with noting(problems):
        text = text_of(plan)
    with noting(problems):
        variants = check_texts(text, plan.variants)
    with noting(problems):
        poster = read_poster(plan.poster) if plan.poster.strip() else None
    moment, note, following = _times(plan, now, rules, problems)
    audience, crowds = None, crowds_from(())
    with noting(problems):
        if plan.selector is None:
            named = await groups_named(session, staff, plan)
            crowds = crowds_from(named)
            if not plan.emergency:
                await check_cap(session, named, moment or now, rules)
        else:
            await check_selector(session, staff, plan.selector)
            audience = await audience_of(session, staff, plan, moment or now, rules)
            crowds = audience.crowds
            if audience.is_empty:
                raise InvalidInputError(_empty_words(audience))
    looks: list[Look] = []
    told = audience.subscribers if audience else 0
    if text and (crowds or told):
        areas = {area.id: area for area in await all_areas(session)}
        written = Written(text, variants, poster is not None)
        looks = group_looks(written, crowds, areas, signed, problems)
        looks += resident_looks(written, plan.selector_or_all, told, areas, signed.district)
    return Draft(
        tuple(dict.fromkeys(problems)),
        text,
        variants.get(ELDER_VARIANT, ""),
        audience,
        tuple(looks),
        moment,
        note,
        following,
        poster,
        plan.is_approved,
    )


def _times(
    plan: Plan, now: datetime, rules: Rules, problems: list[str]
) -> tuple[datetime | None, str, tuple[datetime, ...]]:
    with noting(problems):
        if plan.send_at is not None:
            check_send_time(plan.send_at, now)
        moment, note = first_time(plan, rules, now)
        if not plan.rule:
            return moment, note, ()
        rule = parse_rule(plan.rule, ANY_TIME)
        coming = slots_of(rule, moment, moment + AHEAD, rules)
        return moment, note, tuple(islice(coming, FOLLOWING))
    return None, "", ()


def _empty_words(audience: Audience) -> str:
    why = "；".join(f"{one.count} {one.unit}{one.why}" for one in audience.left_out)
    return "这样选没有任何群，请放宽地区、人群或渠道。" + (f"没有算上的：{why}。" if why else "")
