"""What the explorer's page reweights: a thinned set of draws, and what each item and each lever makes of them.

Half of the draws are the prior's, half the posterior's, so that few as well as many items leave enough of them: each
draw's weight is the prior's density over that of the mixture it was taken from (the balance heuristic).

References
----------
.. [1] Veach and Guibas, Optimally combining sampling techniques for Monte Carlo rendering (1995).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ...evidence import Item, check_against, latent_quantities, with_latents
from ...evidence.rumours import Beside, Claimed, rumours_in
from ...model.assumptions import load_assumptions
from ...model.calendar import months_later
from ...model.generative import Outcome
from ...model.models import MODELS, model_layers
from ...model.policies import NO_INTERVENTION, Intervention
from ...priors.errors import InputError
from ..inference.draws import PriorDraws, Values
from ..inference.estimates import Array
from ..inference.likelihoods import likelihoods, predictions_of, total, unheard_of
from ..inference.outcomes import outcome_of
from ..inference.posterior import Posterior
from ..inference.question import Question
from ..inference.stages import furthest, stages_of
from .counterfactuals import levers_from
from .explored_probes import Probe, probes_of

POOL = 400_000  # prior draws from which the posterior's half is taken
NO_LEVER = "none"
LEVER_MONTHS = (0, 4, 8)  # after the day of the question, at which each lever is pulled
NOBODY = 255  # in place of a firm, where none is ever ready

type Pulled = tuple[str, str, int]
"""An event, a lever or `NO_LEVER`, and the place of the day it is pulled on among `lever_days`."""


@dataclass(frozen=True)
class ExploredItem:
    """An item, and what it makes of the draws.

    Attributes
    ----------
    item : Item
        Which.
    log_likelihood : array, shape (draw,)
        As it counts, its weight in it.
    reliability : float or None
        Of a doubted reading; None of any other item.
    genuine, background : array, shape (draw,), or None
        Log density of a doubted reading if it is genuine, and if it is not.
    unheard : array, shape (draw,), or None
        What the model says of a silence beside which doubted reports or claims stand.
    reports : tuple of Beside
        Those reports, and claims.
    likelier : mapping of str to array, shape (draw,)
        By claim among them, the log of how much likelier the silence is beside it.
    """

    item: Item
    log_likelihood: Array
    reliability: float | None = None
    genuine: Array | None = None
    background: Array | None = None
    unheard: Array | None = None
    reports: tuple[Beside, ...] = ()
    likelier: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Explored:
    """Thinned draws of a model, and what is asked of them.

    Attributes
    ----------
    question : Question
        With what its items bring among its assumptions.
    items : tuple of ExploredItem
        Those that can be switched on and off.
    acting : tuple of Item
        Policies, which act in all draws.
    log_base : array, shape (draw,)
        Log weight of each draw before any item counts.
    times : array, shape (draw,)
        How often each was taken.
    dates : mapping of Pulled to array, shape (draw,)
        Months since t = 0; on days after the question's own, of its event alone.
    first : mapping of str to array, shape (draw,)
        By event, the place of the firm that is first among the race's; `NOBODY` where none ever is.
    stages : mapping of str to array, shape (draw,)
        By event, how far the furthest firm is on the day of the question.
    predicted : mapping of str to array, shape (draw,)
        By the key of a probe, what the model says of its observation.
    """

    question: Question
    items: tuple[ExploredItem, ...]
    acting: tuple[Item, ...]
    log_base: Array
    times: Array
    dates: Mapping[Pulled, Array]
    first: Mapping[str, Array]
    stages: Mapping[str, Array]
    predicted: Mapping[str, Array]


def explore(question: Question, items: Sequence[Item], draws: int) -> Explored:
    """Thin a question's draws, and ask of them what its items, levers and probes say.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        Those that can be switched.
    draws : int
        How many draws to leave, about.
    """
    probes = probes_of(question, items)
    probed = [probe.item for probe in probes]
    question = replace(question, assumptions=with_latents(question.assumptions, [*items, *probed]))
    assumptions = question.assumptions
    asked = replace(question, draws=max(POOL, 2 * draws), quasi_random=False)
    names = [*latent_quantities([*items, *probed], assumptions), *assumptions.needed(assumptions.events)]
    source = PriorDraws(asked, list(assumptions.beliefs_of(names)))
    acting = [item for item in items if item.enacted(assumptions) is not None]  # in all draws: cannot be switched off
    items = [item for item in items if item not in acting]
    likelihood = likelihoods(asked, source, items)
    chosen, log_base, times = _choose(likelihood, source.weighting.draws, draws)
    thinned = source.map(lambda values: {name: values[name] for name in values})
    values = {name: column[chosen] for name, column in thinned.items()}
    rumours = rumours_in(items, question.as_of)
    described = [
        _described(question, item, values, likelihood[item.id][chosen], rumours.get(item.id, ())) for item in items
    ]
    predicted = _predictions(question, values, probes)
    return Explored(question, tuple(described), tuple(acting), log_base, times, *_columns(question, values), predicted)


def in_other_models(posterior: Posterior) -> Iterator[tuple[Question, Sequence[Item]]]:
    """A posterior's question and items in each other model that has what they are about."""
    question = posterior.question
    own = {layer.file for layer in model_layers(question.assumptions.model)}
    above = [layer for layer in question.assumptions.layers if layer.file not in own]
    for name in MODELS:
        if name == question.assumptions.model:
            continue
        try:
            assumptions = load_assumptions(above, model=name)
            for item in posterior.items:
                check_against(item, assumptions)
            assumptions.event(question.event)
        except InputError:
            continue
        yield replace(question, assumptions=assumptions), posterior.items


