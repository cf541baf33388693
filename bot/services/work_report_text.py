"""The work report in words: they follow the figures, and what was not recorded is a dash."""

from dataclasses import dataclass
from datetime import timedelta

from bot.services.demonstration import DEMONSTRATION
from bot.services.duty_report_kinds import NOTHING
from bot.services.work_report import Figure, Unit, WorkReport
from bot.services.work_spans import SpanKind

ALWAYS_ON_DUTY = "7×24小时"
LEAST_SHARE = 0.0001


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its heading, its paragraphs (each with a heading of its own)."""

    heading: str
    paragraphs: tuple[tuple[str, str], ...]


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
    last = report.counted.after - timedelta(days=1)
    until = f"（截至{last.month}月{last.day}日）" if report.running else ""
    return f"{report.district}{report.span.name}反诈工作报告{until}"


def sections(report: WorkReport) -> tuple[Section, ...]:
    """The report's four parts: warning, publicity, crackdown, recovery."""
    return (_warning(report), _publicity(report), _crackdown(report), _recovery(report))


def to_text(report: WorkReport) -> str:
    """The whole report for a terminal."""
    lines = [DEMONSTRATION] if report.demonstration else []
    lines += [title(report), ""]
    for section in sections(report):
        lines.append(section.heading)
        lines += [f"  {name}。{words}" for name, words in section.paragraphs]
        lines.append("")
    lines.append("指标（数值；分子 / 分母；口径）")
    for figure in report.figures.values():
        parts = (figure_words(figure), made_of(figure), figure.meaning)
        lines.append(f"  {figure.name}：{'；'.join(part for part in parts if part)}")
    return "\n".join(lines)


def _words(report: WorkReport, key: str) -> str:
    return figure_words(report[key])


def _rate(report: WorkReport, key: str) -> str:
    """A rate with what it is made of; where nothing was recorded the dash alone."""
    rate = report[key]
    return f"{figure_words(rate)}（{made_of(rate)}）" if rate.value is not None else NOTHING


def _success(report: WorkReport) -> str:
    """The rate with its definition and, beside it, how many were defrauded after the warning."""
    rate, later = (
        report[f"warning.{name}"]
        for name in ("dissuasion_success_rate", "defrauded_after_warning_rate")
    )
    return (
        f"劝阻成功率{figure_words(rate)}（{rate.meaning}，{made_of(rate)}），"
        f"预警后被骗率{figure_words(later)}（{later.meaning}，{made_of(later)}）"
    )


def _warning(report: WorkReport) -> Section:
    w = "warning.{}".format
    total = report[w("leads_yoy")]
    return Section(
        "一、预警劝阻",
        (
            (
                "专班运转",
                f"预警劝阻专班{_words(report, w('squad_size'))}，"
                f"值班覆盖{_words(report, w('duty'))}，"
                f"日均接待来访群众{_words(report, w('visitors_per_day')).removesuffix('/日')}。",
            ),
            (
                "组训提升",
                f"专班和{_words(report, w('police_stations'))}派出所参加业务培训"
                f"{_words(report, w('trainings'))}，"
                f"培训覆盖率{_words(report, w('training_coverage'))}。"
                f"处理预警线索{_words(report, w('leads_total'))}{change_words(total)}，"
                f"其中资金预警{_words(report, w('leads_fund'))}、"
                f"高危预警{_words(report, w('leads_high_risk'))}。{_success(report)}。",
            ),
            (
                "警银警讯协作",
                f"落地核查率{_rate(report, w('verification_rate'))}，"
                f"为群众避免损失{_words(report, w('loss_avoided'))}。",
            ),
            (
                "回访",
                f"回访答复率{_rate(report, w('follow_up_rate'))}，"
                f"满意率{_rate(report, w('satisfaction_rate'))}。",
            ),
        ),
    )


def _publicity(report: WorkReport) -> Section:
    p = "publicity.{}".format
    cases, loss = report[p("cases_yoy")], report[p("loss_yoy")]
    return Section(
        "二、宣传防范",
        (
            (
                "网格宣传",
                f"开展专题讲座{_words(report, p('lectures'))}，"
                f"宣传活动{_words(report, p('activities'))}{_by_station(report)}。",
            ),
            (
                "联席共治",
                f"联席会议成员单位{_words(report, p('partner_units'))}，"
                f"联合检查{_words(report, p('joint_inspections'))}。",
            ),
            (
                "“两卡”治理",
                f"纳入治理的涉“两卡”单位{_words(report, p('two_card_units'))}。"
                f"电诈刑事发案{_words(report, p('cases'))}{change_words(cases)}；"
                f"损失金额{_words(report, p('loss'))}{change_words(loss)}。",
            ),
        ),
    )


def _crackdown(report: WorkReport) -> Section:
    c = "crackdown.{}".format
    return Section(
        "三、打击处理",
        (
            (
                "专班打击",
                f"打击专班{_words(report, c('task_force_size'))}，"
                f"破获电诈刑事案件{_words(report, c('cases_solved'))}，"
                f"刑事打击{_words(report, c('criminal_measures'))}，"
                f"行政处理{_words(report, c('administrative_handling'))}。",
            ),
            (
                "深挖扩线",
                f"窝点类案件行政处罚{_words(report, c('administrative_penalties_gangs'))}，"
                "集中抓捕采取强制措施"
                f"{_words(report, c('coercive_measures_province_campaign'))}。",
            ),
        ),
    )


def _recovery(report: WorkReport) -> Section:
    r = "recovery.{}".format
    return Section(
        "四、追赃挽损",
        (
            (
                "冻结返还",
                f"冻结涉案账户{_words(report, r('frozen_accounts'))}，"
                f"冻结资金{_words(report, r('frozen_amount'))}，"
                f"返还受害群众资金{_words(report, r('returned_amount'))}。",
            ),
        ),
    )


def _by_station(report: WorkReport) -> str:
    """How many stations took part; nothing where no activity has a station."""
    if not report.by_station:
        return ""
    span = "全年" if report.span.kind is SpanKind.YEAR else "本期"
    return f"（{span}{len(report.by_station)}个派出所参加）"


def _signed(change: float) -> str:
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{sign}{percent(abs(change))}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
