"""A slow, plain twin of the race, of either model, under an intervention: one draw at a time, on a fine grid of dates.

It shares no equation with the model: pools are summed, requirements lowered and runs worked off as the text of the
forecast says, step by step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from catchup.model.assumptions import DEFAULT_EVENT, Assumptions
from catchup.model.policies import Intervention

STEP, LAST = 0.004, 120.0  # months
GRID = np.arange(0.0, LAST, STEP)
SECONDS, H100, TRAINIUM = 30.44 * 86_400.0, 9.89e14, 6.5e14

Draw = dict[str, float]


@dataclass
class Run:
    """One firm's run in one draw: months, and FLOP.

    `length` is what pre-training takes on the whole pool, `planned` no less than the shortest that a run takes.
    """

    able: float
    launch: float
    end: float
    length: float
    planned: float
    flop: float


def pool_on_grid(assumptions: Assumptions, firm: str, draw: Draw, change: Intervention | None = None) -> np.ndarray:
    """H100e of a firm at every date of the grid."""
    total = np.zeros_like(GRID)
    for name, source in assumptions.race.sources.items():
        if source.firm != firm:
            continue
        amount = math.prod(draw[quantity] for quantity in source.amount) * draw.get(source.usable or "", 1.0)
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
    return run_from(dates[met[0]] if met.size else math.inf, 0.0, dates, pool, requirement, flop, minimum)


def run_from(
    able: float, delay: float, dates: np.ndarray, pool: np.ndarray, requirement: np.ndarray, flop: float, minimum: float
) -> Run:
    """Launch some months after a firm could."""
    launch = able + delay
    if launch > dates[-1]:  # beyond the grid, or never
        return Run(able, math.inf, math.inf, math.inf, math.inf, math.nan)
    asked = math.exp(np.interp(launch, dates, np.log(requirement)))
    length = asked / (np.interp(launch, dates, pool) * flop)
    planned = max(length, minimum)
    return Run(able, launch, launch + planned, length, planned, asked)


def kept_back(assumptions: Assumptions, firm: str, draw: Draw, act: str) -> float:
    """What the obstacles that act somewhere on the way of a firm come to together."""
    total = 0.0
    for obstacle in assumptions.obstacles.values():
        of_all = isinstance(obstacle.quantity, str)
        stands = DEFAULT_EVENT not in (obstacle.not_events or ()) and obstacle.events is None
        if obstacle.acts == act and stands and (of_all or firm in obstacle.quantity):
            total += draw[obstacle.quantity if of_all else obstacle.quantity[firm]]
    return total


def budget_in(assumptions: Assumptions, name: str, draw: Draw) -> float:
    """Share of a year's compute that one firm's run gets."""
    firm = assumptions.race.firms[name]
    budget = max(draw[firm.budget], draw.get(firm.commitment or "", 0.0))
    return budget / (1.0 + kept_back(assumptions, name, draw, "budget-share"))


def end_in(assumptions: Assumptions, name: str, draw: Draw, change: Intervention | None) -> Run:
    """One firm's run, its end as an intervention leaves it."""
    firm = assumptions.race.firms[name]
    flop, minimum = H100 * draw[firm.mfu] * SECONDS, draw[firm.minimum_training]
    budget = budget_in(assumptions, name, draw)
    delay, setback = (kept_back(assumptions, name, draw, act) for act in ("launch-delay", "run-setback"))
    mythos = draw["mythos_chips"] * TRAINIUM * draw["mfu_anthropic"] * draw["mythos_training_months"] * SECONDS
    mythos *= draw["algorithmic_progress"] ** (kept_back(assumptions, name, draw, "requirement-lag") / 12.0)
    gained = log_gained(draw, draw["algorithmic_progress"])
    before, pool = mythos * np.exp(-gained), pool_on_grid(assumptions, name, draw)
    able = run_at(GRID, pool, before, budget, flop, minimum).able
    run = run_from(able, delay, GRID, pool, before, flop, minimum)
    run.end += setback
    if change is None or run.end <= change.act_from_month:
        return run
    month = change.act_from_month
    left = pool_on_grid(assumptions, name, draw, change)
    later = log_gained(draw, progress_of(draw, change))
    after = mythos * np.exp(-np.interp(month, GRID, gained) - (later - np.interp(month, GRID, later)))
    changed = draw | {quantity: family.value for quantity, family in change.commitments.items()}
    anew = run_at(GRID, left, after, budget_in(assumptions, name, changed), flop, minimum)
    if run.launch >= month:
        able = anew.able if anew.able > month else min(able, month)  # as long as before, where it could by then
        launched = run_from(max(able + delay, month), 0.0, GRID, left, after, flop, minimum)
        launched.end += setback
        return launched
    # Work off the rest in small steps: no faster than planned, nor than the pool that remains allows.
    remains = np.interp(month, GRID, left)
    share_a_month = min(1.0 / run.planned, remains * flop / run.flop)
    end = month + (run.end - month) / run.planned / share_a_month if share_a_month > 0.0 else math.inf
    run.end = max(run.end, min(end, anew.end))  # started over where that is sooner, but not before its time
    return run


def post_training(assumptions: Assumptions, name: str, draw: Draw, length: float) -> float:
    """Months of a firm's post-training: no shorter than its reinforcement learning, and what else is in the way."""
    firm = assumptions.race.firms[name]
    months = draw[firm.post_training or "post_training_months"]
    if firm.rl_ratio:
        months = max(months, draw[firm.rl_ratio] * length / draw[firm.rl_pool_share])
    return months + kept_back(assumptions, name, draw, "post-training")


def ready_in(assumptions: Assumptions, draw: Draw, change: Intervention | None) -> float:
    """Months since t = 0 at which the first firm is ready."""
    runs = {name: end_in(assumptions, name, draw, change) for name in assumptions.race.firms}
    return min(run.end + post_training(assumptions, name, draw, run.length) for name, run in runs.items())


def ready(assumptions: Assumptions, values: dict[str, np.ndarray], change: Intervention | None) -> np.ndarray:
    """The same for every draw."""
    names = list(values)
    rows = zip(*(values[name] for name in names), strict=True)
    return np.array([ready_in(assumptions, dict(zip(names, row, strict=True)), change) for row in rows])
