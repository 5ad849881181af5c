"""Forward simulation: any number of prior draws, in chunks that stay in the processor's cache.

Nothing here imports PyMC. A caller says what to keep of each chunk; what it keeps is all that grows
with the number of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..priors.errors import InputError
from ..priors.families import Family
from .asked import check_launch_grid, check_month, named_quantities
from .assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from .change import Change
from .draws import QuantileTransform, SobolStreams, Transform, UniformStreams, Values
from .enacted import enacted_in_turn, one_after_another
from .gate import Gate, launch_and_pool
from .generative import Outcome, World, describe_world, intervened_world, run_race
from .law import LawInTurn
from .naming import Naming, unnamed
from .policies import NO_INTERVENTION, Intervention, redrawn
from .pools import Pool, PoolInTurn
from .world import runs_in

CHUNK = 16_384  # draws, a power of two for Sobol's points; fewer take more calls, more take more memory
ALL_DRAWS = slice(None)
KEPT_READY = 3 * 2**20
"""Numbers, 24 MiB of them. The C library gives freed memory back to the system beyond a limit that the largest array
freed so far raises, to 32 MiB at most: one as large as a chunk's arrays together keeps them from being mapped, and
filled with zeros, anew for every chunk, a sixth of the time."""


def outcome(
    assumptions: Assumptions,
    values: Values,
    *,
    event: str = DEFAULT_EVENT,
    intervention: Intervention = NO_INTERVENTION,
    launch_grid: float | None = None,
    as_of_month: float = 0.0,
    world: World | None = None,
    change: Change | None = None,
    baseline: tuple[World, Outcome] | None = None,
    name: Naming = unnamed,
    solve: Callable[[Gate], tuple[Any, Any]] = launch_and_pool,
) -> tuple[World, Outcome]:
    """Work out the dates that given values imply.

    Parameters
    ----------
    assumptions : Assumptions
        The model.
    values : dict of str to array
        Values of every quantity needed, shape (draw,).
    event : str
        Which event.
    intervention : Intervention
        What is changed.
    launch_grid : float, optional
        Months between possible launches.
    as_of_month : float, default 0
        Month of the question, from which firms that have yet to decide can do so.
    world : World, optional
        What another event's call with the same values and intervention returned.
    change : Change, optional
        Other circumstances that held until a month; see `run_race`. An intervention brings its own.
    baseline : tuple of World and Outcome, optional
        What a call with the same values returned without an intervention, so that it is not worked out again.
    name : callable, optional
        Names intermediates, or puts others in their place; see `naming.Naming`.
    solve : callable, default `launch_and_pool`
        Or a `gate.Remembering`, for whoever asks of the same values more than once.

    Returns
    -------
    tuple of World and Outcome
        Every intermediate, and the dates in months since t = 0.

    Raises
    ------
    InputError
        If there is no such event, the grid or the month is none, or the intervention acts on a source that is none.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome
    >>> assumptions = load_assumptions(model="article")
    >>> medians = {name: assumptions.quantiles(name, [0.5]) for name in assumptions.needed()}
    >>> world, found = outcome(assumptions, medians)
    >>> assumptions.calendar.day(found.ready[0]).isoformat()
    '2027-02-13'
    """
    assumptions.event(event)
    check_launch_grid(launch_grid)
    check_month(as_of_month)
    multiples = {event: values[multiple_name(event)]}

    def race(world: World, values: Values, change: Change | None) -> Outcome:
        return run_race(
            np,
            assumptions,
            world,
            multiples,
            values,
            solve,
            change=change,
            launch_grid=launch_grid,
            as_of_month=as_of_month,
            name=name,
        )[event]

    if assumptions.enacted:
        return _in_turn(
            assumptions, values, event, intervention, race, change=change, world=world, baseline=baseline, name=name
        )
    if intervention.nothing:
        world = world or describe_world(np, assumptions, values, name=name)
        return world, race(world, values, change)
    if baseline is None:
        before = describe_world(np, assumptions, values, name=name)
        baseline = before, race(before, values, change)
    earlier = change_from(intervention.act_from_month, baseline[0], {event: baseline[1]})
    world = world or intervened_world(np, assumptions, values, intervention, name=name)
    committed = redrawn(intervention.commitments, assumptions.beliefs, values)
    return world, race(world, values | committed, earlier)


def _in_turn(
    assumptions: Assumptions,
    values: Values,
    event: str,
    intervention: Intervention,
    race: Callable[[World, Values, Change | None], Outcome],
    *,
    change: Change | None,
    world: World | None,
    baseline: tuple[World, Outcome] | None,
    name: Naming,
) -> tuple[World, Outcome]:
    """Work out the dates where policies have been enacted, each after those before it, an intervention among them.

    Parameters
    ----------
    race : callable
        From a world, values and what held before to the outcome.
    others
        As of `outcome`.
    """
    steps = enacted_in_turn(assumptions.enacted, assumptions.levers, assumptions.race, values)
    last = max(step.act_from_month for step in steps)
    asked = [] if intervention.nothing else [intervention]
    done: list[Intervention] = []
    if baseline is not None and asked and intervention.act_from_month >= last:
        done, current = steps, baseline
    else:
        begun = 0.0 if change is None else change.month  # what was enacted by then is in the world that it leads to
        done = [step for step in steps if change is not None and step.act_from_month <= begun]
        start = list(one_after_another(done))[-1] if done else NO_INTERVENTION
        before = world.stages[0] if world else intervened_world(np, assumptions, values, start, name=name)
        current = before, race(before, values, change)
    waiting = [step for step in steps if not any(step is each for each in done)] + asked
    whole = list(one_after_another([*done, *waiting]))[len(done) :]
    foreseen, stages, untouched = [], [current[0]], None if done else current[1]
    for number, step in enumerate(whole, start=1):
        foreseen.append((step.act_from_month, current[1].ready))
        earlier = change_from(step.act_from_month, current[0], {event: current[1]})
        now = world.stages[number] if world else intervened_world(np, assumptions, values, step, name=name)
        stages.append(now)
        committed = redrawn(step.commitments, assumptions.beliefs, values)
        current = in_turn(current[0], now, step.act_from_month), race(now, values | committed, earlier)
    return (
        replace(current[0], stages=tuple(stages)),
        replace(current[1], foreseen=tuple(foreseen), before=untouched),
    )


def in_turn(before: World, now: World, month: float) -> World:
    """Return a world through time that has followed another in a month: its pools, and how the requirement fell."""
    pools: dict[str, Pool] = {
        firm: PoolInTurn(
            stock=pool.stock,
            rate=pool.rate,
            start=pool.start,
            length=pool.length,
            curves=pool.curves,
            before=before.pools[firm],
            month=month,
        )
        for firm, pool in now.pools.items()
    }
    law = LawInTurn(now.law.progress, now.law.pace, now.law.values, before=before.law, month=month)
    return replace(now, pools=pools, law=law)


def change_from(month: float, world: World, outcomes: Mapping[str, Outcome]) -> Change:
    """Return what held until a month, from the race as it would have gone on.

    Parameters
    ----------
    month : float
        When circumstances change, months since t = 0.
    world : World
        Until then.
    outcomes : mapping of str to Outcome
        By event.
    """
    return Change(month, world.law, runs_in(outcomes))


def simulate[Kept](
    assumptions: Assumptions,
    keep: Callable[[Values], Kept],
    draws: int,
    rng: np.random.Generator,
    *,
    names: Sequence[str] | None = None,
    beliefs: Mapping[str, Family] | None = None,
    beside: Mapping[str, Family] | None = None,
    transform: Transform | None = None,
    replicates: int = 0,
    part: slice = ALL_DRAWS,
) -> Iterator[Kept]:
    """Draw from the prior and keep something of each chunk.

    Parameters
    ----------
    assumptions : Assumptions
        The model.
    keep : callable
        Given a chunk's values (quantity name to array of shape (draw,)), returns what to keep of it.
    draws : int
        How many draws in all.
    rng : numpy.random.Generator
        Source of randomness.
    names : sequence of str, optional
        Quantities to draw; those that the default event's date depends on by default.
    beliefs : mapping of str to Family, optional
        What is believed of them; the assumptions' own beliefs by default.
    beside : mapping of str to Family, optional
        Further quantities, on which none of the others depends (they may depend on the others), drawn at random even
        where the others are not: a
        Sobol sequence of more dimensions would be another sequence, and weights worked out on this one would no
        longer belong to its draws.
    transform : Transform, optional
        What makes values of uniform numbers, in place of the quantile functions of `names`.
    replicates : int, default 0
        0 for plain random draws. Otherwise the number of independently scrambled Sobol sequences that
        share the draws, one after the other; `draws` must be a multiple of it (see `sobol_layout`).
    part : slice, optional
        Which of the draws are made, from a multiple of `CHUNK` on; all by default. Of Sobol sequences, which of each.

    Yields
    ------
    Kept
        What `keep` returned, chunk by chunk.

    Raises
    ------
    InputError
        If the draws cannot be shared among the replicates evenly, or nothing is believed of a quantity.

    Notes
    -----
    One thread does it all. NumPy's calls on a chunk take a few microseconds each, after every one of which threads
    would queue for Python's lock: two took up to twice the time of one. Processes can make a part each.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome, simulate
    >>> assumptions, rng = load_assumptions(model="article"), np.random.default_rng(1)
    >>> chunks = simulate(assumptions, lambda values: outcome(assumptions, values)[1].ready, 4_000, rng)
    >>> ready = np.concatenate(list(chunks))
    >>> ready.shape, np.quantile(ready, [0.05, 0.5, 0.95]).round(1)
    ((4000,), array([ 8. , 11.6, 18.1]))
    """
    if replicates and draws % replicates:
        expected = f"a multiple of {replicates}, the number of replicates, was expected"
        raise InputError(f"{expected}, not {draws}", key="draws")
    copula = assumptions.copula
    if transform is None:
        believed = beliefs or assumptions.beliefs
        asked = assumptions.needed() if names is None else named_quantities("names", names, believed)
        transform = QuantileTransform(believed, asked, copula)
    further = QuantileTransform(beside or {}, list(beside or {}), copula)
    if replicates:
        per_stream = draws // replicates
        streams: list[UniformStreams | SobolStreams] = [SobolStreams(rng) for _ in range(replicates)]
    else:
        per_stream = draws
        streams = [UniformStreams(rng)]
    plain = UniformStreams(rng) if replicates else streams[0]

    np.empty(KEPT_READY)  # freed at once
    start, stop, _ = part.indices(per_stream)
    for number, stream in enumerate(streams):
        values: Iterator[Values] = transform.chunks(stream, start, stop - start, CHUNK)
        if beside:
            values = further.beside(values, plain, number * per_stream + start, stop - start, CHUNK)
        yield from map(keep, values)


def sobol_layout(draws: int) -> tuple[int, int]:
    """Split a number of draws into independent scrambles of a power of two each.

    Returns
    -------
    tuple of int
        Number of scrambles (8 to 15 from 16 draws up), and the draws that they use in all: at most as asked.
    """
    size = 2 ** max(int(np.log2(max(draws / 8, 1))), 0)
    replicates = max(draws // size, 2)
    return replicates, replicates * size
