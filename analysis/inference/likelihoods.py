"""What a question's draws say of evidence: predictions and log likelihoods, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...evidence.latents import events_of, latent_quantities, with_latents
from ...evidence.likelihood import log_densities, predictions
from ...evidence.rumours import AFTER, reports_among, rumours_in
from ...evidence.schema import Item
from ...model.generative import Outcome, World
from ...priors.families import Family
from .draws import DrawSource, PriorDraws, Values
from .estimates import Array
from .outcomes import outcome_of
from .question import Question

Raced = tuple[World, Mapping[str, Outcome]]
"""A chunk's intermediates, and by event its dates."""


def prior_for(question: Question, items: Sequence[Item]) -> PriorDraws:
    """Prior draws of everything that the question and the items depend on."""
    return PriorDraws(question, list(latent_beliefs(question, items)))


def latent_beliefs(question: Question, items: Sequence[Item]) -> dict[str, Family]:
    """What is believed of everything that items depend on beyond what the question does, by name."""
    assumptions = with_latents(question.assumptions, items)
    return assumptions.beliefs_of([*latent_quantities(items, assumptions), *assumptions.needed(events_of(items))])


def likelihoods(question: Question, source: DrawSource, items: Sequence[Item]) -> dict[str, Array]:
    """Work out every item's log likelihood in every draw, shape (draw,); nothing where there is no item."""
    return source.map(lambda values: likelihoods_of(question, values, items)) if items else {}


def total(log_likelihoods: Mapping[str, Array]) -> Array:
    """Sum the items' log likelihoods, shape (draw,)."""
    return np.asarray(np.sum(list(log_likelihoods.values()), axis=0))


def likelihoods_of(
    question: Question, values: Values, items: Sequence[Item], raced: Raced | None = None
) -> Mapping[str, Array]:
    """Work out every item's log likelihood in a chunk of draws; see `predictions_of`."""
    predicted = predictions_of(question, values, items, raced)[2]
    return log_densities(items, predicted, question.clock)


def predictions_of(
    question: Question,
    values: Values,
    items: Sequence[Item],
    raced: Raced | None = None,
    heard: Sequence[Item] | None = None,
) -> tuple[World, Outcome, Mapping[str, Array]]:
    """Work out a chunk's intermediates and dates, and what the model says of every item's observation.

    Parameters
    ----------
    question : Question
        What is asked.
    values : dict of str to array of shape (draw,)
        The chunk.
    items : sequence of Item
        Whose observations.
    raced : Raced, optional
        From `races_of` with the same values, for items that ask of no further event.
    heard : sequence of Item, optional
        Those beside whose reports a silence is predicted, where some are held out; all by default.
    """
    world, outcomes = races_of(question, values, items) if raced is None else raced
    told = predictions(items, question.assumptions, values, world, outcomes, question.as_of, heard)
    return world, outcomes[question.event], told


def genuine_of(
    question: Question,
    items: Sequence[Item],
    predicted: Mapping[str, Array],
    unheard: Mapping[str, Array],
) -> dict[str, Array]:
    """Probability in each of a chunk of draws that each doubted item is about what it says.

    Parameters
    ----------
    question, items
        As for `predictions_of`.
    predicted : mapping of str to array
        From there.
    unheard : mapping of str to array
        From `unheard_of`: beside a silence, a report of its event is less often right than by itself.
    """
    clock, assumptions = question.clock, question.assumptions
    found = {item.id: item.probability_genuine(predicted[item.id], clock) for item in items}
    shown = {**predicted, **unheard}
    for name, rumours in rumours_in(items, question.as_of).items():
        for rumour in rumours:
            if found.get(rumour.report.id) is None:
                continue
            told, reports = unheard[name], reports_among(rumours)
            # What the silence says beside the others. What claims make of it is a factor, whichever report is genuine.
            for other in reports if rumour in reports else rumours:
                if other is not rumour:
                    told = other.heard(np, told, shown, assumptions)
            found[rumour.report.id] = rumour.probability(told, shown, assumptions)
    return {name: column for name, column in found.items() if column is not None}


def unheard_of(
    question: Question, values: Values, items: Sequence[Item], raced: Raced | None = None
) -> Mapping[str, Array]:
    """What the model says of each silence that stands beside doubted reports or claims, were there none of these.

    And of each of these claims, given the silence: that the event is known.
    """
    beside = rumours_in(items, question.as_of)
    silences = [item for item in items if item.id in beside]
    asked = {each.id: each for every in beside.values() for one in every for each in one.asked(question.clock)}
    after = [each for name, each in asked.items() if AFTER in name]
    told = predictions_of(question, values, silences, raced)[2] if silences else {}
    return {**told, **(predictions_of(question, values, after, raced)[2] if after else {})}


def races_of(question: Question, values: Values, items: Sequence[Item]) -> Raced:
    """Work out a chunk's intermediates, and the dates of every event that the question or an item asks of."""
    world, own = outcome_of(question, values)
    outcomes = {question.event: own}
    for event in events_of(items):
        if event not in outcomes:
            outcomes[event] = outcome_of(question, values, event=event, world=world)[1]
    return world, outcomes
