"""A table of goals: measure, goal, figure, ok or short."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A measure with what it should be and is; `least` says which side of the goal is good."""

    measure: str
    goal: float
    figure: float
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is on the good side."""
        return self.figure >= self.goal if self.least else self.figure <= self.goal


def report(found: Sequence[Goal], screen: Console) -> int:
    """Print the table; 1 where a goal is missed."""
    table = Table("measure", "goal", "figure", "")
    for goal in found:
        mark = "[green]ok[/]" if goal.met else "[red]short[/]"
        sign = "≥" if goal.least else "≤"
        table.add_row(goal.measure, f"{sign} {goal.goal:.4g}", f"{goal.figure:.4g}", mark)
    screen.print(table)
    return int(any(not goal.met for goal in found))
