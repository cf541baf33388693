"""A duty report as a chat shows it: every rate and average with what it is made of."""

from collections.abc import Sequence

from bot.services.duty_report_kinds import (
    KIND_NAMES,
    NOTHING,
    DutyReport,
    ReportKind,
    named_types,
    span_name,
)
from bot.services.figures import LOSS, Figures
from bot.services.learning_figures import in_words

SHOWN = 3


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
        lines += [_average(figures)]
        lines += [f"年龄：{_top(figures.ages)}；职业：{_top(figures.occupations)}"]
    if report.learning is not None:
        lines += ["", *in_words(report.learning, report.titles)]
    if figures.per_ten_thousand is not None:
        made_of = f"{figures.received} 条/{figures.residents} 人"
        lines.append(f"万人发案：{figures.per_ten_thousand:.2f}（{made_of}）")
    return "\n".join(lines)


def rate(share: float | None) -> str:
    """A share in percent; a dash where there was nothing."""
    return NOTHING if share is None else f"{share:.1%}"


def _average(figures: Figures) -> str:
    lost = next(one for one in figures.sums if one.name == LOSS)
    made_of = f"{_yuan(lost.known_fen)}/{lost.count} 条"
    return f"平均损失：{_yuan(figures.average_loss_fen)}（{made_of}）"


def _top(counted: Sequence[tuple[str, int]]) -> str:
    """The most frequent, each of all that are counted."""
    total = sum(count for _, count in counted)
    return "、".join(f"{name} {count}/{total}" for name, count in counted[:SHOWN]) or "无"


def _change(now: int, then: int) -> str:
    return f"{now}/{then}" + (f"（{(now - then) / then:+.0%}）" if then else "")


def _compared(now: int, then: int) -> str:
    change = f"（{(now - then) / then:+.0%}）" if then else ""
    return f"{_yuan(now or None)}/{_yuan(then or None)}{change}"


def _yuan(fen: int | None) -> str:
    return NOTHING if fen is None else f"{fen / 100:,.2f} 元"
