"""What is known given some items, or others: states of knowledge on draws that stand for the prior.

States on one ground are weightings of the same draws, and share their errors. Where too few draws of a ground count in
a state, it gets a ground of its own, drawn where that state is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ...evidence.kinds.kind import Clock
from ...evidence.likelihood import log_density, probability_genuine
from ...evidence.schema import Item
from .adaptation import drawn_from_fit
from .estimates import Array, Distribution, Estimate, Weighting
from .importance import SmoothedWeights, total, weights_given
from .likelihoods import predictions_of
from .log_means import LogMean, log_mean
from .question import PriorDraws, Question, Values

LIKELIHOOD, GENUINE = "likelihood:", "genuine:"  # begin the columns of items


class Ground:
    """Draws that stand for the prior, with the date and every item's likelihood in each.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        Items that states may count.
    source : PriorDraws
        The draws, from the prior or from a proposal.
    """

    def __init__(self, question: Question, items: Sequence[Item], source: PriorDraws) -> None:
        self.source = source
        self._question = question
        self.items = items
        self._columns = source.map(lambda values: _columns(question, values, items))

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the prior."""
        return self.source.weighting

    def likelihood(self, item: str) -> Array:
        """Log likelihood of an item, shape (draw,)."""
        return self._columns[LIKELIHOOD + item]

    def genuine(self, item: str) -> Array | None:
        """Probability in each draw that a reading is about what it says; None for kinds that never doubt it."""
        return self._columns.get(GENUINE + item)

    def state(self, items: Collection[str]) -> State:
        """What is known given some items."""
        prior = Distribution(self._columns["ready"], self.weighting)
        if not items:
            return State(self, prior, None, log_mean(np.zeros(prior.values.size), self.weighting))
        whole = total({name: self.likelihood(name) for name in items})
        smoothed = weights_given(whole, self.source)
        weighting = Weighting(prior.values.size, weights=smoothed.weights, replicates=self.weighting.replicates)
        return State(self, Distribution(prior.values, weighting), smoothed, log_mean(whole, self.weighting))

    def best_state(self, items: Collection[str]) -> State:
        """What is known given some items, on a ground of its own where too few of these draws count."""
        state = self.state(items)
        if state.smoothed is None or state.smoothed.good:
            return state
        counted = [item for item in self.items if item.id in items]
        source = drawn_from_fit(self.source, self._question, counted)
        if source is None:
            return state
        own = Ground(self._question, self.items, source).state(items)
        return own if own.smoothed is not None and own.smoothed.better_than(state.smoothed) else state


@dataclass(frozen=True, eq=False)
class State:
    """What is known given some items.

    Attributes
    ----------
    ground : Ground
        The draws.
    ready : Distribution
        The date, months since t = 0.
    smoothed : SmoothedWeights or None
        Weights that the items give to the draws; None where there is no item.
    evidence : LogMean
        Log of the items' density under the prior.
    """

    ground: Ground
    ready: Distribution
    smoothed: SmoothedWeights | None
    evidence: LogMean

    @property
    def khat(self) -> float:
        """Pareto shape of the weights."""
        return -np.inf if self.smoothed is None else self.smoothed.khat

    def log_ratio(self, other: State) -> Estimate:
        """Log of how much likelier its items are, under the prior, than those of another state."""
        if self.ground is other.ground:
            return (self.evidence - other.evidence).estimate
        own, theirs = self.evidence.estimate, other.evidence.estimate
        return Estimate(own.value - theirs.value, float(np.hypot(own.mcse, theirs.mcse)))


def on_common_draws(one: State, other: State) -> tuple[Distribution, Distribution]:
    """Return two states' dates as weightings of the same draws, so that they can be compared draw by draw.

    Draws of two grounds are put side by side; each state gives those of the other no weight.
    """
    if one.ground is other.ground:
        return one.ready, other.ready
    values = np.concatenate([one.ready.values, other.ready.values])
    first, second = one.ready.weighting, other.ready.weighting
    replicates = first.replicates + second.replicates
    nothing = np.zeros(first.draws), np.zeros(second.draws)
    weights = np.concatenate([first.shares, nothing[1]]), np.concatenate([nothing[0], second.shares])
    joined = (Distribution(values, Weighting(values.size, weights=own, replicates=replicates)) for own in weights)
    return next(joined), next(joined)


def _columns(question: Question, values: Values, items: Sequence[Item]) -> Values:
    _, dates, predicted = predictions_of(question, values, items)
    clock = Clock(question.assumptions.calendar, question.as_of)
    columns = {"ready": dates.ready}
    for item in items:
        prediction = predicted[item.id]
        columns[LIKELIHOOD + item.id] = log_density(item, item.observation(clock), prediction, clock)
        doubted = probability_genuine(item, prediction, clock)
        if doubted is not None:
            columns[GENUINE + item.id] = doubted
    return columns
