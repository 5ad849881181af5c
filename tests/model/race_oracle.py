"""A slow, plain twin of the race under an intervention: one draw at a time, on a fine grid of dates.

It shares no equation with the model: pools are summed, requirements lowered and runs worked off as the text of the
forecast says, step by step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from catchup.model.assumptions import Assumptions
from catchup.model.policies import Intervention

STEP, LAST = 0.004, 120.0  # months
GRID = np.arange(0.0, LAST, STEP)
SECONDS, H100, TRAINIUM = 30.44 * 86_400.0, 9.89e14, 6.5e14

Draw = dict[str, float]


@dataclass
class Run:
    """One firm's run in one draw: months, and FLOP."""

    launch: float
    end: float
    length: float
    flop: float


def pool_on_grid(assumptions: Assumptions, firm: str, draw: Draw, change: Intervention | None = None) -> np.ndarray:
    """H100e of a firm at every date of the grid."""
    total = np.zeros_like(GRID)
    for name, source in assumptions.race.sources.items():
        if source.firm != firm:
            continue
        amount = math.prod(draw[quantity] for quantity in source.amount)
        if source.start is None:
            here = np.full_like(GRID, amount)
        else:
            start = draw[source.start] if isinstance(source.start, str) else source.start
            length = draw[source.length] if isinstance(source.length, str) else source.length
            per = draw[source.per] if source.per else length
            clock = GRID if change is None else np.minimum(GRID, change.stop.get(name, math.inf))
            here = amount / per * length * arrived_share(np.clip((clock - start) / length, 0.0, 1.0), draw)
        if change is not None:
            here = here * change.kept.get(name, 1.0)
        total += here
    return total


def arrived_share(passed: np.ndarray, draw: Draw) -> np.ndarray:
    """Share of a source that has arrived when a share of its time has passed: the integral of the rate, stepwise."""
    if "arrival_steepness" not in draw:
        return passed
    steps = np.linspace(0.0, 1.0, 4_001)
    bell = np.exp(-draw["arrival_steepness"] * (steps - 0.5))
    arrived = summed(bell / (1.0 + bell) ** 2, steps)
    return np.interp(passed, steps, arrived / arrived[-1])


def summed(rate: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """What a rate comes to, by trapezia."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(steps))])


def log_gained(draw: Draw, progress: float) -> np.ndarray:
    """Logarithm of progress at every date of the grid: the integral of its rate, step by step."""
    rate = np.full_like(GRID, np.log(progress) / 12.0)
    if "progress_half_life_months" in draw:
        kept = draw["progress_floor_share"]
        rate *= kept + (1.0 - kept) * 0.5 ** (GRID / draw["progress_half_life_months"])
    if "experiment_compute_shortfall" in draw:
        left = 1.0 / draw["experiment_compute_shortfall"] ** (GRID / 12.0)  # of the compute that experiments need
        rate *= left ** draw["progress_elasticity_to_experiments"]
    if "progress_share_kept" in draw:
        there = 1.0 - 0.5 ** (GRID / draw["frontier_speedup_half_time_months"])  # of the frontier's speed-up
        rate *= 1.0 - (1.0 - draw["progress_share_kept"]) * there
    return summed(rate, GRID)


def progress_of(draw: Draw, change: Intervention | None) -> float:
    """Factor a year."""
    if change is None or not change.limit_distillation:
        return draw["algorithmic_progress"]
    return draw["algorithmic_progress"] ** (1.0 - draw["distilled_share"] * draw["distillation_removed_share"])


def run_at(
    dates: np.ndarray, pool: np.ndarray, requirement: np.ndarray, budget: float, flop: float, minimum: float
) -> Run:
    """Launch at the first of some dates at which the gate is met."""
    met = np.flatnonzero(requirement <= 12.0 * budget * pool * flop)
    if met.size == 0:
        return Run(math.inf, math.inf, math.inf, math.nan)
    at = met[0]
    length = requirement[at] / (pool[at] * flop)
    planned = max(length, minimum)
    return Run(dates[at], dates[at] + planned, planned, requirement[at])


def ready_in(assumptions: Assumptions, draw: Draw, change: Intervention | None) -> float:
    """Months since t = 0 at which the first firm is ready."""
    mythos = draw["mythos_chips"] * TRAINIUM * draw["mfu_anthropic"] * draw["mythos_training_months"] * SECONDS
    ends = []
    for name, firm in assumptions.race.firms.items():
        flop = H100 * draw[firm.mfu] * SECONDS
        minimum, budget = draw[firm.minimum_training], draw[firm.budget]
        gained = log_gained(draw, draw["algorithmic_progress"])
        before = mythos * np.exp(-gained)
        planned = run_at(GRID, pool_on_grid(assumptions, name, draw), before, budget, flop, minimum)
        if change is None or planned.end <= change.act_from_month:
            ends.append(planned.end)
            continue
        month = change.act_from_month
        left = pool_on_grid(assumptions, name, draw, change)
        slower = progress_of(draw, change)
        later = log_gained(draw, slower)
        after = mythos * np.exp(-np.interp(month, GRID, gained) - (later - np.interp(month, GRID, later)))
        anew = run_at(GRID, left, after, budget, flop, minimum)
        if planned.launch >= month:
            ends.append(anew.end)
            continue
        # Work off the rest in small steps: no faster than planned, nor than the pool that remains allows.
        remains = np.interp(month, GRID, left)
        done = (month - planned.launch) / planned.length
        share_a_month = min(1.0 / planned.length, remains * flop / planned.flop)
        end = month + (1.0 - done) / share_a_month if share_a_month > 0.0 else math.inf
        ends.append(max(planned.end, min(end, anew.end)))  # started over where that is sooner, but not before its time
    return min(ends) + draw["post_training_months"]


def ready(assumptions: Assumptions, values: dict[str, np.ndarray], change: Intervention | None) -> np.ndarray:
    """The same for every draw."""
    names = list(values)
    rows = zip(*(values[name] for name in names), strict=True)
    return np.array([ready_in(assumptions, dict(zip(names, row, strict=True)), change) for row in rows])
