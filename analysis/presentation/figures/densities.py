"""Densities of continuous quantities, estimated alike for every figure."""

from __future__ import annotations

import math

import numpy as np

from ....priors.arrays import Array
from ...inference.streaming import AnyDistribution

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

    References
    ----------
    .. [1] Scott, Multivariate Density Estimation (1992): the bandwidth.
    """
    return _density(np.quantile(values, PROBABILITIES))


def _density(quantiles: Array) -> tuple[Array, Array] | None:
    sample = quantiles[np.isfinite(quantiles)]
    if sample.size < 2 or np.ptp(sample) <= 1e-9 * max(float(np.abs(sample).max()), 1.0):
        return None
    bandwidth = float(sample.std(ddof=1)) * sample.size ** (-1.0 / 5.0)
    points = np.linspace(sample.min() - TAIL * bandwidth, sample.max() + TAIL * bandwidth, POINTS)
    kernels = np.exp(-0.5 * ((points[:, None] - sample) / bandwidth) ** 2)
    return points, kernels.mean(axis=1) / (bandwidth * math.sqrt(2.0 * math.pi))
