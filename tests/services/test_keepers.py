"""Who forwards where the keeper of a group is gone, and a poster that did not arrive."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import add_area
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward
from bot.services.going_out import make_due_occurrences
from bot.services.grid import assign_areas, describe_group
from bot.services.groups import add_wechat_group
from bot.services.staff import bind_chat, deactivate, invite
from bot.storage.areas import all_areas
from bot.storage.broadcasts import Broadcast
from bot.storage.claims import claim_due
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.outbox import DeliveryState
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from scheduler.outcomes import keep_outcome, take_in_hand
from scheduler.senders.base import NO_POSTER, Delivered
from tests.services.broadcasting import NOON, add_groups, add_staff


async def bound(session: AsyncSession, login: str, account: int) -> Staff:
    _, code = await invite(session, None, login, login, Role.GRID, NOON)
    chat = await find_or_add_resident(session, "telegram", account, NOON)
    staff = await bind_chat(session, chat, code, NOON)
    assert isinstance(staff, Staff)
    return staff


async def send(session: AsyncSession, chief: Staff, dedupe: str) -> Broadcast:
    plan = Plan(
        template="brush_task",
        values={"community": "幸福里"},
        selector=Selector(channels=("wechat",)),
        emergency=True,
    )
    made = await plan_campaign(session, chief, plan, now=NOON, dedupe=dedupe)
    await make_due_occurrences(session, NOON)
    await session.refresh(made)
    return made


async def test_another_worker_of_the_place_forwards_where_the_keeper_is_gone(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        for place in (("东街", "", ""), ("东街", "幸福里", "")):
            await add_area(session, chief, *place, "城东所")
        street, community = await all_areas(session)
        keeper, near, far = [
            await bound(session, name, number)
            for number, name in enumerate(("wang", "li", "zhao"), 1)
        ]
        await assign_areas(session, chief, "li", [community.id])
        await assign_areas(session, chief, "zhao", [street.id])
        group = await add_wechat_group(session, keeper, "业主群", NOON)
        await describe_group(
            session, chief, group.id, area_id=community.id, audiences=[], members=None
        )
        asked = []
        for gone in (None, "wang", "li", "zhao"):
            if gone:
                await deactivate(session, chief, gone, NOON)
            made = await send(session, chief, str(gone))
            last = (await session.scalars(select(Forward).order_by(Forward.id.desc()))).first()
            assert last is not None
            asked.append((last.staff_id, made.note))
            if gone == "wang":
                await confirm_forward(session, near, last.id, NOON)
        words = "微信群“业主群”没有能转发的人：登记的人已停用或没绑定聊天，请换人登记。"
        assert asked == [(keeper.id, None), (near.id, None), (far.id, None), (keeper.id, words)]


async def test_a_poster_that_did_not_arrive_is_named_and_the_text_not_sent_again(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        (robot,) = await add_groups(session, chief, robot=True)
        plan = Plan(words="陌生来电先挂断。", selector=Selector(), emergency=True)
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        (row,) = await claim_due(
            session, worker="w", channel="wecom", limit=1, now=NOON, lease=timedelta(minutes=1)
        )
        hand = take_in_hand(sqlite_database.vault, row, NOON)
        state = await keep_outcome(session, hand, Delivered(without=NO_POSTER), "w", NOON)
        assert state == DeliveryState.SENT
        (line,) = await list_broadcasts(session, chief, NOON)
        assert line.counts == {DeliveryState.SENT: 1}
        (trouble,) = line.troubles
        assert trouble.words == f"{robot.title}：已送达，文字到了，海报没有发成；试过 1 次"
