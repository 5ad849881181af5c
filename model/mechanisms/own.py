"""The project's own mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from .. import equations
from .mechanism import Arrivals, Progress

ROWS_FILE = "model/mechanisms/quantities.toml"
ROWS_PATH = Path(__file__).with_name("quantities.toml")


class ConstantProgress(Progress):
    """The requirement falls at one rate."""

    name = "constant"

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Mapping[str, Any]) -> Any:
        return pace * t


class SlowingProgress(Progress):
    """The rate at which the requirement falls decays, with a half-life, to a share of what it was at t = 0."""

    name = "slowing"
    quantities: ClassVar[tuple[str, ...]] = ("progress_half_life_months", "progress_floor_share")

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Mapping[str, Any]) -> Any:
        half_life, floor = (values[name] for name in self.quantities)
        return equations.slowed_log_progress(xp, t, pace, half_life, floor)


class LinearArrivals(Arrivals):
    """A source arrives evenly."""

    name = "linear"

    def months_arrived(self, xp: Any, t: Any, start: Any, length: Any, values: Mapping[str, Any]) -> Any:
        return equations.months_arrived(xp, t, start, length)


class LogisticArrivals(Arrivals):
    """A source arrives slowly at first, fastest halfway through, and slowly again at last."""

    name = "logistic"
    quantities: ClassVar[tuple[str, ...]] = ("arrival_steepness",)

    def months_arrived(self, xp: Any, t: Any, start: Any, length: Any, values: Mapping[str, Any]) -> Any:
        return equations.logistic_months_arrived(xp, t, start, length, values["arrival_steepness"])


CONSTANT, LINEAR = ConstantProgress(), LinearArrivals()
OWN = (CONSTANT, SlowingProgress(), LINEAR, LogisticArrivals())
