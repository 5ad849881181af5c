r"""What all scores of a table weigh, the organisations' own effects integrated out.

Given the line and the two scales, organisations are independent of each other, and each effect is one number: its
integral is a sum over Gauss-Hermite nodes placed about the effect's mode and as wide as the curvature there says
(adaptive quadrature). Modes come from reweighted least squares, which is the EM algorithm of Student's t as a mixture
of normals over its scale.

References
----------
.. [1] Lange, Little and Taylor, Robust statistical modeling using the t distribution (1989).
.. [2] Liu and Pierce, A note on Gauss-Hermite quadrature (1994).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from ...priors.log_densities import LOG_ROOT_TWO_PI, log_student_t
from .equations import error_variance, expected_score
from .models import Array, ScoredModels

NODES = 7  # of the quadrature over an organisation's effect; more move no quantile of progress by 0.1%
ROUNDS = 6  # of reweighting; the quadrature forgives a mode that is not quite one


def log_likelihood(
    models: ScoredModels,
    score: Array,
    slope: Array,
    noise: Array,
    spread: Array,
    log10_progress: Array,
    degrees: float,
    *,
    nodes: int = NODES,
) -> Array:
    """Log density of all scores at many points at once.

    Parameters
    ----------
    models : ScoredModels
        The table's models.
    score, slope, noise, spread : array, shape (point,)
        Height and slope of the line, scale of a score's error, standard deviation of organisations' effects.
    log10_progress : array, shape (point,)
        Logarithm to base 10 of yearly progress.
    degrees : float
        Degrees of freedom of the error.
    nodes : int
        Of the quadrature.

    Returns
    -------
    array, shape (point,)
        Natural logarithm.
    """
    height = expected_score(score, slope, models.log10_compute[:, None], log10_progress, models.years[:, None])
    residual = models.score[:, None] - height
    variance = error_variance(noise, models.score_sd[:, None])
    effect, width = _mode_and_width(models, residual, degrees * variance, 1.0 / spread**2, degrees)
    owner, first = models.organisation, models.first_of_organisation
    positions, weights = _nodes(nodes)
    terms = np.empty((nodes, *effect.shape))
    for node, (position, weight) in enumerate(zip(positions, weights, strict=True)):
        shifted = effect + width * position
        density = log_student_t(np, residual - shifted[owner], variance, degrees)
        prior = 0.5 * position**2 + math.log(weight) - 0.5 * (shifted / spread) ** 2
        terms[node] = np.add.reduceat(density, first, axis=0) + prior
    highest = terms.max(axis=0)
    integral = np.log(np.exp(terms - highest).sum(axis=0)) + highest + np.log(width)
    return np.asarray((integral - np.log(spread) - LOG_ROOT_TWO_PI).sum(axis=0))


@cache
def _nodes(count: int) -> tuple[Array, Array]:
    """Places and masses of Gauss-Hermite quadrature; a curve asks for them hundreds of times."""
    return np.polynomial.hermite_e.hermegauss(count)


def _mode_and_width(
    models: ScoredModels, residual: Array, scaled: Array, precision: Array, degrees: float
) -> tuple[Array, Array]:
    """Find each effect's mode and the width of its peak; `scaled` is the error's variance times the degrees."""
    owner, first = models.organisation, models.first_of_organisation
    effect = np.zeros((len(models.counts), residual.shape[1]))
    for _ in range(ROUNDS):
        weight = (degrees + 1.0) / (scaled + (residual - effect[owner]) ** 2)
        effect = np.add.reduceat(weight * residual, first, axis=0) / (
            np.add.reduceat(weight, first, axis=0) + precision
        )
    squared = (residual - effect[owner]) ** 2
    curvature = np.add.reduceat((degrees + 1.0) * (scaled - squared) / (scaled + squared) ** 2, first, axis=0)
    # an odd model's score curves the wrong way: the peak is then taken for at most as wide as twice the prior's
    return effect, 1.0 / np.sqrt(np.maximum(curvature, -0.5 * precision) + precision)
