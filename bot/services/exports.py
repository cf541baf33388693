"""Leads as files: CSV, XLSX and JSON, masked or in full."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.knowledge import category_name, family_title
from bot.services.leads import (
    RISK_NAMES,
    STATE_NAMES,
    QueueLine,
    actor_name,
    find_lead,
    lines_of,
    open_value,
)
from bot.services.looks import log_looks
from bot.services.masking import mask_area, mask_middle, mask_numbers
from bot.services.permissions import Action, require
from bot.services.triage import (
    CHANNEL_NAMES,
    HAPPENED_NAMES,
    ContactChannel,
    Happened,
)
from bot.services.workbooks import bold, new_workbook
from bot.storage.desk import identifiers_of_leads, leads_between
from bot.storage.leads import AREA, DESCRIPTION, IDENTIFIER, PHONE, Lead, SuspectIdentifier
from bot.storage.staff import Staff
from bot.times import on_screen

SOURCE_NAMES: Mapping[str, str] = {
    "telegram": "Telegram",
    "web": "网页",
    "terminal": "终端",
    "wechat": "微信公众号",
}
MOST_ROWS = 5000
"""An export is read by people; more than this is asked for in parts."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so may be run by a spreadsheet."""
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead in an export; every value is text, times are local."""

    number: str
    received_at: str
    due_at: str
    signed_at: str
    risk: str
    state: str
    source: str
    category: str
    family: str
    happened: str
    contact: str
    amount_yuan: str
    assignee: str
    phone: str
    area: str
    suspects: str
    description: str


TITLES: Mapping[str, str] = {
    "number": "线索编号",
    "received_at": "接收时间",
    "due_at": "应签收时间",
    "signed_at": "签收时间",
    "risk": "风险",
    "state": "状态",
    "source": "来源",
    "category": "类别",
    "family": "手法",
    "happened": "情况",
    "contact": "联系方式",
    "amount_yuan": "金额（元）",
    "assignee": "签收人",
    "phone": "群众电话",
    "area": "地区",
    "suspects": "涉嫌号码、账号、链接",
    "description": "经过",
}


async def lead_rows(
    session: AsyncSession,
    staff: Staff,
    since: datetime | None,
    until: datetime | None,
    full: bool,
    now: datetime,
) -> list[LeadRow]:
    """Leads received from `since` up to `until`, oldest first, at most MOST_ROWS.

    With `full` the personal values are in the clear, and a look is noted for every lead.
    """
    require(staff.role, Action.EXPORT_LEADS)
    if full:
        require(staff.role, Action.SEE_FULL_LEAD)
    leads = await leads_between(session, since, until, MOST_ROWS)
    named = await identifiers_of_leads(session, [lead.id for lead in leads])
    lines = await lines_of(session, leads)
    if full:
        await log_looks(session, actor_name(staff), [lead.number for lead in leads], "export", now)
    return [
        _row(session, lead, line, named.get(lead.id, []), full)
        for lead, line in zip(leads, lines, strict=True)
    ]


async def one_lead_row(
    session: AsyncSession, staff: Staff, number: str, full: bool, now: datetime
) -> LeadRow:
    """One lead as an export shows it; with `full` the look is noted."""
    lead = await find_lead(session, staff, number)
    if full:
        require(staff.role, Action.SEE_FULL_LEAD)
        await log_looks(session, actor_name(staff), [lead.number], "command", now)
    named = await identifiers_of_leads(session, [lead.id])
    line = (await lines_of(session, [lead]))[0]
    return _row(session, lead, line, named.get(lead.id, []), full)


def to_csv(rows: Sequence[LeadRow]) -> bytes:
    """CSV for a Chinese Excel: UTF-8 with a byte order mark, no cell that is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(TITLES.values())
    for row in rows:
        writer.writerow([unformula(value) for value in _values(row)])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Sequence[LeadRow]) -> bytes:
    """A workbook with one sheet, every cell text. Slow for many rows: call it in a thread."""
    book = new_workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "线索"
    sheet.append(list(TITLES.values()))
    for cell in sheet[1]:
        cell.font = bold()
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(_values(row), 1):
            cell = sheet.cell(number, column, unformula(value))
            cell.data_type = "s"
    for letter, width in zip("ABCDEFGHIJKLMNOPQ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_json(rows: Sequence[LeadRow]) -> bytes:
    """A JSON list of objects with the English names of the columns."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1).encode()


def unformula(value: str) -> str:
    """The value as text that no spreadsheet runs, without what a workbook cannot hold."""
    value = UNPRINTABLE.sub("", value)
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_SIGNS) else value


_WIDTHS = (18, 17, 17, 17, 6, 10, 10, 20, 20, 16, 12, 12, 10, 14, 18, 34, 60)


def _values(row: LeadRow) -> list[str]:
    return [getattr(row, field.name) for field in fields(row)]


def _row(
    session: AsyncSession,
    lead: Lead,
    line: QueueLine,
    named: Sequence[SuspectIdentifier],
    full: bool,
) -> LeadRow:
    phone = open_value(session, lead.phone_sealed, PHONE)
    area = open_value(session, lead.area_sealed, AREA)
    description = open_value(session, lead.description_sealed, DESCRIPTION)
    suspects = [open_value(session, row.value_sealed, IDENTIFIER) for row in named]
    if not full:
        phone, area, description = mask_middle(phone), mask_area(area), mask_numbers(description)
        suspects = [mask_middle(value) for value in suspects]
    return LeadRow(
        number=line.number,
        received_at=on_screen(line.received_at),
        due_at=on_screen(line.due_at),
        signed_at=on_screen(lead.signed_at),
        risk=RISK_NAMES[line.risk],
        state=STATE_NAMES[line.state],
        source=source_name(lead.channel),
        category=category_name(line.category or ""),
        family=family_title(line.category or "", lead.family or ""),
        happened=happened_name(line.happened),
        contact=contact_name(lead.contact_channel),
        amount_yuan="" if line.amount_fen is None else f"{line.amount_fen / 100:.2f}",
        assignee=line.assignee,
        phone=phone,
        area=area,
        suspects=";".join(suspects),
        description=description,
    )


def source_name(channel: str) -> str:
    """Where a lead came in, in words; an unknown channel as it stands."""
    return SOURCE_NAMES.get(channel, channel)


def happened_name(value: str) -> str:
    """What happened, in words; an unknown value as it stands."""
    return HAPPENED_NAMES[Happened(value)] if value in set(Happened) else value


def contact_name(value: str) -> str:
    """How the suspect came, in words; an unknown value as it stands."""
    return CHANNEL_NAMES[ContactChannel(value)] if value in set(ContactChannel) else value
