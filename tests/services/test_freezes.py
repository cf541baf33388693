"""Frozen accounts, what is returned from them, and whether the books agree."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.book_pages import see_freezes
from bot.services.corrections import take_back
from bot.services.entries import Line, book, correct, line_hash
from bot.services.freezes import (
    Claim,
    ReturnMethod,
    freezes_to_renew,
    pay_share,
    plan_return,
    renew_freeze,
    shares_of,
)
from bot.services.ledger_check import check_ledgers
from bot.storage.database import Database
from bot.storage.entries import Ledger, LedgerEditedError, LedgerEntry, standing
from tests.services.casework import NOON, as_owner, officer
from tests.services.chain import frozen

Act = Callable[[AsyncSession], Awaitable[object]]
MONTH_AGO = NOON - timedelta(days=31)
THREE = [Claim("甲", 100_000), Claim("乙", 100_000), Claim("丙", 100_000)]


@given(
    st.lists(st.integers(1, 10**13), min_size=1, max_size=40),
    st.integers(1, 10**13),
)
def test_shares_add_up_to_the_fen_and_exceed_no_claim(claims: list[int], total: int) -> None:
    total = min(total, sum(claims))
    shares = shares_of(total, claims)
    assert sum(shares) == total
    assert all(0 <= share <= claim for share, claim in zip(shares, claims, strict=True))
    assert all(
        abs(share * sum(claims) - total * claim) < sum(claims)
        for share, claim in zip(shares, claims, strict=True)
    )


async def test_pro_rata_waits_for_thirty_days_and_is_paid_once(database: Database) -> None:
    async with database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 100_000)
        method = ReturnMethod.PRO_RATA
        first, second, third = await plan_return(
            session, li, freeze.id, method, THREE, NOON, notice_from=MONTH_AGO
        )
        assert [one.amount_fen for one in (first, second, third)] == [33_334, 33_333, 33_333]
        with pytest.raises(ConflictError, match="30 天"):
            await pay_share(session, li, first.id, MONTH_AGO + timedelta(days=29), NOON)
        await pay_share(session, li, first.id, NOON, NOON)
        with pytest.raises(ConflictError, match="没有重复登记"):
            await pay_share(session, li, first.id, NOON, NOON)
        assert (await check_ledgers(session)).problems == ()


async def test_no_more_is_planned_than_is_frozen(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 150_000)
        traced = [Claim("甲", 100_000)]
        await plan_return(session, li, freeze.id, ReturnMethod.TRACEABLE, traced, NOON)
        with pytest.raises(InvalidInputError, match="500.00 元"):
            await plan_return(session, li, freeze.id, ReturnMethod.BY_TIME, traced, NOON)


async def test_a_freeze_is_renewed_by_a_new_line_and_the_old_one_no_longer_stands(
    database: Database,
) -> None:
    async with database.writing() as session:
        li, freeze = await officer(session), await frozen(session)
        assert freeze.until is not None
        soon = freeze.until - timedelta(days=3)
        assert [one.id for one in await freezes_to_renew(session, soon)] == [freeze.id]
        later = await renew_freeze(session, li, freeze.id, freeze.until + timedelta(days=90), NOON)
        assert [one.id for one in await standing(session, Ledger.FREEZE, 9)] == [later.id]
        assert later.words == "6222 工商银行"
        assert await freezes_to_renew(session, soon) == []
        with pytest.raises(NotFoundError):
            await take_back(session, li, freeze.id, NOON)
        await take_back(session, li, later.id, NOON)
        assert await standing(session, Ledger.FREEZE, 9) == []
        assert (await check_ledgers(session)).lines[1] == (Ledger.FREEZE, 3)


async def test_what_is_to_be_returned_follows_a_renewed_freeze(database: Database) -> None:
    async with database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 150_000)
        traced = [Claim("甲", 100_000)]
        [share] = await plan_return(session, li, freeze.id, ReturnMethod.TRACEABLE, traced, NOON)
        for days in (90, 180):
            assert freeze.until is not None
            until = freeze.until + timedelta(days=days)
            freeze = await renew_freeze(session, li, freeze.id, until, NOON)
        with pytest.raises(InvalidInputError, match="500.00 元"):
            await plan_return(session, li, freeze.id, ReturnMethod.TRACEABLE, traced, NOON)
        with pytest.raises(ConflictError, match="返还方案"):
            await take_back(session, li, freeze.id, NOON)
        await pay_share(session, li, share.id, NOON, NOON)
        [line] = (await see_freezes(session, li, NOON)).lines
        assert [(one.id, one.payable) for one in line.shares] == [(share.id, False)]
        assert (await check_ledgers(session)).problems == ()
        over = Line("traceable", NOON, amount_fen=50_001, entry_id=freeze.id)
        await book(session, li, Ledger.SHARE, over, NOON)
        assert (await check_ledgers(session)).problems == (
            "冻结账第 3 笔：冻结 1500.00 元，返还方案却有 1500.01 元",
        )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_officers_at_once_one_pays_plans_and_freezes(database: Database) -> None:
    async with database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 150_000)
        method, traced = ReturnMethod.TRACEABLE, [Claim("甲", 100_000)]
        [share] = await plan_return(session, li, freeze.id, method, traced, NOON)
    rest = [Claim("乙", 50_000)]
    acts: list[Act] = [
        lambda session: pay_share(session, li, share.id, NOON, NOON),
        lambda session: plan_return(session, li, freeze.id, method, rest, NOON),
        lambda session: frozen(session, account="6333"),
    ]
    for act in acts:
        written = asyncio.Event()
        won, lost = await asyncio.gather(
            _act_and_linger(database, act, written),
            _act_after(database, act, written),
            return_exceptions=True,
        )
        assert won is None
        assert isinstance(lost, ConflictError | InvalidInputError)
    async with database.reading() as session:
        assert (await check_ledgers(session)).problems == ()


async def test_the_same_account_is_not_frozen_twice_at_a_time(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await frozen(session)
        with pytest.raises(ConflictError, match="续期"):
            await frozen(session)


async def test_what_others_hang_on_is_not_corrected(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li, freeze = await officer(session), await frozen(session)
        await plan_return(session, li, freeze.id, ReturnMethod.PRO_RATA, THREE, NOON)
        with pytest.raises(ConflictError, match="返还方案"):
            await take_back(session, li, freeze.id, NOON)


async def test_a_line_is_never_edited(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as session:
        freeze = await frozen(session)
        freeze.amount_fen = 1
        with pytest.raises(LedgerEditedError):
            await session.flush()
        session.expunge_all()
    async with sqlite_database.reading() as session:
        await session.delete(await frozen(session))
        with pytest.raises(LedgerEditedError):
            await session.flush()
        session.expunge_all()


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"happened_at": NOON}, {"count": 2}])
async def test_a_line_changed_behind_our_back_is_found(
    database: Database, change: dict[str, object]
) -> None:
    async with database.writing() as session:
        await frozen(session, account="1")
        await frozen(session, account="2")
        await as_owner(session)
        await session.execute(update(LedgerEntry).values(**change))
        session.expire_all()
        assert (await check_ledgers(session)).problems[0] == "冻结账第 1 笔被改动过"


async def test_a_line_that_was_hashed_anew_without_the_key_is_found(database: Database) -> None:
    async with database.writing() as session:
        await as_owner(session)
        freeze = await frozen(session)
        freeze.amount_fen = 1
        forged = line_hash(freeze, "", b"guessed")
        session.expunge_all()
        await session.execute(update(LedgerEntry).values(amount_fen=1, hash=forged))
        assert (await check_ledgers(session)).problems == ("冻结账第 1 笔被改动过",)


async def test_a_line_that_was_taken_out_is_found(database: Database) -> None:
    async with database.writing() as session:
        for account in "123":
            await frozen(session, account=account)
        middle, last = (
            await session.scalars(select(LedgerEntry).where(LedgerEntry.position > 1))
        ).all()
        await as_owner(session)
        await session.execute(LedgerEntry.__table__.delete().where(LedgerEntry.id == middle.id))
        assert (await check_ledgers(session)).problems == ("冻结账第 2 笔不见了",)
        await session.execute(LedgerEntry.__table__.delete().where(LedgerEntry.id == last.id))
        assert (await check_ledgers(session)).problems == ("冻结账应有 3 笔，只有 1 笔",)


async def test_books_that_do_not_agree_are_named(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 1000)
        over = Line("traceable", NOON, amount_fen=2000, entry_id=freeze.id)
        share = await book(session, li, Ledger.SHARE, over, NOON)
        paid = Line("traceable", NOON, amount_fen=1500, entry_id=share.id)
        await book(session, li, Ledger.RETURN, paid, NOON)
        assert (await check_ledgers(session)).problems == (
            "冻结账第 1 笔：冻结 10.00 元，返还方案却有 20.00 元",
            "返还方案账第 1 笔：方案是 20.00 元，返还却有 15.00 元",
        )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line("freeze", NOON + timedelta(seconds=1)), "时间还没有到"),
        (Line("freeze", NOON, amount_fen=-1), "不能是负数"),
        (Line("freeze", NOON, words="长" * 401), "请缩短"),
    ],
)
async def test_what_a_book_does_not_take(sqlite_database: Database, line: Line, words: str) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        with pytest.raises(InvalidInputError, match=words):
            await book(session, li, Ledger.FREEZE, line, NOON)
        with pytest.raises(NotFoundError):
            await correct(session, li, Ledger.FREEZE, 1, line, NOON)


async def _act_and_linger(database: Database, act: Act, written: asyncio.Event) -> None:
    async with database.writing() as session:
        await act(session)
        written.set()
        await asyncio.sleep(0.3)


async def _act_after(database: Database, act: Act, written: asyncio.Event) -> None:
    await written.wait()
    async with database.writing() as session:
        await act(session)


async def test_every_freeze_is_on_one_page_those_that_end_soon_first(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.book_pages.FREEZES_SHOWN", 2)
    async with sqlite_database.writing() as session:
        li = await officer(session)
        made = [await frozen(session, account=f"{number}") for number in range(5)]
        until = made[3].until
        assert until is not None
        renewed = await renew_freeze(session, li, made[0].id, until + timedelta(days=90), NOON)
        soon = until - timedelta(days=2)
        pages = [await see_freezes(session, li, soon, number) for number in (1, 2, 3)]
        shown = [line.id for one in pages for line in one.lines]
        assert sorted(shown) == sorted([renewed.id, *(one.id for one in made[1:])])
        assert shown[-1] == renewed.id
        assert [(one.count, one.pages) for one in pages] == [(5, 3)] * 3
        with pytest.raises(NotFoundError, match="一共 3 页"):
            await see_freezes(session, li, soon, 4)
