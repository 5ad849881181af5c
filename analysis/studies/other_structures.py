"""Structures of other shapes than the race's, asked: drawn and reweighted, or as PyMC models for any sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...evidence.latents import events_of, latent_quantities, with_latents
from ...evidence.likelihood import log_density, predict
from ...evidence.rumours import rumours_in
from ...evidence.schema import Item
from ...model.assumptions import Assumptions
from ...model.trend import trends_to
from ...priors.errors import InputError, unknown_name
from ...priors.families import Family
from ..inference.column_names import ITEM, those_under, under
from ..inference.columns import columns_of_draws, reweighted
from ..inference.draws import Values
from ..inference.estimates import Array, Distribution, Weighting
from ..inference.outcomes import READY
from ..inference.question import Question
from .readings.trend_structure import TrendStructure
from .structure_evidence import countable
from .structure_registry import (
    COMPUTE,
    MOBILISATION,
    STRUCTURES,
    Structure,
    refuse_unfounded,
    registered_structures,
    structure_names,
)


def other_structures(question: Question) -> tuple[Structure, ...]:
    """Structures of other shapes than the race's that date a question's event: trends, and those of one's own.

    Raises as `load_trends` and `registered_structures` do.
    """
    lacking = unfounded_structures(question)
    own = (each.under(question.assumptions) for each in registered_structures(question.event) if each not in lacking)
    return (*trend_structures(question), *own)


def trend_structures(question: Question) -> tuple[Structure, ...]:
    """Trends that date a question's event; raises as `load_trends` does."""
    assumptions, event = question.assumptions, question.event
    return tuple(TrendStructure(assumptions, name, text, event) for name, text in trends_to(assumptions, event).items())


def unfounded_structures(question: Question) -> dict[Structure, str]:
    """Those of one's own that speak of the event but draw on quantities that the model has not; with the reason."""
    assumptions = question.assumptions
    missing = {
        each: [name for name in each.quantities if name not in {**assumptions.beliefs, **each.families}]
        for each in registered_structures(question.event)
    }
    return {
        structure: f"it draws on {', '.join(names)}, which the model {assumptions.model} has not"
        for structure, names in missing.items()
        if names
    }


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


def quantities_of(assumptions: Assumptions, structure: Structure, items: Sequence[Item]) -> list[str]:
    """Quantities that a structure, and what some items ask of it, draws on."""
    reporting = assumptions.reporting_quantities if items else ()
    return list(dict.fromkeys([*structure.quantities, *latent_quantities(items, assumptions), *reporting]))


def draw_structure(
    question: Question,
    structure: Structure,
    items: Sequence[Item] = (),
    further: Callable[[Values], Values] | None = None,
) -> tuple[dict[str, Array], Weighting]:
    """Draw a structure from its prior.

    Parameters
    ----------
    question : Question
        What is asked.
    structure : Structure
        Of what shape.
    items : sequence of Item
        Those that count for it.
    further : callable, optional
        From values of its quantities to columns of one's own, each of shape (draw,).

    Returns
    -------
    tuple of dict and Weighting
        Columns ``ready`` (months since t = 0), under `ITEM` with its id every item's log likelihood, and the further
        ones, each of shape (draw,); and how the draws stand for the prior.
    """

    def evaluate(values: Values) -> Values:
        columns = _columns_of(question, structure, items, values)
        return {**columns, **further(values)} if further else columns

    assumptions = question.assumptions
    names, beliefs = quantities_of(assumptions, structure, items), beliefs_of(assumptions, structure, items)
    return columns_of_draws(question, assumptions, names, evaluate, beliefs)


