"""Subsets of the items, each counted on draws that stand for the prior.

Subsets on the same draws are weightings of them, and share their errors. Where too few of the draws count for a subset,
it gets draws of its own, from a proposal fitted to the posterior that it makes.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...evidence.schema import Item
from ...model.enacted import Enacted
from .adaptation import drawn_from_fit
from .column_names import those_under, under
from .differences import error_of_difference
from .draws import PriorDraws, Values
from .estimates import Array, Distribution, Estimate, Weighting
from .importance import SmoothedWeights, weights_given
from .known import known_column, with_ranks
from .likelihoods import races_of
from .log_means import LogMean, log_mean
from .outcomes import READY, summary_of
from .question import Question
from .terms import OF_ITEMS, Terms, terms_in

ENOUGH = 0.15
"""Of the effective draws of a proposal fitted to all items: where fewer are left without one of them, a handful carries
how likely the others are, and over 200 seeds its error was larger than it says."""
UNTOUCHED = "untouched:"  # begins those of a world without any policy, beside one with some


class SharedDraws:
    """Draws that stand for the prior, with the date and every item's likelihood in each.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        Items that subsets may count.
    source : PriorDraws
        The draws, from the prior or from a proposal.
    summed_up : bool, default False
        Whether to work out all columns that sum an answer up, instead of the date alone.

    Attributes
    ----------
    summary : dict of str to array of shape (draw,)
        Those columns; see `summary_columns`.
    ready : Distribution
        The date under the prior, months since t = 0.
    terms : Terms
        What the draws say of the items.
    """

    def __init__(
        self, question: Question, items: Sequence[Item], source: PriorDraws, *, summed_up: bool = False
    ) -> None:
        self.items = items
        self._enacted, self._summed_up = question.assumptions.enacted, summed_up
        drawn = source.kept() if len(self._enacted) > 1 else source  # worlds without some policy ask the same draws
        self.source = with_ranks(question, drawn) if summed_up else drawn
        self._worlds: dict[tuple[Enacted, ...], SharedDraws] = {}
        self._work_out(question)

    def _work_out(self, question: Question) -> None:
        items, summed_up = self.items, self._summed_up
        columns = self.source.map(lambda values: _columns(question, values, items, summed_up=summed_up))
        untouched = those_under(UNTOUCHED, columns)
        self._take(question, columns)
        if untouched:
            other = copy.copy(self)
            other._summed_up = False  # subsets ask for the date alone
            other._take(_untouched(question), untouched)

    def _take(self, question: Question, columns: Values) -> None:
        self.question = question
        self._worlds[question.assumptions.enacted] = self
        self.terms = Terms.of(question, self.items, columns)
        self.summary = {name: column for name, column in columns.items() if not name.startswith((*OF_ITEMS, UNTOUCHED))}
        self.ready = Distribution(self.summary[READY], self.weighting)

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the prior."""
        return self.source.weighting

    def weights(self, items: Collection[str]) -> SmoothedWeights:
        """Weights that some items give to the draws."""
        return weights_given(self.joint(items), self.source)

    def without_policies(self, items: Collection[str]) -> SharedDraws:
        """Return the same draws in the world of some items, without the policies that others report."""
        enacted = tuple(policy for policy in self._enacted if policy.name in items)
        if enacted == self.question.assumptions.enacted:
            return self
        if enacted not in self._worlds:
            assumptions = replace(self.question.assumptions, enacted=enacted)
            other = copy.copy(self)
            other._summed_up = False  # subsets ask for the date alone
            other._work_out(replace(self.question, assumptions=assumptions))
            self._worlds[enacted] = other
        return self._worlds[enacted]

    def subset(self, items: Collection[str]) -> Subset:
        """What is known given some items."""
        there = self.without_policies(items)
        if there is not self:
            return there.subset(items)
        whole = self.joint(items)
        if not items:
            return Subset(self, self.ready, None, log_mean(whole, self.weighting))
        smoothed = self.weights(items)
        weighting = replace(self.weighting, weights=smoothed.weights)
        return Subset(self, self.ready.reweighted(weighting), smoothed, log_mean(whole, self.weighting))

    def joint(self, items: Collection[str]) -> Array:
        """Log likelihood of some items together, shape (draw,)."""
        return self.terms.joint(items)

    def best_subset(self, items: Collection[str]) -> Subset:
        """What is known given some items, on draws of its own where too few of these count."""
        subset = self.subset(items)
        if subset.smoothed is None or (
            subset.smoothed.good and subset.smoothed.effective_draws >= self._fewest_effective()
        ):
            return subset
        counted = [item for item in self.items if item.id in items]
        question = subset.draws.question
        source = drawn_from_fit(self.source, question, counted)
        if source is None:
            return subset
        own = SharedDraws(question, self.items, source).subset(items)
        return own if own.smoothed is not None and own.smoothed.better_than(subset.smoothed) else subset

    def _fewest_effective(self) -> float:
        """Effective draws that a subset must leave of those of a proposal."""
        if self.source.proposal is None:
            return 0.0
        return ENOUGH * self.weights([item.id for item in self.items]).effective_draws


