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

from ...priors.families import Family
from .diagnostics import FEWEST_EFFECTIVE, GOOD_KHAT
from .draws import Evaluate, PriorDraws, StoredDraws
from .estimates import Array, Estimate, Weighting
from .pareto import smooth_tail
from .parts import joined
from .resampling import Positions, systematic
from .weighting import kish_number
from .weights import lightened

RESAMPLED_CHAINS = 4


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

    @property
    def good(self) -> bool:
        """Whether they serve without a second look."""
        return self.khat < GOOD_KHAT and self.effective_draws >= FEWEST_EFFECTIVE

    def better_than(self, other: SmoothedWeights) -> bool:
        """Whether more draws count than with other weights, as far as either can be believed."""
        return self.effective_draws > other.effective_draws and self.khat <= max(GOOD_KHAT, other.khat)


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
        With k-hat infinite where too few draws have any weight, or make too short a tail, to fit one, and minus
        infinity where weights are bounded by a value that a whole tail of draws has, or are as good as equal.
    """
    largest = float(log_ratios.max())
    if not math.isfinite(largest):
        uniform = np.full(log_ratios.size, 1.0 / log_ratios.size)
        return SmoothedWeights(uniform, math.inf, Estimate(-math.inf, math.inf))
    raw = np.exp(log_ratios - largest)
    mean = float(raw.mean())
    error = Weighting(raw.size, replicates=replicates).mcse(raw) / mean
    log_mean = Estimate(largest + math.log(mean), error)
    khat = smooth_tail(raw, log_ratios)
    return SmoothedWeights(raw / raw.sum(), khat, log_mean)


def weights_given(log_likelihood: Array, prior: PriorDraws) -> SmoothedWeights:
    """Weigh draws that stand for the prior by a likelihood.

    Parameters
    ----------
    log_likelihood : array of shape (draw,)
        In every draw.
    prior : PriorDraws
        The draws.
    """
    log_ratios = 0.0 if prior.log_ratios is None else prior.log_ratios
    return smooth_weights(log_ratios + log_likelihood, prior.weighting.replicates)


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
        self.prior = prior
        self.smoothed = smoothed
        self._weighting = Weighting(
            draws=prior.weighting.draws, weights=smoothed.weights, replicates=prior.weighting.replicates
        )

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the posterior."""
        return self._weighting

    def extended(self, beliefs: Mapping[str, Family]) -> ReweightedPrior:
        """Return the same draws with further quantities beside them, on none of which theirs depend."""
        return ReweightedPrior(self.prior.extended(beliefs), self.smoothed)

    def kept(self) -> ReweightedPrior:
        """Return the same draws, in memory once they have been made; see `PriorDraws.kept`."""
        prior = self.prior.kept()
        return self if prior is self.prior else ReweightedPrior(prior, self.smoothed)

    def lightened(self) -> CountingDraws:
        """Return the draws without those that hardly count."""
        return CountingDraws(self.prior, *lightened(self._weighting))

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results."""
        return self.prior.map(evaluate)

    def resampled(self, draws: int, rng: np.random.Generator) -> tuple[StoredDraws, Positions]:
        """Return draws of equal weight, and which prior draws they are.

        Parameters
        ----------
        draws : int
            How many; a multiple of `RESAMPLED_CHAINS`.
        rng : numpy.random.Generator
            Sets the one uniform number that resampling takes.

        Notes
        -----
        Systematic resampling [2]_ keeps the order of the prior draws, so that copies of one draw follow one another:
        cut into consecutive chains, what is resampled looks like Markov chains that stay where they are, each of
        draws of its own. Effective sample sizes and R-hat worked out for chains are then right for it.

        References
        ----------
        .. [2] Douc, Cappe and Moulines, Comparison of resampling schemes for particle filtering (2005).
        """
        positions = systematic(self.smoothed.weights, draws, rng)
        kept, first = [], 0
        for values in self.prior.chunks(lambda values: values):
            size = next(iter(values.values())).size
            inside = positions[np.searchsorted(positions, first) : np.searchsorted(positions, first + size)] - first
            kept.append({name: column[inside] for name, column in values.items()})
            first += size
        weighting = Weighting(draws, chains=RESAMPLED_CHAINS)
        return StoredDraws(joined(kept), weighting, self.prior.seed, self.prior.copula), positions


class CountingDraws:
    """Those of some prior draws that count in a posterior.

    Parameters
    ----------
    prior : PriorDraws
        All draws.
    places : array of int, shape (draw,)
        Which of them, in their order.
    weighting : Weighting
        How these stand for the posterior.
    """

    def __init__(self, prior: PriorDraws, places: Positions, weighting: Weighting) -> None:
        self._prior, self._places, self._weighting = prior, places, weighting

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the posterior."""
        return self._weighting

    def extended(self, beliefs: Mapping[str, Family]) -> CountingDraws:
        """Return the same draws with further quantities beside them, on none of which theirs depend."""
        return CountingDraws(self._prior.extended(beliefs), self._places, self._weighting)

    def kept(self) -> CountingDraws:
        """Return the same draws, in memory once they have been made; see `PriorDraws.kept`."""
        return CountingDraws(self._prior.kept(), self._places, self._weighting)

    def lightened(self) -> CountingDraws:
        """Return the same draws: all count."""
        return self

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate the draws and join the results."""
        return self._prior.map(evaluate, self._places)


def effective_number(log_ratios: Array) -> float:
    """Kish's effective number of draws weighted by the exponentials of these."""
    largest = log_ratios.max()
    if not np.isfinite(largest):
        return 0.0
    return kish_number(np.exp(log_ratios - largest))
