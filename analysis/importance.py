"""The importance engine: prior draws, reweighted by the evidence.

The likelihood's weights are smoothed by a generalised Pareto fit to their largest values, whose shape k-hat
says whether the reweighting can be believed.

References
----------
.. [1] Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance sampling, JMLR 25 (2024).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..priors.families import Family
from .estimates import Array, Estimate, Weighting
from .question import Evaluate, PriorDraws


@dataclass(frozen=True)
class SmoothedWeights:
    """Normalised importance weights, and how far they can be believed.

    Attributes
    ----------
    weights : array of shape (draw,)
        Sum to one.
    khat : float
        Pareto shape of their tail: below 0.5 good, above 0.7 not to be used.
    log_mean : Estimate
        Log of the mean of the raw weights: the log evidence when the ratios are likelihoods.
    """

    weights: Array
    khat: float
    log_mean: Estimate

    @property
    def effective_draws(self) -> float:
        """Kish's effective number of draws."""
        return float(1.0 / np.sum(self.weights**2))


def smooth_weights(log_ratios: Array, replicates: int = 0) -> SmoothedWeights:
    """Normalise and Pareto-smooth importance ratios.

    Parameters
    ----------
    log_ratios : array of shape (draw,)
        Log likelihoods, up to no constant at all where the log evidence matters; may hold -inf.
    replicates : int
        Number of equal replicates that follow one another (0: independent draws).

    Returns
    -------
    SmoothedWeights
        With k-hat infinite where fewer than five draws have any weight.
    """
    largest = float(log_ratios.max())
    if not math.isfinite(largest):
        uniform = np.full(log_ratios.size, 1.0 / log_ratios.size)
        return SmoothedWeights(uniform, math.inf, Estimate(-math.inf, math.inf))
    raw = np.exp(log_ratios - largest)
    mean = float(raw.mean())
    error = Weighting(raw.size, replicates=replicates).mcse(raw) / mean
    log_mean = Estimate(largest + math.log(mean), error)
    if np.ptp(raw) == 0.0:
        return SmoothedWeights(raw / raw.sum(), -math.inf, log_mean)
    if np.count_nonzero(raw) < 5:
        return SmoothedWeights(raw / raw.sum(), math.inf, log_mean)
    from arviz_stats.base import array_stats

    with np.errstate(under="ignore"):
        log_weights, khat = array_stats.psislw(-np.maximum(log_ratios, largest - 700.0))
        weights = np.exp(log_weights - log_weights.max())
    return SmoothedWeights(weights / weights.sum(), float(khat), log_mean)


class ReweightedPrior:
    """Prior draws with importance weights: a posterior that stores nothing but its weights.

    Parameters
    ----------
    prior : PriorDraws
        The draws, made anew at every call.
    smoothed : SmoothedWeights
        Their weights.
    """

    def __init__(self, prior: PriorDraws, smoothed: SmoothedWeights) -> None:
        self._prior = prior
        self.smoothed = smoothed
        self._weighting = Weighting(
            draws=prior.weighting.draws, weights=smoothed.weights, replicates=prior.weighting.replicates
        )

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the posterior."""
        return self._weighting

    def extended(self, beliefs: Mapping[str, Family]) -> ReweightedPrior:
        """Return the same draws with further, independent quantities beside them."""
        return ReweightedPrior(self._prior.extended(beliefs), self.smoothed)

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results."""
        return self._prior.map(evaluate)


def total(log_likelihoods: Mapping[str, Array]) -> Array:
    """Sum the items' log likelihoods, shape (draw,)."""
    return np.sum(list(log_likelihoods.values()), axis=0)
