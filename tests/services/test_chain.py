"""Units, tasks, cases, training, visitors: what each takes and refuses."""

from datetime import timedelta

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.cases import CaseStep, file_case, list_cases, note_step
from bot.services.training_sessions import hold_session, leaf_of_sessions, list_sessions
from bot.services.unit_tasks import finish, hand_out, list_tasks, withdraw
from bot.services.units import add_unit, change_roles, leave, list_units, note_cards, set_partner
from bot.services.visitors import lead_of_visitor, receive_visitor
from bot.storage.database import Database
from bot.storage.entries import Ledger, standing
from bot.storage.staff import Role
from bot.storage.training_sessions import coverage
from bot.storage.unit_tasks import TaskKind
from bot.storage.units import UnitKind
from bot.storage.work_facts import FACTS, measure
from tests.services.casework import NOON, filed, officer, trail
from tests.services.chain import partner, unit

TOMORROW = NOON + timedelta(days=1)


async def test_an_inspection_with_findings_leads_to_rectification(database: Database) -> None:
    async with database.writing() as session:
        li, bank = await officer(session), await unit(session, two_card=True)
        give, kind = hand_out, TaskKind
        task = await give(session, li, kind.INSPECTION, bank.id, "检查开卡登记", TOMORROW, NOON)
        with pytest.raises(InvalidInputError, match="整改要选"):
            await give(
                session, li, kind.RECTIFICATION, bank.id, "补", TOMORROW, NOON, parent_id=task.id
            )
        await finish(session, li, task.id, "登记不全", NOON, NOON, findings=2)
        with pytest.raises(ConflictError):
            await finish(session, li, task.id, "再登记", NOON, NOON)
        await give(
            session, li, kind.RECTIFICATION, bank.id, "补齐", TOMORROW, NOON, parent_id=task.id
        )
        late, done = await list_tasks(session, li, TOMORROW + timedelta(hours=1))
        assert (late.kind, late.late, done.findings, done.late) == ("整改", True, 2, False)


async def test_what_an_inspection_found_is_put_right_line_by_line(database: Database) -> None:
    async with database.writing() as session:
        li, bank = await officer(session), await unit(session, two_card=True)
        kind, righting = TaskKind.INSPECTION, TaskKind.RECTIFICATION
        task = await hand_out(session, li, kind, bank.id, "检查开卡登记", TOMORROW, NOON)
        found = ["登记不全", " ", "没有提示牌"]
        await finish(session, li, task.id, "查出两个问题", NOON, NOON, found=found)

        async def put_right(number: int) -> int:
            given = (session, li, righting, bank.id, "补齐", TOMORROW, NOON)
            return (await hand_out(*given, parent_id=task.id, finding=number)).id

        first = await put_right(1)
        with pytest.raises(ConflictError, match="没有重复交办"):
            await put_right(1)
        with pytest.raises(InvalidInputError, match="没有这一条"):
            await put_right(3)
        await put_right(2)
        await finish(session, li, first, "已补齐", NOON, NOON)
        shown = next(one for one in await list_tasks(session, li, NOON) if one.inspection)
        assert shown.findings == 2
        assert [(one.words, one.righted) for one in shown.found] == [
            ("登记不全", True),
            ("没有提示牌", False),
        ]


