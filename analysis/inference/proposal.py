r"""A proposal: what to draw from where evidence is counted, most of the prior's draws being elsewhere.

It lives among the normal scores :math:`z = \Phi^{-1}(u)` of the uniform numbers that quantities are made of, which
under the prior are standard normal and independent, whatever the quantities are. Along a few directions U evidence has
moved, narrowed or widened the posterior's scores; there a mixture of normal distributions is fitted to them, which can
follow a posterior that bends or has several modes. All other scores stay the prior's. The proposal is defensive [1]_

.. math:: q(z) = \Big[\alpha_0\,\mathrm N(z; 0, I) + \sum_k \alpha_k\,\mathrm N(U^T z; m_k, \Lambda_k)\,
   \mathrm N(z - U U^T z; 0, s_0 I)\Big],

and its last part is wide. Quantities that only evidence asks of are drawn given all else, which none of the formulas
above is about: see `nuisances`. A draw's weight for the prior is :math:`\mathrm N(z; 0, I) / q(z) \le 1 / \alpha_0`:
weights for a posterior are never more than :math:`1 / \alpha_0` times what drawing from the prior would have made them,
however badly the proposal fits.

References
----------
.. [1] Hesterberg, Weighted average importance sampling and defensive mixture distributions (1995).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...model.draws import Values
from ...priors.normal_quantile import normal_quantile
from ...priors.normal_rank import normal_rank
from ...priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM
from .estimates import Array
from .mixture import NormalMixture, covariance_of, fit_mixture
from .resampling import systematic

PRIOR_SHARE, WIDE_SHARE = 0.125, 0.2  # of the proposal
NARROW_WIDENED, WIDE_WIDENED = 1.3, 2.5  # covariances of the fitted parts, and of the wide one, over the posterior's
WIDENED = 1.05  # the variance along directions that evidence says nothing of, over the prior's
INFORMED = 0.8  # variance of the scores along a direction below which, or above one over which, evidence has spoken
SHIFTED = 0.1  # the posterior's mean along a direction from which on evidence has spoken
SIGNIFICANT = 4.5  # standard errors by which a score's moments must differ from the prior's to be among those moved
SHRINKAGE = 2.0  # draws of the prior that the covariance is shrunk by: of few draws it would be singular
NEGLIGIBLE = 1e-3  # weight of the draws that a fit leaves out
FITTED = 4_096  # draws of equal weight in place of all those that a fit has more of: it takes as long as it has draws
PARTS, POINTS = 4, 2_048  # most parts of the fitted mixture, the wide one aside, and draws that it is fitted to
AT_ONCE = 4_096  # draws, whose matrices stay in a cache
LOWEST_SCORE, HIGHEST_SCORE = normal_quantile(np.array([SMALLEST_UNIFORM, LARGEST_UNIFORM]))


@dataclass(frozen=True, eq=False)
class Densities:
    """Log densities of draws' scores, up to a constant that all have.

    Attributes
    ----------
    prior : array of shape (draw,)
        Under the prior.
    fitted, wide : array of shape (draw,)
        Under the proposal's parts that are fitted to the posterior, and under the wide one, times their shares.
    widened : array of shape (draw,)
        Factor of the variances with which the part that a draw is of draws nuisances; 0 where from their prior.
    """

    prior: Array
    fitted: Array
    wide: Array
    widened: Array

    def some(self, draws: slice) -> Densities:
        """Those of some of the draws, to be written."""
        return Densities(self.prior[draws], self.fitted[draws], self.wide[draws], self.widened[draws])

    def log_ratio(self, fitted: Array | float = 0.0, wide: Array | float = 0.0) -> Array:
        """Log density of the prior over that of the proposal, shape (draw,).

        Parameters
        ----------
        fitted, wide : array of shape (draw,), optional
            Log density of the nuisances under those parts over that under the prior.
        """
        broad = np.logaddexp(math.log(PRIOR_SHARE) + self.prior, self.wide + wide)
        found: Array = self.prior - np.logaddexp(broad, self.fitted + fitted)
        return found


class Settled(Protocol):
    """Quantities that are drawn given all else: see `nuisances.Nuisances`.

    Attributes
    ----------
    names : tuple of str
        The quantities.
    places : array of int, shape (nuisance,)
        Of their rows.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def places(self) -> NDArray[np.intp]: ...

    def settle(
        self, values: Values, ranks: Array, widened: Array, wide: float, scored: Collection[str] = frozenset()
    ) -> tuple[Array, Array]:
        """Draw them anew, in place; returns log densities over the prior's."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A defensive mixture of the prior and normal distributions of the scores.

    Attributes
    ----------
    names : tuple of str
        Quantities that have scores.
    moved : array of int, shape (moved,)
        Places among them of those whose scores are not the prior's.
    directions : array of shape (moved, direction)
        Orthonormal; along all others the mean is nothing and the variance `WIDENED`.
    mixture : NormalMixture
        Of the scores along them; its shares are those of the proposal without the prior's.
    nuisances : Settled, optional
        Quantities that the fitted parts draw given all else; none of those moved.
    """

    names: tuple[str, ...]
    moved: NDArray[np.intp]
    directions: Array
    mixture: NormalMixture
    nuisances: Settled | None = None

    def carry(self, rows: Array, choice: Array, scored: Collection[str] = frozenset()) -> tuple[Array, Densities]:
        """Carry uniforms, in place, to ranks under the prior; those of nuisances stay as they are.

        Parameters
        ----------
        rows : array of shape (quantity, draw)
            Uniforms inside (0, 1); of those `scored`, their normal scores.
        choice : array of shape (draw,)
            Uniform as well; chooses the part.
        scored : collection of str
            Quantities in whose rows there are normal scores instead of ranks, before and after.

        Returns
        -------
        rows : array of shape (quantity, draw)
            Uniforms, or scores, whose quantiles are draws from the proposal.
        densities : Densities
            Of the draws.
        """
        rows[self.moved], densities = self.carry_moved(rows[self.moved], choice, scored)
        return rows, densities

    def carry_moved(self, rows: Array, choice: Array, scored: Collection[str] = frozenset()) -> tuple[Array, Densities]:
        """Carry the rows of the moved quantities alone, of shape (moved, draw); see `carry`."""
        densities = Densities(*np.empty((4, choice.size)))
        ranked = np.array([self.names[place] not in scored for place in self.moved], dtype=bool)
        for first in range(0, choice.size, AT_ONCE):
            some = slice(first, first + AT_ONCE)
            scores = rows[:, some].copy()
            scores[ranked] = normal_quantile(scores[ranked])
            scores = self._carry_some(scores, choice[some], densities.some(some))
            scores = np.clip(scores, LOWEST_SCORE, HIGHEST_SCORE)
            scores[ranked] = np.clip(normal_rank(scores[ranked]), SMALLEST_UNIFORM, LARGEST_UNIFORM)
            rows[:, some] = scores
        return rows, densities

    def _carry_some(self, scores: Array, choice: Array, densities: Densities) -> Array:
        """Normal scores of the moved quantities; puts down their densities."""
        wide = math.sqrt(WIDENED)
        along = self.directions.T @ scores
        shares = np.concatenate([[PRIOR_SHARE], (1.0 - PRIOR_SHARE) * self.mixture.shares])
        part = np.searchsorted(np.cumsum(shares)[:-1], choice, side="right")
        drawn = along.copy()  # of the prior's part, which is not read: memory as it was found may hold what warns
        for number, (mean, root) in enumerate(zip(self.mixture.means, self.mixture.roots, strict=True), start=1):
            chosen = np.flatnonzero(part == number)  # places: a mask takes several times as long to read by
            drawn[:, chosen] = mean[:, None] + root @ along[:, chosen]
        proposed = wide * scores + self.directions @ (drawn - wide * along)
        scores = np.where(part == 0, scores, proposed)
        along = np.where(part == 0, along, drawn)
        squares = np.einsum("ij,ij->j", scores, scores)
        beside = squares - np.einsum("ij,ij->j", along, along)
        others = self.directions.shape[0] - self.directions.shape[1]
        parts = self.mixture.log_densities(along)
        parts += math.log1p(-PRIOR_SHARE) - (0.5 * beside / WIDENED + others * math.log(wide))
        densities.prior[:] = -0.5 * squares
        densities.fitted[:] = np.logaddexp.reduce(parts[:-1], axis=0, initial=-np.inf)
        densities.wide[:] = parts[-1]
        densities.widened[:] = np.where(part == shares.size - 1, WIDE_WIDENED, 1.0) * (part > 0)
        return scores


