r"""Importance fits that share one sample from the prior.

The model runs once, for the sample; each fit is then nothing but the density of its data over predictions that are
there already. Two things keep the ranks exact although the sample is finite and shared.

- **The truth is one of the draws.** Truth and prior draws are independent and alike, so given all of them and the data,
  the truth is the j-th with probability :math:`w_j / \sum_k w_k`, w being the likelihoods. The truth is therefore added
  to the draws that are weighted, and ranked among L draws resampled from all of them by those weights: L + 1
  exchangeable numbers, ties broken at random, however few effective draws there are. No fit has to be discarded for a
  small effective sample, which would favour truths in the middle of the prior. Without the truth among the draws, the
  ranks would be too extreme by about one part in the effective number of draws.
- **Sharing the sample** leaves each rank uniform and makes ranks dependent: the variance of their mean grows by a share
  of at most (number of fits) / (number of shared draws), 1% for 1,000 fits on 100,000 draws.

The weights are the likelihoods as they are, for which this is exact. The engine smooths their Pareto tail: every
twentieth fit is smoothed as well, and keeps k-hat and what smoothing moves, the total variation between both sets of
weights, by more than which no probability changes. Of these fits those that the engine would refuse are counted, not
hidden.

Where truths come from the posterior, the shared draws are of a proposal fitted to it, every weight has the density of
the items as they are in it, and a truth, which is not alike to these draws, is none of them; see `given`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ....evidence.likelihood import log_density
from ...inference.draws import Values
from ...inference.estimates import Array
from ...inference.likelihoods import prior_for
from ...inference.pareto import smooth_tail
from ...inference.resampling import Positions
from .densities import SharedDensities
from .fits import Fit, bounded, ranks_of
from .given import Given
from .plan import Plan
from .purposes import RANKS, generator
from .truths import simulate_truths

EXAMINED = 20  # every so many fits
WEIGHED = 2_000_000  # log weights that a thread holds at once


class ImportanceFits:
    """The shared prior draws of a plan, ready to be weighted by any data.

    Parameters
    ----------
    plan : Plan
        What is calibrated.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

        def evaluate(values: Values) -> Mapping[str, Array]:
            tracked, predicted = plan.describe(values, plan.analysed)
            return {**tracked, **{f"{name}::prediction": column for name, column in predicted.items()}}

        self._given = Given(plan) if plan.posterior else None
        source = prior_for(plan.question, plan.items) if self._given is None else self._given.source
        columns = source.map(evaluate)
        predicted = {item.id: columns[f"{item.id}::prediction"] for item in plan.analysed}
        self._densities = SharedDensities(plan.analysed, predicted, plan.clock)
        self._tracked = np.stack([columns[name] for name in plan.tracked[:-1]], axis=1)

    def __call__(self, first: int, count: int) -> list[Fit]:
        """Fit the truths `first` to `first + count`."""
        drawn = None if self._given is None else self._given.truths
        truths, draws = simulate_truths(self._plan, first, count, drawn), self._tracked.shape[0]
        own = np.zeros(count)
        for item in self._plan.analysed:
            observed, predicted = truths.observations[item.id], truths.predictions[item.id]
            own += log_density(item, observed, predicted, self._plan.clock)
        fits = []
        at_once = max(WEIGHED // draws, 1)
        for start in range(0, count, at_once):
            rows = slice(start, min(start + at_once, count))
            log_ratios = np.empty((rows.stop - start, draws + 1))
            data = {name: column[rows] for name, column in truths.observations.items()}
            self._densities.fill(log_ratios[:, :draws], data)
            log_ratios[:, draws] = own[rows]
            fits += [self._fit(first + row, truths.tracked[row], log_ratios[row - start]) for row in range(count)[rows]]
        return fits

    def _fit(self, fit: int, truth: Array, log_ratios: Array) -> Fit:
        rng = generator(self._plan, RANKS, fit)
        log_weights = log_ratios
        if self._given is not None:
            log_weights = np.append(log_ratios[:-1] + self._given.log_weights, -np.inf)
        weights = np.exp(log_weights - log_weights.max())
        own, total = log_ratios.size - 1, float(weights.sum())
        chosen = resample(weights, self._plan.ranked_draws, rng)
        draws = np.column_stack([self._tracked[np.minimum(chosen, own - 1)], log_ratios[chosen]])
        truth = np.append(truth, log_ratios[own])
        draws[chosen == own] = truth
        effective = total * total / float(np.square(weights).sum())
        done = Fit(fit, ranks_of(truth, draws, rng), effective, own_share=float(weights[own]) / total)
        return done if fit % EXAMINED else examined(done, weights, log_weights)


def examined(fit: Fit, weights: Array, log_ratios: Array) -> Fit:
    """Add to a fit what the engine would have made of its weights."""
    smoothed = weights.copy()
    khat = smooth_tail(smoothed, log_ratios)
    moved = 0.5 * np.abs(smoothed / smoothed.sum() - weights / weights.sum()).sum()
    return replace(fit, khat=bounded(khat), smoothed=float(moved))


def resample(weights: Array, count: int, rng: np.random.Generator) -> Positions:
    """Draw positions independently, each as often as its weight says, which need not be normalised; shape (count,)."""
    cumulative = np.cumsum(weights)
    points = np.sort(rng.random(count)) * cumulative[-1]
    positions: Positions = np.minimum(np.searchsorted(cumulative, points, side="right"), weights.size - 1)
    return positions
