r"""Pareto smoothing: the largest importance weights, replaced by quantiles of a distribution fitted to them.

The tail of the weights above a cutoff is taken for generalised Pareto. Its shape, k-hat, says how many moments the
weights have: below 0.5 their variance is finite, above 0.7 no number of draws in reach would do [1]_. The fit is by
Zhang and Stephens [2]_: a mean over a grid of profile likelihoods, drawn towards a half by as much as ten draws would.

References
----------
.. [1] Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance sampling, JMLR 25 (2024).
.. [2] Zhang and Stephens, A new and efficient estimation method for the generalized Pareto distribution, Technometrics
   51 (2009).
"""

from __future__ import annotations

import math

import numpy as np

from .diagnostics import GOOD_KHAT
from .estimates import Array

SMALLEST_TAIL = 3.0 / math.sqrt(100_000)  # share of the draws: the reference's for 100,000
FEW_DRAWS = 225  # up to which the tail is a fifth of the draws
FEWEST_WEIGHTED = 5  # draws, of any weight or in the tail; a Pareto distribution cannot be fitted to fewer
PRIOR_DRAWS, PRIOR_SHAPE = 10, 0.5  # what the shape is drawn towards, and by as much as how many draws
GRID = 30  # points of the fit's grid, beside the root of the number of draws
GRID_PRIOR = 3.0  # width of the grid's prior, over the first quartile
SAME = 1e-9  # difference between logarithms of weights that leaves nothing to be fitted
LIGHT_SHAPE = GOOD_KHAT / 2.0  # of a tail whose largest weight needs no fit to be believed
NEGLIGIBLE = 10.0 * np.finfo(float).eps  # weight of a point of the grid


def smooth_tail(raw: Array, log_ratios: Array) -> float:
    """Smooth the largest of raw weights in place.

    Parameters
    ----------
    raw : array of shape (draw,)
        Importance ratios, the largest being 1.
    log_ratios : array of shape (draw,)
        Their logarithms, up to a constant.

    Returns
    -------
    float
        k-hat: infinite where too few draws have any weight, or make too short a tail, to fit one; minus infinity where
        weights are bounded by a value that a whole tail of draws has, or are as good as equal.

    Notes
    -----
    Of n weights with a Pareto tail of shape k the largest is about n^k times their mean. Where a few draws weigh a
    little more than all others, which weigh the same (an early rumour that is hardly believed), or as much as a bound
    allows, no such tail fits, whatever its k-hat comes to: if the largest is within n^`LIGHT_SHAPE` of the mean, the
    weights are left as they are and taken for bounded.
    """
    draws, tail = raw.size, tail_length(raw.size)
    if tail < FEWEST_WEIGHTED or np.count_nonzero(raw > 0.0) < FEWEST_WEIGHTED:
        return math.inf
    if np.count_nonzero(raw == 1.0) >= tail or raw.min() > 1.0 - SAME:
        # weights that many draws share at the top are bounded (silence so far weighs every later date alike)
        return -math.inf
    largest = np.argpartition(log_ratios, draws - tail - 1)[draws - tail - 1 :]
    ordered = largest[np.argsort(log_ratios[largest], kind="stable")]
    cutoff, places = raw[ordered[0]], ordered[1:]
    shape, scale = fit_pareto(raw[places] - cutoff)
    if not shape < GOOD_KHAT and raw.mean() * draws**LIGHT_SHAPE >= 1.0:
        return -math.inf
    if math.isfinite(shape):
        smoothed = cutoff + pareto_quantile((np.arange(tail) + 0.5) / tail, shape, scale)
        raw[places] = np.minimum(smoothed, 1.0)
    return math.inf if math.isnan(shape) else shape


def tail_length(draws: int) -> int:
    """Number of largest weights that the Pareto tail is fitted to: the reference's, but never a smaller share.

    The reference's share of the draws shrinks with their number. Among millions it would be fitted to the few in
    which an unlikely reading happens to be genuine: weights that are bounded, yet look heavy before the bound.
    """
    if draws <= FEW_DRAWS:
        return draws // 5
    return math.floor(max(3.0 * math.sqrt(draws), SMALLEST_TAIL * draws))


def fit_pareto(excesses: Array) -> tuple[float, float]:
    """Fit a generalised Pareto distribution.

    Parameters
    ----------
    excesses : array of shape (draw,)
        Over the cutoff, in ascending order.

    Returns
    -------
    shape, scale : float
        The shape is above 0 for a tail heavier than an exponential one; both are undefined where so many of the
        excesses are equal that they come from no such distribution.
    """
    draws = excesses.size
    quartile = excesses[int(draws / 4 + 0.5) - 1]
    if not quartile > excesses[0]:
        return math.nan, math.nan
    points = GRID + int(math.sqrt(draws))
    grid = (1.0 - np.sqrt(points / (np.arange(points) + 0.5))) / (GRID_PRIOR * quartile) + 1.0 / excesses[-1]
    shapes = np.log1p(-grid[:, None] * excesses).mean(axis=1)
    profile = draws * (np.log(-grid / shapes) - shapes - 1.0)
    weights = np.exp(profile - profile.max())
    weights /= weights.sum()
    weights = np.where(weights >= NEGLIGIBLE, weights, 0.0)
    rate = float(grid @ weights / weights.sum())
    shape = float(np.log1p(-rate * excesses).mean())
    scale = -shape / rate
    shape = (draws * shape + PRIOR_DRAWS * PRIOR_SHAPE) / (draws + PRIOR_DRAWS)
    return (math.inf, math.nan) if math.isnan(shape) else (shape, scale)


def pareto_quantile(p: Array, shape: float, scale: float) -> Array:
    """Quantiles of a generalised Pareto distribution, over the cutoff."""
    exponential = -np.log1p(-p)
    with np.errstate(over="ignore"):  # of a few draws' tail: infinite, which whoever smooths with it bounds
        return np.asarray(scale * (exponential if shape == 0.0 else np.expm1(shape * exponential) / shape))