async def test_an_inspection_entered_by_mistake_counts_no_more_and_comes_anew_with_its_day(
    database: Database,
) -> None:
    fact, week_ago = FACTS["inspections"], NOON - timedelta(days=7)
    async with database.writing() as session:
        li, bank = await officer(session), await unit(session, two_card=True)
        kind, righting = TaskKind.INSPECTION, TaskKind.RECTIFICATION
        wrong = await hand_out(session, li, kind, bank.id, "查开卡", TOMORROW, NOON)
        await finish(session, li, wrong.id, "查完", NOON, NOON, found=["登记不全"])
        given = (session, li, righting, bank.id, "补齐", TOMORROW, NOON)
        below = await hand_out(*given, parent_id=wrong.id, finding=1)
        assert await measure(session, fact, NOON, TOMORROW) == 1
        with pytest.raises(ConflictError, match="先撤回整改"):
            await withdraw(session, li, wrong.id, "登记到别家了", NOON)
        with pytest.raises(InvalidInputError, match="原因"):
            await withdraw(session, li, below.id, " ", NOON)
        for task in (below, wrong):
            await withdraw(session, li, task.id, "登记到别家了", NOON)
        with pytest.raises(ConflictError, match="撤回过"):
            await withdraw(session, li, wrong.id, "再撤", NOON)
        with pytest.raises(ConflictError, match="已经撤回"):
            await finish(session, li, below.id, "补好", NOON, NOON)
        with pytest.raises(InvalidInputError, match="整改要选"):
            await hand_out(*given, parent_id=wrong.id, finding=1)
        assert await measure(session, fact, NOON, TOMORROW) == 0
        shown = [(one.withdrawn, one.late) for one in await list_tasks(session, li, TOMORROW)]
        assert shown == [("登记到别家了", False)] * 2
        day = week_ago + timedelta(hours=1)
        right = await hand_out(session, li, kind, bank.id, "查开卡", day, NOON, given_at=week_ago)
        await finish(session, li, right.id, "查完", day, NOON)
        assert await measure(session, fact, week_ago, NOON) == 1
        with pytest.raises(InvalidInputError, match="还没有到"):
            await hand_out(session, li, kind, bank.id, "x", TOMORROW, NOON, given_at=TOMORROW)


