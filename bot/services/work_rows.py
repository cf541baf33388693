"""The rows behind a figure of the work report, as a table with nothing personal in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.activities import KINDS
from bot.services.cases import STEP_NAMES as CASE_STEPS
from bot.services.entries import LEDGER_NAMES
from bot.services.follow_ups import ANSWER_NAMES, SATISFACTION_NAMES
from bot.services.leads import RISK_NAMES, STATE_NAMES
from bot.services.partner_requests import RESULT_NAMES
from bot.services.permissions import Action, may, require
from bot.services.unit_tasks import KIND_NAMES as TASK_NAMES
from bot.services.units import KIND_NAMES as UNIT_NAMES
from bot.services.work_report import CASE_FACTS, COUNTS, RATES
from bot.services.work_report_text import money
from bot.services.work_spans import Span
from bot.storage.activities import Activity
from bot.storage.areas import Area
from bot.storage.entries import LedgerEntry
from bot.storage.follow_ups import FollowUp
from bot.storage.leads import Lead
from bot.storage.outcomes import LeadOutcome
from bot.storage.partner_requests import PartnerRequest
from bot.storage.roster import Shift
from bot.storage.staff import Staff, names_of_staff
from bot.storage.training_sessions import Attendance, TrainingSession
from bot.storage.unit_tasks import UnitTask
from bot.storage.units import Unit
from bot.storage.work_facts import FACTS, count_rows, measure, rows_behind
from bot.times import on_screen

ROWS_SHOWN = 500
SUMMED = frozenset({"loss", "frozen_fen", "returned", "avoided"})


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """What a figure counts: the figure again, a page of its rows, the newest first, and how many
    there are; `leads` when the first cell is a lead's number."""

    name: str
    meaning: str
    total: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    leads: bool
    count: int
    page: int
    pages: int


async def rows_of_fact(
    session: AsyncSession, staff: Staff, name: str, span: Span, page: int = 1
) -> RowsBehind:
    """A page of the rows of a fact, from 1; those of cases need the crackdown role.

    Raises NotFoundError for a fact or a page that is not there.
    """
    require(staff.role, Action.SEE_WORK_REPORT)
    if name not in FACTS:
        raise NotFoundError("没有这一项，请从报告里点进来。")
    require(staff.role, _needed(name))
    fact = FACTS[name]
    total = await measure(session, fact, span.since, span.until)
    count = await count_rows(session, fact, span.since, span.until)
    pages = max(1, -(-count // ROWS_SHOWN))
    if not 1 <= page <= pages:
        raise NotFoundError(f"没有第 {page} 页，一共 {pages} 页。")
    before = (page - 1) * ROWS_SHOWN
    found = await rows_behind(session, fact, span.since, span.until, ROWS_SHOWN, before)
    header, cells = SHOWN[fact.entity]
    people = await names_of_staff(
        session, sorted({one.staff_id for one in found if hasattr(one, "staff_id")})
    )
    shown = [(*cells(one), people.get(getattr(one, "staff_id", 0), "")) for one in found]
    words, meaning = _named(name)
    return RowsBehind(
        words,
        meaning,
        money(total) if name in SUMMED else str(total),
        (*header, "经手人"),
        tuple(shown),
        fact.entity is Lead,
        count,
        page,
        pages,
    )


def may_see_rows(staff: Staff, name: str) -> bool:
    """Whether somebody may see the rows of a fact."""
    return may(staff.role, _needed(name))


def _needed(name: str) -> Action:
    return Action.KEEP_CASES if name in CASE_FACTS else Action.SEE_CHAIN


def _named(name: str) -> tuple[str, str]:
    for words, fact, _, meaning, _ in COUNTS.values():
        if fact == name:
            return words, meaning
    for words, part, whole, meaning in RATES.values():
        if name in (part, whole):
            return f"{words}的{'分子' if name == part else '分母'}", meaning
    return name, ""


Cells = Callable[[Any], Sequence[str]]
SHOWN: Mapping[type[Any], tuple[tuple[str, ...], Cells]] = {
    Lead: (
        ("编号", "风险", "状态", "收到"),
        lambda one: (
            one.number,
            RISK_NAMES[one.risk],
            STATE_NAMES[one.state],
            on_screen(one.received_at),
        ),
    ),
    LeadOutcome: (
        ("避免损失", "依据", "登记"),
        lambda one: (money(one.avoided_fen), one.basis, on_screen(one.at)),
    ),
    LedgerEntry: (
        ("台账", "事项", "时间", "数量", "金额"),
        lambda one: (
            f"{LEDGER_NAMES[one.ledger]} {one.position}",
            CASE_STEPS.get(one.kind, one.kind),
            on_screen(one.happened_at),
            str(one.count),
            money(one.amount_fen),
        ),
    ),
    Activity: (
        ("活动", "地点", "人数", "时间"),
        lambda one: (
            KINDS.get(one.kind, one.kind),
            one.place,
            str(one.people),
            on_screen(one.filed_at),
        ),
    ),
    PartnerRequest: (
        ("编号", "发出", "反馈", "结果"),
        lambda one: (
            one.number,
            on_screen(one.asked_at),
            on_screen(one.answered_at),
            RESULT_NAMES.get(one.result, ""),
        ),
    ),
    FollowUp: (
        ("回访", "问", "答", "满意"),
        lambda one: (
            f"{one.days} 天",
            on_screen(one.asked_at),
            ANSWER_NAMES[one.answer] if one.answer else "",
            SATISFACTION_NAMES.get(one.satisfied, ""),
        ),
    ),
    Unit: (
        ("单位", "类别", "加入"),
        lambda one: (one.name, UNIT_NAMES[one.kind], on_screen(one.joined_at, "%Y-%m-%d")),
    ),
    UnitTask: (
        ("任务", "办结", "问题数"),
        lambda one: (
            TASK_NAMES[one.kind],
            on_screen(one.done_at),
            "" if one.findings is None else str(one.findings),
        ),
    ),
    TrainingSession: (
        ("主题", "时间"),
        lambda one: (one.subject, on_screen(one.held_at)),
    ),
    Attendance: (("到场",), lambda one: ("到" if one.came else "未到",)),
    Shift: (
        ("开始", "结束"),
        lambda one: (on_screen(one.starts_at), on_screen(one.ends_at)),
    ),
    Area: (("街道", "派出所"), lambda one: (one.street, one.station)),
    Staff: (("姓名",), lambda one: (one.name,)),
}
