r"""The line's height, slope and two scales integrated out, at every value of progress.

Each of them is a quantile of its prior at a normal score z, so that the prior of the scores is standard normal whatever
its family. At every value of progress the integrand has one peak. A normal distribution a little wider than the peak is
laid over it, and the integral is the mean of integrand over density at points that follow it evenly (Halton's, each
with its mirror image). With infinitely many points this is exact; with `POINTS` it is so to a fraction of a percent,
since the ratio hardly varies: `share`, the effective share of the points, says how much.

References
----------
.. [1] Naylor and Smith, Applications of a method for the efficient computation of posterior distributions (1982).
.. [2] Halton, On the efficiency of certain quasi-random sequences of points (1960).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...priors.copula import INDEPENDENT, Copula
from ...priors.families import Family
from ...priors.independence import independent
from ...priors.log_densities import LOG_ROOT_TWO_PI
from ...priors.scores import FARTHEST_SCORE
from .curve import EfficiencyCurve
from .models import Array, ScoredModels
from .organisations import NODES, log_likelihood

PARAMETERS = ("efficiency_score", "efficiency_slope", "efficiency_noise", "efficiency_organisation_spread")
FIRST, STEP, COUNT = -0.5, 0.125, 29  # values of log10 of progress: from 0.3 to 1,000 x per year
COARSE = 2  # of that many values, one has its peak looked for; those between are interpolated
POINTS = 64  # at which the integrand is evaluated, for every value of progress
WIDER = 1.15  # than the peak, in standard deviations
DIFFERENCE = 0.02  # of normal scores, for derivatives
SEARCH = 12  # steps towards a peak
LONGEST_STEP = 0.5  # in every normal score
SHARES = (1.0, 0.3, 0.1, 0.0)  # of a step, of which the highest is taken
FLATTEST = 0.25  # least curvature that a peak is taken to have; the prior alone has 1


@dataclass(frozen=True)
class Integrated:
    """A curve, and how well its points served.

    Attributes
    ----------
    curve : EfficiencyCurve
        Log likelihood over log10 of progress.
    share : array, shape (point of the curve,)
        Effective share of the points of integration, from 0 to 1.
    """

    curve: EfficiencyCurve
    share: Array


@dataclass(frozen=True)
class Integrand:
    """Prior times likelihood over normal scores.

    Attributes
    ----------
    models : ScoredModels
        The table's models.
    beliefs : mapping of str to Family
        Of each of `PARAMETERS`.
    degrees : float
        Degrees of freedom of a score's error.
    nodes : int
        Of the quadrature over each organisation's effect.
    """

    models: ScoredModels
    beliefs: Mapping[str, Family]
    degrees: float
    nodes: int = NODES

    def __call__(self, scores: Array, log10_progress: Array) -> Array:
        """Natural logarithm at normal scores of shape (point, parameter) and as many values of progress."""
        from scipy.special import ndtr

        ranks = ndtr(np.clip(scores, -FARTHEST_SCORE, FARTHEST_SCORE))
        score, slope, noise, spread = (
            self.beliefs[name].quantile(ranks[:, column]) for column, name in enumerate(PARAMETERS)
        )
        likelihood = log_likelihood(
            self.models, score, slope, noise, spread, log10_progress, self.degrees, nodes=self.nodes
        )
        return likelihood - 0.5 * (scores * scores).sum(axis=1) - len(PARAMETERS) * LOG_ROOT_TWO_PI

    def start(self, log10_progress: Array) -> Array:
        """Normal scores to begin a search from, by least squares; shape (value, parameter)."""
        from scipy.special import ndtri

        models = self.models
        along = models.log10_compute + log10_progress[:, None] * models.years
        centred = along - along.mean(axis=1, keepdims=True)
        squares = (centred * centred).sum(axis=1)
        slope = (centred * models.score).sum(axis=1) / np.where(squares > 0.0, squares, 1.0)
        height = models.score.mean() - slope * along.mean(axis=1)
        left = (models.score - height[:, None] - slope[:, None] * along).std(axis=1)
        columns = []
        for name, values in zip(PARAMETERS, (height, slope, 0.5 * left, 0.7 * left), strict=True):
            ranks = np.clip(self.beliefs[name].cdf(np.maximum(values, 1e-3)), 1e-3, 1.0 - 1e-3)
            columns.append(np.zeros(len(values)) if self.beliefs[name].base is None else ndtri(ranks))
        return np.stack(columns, axis=1)


def efficiency_curve(
    models: ScoredModels,
    beliefs: Mapping[str, Family],
    degrees: float,
    *,
    copula: Copula = INDEPENDENT,
    points: int = POINTS,
    nodes: int = NODES,
) -> Integrated:
    """Integrate everything but progress out of a table's likelihood.

    Parameters
    ----------
    models : ScoredModels
        The table's models.
    beliefs : mapping of str to Family
        Of each of `PARAMETERS`, and of whatever gives numbers of theirs.
    degrees : float
        Degrees of freedom of a score's error.
    copula : Copula, optional
        Dependence of ranks between quantities.
    points : int
        Of integration, an even number: error and time hang on it.
    nodes : int
        Of the quadrature over each organisation's effect.

    Raises
    ------
    InputError
        If two of `PARAMETERS` depend on each other or on a third: they are integrated out as independent.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import ScoredModels, efficiency_curve
    >>> from catchup.model import load_assumptions
    >>> years, compute = np.linspace(-2.0, 0.0, 8), np.linspace(-1.5, 0.0, 8)
    >>> scores = 150.0 + 10.0 * (compute + 0.5 * years)
    >>> models = ScoredModels.of("abcdefgh", scores, np.ones(8), compute, years, "UVUVUVUV")
    >>> found = efficiency_curve(models, load_assumptions().beliefs, degrees=4.0, points=64)
    >>> found.curve.quantiles([0.05, 0.5, 0.95]).round(1)
    array([  0.7,   9.3, 447.3])
    """
    integrand = Integrand(models, independent(PARAMETERS, beliefs, copula), degrees, nodes)
    values = EfficiencyCurve(FIRST, STEP, np.zeros(COUNT)).points
    peaks, precisions = _interpolated(integrand, values)
    factors = np.linalg.inv(np.linalg.cholesky(precisions)).transpose(0, 2, 1)
    normal = even_points(points)
    density = -0.5 * (normal * normal).sum(axis=1) - len(PARAMETERS) * LOG_ROOT_TWO_PI
    density = density - len(PARAMETERS) * math.log(WIDER)
    heights, shares = np.empty(COUNT), np.empty(COUNT)
    for index, value in enumerate(values):
        scores = peaks[index] + WIDER * normal @ factors[index].T
        ratio = integrand(scores, np.full(points, value)) - density + math.log(abs(np.linalg.det(factors[index])))
        weight = np.exp(ratio - ratio.max())
        heights[index] = ratio.max() + math.log(weight.mean())
        shares[index] = weight.sum() ** 2 / (points * (weight * weight).sum())
    return Integrated(EfficiencyCurve(FIRST, STEP, heights), shares)


def even_points(count: int) -> Array:
    """Points that follow a standard normal distribution evenly, half of them the mirror images of the others.

    Their means, variances and correlations are the distribution's own, so that whatever is quadratic in them is
    integrated without error.

    Parameters
    ----------
    count : int
        How many, an even number.

    Returns
    -------
    array, shape (point, parameter)
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    sequence = qmc.Halton(len(PARAMETERS), scramble=False).fast_forward(1)  # past 0, which has no score
    half = ndtri(sequence.random(count // 2))
    half = np.linalg.solve(np.linalg.cholesky(half.T @ half / len(half)), half.T).T
    return np.concatenate([half, -half])


def _interpolated(integrand: Integrand, values: Array) -> tuple[Array, Array]:
    """Peak and precision at every value of progress: looked for at some, interpolated between them."""
    some = values[::COARSE]
    peaks, precisions = _peaks(integrand, some)
    rows = np.concatenate([peaks, precisions.reshape(len(some), -1)], axis=1)
    filled = np.stack([np.interp(values, some, column) for column in rows.T], axis=1)
    size = len(PARAMETERS)
    return filled[:, :size], filled[:, size:].reshape(-1, size, size)


def _peaks(integrand: Integrand, values: Array) -> tuple[Array, Array]:
    """Where the integrand is highest at each value of progress, and minus its second derivatives there.

    The search is Newton's, no step longer or less steep than it should be. Values whose search ends lower than a
    neighbour's peak would have them begin again from there.
    """
    scores = _climb(integrand, integrand.start(values), values)
    nearby = np.stack([scores, np.roll(scores, 1, axis=0), np.roll(scores, -1, axis=0)], axis=1)
    scores = _climb(integrand, _highest(integrand, nearby, values), values)
    return scores, _derivatives(integrand, scores, values)[1]


def _climb(integrand: Integrand, scores: Array, values: Array) -> Array:
    for _ in range(SEARCH):
        slope, precision = _derivatives(integrand, scores, values)
        step = np.linalg.solve(precision, slope[..., None])[..., 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        step = step * np.minimum(1.0, LONGEST_STEP / np.maximum(longest, 1e-12))
        tried = scores[:, None] + step[:, None] * np.array(SHARES)[:, None]
        scores = _highest(integrand, tried, values)
        if longest.max() < DIFFERENCE:
            break
    return scores


def _highest(integrand: Integrand, tried: Array, values: Array) -> Array:
    """Of several places for each value of progress, shape (value, place, p), the one that lies highest."""
    count = tried.shape[1]
    heights = integrand(tried.reshape(-1, tried.shape[2]), np.repeat(values, count)).reshape(-1, count)
    return np.asarray(np.take_along_axis(tried, heights.argmax(axis=1)[:, None, None], axis=1)[:, 0])


def _derivatives(integrand: Integrand, scores: Array, values: Array) -> tuple[Array, Array]:
    """Slope, and minus second derivatives made positive, by differences; shapes (value, p) and (value, p, p)."""
    size = len(PARAMETERS)
    unit = DIFFERENCE * np.eye(size)
    pairs = [(row, column) for row in range(size) for column in range(row)]
    moves = np.stack([np.zeros(size), *unit, *-unit, *(unit[row] + unit[column] for row, column in pairs)])
    around = (scores[:, None] + moves).reshape(-1, size)
    height = integrand(around, np.repeat(values, len(moves))).reshape(len(values), -1)
    middle, up, down, both = np.split(height, [1, 1 + size, 1 + 2 * size], axis=1)
    second = np.empty((len(values), size, size))
    second[:, range(size), range(size)] = up + down - 2.0 * middle
    for index, (row, column) in enumerate(pairs):
        mixed = both[:, index] - up[:, row] - up[:, column] + middle[:, 0]
        second[:, row, column] = second[:, column, row] = mixed
    curvature, axes = np.linalg.eigh(-second / DIFFERENCE**2)
    precision = np.einsum("vij,vj,vkj->vik", axes, np.maximum(curvature, FLATTEST), axes)
    return (up - down) / (2.0 * DIFFERENCE), precision
