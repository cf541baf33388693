"""The rows behind a figure as a table: one form for each kind of row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.activities import KINDS
from bot.services.cases import STEP_NAMES as CASE_STEPS
from bot.services.entries import LEDGER_NAMES
from bot.services.follow_ups import ANSWER_NAMES, SATISFACTION_NAMES
from bot.services.freezes import METHOD_NAMES
from bot.services.leads import RISK_NAMES, STATE_NAMES
from bot.services.partner_requests import RESULT_NAMES
from bot.services.unit_tasks import KIND_NAMES as TASK_NAMES
from bot.services.units import KIND_NAMES as UNIT_NAMES
from bot.services.visitors import MATTERS
from bot.services.work_report_text import money
from bot.storage.activities import Activity
from bot.storage.areas import Area
from bot.storage.entries import Ledger, LedgerEntry
from bot.storage.follow_ups import FollowUp
from bot.storage.lead_batches import numbers_of
from bot.storage.leads import Lead
from bot.storage.outcomes import LeadOutcome
from bot.storage.partner_requests import PartnerRequest
from bot.storage.roster import Shift
from bot.storage.staff import Staff, names_of_staff
from bot.storage.training_sessions import Attendance, TrainingSession
from bot.storage.unit_tasks import UnitTask
from bot.storage.units import Unit, names_of_units
from bot.times import on_screen

ENTRY_NAMES: Mapping[Ledger, Mapping[Any, str]] = {
    Ledger.CASE: CASE_STEPS,
    Ledger.VISITOR: MATTERS,
    Ledger.FREEZE: {"freeze": "冻结"},
    Ledger.RETURN: METHOD_NAMES,
}


OF_LEADS, OF_UNITS = (LeadOutcome, FollowUp, PartnerRequest), (PartnerRequest, UnitTask)


async def table_of(
    session: AsyncSession, entity: type[Any], found: Sequence[Any]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
    """Header, rows, and which cell is a lead's number (-1: none), with who worked on each."""
    titles, cells = SHOWN[entity]
    header, rows = list(titles), [list(cells(one)) for one in found]
    leads = 0 if entity is Lead else -1
    if entity in OF_LEADS:
        numbers = await numbers_of(session, sorted({one.lead_id for one in found if one.lead_id}))
        header, leads = ["线索", *header], 0
        rows = [[numbers.get(one.lead_id, ""), *row] for one, row in zip(found, rows, strict=True)]
    if entity in OF_UNITS:
        names = await names_of_units(session)
        header.append("单位")
        for one, row in zip(found, rows, strict=True):
            row.append(names.get(one.unit_id, ""))
    if hasattr(entity, "staff_id"):
        people = await names_of_staff(session, sorted({one.staff_id for one in found}))
        header.append("经手人")
        for one, row in zip(found, rows, strict=True):
            row.append(people.get(one.staff_id, ""))
    return tuple(header), tuple(map(tuple, rows)), leads


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
            ENTRY_NAMES[one.ledger].get(one.kind, one.kind),
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
