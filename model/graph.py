"""The PyMC model: the same equations over random variables, to be conditioned, intervened on and checked.

Quantities of one base distribution are one vector random variable (named ``triangular_quantities`` and so
on, with a dim of their names), because compiling many scalars is slow; each quantity is a deterministic of
its own name in natural units. Quantities that are correlated, that hang on others or that have no base distribution
hang on vectors of standard normal numbers instead (``correlated_quantities``, ``scored_quantities``): see
`declare_quantities`. Levers are switched data (``source_kept``, ``source_stop``, ``distillation_limited``):
`set_intervention` changes them without rebuilding. Any named variable can be held by ``pm.do``, and any quantity
observed by ``pm.observe``: what follows is worked out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from ..priors.bases import BASES
from ..priors.copula import INDEPENDENT, Copula, Group
from ..priors.errors import InputError
from ..priors.families import Family
from ..priors.families.family import SCORE, Based
from ..priors.hierarchy import related
from .asked import check_launch_grid, check_month, named_events, named_quantities
from .assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from .change import Change
from .enacted import in_force
from .forward import change_from, in_turn
from .gate_operation import launch_and_pool
from .generative import Outcome, World, describe_world, intervened_world, run_race
from .named_variables import declare, declared
from .naming import Naming, unnamed
from .observable import derived, fixed, observable, observable_together
from .policies import NEVER_STOPS, NO_INTERVENTION, Intervention, refuse_unknown_sources

FORESEEN = "ready_foreseen"  # begins the names of dates as they would have been before a policy was enacted


def build_model(
    assumptions: Assumptions,
    *,
    events: Sequence[str] = (DEFAULT_EVENT,),
    extra_quantities: Iterable[str] = (),
    launch_grid: float | None = None,
    as_of_month: float = 0.0,
) -> pm.Model:
    """Build the generative model.

    Parameters
    ----------
    assumptions : Assumptions
        Priors, firms, sources and events.
    events : sequence of str
        Whose dates it holds.
    extra_quantities : iterable of str
        Quantities beyond those the dates depend on, for the likelihoods that need them.
    launch_grid : float, optional
        Months between possible launches.
    as_of_month : float, default 0
        Month of the question, from which firms that have yet to decide can do so; switched data of that name.

    Returns
    -------
    pymc.Model
        With coords ``event``, ``firm`` and ``source``. Months count from t = 0; see `naming.UNITS` and `naming.DIMS`
        for what it holds.

    Raises
    ------
    InputError
        If there is no such event or quantity, no event is named or one twice, or the grid or the month is none.

    Examples
    --------
    >>> from catchup.model import build_model, load_assumptions
    >>> model = build_model(load_assumptions(), events=("compute-equivalent", "lean-mythos"))
    >>> model.coords["event"], model.named_vars_to_dims["ready"]
    (('compute-equivalent', 'lean-mythos'), ('event',))
    >>> sorted(set(model.named_vars) & {"mythos_flop", "china_stock", "ready"})
    ['china_stock', 'mythos_flop', 'ready']
    """
    events = named_events(events, assumptions.events)
    if not events:
        raise InputError("at least one was expected", key="events")
    if len(set(events)) < len(events):
        raise InputError("names one event twice", key="events")
    extra = named_quantities("extra_quantities", extra_quantities, assumptions.beliefs)
    check_launch_grid(launch_grid)
    check_month(as_of_month)
    names = list(dict.fromkeys([*assumptions.needed(events, distillation=True), *extra]))
    coords = {
        "event": list(events),
        "firm": list(assumptions.race.firms),
        "source": list(assumptions.race.sources),
    }
    with pm.Model(coords=coords) as model:
        values = declare_quantities(assumptions.beliefs, names, assumptions.copula)
        day = pm.Data("as_of_month", float(as_of_month))
        multiples = {event: values[multiple_name(event)] for event in events}

        def race(world: World, change: Change | None, name: Naming) -> dict[str, Outcome]:
            return run_race(
                pt,
                assumptions,
                world,
                multiples,
                values,
                launch_and_pool,
                change=change,
                launch_grid=launch_grid,
                as_of_month=day,
                name=name,
            )

        enacted, change = _in_force(assumptions, values, race)
        data = _switches(enacted, list(assumptions.race.sources))
        kept = pm.Data("source_kept", data["source_kept"], dims="source")
        stop = pm.Data("source_stop", data["source_stop"], dims="source")
        limited = pm.Data("distillation_limited", data["distillation_limited"])
        race(_world(assumptions, values, kept, stop, limited, declare), change, declare)
    return model


def _in_force(
    assumptions: Assumptions,
    values: Mapping[str, Any],
    race: Callable[[World, Change | None, Naming], dict[str, Outcome]],
) -> tuple[Intervention, Change | None]:
    """What policies that have been enacted make of the model from the last one's day on, and what held until then.

    Raises
    ------
    InputError
        If one is not certain: whether it acts is no smooth function of anything, and no sampler could follow it.
    """
    for each in assumptions.enacted:
        if not each.certain:
            problem = (
                f"{each.name} is not certain, which only --engine importance can weigh; NUTS asks for reliability = 1"
            )
            raise InputError(problem, key="--engine")
    current, change = NO_INTERVENTION, None
    steps = in_force(assumptions.enacted, assumptions.levers, assumptions.race, {})
    through_time = None
    for number, step in enumerate(steps):
        world = intervened_world(pt, assumptions, values, current)
        outcomes = race(world, change, unnamed)
        through_time = world if through_time is None else in_turn(through_time, world, current.act_from_month)
        foreseen = pt.stack([outcome.ready for outcome in outcomes.values()])
        pm.Deterministic(f"{FORESEEN}_{number}", foreseen, dims="event")
        change, current = change_from(step.act_from_month, through_time, outcomes), step
    return current, change


def foreseen_of(model: pm.Model, assumptions: Assumptions) -> dict[str, list[tuple[float, Any]]]:
    """By event, dates as they would have been before each policy that has been enacted; see `Outcome`."""
    months = sorted(each.month for each in assumptions.enacted)
    return {
        event: [(month, model[f"{FORESEEN}_{number}"][place]) for number, month in enumerate(months)]
        for place, event in enumerate(model.coords["event"])
    }


def _switches(intervention: Intervention, sources: Sequence[str]) -> dict[str, Any]:
    """An intervention as the values of the model's data."""
    refuse_unknown_sources(intervention, sources)
    return {
        "source_kept": np.array([intervention.kept.get(name, 1.0) for name in sources], dtype=float),
        "source_stop": np.array([intervention.stop.get(name, NEVER_STOPS) for name in sources], dtype=float),
        "distillation_limited": float(intervention.limit_distillation),
    }


