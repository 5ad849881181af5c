"""Evidence in the PyMC model: every item an observed variable, every figure switched data.

Items are observed variables, not potentials, so that log likelihoods, posterior predictive draws and all that
ArviZ makes of them cover every item. Figures are data named ``<id>::<figure>``: new figures refit a compiled model.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from ..model.assumptions import DEFAULT_EVENT, Assumptions
from ..model.graph import world_of
from .kinds.kind import Clock, ModelState
from .latents import events_of
from .likelihood import predict
from .schema import Item


def add_evidence(
    model: pm.Model,
    items: Iterable[Item],
    assumptions: Assumptions,
    as_of: datetime.date,
    *,
    events: Sequence[str] = (DEFAULT_EVENT,),
) -> pm.Model:
    """Add items to a model as observed variables named by their ids.

    Parameters
    ----------
    model : pymc.Model
        From `build_model`, with `events`, and with `latent_quantities` of the items as extra quantities.
    items : iterable of Item
        Which items.
    assumptions : Assumptions
        Those that the model was built from (see `with_latents`).
    as_of : date
        Day of the question.
    events : sequence of str
        Those that the model was built with, in the same order; `events_of` the items among them.

    Returns
    -------
    pymc.Model
        The same model.

    Raises
    ------
    ValueError
        If the model lacks an event that an item is about.
    """
    items = list(items)
    lacking = [event for event in events_of(items) if event not in events]
    if lacking:
        raise ValueError(f"the model was built without the events {lacking} that items are about")
    world = world_of(model, assumptions)
    state = ModelState(
        assumptions,
        quantity=model.named_vars,
        mythos_flop=model["mythos_flop"],
        ready={event: model["ready" if position == 0 else f"ready::{event}"] for position, event in enumerate(events)},
        pools=world.pools,
        flop_month=world.flop_month,
    )
    data = evidence_data(items, assumptions, as_of)
    with model:
        for item in items:
            observe(item, state, data)
    return model


def evidence_data(items: Iterable[Item], assumptions: Assumptions, as_of: datetime.date) -> dict[str, float]:
    """Every figure of items by the name of its data, ``<id>::observed`` among them.

    A compiled model is refitted with other figures of the same items by
    ``compiled.with_data(**evidence_data(items, assumptions, as_of))``.

    Parameters
    ----------
    items : iterable of Item
        Those the model was built with.
    assumptions : Assumptions
        Whose calendar turns days into months.
    as_of : datetime.date
        Day of the question, on which silence is observed.
    """
    clock = Clock(assumptions.calendar, as_of)
    return {
        f"{item.id}::{name}": float(figure)
        for item in items
        for name, figure in {"observed": item.observation(clock), **item.figures(clock)}.items()
    }


def observe(item: Item, state: ModelState, data: Mapping[str, float]) -> None:
    """Add one item to the model in context, as an observed variable of what a state says.

    Parameters
    ----------
    item : Item
        The item.
    state : ModelState
        What the model says, as variables.
    data : mapping of str to float
        From `evidence_data`.
    """
    mine = {name.split("::")[1]: name for name in data if name.split("::")[0] == item.id}
    shared = {figure: pm.Data(name, np.float64(data[name])) for figure, name in mine.items()}
    observed = shared.pop("observed")
    names = list(shared)

    def logp(value: Any, prediction: Any, *figures: Any) -> Any:
        known = dict(zip(names, figures, strict=True))
        return known["weight"] * item.kind.log_density(pt, value, prediction, known)

    def simulated(prediction: Any, *figures_and_size: Any) -> Any:
        *figures, size = figures_and_size
        normal, uniform = pm.Normal.dist(size=size), pm.Uniform.dist(size=size)
        return item.kind.simulate(pt, normal, uniform, prediction, dict(zip(names, figures, strict=True)))

    prediction = predict(pt, item, state, shared)
    pm.CustomDist(item.id, prediction, *shared.values(), dist=simulated, logp=logp, observed=observed)
