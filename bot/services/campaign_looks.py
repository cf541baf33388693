"""A campaign as it will be read: by each kind of group, and by residents who subscribed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.errors import ExpectedError
from bot.services.campaigns import (
    ELDER_VARIANT,
    Selector,
    check_length,
    fill_place,
    for_any_place,
    variant_for,
)
from bot.services.filling import Signature, signed_text
from bot.services.forwarding import DONE, ask_words
from bot.services.grid import AUDIENCES, ELDERS
from bot.services.groups import CHANNEL_NAMES
from bot.services.splitting import CAPTION_LENGTH, LIMITS, TAKE_POSTERS, split_text, utf16_units
from bot.services.subscriptions import LEAVE
from bot.storage.areas import Area
from bot.storage.audience import Crowd
from bot.storage.groups import GroupChannel

NO_NUMBER = 0
"""A campaign that is not kept has no number yet; a link with this one counts for nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is shown: the poster above its text, a button below it.

    With a `button` it only asks a person to forward; `leave` is the way out under a resident's.
    """

    text: str
    poster: bool = False
    button: str = ""
    leave: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one kind of group reads, message by message, by the example of one of them.

    `size` of `most` is how much of one message the text takes, in the channel's own units; `poster`
    says what becomes of the poster there. With `residents` it is what those who subscribed read.
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
    residents: int = 0

    @property
    def text(self) -> str:
        """All that is said, without what only asks a person to forward it."""
        return "\n".join(one.text for one in self.messages if one.text and not one.button)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and whether there is a poster."""

    text: str
    variants: Mapping[str, str]
    poster: bool


def group_looks(
    written: Written,
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
        with noting(problems):
            check_length(shown, channel)
        if known := looks.get((channel, elders)):
            looks[channel, elders] = replace(known, groups=known.groups + crowd.groups)
            continue
        looks[channel, elders] = _look(channel, crowd, shown, elders=elders, poster=written.poster)
    problems += [_gap_words(title, crowds) for title, crowds in gaps.items()]
    return list(looks.values())


def resident_looks(
    written: Written,
    selector: Selector,
    residents: int,
    areas: Mapping[int, Area],
    district: str,
) -> list[Look]:
    """What residents read who subscribed, elders apart; none where nobody is meant.

    A place is that of the campaign, or where it has none, of anybody: 各社区.
    """
    if not residents:
        return []
    place = areas.get(selector.areas[0]) if selector.areas else None
    apart = written.poster or ELDER_VARIANT in written.variants
    old = apart and ELDERS in (selector.audiences or AUDIENCES)
    found = []
    for elders in (False, True) if old else (False,):
        of = (ELDERS,) if elders else ()
        words = variant_for(written.text, written.variants, GroupChannel.TELEGRAM, of)
        try:
            shown = fill_place(words, place, district)
        except KeyError:
            shown = for_any_place(words)
        told = _messages(GroupChannel.TELEGRAM, "", shown, written.poster)
        limit = LIMITS[GroupChannel.TELEGRAM]
        look = Look(
            GroupChannel.TELEGRAM,
            "订阅的居民" + ("（老人）" if elders else ""),
            elders,
            0,
            "",
            (*told[:-1], replace(told[-1], leave=LEAVE)),
            limit.size(shown),
            limit.most,
            _poster_words(GroupChannel.TELEGRAM) if written.poster else "",
            residents,
        )
        found.append(look)
    return found


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
def noting(problems: list[str]) -> Iterator[None]:
    """What is wrong is noted, and the look goes on."""
    try:
        yield
    except ExpectedError as wrong:
        problems.append(wrong.words)
