"""What a duty report is: a day's or a week's figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.services.figures import Figures
from bot.services.knowledge import category_name
from bot.services.learning_figures import LearningFigures

NOTHING = "—"
"""Where nothing was recorded: not the same as nought."""
_WEEKDAYS = "一二三四五六日"
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


def named_types(report: DutyReport) -> list[tuple[str, int]]:
    """Types of trick by their Chinese names."""
    return [(category_name(name), count) for name, count in report.figures.types]


def span_name(report: DutyReport) -> str:
    """The span in words."""
    if report.kind is ReportKind.DAILY:
        return f"{report.first:%Y-%m-%d}（周{_WEEKDAYS[report.first.weekday()]}）"
    last = report.first + timedelta(days=6)
    return f"{report.first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
