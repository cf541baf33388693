"""The work report's paragraphs: fixed words around figures, each of which leads to its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import Formatter

from bot.services.demonstration import DEMONSTRATION
from bot.services.duty_report_kinds import NOTHING
from bot.services.work_report import Figure, WorkReport
from bot.services.work_report_text import change_words, figure_words, made_of, title
from bot.services.work_spans import SpanKind

PARTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "一、预警劝阻",
        (
            (
                "专班运转",
                "预警劝阻专班{warning.squad_size}，值班覆盖{warning.duty}，"
                "日均接待来访群众{warning.visitors_per_day:a_day}。",
            ),
            (
                "组训提升",
                "专班和{warning.police_stations}派出所参加业务培训{warning.trainings}，"
                "培训覆盖率{warning.training_coverage}。"
                "处理预警线索{warning.leads_total}{warning.leads_yoy:change}，"
                "其中资金预警{warning.leads_fund}、高危预警{warning.leads_high_risk}。"
                "劝阻成功率{warning.dissuasion_success_rate:defined}，"
                "预警后被骗率{warning.defrauded_after_warning_rate:defined}。",
            ),
            (
                "警银警讯协作",
                "落地核查率{warning.verification_rate:rate}，"
                "为群众避免损失{warning.loss_avoided}。",
            ),
            (
                "回访",
                "回访答复率{warning.follow_up_rate:rate}，满意率{warning.satisfaction_rate:rate}。",
            ),
        ),
    ),
    (
        "二、宣传防范",
        (
            (
                "网格宣传",
                "开展专题讲座{publicity.lectures}，"
                "宣传活动{publicity.activities}{publicity.activities:stations}。",
            ),
            (
                "联席共治",
                "联席会议成员单位{publicity.partner_units}，联合检查{publicity.joint_inspections}。",
            ),
            (
                "“两卡”治理",
                "纳入治理的涉“两卡”单位{publicity.two_card_units}。"
                "电诈刑事发案{publicity.cases}{publicity.cases_yoy:change}；"
                "损失金额{publicity.loss}{publicity.loss_yoy:change}。",
            ),
        ),
    ),
    (
        "三、打击处理",
        (
            (
                "专班打击",
                "打击专班{crackdown.task_force_size}，"
                "破获电诈刑事案件{crackdown.cases_solved}，"
                "刑事打击{crackdown.criminal_measures}，"
                "行政处理{crackdown.administrative_handling}。",
            ),
            (
                "深挖扩线",
                "窝点类案件行政处罚{crackdown.administrative_penalties_gangs}，"
                "集中抓捕采取强制措施{crackdown.coercive_measures_province_campaign}。",
            ),
        ),
    ),
    (
        "四、追赃挽损",
        (
            (
                "冻结返还",
                "冻结涉案账户{recovery.frozen_accounts}，冻结资金{recovery.frozen_amount}，"
                "返还受害群众资金{recovery.returned_amount}。",
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Words:
    """Some words; those of a figure lead to its rows, or to those of the year before."""

    words: str
    figure: Figure | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with a heading of its own."""

    name: str
    parts: tuple[Words, ...]

    @property
    def words(self) -> str:
        """All of it."""
        return "".join(part.words for part in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its heading, its paragraphs."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


def sections(report: WorkReport) -> tuple[Section, ...]:
    """The report's four parts: warning, publicity, crackdown, recovery."""
    return tuple(
        Section(
            heading,
            tuple(Paragraph(name, tuple(_filled(report, form))) for name, form in paragraphs),
        )
        for heading, paragraphs in PARTS
    )


def to_text(report: WorkReport) -> str:
    """The whole report for a terminal."""
    lines = [DEMONSTRATION] if report.demonstration else []
    lines += [title(report), ""]
    for section in sections(report):
        lines.append(section.heading)
        lines += [f"  {one.name}。{one.words}" for one in section.paragraphs]
        lines.append("")
    lines.append("指标（数值；分子 / 分母；口径）")
    for figure in report.figures.values():
        parts = (figure_words(figure), made_of(figure), figure.meaning)
        lines.append(f"  {figure.name}：{'；'.join(part for part in parts if part)}")
    return "\n".join(lines)


def _filled(report: WorkReport, form: str) -> Iterator[Words]:
    for words, key, way, _ in Formatter().parse(form):
        if words:
            yield Words(words)
        if key:
            yield from WAYS[way or ""](report, report[key])


def _plain(_: WorkReport, figure: Figure) -> Iterator[Words]:
    yield Words(figure_words(figure), figure)


def _a_day(_: WorkReport, figure: Figure) -> Iterator[Words]:
    yield Words(figure_words(figure).removesuffix("/日"), figure)


def _change(_: WorkReport, figure: Figure) -> Iterator[Words]:
    """Without a base year nothing."""
    if words := change_words(figure):
        yield Words("，")
        yield Words(words.removeprefix("，"), figure, before=True)


def _rate(_: WorkReport, figure: Figure) -> Iterator[Words]:
    """A rate with what it is made of; where nothing was recorded the dash alone."""
    if figure.value is None:
        yield Words(NOTHING)
        return
    yield Words(figure_words(figure), figure)
    yield Words(f"（{made_of(figure)}）")


def _defined(_: WorkReport, figure: Figure) -> Iterator[Words]:
    yield Words(figure_words(figure), figure)
    yield Words(f"（{figure.meaning}，{made_of(figure)}）")


def _stations(report: WorkReport, _: Figure) -> Iterator[Words]:
    """How many stations took part; nothing where no activity has a station."""
    if report.by_station:
        span = "全年" if report.span.kind is SpanKind.YEAR else "本期"
        yield Words(f"（{span}{len(report.by_station)}个派出所参加）")


WAYS: dict[str, Callable[[WorkReport, Figure], Iterator[Words]]] = {
    "": _plain,
    "a_day": _a_day,
    "change": _change,
    "rate": _rate,
    "defined": _defined,
    "stations": _stations,
}
"""How a figure is written, by what stands behind its key."""
