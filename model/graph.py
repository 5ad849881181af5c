"""The PyMC model: the same equations over random variables, to be conditioned, intervened on and checked.

Quantities of one base distribution are one vector random variable (named ``triangular_quantities`` and so
on, with a dim of their names), because compiling many scalars is slow; each quantity is a deterministic of
its own name in natural units. Quantities that are correlated hang on a vector of standard normal numbers
instead (``correlated_quantities``): see `declare_quantities`. Levers are switched data (``source_kept``,
``source_stop``, ``distillation_limited``): `set_intervention` changes them without rebuilding. Any named variable can be
held by ``pm.do``, and any quantity observed by ``pm.observe``: what follows is worked out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from ..priors.bases import BASES
from ..priors.copula import INDEPENDENT, Copula, Group
from ..priors.families import Family
from .assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from .generative import World, describe_world, run_race
from .launch_operation import launch_and_pool
from .named_variables import declare, declared
from .naming import Naming
from .observable import fixed, observable, observable_together
from .policies import NO_INTERVENTION, Intervention

NEVER_STOPS = 1e6  # months; finite, so that every gradient is
FARTHEST_SCORE = 8.2  # beyond it a rank is 0 or 1 to the last digit, where quantiles have no slope


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
    """
    names = list(dict.fromkeys([*assumptions.needed(events, distillation=True), *extra_quantities]))
    race = assumptions.race
    coords = {"event": list(events), "firm": list(race.firms), "source": list(race.sources)}
    with pm.Model(coords=coords) as model:
        values = declare_quantities(assumptions.beliefs, names, assumptions.copula)
        kept = pm.Data("source_kept", np.ones(len(race.sources)), dims="source")
        stop = pm.Data("source_stop", np.full(len(race.sources), NEVER_STOPS), dims="source")
        limited = pm.Data("distillation_limited", 0.0)
        day = pm.Data("as_of_month", float(as_of_month))
        world = _world(assumptions, values, kept, stop, limited, declare)
        run_race(
            pt,
            assumptions,
            world,
            {event: values[multiple_name(event)] for event in events},
            values,
            launch_and_pool,
            launch_grid=launch_grid,
            as_of_month=day,
            name=declare,
        )
    return model


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
    return _world(assumptions, model.named_vars, *data, partial(declared, model))


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

    Returns
    -------
    dict of str to variable
        By quantity, in its own unit.
    """
    model = pm.modelcontext(None)
    names = copula.with_related(names)
    values = _declare_correlated(beliefs, copula.among(names))
    for base in BASES.values():
        group = [name for name in names if name not in values and beliefs[name].base == base.name]
        if not group:
            continue
        dim = f"{base.name}_quantity"
        model.add_coord(dim, group)
        parameters = np.array([beliefs[name].base_parameters() for name in group], dtype=float).T
        vector = base.pymc(f"{base.name}_quantities", *parameters, dims=dim)
        for index, name in enumerate(group):
            value = beliefs[name].to_natural(vector[index])
            values[name] = pm.Deterministic(name, observable(name, value, beliefs[name]))
    for name in names:
        if beliefs[name].base is None:
            value = pt.constant(beliefs[name].base_parameters()[0], dtype="float64")
            values[name] = pm.Deterministic(name, fixed(name, value))
    return values


def _declare_correlated(beliefs: Mapping[str, Family], groups: Sequence[Group]) -> dict[str, Any]:
    names = [name for group in groups for name in group.names]
    if not names:
        return {}
    dim = "correlated_quantity"
    pm.modelcontext(None).add_coord(dim, names)
    vector = pm.Normal("correlated_quantities", mu=0.0, sigma=1.0, dims=dim)
    innovations = {name: vector[index] for index, name in enumerate(names)}
    values: dict[str, Any] = {}
    for group in groups:
        scores = {}
        for name, row in zip(group.names, group.factor, strict=True):
            # Term by term: a product with a matrix would ask for a BLAS library, for a handful of numbers.
            scores[name] = sum(
                float(weight) * innovations[other] for other, weight in zip(group.names, row, strict=True) if weight
            )
        natural = {name: _at_score(beliefs[name], score) for name, score in scores.items()}
        for name, value in observable_together(group, natural, scores, beliefs).items():
            values[name] = pm.Deterministic(name, value)
    return values


def _at_score(belief: Family, score: Any) -> Any:
    """Value of a quantity whose rank has this normal score."""
    if belief.base == "normal":
        mean, sd = belief.base_parameters()
        return belief.to_natural(mean + sd * score)
    inside = pt.clip(score, -FARTHEST_SCORE, FARTHEST_SCORE)
    return belief.quantile_in(pt, 0.5 * pt.erfc(-inside / np.sqrt(2.0)))


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
    """
    sources = list(assumptions.race.sources)
    pm.set_data(
        {
            "source_kept": np.array([intervention.kept.get(name, 1.0) for name in sources]),
            "source_stop": np.array([intervention.stop.get(name, NEVER_STOPS) for name in sources]),
            "distillation_limited": float(intervention.limit_distillation),
        },
        model=model,
    )