def world_of(model: pm.Model, assumptions: Assumptions) -> World:
    """What every event shares, as a model's own variables: pools through time, for likelihoods.

    Parameters
    ----------
    model : pymc.Model
        From `build_model`.
    assumptions : Assumptions
        Those that it was built from.
    """
    data = model["source_kept"], model["source_stop"], model["distillation_limited"]
    last = _world(assumptions, model.named_vars, *data, partial(declared, model))
    steps = in_force(assumptions.enacted, assumptions.levers, assumptions.race, {})
    if not steps:
        return last
    world = intervened_world(pt, assumptions, model.named_vars)
    for step in steps:
        now = last if step is steps[-1] else intervened_world(pt, assumptions, model.named_vars, step)
        world = in_turn(world, now, step.act_from_month)
    return world


def _world(
    assumptions: Assumptions, values: Mapping[str, Any], kept: Any, stop: Any, limited: Any, name: Naming
) -> World:
    sources = list(assumptions.race.sources)
    return describe_world(
        pt,
        assumptions,
        values,
        kept={name: kept[index] for index, name in enumerate(sources)},
        stop={name: stop[index] for index, name in enumerate(sources)},
        distillation_limited=limited,
        name=name,
    )


def declare_quantities(
    beliefs: Mapping[str, Family], names: Sequence[str], copula: Copula = INDEPENDENT
) -> dict[str, Any]:
    """Add quantities to the model in context: a vector random variable per base, a named deterministic per quantity.

    Parameters
    ----------
    beliefs : mapping of str to Family
        What is believed of each name.
    names : sequence of str
        Which to add; quantities that they depend on are added as well.
    copula : Copula, optional
        Dependence between quantities. Those that depend on each other are quantiles, at ranks whose normal scores are
        L e: e the vector of independent standard normal variables that is sampled, L the copula's Cholesky factor.

    Notes
    -----
    A quantity that is given numbers by others is the quantile function of its own score, given their values: what is
    sampled is not centred on them, and a change of a parent moves its children.

    Returns
    -------
    dict of str to variable
        By quantity, in its own unit.
    """
    names = related(names, beliefs, copula)
    scores = _declare_scores(beliefs, names, copula)
    vectors = _declare_vectors({name: beliefs[name] for name in names if name not in scores})
    groups = {name: group for group in copula.among(names) for name in group.names}
    values: dict[str, Any] = {}
    for name in names:
        if name not in values:
            values |= _observable_values(beliefs, name, groups.get(name), scores, vectors, values)
    return {name: values[name] for name in names}


