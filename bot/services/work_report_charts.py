"""The charts of the work report as pictures, for page and document alike."""

from dataclasses import dataclass

from bot.services.charts import bar_chart
from bot.services.work_report import WorkReport


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and what it shows."""

    name: str
    png: bytes


def charts_of(report: WorkReport, *, named: bool = True) -> list[Chart]:
    """Leads over the span, activities by station, area and kind; none of what was not recorded.

    Not `named`: the picture is without its name, for where that stands below. Slow, so not in the
    event loop.
    """
    charts = (
        ("预警线索", report.leads_by_part),
        ("各派出所宣传活动", report.by_station),
        ("各街道宣传活动", report.by_area),
        ("宣传活动类别", report.by_kind),
    )
    shown = [(name, bars) for name, bars in charts if any(value for _, value in bars)]
    return [Chart(name, bar_chart(name if named else "", bars)) for name, bars in shown]
