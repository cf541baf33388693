"""Whether what is written reaches every group whole: no gap in it, no longer than one message."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.campaigns import check_length, variant_for
from bot.services.filling import Signature, signed_text
from bot.services.grid import ELDERS, audiences_of
from bot.storage.areas import all_areas
from bot.storage.groups import CommunityGroup, GroupChannel

LONG_NUMBER = 999_999
"""As long as the number of a campaign becomes, which stands in its link."""


async def check_reach(
    session: AsyncSession,
    groups: Sequence[CommunityGroup],
    text: str,
    variants: Mapping[str, str],
    signed: Signature,
) -> None:
    """Raises InvalidInputError where a group's text, with the way to the bot, is too long for one
    message of its channel or has a gap.
    """
    areas = {area.id: area for area in await all_areas(session)}
    looked_at: set[tuple[str, bool, int | None]] = set()
    for group in groups:
        tags = audiences_of(group)
        kind = (group.channel, ELDERS in tags, group.area_id)
        if kind in looked_at:
            continue
        looked_at.add(kind)
        words = variant_for(text, variants, group.channel, tags)
        try:
            shown = signed_text(words, areas.get(group.area_id or 0), signed, LONG_NUMBER)
        except KeyError as gap:
            raise InvalidInputError(
                f"“{group.title}”没有登记{gap.args[0]}，填不了 {{{gap.args[0]}}}。"
                "请先给群选地区，或去掉这个变量。"
            ) from None
        check_length(shown, GroupChannel(group.channel))
