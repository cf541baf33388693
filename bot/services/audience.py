"""Whom a campaign reaches, before it is kept: groups, people, and who is left out and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.campaign_calendar import coming_slots
from bot.services.campaigns import Plan, Selector, choice_of, read_selector
from bot.services.deliveries import reason_words
from bot.services.grid import ELDERS, scope_of, with_inside
from bot.services.groups import CHANNEL_NAMES
from bot.services.sending_rules import Rules, day_of
from bot.services.subscriptions import EVERYBODY
from bot.storage import audience as rows
from bot.storage.areas import all_areas
from bot.storage.audience import Crowd
from bot.storage.groups import GroupChannel
from bot.storage.staff import Staff
from bot.storage.targets import Choice, count_chosen

TAKEN_OUT = "已移除"


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """The groups of one channel, and the people in those whose size is known."""

    name: str
    groups: int
    people: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Groups or residents that the rules leave out, and why."""

    count: int
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a campaign reaches by what is known now.

    `unsized` groups have no known size and add nothing to `people`; `by_hand` are those a person
    forwards to, also counted in `groups`. Where groups have had enough for the day, `people` are
    those of all groups: `at_most`.
    """

    crowds: Sequence[Crowd]
    groups: int
    people: int
    unsized: int
    by_hand: int
    subscribers: int
    channels: tuple[ChannelCount, ...]
    left_out: tuple[LeftOut, ...]
    at_most: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nobody would get anything."""
        return not self.groups and not self.subscribers


async def audience_of(
    session: AsyncSession, staff: Staff, plan: Plan, moment: datetime, rules: Rules
) -> Audience:
    """Whom a plan with a selector reaches at that moment."""
    selector = plan.selector_or_all
    within = await scope_of(session, staff)
    choice = await choice_of(session, selector, within, staff.id)
    crowds = await rows.crowds_of(session, choice, ELDERS)
    full = 0 if plan.emergency else await _full(session, choice, moment, rules)
    told, spared = await _subscribers(session, plan, selector, within)
    left = await _left_out(session, choice, spared)
    if full:
        why = f"{day_of(moment)[0]:%m-%d} 已有 {rules.most_a_day} 条，一个群一天最多这么多"
        left.insert(0, LeftOut(full, "个群", why))
    groups = max(sum(one.groups for one in crowds) - full, 0)
    reached = crowds if groups else ()
    by_hand = sum(one.groups for one in reached if one.channel == GroupChannel.WECHAT)
    return Audience(
        crowds=crowds,
        groups=groups,
        people=sum(one.people for one in reached),
        unsized=sum(one.unsized for one in reached),
        by_hand=min(by_hand, groups),
        subscribers=told,
        channels=_by_channel(crowds),
        left_out=tuple(left),
        at_most=bool(full and groups),
    )


async def _full(session: AsyncSession, choice: Choice, moment: datetime, rules: Rules) -> int:
    """Groups that will have had enough by then, with every campaign planned before it."""
    begin, end = day_of(moment)
    planned = []
    for one in await rows.planned_by_choice(session, begin, moment):
        slots = coming_slots(one, begin, moment, rules)
        if slots and one.selector:
            chosen = await choice_of(session, *read_selector(one.selector), one.created_by)
            planned += [chosen] * len(slots)
    return await rows.count_full(session, choice, planned, (begin, end), moment, rules.most_a_day)


async def _subscribers(
    session: AsyncSession, plan: Plan, selector: Selector, within: frozenset[int] | None
) -> tuple[int, int]:
    if not selector.subscribers:
        return 0, 0
    areas = None
    if selector.areas:
        areas = with_inside(await all_areas(session), selector.areas)
    return await rows.count_subscribers(
        session,
        kind="daily" if plan.rule else "warning",
        audiences=(*selector.audiences, EVERYBODY) if selector.audiences else (),
        areas=areas,
        within=within,
    )


async def _left_out(session: AsyncSession, choice: Choice, spared: int) -> list[LeftOut]:
    closed = await rows.closed_groups(session, choice)
    left = [
        LeftOut(count, "个群", reason_words(why) if why else TAKEN_OUT)
        for why, count in closed.items()
    ]
    if choice.within is not None:
        everywhere = await count_chosen(session, replace(choice, within=None))
        if outside := everywhere - await count_chosen(session, choice):
            left.append(LeftOut(outside, "个群", "不在您的网格里"))
    if spared:
        left.append(LeftOut(spared, "位订阅居民", "没有选这一类提醒"))
    return left


def _by_channel(crowds: Sequence[Crowd]) -> tuple[ChannelCount, ...]:
    return tuple(
        ChannelCount(
            CHANNEL_NAMES[channel],
            sum(one.groups for one in crowds if one.channel == channel),
            sum(one.people for one in crowds if one.channel == channel),
        )
        for channel in GroupChannel
        if any(one.channel == channel for one in crowds)
    )
