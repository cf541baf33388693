"""The district's year 2024 as its own work report states it, and whether a report of ours says so.

Amounts in yuan; the figures are those of seed-figures.yaml, ABOUT those it states as rounded.
"""

from pathlib import Path
from typing import Any

import yaml

from bot.services.demo_plan import DemoPlan
from bot.services.work_report import Figure, Unit, WorkReport
from bot.services.work_report_text import percent

SOURCE = Path(__file__).with_name("seed-figures.yaml")
SECTIONS = ("warning", "publicity", "crackdown", "recovery")
AROUND_THE_CLOCK = "7x24"


def _read() -> tuple[dict[str, float], dict[str, float]]:
    """Every figure of the file by `section.name`: the exact ones, and those stated as rounded."""
    stated: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    exact, about = dict[str, float](), dict[str, float]()
    for section in SECTIONS:
        for name, value in stated[section].items():
            if isinstance(value, dict):
                about[f"{section}.{name}"] = value["approx"]
            else:
                exact[f"{section}.{name}"] = 1.0 if value == AROUND_THE_CLOCK else value
    return exact, about


EXACT, ABOUT = _read()
SIGNIFICANT = 2
"""How many digits the rounded figures have."""


def wrong_fields(report: WorkReport) -> dict[str, tuple[float | None, float]]:
    """Figures that are not as published: ours, theirs."""
    wrong = {
        key: (stated(report[key]), theirs)
        for key, theirs in EXACT.items()
        if stated(report[key]) != theirs
    }
    for key, theirs in ABOUT.items():
        ours = stated(report[key])
        if ours is None or float(f"{ours:.{SIGNIFICANT}g}") != theirs:
            wrong[key] = (ours, theirs)
    return wrong


def stated(figure: Figure) -> float | None:
    """A figure as a report states it: yuan, and a share to the digits it is printed with."""
    if figure.value is None:
        return None
    if figure.unit is Unit.FEN:
        return figure.value / 100
    if figure.unit is Unit.SHARE:
        return round(float(percent(figure.value).removesuffix("%")) / 100, 6)
    return figure.value


def planned(plan: DemoPlan, before: DemoPlan) -> dict[str, float]:
    """What a report of a demonstration of that plan must state, by key."""
    return {
        "warning.squad_size": plan.squad,
        "warning.visitors_per_day": plan.visitors_per_day,
        "warning.duty": 1.0,
        "warning.trainings": plan.trainings,
        "warning.training_coverage": 1.0,
        "warning.police_stations": plan.stations,
        "warning.leads_total": plan.leads_total,
        "warning.leads_fund": plan.leads_fund,
        "warning.leads_high_risk": plan.leads_high_risk,
        "warning.dissuasion_success_rate": 1.0,
        "warning.verification_rate": 1.0,
        "warning.loss_avoided": plan.avoided_fen / 100,
        "publicity.lectures": plan.lectures,
        "publicity.activities": plan.activities,
        "publicity.partner_units": plan.member_units,
        "publicity.joint_inspections": plan.inspections,
        "publicity.two_card_units": plan.two_card_units,
        "publicity.cases": plan.cases,
        "publicity.cases_yoy": round(plan.cases / before.cases - 1, 4),
        "publicity.loss": plan.loss_fen / 100,
        "publicity.loss_yoy": round(plan.loss_fen / before.loss_fen - 1, 4),
        "crackdown.cases_solved": plan.solved,
        "crackdown.criminal_measures": plan.criminal,
        "crackdown.administrative_handling": plan.handled,
        "crackdown.administrative_penalties_gangs": plan.penalty,
        "crackdown.coercive_measures_province_campaign": plan.coercive,
        "crackdown.task_force_size": plan.task_force,
        "recovery.frozen_accounts": plan.frozen,
        "recovery.frozen_amount": plan.frozen_fen / 100,
        "recovery.returned_amount": plan.returned_fen / 100,
    }