@dataclass(frozen=True, eq=False)
class Subset:
    """What is known given some of the items.

    Attributes
    ----------
    draws : SharedDraws
        The draws.
    ready : Distribution
        The date, months since t = 0.
    smoothed : SmoothedWeights or None
        Weights that the items give to the draws; None where there is no item.
    evidence : LogMean
        Log of the items' density under the prior.
    """

    draws: SharedDraws
    ready: Distribution
    smoothed: SmoothedWeights | None
    evidence: LogMean

    @property
    def khat(self) -> float:
        """Pareto shape of the weights."""
        return -np.inf if self.smoothed is None else self.smoothed.khat

    def log_ratio(self, other: Subset) -> Estimate:
        """Log of how much likelier its items are, under the prior, than those of another subset."""
        own, theirs = self.evidence, other.evidence
        of_each = own.contributions, theirs.contributions
        return Estimate(own.value - theirs.value, error_of_difference(own.weighting, theirs.weighting, *of_each))


def on_common_draws(one: Subset, other: Subset) -> tuple[Distribution, Distribution]:
    """Return two subsets' dates as weightings of the same draws, so that they can be compared draw by draw.

    Draws that they do not share are put side by side; each subset gives those of the other no weight.
    """
    if one.draws.source is other.draws.source:
        return one.ready, other.ready
    values = np.concatenate([one.ready.values, other.ready.values])
    first, second = one.ready.weighting, other.ready.weighting
    replicates = _joined_replicates(first, second)
    nothing = np.zeros(first.draws), np.zeros(second.draws)
    weights = np.concatenate([first.shares, nothing[1]]), np.concatenate([nothing[0], second.shares])
    joined = (Distribution(values, Weighting(values.size, weights=own, replicates=replicates)) for own in weights)
    return next(joined), next(joined)


def _joined_replicates(first: Weighting, second: Weighting) -> int:
    """Number of independent replicates, all of the larger size, that two sets of draws are together."""
    if not (first.replicates or second.replicates):
        return 0
    size = max(each.draws // (each.replicates or each.draws) for each in (first, second))
    if first.draws % size or second.draws % size:
        raise ValueError(f"replicates of {size} draws do not make up {first.draws} and {second.draws}")
    return (first.draws + second.draws) // size


def _untouched(question: Question) -> Question:
    """The question in a world without any policy."""
    return replace(question, assumptions=replace(question.assumptions, enacted=()))


def _columns(question: Question, values: Values, items: Sequence[Item], *, summed_up: bool) -> Values:
    raced = races_of(question, values, items)
    columns = terms_in(question, values, items, raced)
    world, outcomes = raced
    if not summed_up:
        return columns
    dates = outcomes[question.event]
    columns |= summary_of(question, values, world, dates) | known_column(question, items, values, dates.ready)
    before = {event: outcome.before for event, outcome in outcomes.items() if outcome.before is not None}
    if before:  # worked out on the way: whoever asks what the policies changed need not ask the draws again
        columns |= under(UNTOUCHED, terms_in(_untouched(question), values, items, (world.stages[0], before)))
    return columns
