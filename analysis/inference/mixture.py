"""A mixture of normal distributions fitted to draws, by expectation maximisation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .estimates import Array

MOST_STEPS = 30
CONVERGED = 2e-3  # rise of the mean log density at a step, below which no more are taken
SHRINKAGE = 10.0  # draws of the whole that each part's covariance is shrunk by: of few draws it would be singular


@dataclass(frozen=True, eq=False)
class NormalMixture:
    """A mixture of normal distributions.

    Attributes
    ----------
    shares : array of shape (part,)
        Sum to one.
    means : array of shape (part, dimension)
        Of the parts.
    roots : array of shape (part, dimension, dimension)
        Lower triangular; a part's covariance is its root times that root's transpose.
    """

    shares: Array
    means: Array
    roots: Array

    @classmethod
    def of(cls, shares: Array, means: Array, covariances: Array) -> NormalMixture:
        """Take the parts by their covariances, shape (part, dimension, dimension)."""
        return cls(shares, means, np.linalg.cholesky(covariances))

    def log_densities(self, points: Array) -> Array:
        """Log density of each part times its share, up to the constant of all normal ones.

        Parameters
        ----------
        points : array of shape (dimension, draw)

        Returns
        -------
        array of shape (part, draw)
        """
        standard = self._inverses @ (points - self.means[:, :, None])
        found: Array = self._log_scales[:, None] - 0.5 * np.einsum("kij,kij->kj", standard, standard)
        return found

    @cached_property
    def _inverses(self) -> Array:
        return np.linalg.inv(self.roots)

    @cached_property
    def _log_scales(self) -> Array:
        found: Array = np.log(self.shares) - np.log(np.diagonal(self.roots, axis1=1, axis2=2)).sum(axis=1)
        return found


def fit_mixture(points: Array, parts: int, rng: np.random.Generator) -> NormalMixture:
    """Fit a mixture to draws of equal weight.

    Parameters
    ----------
    points : array of shape (dimension, draw)
        The draws.
    parts : int
        Most parts that the mixture may have.
    rng : numpy.random.Generator
        Chooses where the fit begins.

    Returns
    -------
    NormalMixture
        With fewer parts where some would be left with hardly any draw, or too few draws differ.
    """
    dimension, whole = points.shape[0], covariance_of(points)
    chosen = _spread(points, whole, parts, rng)
    shares, means = np.full(len(chosen), 1.0 / len(chosen)), points[:, chosen].T
    mixture, reached = NormalMixture.of(shares, means, np.broadcast_to(whole, (len(chosen), *whole.shape))), -math.inf
    for _ in range(MOST_STEPS):
        log_densities = mixture.log_densities(points)
        joint = np.logaddexp.reduce(log_densities, axis=0)
        level = float(joint.mean())
        if level - reached < CONVERGED:
            break
        reached = level
        members = np.exp(log_densities - joint)
        members = members[members.sum(axis=1) > dimension]
        counts = members.sum(axis=1)
        means = np.einsum("kn,dn->kd", members, points) / counts[:, None]
        centred = points[None] - means[:, :, None]
        scatter = (centred * members[:, None]) @ centred.transpose(0, 2, 1)
        covariances = (scatter + SHRINKAGE * whole) / (counts + SHRINKAGE)[:, None, None]
        mixture = NormalMixture.of(counts / counts.sum(), means, covariances)
    return mixture


def covariance_of(points: Array) -> Array:
    """Covariance of draws of equal weight, shape (dimension, dimension), positive definite.

    Of scores, whose variance is 1 where nothing is known: where the draws are too few, or too often the same, to differ
    in every direction, it is shrunk towards that.
    """
    dimension = points.shape[0]
    found = np.cov(points).reshape(dimension, dimension)
    different = np.unique(points[0]).size  # draws that differ at all do along any direction
    if different > dimension:
        return found
    return np.asarray((different * found + SHRINKAGE * np.eye(dimension)) / (different + SHRINKAGE))


def _spread(points: Array, whole: Array, parts: int, rng: np.random.Generator) -> list[int]:
    """Choose draws far from one another, each in proportion to its squared distance from those chosen before."""
    standard = np.linalg.solve(np.linalg.cholesky(whole), points)
    chosen = [int(rng.integers(points.shape[1]))]
    nearest = np.full(points.shape[1], math.inf)
    while len(chosen) < parts:
        nearest = np.minimum(nearest, ((standard - standard[:, chosen[-1], None]) ** 2).sum(axis=0))
        if not nearest.any():
            break  # there are no others
        chosen.append(int(rng.choice(points.shape[1], p=nearest / nearest.sum())))
    return chosen
