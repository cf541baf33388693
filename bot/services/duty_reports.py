"""The daily and the weekly report: as text for a chat, as a workbook, and when each is due."""

import asyncio
import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.education import family_titles
from bot.services.exports import unformula
from bot.services.figures import LOSS, Figures, figures_of
from bot.services.knowledge import category_name
from bot.services.learning_figures import LearningFigures, in_words, learning_figures
from bot.services.notifications import tell_resident
from bot.services.outgoing import Document, Outgoing
from bot.services.permissions import Action, require
from bot.storage.once import first_time, is_done
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff, chats_of_roles
from bot.times import SHANGHAI, on_screen

SHOWN = 3
NOTHING = "—"
"""Where nothing was recorded: not the same as nought."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = "一二三四五六日"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportKind(StrEnum):
    """Over which span a report tells."""

    DAILY = "daily"
    WEEKLY = "weekly"


KIND_NAMES: Mapping[ReportKind, str] = {ReportKind.DAILY: "日报", ReportKind.WEEKLY: "周报"}


@dataclass(frozen=True, slots=True)
class DutyReport:
    """A report over the span that begins on `first`; only a week's tells of learning, for which
    `titles` names the families."""

    kind: ReportKind
    first: date
    figures: Figures
    learning: LearningFigures | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its file, without an ending."""
        return f"{self.kind}-{self.first:%Y%m%d}"


def span_before(kind: ReportKind, now: datetime) -> date:
    """The first day of the newest span that is over: yesterday, or the Monday of last week."""
    today = now.astimezone(SHANGHAI).date()
    if kind is ReportKind.DAILY:
        return today - timedelta(days=1)
    return today - timedelta(days=today.weekday() + 7)


def due_at(kind: ReportKind, at: str, now: datetime) -> datetime:
    """When the newest report was, or is, to be sent; `at` is 08:00, or mon 08:30 for a week's."""
    day, _, clock = at.rpartition(" ")
    hour = time.fromisoformat(clock)
    local = now.astimezone(SHANGHAI)
    days = 0
    if kind is ReportKind.WEEKLY:
        days = (local.weekday() - WEEKDAYS.index(day or "mon")) % 7
    moment = datetime.combine(local.date() - timedelta(days=days), hour, SHANGHAI)
    step = timedelta(days=1 if kind is ReportKind.DAILY else 7)
    return moment if moment <= now else moment - step


async def make_report(
    session: AsyncSession,
    kind: ReportKind,
    first: date,
    now: datetime,
    *,
    residents: int = 0,
) -> DutyReport:
    """The report of the day, or of the week, that begins on `first`."""
    since = datetime.combine(first, time(), SHANGHAI)
    days = timedelta(days=1 if kind is ReportKind.DAILY else 7)
    figures = await figures_of(session, since, since + days, now, residents=residents)
    weekly = kind is ReportKind.WEEKLY
    if not weekly:
        return DutyReport(kind, first, figures)
    learning = await learning_figures(session, since, since + days)
    titles = await asyncio.to_thread(family_titles)
    return DutyReport(kind, first, figures, learning, titles)


async def report_for(
    session: AsyncSession,
    staff: Staff,
    kind: ReportKind,
    first: date,
    now: datetime,
    *,
    residents: int = 0,
) -> DutyReport:
    """The same for somebody who asks for it."""
    require(staff.role, Action.SEE_DUTY_REPORTS)
    return await make_report(session, kind, first, now, residents=residents)


async def report_waits(session: AsyncSession, kind: ReportKind, at: str, now: datetime) -> bool:
    """Whether the newest report has not been sent; only looks."""
    return not await is_done(session, _once(kind, due_at(kind, at, now)))


async def send_report(
    session: AsyncSession,
    kind: ReportKind,
    at: str,
    now: datetime,
    *,
    residents: int = 0,
) -> int:
    """Send the newest report to the chiefs' chats, once; returns to how many."""
    due = due_at(kind, at, now)
    chats = await chats_of_roles(session, (Role.CHIEF,))
    if not chats or not await first_time(session, _once(kind, due), now):
        return 0
    first = span_before(kind, due)
    report = await make_report(session, kind, first, now, residents=residents)
    content = base64.b64encode(to_workbook(report)).decode()
    message = Outgoing(to_text(report), document=Document(f"{report.name}.xlsx", XLSX, content))
    for chat in chats:
        key = f"report:{report.name}"
        await tell_resident(session, chat, message, key=key, priority=Priority.DIGEST, now=now)
    return len(chats)


