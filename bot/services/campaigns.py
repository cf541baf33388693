"""Planning a campaign: its texts, whom it is for, when it goes out; refused at once with why."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.grid import AUDIENCES, ELDERS, scope_of, with_inside
from bot.services.groups import CHANNEL_NAMES
from bot.services.notice_templates import fill, find_notice_template
from bot.services.recurrence import next_after, parse_rule
from bot.services.sending_rules import Rules, blackout_on, day_of, place
from bot.services.splitting import LIMITS
from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Late
from bot.storage.groups import CommunityGroup, GroupChannel
from bot.storage.staff import Staff
from bot.storage.targets import Choice, planned_between

MOST_SIGNS = 500
"""The longest text somebody writes himself; 150 signs are read, more are not."""
ELDER_VARIANT = "elder"
MOST_ELDER_SIGNS = 80
SLOT = re.compile(r"\{([^{}]*)\}")
PLACES = {"street": "街道", "community": "社区", "estate": "小区", "district": "辖区"}
"""What own words may leave to be filled in for each group."""
BY_NAME = {title: name for name, title in PLACES.items()}
NEVER_SAID = ("保证追回", "一定能追回", "绝对安全", "验证码发", "身份证号发")


@dataclass(frozen=True, slots=True)
class Selector:
    """Whom a campaign is for, chosen anew each time it goes out; empty parts leave nothing out."""

    areas: tuple[int, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    subscribers: bool = False

    def to_json(self, within: frozenset[int] | None) -> str:
        """The form kept, with the areas that its author may act in."""
        limits = sorted(within) if within is not None else None
        return json.dumps({**asdict(self), "within": limits}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as somebody wants it: a template with values, or own words.

    `send_at` None means at once; with `rule` it goes out again and again. `variants` are texts by
    channel, and one for elders.
    """

    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    group_ids: frozenset[int] = frozenset()
    selector: Selector | None = None
    send_at: datetime | None = None
    rule: str = ""
    late: Late = Late.ONCE
    emergency: bool = False
    variants: Mapping[str, str] = field(default_factory=dict)
    poster: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether every text of it, a poster's too, was approved beforehand."""
        return bool(self.template) and not self.variants and not self.poster

    @property
    def selector_or_all(self) -> Selector:
        """Whom it is for where no single groups are named."""
        return self.selector or Selector()


def text_of(plan: Plan) -> str:
    """The text of a plan. Raises InvalidInputError for a missing variable, with its name.

    Where groups are chosen anew each time, a blank left empty that is the name of a place is
    filled in for each group.
    """
    if plan.template:
        by_place = PLACES if plan.selector is not None else {}
        return fill(find_notice_template(plan.template), plan.values, left_open=by_place)
    return check_words(plan.words)


def check_words(words: str, most: int = MOST_SIGNS) -> str:
    """Own words, cleaned. Raises InvalidInputError that says what is wrong with them."""
    text = "\n".join(line.strip() for line in words.strip().splitlines())
    if not text:
        raise InvalidInputError("请写通知的内容。")
    if len(text) > most:
        raise InvalidInputError(f"通知有 {len(text)} 个字，最多 {most} 个字，请写短一些。")
    for name in SLOT.findall(text):
        if name not in PLACES and name not in BY_NAME:
            known = "、".join(f"{{{title}}}" for title in BY_NAME)
            raise InvalidInputError(f"没有 {{{name}}} 这个变量，只能用 {known}。")
    if any(brace in SLOT.sub("", text) for brace in "{}"):
        raise InvalidInputError("有单独的花括号，花括号只用于 {社区} 这样的变量。")
    for phrase in NEVER_SAID:
        if phrase in text:
            raise InvalidInputError(f"通知里不能写“{phrase}”，请换个说法。")
    return text


def fill_place(text: str, area: Area | None, district: str) -> str:
    """A text with the names of a group's place. Raises KeyError for a name that is not known."""

    def value(slot: re.Match[str]) -> str:
        name = BY_NAME.get(slot[1], slot[1])
        found = district if name == "district" else getattr(area, name, "")
        if not found:
            raise KeyError(PLACES[name])
        return str(found)

    return SLOT.sub(value, text)


def for_any_place(text: str) -> str:
    """A text as people read it in a list, where no group's place is meant: 各社区, 各街道."""
    return SLOT.sub(lambda slot: "各" + PLACES.get(slot[1], slot[1]), text)


