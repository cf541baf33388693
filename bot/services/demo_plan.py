"""How much of everything a demonstration year has.

The year 2024 is the district's own published work report; of the year before only the two
changes against it are published, the rest is made up in proportion. Money is fen.
"""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Records to make for one year; `sizes` that stay whatever the scale are in KEPT."""

    year: int
    leads_fund: int
    leads_high_risk: int
    leads_other: int
    defrauded_later: int
    avoided_fen: int
    verified: int
    visitors_per_day: int
    trainings: int
    lectures: int
    activities: int
    inspections: int
    cases: int
    loss_fen: int
    solved: int
    criminal: int
    handled: int
    penalty: int
    coercive: int
    frozen: int
    frozen_fen: int
    returned_fen: int
    squad: int = 12
    task_force: int = 10
    stations: int = 9
    banks: int = 11
    carriers: int = 3
    other_members: int = 34

    @property
    def leads_total(self) -> int:
        """All leads."""
        return self.leads_fund + self.leads_high_risk + self.leads_other

    @property
    def two_card_units(self) -> int:
        """Every bank and carrier is under two-card care."""
        return self.banks + self.carriers

    @property
    def member_units(self) -> int:
        """Members of the joint meeting: banks, carriers, offices and streets."""
        return self.two_card_units + self.other_members


KEPT = frozenset(
    {
        "year",
        "visitors_per_day",
        "trainings",
        "squad",
        "task_force",
        "stations",
        "banks",
        "carriers",
        "other_members",
    }
)
PUBLISHED = DemoPlan(
    year=2024,
    leads_fund=362,
    leads_high_risk=5030,
    leads_other=15107,
    defrauded_later=6,
    avoided_fen=1_003_650_000,
    verified=424,
    visitors_per_day=9,
    trainings=12,
    lectures=35,
    activities=10407,
    inspections=37,
    cases=373,
    loss_fen=1_602_040_000,
    solved=51,
    criminal=89,
    handled=155,
    penalty=93,
    coercive=29,
    frozen=276,
    frozen_fen=1_776_460_000,
    returned_fen=91_960_000,
)
YEAR_BEFORE = DemoPlan(
    year=2023,
    leads_fund=417,
    leads_high_risk=4655,
    leads_other=13874,
    defrauded_later=11,
    avoided_fen=842_300_000,
    verified=388,
    visitors_per_day=7,
    trainings=10,
    lectures=28,
    activities=8120,
    inspections=31,
    cases=500,
    loss_fen=2_619_850_000,
    solved=44,
    criminal=71,
    handled=132,
    penalty=64,
    coercive=12,
    frozen=241,
    frozen_fen=1_508_220_000,
    returned_fen=71_140_000,
)
"""500 cases and 26,198,500 yuan make the published changes: 373/500 is −25.4%, the loss −38.85%."""


def for_year(plan: DemoPlan, year: int) -> DemoPlan:
    """The same amounts in another year."""
    return replace(plan, year=year)


def scaled(plan: DemoPlan, share: float) -> DemoPlan:
    """A smaller plan of the same shape; nothing falls below 1."""
    smaller = {
        one.name: max(1, round(getattr(plan, one.name) * share))
        for one in fields(plan)
        if one.name not in KEPT
    }
    return replace(plan, **smaller)
