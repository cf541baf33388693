"""Drafts of notices: kept however little or wrong, taken up again, submitted once, never sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.approvals import approve_broadcast, refuse_broadcast
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import broadcasts_wait, make_due_occurrences
from bot.services.kept_drafts import (
    DRAFTS_KEPT,
    draft_of_refused,
    draft_of_surge,
    drop_draft,
    keep_draft,
    list_drafts,
    open_draft,
    submit,
)
from bot.services.sending_rules import Rules
from bot.services.sketches import MOST_SIGNS, Sketch, sketch_of
from bot.services.staff import bind_chat, invite
from bot.services.surges import decide_surge
from bot.storage.broadcasts import Broadcast, BroadcastState, Late
from bot.storage.database import Database
from bot.storage.drafts import forget_drafts
from bot.storage.outbox import OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.storage.surges import Surge
from tests.services.broadcasting import NOON, add_groups, add_staff

WORDS = "陌生来电先挂断，拨 96110。"
POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"
WHOLE = Sketch(
    Plan(
        template="parcel_gift_card",
        values={"community": "幸福里"},
        words="",
        selector=Selector((3, 1), ("老人",), ("wecom",), subscribers=True),
        rule="工作日 07:30",
        late=Late.SKIP,
        emergency=True,
        variants={"elder": "先挂断。"},
        poster=POSTER,
    ),
    "2026-11-25 08:00",
)
NOTHING_RIGHT = Sketch(Plan(words="{名字}保证追回", poster="一行", rule="mon 99:00"), "改天")


def to_all(words: str = WORDS) -> Sketch:
    return Sketch(Plan(words=words, selector=Selector()))


async def everything_sent(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(OutboxMessage.dedupe_key)))


@pytest.mark.parametrize("sketch", [WHOLE, NOTHING_RIGHT, Sketch(Plan())])
async def test_what_is_kept_is_opened_as_it_was_and_nothing_of_it_goes_out(
    database: Database, sketch: Sketch
) -> None:
    async with database.writing() as session:
        worker = await add_staff(session)
        await add_groups(session, worker, -1)
        ref = await keep_draft(session, worker, sketch, key="x", now=NOON)
        kept = await open_draft(session, worker, ref.id)
        assert (kept.sketch, kept.author, kept.saved_at) == (sketch, "王网格", NOON)
        later = NOON + timedelta(days=30)
        assert not await broadcasts_wait(session, later)
        assert await make_due_occurrences(session, later) == 0
        assert await everything_sent(session) == []
        assert (await session.scalars(select(Broadcast))).all() == []


async def test_tomorrow_is_kept_as_a_date() -> None:
    at = NOON + timedelta(hours=20)
    assert sketch_of(Plan(send_at=at), "明天 8:00").when == "2026-11-25 08:00"
    assert sketch_of(Plan(), " 晚点 ").when == "晚点"


async def test_a_draft_is_its_writers_and_a_chief_sees_everybodys(database: Database) -> None:
    async with database.writing() as session:
        worker, other = [await add_staff(session, login=name) for name in ("wang", "sun")]
        chief = await add_staff(session, Role.CHIEF, "zhang")
        station = await add_staff(session, Role.STATION, "zhou")
        ref = await keep_draft(session, worker, to_all(), key="x", now=NOON)
        assert [one.id for one in await list_drafts(session, chief, 9)] == [ref.id]
        assert await list_drafts(session, chief, 9, own=True) == []
        for somebody in (other, station):
            assert await list_drafts(session, somebody, 9) == []
        with pytest.raises(NotFoundError):
            await open_draft(session, other, ref.id)
        with pytest.raises(NotFoundError):
            await drop_draft(session, other, ref.id, NOON)
        with pytest.raises(NotAllowedError):
            await keep_draft(session, station, to_all(), key="x", now=NOON)
        apart = await keep_draft(session, other, to_all("别的"), key="y", now=NOON, ref=ref)
        assert apart.id != ref.id
        assert (await open_draft(session, worker, ref.id)).sketch == to_all()


async def test_one_form_is_one_draft_and_an_old_page_overwrites_nothing(
    database: Database,
) -> None:
    async with database.writing() as session:
        worker = await add_staff(session)
        first = await keep_draft(session, worker, to_all("一"), key="x", now=NOON)
        twice = await keep_draft(session, worker, to_all("二"), key="x", now=NOON)
        assert (twice.id, twice.version) == (first.id, 2)
        saved = await keep_draft(session, worker, to_all("三"), key="y", now=NOON, ref=twice)
        assert saved.id == first.id
        for stale in (twice, None):
            apart = await keep_draft(session, worker, to_all("四"), key="x", now=NOON, ref=stale)
            assert apart.id != first.id
        await drop_draft(session, worker, saved.id, NOON)
        again = await keep_draft(session, worker, to_all("五"), key="z", now=NOON, ref=saved)
        assert again.id != saved.id
        words = {one.sketch.plan.words for one in await list_drafts(session, worker, 9)}
    assert words == {"四", "五"}


async def test_a_number_is_given_once_so_that_an_old_page_meets_no_other_draft(
    database: Database,
) -> None:
    async with database.writing() as session:
        worker = await add_staff(session)
        first = await keep_draft(session, worker, to_all("一"), key="x", now=NOON)
        await drop_draft(session, worker, first.id, NOON)
        second = await keep_draft(session, worker, to_all("二"), key="y", now=NOON)
        assert second != first


async def test_what_is_too_long_to_keep_is_refused(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        worker = await add_staff(session)
        with pytest.raises(InvalidInputError, match="太长"):
            await keep_draft(session, worker, to_all("长" * MOST_SIGNS), key="x", now=NOON)


async def submitted(session: AsyncSession, staff: Staff, number: int, key: str) -> Broadcast:
    kept = await open_draft(session, staff, number)
    return await submit(session, staff, kept.ref, kept.sketch.plan, now=NOON, dedupe=key)


async def test_a_submitted_draft_waits_for_approval_and_is_a_draft_no_more(
    database: Database,
) -> None:
    async with database.writing() as session:
        worker, code = await invite(session, None, "wang", "王网格", Role.GRID, NOON)
        chat = await find_or_add_resident(session, "telegram", 700, NOON)
        await bind_chat(session, chat, code, NOON)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, worker, -1)
        ref = await keep_draft(session, worker, to_all(), key="x", now=NOON)
        plan = to_all().plan
        made = await submit(session, chief, ref, plan, now=NOON, dedupe="a")
        assert (made.state, made.created_by) == (BroadcastState.AWAITING, chief.id)
        assert await list_drafts(session, chief, 9) == []
        again = await submit(session, chief, ref, plan, now=NOON, dedupe="a")
        assert again.id == made.id
        query = select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.contains("draft:"))
        assert len((await session.scalars(query)).all()) == 1, "its writer was not told"
        with pytest.raises(ConflictError):
            await submit(session, worker, ref, plan, now=NOON, dedupe="b")


async def test_what_was_changed_since_is_not_submitted_unread(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_groups(session, chief, -1)
        opened = await keep_draft(session, chief, to_all(), key="x", now=NOON)
        await keep_draft(session, chief, to_all("改过的话。"), key="x", now=NOON, ref=opened)
    with pytest.raises(ConflictError, match="别处刚改过"):
        async with database.writing() as session:
            await submit(session, chief, opened, to_all().plan, now=NOON, dedupe="a")
    async with database.reading() as session:
        assert (await session.scalars(select(Broadcast))).all() == []
        assert len(await list_drafts(session, chief, 9)) == 1


async def test_a_suggestion_becomes_a_draft_a_broadcast_and_after_a_refusal_one_again(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        other = await add_staff(session, Role.CHIEF, "qian")
        await add_groups(session, chief, -1)
        surge = Surge(
            family="cs_insurance",
            street="",
            day=NOON.date(),
            count=9,
            usual=0.5,
            chance=0.0,
            found_at=NOON,
        )
        session.add(surge)
        await session.flush()
        line = await decide_surge(session, chief, surge.id)
        ref = await draft_of_surge(session, chief, line, (), NOON)
        kept = await open_draft(session, chief, ref.id)
        assert "11-24 有 9 次，前四周平均每天 0.5 次" in kept.note
        assert kept.sketch.plan.words == line.draft
        made = await submitted(session, chief, ref.id, "a")
        await session.refresh(surge)
        assert surge.broadcast_id == made.id
        await refuse_broadcast(session, other, made.id, "太长", NOON)
        number = await draft_of_refused(session, other, made.id, NOON)
        assert await draft_of_refused(session, chief, made.id, NOON) == number
        kept = await open_draft(session, chief, number)
        assert (kept.note, kept.author_id) == ("上次没通过：太长", chief.id)
        assert kept.sketch.plan == replace(to_all(line.draft).plan, emergency=False)
        again = await submitted(session, chief, number, "b")
        await session.refresh(surge)
        assert surge.broadcast_id == again.id
        assert again.state == BroadcastState.AWAITING


async def test_only_what_was_refused_becomes_a_draft_and_only_by_who_may(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        worker, other = [await add_staff(session, login=name) for name in ("wang", "sun")]
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, worker, -1)
        ref = await keep_draft(session, worker, to_all(), key="x", now=NOON)
        made = await submitted(session, worker, ref.id, "a")
        with pytest.raises(ConflictError):
            await draft_of_refused(session, worker, made.id, NOON)
        await approve_broadcast(session, chief, made.id, NOON, Rules())
        with pytest.raises(ConflictError):
            await draft_of_refused(session, worker, made.id, NOON)
        with pytest.raises(NotAllowedError):
            await draft_of_refused(session, other, made.id, NOON)


async def test_drafts_that_nobody_touches_are_forgotten(database: Database) -> None:
    async with database.writing() as session:
        worker = await add_staff(session)
        old = await keep_draft(session, worker, to_all("旧"), key="x", now=NOON)
        touched = await keep_draft(session, worker, to_all("旧"), key="y", now=NOON)
        later = NOON + timedelta(days=1)
        await keep_draft(session, worker, to_all("新"), key="y", now=later, ref=touched)
        moment = NOON + DRAFTS_KEPT + timedelta(seconds=1)
        assert await forget_drafts(session, moment - DRAFTS_KEPT) == 1
        left = await list_drafts(session, worker, 9)
    assert [one.id for one in left] == [touched.id]
    assert old.id != touched.id