def fit_proposal(
    names: Sequence[str],
    ranks: Array,
    weights: Array,
    rng: np.random.Generator,
    nuisances: Settled | None = None,
) -> Proposal:
    """Fit a proposal to weighted draws.

    Parameters
    ----------
    names : sequence of str
        Of the quantities.
    ranks : array of shape (quantity, draw)
        Uniforms whose quantiles the draws are.
    weights : array of shape (draw,)
        Sum to one.
    rng : numpy.random.Generator
        Of the fit.
    nuisances : Settled, optional
        Quantities that the weights have integrated out: the fit is to all others.
    """
    fitted = np.delete(np.arange(len(names)), [] if nuisances is None else nuisances.places)
    kept, weights, effective = _that_weigh(weights, rng)
    scores = np.stack([normal_quantile(ranks[row, kept]) for row in fitted])  # a row at a time stays in a cache
    mean = np.einsum("qd,d->q", scores, weights)
    centred = scores - mean[:, None]
    covariance = effective * (centred * weights) @ centred.T + SHRINKAGE * np.eye(mean.size)
    covariance /= effective + SHRINKAGE
    moved = _moved(mean, covariance, effective)
    directions = _directions(mean[moved], covariance[np.ix_(moved, moved)])
    points = directions.T @ scores[np.ix_(moved, systematic(weights, POINTS, rng))]
    return Proposal(tuple(names), fitted[moved], directions, _mixture(points, rng), nuisances)