def _observable_values(
    beliefs: Mapping[str, Family],
    name: str,
    group: Group | None,
    scores: Mapping[str, Any],
    vectors: Mapping[str, Any],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """Values of a quantity, and of those it is correlated with, as they may be observed, under their names."""
    if group is not None and not any(beliefs[each].parents for each in group.names):
        natural = {each: beliefs[each].at_score(pt, scores[each]) for each in group.names}
        together = observable_together(group, natural, scores, beliefs)
        return {each: pm.Deterministic(each, value) for each, value in together.items()}
    belief = beliefs[name].given(values)
    if belief.base is None:
        value = fixed(name, pt.as_tensor_variable(belief.known(pt), dtype="float64"))
    elif name in scores:
        value = belief.at_score(pt, scores[name])
        value = derived(name, value) if beliefs[name].parents or group else observable(name, value, belief)
    else:
        value = observable(name, cast(Based, belief).to_natural(vectors[name]), belief)
    return {name: pm.Deterministic(name, value)}


def _declare_vectors(beliefs: Mapping[str, Family]) -> dict[str, Any]:
    """A vector random variable per base distribution, in the coordinates of the bases."""
    elements: dict[str, Any] = {}
    for base in BASES.values():
        group = [name for name, belief in beliefs.items() if belief.base == base.name]
        if not group:
            continue
        dim = f"{base.name}_quantity"
        pm.modelcontext(None).add_coord(dim, group)
        parameters = np.array([cast(Based, beliefs[name]).base_parameters() for name in group], dtype=np.float64).T
        vector = base.pymc(f"{base.name}_quantities", *parameters, dims=dim)
        elements |= {name: vector[index] for index, name in enumerate(group)}
    return elements


def _declare_scores(beliefs: Mapping[str, Family], names: Sequence[str], copula: Copula) -> dict[str, Any]:
    """Normal scores of what is correlated, and of what has no base distribution or hangs on other quantities."""
    groups = copula.among(names)
    innovations = _declare_normal("correlated", [name for group in groups for name in group.names])
    scores: dict[str, Any] = {}
    for group in groups:
        for name, row in zip(group.names, group.factor, strict=True):
            # Term by term: a product with a matrix would ask for a BLAS library, for a handful of numbers.
            scores[name] = sum(
                float(weight) * innovations[other] for other, weight in zip(group.names, row, strict=True) if weight
            )
    alone = [name for name in names if name not in scores and beliefs[name].base == SCORE]
    return scores | _declare_normal("scored", alone)


def _declare_normal(kind: str, names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {}
    dim = f"{kind}_quantity"
    pm.modelcontext(None).add_coord(dim, names)
    vector = pm.Normal(f"{kind}_quantities", mu=0.0, sigma=1.0, dims=dim)
    return {name: vector[index] for index, name in enumerate(names)}


def set_intervention(model: pm.Model, assumptions: Assumptions, intervention: Intervention = NO_INTERVENTION) -> None:
    """Switch the model's data to an intervention's sources and distillation, as if it had been so from t = 0.

    Without an intervention, back to none. Commitments are not data: fix the budget's node with ``pm.do`` instead.

    Parameters
    ----------
    model : pymc.Model
        From `build_model`; changed in place.
    assumptions : Assumptions
        Those it was built on.
    intervention : Intervention
        What to switch to.

    Raises
    ------
    InputError
        If it acts on a source that there is not.

    Examples
    --------
    >>> from catchup.model import apply_lever, build_model, load_assumptions, set_intervention
    >>> assumptions = load_assumptions()
    >>> model = build_model(assumptions)
    >>> set_intervention(model, assumptions, apply_lever(assumptions.levers["remote-revoked"], assumptions.race, 0.0))
    >>> kept = dict(zip(assumptions.race.sources, model["source_kept"].get_value().tolist(), strict=True))
    >>> kept["bytedance-domestic"], kept["bytedance-remote"]
    (1.0, 0.0)
    """
    pm.set_data(_switches(intervention, list(assumptions.race.sources)), model=model)
