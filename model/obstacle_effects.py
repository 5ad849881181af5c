"""What obstacles do to a firm's way to an event, stage by stage.

Each method takes what compute alone would make of a stage, by (event, firm), and returns what becomes of it. Where no
obstacle acts at a stage it comes back as it was: a model without obstacles has no further variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import equations
from .assumptions import Assumptions
from .naming import ByFirm, Naming, unnamed
from .obstacles import Act, Obstacle, met


def budgets_in_force(xp: Any, assumptions: Assumptions, event: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Share of a year's compute that each firm's run gets, rivals within the firm aside; as the race has it.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        Firms and obstacles.
    event : str
        What the run is for: obstacles can stand before one event alone.
    values : mapping
        Quantity name to values.
    """
    return {firm: budget_in_force(xp, assumptions, event, firm, values) for firm in assumptions.race.firms}


def budget_in_force(xp: Any, assumptions: Assumptions, event: str, firm: str, values: Mapping[str, Any]) -> Any:
    """Share of a year's compute that one firm's run gets; parameters as of `budgets_in_force`."""
    at = event, firm
    habit = assumptions.race.firms[firm].share_of_year(xp, values)
    return ObstacleEffects(assumptions.obstacles, [at], values, unnamed).budget({at: habit})[at]


class ObstacleEffects:
    """The effects of some obstacles.

    Parameters
    ----------
    obstacles : mapping of str to Obstacle
        By id.
    entries : list of tuple of str
        Every event and firm.
    values : mapping
        Quantity name to values, shape (draw,) or scalar variables.
    name : callable
        Names intermediates; see `Naming`.
    """

    def __init__(
        self, obstacles: Mapping[str, Obstacle], entries: list[tuple[str, str]], values: Mapping[str, Any], name: Naming
    ) -> None:
        self._obstacles, self._entries, self._values, self._name = obstacles, entries, values, name

    def budget(self, budget: ByFirm) -> ByFirm:
        """Share of a year's compute that the run gets."""
        rivals = self._sums("budget-share")
        if not rivals:
            return budget
        return self._named(
            "budget_in_force", {at: equations.budget_in_force(budget[at], more) for at, more in rivals.items()}
        )

    def lag(self) -> ByFirm:
        """Months that a firm's know-how is behind; empty where none is."""
        lag = self._sums("requirement-lag")
        return self._named("requirement_lag", lag) if lag else lag

    def launch(self, able: ByFirm) -> ByFirm:
        """Launch of a firm that could from a month on."""
        delays = self._sums("launch-delay")
        if not delays:
            return able
        able = self._named("able_to_launch", able)
        return {at: equations.delayed(able[at], delay) for at, delay in delays.items()}

    def pretrained(self, end: ByFirm) -> ByFirm:
        """End of pre-training."""
        setbacks = self._sums("run-setback")
        return {at: equations.delayed(end[at], setback) for at, setback in setbacks.items()} or end

    def post_training(self, months: ByFirm) -> ByFirm:
        """Months from the end of a firm's pre-training to its readiness, given what they are without obstacles."""
        names = self._names("post-training", "serving")
        if not names:
            return months
        added = {tuple(quantities): self._total(quantities) for quantities in names.values()}
        after: dict[tuple[int, tuple[str, ...]], Any] = {}
        for at, quantities in names.items():
            key = id(months[at]), tuple(quantities)
            if key not in after:
                after[key] = equations.delayed(months[at], added[key[1]])
        return {at: after[id(months[at]), tuple(quantities)] for at, quantities in names.items()}

    def _sums(self, act: Act) -> dict[tuple[str, str], Any]:
        return {at: self._total(quantities) for at, quantities in self._names(act).items()}

    def _names(self, *acts: Act) -> dict[tuple[str, str], list[str]]:
        return met(self._obstacles, acts, self._entries)

    def _total(self, quantities: Any) -> Any:
        return sum((self._values[quantity] for quantity in quantities), start=0.0)

    def _named(self, name: str, by_firm: ByFirm) -> ByFirm:
        named: ByFirm = self._name(name, by_firm)
        return named