def _that_weigh(weights: Array, rng: np.random.Generator) -> tuple[NDArray[np.intp], Array, float]:
    """Draws to fit to, without those that together weigh next to nothing: places, weights and how many are effective.

    Where evidence is sharp, most are left out; where more than `FITTED` are left, so many are drawn by their weights.
    """
    effective = 1.0 / float(np.sum(weights**2))
    order = np.argsort(weights)
    kept = np.sort(order[np.cumsum(weights[order]) > NEGLIGIBLE])
    if kept.size > FITTED:
        drawn = systematic(weights, FITTED, rng)
        return drawn, np.full(FITTED, 1.0 / FITTED), 1.0 / (1.0 / effective + 1.0 / FITTED)
    return kept, weights[kept] / weights[kept].sum(), effective


def _moved(mean: Array, covariance: Array, effective: float) -> NDArray[np.intp]:
    """Places of the scores that evidence has moved, alone or together with others.

    In the precision a score that is known only together with others stands out as one that is known by itself does; of
    the prior it is the identity. What ties two scores is taken as their partial correlation, whose error does not grow
    with how sharply others are known.
    """
    precision = np.linalg.inv(covariance)
    own = np.diagonal(precision)
    tied = np.abs(precision) / np.sqrt(np.outer(own, own))
    np.fill_diagonal(tied, np.abs(own - 1.0))
    departure = np.maximum(np.abs(mean), tied.max(axis=1))
    return np.flatnonzero(departure > max(SIGNIFICANT / math.sqrt(effective), SHIFTED))


def _directions(mean: Array, covariance: Array) -> Array:
    """Orthonormal directions along which evidence has changed the scores' variance or their mean."""
    variances, directions = np.linalg.eigh(covariance)
    found = directions[:, (variances < INFORMED) | (variances > 1.0 / INFORMED)]
    rest = mean - found @ (found.T @ mean)
    length = float(np.linalg.norm(rest))
    return np.column_stack([found, rest / length]) if length > SHIFTED else found


def _mixture(points: Array, rng: np.random.Generator) -> NormalMixture:
    """The proposal's normal parts, fitted to draws of equal weight: those of the fit, and a wide one."""
    if points.shape[0] == 0:
        return NormalMixture(np.ones(1), np.zeros((1, 0)), np.zeros((1, 0, 0)))
    fitted = fit_mixture(points, PARTS, rng)
    wide_share = WIDE_SHARE / (1.0 - PRIOR_SHARE)
    shares = np.append((1.0 - wide_share) * fitted.shares, wide_share)
    means = np.vstack([fitted.means, points.mean(axis=1)])
    wide = np.linalg.cholesky(covariance_of(points))
    roots = np.concatenate([math.sqrt(NARROW_WIDENED) * fitted.roots, math.sqrt(WIDE_WIDENED) * wide[None]])
    return NormalMixture(shares, means, roots)
