"""The charts of the work report as pictures, for page and document alike."""

from dataclasses import dataclass

from bot.services.charts import bar_chart
from bot.services.work_report import WorkReport

Bars = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and what it shows."""

    key: str
    name: str
    png: bytes


def bars_of(report: WorkReport) -> dict[str, tuple[str, Bars]]:
    """Leads over the span, activities by station, area and kind, each with its name; none of what
    was not recorded."""
    charts = {
        "leads": ("预警线索", report.leads_by_part),
        "station": ("各派出所宣传活动", report.by_station),
        "area": ("各街道宣传活动", report.by_area),
        "kind": ("宣传活动类别", report.by_kind),
    }
    return {key: one for key, one in charts.items() if any(value for _, value in one[1])}


def charts_of(report: WorkReport, *, named: bool = True) -> list[Chart]:
    """Each as a picture. Not `named`: without its name, for where that stands below. Slow, so not
    in the event loop.
    """
    return [
        Chart(key, name, bar_chart(name if named else "", bars))
        for key, (name, bars) in bars_of(report).items()
    ]
