"""What went wrong with a delivery is said in words, with the next try."""

import inspect
import re
from datetime import timedelta

import httpx
import pytest

from bot.services import groups
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.deliveries import NOBODY_SENDS, more_than, reason_words
from bot.services.going_out import make_due_occurrences
from bot.storage.claims import claim_due, end_delivery, put_off
from bot.storage.database import Database
from bot.storage.outbox import DeliveryState
from scheduler import outbox, outcomes
from scheduler.senders import telegram, wecom
from tests.services.broadcasting import NOON, add_groups, add_staff
from tests.services.test_broadcasts import VALUES

NOTED = re.compile(r'(?:PutOff|Blocked|Failed)\("([^"]+)"|error="([^"]+)"')
TRANSPORT = [
    kind.__name__
    for _, kind in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(kind, httpx.TransportError)
]


def reasons_in_code() -> set[str]:
    """Every fixed reason that a sender, the worker or the services note."""
    sources = [inspect.getsource(module) for module in (wecom, telegram, outbox, outcomes, groups)]
    found = NOTED.findall("\n".join(sources))
    return {first or second for first, second in found} | {"left the group", "broadcast cancelled"}


@pytest.mark.parametrize("error", sorted(reasons_in_code()) + TRANSPORT)
def test_every_reason_has_words(error: str) -> None:
    assert "没有发成" not in reason_words(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("ConnectError", "连不上对方服务器，请检查网络"),
        ("HTTP 503", "对方服务器出错"),
        ("HTTP 404", "对方不收这条消息（HTTP 404）"),
        ("errcode 40058", "对方不收这条消息（errcode 40058）"),
        ("errcode 45009", "对方说发得太快，稍后再发"),
        ("400 chat not found", "群不存在，或机器人不能在群里发言"),
        ("ConnectError, no attempt left", "连不上对方服务器，请检查网络；不再重试"),
        ("ConnectTimeout", "连不上对方服务器，请检查网络"),
        ("ReadTimeout", "对方没有及时回应"),
        ("something new", "没有发成（something new）"),
    ],
)
def test_reasons_in_words(error: str, words: str) -> None:
    assert reason_words(error) == words


async def test_a_late_delivery_shows_its_reason_and_the_next_try(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        targets = await add_groups(session, staff, -100, robot=True)
        ids = [group.id for group in targets]
        await schedule_notice(session, staff, "brush_task", VALUES, ids, None, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        assert (await list_broadcasts(session, staff, NOON))[0].troubles == ()
        (row,) = await claim_due(
            session, worker="w", channel="wecom", limit=1, now=NOON, lease=timedelta(minutes=1)
        )
        again = NOON + timedelta(minutes=3)
        await put_off(session, row.id, worker="w", until=again, now=NOON, error="ConnectError")
        (line,) = await list_broadcasts(session, staff, NOON)
        assert [trouble.words for trouble in line.troubles] == [
            "业主群：排队，连不上对方服务器，请检查网络；试过 1 次，2026-11-24 12:03 再试"
        ]
        (line,) = await list_broadcasts(session, staff, again)
        assert [trouble.why for trouble in line.troubles][0] == NOBODY_SENDS
        assert line.troubles[1].next_try is None


async def test_a_delivery_that_ended_badly_shows_why(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        targets = await add_groups(session, staff, -100)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [targets[0].id], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=NOON, lease=timedelta(minutes=1)
        )
        await end_delivery(
            session, row.id, worker="w", state=DeliveryState.BLOCKED, now=NOON, error="403"
        )
        (line,) = await list_broadcasts(session, staff, NOON)
    (trouble,) = line.troubles
    assert trouble.words == "100 号楼：被拒收，机器人已被移出群或被拉黑；试过 1 次"


async def test_of_ten_thousand_troubles_a_list_reads_a_hundred_and_counts_the_rest(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, *range(-130, 0))
        for dedupe, ids in (("x", groups), ("y", groups[:3])):
            chosen = [group.id for group in ids]
            await schedule_notice(
                session, staff, "brush_task", VALUES, chosen, None, now=NOON, dedupe=dedupe
            )
        await make_due_occurrences(session, NOON)
        late = NOON + timedelta(hours=1)
        lines = {line.id: line for line in await list_broadcasts(session, staff, late)}
    assert [len(lines[number].troubles) for number in (1, 2)] == [100, 3]
    assert [more_than(lines[number].troubles, 5) for number in (1, 2)] == [125, 0]
    assert lines[2].troubles[0].group == "128 号楼"
