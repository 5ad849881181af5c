r"""What past records say of the next one's lag, everything else integrated out: a curve over the lag's logarithm.

The lag of record i, from its release to that of the first Chinese model that met it, is one of a population,

.. math:: \log \ell_i = \mu + v_{f(i)} + w_i + e_i, \qquad v_f \sim N(0, \sqrt{\rho}\,\tau), \quad
   w_i \sim N(0, \sqrt{1 - \rho}\,\tau),

where records that one follower met share v. :math:`e_i` is normal; it comes from the intervals of both scores, turned
into months by the pace of the follower's country's frontier. A record that nobody has met for c months counts with the
probability of a longer lag; all those share a v too, since the model that ends one may end several. The next record's
own :math:`\log \ell` is :math:`N(\mu, \tau)`. Of :math:`\mu` and :math:`\tau` something wide was believed before any
lag was measured, and every :math:`\rho` is as likely.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..model.calendar import Calendar
from ..priors.errors import InputError
from ..priors.log_densities import LOG_ROOT_TWO_PI
from ..priors.normal_quantile import normal_quantile
from ..priors.normal_rank import log_normal_rank
from .efficiency.curve import LikelihoodCurve
from .intervals import interval_sd
from .tables.episodes import Episode, Release, chinese_records
from .tables.table import Table

Array = NDArray[np.float64]

FIRST, STEP, COUNT = math.log(0.5), 0.125, 43  # points of the curve, log months: from half a month to 95
TYPICAL_NODES, SPREAD_NODES, SHARED_NODES, OPEN_NODES = 71, 15, 5, 9  # more move no height by 0.003
WIDEST = 3.5  # standard deviations of the belief about the typical lag that nodes reach
FEWEST_RECORDS = 2  # that a pace is read off
LONGEST = 95.0  # months that the curve reaches
SHORTEST = 0.25  # months: a record that was met sooner, or had been met before, is told from others no better
LEAST_LAG = 1.0  # months, in whose terms an error is at most taken


@dataclass(frozen=True)
class LagRecord:
    """A record and what came of it, as far as the likelihood takes it.

    Attributes
    ----------
    months : float
        From the record to the follower; so far, where there is none.
    error : float
        Standard deviation of the logarithm of that, by the intervals of both scores.
    follower : str or None
        Who met it.
    follower_day : float or None
        When, months since t = 0.
    """

    months: float
    error: float
    follower: str | None
    follower_day: float | None = None


@dataclass(frozen=True)
class LagBelief:
    """What is believed of lags before any was measured: medians, and standard deviations of the logarithm."""

    typical_months: float
    typical_sigma: float
    spread: float
    spread_sigma: float


def frontier_pace(records: Sequence[Release], days_per_month: float, file: str) -> float:
    """Points a month by which the best score of a country has grown: the slope of least squares through its records."""
    if len({record.day for record in records}) < FEWEST_RECORDS:
        raise InputError(f"{len(records)} Chinese records; at least {FEWEST_RECORDS} were expected", file=file)
    days = np.array([record.day.toordinal() for record in records]) / days_per_month
    scores = np.array([record.score for record in records])
    return float(np.polyfit(days - days.mean(), scores, 1)[0])


def lag_records(table: Table, episodes: Sequence[Episode], calendar: Calendar) -> tuple[LagRecord, ...]:
    """Take episodes for the likelihood.

    Parameters
    ----------
    table : Table
        That they come from: its Chinese records say how fast that frontier moves.
    episodes : sequence of Episode
        From `lag_episodes`.
    calendar : Calendar
        Turns days into months.

    Raises
    ------
    InputError
        If the table has too few Chinese records to say how fast they move, or they do not rise.
    """
    pace = frontier_pace(chinese_records(table), calendar.days_per_month, table.file)
    found = []
    for episode in episodes:
        months = max(episode.days / calendar.days_per_month, SHORTEST)
        follower = episode.follower
        error = math.hypot(score_sd(table, episode.reference), 0.0 if follower is None else score_sd(table, follower))
        day = None if follower is None else calendar.months(follower.day)
        found.append(
            LagRecord(months, error / pace / max(months, LEAST_LAG), None if follower is None else follower.model, day)
        )
    return tuple(found)


def score_sd(table: Table, release: Release) -> float:
    """Standard deviation of a score's error (points), by its interval in a table; 0 where none is stated."""
    level = table.shape.level("score")
    if release.interval is None or level is None:
        return 0.0
    return interval_sd(release.interval[1] - release.interval[0], level)


