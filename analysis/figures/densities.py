"""Densities of continuous quantities, estimated alike for every figure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..forecast import AnyDistribution

Array = NDArray[np.float64]

SAMPLE = 2_000  # quantiles that stand for a distribution
POINTS = 300
TAIL = 3.0  # bandwidths beyond the outermost quantile
PROBABILITIES = (np.arange(SAMPLE) + 0.5) / SAMPLE


def density(distribution: AnyDistribution) -> tuple[Array, Array] | None:
    """Estimate a distribution's density; see `density_of_draws`."""
    return _density(np.array([distribution.quantile_value(float(p)) for p in PROBABILITIES]))


def density_of_draws(values: Array) -> tuple[Array, Array] | None:
    """Estimate a density from evenly spaced quantiles, by a Gaussian kernel.

    Parameters
    ----------
    values : array, shape (draw,)
        Draws of equal weight.

    Returns
    -------
    tuple of array, or None
        Points and density there; None for a distribution without spread.
    """
    return _density(np.quantile(values, PROBABILITIES))


def _density(quantiles: Array) -> tuple[Array, Array] | None:
    from scipy.stats import gaussian_kde

    sample = quantiles[np.isfinite(quantiles)]
    if sample.size < 2 or np.ptp(sample) <= 1e-9 * max(float(np.abs(sample).max()), 1.0):
        return None
    kernel = gaussian_kde(sample)
    margin = TAIL * math.sqrt(float(kernel.covariance[0, 0]))
    points = np.linspace(sample.min() - margin, sample.max() + margin, POINTS)
    return points, kernel(points)
