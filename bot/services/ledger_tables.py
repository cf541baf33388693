"""The ledger as tables that spreadsheets open as they are: by delivery, and by community."""

import csv
import io
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.deliveries import DELIVERY_NAMES, reason_words
from bot.services.grid import seen_in
from bot.services.groups import CHANNEL_NAMES
from bot.services.ledger import by_area, check_known
from bot.services.permissions import Action, require
from bot.storage import ledger as rows
from bot.storage.forwards import AskedForward, asked_forwards
from bot.storage.groups import GroupChannel
from bot.storage.ledger import Delivery
from bot.storage.staff import Staff
from bot.times import on_screen

COLUMNS = (
    "通知",
    "时间",
    "群",
    "渠道",
    "街道",
    "社区",
    "状态",
    "原因",
    "试过",
    "消息号",
    "结束",
    "群人数",
    "方式",
)
BY_MACHINE, BY_HAND = "机器人发送", "人工转发"
AREA_COLUMNS = (
    "街道",
    "社区",
    "群",
    "收到的群",
    "群里的人",
    "没送到",
    "在等",
    "要人工转发",
    "已人工转发",
    "人工转发的人",
    "点进机器人",
    "之后一天内的查询",
    "退订",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PAGE = 1000


async def export_deliveries(session: AsyncSession, staff: Staff, broadcast_id: int | None) -> bytes:
    """Every delivery as CSV, and after them, told apart, what was to be forwarded by hand.

    As far as somebody sees them.
    """
    require(staff.role, Action.SEE_PUBLICITY)
    await check_known(session, broadcast_id)
    within = await seen_in(session, staff)
    lines: list[Sequence[object]] = []
    after = 0
    while page := await rows.deliveries(
        session, broadcast_id=broadcast_id, within=within, after=after, limit=PAGE
    ):
        lines += map(_delivered, page)
        after = page[-1].id
    after = 0
    while asked := await asked_forwards(session, broadcast_id, after, PAGE, within):
        lines += map(_forwarded, asked)
        after = asked[-1].id
    return _table(COLUMNS, lines)


async def export_areas(session: AsyncSession, staff: Staff, broadcast_id: int) -> bytes:
    """What became of a broadcast in each community as CSV."""
    await check_known(session, broadcast_id)
    return _table(
        AREA_COLUMNS,
        (
            (
                one.street or "没登记地区",
                one.community,
                one.groups,
                one.reached,
                one.people,
                one.failed,
                one.waiting,
                one.asked,
                one.confirmed,
                one.forwarded,
                one.clicks,
                one.questions,
                one.left,
            )
            for one in (await by_area(session, staff, [broadcast_id]))[broadcast_id]
        ),
    )


def _delivered(one: Delivery) -> Sequence[object]:
    known = one.channel in set(GroupChannel)
    return (
        one.broadcast_id,
        on_screen(one.slot),
        one.group or "订阅居民",
        CHANNEL_NAMES[GroupChannel(one.channel)] if known else one.channel,
        one.street or "",
        one.community or "",
        DELIVERY_NAMES[one.state],
        reason_words(one.error) if one.error else "",
        one.attempts,
        one.remote_id or "",
        on_screen(one.ended_at),
        one.members or "",
        BY_MACHINE,
    )


def _forwarded(one: AskedForward) -> Sequence[object]:
    return (
        one.broadcast_id,
        on_screen(one.slot),
        one.group,
        CHANNEL_NAMES[GroupChannel.WECHAT],
        one.street or "",
        one.community or "",
        "网格员已确认" if one.confirmed_at else "网格员还没确认",
        "",
        "",
        "",
        on_screen(one.confirmed_at),
        one.members or "",
        BY_HAND,
    )


def _table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A table in which nothing is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return ("\ufeff" + out.getvalue()).encode()


def _plain(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
