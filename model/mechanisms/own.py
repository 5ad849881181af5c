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


class ExperimentBoundProgress(Progress):
    """Progress takes experiments, and the compute for them falls behind what they need by a factor a year."""

    name = "experiment-bound"
    quantities: ClassVar[tuple[str, ...]] = ("experiment_compute_shortfall", "progress_elasticity_to_experiments")

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Mapping[str, Any]) -> Any:
        shortfall, elasticity = (values[name] for name in self.quantities)
        return equations.experiment_bound_log_progress(xp, t, pace, shortfall, elasticity)


class MovingTargetProgress(Progress):
    """The target is where Mythos would stand by then: a frontier that speeds its own research takes progress back.

    The share of the labs' progress that only keeps up with it rises from nothing at t = 0 to that of the long run.
    """

    name = "moving-target"
    quantities: ClassVar[tuple[str, ...]] = ("frontier_speedup_half_time_months", "progress_share_kept")

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Mapping[str, Any]) -> Any:
        half_time, kept = (values[name] for name in self.quantities)
        return equations.slowed_log_progress(xp, t, pace, half_time, kept)


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
OWN = (
    CONSTANT,
    SlowingProgress(),
    ExperimentBoundProgress(),
    MovingTargetProgress(),
    LINEAR,
    LogisticArrivals(),
)
