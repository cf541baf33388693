"""What was entered by mistake is put right by a new line, never by an edit."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.case_corrections import cancel_case, correct_case, correct_step
from bot.services.cases import (
    CaseStep,
    file_case,
    leaf_of_measures,
    list_cases,
    list_measures,
    note_step,
)
from bot.services.corrections import correct_visitor, take_back
from bot.services.freezes import Claim, ReturnMethod, pay_share, plan_return
from bot.services.leads import sign_for
from bot.services.ledger_check import check_ledgers
from bot.services.outcomes import record_outcome
from bot.services.visitors import lead_of_visitor, leaf_of_visits, receive_visitor, see_visits
from bot.storage.cases import CaseFile
from bot.storage.database import Database
from bot.storage.entries import Ledger, LedgerEntry, standing
from bot.storage.leads import Lead, LeadKind
from bot.storage.outcomes import LeadOutcome
from bot.storage.staff import Role
from tests.services.casework import NOON, filed, officer
from tests.services.chain import frozen

NUMBER = "坊公刑立〔2026〕1号"
EARLIER = NOON - timedelta(days=3)
LATER = NOON - timedelta(days=1)
TWO = [Claim("甲", 100_000), Claim("乙", 100_000)]


async def lines(session: AsyncSession, ledger: Ledger) -> int:
    query = select(func.count()).where(LedgerEntry.ledger == ledger)
    return await session.scalar(query) or 0


async def test_a_case_is_corrected_by_a_new_line_and_the_file_is_not_touched(
    database: Database,
) -> None:
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        case = await file_case(session, shen, NUMBER, "刷单", 500, EARLIER, NOON)
        with pytest.raises(InvalidInputError, match="点“更正”"):
            await file_case(session, shen, NUMBER, "刷单", 900, EARLIER, NOON)
        await correct_case(session, shen, case.id, "虚假投资", 900, LATER, NOON)
        [shown] = await list_cases(session, shen)
        assert (shown.category, shown.loss_fen, shown.filed_at) == ("虚假投资", 900, LATER)
        assert (case.category, case.filed_at) == ("刷单", EARLIER)
        assert await lines(session, Ledger.CASE) == 2
        assert (await check_ledgers(session)).problems == ()


async def test_a_case_entered_by_mistake_goes_after_what_came_of_it_and_may_come_anew(
    database: Database,
) -> None:
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        case = await file_case(session, shen, NUMBER, "刷单", 500, EARLIER, NOON)
        solved = await note_step(session, shen, CaseStep.SOLVED, LATER, NOON, number=NUMBER)
        with pytest.raises(ConflictError, match="已经登记破案"):
            await note_step(session, shen, CaseStep.SOLVED, NOON, NOON, number=NUMBER)
        with pytest.raises(ConflictError, match="先撤销"):
            await cancel_case(session, shen, case.id, NOON)
        with pytest.raises(InvalidInputError, match="立案时间晚于"):
            await correct_case(session, shen, case.id, "刷单", 500, NOON, NOON)
        await correct_step(session, shen, solved.id, 0, None, NOON)
        with pytest.raises(NotFoundError):
            await correct_step(session, shen, solved.id, 0, None, NOON)
        await cancel_case(session, shen, case.id, NOON)
        assert await list_cases(session, shen) == []
        with pytest.raises(NotFoundError, match="撤销"):
            await note_step(session, shen, CaseStep.SOLVED, LATER, NOON, number=NUMBER)
        again = await file_case(session, shen, NUMBER, "虚假投资", 800, EARLIER, NOON)
        assert again.id == case.id
        assert [one.category for one in await list_cases(session, shen)] == ["虚假投资"]
        assert (await check_ledgers(session)).problems == ()


async def test_every_measure_without_a_case_is_on_a_page(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.cases.MEASURES_SHOWN", 2)
    async with sqlite_database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        for persons in (1, 2, 3):
            await note_step(session, shen, CaseStep.PENALTY, LATER, NOON, persons=persons)
        leaves = [await leaf_of_measures(session, shen, page) for page in (1, 2)]
        found = [await list_measures(session, shen, leaf.offset) for leaf in leaves]
        assert [[one.count for one in page] for page in found] == [[3, 2], [1]]
        with pytest.raises(NotFoundError, match="一共 2 页"):
            await leaf_of_measures(session, shen, 3)


async def test_a_measure_of_a_campaign_is_corrected(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        measure = await note_step(session, shen, CaseStep.PENALTY, LATER, NOON, persons=93)
        await correct_step(session, shen, measure.id, 39, EARLIER, NOON)
        [shown] = await list_measures(session, shen)
        assert (shown.count, shown.at) == (39, EARLIER)
        with pytest.raises(InvalidInputError, match="人数"):
            await correct_step(session, shen, shown.id, 10_001, None, NOON)
        other = await officer(session)
        for act in (
            correct_step(session, other, shown.id, 1, None, NOON),
            cancel_case(session, other, 1, NOON),
            correct_case(session, other, 1, "刷单", 0, NOON, NOON),
        ):
            with pytest.raises(NotAllowedError):
                await act


async def test_one_share_of_a_notice_takes_the_whole_plan_back(database: Database) -> None:
    async with database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 100_000)
        month_ago, method = NOON - timedelta(days=31), ReturnMethod.PRO_RATA
        first, second = await plan_return(
            session, li, freeze.id, method, TWO, NOON, notice_from=month_ago
        )
        paid = await pay_share(session, li, second.id, NOON, NOON)
        with pytest.raises(ConflictError, match="先撤销那一笔返还"):
            await take_back(session, li, first.id, NOON)
        await take_back(session, li, paid.id, NOON)
        assert await standing(session, Ledger.RETURN, 9) == []
        assert len(await take_back(session, li, first.id, NOON)) == 2
        assert await standing(session, Ledger.SHARE, 9) == []
        with pytest.raises(NotFoundError):
            await take_back(session, li, second.id, NOON)
        three = [*TWO, Claim("丙", 100_000)]
        planned = await plan_return(
            session, li, freeze.id, method, three, NOON, notice_from=month_ago
        )
        assert [one.amount_fen for one in planned] == [33_334, 33_333, 33_333]
        await pay_share(session, li, planned[0].id, NOON, NOON)
        assert (await check_ledgers(session)).problems == ()


async def test_a_traced_share_goes_alone(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li, freeze = await officer(session), await frozen(session, 200_000)
        first, second = await plan_return(session, li, freeze.id, ReturnMethod.TRACEABLE, TWO, NOON)
        await take_back(session, li, first.id, NOON)
        assert [one.id for one in await standing(session, Ledger.SHARE, 9)] == [second.id]


async def test_a_visit_gets_another_matter_or_goes_unless_a_lead_was_made_of_it(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await officer(session)
        came = await receive_visitor(session, li, "advice", NOON)
        turned = await correct_visitor(session, li, came.id, "verify", NOON)
        assert [one.kind for one in await see_visits(session, li)] == ["verify"]
        assert (await leaf_of_visits(session, li, 1)).count == 1
        assert await see_visits(session, li, 1) == []
        with pytest.raises(NotFoundError):
            await correct_visitor(session, li, came.id, "", NOON)
        with pytest.raises(InvalidInputError, match="事由"):
            await correct_visitor(session, li, turned.id, "lunch", NOON)
        await correct_visitor(session, li, turned.id, "", NOON)
        assert await see_visits(session, li) == []
        await lead_of_visitor(session, li, NOON)
        [visit] = await see_visits(session, li)
        with pytest.raises(ConflictError, match="已经建了线索"):
            await correct_visitor(session, li, visit.id, "", NOON)
        assert (await check_ledgers(session)).problems == ()


async def test_cases_that_the_book_does_not_know_are_found(database: Database) -> None:
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        for number in (1, 2):
            await file_case(session, shen, f"{number}号", "刷单", 500, EARLIER, NOON)
        await note_step(session, shen, CaseStep.SOLVED, LATER, NOON, number="1号")
        session.add(
            CaseFile(
                number_hash="x",
                category="刷单",
                filed_at=NOON,
                staff_id=shen.id,
                recorded_at=NOON,
            )
        )
        moved = update(CaseFile).where(CaseFile.id == 2).values(filed_at=NOON)
        await session.execute(moved)
        assert (await check_ledgers(session)).problems == (
            "案件登记第 2 号和案件账里的立案对不上",
            "案件登记第 3 号和案件账里的立案对不上",
        )


async def test_visits_and_their_leads_that_do_not_agree_are_found(database: Database) -> None:
    async with database.writing() as session:
        li, number = await officer(session), await filed(session)
        reported = (await session.scalars(select(Lead.id).where(Lead.number == number))).one()
        await receive_visitor(session, li, "report", NOON, lead_id=reported)
        assert (await check_ledgers(session)).problems == ("来访账第 1 笔：所建的线索不是来访线索",)
        lead = await lead_of_visitor(session, li, NOON)
        await receive_visitor(session, li, "report", NOON, lead_id=lead.id)
        stray = update(Lead).where(Lead.id == reported).values(kind=LeadKind.VISITOR)
        await session.execute(stray)
        assert (await check_ledgers(session)).problems == (
            f"线索 {lead.number} 在来访账里没有一笔，或不止一笔",
        )


async def test_an_avoided_loss_that_changes_leaves_its_first_sum_in_the_book(
    database: Database,
) -> None:
    async with database.writing() as session:
        li, number = await officer(session), await filed(session)
        await sign_for(session, li, number, NOON)
        for avoided, basis in (("3万", "银行止付"), ("3万", "银行止付"), ("2万", "回执更正")):
            await record_outcome(session, li, number, NOON, avoided=avoided, basis=basis)
        query = select(LedgerEntry).where(LedgerEntry.ledger == Ledger.AVOIDED)
        first, second = (await session.scalars(query.order_by(LedgerEntry.position))).all()
        assert (first.amount_fen, first.words) == (3_000_000, "银行止付")
        assert (second.amount_fen, second.corrects_id) == (2_000_000, first.id)
        await record_outcome(session, li, number, NOON, loss="1万")
        assert await standing(session, Ledger.AVOIDED, 9) == []
        await record_outcome(session, li, number, NOON, avoided="1万", basis="银行止付")
        assert (await check_ledgers(session)).problems == ()
        await session.execute(update(LeadOutcome).values(avoided_fen=5_000_000))
        assert (await check_ledgers(session)).problems == (
            f"线索 {number}：避免损失写的是 50000.00 元，避免损失账却有 10000.00 元",
        )