async def test_a_unit_that_leaves_is_asked_nothing_more_and_counts_as_it_was(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        bank, other = await unit(session, member=True), await unit(session, "乙", member=True)
        teller = await partner(session, "wang", bank)
        await leave(session, chief, bank.id, NOON)
        assert [one.name for one in await list_units(session, chief)] == ["乙"]
        assert not teller.active
        with pytest.raises(NotFoundError):
            await leave(session, chief, bank.id, NOON)
        with pytest.raises(ConflictError, match="以前退出过"):
            await add_unit(session, chief, bank.name, UnitKind.BANK, NOON)
        with pytest.raises(NotAllowedError):
            await leave(session, await officer(session), other.id, NOON)
        fact = FACTS["member_units"]
        before = NOON - timedelta(hours=1)
        assert await measure(session, fact, before, before) == 2
        assert await measure(session, fact, TOMORROW, TOMORROW) == 1


async def test_a_unit_counts_for_each_span_as_it_was_then(database: Database) -> None:
    facts, hour = [FACTS[name] for name in ("member_units", "two_card_units")], timedelta(hours=1)
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        bank = await unit(session, member=True)
        for at, member, two_card in ((NOON, True, True), (TOMORROW, False, True)):
            await change_roles(session, chief, bank.id, at, member=member, two_card=two_card)
        found = [
            [await measure(session, fact, at, at) for fact in facts]
            for at in (NOON, NOON + hour, TOMORROW, TOMORROW + hour)
        ]
        assert found == [[1, 0], [1, 1], [1, 1], [0, 1]]
        other = await officer(session)
        with pytest.raises(NotAllowedError):
            await change_roles(session, other, bank.id, NOON, member=True, two_card=True)
        await leave(session, chief, bank.id, TOMORROW + 2 * hour)
        gone = TOMORROW + 3 * hour
        assert [await measure(session, fact, gone, gone) for fact in facts] == [0, 0]


async def test_a_case_is_seen_by_the_crackdown_role_alone(database: Database) -> None:
    async with database.writing() as session:
        shen, number = await officer(session, "shen", Role.CRACKDOWN), await filed(session)
        no = "坊公刑立〔2026〕1号"
        await file_case(session, shen, no, "刷单", 500, NOON, NOON, leads=[number])
        for step, persons in ((CaseStep.SOLVED, 1), (CaseStep.CRIMINAL, 3)):
            await note_step(session, shen, step, NOON, NOON, number=no, persons=persons)
        [case] = await list_cases(session, shen)
        assert (case.loss_fen, case.leads) == (500, (number,))
        assert {one.name: one.count for one in case.steps} == {"破案": 1, "刑事打击": 3}
        assert [line.event for line in await trail(session, number)] == ["file"]
        for role in set(Role) - {Role.CRACKDOWN, Role.RESIDENT}:
            other = await officer(session, f"x{role}", role)
            with pytest.raises(NotAllowedError):
                await list_cases(session, other)
            with pytest.raises(NotAllowedError):
                await file_case(session, other, "2", "刷单", 0, NOON, NOON)
            with pytest.raises(NotAllowedError):
                await note_step(session, other, CaseStep.PENALTY, NOON, NOON)
        with pytest.raises(InvalidInputError, match="已经登记"):
            await file_case(session, shen, "坊公刑立〔2026〕1号", "刷单", 0, NOON, NOON)


async def test_coverage_counts_people_not_seats(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.writing() as session:
        li = await officer(session)
        await officer(session, "wu", Role.STATION)
        await officer(session, "grid", Role.GRID)
        await hold_session(session, li, "止付流程", NOON, ["li"], NOON)
        await hold_session(session, li, "话术更新", NOON, ["li", "wu"], NOON)
        since, until = NOON - timedelta(days=1), TOMORROW
        assert await coverage(session, since, until) == (2, 2, 2)
        assert await coverage(session, until, TOMORROW + timedelta(days=1)) == (0, 0, 0)
        assert [(one.invited, one.came) for one in await list_sessions(session, li)] == [
            (2, 2),
            (2, 1),
        ]
        monkeypatch.setattr("bot.services.training_sessions.SESSIONS_SHOWN", 1)
        leaves = [await leaf_of_sessions(session, li, page) for page in (1, 2)]
        pages = [await list_sessions(session, li, leaf) for leaf in leaves]
        assert [[one.came for one in page] for page in pages] == [[2], [1]]
        with pytest.raises(InvalidInputError, match="nobody"):
            await hold_session(session, li, "止付", NOON, ["nobody"], NOON)


async def test_one_tap_makes_a_lead_of_a_visitor(database: Database) -> None:
    async with database.writing() as session:
        li = await officer(session)
        await receive_visitor(session, li, "advice", NOON)
        lead = await lead_of_visitor(session, li, NOON, phone="138 1234 5678", transferred=True)
        assert (lead.kind, lead.risk, lead.state, lead.assignee_id) == (
            "visitor",
            "urgent",
            "signed",
            li.id,
        )
        book = await standing(session, Ledger.VISITOR, 9)
        assert [one.lead_id for one in book] == [lead.id, None]


async def test_two_card_figures_are_for_units_under_care(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        cared, other = (
            await unit(session, two_card=True),
            await unit(session, "街办", UnitKind.STREET),
        )
        entry = await note_cards(session, li, cared.id, "bank_card", 3, NOON, NOON, source="倒查")
        assert (entry.count, entry.words) == (3, "倒查")
        for wrong in ((other.id, "bank_card", 3), (cared.id, "score", 101), (cared.id, "x", 1)):
            with pytest.raises(InvalidInputError):
                await note_cards(session, li, *wrong, NOON, NOON)


async def test_a_partner_account_belongs_to_a_bank_or_carrier(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        street = await unit(session, "街办", UnitKind.STREET)
        await officer(session, "wang", Role.PARTNER)
        with pytest.raises(InvalidInputError, match="银行、通信公司"):
            await set_partner(session, chief, "wang", street.id)
        with pytest.raises(InvalidInputError, match="合作单位"):
            await set_partner(session, chief, "boss", (await unit(session)).id)
