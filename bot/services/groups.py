"""The groups that notices go to: Telegram groups the bot is in, and group robots."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.grid import area_name, audiences_of, may_use, scope_of
from bot.services.permissions import Action, require
from bot.services.robots import read_robot
from bot.storage import groups as rows
from bot.storage.areas import all_areas, areas_of_staff
from bot.storage.groups import MIGRATED, CommunityGroup, GroupChannel
from bot.storage.outbox import DeliveryState, end_doubles, end_waiting, follow_group
from bot.storage.staff import Staff

TITLE_LENGTH = 60
OFFERED = "offered"
"""Why a channel is not sent to that nobody has registered yet."""
CHANNEL_NAMES = {
    GroupChannel.TELEGRAM: "Telegram 群",
    GroupChannel.WECOM: "企业微信群机器人",
    GroupChannel.DINGTALK: "钉钉群机器人",
    GroupChannel.FEISHU: "飞书群机器人",
    GroupChannel.WECHAT: "微信群（人工转发）",
}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group as lists show it: without its address, which for a robot is a secret."""

    id: int
    channel: GroupChannel
    title: str
    active: bool
    added_at: datetime
    area: str = ""
    area_id: int | None = None
    audiences: tuple[str, ...] = ()
    members: int | None = None
    closed_why: str = ""

    @property
    def channel_name(self) -> str:
        """The channel in the words of the screen."""
        return CHANNEL_NAMES[self.channel]


async def add_telegram_group(
    session: AsyncSession, staff: Staff, chat_id: int, title: str, now: datetime
) -> CommunityGroup:
    """Add the group the bot is in, or take it up again. Raises InvalidInputError for a person."""
    require(staff.role, Action.ADD_GROUP)
    if chat_id >= 0:
        raise InvalidInputError("请在要接收通知的群里发送这条指令。")
    group = await rows.keep_group(
        session,
        channel=GroupChannel.TELEGRAM,
        address=str(chat_id),
        title=_clean_title(title) or "未命名的群",
        added_by=staff.id,
        now=now,
    )
    return await _in_sole_area(session, staff, group)


async def add_robot(
    session: AsyncSession,
    staff: Staff,
    title: str,
    webhook_url: str,
    now: datetime,
    *,
    secret: str = "",
    api: str = "",
) -> CommunityGroup:
    """Add a group robot by its webhook link and, where it has one, the secret it signs with.

    `api` stands in for the real servers in tests.
    """
    require(staff.role, Action.ADD_GROUP)
    name = _clean_title(title)
    if not name:
        raise InvalidInputError("请填写群的名称，例如“幸福里一区业主群”。")
    channel, address = read_robot(webhook_url, secret, api=api)
    group = await rows.keep_group(
        session,
        channel=channel,
        address=address,
        title=name,
        added_by=staff.id,
        now=now,
    )
    return await _in_sole_area(session, staff, group)


async def add_wechat_group(
    session: AsyncSession, staff: Staff, title: str, now: datetime
) -> CommunityGroup:
    """Add a group that no bot can post to; the speaker is the one who forwards there."""
    require(staff.role, Action.ADD_GROUP)
    name = _clean_title(title)
    if not name:
        raise InvalidInputError("请写群的名称，例如“业主群”；在机器人里写在 /wechat 后面。")
    group = await rows.keep_group(
        session,
        channel=GroupChannel.WECHAT,
        address=f"{staff.id}:{name}",
        title=name,
        added_by=staff.id,
        now=now,
    )
    group.keeper_id = staff.id
    return await _in_sole_area(session, staff, group)


async def _in_sole_area(
    session: AsyncSession, staff: Staff, group: CommunityGroup
) -> CommunityGroup:
    """A group of a grid worker with one area lies in it until somebody says otherwise."""
    if group.area_id is None and len(areas := await areas_of_staff(session, staff.id)) == 1:
        group.area_id = next(iter(areas))
    await session.flush()
    return group


async def list_groups(
    session: AsyncSession, staff: Staff, *, inactive: bool = False
) -> Sequence[GroupLine]:
    """Groups of one's areas that notices go to; with `inactive` also those that left or went."""
    require(staff.role, Action.SEE_GROUPS)
    groups = await (rows.all_groups(session) if inactive else rows.active_groups(session))
    scope = await scope_of(session, staff)
    areas = {area.id: area_name(area) for area in await all_areas(session)}
    return [_line(group, areas) for group in groups if may_use(group, staff, scope)]


async def find_group(session: AsyncSession, staff: Staff, group_id: int) -> GroupLine:
    """One group that notices go to. Raises NotFoundError where it is not the speaker's."""
    require(staff.role, Action.SEE_GROUPS)
    group = await session.get(CommunityGroup, group_id)
    scope = await scope_of(session, staff)
    if group is None or not group.active or not may_use(group, staff, scope):
        raise NotFoundError("没有这个群，或不在您的网格里。")
    return _line(group, {area.id: area_name(area) for area in await all_areas(session)})


