"""A slow, plain twin of the race, of either model, under an intervention: one draw at a time, on a fine grid of dates.

It shares no equation with the model: pools are summed, requirements lowered and runs worked off as the text of the
forecast says, step by step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from catchup.model.assumptions import DEFAULT_EVENT, Assumptions
from catchup.model.policies import Intervention

STEP, LAST = 0.004, 120.0  # months
GRID = np.arange(0.0, LAST, STEP)
SECONDS, H100, TRAINIUM = 30.44 * 86_400.0, 9.89e14, 6.5e14
ACTS = ("launch-delay", "requirement-lag", "budget-share", "run-setback")

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


NEVER = Run(math.inf, math.inf, math.inf, math.inf, math.inf, math.nan)


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


def kept_back(assumptions: Assumptions, firm: str, draw: Draw, act: str) -> float:
    """What the obstacles that act somewhere on the way of a firm come to together."""
    total = 0.0
    for obstacle in assumptions.obstacles.values():
        of_all = isinstance(obstacle.quantity, str)
        stands = DEFAULT_EVENT not in (obstacle.not_events or ()) and obstacle.events is None
        if obstacle.acts == act and stands and (of_all or firm in obstacle.quantity):
            total += draw[obstacle.quantity if of_all else obstacle.quantity[firm]]
    return total


@dataclass
class Since:
    """Circumstances that hold from a month on: a lever's, those of firms that commit themselves, or a scenario's."""

    month: float
    assumptions: Assumptions
    draw: Draw
    change: Intervention | None = None


def under(assumptions: Assumptions, draw: Draw, change: Intervention | None) -> Since | None:
    """From the month of an intervention on."""
    if change is None:
        return None
    committed = {quantity: family.value for quantity, family in change.commitments.items()}
    return Since(change.act_from_month, assumptions, draw | committed, change)


@dataclass
class Circumstances:
    """What decides on a firm's run: by date of the grid, or as it is all along."""

    pool: np.ndarray
    requirement: np.ndarray
    budget: float
    flop: float
    minimum: float
    delay: float
    setback: float
    decided: float

    def run(self, able: float | None = None) -> Run:
        """The run of a firm that can launch from a month on, or since the gate is met."""
        if able is None:
            met = np.flatnonzero(self.requirement <= 12.0 * self.budget * self.pool * self.flop)
            able = max(GRID[met[0]] if met.size else math.inf, self.decided)
        launch = able + self.delay
        if launch > GRID[-1]:  # beyond the grid, or never
            return replace(NEVER, able=able)
        asked = math.exp(np.interp(launch, GRID, np.log(self.requirement)))
        length = asked / (np.interp(launch, GRID, self.pool) * self.flop)
        planned = max(length, self.minimum)
        return Run(able, launch, launch + planned + self.setback, length, planned, asked)

    def anew(self) -> float:
        """End of a run that is begun as soon as the gate is met, and does not fail again."""
        run = replace(self, delay=0.0, setback=0.0).run()
        return run.end


def circumstances(assumptions: Assumptions, name: str, draw: Draw, since: Since | None, month: float) -> Circumstances:
    """Those of one firm: until a month, or since then."""
    now, values = (assumptions, draw) if since is None else (since.assumptions, since.draw)
    change = None if since is None else since.change
    firm = now.race.firms[name]
    kept = {act: kept_back(now, name, values, act) for act in ACTS}
    flop = values["mythos_chips"] * TRAINIUM * values["mfu_anthropic"] * values["mythos_training_months"] * SECONDS
    flop *= values["algorithmic_progress"] ** (kept["requirement-lag"] / 12.0)
    gained = log_gained(draw, draw["algorithmic_progress"])
    if since is not None:  # at its own pace from the month on
        later = log_gained(values, progress_of(values, change))
        gained = np.interp(month, GRID, gained) + later - np.interp(month, GRID, later)
    budget = max(values[firm.budget], values.get(firm.commitment or "", 0.0))
    return Circumstances(
        pool_on_grid(now, name, values, change),
        flop * np.exp(-gained),
        budget / (1.0 + kept["budget-share"]),
        H100 * values[firm.mfu] * SECONDS,
        values[firm.minimum_training],
        kept["launch-delay"],
        kept["run-setback"],
        decided=sum((values[each] for each in firm.delay), start=month) if firm.decision else 0.0,
    )


def end_in(assumptions: Assumptions, name: str, draw: Draw, since: Since | None) -> Run:
    """One firm's run, its end as what has changed leaves it."""
    month = 0.0 if since is None else since.month
    run = NEVER
    if name in assumptions.race.firms:
        run = circumstances(assumptions, name, draw, None, month).run()
    if since is None or run.end <= month:
        return run
    if name not in since.assumptions.race.firms:  # what it has launched goes on
        return run if run.launch < month else NEVER
    after = circumstances(assumptions, name, draw, since, month)
    if run.launch >= month:
        able = after.run().able
        able = able if able > month else min(run.able, month)  # as long as before, where it could by then
        return replace(after, delay=0.0).run(max(able + after.delay, month))
    # Work off the rest in small steps: no faster than planned, nor than the pool that remains allows.
    share_a_month = min(1.0 / run.planned, np.interp(month, GRID, after.pool) * after.flop / run.flop)
    end = month + (run.end - month) / run.planned / share_a_month if share_a_month > 0.0 else math.inf
    return replace(run, end=max(run.end, min(end, after.anew())))  # started over where that is sooner


def post_training(assumptions: Assumptions, name: str, draw: Draw, length: float) -> float:
    """Months of a firm's post-training: no shorter than its reinforcement learning, and what else is in the way."""
    firm = assumptions.race.firms[name]
    months = draw[firm.post_training or "post_training_months"]
    if firm.rl_ratio:
        months = max(months, draw[firm.rl_ratio] * length / draw[firm.rl_pool_share])
    return months + kept_back(assumptions, name, draw, "post-training")


def ready_in(assumptions: Assumptions, draw: Draw, since: Since | None) -> float:
    """Months since t = 0 at which the first firm is ready."""
    everyone = {**assumptions.race.firms, **({} if since is None else since.assumptions.race.firms)}
    dates = []
    for name in everyone:
        there = assumptions if name in assumptions.race.firms or since is None else since.assumptions
        values = draw if since is None else {**since.draw, **draw}
        run = end_in(assumptions, name, draw, since)
        dates.append(run.end + post_training(there, name, values, run.length))
    return min(dates)


def ready(assumptions: Assumptions, values: dict[str, np.ndarray], change: Intervention | None) -> np.ndarray:
    """The same for every draw, under an intervention."""
    return np.array([ready_in(assumptions, each, under(assumptions, each, change)) for each in draws_of(values)])


def draws_of(values: dict[str, np.ndarray]) -> Iterator[Draw]:
    """Each draw by itself."""
    names = list(values)
    for row in zip(*(values[name] for name in names), strict=True):
        yield dict(zip(names, row, strict=True))
