"""The model: from quantities to dates, over NumPy arrays and PyTensor variables alike.

`describe_world` works out what every event shares (Mythos's compute, the pace of progress, the pools);
`run_race` then asks when given multiples of that compute are reached. Both only assemble
`equations`: the forward simulation calls them with arrays of draws, the PyMC graph with scalars.

Every intermediate passes through a naming (`Naming`) before anything is worked out of it. The PyMC graph makes it a
named variable there, so that ``pm.do`` on any of them moves all that follows; over arrays, a naming that puts given
values in its place does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from . import equations
from .assumptions import FINISH_QUANTITY, LEVER_QUANTITIES, MYTHOS_QUANTITIES, PROGRESS_QUANTITY, Assumptions
from .change import BegunRuns, Change
from .equations import SMALLEST_STOCK
from .firms import Firm
from .gate import Gate
from .law import Fall, LawInTurn, fall_behind, law_of
from .law import required as required_at
from .naming import ByFirm, Naming, unnamed
from .obstacle_effects import ObstacleEffects
from .policies import NO_INTERVENTION, Intervention, refuse_unknown_sources
from .pools import Values, pool_of
from .world import Contender as Contender
from .world import Outcome as Outcome
from .world import World as World


def describe_world(
    xp: Any,
    assumptions: Assumptions,
    values: Values,
    *,
    kept: Mapping[str, Any] | None = None,
    stop: Mapping[str, Any] | None = None,
    distillation_limited: Any = 0.0,
    name: Naming = unnamed,
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
    name : callable, optional
        Names intermediates; see `Naming`.
    """
    number = assumptions.table.number
    seconds = number("days_per_month") * equations.SECONDS_PER_DAY
    chips, months, mfu = (values[quantity] for quantity in MYTHOS_QUANTITIES)
    flop = equations.mythos_flop(chips, number("trainium2_peak"), mfu, months, seconds)
    progress = values[PROGRESS_QUANTITY]
    if not (isinstance(distillation_limited, float) and distillation_limited == 0.0):
        distilled, removed = (values[quantity] for quantity in LEVER_QUANTITIES)
        progress = equations.remaining_progress(xp, progress, distillation_limited * distilled, removed)
    flop, progress = name("mythos_flop", flop), name("annual_progress", progress)
    firms = assumptions.race.firms
    flop_month = {
        firm: equations.flop_per_h100e_month(number("h100_peak"), values[text.mfu], seconds)
        for firm, text in firms.items()
    }
    return World(
        flop,
        progress,
        law_of(assumptions.mechanisms.progress, equations.log_growth_per_month(xp, progress), values),
        name("flop_per_h100e_month", flop_month),
        {firm: pool_of(xp, assumptions, firm, values, kept or {}, stop or {}) for firm in firms},
    )