def _line(group: CommunityGroup, areas: Mapping[int, str]) -> GroupLine:
    return GroupLine(
        group.id,
        GroupChannel(group.channel),
        group.title,
        group.active,
        group.added_at,
        areas.get(group.area_id or 0, ""),
        group.area_id,
        audiences_of(group),
        group.members,
        group.closed_why or "",
    )


async def remove_group(
    session: AsyncSession, staff: Staff, group_id: int, now: datetime
) -> CommunityGroup:
    """Send nothing more to a group; what still waits for it is cancelled."""
    require(staff.role, Action.ADD_GROUP)
    group = await session.get(CommunityGroup, group_id)
    allowed = group is not None and may_use(group, staff, await scope_of(session, staff))
    if group is None or not group.active or not allowed:
        raise NotFoundError("没有这个群，或已经移除。")
    group.active = False
    await end_waiting(
        session,
        group_id=group.id,
        state=DeliveryState.CANCELLED,
        error="group removed",
        now=now,
    )
    return group


async def offer_channel(
    session: AsyncSession, staff: Staff, chat_id: int, title: str, now: datetime
) -> CommunityGroup:
    """Keep a Telegram channel that the bot may post to until somebody registers it.

    One that is registered stays so.
    """
    require(staff.role, Action.ADD_GROUP)
    known = await rows.group_by_address(session, GroupChannel.TELEGRAM, str(chat_id))
    if known is not None and known.active:
        return known
    offered = await rows.keep_group(
        session,
        channel=GroupChannel.TELEGRAM,
        address=str(chat_id),
        title=_clean_title(title) or "未命名的频道",
        added_by=staff.id,
        now=now,
    )
    offered.active, offered.closed_why = False, OFFERED
    return await _in_sole_area(session, staff, offered)


async def add_offered(session: AsyncSession, staff: Staff, group_id: int) -> CommunityGroup:
    """Register what was offered: notices go there from now on."""
    group = await _offered(session, staff, group_id)
    group.active, group.closed_why = True, None
    await session.flush()
    return group


async def drop_offered(session: AsyncSession, staff: Staff, group_id: int) -> CommunityGroup:
    """Do not register what was offered."""
    group = await _offered(session, staff, group_id)
    group.closed_why = "not wanted"
    await session.flush()
    return group


async def _offered(session: AsyncSession, staff: Staff, group_id: int) -> CommunityGroup:
    require(staff.role, Action.ADD_GROUP)
    group = await session.get(CommunityGroup, group_id)
    if group is None or not may_use(group, staff, await scope_of(session, staff)):
        raise NotFoundError("没有这个频道，或不在您的网格里。")
    if group.closed_why != OFFERED or group.active:
        raise ConflictError("这个频道已经处理过了，或我已不是它的管理员。")
    return group


async def group_left(session: AsyncSession, chat_id: int, now: datetime) -> None:
    """The bot was put out of a Telegram group; an unknown group is nothing to do."""
    group = await rows.group_by_address(session, GroupChannel.TELEGRAM, str(chat_id))
    if group is not None:
        await close_group(session, group.id, "left the group", now)


async def close_group(session: AsyncSession, group_id: int, why: str, now: datetime) -> None:
    """A group cannot be written to any more; what waits for it ends as blocked."""
    group = await session.get(CommunityGroup, group_id)
    if group is None:
        return
    group.active = False
    group.closed_why = why[:60]
    await session.flush()
    await end_waiting(session, group_id=group_id, state=DeliveryState.BLOCKED, error=why, now=now)


async def group_migrated(session: AsyncSession, old_id: int, new_id: int, now: datetime) -> None:
    """A Telegram group became a supergroup: write to its new id, also what already waits.

    Where the new one was registered before, it takes over what is known of the old one and not of
    it, and gets nothing twice.
    """
    group = await rows.group_by_address(session, GroupChannel.TELEGRAM, str(old_id))
    if group is None:
        return
    await follow_group(session, group.id)
    known = await rows.group_by_address(session, GroupChannel.TELEGRAM, str(new_id))
    if known is None:
        rows.readdress_group(session, group, str(new_id))
    else:
        known.active = known.active or group.active
        known.area_id = known.area_id or group.area_id
        known.audiences = known.audiences or group.audiences
        known.members = known.members or group.members
        await end_doubles(session, group.id, known.id, MIGRATED, now)
        group.active, group.closed_why = False, MIGRATED
        group.address_sealed = known.address_sealed
    await session.flush()


def _clean_title(title: str) -> str:
    spaced = "".join(" " if sign.isspace() else sign for sign in title)
    shown = (sign for sign in spaced if unicodedata.category(sign)[0] != "C")
    return " ".join("".join(shown).split())[:TITLE_LENGTH]