def variant_for(
    text: str, variants: Mapping[str, str], channel: str, audiences: Sequence[str]
) -> str:
    """The text for one group: the elders' short one first, then its channel's, else the common."""
    if ELDERS in audiences and ELDER_VARIANT in variants:
        return variants[ELDER_VARIANT]
    return variants.get(channel, text)


async def choice_of(
    session: AsyncSession, selector: Selector, within: frozenset[int] | None, chooser: int
) -> Choice:
    """The groups that a selector of somebody means, with everything that lies in its areas."""
    inside = with_inside(await all_areas(session), selector.areas)
    areas = inside if selector.areas else None
    return Choice(areas, selector.audiences, selector.channels, within, chooser)


def read_selector(stored: str) -> tuple[Selector, frozenset[int] | None]:
    """The reverse of Selector.to_json."""
    data = json.loads(stored)
    within = data.pop("within")
    selector = Selector(
        tuple(data["areas"]),
        tuple(data["audiences"]),
        tuple(data["channels"]),
        bool(data["subscribers"]),
    )
    return selector, frozenset(within) if within is not None else None


async def check_selector(session: AsyncSession, staff: Staff, selector: Selector) -> None:
    """Raises InvalidInputError where a part of it is unknown or not the author's to choose."""
    for tag in selector.audiences:
        if tag not in AUDIENCES:
            raise InvalidInputError(f"没有“{tag}”这类人群，可选：{'、'.join(AUDIENCES)}。")
    for channel in selector.channels:
        if channel not in set(GroupChannel):
            raise InvalidInputError("没有这个渠道，请重选。")
    known = {area.id for area in await all_areas(session)}
    scope = await scope_of(session, staff)
    allowed = known if scope is None else known & scope
    if not set(selector.areas) <= allowed:
        raise InvalidInputError("有的地区不存在，或不在您的网格里，请重选。")


def check_texts(text: str, variants: Mapping[str, str]) -> dict[str, str]:
    """The variants, cleaned. Raises InvalidInputError for one that is unknown or too long."""
    kept = {}
    for name, words in variants.items():
        if not words.strip():
            continue
        if name != ELDER_VARIANT and name not in set(GroupChannel):
            raise InvalidInputError("没有这个渠道，请重选。")
        most = MOST_ELDER_SIGNS if name == ELDER_VARIANT else MOST_SIGNS
        try:
            kept[name] = check_words(words, most)
        except InvalidInputError as wrong:
            title = "给老人的短文" if name == ELDER_VARIANT else CHANNEL_NAMES[GroupChannel(name)]
            raise InvalidInputError(f"{title}：{wrong.words}") from None
    return kept


def check_length(text: str, channel: GroupChannel) -> None:
    """Raises InvalidInputError where one message of the channel does not hold the text."""
    limit = LIMITS[channel]
    if (size := limit.size(text)) > limit.most:
        raise InvalidInputError(
            f"{CHANNEL_NAMES[channel]}一条最多 {limit.most} 个单位，这条有 {size} 个，"
            "请写短一些，或给这个渠道另写一条。"
        )


async def check_cap(
    session: AsyncSession, groups: Sequence[CommunityGroup], moment: datetime, rules: Rules
) -> None:
    """Raises InvalidInputError that names a group with its day already full."""
    since, until = day_of(moment)
    planned = await planned_between(session, [group.id for group in groups], since, until)
    full = sorted(title for title, count in planned.items() if count >= rules.most_a_day)
    if full:
        shown = "、".join(full[:3]) + (f"等 {len(full)} 个群" if len(full) > 3 else "")
        raise InvalidInputError(
            f"“{shown}”{since:%m-%d} 已安排 {rules.most_a_day} 条，一个群一天最多这么多。"
            "请改天发，或不选这个群。"
        )


def first_time(plan: Plan, rules: Rules, now: datetime) -> tuple[datetime, str]:
    """When a plan goes out first, and why not when asked, if so."""
    if plan.rule:
        rule = parse_rule(plan.rule, rules)
        after = plan.send_at or now
        found = next_after(rule, after, lambda day: blackout_on(day, rules) is not None)
        if found is None:
            raise InvalidInputError("这个规则以后没有任何一天能发，请检查季节和停发日期。")
        return found, ""
    wanted = plan.send_at or now
    if plan.emergency:
        return wanted, ""
    placed = place(wanted, rules)
    return placed.moment, placed.why
