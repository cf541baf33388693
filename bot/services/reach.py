"""Whom a plan reaches, and whether every group reads it whole: no gap, no longer than one message.

Groups are counted by what they would read, so a hundred thousand of them are a few kinds.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.campaigns import Plan, check_length, choice_of, variant_for
from bot.services.filling import Signature, signed_text
from bot.services.grid import ELDERS, audiences_of, may_use, scope_of
from bot.storage.areas import all_areas
from bot.storage.audience import Crowd, crowds_of
from bot.storage.groups import CommunityGroup, GroupChannel, active_groups_by_id
from bot.storage.staff import Staff

LONG_NUMBER = 999_999
"""As long as the number of a campaign becomes, which stands in its link."""


async def groups_named(session: AsyncSession, staff: Staff, plan: Plan) -> Sequence[CommunityGroup]:
    """The groups that a plan names one by one; none where it chooses them by a selector.

    Raises InvalidInputError where it does neither, or one is not the speaker's to send to.
    """
    if plan.selector is not None:
        return []
    if not plan.group_ids:
        raise InvalidInputError("请至少选择一个群。")
    groups = await own_among(session, staff, plan.group_ids)
    if len(groups) < len(plan.group_ids):
        raise InvalidInputError("有的群已经移除，或不在您的网格里，请重新选择。")
    return groups


async def own_among(
    session: AsyncSession, staff: Staff, group_ids: Collection[int]
) -> list[CommunityGroup]:
    """Those of some groups that somebody may send to."""
    scope = await scope_of(session, staff)
    found = await active_groups_by_id(session, group_ids)
    return [group for group in found if may_use(group, staff, scope)]


async def crowds_meant(
    session: AsyncSession, staff: Staff, plan: Plan, own: Sequence[CommunityGroup]
) -> Sequence[Crowd]:
    """The groups a plan reaches now; `own` are those it names. Raises InvalidInputError where
    there are none.
    """
    if plan.selector is None:
        return crowds_from(own)
    within = await scope_of(session, staff)
    choice = await choice_of(session, plan.selector, within, staff.id)
    crowds = await crowds_of(session, choice, ELDERS)
    if not crowds and not plan.selector.subscribers:
        raise InvalidInputError("这样选没有任何群，请放宽地区、人群或渠道。")
    return crowds


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


async def check_reach(
    session: AsyncSession,
    crowds: Sequence[Crowd],
    text: str,
    variants: Mapping[str, str],
    signed: Signature,
) -> None:
    """Raises InvalidInputError where a group's text, with the way to the bot, is too long for one
    message of its channel or has a gap.
    """
    areas = {area.id: area for area in await all_areas(session)}
    for crowd in crowds:
        tags = (ELDERS,) if crowd.tagged else ()
        words = variant_for(text, variants, crowd.channel, tags)
        try:
            shown = signed_text(words, areas.get(crowd.area_id or 0), signed, LONG_NUMBER)
        except KeyError as gap:
            raise InvalidInputError(
                f"“{crowd.example}”没有登记{gap.args[0]}，填不了 {{{gap.args[0]}}}。"
                f"请先给群选地区，或自己写上{gap.args[0]}的名称，不留给系统填。"
            ) from None
        check_length(shown, GroupChannel(crowd.channel))