def run_race(
    xp: Any,
    assumptions: Assumptions,
    world: World,
    multiples: Values,
    values: Values,
    solve: Callable[..., Any],
    *,
    change: Change | None = None,
    launch_grid: float | None = None,
    as_of_month: float = 0.0,
    name: Naming = unnamed,
) -> dict[str, Outcome]:
    """Ask when multiples of Mythos's compute are reached.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        The firms.
    world : World
        From `describe_world`.
    multiples : mapping of str to (draw,)
        By event, the multiple of Mythos's pre-training compute that it asks for.
    values : mapping
        Quantity name to values.
    solve : callable
        `gate.launch_and_pool`, or that of `gate_operation`: takes a `Gate`, returns the launch and the pool then.
    change : Change, optional
        What held until a month: runs that have ended by then stand, those under way do the rest under the
        circumstances of `world` and `values`, and others launch no earlier (see `equations.end_after_change`). Firms
        that have left the race since end what they had begun (see `BegunRuns`).
    launch_grid : float, optional
        Months between the dates at which a launch is possible; None for any moment.
    as_of_month : float, default 0
        Month of the question: firms that decide on that day launch no earlier.
    name : callable, optional
        Names intermediates; see `Naming`.

    Returns
    -------
    dict of str to Outcome
        By event.
    """
    firms, flop_month = assumptions.race.firms, world.flop_month
    entries = [(event, firm) for event in multiples for firm in firms]
    obstacles = ObstacleEffects(assumptions.obstacles, entries, values, name)
    target = name("target_flop", {event: world.mythos_flop * multiple for event, multiple in multiples.items()})
    habits = {firm: text.share_of_year(xp, values) for firm, text in firms.items()}
    budget = obstacles.budget({at: habits[at[1]] for at in entries})
    asked, falls = _targets(xp, world, entries, target, values, obstacles.lag(), change)
    solved, stock = _solve(xp, world, asked, falls, budget, solve)
    begun = BegunRuns(xp, change, entries)
    able = begun.able(
        {at: _able(xp, assumptions, firms[at[1]], values, moment, as_of_month) for at, moment in solved.items()}
    )
    dates = obstacles.launch(able)
    if change is not None:
        dates = {at: xp.maximum(moment, change.month) for at, moment in dates.items()}
    if launch_grid is not None:
        dates = {at: equations.round_up(xp, moment, launch_grid) for at, moment in dates.items()}
    launch = name("launch", begun.kept("launch", dates))
    pool = {at: stock[at] if launch[at] is solved[at] else world.pools[at[1]].at(xp, launch[at]) for at in entries}
    pool = name("pool_at_launch", begun.kept("pool", pool))
    required = {at: required_at(xp, asked[at], falls[at], launch[at]) for at in entries}
    required = name("requirement_at_launch", begun.kept("requirement", required))
    length = {at: _run_length(xp, required[at], pool[at], flop_month[at[1]]) for at in entries}
    length = name("run_length", begun.kept("run_length", length))
    shortest = {at: values[firms[at[1]].minimum_training] for at in entries}
    planned = {at: equations.pretrained(xp, launch[at], length[at], shortest[at]) for at in entries}
    slower = {at: _slowdown(xp, world, at[1], required[at], length[at], shortest[at], begun.month) for at in begun.runs}
    end = begun.ends(
        obstacles.pretrained(planned),
        launch,
        slower,
        {at: _run_anew(xp, world, at, asked, falls, solved[at], stock[at], shortest[at]) for at in begun.runs},
    )
    end = {**name("firm_pretrained", end), **{at: run.pretrained for at, run in begun.departed.items()}}
    everyone = {event: [at for at in (*entries, *begun.departed) if at[0] == event] for event in multiples}
    ends = {event: equations.earliest(xp, [end[at] for at in ats]) for event, ats in everyone.items()}
    first: Mapping[str, Any] = name("pretrained", ends)
    months = {at: _post_training(xp, firms[at[1]], values, run) for at, run in length.items()}
    whole, own, overall = _finish(xp, obstacles, months, begun, end, first, name)
    ready = name("ready", {event: equations.ready(first[event], overall[event]) for event in multiples})
    contenders = {
        at: Contender(
            able[at],
            launch[at],
            pool[at],
            required[at],
            length[at],
            end[at],
            own[at],
            whole[at],
            begun.slowdown(at, slower),
        )
        for at in entries
    }
    contenders |= begun.departed
    by_event = {event: {at[1]: contenders[at] for at in ats} for event, ats in everyone.items()}
    return {
        event: Outcome(target[event], by_event[event], first[event], overall[event], ready[event])
        for event in multiples
    }


def _finish(
    xp: Any,
    obstacles: ObstacleEffects,
    months: ByFirm,
    begun: BegunRuns,
    end: ByFirm,
    first: Mapping[str, Any],
    name: Naming,
) -> tuple[ByFirm, ByFirm, Mapping[str, Any]]:
    """Months of post-training by event and firm, of all of it and as it comes to pass; by event, those to readiness.

    The latter count from the first end of pre-training. Where all firms have the same, those that have departed among
    them, that is what the event has.
    """
    whole = obstacles.post_training(months)
    own = begun.post_training(whole, end)
    kept = {at: run.post_training for at, run in begun.departed.items()}
    every = {**own, **kept}
    entries = {event: [at for at in every if at[0] == event] for event in first}
    shared = {event: every[ats[0]] for event, ats in entries.items() if all(every[at] is every[ats[0]] for at in ats)}
    if len(shared) == len(entries):
        return whole, own, shared if own is months else name("post_training", shared)
    own = name("firm_post_training", own)
    ends = {at: equations.ready(end[at], taken) for at, taken in {**own, **kept}.items()}
    overall = {
        event: shared[event]
        if event in shared
        else equations.months_to_first_ready(xp, first[event], [ends[at] for at in ats])
        for event, ats in entries.items()
    }
    return whole, own, name("post_training", overall)


def _post_training(xp: Any, firm: Firm, values: Values, length: Any) -> Any:
    """Months of a firm's post-training, obstacles aside."""
    months = values[firm.post_training or FINISH_QUANTITY]
    if firm.rl_ratio is None or firm.rl_pool_share is None:
        return months
    return equations.post_training_with_rl(xp, months, values[firm.rl_ratio], length, values[firm.rl_pool_share])


