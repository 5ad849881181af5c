"""The model: from quantities to dates, over NumPy arrays and PyTensor variables alike.

`describe_world` works out what every event shares (Mythos's compute, the pace of progress, the pools);
`run_race` then asks when a given multiple of that compute is reached. Both only assemble
`equations`: the forward simulation calls them with arrays of draws, the PyMC graph with scalars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import equations
from .assumptions import Assumptions
from .launch import SMALLEST_STOCK
from .policies import NO_INTERVENTION, Intervention
from .race import Firm

Values = Mapping[str, Any]

SHORTEST_ARRIVAL = 1e-6  # months, a few seconds


@dataclass(frozen=True)
class Pool:
    """A firm's compute through time.

    Attributes
    ----------
    stock : (draw,)
        H100e at t = 0.
    rate, start, length : tuple of (draw,) or float
        H100e a month, first month and months of arrivals, with an entry for each arriving source.
    """

    stock: Any
    rate: tuple[Any, ...]
    start: tuple[Any, ...]
    length: tuple[Any, ...]

    def at(self, xp: Any, t: Any) -> Any:
        """H100e at time t (months)."""
        return equations.pool(xp, t, self.stock, self.rate, self.start, self.length)


@dataclass(frozen=True)
class World:
    """What every event shares.

    Attributes
    ----------
    mythos_flop : (draw,)
        Mythos's pre-training compute, FLOP.
    annual_progress : (draw,)
        Algorithmic progress in force, factor per year.
    log_growth : (draw,)
        The same, as a rate per month.
    flop_month : dict of str to (draw,)
        By firm, what an H100e delivers in a month, FLOP.
    pools : dict of str to Pool
        By firm.
    """

    mythos_flop: Any
    annual_progress: Any
    log_growth: Any
    flop_month: dict[str, Any]
    pools: dict[str, Pool]


@dataclass(frozen=True)
class Contender:
    """One firm's way to an event; months since t = 0 unless said otherwise.

    Attributes
    ----------
    launch : (draw,)
        When its run launches.
    pool : (draw,)
        Its compute then, H100e.
    requirement : (draw,)
        What the capability costs then, FLOP.
    run_length : (draw,)
        Months that the run would take on the whole pool.
    pretrained : (draw,)
        When its pre-training ends.
    """

    launch: Any
    pool: Any
    requirement: Any
    run_length: Any
    pretrained: Any


@dataclass(frozen=True)
class Outcome:
    """When an event comes.

    Attributes
    ----------
    target_flop : (draw,)
        Compute that the event asks for at t = 0, FLOP.
    contenders : dict of str to Contender
        By firm.
    pretrained : (draw,)
        First end of pre-training among the firms, months.
    post_training : (draw,)
        Months from there to readiness.
    """

    target_flop: Any
    contenders: dict[str, Contender]
    pretrained: Any
    post_training: Any

    @property
    def ready(self) -> Any:
        """When the first firm is ready, months; (draw,)."""
        return self.pretrained + self.post_training

    def ready_of(self, firm: str) -> Any:
        """When a firm is ready, first or not, months; (draw,)."""
        return self.contenders[firm].pretrained + self.post_training


def describe_world(
    xp: Any,
    assumptions: Assumptions,
    values: Values,
    *,
    kept: Mapping[str, Any] | None = None,
    stop: Mapping[str, Any] | None = None,
    distillation_limited: Any = 0.0,
) -> World:
    """Work out what every event shares.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        Constants, firms and sources.
    values : mapping
        Quantity name to values, shape (draw,) or a scalar variable.
    kept, stop : mapping, optional
        Per source, the share kept and the month its arrivals stop; see `Intervention`.
    distillation_limited : float or variable, default 0
        1 to take from progress what policy removes of distillation.
    """
    number = assumptions.table.number
    seconds = number("days_per_month") * equations.SECONDS_PER_DAY
    flop = equations.mythos_flop(
        values["mythos_chips"],
        number("trainium2_peak"),
        values["mfu_anthropic"],
        values["mythos_training_months"],
        seconds,
    )
    progress = values["algorithmic_progress"]
    log_growth = equations.log_growth_per_month(xp, progress)
    if not (isinstance(distillation_limited, float) and distillation_limited == 0.0):
        shares = distillation_limited * values["distilled_share"], values["distillation_removed_share"]
        progress = equations.remaining_progress(progress, *shares)
        # Not the logarithm of that power: a graph that is asked for dates alone works out neither.
        log_growth = log_growth * equations.remaining_share(*shares)
    pools, flop_month = {}, {}
    for name, firm in assumptions.race.firms.items():
        flop_month[name] = equations.flop_per_h100e_month(number("h100_peak"), values[firm.mfu], seconds)
        pools[name] = _pool(xp, assumptions, name, values, kept or {}, stop or {})
    return World(flop, progress, log_growth, flop_month, pools)


def run_race(
    xp: Any,
    assumptions: Assumptions,
    world: World,
    multiple: Any,
    values: Values,
    solve: Callable[..., Any],
    *,
    before: Values | None = None,
    act_from_month: float = 0.0,
    launch_grid: float | None = None,
    as_of_month: float = 0.0,
) -> Outcome:
    """Ask when a multiple of Mythos's compute is reached.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        The firms.
    world : World
        From `describe_world`.
    multiple : (draw,)
        The event's multiple of Mythos's pre-training compute.
    values : mapping
        Quantity name to values.
    solve : callable
        `launch.solve_with_pool`, or the operation that wraps it: returns the launch and the pool then.
    before : mapping, optional
        By firm, the launch under the circumstances that held until month `act_from_month`: one that came earlier
        stands, and no other can predate that month. Firms not named had none.
    launch_grid : float, optional
        Months between the dates at which a launch is possible; None for any moment.
    as_of_month : float, default 0
        Month of the question: firms that decide on that day launch no earlier.
    """
    target = world.mythos_flop * multiple
    contenders = {}
    for name, firm in assumptions.race.firms.items():
        pool, flop_month = world.pools[name], world.flop_month[name]

        log_target = equations.log_target_stock(xp, target, values[firm.budget], flop_month)
        solved, stock = solve(pool.stock, pool.rate, pool.start, pool.length, world.log_growth, log_target)
        launch = solved
        if before is not None:
            earlier = before.get(name, xp.inf)
            launch = equations.launch_after_switch(xp, earlier, launch, act_from_month)
        if firm.decision is not None or firm.delay:
            launch = xp.maximum(launch, _earliest(firm, assumptions, values, as_of_month))
        if launch_grid is not None:
            launch = equations.round_up(xp, launch, launch_grid)
        required = equations.requirement(xp, target, world.log_growth, launch)
        if launch is not solved:
            stock = pool.at(xp, launch)
        # a firm that never has any compute never launches: its run takes no time, instead of 0/0
        length = equations.run_length(required, xp.maximum(stock, SMALLEST_STOCK), flop_month)
        end = equations.pretrained(xp, launch, length, values[firm.minimum_training])
        contenders[name] = Contender(launch, stock, required, length, end)
    ends = [contender.pretrained for contender in contenders.values()]
    first = ends[0]
    for end in ends[1:]:
        first = xp.minimum(first, end)
    return Outcome(target, contenders, first, values["post_training_months"])


def _earliest(firm: Firm, assumptions: Assumptions, values: Values, as_of_month: float) -> Any:
    """First month in which a firm that has yet to decide can launch."""
    if isinstance(firm.decision, date):
        decision = assumptions.calendar.months(firm.decision)
    else:
        decision = as_of_month if firm.decision == "as-of" else 0.0
    return decision + sum(values[quantity] for quantity in firm.delay)


def _pool(
    xp: Any, assumptions: Assumptions, firm: str, values: Values, kept: Mapping[str, Any], stop: Mapping[str, Any]
) -> Pool:
    race = assumptions.race
    amounts: dict[str, Any] = {}
    for name in race.sources_of(firm):
        source = race.sources[name]
        amount = math.prod((values[quantity] for quantity in source.amount[1:]), start=values[source.amount[0]])
        amounts[name] = amount * kept[name] if name in kept else amount
    present = [amount for name, amount in amounts.items() if not race.sources[name].arrives]
    stock = sum(present[1:], start=present[0]) if present else next(iter(amounts.values())) * 0.0
    arriving = {name: race.sources[name] for name in amounts if race.sources[name].arrives}
    starts = [_number_or_value(source.start, values) for source in arriving.values()]
    lengths = [_months(xp, source.length, values) for source in arriving.values()]
    rates = [
        equations.arrival_rate(amounts[name], _months(xp, source.per, values) if source.per else length)
        for (name, source), length in zip(arriving.items(), lengths, strict=True)
    ]
    lengths = [
        equations.arrival_length(xp, start, length, stop[name]) if name in stop else length
        for name, start, length in zip(arriving, starts, lengths, strict=True)
    ]
    return Pool(stock, tuple(rates), tuple(starts), tuple(lengths))


def _months(xp: Any, entry: float | str | None, values: Values) -> Any:
    """A duration; one that is drawn can come so near to nothing that nothing could be divided by it."""
    return xp.maximum(_number_or_value(entry, values), SHORTEST_ARRIVAL)


def _number_or_value(entry: float | str | None, values: Values) -> Any:
    return values[entry] if isinstance(entry, str) else entry


def intervened_world(
    xp: Any, assumptions: Assumptions, values: Values, intervention: Intervention = NO_INTERVENTION
) -> World:
    """Work out what every event shares, under an intervention."""
    return describe_world(
        xp,
        assumptions,
        values,
        kept=intervention.kept,
        stop=intervention.stop,
        distillation_limited=1.0 if intervention.limit_distillation else 0.0,
    )