def lever_days(question: Question) -> list[date]:
    """Days on which each lever is pulled, that of the question first."""
    return [months_later(question.as_of, months) for months in LEVER_MONTHS]


def _columns(question: Question, values: Values) -> tuple[dict[Pulled, Array], dict[str, Array], dict[str, Array]]:
    """Dates by event, lever and its day; by event, which firm is first; and stages reached."""
    dates: dict[Pulled, Array] = {}
    first, stages = {}, {}
    for event in question.assumptions.events:
        for lever, change in {NO_LEVER: NO_INTERVENTION, **_levers(question, question.as_of)}.items():
            result = outcome_of(question, values, change, event=event)[1]
            if lever == NO_LEVER:
                first[event] = _first(result)
                stages[event] = furthest(stages_of(result, question.as_of_months))
            dates[event, lever, 0] = result.ready
    for place, day in enumerate(lever_days(question)):
        for lever, change in _levers(question, day).items() if place else ():
            dates[question.event, lever, place] = outcome_of(question, values, change)[1].ready
    return dates, first, stages


def _levers(question: Question, day: date) -> dict[str, Intervention]:
    return levers_from(question.assumptions, question.assumptions.calendar.months(day))


def _first(result: Outcome) -> Array:
    """Place of the firm that is first, among ties the first of them."""
    ends = np.array([contender.ready for contender in result.contenders.values()])
    return np.where(np.isfinite(ends.min(axis=0)), ends.argmin(axis=0), NOBODY)


def _predictions(question: Question, values: Values, probes: Sequence[Probe]) -> dict[str, Array]:
    """What the model says of every probe's observation, each by itself: all have one id."""
    found = {}
    for probe in probes:
        column = predictions_of(question, values, [probe.item])[2][probe.item.id]
        found[probe.key] = np.broadcast_to(column, _shape(values))
    return found


def _shape(values: Values) -> tuple[int, ...]:
    """Shape of a column of draws."""
    return next(iter(values.values())).shape


def _choose(likelihood: dict[str, Array], available: int, draws: int) -> tuple[NDArray[np.intp], Array, Array]:
    """Choose draws from the mixture of prior and posterior: positions, log base weights, times each was taken."""
    half = draws // 2
    if not likelihood:
        return np.arange(draws), np.zeros(draws), np.ones(draws)
    joint = total(likelihood)
    # not smoothed: a draw is then weighed by less than twice what it stands for, whatever the evidence
    relative = np.exp(joint - joint.max())
    relative *= available / relative.sum()
    rest = relative[half:]
    # systematic resampling: evenly spaced through the cumulative weight
    cumulative = np.cumsum(rest) / rest.sum()
    resampled = half + np.searchsorted(cumulative, (np.arange(draws - half) + 0.5) / (draws - half))
    # A draw taken twice is carried once with twice the weight, or the effective sample size would be flattered.
    once, times = np.unique(np.minimum(resampled, available - 1), return_counts=True)
    chosen = np.concatenate([np.arange(half), once])
    times = np.concatenate([np.ones(half), times])
    return chosen, np.log(times) - np.log(0.5 + 0.5 * relative[chosen]), times.astype(float)


def _described(
    question: Question, item: Item, values: Values, log_likelihood: Array, reports: Sequence[Beside]
) -> ExploredItem:
    """What an item makes of the draws; its two parts where it is a mixture, or beside doubted reports."""
    found, clock = ExploredItem(item, log_likelihood), question.clock
    figures = item.figures(clock)
    if "reliability" in figures:
        predicted = predictions_of(question, values, [item])[2][item.id]
        observed = item.observation(clock)
        with np.errstate(divide="ignore"):
            genuine = item.log_density(np, observed, predicted, {**figures, "reliability": 1.0})
            background = item.log_density(np, observed, predicted, {**figures, "reliability": 0.0})
        background = np.broadcast_to(background, predicted.shape)
        found = replace(found, reliability=figures["reliability"], genuine=genuine, background=background)
    if reports:
        silence = reports[0].silence
        told = unheard_of(question, values, [silence, *(each.report for each in reports)])
        unheard = np.broadcast_to(told[silence.id], _shape(values))
        claims = [each for each in reports if isinstance(each, Claimed)]
        shown = {**told, **predictions_of(question, values, [each.report for each in claims])[2]} if claims else {}
        likelier = {each.report.id: each.log_ratio(np, shown, question.assumptions) for each in claims}
        found = replace(found, unheard=unheard, reports=tuple(reports), likelier=likelier)
    return found
