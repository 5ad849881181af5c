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
from numpy.typing import NDArray

from ...priors.families import Family
from .diagnostics import FEWEST_EFFECTIVE, GOOD_KHAT
from .draws import Evaluate, PriorDraws, StoredDraws
from .estimates import Array, Estimate, Weighting

Positions = NDArray[np.int64]

TAILS_KEPT = 6  # tails' lengths handed to the library; its rule needs five and a bit
LOWEST = -700.0  # log ratio; the exponential of anything lower is nothing
SMALLEST_TAIL = 3.0 / math.sqrt(100_000)  # share of the draws: the reference's for 100 000
FEWEST_WEIGHTED = 5  # draws, of any weight or in the tail; a Pareto distribution cannot be fitted to fewer
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
        infinity where weights are bounded by a value that a whole tail of draws has.
    """
    largest = float(log_ratios.max())
    if not math.isfinite(largest):
        uniform = np.full(log_ratios.size, 1.0 / log_ratios.size)
        return SmoothedWeights(uniform, math.inf, Estimate(-math.inf, math.inf))
    raw = np.exp(log_ratios - largest)
    mean = float(raw.mean())
    error = Weighting(raw.size, replicates=replicates).mcse(raw) / mean
    log_mean = Estimate(largest + math.log(mean), error)
    khat = pareto_smooth(raw, log_ratios)
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


def pareto_smooth(raw: Array, log_ratios: Array) -> float:
    """Smooth the largest of raw weights in place.

    All but the largest stay as they are, so only those, and as many below as the library's rule for the length of
    the tail asks for, are handed to it: sorting the rest would take most of the time.

    Parameters
    ----------
    raw : array of shape (draw,)
        Importance ratios, the largest being 1.
    log_ratios : array of shape (draw,)
        Their logarithms, up to a constant.

    Returns
    -------
    float
        k-hat, as `smooth_weights` has it.
    """
    draws, tail = raw.size, _tail_length(raw.size)
    if tail < FEWEST_WEIGHTED or np.count_nonzero(raw > 0.0) < FEWEST_WEIGHTED:
        return math.inf
    largest = log_ratios.max()
    if np.count_nonzero(log_ratios == largest) >= tail:
        # weights that many draws share at the top are bounded (silence so far weighs every later date alike)
        return -math.inf
    from arviz_stats.base import array_stats

    kept = min(TAILS_KEPT * tail, draws)
    top = np.argpartition(log_ratios, draws - kept)[draws - kept :]
    logs = np.maximum(log_ratios[top] - largest, LOWEST)
    # with this r_eff the library finds the tail of all draws; the hair's breadth is for its rounding down
    longer = tail > _reference_tail(draws)
    share = 9.0 * kept / tail**2 * (1.0 + 1e-12) if longer else kept / draws * (1.0 - 1e-12)
    log_weights, khat = array_stats.psislw(-logs, r_eff=share)
    lowest = int(np.argmin(logs))  # not in the tail: tells by how much the library has normalised
    raw[top] = np.exp(np.minimum(log_weights - log_weights[lowest] + logs[lowest], 0.0))
    return math.inf if np.isnan(khat) else float(khat)


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
        columns = {name: np.concatenate([chunk[name] for chunk in kept]) for name in kept[0]}
        weighting = Weighting(draws, chains=RESAMPLED_CHAINS)
        return StoredDraws(columns, weighting, self.prior.seed, self.prior.copula), positions


def systematic(weights: Array, draws: int, rng: np.random.Generator) -> Positions:
    """Choose positions in proportion to weights, by equally spaced points that share one random offset.

    Returns
    -------
    array of int, shape (draws,)
        In ascending order; each position comes its weight times `draws` times, rounded up or down.
    """
    points = (np.arange(draws) + rng.random()) / draws
    return np.searchsorted(np.cumsum(weights) / np.sum(weights), points, side="right").clip(max=weights.size - 1)


def _tail_length(draws: int) -> int:
    """Number of largest weights that the Pareto tail is fitted to: the reference's, but never a smaller share.

    The reference's share of the draws shrinks with their number. Among millions it would be fitted to the few in
    which an unlikely reading happens to be genuine: weights that are bounded, yet look heavy before the bound.
    """
    return min(draws // 5, max(_reference_tail(draws), round(SMALLEST_TAIL * draws)))


def _reference_tail(draws: int) -> int:
    return math.ceil(3.0 * math.sqrt(draws))


def effective_number(log_ratios: Array) -> float:
    """Kish's effective number of draws weighted by the exponentials of these."""
    largest = log_ratios.max()
    if not np.isfinite(largest):
        return 0.0
    raw = np.exp(log_ratios - largest)
    return float(raw.sum() ** 2 / (raw**2).sum())