def _targets(
    xp: Any,
    world: World,
    entries: Sequence[tuple[str, str]],
    target: Values,
    values: Values,
    lag: ByFirm,
    change: Change | None,
) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], Fall]]:
    """Compute that is asked for at t = 0, and how it falls from then on, by event and firm.

    At a constant rate, what a firm is behind and what held until a change go into the former.
    """
    asked = {at: target[at[0]] for at in entries}
    # know-how is behind by what progress was before any policy limited it
    pace = equations.log_growth_per_month(xp, values[PROGRESS_QUANTITY]) if lag else world.law.pace
    if not world.law.constant:
        before, month = (None, 0.0) if change is None else (change.law, change.month)
        return asked, {at: fall_behind(xp, world.law, lag.get(at), pace, before, month) for at in entries}
    if lag:
        asked = {at: equations.lagged_target(xp, flop, pace, lag[at]) for at, flop in asked.items()}
    if change is not None:
        asked = {at: _target_after(xp, flop, change, world.law.pace) for at, flop in asked.items()}
    return asked, dict.fromkeys(entries, Fall(world.law))


def _target_after(xp: Any, target: Any, change: Change, pace: Any) -> Any:
    """Target whose requirement has fallen at the pace that holds now all along; see `equations.target_after_change`."""
    if isinstance(change.law, LawInTurn):
        return required_at(xp, target, Fall(change.law), change.month) * xp.exp(pace * change.month)
    return equations.target_after_change(xp, target, change.law.pace, pace, change.month)


def _solve(
    xp: Any,
    world: World,
    asked: ByFirm,
    falls: Mapping[tuple[str, str], Fall],
    budget: ByFirm,
    solve: Callable[..., Any],
) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], Any]]:
    """Launches by event and firm, as far as compute and know-how decide them, and the pools then."""
    launches, pools = {}, {}
    for (event, firm), flop in asked.items():
        log_target = equations.log_target_stock(xp, flop, budget[event, firm], world.flop_month[firm])
        gate = Gate(world.pools[firm], falls[event, firm], log_target)
        launches[event, firm], pools[event, firm] = solve(gate)
    return launches, pools


def _run_length(xp: Any, required: Any, pool: Any, flop_month: Any) -> Any:
    """Months of a run on the whole pool; no time where there never is any, which never launches, instead of 0/0."""
    return equations.run_length(required, xp.maximum(pool, SMALLEST_STOCK), flop_month)


def _slowdown(xp: Any, world: World, firm: str, required: Any, length: Any, shortest: Any, month: float) -> Any:
    """How much longer the rest of a firm's run takes on the pool that it has from a month on."""
    planned = xp.maximum(length, shortest)
    return equations.slowdown(xp, required, world.pools[firm].at(xp, month), world.flop_month[firm], planned)


def _run_anew(
    xp: Any,
    world: World,
    at: tuple[str, str],
    asked: ByFirm,
    falls: Mapping[tuple[str, str], Fall],
    launch: Any,
    pool: Any,
    shortest: Any,
) -> Any:
    """End of a run that a firm begins when compute suffices, as if what holds now had held from the start."""
    required = required_at(xp, asked[at], falls[at], launch)
    return equations.pretrained(xp, launch, _run_length(xp, required, pool, world.flop_month[at[1]]), shortest)


def _able(xp: Any, assumptions: Assumptions, firm: Firm, values: Values, moment: Any, as_of_month: float) -> Any:
    """First month in which a firm can launch, compute sufficing from a moment on."""
    if firm.decision is None and not firm.delay:
        return moment
    return xp.maximum(moment, _earliest(firm, assumptions, values, as_of_month))


def _earliest(firm: Firm, assumptions: Assumptions, values: Values, as_of_month: float) -> Any:
    """First month in which a firm that has yet to decide can launch."""
    if isinstance(firm.decision, date):
        decision = assumptions.calendar.months(firm.decision)
    else:
        decision = as_of_month if firm.decision == "as-of" else 0.0
    return decision + sum(values[quantity] for quantity in firm.delay)


def intervened_world(
    xp: Any,
    assumptions: Assumptions,
    values: Values,
    intervention: Intervention = NO_INTERVENTION,
    *,
    name: Naming = unnamed,
) -> World:
    """Work out what every event shares, under an intervention."""
    refuse_unknown_sources(intervention, assumptions.race.sources)
    return describe_world(
        xp,
        assumptions,
        values,
        kept=intervention.kept,
        stop=intervention.stop,
        distillation_limited=intervention.limit_distillation * 1.0,
        name=name,
    )
