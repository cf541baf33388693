"""A duty report as a workbook: figures with numerator and denominator, types, streets, people."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.services.duty_report_kinds import NOTHING, DutyReport, named_types, span_name
from bot.services.exports import unformula
from bot.services.figures import LOSS, Figures
from bot.services.workbooks import bold, new_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook


def to_workbook(report: DutyReport) -> bytes:
    """The report as XLSX: figures with numerator and denominator, then types, streets, people."""
    book = new_workbook()
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
    book: "Workbook", title: str, head: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font = bold()
    for row in rows:
        sheet.append([unformula(cell) if isinstance(cell, str) else cell for cell in row])
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["E"].width = 30
    sheet.freeze_panes = "A2"


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _or_dash(value: float | None) -> float | str:
    return NOTHING if value is None else value


def _cell(fen: int | None) -> float | str:
    return NOTHING if fen is None else fen / 100
