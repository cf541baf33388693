"""The figures of the work report in words, which follow them; what was not recorded is a dash."""

from bot.services.duty_report_kinds import NOTHING
from bot.services.work_report import Figure, Unit, WorkReport

ALWAYS_ON_DUTY = "7×24小时"
LEAST_SHARE = 0.0001


def figure_words(figure: Figure) -> str:
    """A figure as it stands in a table, with its unit."""
    value = figure.value
    if value is None:
        return NOTHING
    if figure.key == "warning.duty" and figure.numerator == figure.denominator:
        return ALWAYS_ON_DUTY
    if figure.unit is Unit.FEN:
        return money(int(value))
    if figure.unit is Unit.SHARE:
        return _signed(value) if figure.key.endswith("_yoy") else percent(value)
    return f"{_number(value)}{figure.unit}"


def made_of(figure: Figure) -> str:
    """Numerator and denominator, or for a plain count nothing."""
    if figure.denominator is None:
        return ""
    if figure.key.endswith("loss_yoy"):
        return f"{money(figure.numerator)} / {money(figure.denominator)}"
    return f"{figure.numerator} / {figure.denominator}"


def percent(share: float) -> str:
    """A share with at most two decimals: 25.4%, 38.85%, 100%; what is nearly nothing or nearly
    everything is not written as 0% or 100%."""
    if 0 < share < LEAST_SHARE:
        return "不到0.01%"
    if 1 - LEAST_SHARE < share < 1:
        return "99.99%"
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def money(fen: int) -> str:
    """Fen in 万元 from ten thousand yuan up, else in yuan."""
    if fen >= 1_000_000:
        return f"{fen / 1_000_000:.2f}".rstrip("0").rstrip(".") + "万元"
    return f"{fen / 100:.2f}".rstrip("0").rstrip(".") + "元"


def change_words(figure: Figure) -> str:
    """同比下降25.4%, 同比上升…, 与上年同期持平; without a base year nothing."""
    if figure.value is None:
        return ""
    if figure.value == 0:
        return "，与上年同期持平"
    return f"，同比{'上升' if figure.value > 0 else '下降'}{percent(abs(figure.value))}"


def title(report: WorkReport) -> str:
    """The report's title; of a span that is not over with the last day that it tells of."""
    last = report.counted.last
    until = f"（截至{last.month}月{last.day}日）" if report.running else ""
    return f"{report.district}{report.span.name}反诈工作报告{until}"


def _signed(change: float) -> str:
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{sign}{percent(abs(change))}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
