"""The work report's tables as sheets of a workbook, and its charts as files."""

from bot.errors import InvalidInputError
from bot.services.duty_report_kinds import NOTHING
from bot.services.statistic_charts import Chart, Format, draw
from bot.services.statistic_files import Sheet
from bot.services.work_report import Figure, Unit, WorkReport
from bot.services.work_report_charts import bars_of
from bot.services.work_report_text import figure_words, made_of
from bot.services.work_rows import RowsBehind

TEN_THOUSAND_YUAN = 1_000_000
"""Fen."""
HEAD = ("指标", "数值", "单位", "报告里的写法", "分子 / 分母", "口径")


def sheets_of(report: WorkReport) -> tuple[Sheet, ...]:
    """Every figure with its numerator and denominator, and a sheet for each chart's numbers."""
    figures = tuple(
        (one.name, _number(one), _unit(one), figure_words(one), made_of(one), one.meaning)
        for one in report.figures.values()
    )
    parts = (Sheet(name, (name, "数量"), bars) for name, bars in bars_of(report).values())
    return (Sheet("指标", HEAD, figures), *parts)


def rows_sheet(found: RowsBehind) -> Sheet:
    """The page of rows that is shown behind a figure."""
    return Sheet("明细", found.header, found.rows)


def chart_file(report: WorkReport, key: str, kind: Format) -> bytes:
    """One chart as it is saved. Slow, so not in the event loop.

    Raises InvalidInputError for a chart that the report has not.
    """
    shown = bars_of(report).get(key)
    if shown is None:
        raise InvalidInputError("这份报告里没有这张图。")
    name, bars = shown
    names, values = tuple(one for one, _ in bars), tuple(value for _, value in bars)
    return draw(Chart(f"{name} · {report.span.name}", names, values, lying=key != "leads"), kind)


def _number(figure: Figure) -> float | str:
    """Large sums as the report writes them: to the fen they would tell a single case."""
    if figure.value is None:
        return NOTHING
    if figure.unit is not Unit.FEN:
        return figure.value
    return round(figure.value / TEN_THOUSAND_YUAN, 2) if _is_large(figure) else figure.value / 100


def _unit(figure: Figure) -> str:
    if _is_large(figure):
        return "万元"
    return "比例" if figure.unit is Unit.SHARE else str(figure.unit)


def _is_large(figure: Figure) -> bool:
    return figure.unit is Unit.FEN and abs(figure.value or 0) >= TEN_THOUSAND_YUAN
