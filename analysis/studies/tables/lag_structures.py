r"""Structures that forecast a lag from what was known on a record's day, each integrated over grids of its unknowns.

**constant-lag** and **drifting-lag**: the lags of past records are

.. math:: \log \ell_i \sim N\bigl(\mu + \delta\,(t_i - t),\ \sigma\bigr),

with t_i the day of record i, t that of the record asked about, and no drift in the first. A record not met by t has
lasted :math:`c_i` months, and counts with the probability of a longer lag.

**frontier-trend**: the best Chinese scores so far lie about a line, :math:`y_i \sim N(a + b\,(t_i - t),\ s)`, and a
score of x is met when the line, and one such error e, come to it, :math:`T = (x - a - e) / b`. The height a is
integrated out, and that the record is not met on its own day is known.

What is believed before any lag was measured stands in ``priors/tables.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....evidence.tables.episodes import Episode
from ....model.equations import MONTHS_PER_YEAR
from ....priors.families import Family
from ...inference.estimates import Array
from ...inference.proper_scores import crps_until, crps_within

POINTS = 1_000  # equally likely values that stand for a forecast
NODES = {"hindcast_typical_lag": 41, "hindcast_lag_spread": 15, "hindcast_lag_drift": 11}
FRONTIER_NODES = {"hindcast_frontier_pace": 41, "hindcast_frontier_scatter": 15}
COUNTED = 1e-6  # share of a node below which it is left out
FEWEST_SCORES = 2  # that a line goes through
SHORTEST, LONGEST = 1e-3, 600.0  # months, between which forecasts are told apart
LATTICE = np.geomspace(SHORTEST, LONGEST, 601)


@dataclass(frozen=True)
class Known:
    """What was known on a record's day.

    Attributes
    ----------
    lags : array, shape (episode,)
        Months of past episodes: from record to follower where it was met by the day, to the day where not.
    met : array of bool, shape (episode,)
        Whether it was met.
    ages : array, shape (episode,)
        Years from the day back to the past record.
    ended : array of int, shape (episode,)
        Days from the day back to when it was met; negative where it had not been.
    score : float
        Of the record.
    best : array, shape (record,)
        Chinese scores that were the best so far.
    best_ages : array, shape (record,)
        Years from the day back to theirs.
    """

    lags: Array
    met: Array
    ages: Array
    ended: NDArray[np.intp]
    score: float
    best: Array
    best_ages: Array


@dataclass(frozen=True)
class Predictive:
    """A forecast of a lag.

    Attributes
    ----------
    cdf : array, shape (lattice,)
        Probability of a lag of at most each of `LATTICE` (months).
    """

    cdf: Array

    def probability_within(self, months: float) -> float:
        """Probability of a lag of at most so many months."""
        return float(np.interp(months, LATTICE, self.cdf, left=0.0))

    @property
    def values(self) -> Array:
        """Equally likely lags that stand for it, ascending; shape (`POINTS`,)."""
        return np.interp((np.arange(POINTS) + 0.5) / POINTS, self.cdf, LATTICE)


@dataclass(frozen=True)
class Said:
    """What a structure or rival said of an episode.

    Attributes
    ----------
    values : array, shape (value,)
        Equally likely lags (months), ascending; a single one for a rival.
    probability : float
        Probability that it gave to a lag of at most what it was, or has been so far: the PIT of a closed episode.
    score : float
        CRPS of a closed episode (months), of lags up to `HORIZON`; of an open one what it comes to until the last day
        known, a lower bound.
    """

    values: Array
    probability: float
    score: float

    @classmethod
    def of(cls, values: Array, probability: float, episode: Episode, months: float) -> Said:
        """Score what was said of an episode of so many months."""
        score = crps_until(values, months) if episode.open else crps_within(values, months)
        return cls(values, probability, score)


def predict_lag(structure: str, known: Known, beliefs: Mapping[str, Family]) -> Predictive | None:
    """Forecast the lag of a record.

    Parameters
    ----------
    structure : str
        One of `STRUCTURES`.
    known : Known
        What was known on its day.
    beliefs : mapping of str to Family
        What is believed of each of `NODES` and `FRONTIER_NODES`, by itself and independent of the others.

    Returns
    -------
    Predictive or None
        None where too little was known to say anything.
    """
    if structure == "frontier-trend":
        return _by_frontier(known, beliefs) if known.best.size >= FEWEST_SCORES else None
    return _by_lags(known, beliefs, drifting=structure == "drifting-lag")


STRUCTURES: Mapping[str, str] = {
    "constant-lag": "Past lags, spread about a typical one",
    "drifting-lag": "Past lags, growing or shrinking through the years",
    "frontier-trend": "The Chinese frontier's own trend, carried to the record",
}
"""By id, what each structure is."""


def _by_lags(known: Known, beliefs: Mapping[str, Family], *, drifting: bool) -> Predictive:
    from scipy.special import log_ndtr, ndtr

    grid = _nodes(beliefs, NODES if drifting else {name: NODES[name] for name in list(NODES)[:2]})
    typical, spread = np.log(grid[0]), grid[1]
    drift = grid[2] if drifting else np.zeros_like(typical)
    weights = np.zeros_like(typical)
    for lag, met, age in zip(known.lags, known.met, known.ages, strict=True):
        away = (np.log(max(lag, SHORTEST)) - typical + drift * age) / spread
        weights += -0.5 * away * away - np.log(spread) if met else log_ndtr(-away)
    shares = _shares(weights)
    kept = shares > COUNTED
    reached = ndtr((np.log(LATTICE)[:, None] - typical[kept]) / spread[kept])
    return _predictive(reached, shares[kept])


def _by_frontier(known: Known, beliefs: Mapping[str, Family]) -> Predictive:
    from scipy.special import log_ndtr, ndtr

    pace, scatter = _nodes(beliefs, FRONTIER_NODES)
    count = known.best.size
    left = known.best[:, None] + known.best_ages[:, None] * pace  # scores carried to the day
    height = left.mean(axis=0)
    squares = ((left - height) ** 2).sum(axis=0)
    weights = -(count - 1.0) * np.log(scatter) - 0.5 * squares / scatter**2
    spread = scatter * np.sqrt(1.0 + 1.0 / count)

    def away(years: Array) -> Array:
        return np.asarray((known.score - height - pace * years) / spread)

    unmet = log_ndtr(away(np.zeros(1)))
    shares = _shares(weights + unmet)
    years = LATTICE[:, None] / MONTHS_PER_YEAR
    reached = -np.expm1(np.minimum(log_ndtr(away(years)) - unmet, 0.0))
    # far below its line a record is never unmet: rounding must not make a probability of it
    return _predictive(np.where(ndtr(away(np.zeros(1))) > 0.0, reached, 1.0), shares)


def _nodes(beliefs: Mapping[str, Family], nodes: Mapping[str, int]) -> Sequence[Array]:
    """Equally likely values of some quantities, every combination; each of shape (node,)."""
    axes = [
        np.asarray(beliefs[name].quantile((np.arange(count) + 0.5) / count), dtype=float)
        for name, count in nodes.items()
    ]
    return [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]


def _shares(log_weights: Array) -> Array:
    shares = np.exp(log_weights - log_weights.max())
    return np.asarray(shares / shares.sum())


def _predictive(reached: Array, shares: Array) -> Predictive:
    cdf = np.maximum.accumulate(np.einsum("ij,j->i", reached, shares))
    return Predictive(np.asarray(np.clip(cdf, 0.0, 1.0)))