def draw_together(
    question: Question, structures: Sequence[Structure], items: Sequence[Item]
) -> tuple[dict[str, dict[str, Array]], Weighting]:
    """Draw structures without beliefs of their own, each on those items that count for it, from the same draws.

    Each is drawn as `draw_structure` draws it: a quantity's numbers do not depend on what else is drawn. What several
    ask of is drawn once.

    Returns
    -------
    tuple of dict and Weighting
        By structure, its columns; and how the draws stand for the prior.
    """
    assumptions = question.assumptions
    counted = {each.name: countable(assumptions, each, items) for each in structures}
    names: dict[str, None] = {}
    beliefs: dict[str, Family] = {}
    for each in structures:
        names |= dict.fromkeys(quantities_of(assumptions, each, counted[each.name]))
        beliefs |= beliefs_of(assumptions, each, counted[each.name])

    def evaluate(values: Values) -> Values:
        return {
            name: column
            for each in structures
            for name, column in under(f"{each.name}:", _columns_of(question, each, counted[each.name], values)).items()
        }

    columns, weighting = columns_of_draws(question, assumptions, list(names), evaluate, beliefs)
    return {each.name: those_under(f"{each.name}:", columns) for each in structures}, weighting


def _columns_of(question: Question, structure: Structure, items: Sequence[Item], values: Values) -> Values:
    """Make the columns of `draw_structure` of a chunk, but for the further ones."""
    assumptions, clock, rumours = question.assumptions, question.clock, rumours_in(items, question.as_of)
    draws = next(iter(values.values())).size
    ready = {event: structure.ready(np, values, event) for event in _events_of(question, items)}
    columns = {READY: np.broadcast_to(ready[question.event], draws).astype(float)}
    for item in items:
        seen, beside = structure.shown_to(item, assumptions, values, ready), rumours.get(item.id, ())
        prediction = predict(np, item, seen, item.figures(clock), beside)
        columns[ITEM + item.id] = log_density(item, item.observation(clock), prediction, clock)
    return columns


def ready_of(question: Question, structure: Structure, items: Sequence[Item]) -> Distribution:
    """When a structure says that it is ready, on those items that count for it (months since t = 0).

    Raises
    ------
    UntrustworthyError
        If the structure and the evidence hardly overlap.
    """
    columns, weighting = draw_structure(question, structure, countable(question.assumptions, structure, items))
    return ready_in(structure, columns, weighting)


def ready_in(structure: Structure, columns: Mapping[str, Array], weighting: Weighting) -> Distribution:
    """When a structure says that it is ready, given what was drawn of it; raises as `ready_of` does."""
    return Distribution(columns[READY], reweighted(structure.called, those_under(ITEM, columns), weighting)[0])


def build_structure_posterior(question: Question, name: str, items: Iterable[Item]) -> Any:
    """Build the PyMC model of a structure on those items that count for it.

    Parameters
    ----------
    question : Question
        What is asked.
    name : str
        Which structure: one that is registered, or a trend.
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
        If there is no such structure, or it does not speak of the event.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from ...evidence.graph import observe
    from ...model.graph import declare_quantities
    from ...model.named_variables import declare

    structure, assumptions = _named(question, name), question.assumptions
    counted = countable(assumptions, structure, list(items))
    events = _events_of(question, counted)
    with pm.Model(coords={"event": events}) as model:
        names = quantities_of(assumptions, structure, counted)
        values = declare_quantities(beliefs_of(assumptions, structure, counted), names, assumptions.copula)
        dates = {event: pt.as_tensor_variable(structure.ready(pt, values, event), dtype="float64") for event in events}
        declare("ready", dates)
        ready = {event: model["ready"][place] for place, event in enumerate(events)}
        observe(counted, lambda item: structure.shown_to(item, assumptions, values, ready), assumptions, question.as_of)
    return model


def _named(question: Question, name: str) -> Structure:
    dating = {each.name: each for each in (*other_structures(question), *unfounded_structures(question))}
    if name in dating:
        return dating[name]
    if name in STRUCTURES:
        raise InputError(f"'{name}' does not speak of the event {question.event}", key="structure")
    if name == MOBILISATION:
        raise InputError(f"'{name}' is a scenario of the race, and no PyMC model by itself", key="structure")
    raise unknown_name("structure", name, dict.fromkeys([COMPUTE, *dating, *structure_names()]), key="structure")


def _events_of(question: Question, items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys([question.event, *events_of(items)]))
