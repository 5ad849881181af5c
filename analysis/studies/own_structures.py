"""Structures of one's own, asked: drawn from their priors and reweighted, or as PyMC models for any sampler."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...evidence.kinds.kind import ModelState
from ...evidence.latents import events_of, latent_quantities, with_latents
from ...evidence.likelihood import log_density, predict
from ...evidence.rumours import rumours_in
from ...evidence.schema import Item
from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...priors.errors import InputError, unknown_name
from ...priors.families import Family
from ..inference.column_names import ITEM, those_under
from ..inference.columns import columns_of_draws
from ..inference.draws import Values
from ..inference.estimates import Array, Distribution, Weighting
from ..inference.outcomes import READY
from ..inference.question import Question
from .readings.trend import reweighted
from .readings.trend_evidence import DATE_KINDS, LAG_KINDS
from .structure_registry import STRUCTURES, Structure, refuse_unfounded, registered_structures, structure_names


def countable_for(assumptions: Assumptions, structure: Structure, items: Sequence[Item]) -> tuple[Item, ...]:
    """Items that count for a structure: lags and dates of events that it speaks of, on which no belief of it rests."""
    table = assumptions.table.quantities
    rests_on = {said for name in structure.quantities if name in table for said in table[name].text.shares}
    return tuple(
        item
        for item in items
        if isinstance(item.kind, (*LAG_KINDS, *DATE_KINDS))
        and structure.speaks_of(item.event or DEFAULT_EVENT)
        and (rests_on.isdisjoint(item.text.shares) or item.text.weight != 1.0)
    )


def beliefs_of(assumptions: Assumptions, structure: Structure, items: Sequence[Item]) -> dict[str, Family]:
    """What is believed of everything that a structure, and what some items ask of it, draws on.

    Raises
    ------
    InputError
        If nothing is believed of one of its quantities, or its beliefs would hide a table's.
    """
    known, own = with_latents(assumptions, items).beliefs, structure.families
    refuse_unfounded(structure, known, f"structure {structure.name}")
    return {**known, **own}


def founded_structures(question: Question) -> tuple[Structure, ...]:
    """Structures of one's own that speak of a question's event, and whose quantities its model has."""
    lacking = unfounded_structures(question)
    return tuple(each for each in registered_structures(question.event) if each not in lacking)


def unfounded_structures(question: Question) -> dict[Structure, str]:
    """Those that speak of the event but draw on quantities that the model has not; with the reason."""
    assumptions = question.assumptions
    missing = {
        each: [name for name in each.quantities if name not in assumptions.beliefs and name not in each.beliefs]
        for each in registered_structures(question.event)
    }
    return {
        structure: f"it draws on {', '.join(names)}, which the model {assumptions.model} has not"
        for structure, names in missing.items()
        if names
    }


def draw_structure(
    question: Question, structure: Structure, items: Sequence[Item] = ()
) -> tuple[dict[str, Array], Weighting]:
    """Draw a structure from its prior.

    Returns
    -------
    tuple of dict and Weighting
        Columns ``ready`` (months since t = 0) and, under `ITEM` with its id, every item's log likelihood, each of shape
        (draw,); and how the draws stand for the prior.
    """
    assumptions, clock = question.assumptions, question.clock
    beliefs = beliefs_of(assumptions, structure, items)
    beside = [*latent_quantities(items, assumptions), *(assumptions.reporting_quantities if items else ())]
    names = list(dict.fromkeys([*structure.quantities, *beside]))

    rumours = rumours_in(items, question.as_of)

    def evaluate(values: Values) -> Values:
        draws = next(iter(values.values())).size
        columns = {READY: np.broadcast_to(structure.ready(np, values, question.event), draws).astype(float)}
        for item in items:
            seen, beside_it = _seen_by(item, assumptions, structure, np, values), rumours.get(item.id, ())
            prediction = predict(np, item, seen, item.figures(clock), beside_it)
            columns[ITEM + item.id] = log_density(item, item.observation(clock), prediction, clock)
        return columns

    return columns_of_draws(question, assumptions, names, evaluate, beliefs)


def ready_of(question: Question, structure: Structure, items: Sequence[Item]) -> Distribution:
    """When a structure says that it is ready, on those items that count for it (months since t = 0).

    Raises
    ------
    UntrustworthyError
        If the structure and the evidence hardly overlap.
    """
    counted = countable_for(question.assumptions, structure, items)
    columns, weighting = draw_structure(question, structure, counted)
    densities = those_under(ITEM, columns)
    return Distribution(columns[READY], reweighted(f"structure '{structure.name}'", densities, weighting)[0])


def build_structure_posterior(question: Question, name: str, items: Iterable[Item]) -> Any:
    """Build the PyMC model of a structure on those items that count for it.

    Parameters
    ----------
    question : Question
        What is asked.
    name : str
        Which structure.
    items : iterable of Item
        Evidence; what says nothing of the structure is left out.

    Returns
    -------
    pymc.Model
        With ``ready`` (months since t = 0, over the dim ``event``), and an observed variable ``observation`` over the
        dim ``item``.

    Raises
    ------
    InputError
        If no such structure is registered, or it does not speak of the event.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from ...evidence.graph import observe
    from ...model.graph import declare_quantities
    from ...model.named_variables import declare

    registered_structures(question.event)
    if name not in STRUCTURES:
        raise unknown_name("structure", name, structure_names(), key="structure")
    structure, assumptions = STRUCTURES[name], question.assumptions
    if not structure.speaks_of(question.event):
        raise InputError(f"'{name}' does not speak of the event {question.event}", key="structure")
    counted = countable_for(assumptions, structure, list(items))
    events = list(dict.fromkeys([question.event, *events_of(counted)]))
    beliefs = beliefs_of(assumptions, structure, counted)
    beside = [*latent_quantities(counted, assumptions), *(assumptions.reporting_quantities if counted else ())]
    names = list(dict.fromkeys([*structure.quantities, *beside]))
    with pm.Model(coords={"event": events}) as model:
        values = declare_quantities(beliefs, names, assumptions.copula)
        dates = {event: pt.as_tensor_variable(structure.ready(pt, values, event), dtype="float64") for event in events}
        declare("ready", dates)
        ready = {event: model["ready"][place] for place, event in enumerate(events)}

        def shown(item: Item) -> ModelState:
            return replace(_seen_by(item, assumptions, structure, pt, values), ready=ready)

        observe(counted, shown, assumptions, question.as_of)
    return model


def _seen_by(item: Item, assumptions: Assumptions, structure: Structure, xp: Any, values: Any) -> ModelState:
    """What a structure shows an item: the date of readiness, which is the lag as well."""
    event = item.event or DEFAULT_EVENT
    ready = {event: structure.ready(xp, values, event)}
    return ModelState(assumptions, quantity=values, mythos_flop=None, ready=ready, pools={}, flop_month={})
