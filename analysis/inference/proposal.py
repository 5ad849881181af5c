r"""A proposal: what to draw from where too few of the prior's draws agree with the evidence.

It lives among the normal scores :math:`z = \Phi^{-1}(u)` of the uniform numbers that quantities are made of, which
under the prior are standard normal and independent, whatever the quantities are. The proposal is a defensive mixture
[1]_

.. math:: q(z) = \alpha\,\mathrm N(z; 0, I) + (1 - \alpha)\,\mathrm N(z; m, S), \qquad
   S = s_0 I + U (\Lambda - s_0 I) U^T,

with the mean m of the posterior's scores and a covariance that differs from a multiple of the prior's only along the
few directions U in which the evidence narrows or widens the scores. A draw's weight for the prior is
:math:`\mathrm N(z; 0, I) / q(z) \le 1 / \alpha`: weights for a posterior are never more than :math:`1 / \alpha`
times what drawing from the prior would have made them, however badly the proposal fits.

References
----------
.. [1] Hesterberg, Weighted average importance sampling and defensive mixture distributions (1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...model.draws import Transform
from ...priors.copula import HIGHEST_RANK, LOWEST_RANK
from .estimates import Array

PRIOR_SHARE = 0.125  # of the mixture
WIDENED = 1.1  # the covariance of directions that evidence says nothing of, over the prior's
NARROW_WIDENED = 2.0  # of directions that it narrows, over the posterior's: its tails are longer than a normal's
INFORMED = 0.8  # variance of the scores along a direction below which, or above one over which, evidence has spoken
CHOICE = "proposal"  # the uniform number that chooses between the mixture's two parts
LOG_RATIO = "log_ratio"
AT_ONCE = 1_024  # draws, whose matrices stay in a cache


@dataclass(frozen=True, eq=False)
class Proposal:
    """A defensive mixture of the prior and a normal distribution of the scores.

    Attributes
    ----------
    names : tuple of str
        Quantities whose scores it is about.
    mean : array of shape (quantity,)
        Of the normal part.
    directions : array of shape (quantity, direction)
        Orthonormal; along them its variance is not `WIDENED`.
    scales : array of shape (direction,)
        Its standard deviations along them.
    """

    names: tuple[str, ...]
    mean: Array
    directions: Array
    scales: Array

    def carry(self, uniforms: Array) -> tuple[Array, Array]:
        """Carry uniforms to ranks under the prior.

        Parameters
        ----------
        uniforms : array of shape (quantity + 1, draw)
            Inside (0, 1); the last row chooses the part.

        Returns
        -------
        ranks : array of shape (quantity, draw)
            Uniforms whose quantiles are draws from the proposal.
        log_ratio : array of shape (draw,)
            Log density of the prior over that of the proposal.
        """
        ranks, log_ratio = np.empty(uniforms[:-1].shape), np.empty(uniforms.shape[1])
        for first in range(0, log_ratio.size, AT_ONCE):
            some = slice(first, first + AT_ONCE)
            ranks[:, some], log_ratio[some] = self._carry_some(uniforms[:, some])
        return ranks, log_ratio

    def _carry_some(self, uniforms: Array) -> tuple[Array, Array]:
        from scipy.special import ndtr, ndtri

        choice, scores = uniforms[-1], ndtri(uniforms[:-1])
        wide = math.sqrt(WIDENED)
        along = (self.scales - wide)[:, None] * _product(self.directions.T, scores)
        proposed = self.mean[:, None] + wide * scores + _product(self.directions, along)
        scores = np.where(choice < PRIOR_SHARE, scores, proposed)
        from_mean = scores - self.mean[:, None]
        projected = _product(self.directions.T, from_mean)
        precision = self.scales**-2.0 - 1.0 / WIDENED
        distance = (from_mean**2).sum(axis=0) / WIDENED + (precision[:, None] * projected**2).sum(axis=0)
        others = len(self.mean) - self.scales.size
        half_log_determinant = np.log(self.scales).sum() + others * math.log(wide)
        prior, normal = -0.5 * (scores**2).sum(axis=0), -0.5 * distance - half_log_determinant
        mixed = np.logaddexp(math.log(PRIOR_SHARE) + prior, math.log1p(-PRIOR_SHARE) + normal)
        return np.clip(ndtr(scores), LOWEST_RANK, HIGHEST_RANK), prior - mixed


def fit_proposal(names: Sequence[str], ranks: Array, weights: Array) -> Proposal:
    """Fit the normal part to weighted draws.

    Parameters
    ----------
    names : sequence of str
        Of the quantities.
    ranks : array of shape (quantity, draw)
        Uniforms whose quantiles the draws are.
    weights : array of shape (draw,)
        Sum to one.

    Returns
    -------
    Proposal
        With the mean of the draws' scores, and somewhat more than their covariance.
    """
    from scipy.special import ndtri

    scores = ndtri(ranks)
    mean = np.einsum("qd,d->q", scores, weights)
    centred = scores - mean[:, None]
    variances, directions = np.linalg.eigh(_product(centred * weights, centred.T))
    informed = (variances < INFORMED) | (variances > 1.0 / INFORMED)
    found = variances[informed]
    widened = np.minimum(NARROW_WIDENED * found, np.maximum(found, WIDENED))
    return Proposal(tuple(names), mean, directions[:, informed], np.sqrt(widened))


def _product(left: Array, right: Array) -> Array:
    """Matrix product; the threads of the library behind `@` would wait for each other, and change the last digits."""
    product: Array = np.einsum("ij,jk->ik", left, right)
    return product


class ProposedTransform(Transform):
    """Turns uniforms into values drawn from a proposal.

    Parameters
    ----------
    transform : Transform
        Turns uniforms into values drawn from the prior.
    proposal : Proposal
        Of the same names.
    """

    def __init__(self, transform: Transform, proposal: Proposal) -> None:
        self.names = [*proposal.names, CHOICE]
        self._transform = transform
        self._proposal = proposal

    def __call__(self, uniforms: Array) -> dict[str, Array]:
        """Carry uniforms to values; see `Transform`."""
        return self._transform(self._proposal.carry(uniforms)[0])


class LogRatios(Transform):
    """Turns the uniforms that `ProposedTransform` turns into values into the log of the values' weights.

    Parameters
    ----------
    proposal : Proposal
        What the values are drawn from.
    """

    def __init__(self, proposal: Proposal) -> None:
        self.names = [*proposal.names, CHOICE]
        self._proposal = proposal

    def __call__(self, uniforms: Array) -> dict[str, Array]:
        """Carry uniforms to the log density of the prior over the proposal's, under the name `LOG_RATIO`."""
        return {LOG_RATIO: self._proposal.carry(uniforms)[1]}
