"""A campaign looked at before it is kept: what is wrong with it, whom it reaches, how it looks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, InvalidInputError
from bot.services.audience import Audience, audience_of
from bot.services.campaign_calendar import ANY_TIME, slots_of
from bot.services.campaigns import (
    ELDER_VARIANT,
    Plan,
    check_cap,
    check_length,
    check_selector,
    check_texts,
    first_time,
    text_of,
    variant_for,
)
from bot.services.filling import Signature, signed_text
from bot.services.forwarding import DONE, ask_words
from bot.services.grid import ELDERS, audiences_of
from bot.services.groups import CHANNEL_NAMES
from bot.services.permissions import Action, require
from bot.services.poster import Poster, read_poster
from bot.services.recurrence import parse_rule
from bot.services.send_times import check_send_time
from bot.services.sending_rules import Rules
from bot.services.splitting import CAPTION_LENGTH, LIMITS, TAKE_POSTERS, split_text, utf16_units
from bot.storage.areas import Area, all_areas
from bot.storage.audience import Crowd
from bot.storage.groups import CommunityGroup, GroupChannel
from bot.storage.staff import Staff

NO_NUMBER = 0
"""A campaign that is not kept has no number yet; a link with this one counts for nothing."""
FOLLOWING = 3
AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is shown: the poster above its text, a button below it."""

    text: str
    poster: bool = False
    button: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one kind of group reads, message by message, by the example of one of them.

    `size` of `most` is how much of one message the text takes, in the channel's own units; `poster`
    says what becomes of the poster there.
    """

    channel: GroupChannel
    name: str
    elders: bool
    groups: int
    example: str
    messages: tuple[Message, ...]
    size: int
    most: int
    poster: str = ""

    @property
    def text(self) -> str:
        """All that is said, without what only asks a person to forward it."""
        return "\n".join(one.text for one in self.messages if one.text and not one.button)


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
        headed = {one.text: f"【测试，只发给您 · {one.name}】\n{one.text}" for one in self.looks}
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
    groups: Sequence[CommunityGroup] | None = None,
) -> Draft:
    """Everything that keeping a plan would check, without stopping at the first thing wrong.

    `wrong` is what was wrong with the form already; `groups` are those that the plan names.
    """
    require(staff.role, Action.SEND_NOTICE)
    problems = list(wrong)
    text, variants, poster = "", dict[str, str](), None
    with _noting(problems):
        text = text_of(plan)
    with _noting(problems):
        variants = check_texts(text, plan.variants)
    with _noting(problems):
        poster = read_poster(plan.poster) if plan.poster.strip() else None
    moment, note, following = _times(plan, now, rules, problems)
    audience, crowds = None, crowds_from(groups or ())
    with _noting(problems):
        if groups is not None:
            await check_cap(session, groups, moment or now, rules)
        else:
            await check_selector(session, staff, plan.selector_or_all)
            audience = await audience_of(session, staff, plan, moment or now, rules)
            crowds = audience.crowds
            if audience.is_empty:
                raise InvalidInputError(_empty_words(audience))
    looks: list[Look] = []
    if text and crowds:
        areas = {area.id: area for area in await all_areas(session)}
        written = _Written(text, variants, poster is not None)
        looks = _looks(written, crowds, areas, signed, problems)
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
    with _noting(problems):
        if plan.send_at is not None:
            check_send_time(plan.send_at, now)
        moment, note = first_time(plan, rules, now)
        if not plan.rule:
            return moment, note, ()
        rule = parse_rule(plan.rule, ANY_TIME)
        coming = slots_of(rule, moment, moment + AHEAD, rules)
        return moment, note, tuple(islice(coming, FOLLOWING))
    return None, "", ()


def crowds_from(groups: Sequence[CommunityGroup]) -> Sequence[Crowd]:
    """The groups named one by one, as a choice of them would be counted."""
    return [
        Crowd(
            group.channel,
            ELDERS in audiences_of(group),
            group.area_id,
            1,
            group.members or 0,
            int(group.members is None),
            group.title,
        )
        for group in groups
    ]


def _empty_words(audience: Audience) -> str:
    why = "；".join(f"{one.count} {one.unit}{one.why}" for one in audience.left_out)
    return "这样选没有任何群，请放宽地区、人群或渠道。" + (f"没有算上的：{why}。" if why else "")


@dataclass(frozen=True, slots=True)
class _Written:
    text: str
    variants: Mapping[str, str]
    poster: bool


def _looks(
    written: _Written,
    crowds: Sequence[Crowd],
    areas: Mapping[int, Area],
    signed: Signature,
    problems: list[str],
) -> list[Look]:
    """One look for each channel, elders apart where they read something else."""
    looks: dict[tuple[str, bool], Look] = {}
    gaps: dict[str, list[Crowd]] = {}
    for crowd in crowds:
        elders = crowd.tagged and (written.poster or ELDER_VARIANT in written.variants)
        tags = (ELDERS,) if elders else ()
        words = variant_for(written.text, written.variants, crowd.channel, tags)
        channel = GroupChannel(crowd.channel)
        try:
            shown = signed_text(words, areas.get(crowd.area_id or 0), signed, NO_NUMBER)
        except KeyError as gap:
            gaps.setdefault(gap.args[0], []).append(crowd)
            continue
        with _noting(problems):
            check_length(shown, channel)
        if known := looks.get((channel, elders)):
            looks[channel, elders] = replace(known, groups=known.groups + crowd.groups)
            continue
        looks[channel, elders] = _look(channel, crowd, shown, elders=elders, poster=written.poster)
    problems += [_gap_words(title, crowds) for title, crowds in gaps.items()]
    return list(looks.values())


def _gap_words(title: str, crowds: Sequence[Crowd]) -> str:
    count, example = sum(one.groups for one in crowds), crowds[0].example
    which = f"“{example}”" if count == 1 else f"“{example}”等 {count} 个群"
    return (
        f"{which}没有登记{title}，填不了 {{{title}}}。"
        f"请先给群选地区，或自己写上{title}的名称，不留给系统填。"
    )


def _look(channel: GroupChannel, crowd: Crowd, shown: str, *, elders: bool, poster: bool) -> Look:
    name = CHANNEL_NAMES[channel] + ("（老人群）" if elders else "")
    limit = LIMITS[channel]
    return Look(
        channel,
        name,
        elders,
        crowd.groups,
        crowd.example,
        _messages(channel, crowd.example, shown, poster),
        limit.size(shown),
        limit.most,
        _poster_words(channel) if poster else "",
    )


def _messages(channel: GroupChannel, group: str, shown: str, poster: bool) -> tuple[Message, ...]:
    """As the senders do it: a caption where it fits, robots text first, then the picture."""
    limit = LIMITS[channel]
    parts = [Message(one) for one in split_text(shown, limit.most, limit.size)]
    if channel not in TAKE_POSTERS or not poster:
        told = parts
    elif channel == GroupChannel.WECOM:
        told = [*parts, Message("", poster=True)]
    elif len(parts) == 1 and utf16_units(shown) <= CAPTION_LENGTH:
        told = [Message(shown, poster=True)]
    else:
        told = [Message("", poster=True), *parts]
    if channel == GroupChannel.WECHAT:
        told.insert(0, Message(ask_words(group, poster=poster), button=DONE))
    return tuple(told)


def _poster_words(channel: GroupChannel) -> str:
    if channel not in TAKE_POSTERS:
        return "这种机器人发不了图片，只发文字。"
    if channel == GroupChannel.WECHAT:
        return "海报和文字一起发给网格员，由他转发。"
    return "海报和文字一起发。"


@contextmanager
def _noting(problems: list[str]) -> Iterator[None]:
    """What is wrong is noted, and the look goes on."""
    try:
        yield
    except ExpectedError as wrong:
        problems.append(wrong.words)
