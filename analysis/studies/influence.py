"""What each item of evidence did to the date: alone, in the whole, and beside every other item.

Everything is a reweighting of the same draws where enough of them count, so that a figure's error is that of a
difference between estimates which share their draws.

References
----------
.. [1] Vehtari, Gelman and Gabry, Practical Bayesian model evaluation using leave-one-out cross-validation (2017).
.. [2] Jeffreys, Theory of Probability (1961), appendix B: evidence is substantial from a factor of the root of 10 on.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...evidence.schema import Item
from ...priors.errors import InputError
from ..inference.diagnostics import WORST_KHAT, Diagnostics
from ..inference.differences import quantile_shift
from ..inference.estimates import Distribution, Estimate
from ..inference.likelihoods import prior_for
from ..inference.log_means import log_mean
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.probabilities import HEADLINE
from ..inference.progress import track
from ..inference.result import Origin, Result
from ..inference.subsets import SharedDraws, Subset, on_common_draws
from .information import information_gain

CONFLICT = -0.5 * math.log(10.0)  # log of the factor by which two items make each other less likely


@dataclass(frozen=True)
class Effect:
    """What one item changes, added alone to the prior or left out of the whole.

    Attributes
    ----------
    khat, ess : float
        Pareto shape and effective number of the draws under the changed weights.
    shifts : mapping of float to Estimate
        By probability, how far that quantile of the date moves, months; empty where k-hat forbids a figure.
    bits : Estimate or None
        Divergence of the date's distribution with the item from that without it.
    """

    khat: float
    ess: float
    shifts: Mapping[float, Estimate]
    bits: Estimate | None

    @property
    def problem(self) -> str:
        """Why there are no figures, if so."""
        return "" if self.shifts else f"not to be trusted: k-hat {self.khat:.2f}, above {WORST_KHAT}"


@dataclass(frozen=True)
class ItemInfluence:
    """What one item did.

    Attributes
    ----------
    item : Item
        The item of evidence.
    alone : Effect
        Added to the prior, nothing else counted.
    left_out : Effect
        Left out, everything else counted: shifts are those of leaving it out.
    log_predictive, log_predictive_prior : Estimate
        Log density of what was observed, given the other items and given none; natural, in the kind's coordinate. Of an
        item of a weight w below 1 it is log E[f^w], f being its density in a draw.
    genuine : Estimate or None
        Posterior probability that the reading or claim is about what it says; None for kinds that never doubt it.
    """

    item: Item
    alone: Effect
    left_out: Effect
    log_predictive: Estimate
    log_predictive_prior: Estimate
    genuine: Estimate | None

    @property
    def size(self) -> float:
        """How far leaving it out moves the median, months, by which items are put in order."""
        shift = self.left_out.shifts.get(0.5) or self.alone.shifts.get(0.5)
        return abs(shift.value) if shift else math.inf


@dataclass(frozen=True)
class Pair:
    """Whether two items agree.

    Attributes
    ----------
    items : tuple of str
        Their ids.
    log_ratio : Estimate
        Log of how much likelier both together are than if neither said anything of the other; below 0 they
        contradict each other.
    """

    items: tuple[str, str]
    log_ratio: Estimate

    @property
    def conflict(self) -> bool:
        """Whether they contradict each other by more than a factor of the root of 10, and more than chance."""
        return self.log_ratio.value + 2.0 * self.log_ratio.mcse < CONFLICT


@dataclass(frozen=True)
class Influence(Result):
    """What every item did.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that are reweighted.
    prior, posterior : Distribution
        Months since t = 0, before and after all items.
    items : tuple of ItemInfluence
        The most influential first.
    pairs : tuple of Pair
        The most contradictory first.
    diagnostics : Diagnostics
        Of the whole.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, influence, posterior
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=20_000), evidence="eci-lag")
    >>> found = influence(posterior(request))
    >>> found.pairs, found.trustworthy
    ((), True)
    """

    prior: Distribution
    posterior: Distribution
    items: tuple[ItemInfluence, ...]
    pairs: tuple[Pair, ...]
    diagnostics: Diagnostics

    @property
    def trustworthy(self) -> bool:
        """Whether the whole can be reweighted at all."""
        return self.diagnostics.khat is not None and self.diagnostics.khat <= WORST_KHAT


def influence(posterior: Posterior) -> Influence:
    """Work out what each counted item did.

    Parameters
    ----------
    posterior : Posterior
        Whose counted items are looked at.

    Raises
    ------
    InputError
        If no item is counted.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, influence, posterior
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=20_000), evidence="eci-lag")
    >>> [each.item.id for each in influence(posterior(request)).items]
    ['eci-lag']
    """
    refuse_other_than_posterior(posterior)
    question, items = posterior.question, posterior.items
    if posterior.shared is None or not items:
        raise InputError("at least one item to count was expected", key="--evidence")
    drawn = SharedDraws(question, items, prior_for(question, items))
    names = [item.id for item in items]
    prior, whole = drawn.subset([]), posterior.shared.best_subset(names)
    rows = [_examine(item, items, prior, whole) for item in track(items, len(items), "Items")]
    return Influence(
        Origin(question, drawn.weighting.draws, "importance", tuple(sorted(names))),
        prior=prior.ready,
        posterior=whole.ready,
        items=tuple(sorted(rows, key=lambda row: -row.size)),
        pairs=tuple(sorted(_pairs(names, drawn), key=lambda pair: pair.log_ratio.value)),
        diagnostics=Diagnostics(ess=whole.ready.weighting.effective_draws(), khat=whole.khat),
    )


def _examine(item: Item, items: Sequence[Item], prior: Subset, whole: Subset) -> ItemInfluence:
    alone = prior.draws.best_subset([item.id])
    others = whole.draws.best_subset([other.id for other in items if other is not item])
    doubted = whole.draws.terms.genuine.get(item.id)
    return ItemInfluence(
        item=item,
        alone=_effect(prior, alone, added=True),
        left_out=_effect(others, whole, added=False),
        log_predictive=whole.log_ratio(others),
        log_predictive_prior=alone.log_ratio(prior),
        genuine=None if doubted is None else whole.ready.weighting.estimate(doubted),
    )


def _effect(without: Subset, informed: Subset, *, added: bool) -> Effect:
    """What an item changes when it is added to what is known without it, or taken from what is known with it."""
    khat = max(without.khat, informed.khat)
    ess = (informed if added else without).ready.weighting.effective_draws()
    if khat > WORST_KHAT:
        return Effect(khat, ess, {}, None)
    changed, baseline = (informed.ready, without.ready) if added else (without.ready, informed.ready)
    shifts = {p: quantile_shift(changed, baseline, p) for p in HEADLINE}
    return Effect(khat, ess, shifts, information_gain(*on_common_draws(informed, without)))


def _pairs(names: Sequence[str], shared: SharedDraws) -> Iterator[Pair]:
    alone = {name: log_mean(shared.joint([name]), shared.weighting) for name in names}
    for first, second in itertools.combinations(names, 2):
        both = log_mean(shared.joint([first, second]), shared.weighting)
        yield Pair((first, second), (both - alone[first] - alone[second]).estimate)