@lru_cache(maxsize=64)
def lag_curve(records: tuple[LagRecord, ...], belief: LagBelief) -> LikelihoodCurve:
    """Integrate everything but the next record's lag out.

    Parameters
    ----------
    records : tuple of LagRecord
        Past records.
    belief : LagBelief
        What was believed before any of them.

    Returns
    -------
    LikelihoodCurve
        Log likelihood over the logarithm of months.

    Examples
    --------
    >>> from catchup.evidence.lag_records import LagBelief, LagRecord, lag_curve
    >>> records = tuple(LagRecord(months, 0.1, f"model {months}") for months in (5.0, 7.0, 8.0, 11.0))
    >>> curve = lag_curve(records, LagBelief(12.0, 1.0, 0.4, 0.5))
    >>> round(float(np.exp(curve.points[curve.values.argmax()])), 1)
    7.9
    """
    typical, spread, weights = (column.reshape(-1, SHARED_NODES) for column in lag_population(records, belief))
    weights = np.logaddexp.reduce(weights, axis=1)  # what followers share says nothing of the next record
    away = FIRST + STEP * np.arange(COUNT)[:, None] - typical[:, 0]
    terms = weights - 0.5 * (away / spread[:, 0]) ** 2 - np.log(spread[:, 0]) - LOG_ROOT_TWO_PI
    return LikelihoodCurve(FIRST, STEP, np.logaddexp.reduce(terms, axis=1))


@lru_cache(maxsize=64)
def lag_population(records: tuple[LagRecord, ...], belief: LagBelief) -> tuple[Array, Array, Array]:
    """What records say of the population of lags, at nodes.

    Parameters
    ----------
    records : tuple of LagRecord
        Past records.
    belief : LagBelief
        What was believed before any of them.

    Returns
    -------
    typical, spread, log_weights : array, shape (node,)
        Logarithm of the typical lag (months), spread about it, and logarithm of the node's posterior probability.
    """
    away = np.linspace(-WIDEST, WIDEST, TYPICAL_NODES)
    ranks = (np.arange(SPREAD_NODES) + 0.5) / SPREAD_NODES
    shared = (np.arange(SHARED_NODES) + 0.5) / SHARED_NODES
    spreads = belief.spread * np.exp(belief.spread_sigma * normal_quantile(ranks))
    grid = np.meshgrid(away, spreads, shared, indexing="ij")
    scaled, spread, share = (axis.ravel() for axis in grid)
    typical = math.log(belief.typical_months) + belief.typical_sigma * scaled
    weights = -0.5 * scaled * scaled
    for follower in dict.fromkeys(record.follower for record in records):
        group = [record for record in records if record.follower == follower]
        weights += (_open if follower is None else _met)(group, typical, spread, share)
    weights -= np.log(np.exp(weights - weights.max()).sum()) + weights.max()
    return typical, spread, weights


def _met(group: Sequence[LagRecord], typical: Array, spread: Array, share: Array) -> Array:
    """Log density of lags that one follower ended: normal, with a covariance that they share."""
    common = share * spread * spread
    precision, weighted, squares, volume = (np.zeros_like(typical) for _ in range(4))
    for record in group:
        variance = spread * spread - common + record.error**2
        residual = math.log(record.months) - typical
        precision += 1.0 / variance
        weighted += residual / variance
        squares += residual * residual / variance
        volume += np.log(variance)
    inflation = 1.0 + common * precision
    quadratic = squares - common * weighted * weighted / inflation
    return np.asarray(-0.5 * (quadratic + volume + np.log(inflation)) - LOG_ROOT_TWO_PI * len(group))


def _open(group: Sequence[LagRecord], typical: Array, spread: Array, share: Array) -> Array:
    """Log probability of lags longer than so far, what they share integrated out by quadrature."""
    nodes, masses = np.polynomial.hermite_e.hermegauss(OPEN_NODES)
    middle = typical + nodes[:, None] * (np.sqrt(share) * spread)
    terms = np.broadcast_to(np.log(masses / masses.sum())[:, None], middle.shape).copy()
    for record in group:
        width = np.sqrt((1.0 - share) * spread * spread + record.error**2)
        terms += log_normal_rank((middle - math.log(record.months)) / width)
    highest = terms.max(axis=0)
    return np.asarray(highest + np.log(np.exp(terms - highest).sum(axis=0)))