def to_text(report: DutyReport) -> str:
    """The report as a chat shows it."""
    figures = report.figures
    lines = [
        f"反诈专班{KIND_NAMES[report.kind]} {span_name(report)}",
        f"新增 {figures.received} 条（紧急 {figures.urgent}），签收 {figures.signed}，"
        f"见面 {figures.met}，劝阻 {figures.stopped}，被骗 {figures.defrauded}。",
        f"现在未办结 {figures.open} 条，其中超时 {figures.overdue} 条。",
        "",
        *(
            f"{one.name}：{rate(one.share)}（{one.numerator}/{one.denominator}）"
            for one in figures.ratios
        ),
        "",
        *(f"{one.name}：{_yuan(one.known_fen)}（{one.count} 笔）" for one in figures.sums),
        *([f"避免损失的依据：{'、'.join(figures.bases[:SHOWN])}"] if figures.bases else []),
        "",
        f"类型前三：{_top(named_types(report))}",
        f"街道前三：{_top(figures.streets)}",
        f"比上期：{_change(figures.received, figures.before[0])}；"
        f"比去年同期：{_change(figures.received, figures.year_before[0])}",
        f"损失比上期：{_compared(figures.losses_fen, figures.before[1])}；"
        f"比去年同期：{_compared(figures.losses_fen, figures.year_before[1])}",
    ]
    if report.kind is ReportKind.WEEKLY:
        lines += [f"平均损失：{_yuan(figures.average_loss_fen)}"]
        lines += [f"年龄：{_top(figures.ages)}；职业：{_top(figures.occupations)}"]
    if report.learning is not None:
        lines += ["", *in_words(report.learning, report.titles)]
    if figures.per_ten_thousand is not None:
        lines.append(f"万人发案：{figures.per_ten_thousand:.2f}")
    return "\n".join(lines)


def to_workbook(report: DutyReport) -> bytes:
    """The report as XLSX: figures with numerator and denominator, then types, streets, people."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    book.remove(sheet)
    figures = report.figures
    _sheet(book, "指标", ("指标", "分子", "分母", "比率", "口径"), _ratio_rows(report))
    _sheet(
        book,
        "金额",
        ("项目", "金额（元）", "笔数", "口径"),
        [(one.name, _cell(one.known_fen), one.count, one.meaning) for one in figures.sums],
    )
    for title, counted in (
        ("类型", named_types(report)),
        ("街道", figures.streets),
        ("年龄", figures.ages),
        ("职业", figures.occupations),
    ):
        total = sum(count for _, count in counted)
        rows = [(name, count, total, count / total) for name, count in counted]
        _sheet(book, title, (title, "条数", "合计", "占比"), rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ratio_rows(report: DutyReport) -> list[Sequence[object]]:
    figures = report.figures
    rows: list[Sequence[object]] = [("期间", span_name(report), "", "", "")]
    rows += [
        (name, value, "", "", "条")
        for name, value in (
            ("新增", figures.received),
            ("紧急", figures.urgent),
            ("签收", figures.signed),
            ("见面", figures.met),
            ("劝阻", figures.stopped),
            ("被骗", figures.defrauded),
            ("未办结（现在）", figures.open),
            ("超时（现在）", figures.overdue),
        )
    ]
    rows += [
        (one.name, one.numerator, one.denominator, _or_dash(one.share), one.meaning)
        for one in figures.ratios
    ]
    for name, (count, lost) in (("上期", figures.before), ("去年同期", figures.year_before)):
        rows.append(
            (
                f"{name}收到",
                figures.received,
                count,
                _or_dash(_ratio(figures.received, count)),
                "本期 / 对比期",
            )
        )
        now_lost = figures.losses_fen
        rows.append(
            (
                f"{name}损失（元）",
                now_lost / 100,
                lost / 100,
                _or_dash(_ratio(now_lost, lost)),
                "本期 / 对比期",
            )
        )
    rows.append(_average_row(figures))
    if figures.per_ten_thousand is not None:
        people = figures.residents
        rows.append(("万人发案", figures.received, people, figures.per_ten_thousand, "每万居民"))
    return rows


def _average_row(figures: Figures) -> Sequence[object]:
    lost = next(one for one in figures.sums if one.name == LOSS)
    average = _cell(figures.average_loss_fen)
    return ("平均损失（元）", _cell(lost.known_fen), lost.count, average, "损失 / 有损失的线索")


def _sheet(
    book: Workbook, title: str, head: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([unformula(cell) if isinstance(cell, str) else cell for cell in row])
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["E"].width = 30
    sheet.freeze_panes = "A2"


def named_types(report: DutyReport) -> list[tuple[str, int]]:
    """Types of trick by their Chinese names."""
    return [(category_name(name), count) for name, count in report.figures.types]


def span_name(report: DutyReport) -> str:
    """The span in words."""
    if report.kind is ReportKind.DAILY:
        return f"{report.first:%Y-%m-%d}（周{WEEKDAY_NAMES[report.first.weekday()]}）"
    last = report.first + timedelta(days=6)
    return f"{report.first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def rate(share: float | None) -> str:
    """A share in percent; a dash where there was nothing."""
    return NOTHING if share is None else f"{share:.1%}"


def _top(counted: Sequence[tuple[str, int]]) -> str:
    return "、".join(f"{name} {count}" for name, count in counted[:SHOWN]) or "无"


def _change(now: int, then: int) -> str:
    return f"{now}/{then}" + (f"（{(now - then) / then:+.0%}）" if then else "")


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _compared(now: int, then: int) -> str:
    change = f"（{(now - then) / then:+.0%}）" if then else ""
    return f"{_yuan(now or None)}/{_yuan(then or None)}{change}"


def _or_dash(value: float | None) -> float | str:
    return NOTHING if value is None else value


def _cell(fen: int | None) -> float | str:
    return NOTHING if fen is None else fen / 100


def _yuan(fen: int | None) -> str:
    return NOTHING if fen is None else f"{fen / 100:,.2f} 元"


def _once(kind: ReportKind, due: datetime) -> str:
    return f"report:{kind}:{on_screen(due, '%Y-%m-%d')}"
