"""How much is learnt, in bits: the divergence of one weighting of some draws from another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..inference.estimates import Array, Distribution, Estimate, Weighting

FEWEST_BINS, MOST_BINS = 4, 512
MOST_GROUPS = 1_000  # of replicates, from whose spread variances are found


def information_gain(changed: Distribution, baseline: Distribution) -> Estimate:
    r"""Kullback-Leibler divergence of a variable's changed distribution from its baseline, in bits.

    Parameters
    ----------
    changed, baseline : Distribution
        The same draws under two weightings; independent draws, or replicates of a quasi-random sequence.

    Returns
    -------
    Estimate
        :math:`D = \sum_k p_k \log_2 (p_k / q_k)` over bins that hold the same share of both distributions together,
        carried from m and m/2 bins to infinitely many (Richardson: :math:`(4 D_m - D_{m/2})/3`), because a bin
        hides what differs inside it. Infinite where the baseline excludes what the other allows.

    Notes
    -----
    To first order the error is the sum over draws of :math:`w (\log(p_k/q_k) - D) - v (p_k/q_k - 1)`, with the
    weights w and v of the draw and k its bin. To second order the plug-in estimate is too large by
    :math:`\tfrac12 \sum_k \mathrm{Var}(\hat p_k - \hat q_k\,p_k/q_k) / p_k`, which is taken off.

    References
    ----------
    .. [1] Kullback and Leibler, On information and sufficiency (1951).
    """
    effective = min(changed.weighting.effective_draws(), baseline.weighting.effective_draws())
    count = 2 * int(np.clip(math.sqrt(effective), FEWEST_BINS, MOST_BINS) / 2)
    after, before = changed.weighting.shares, baseline.weighting.shares
    bins = _bins(changed.values, 0.5 * (after + before), count)
    fine, fine_contributions = _divergence(changed.weighting, bins, after, before)
    if not math.isfinite(fine):
        return Estimate(math.inf, math.inf)
    coarse, coarse_contributions = _divergence(changed.weighting, bins // 2, after, before)
    error = changed.weighting.error_of_sum((4.0 * fine_contributions - coarse_contributions) / 3.0)
    return Estimate((4.0 * fine - coarse) / 3.0 / math.log(2.0), error / math.log(2.0))


def _divergence(weighting: Weighting, bins: NDArray[np.int64], after: Array, before: Array) -> tuple[float, Array]:
    """Divergence between two weightings' shares of some bins, in nats, and what each draw adds to its error."""
    p, q = np.bincount(bins, after), np.bincount(bins, before)
    if np.any((q == 0.0) & (p > 0.0)):
        return math.inf, np.full(bins.size, math.inf)
    ratio = np.divide(p, q, out=np.ones_like(p), where=q > 0.0)
    log_ratio = np.log(ratio, out=np.zeros_like(p), where=ratio > 0.0)
    divergence = float(p @ log_ratio)
    contributions = after * (log_ratio - divergence)[bins] - before * (ratio - 1.0)[bins]
    variances = _bin_variances(weighting, bins, after - ratio[bins] * before, after - before, p)
    excess = 0.5 * float(np.sum(np.divide(variances, p, out=np.zeros_like(p), where=p > 0.0)))
    return divergence - excess, contributions


def _bin_variances(
    weighting: Weighting, bins: NDArray[np.int64], inside: Array, everywhere: Array, shares: Array
) -> Array:
    """Variance, per bin, of the sum of contributions: `inside` for its own draws, less its share of `everywhere`."""
    count = shares.size
    if weighting.replicates:
        group, groups = weighting.grouped(MOST_GROUPS), min(weighting.replicates, MOST_GROUPS)
        cells = np.bincount(group * count + bins, inside, minlength=groups * count)
        sums = cells.reshape(groups, count) - np.outer(np.bincount(group, everywhere), shares)
        return np.asarray((sums**2).sum(axis=0))
    own = np.bincount(bins, inside**2, minlength=count)
    shared = np.bincount(bins, inside * everywhere, minlength=count)
    return np.asarray(own - 2.0 * shares * shared + shares**2 * float(everywhere @ everywhere))


def _bins(values: Array, shares: Array, count: int) -> NDArray[np.int64]:
    """Number the bins that values fall into, of equal share as near as ties allow."""
    order = np.argsort(values)
    cumulative = np.cumsum(shares[order])
    edges = values[order][np.searchsorted(cumulative, np.arange(1, count) / count).clip(max=values.size - 1)]
    return np.searchsorted(edges, values, side="right")
