r"""What past records say of the next one's lag: their likelihood, everything else integrated out, as a curve over it.

The lag of record i, from its release to that of the first Chinese model that met it, is one of a population,

.. math:: \log \ell_i = \mu + v_{f(i)} + w_i + e_i, \qquad v_f \sim N(0, \sqrt{\rho}\,\tau), \quad
   w_i \sim N(0, \sqrt{1 - \rho}\,\tau),

where records that one follower met share v. A record that nobody has met for c months counts with the probability of a
longer lag, its own :math:`e_i` included; all those share a v too, since the model that ends one may end several.
:math:`e_i` is normal. Its standard deviation is that of both scores together by their intervals (of the record's alone,
where nobody has met it), in points; over the pace of the Chinese frontier, the slope in points a month of least squares
through the Chinese records, it is one in months; over the lag, or so far, that of the logarithm. A lag below a month is
taken for one there. The next record's own :math:`x = \log \ell` is :math:`N(\mu, \tau)`. Of :math:`\mu` and
:math:`\tau` something wide was believed before any lag was measured, and every :math:`\rho` is as likely.
A :math:`\tau` below 0.04 is taken for that.

What records let expect of x, :math:`p(x \mid \mathrm{records})`, holds that belief: :math:`p(x)` without any. The race
believes something of x already, and one belief is not to count beside the other. What is counted is therefore the
likelihood,

.. math:: p(\mathrm{records} \mid x) \propto \frac{p(x \mid \mathrm{records})}{p(x)},

by which records that tell nothing move nothing, and a race that believed just p(x) would come to believe
:math:`p(x \mid \mathrm{records})`. What is believed of :math:`\mu` still says how far a lag is expected to lie from the
typical one: a long x comes more often of a long :math:`\mu` and a long deviation than of either alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..model.calendar import Calendar
from ..priors.arrays import Array
from ..priors.errors import InputError
from ..priors.log_densities import LOG_ROOT_TWO_PI
from ..priors.normal_rank import log_normal_rank
from .efficiency.curve import LikelihoodCurve
from .intervals import interval_sd
from .tables.episodes import Episode, Release, chinese_records
from .tables.table import Table

FIRST, STEP, COUNT = math.log(0.5), 0.125, 43  # points of what is expected, log months: from half a month to 95
FEWEST_RECORDS = 2  # that a pace is read off
LONGEST = 95.0  # months: a longer lag is told from that no better
SHORTEST = 0.25  # months: a record that was met sooner, or had been met before, is told from others no better
LEAST_LAG = 1.0  # months, in whose terms an error is at most taken
INSIDE, BEYOND = 48, 8  # cells of the likelihood's curve between both, and those at either end in which it falls off
FALL = 4.0  # cells beyond an end at which it has fallen by half a natural logarithm
# A quotient of tails asks for nodes further out, and the closer the more records there are: more move no height
# by 0.002 where it is likely, nor one of a handful of records by 0.02.
REACH, TYPICAL_SPACING, SHARED_NODES, OPEN_NODES = 4.5, 0.14, 9, 9
SPACING = 1.4  # standard deviations of what records tell of the typical lag, and of the spread's logarithm
FEWEST_SPREADS = 19
MOST_NODES = 100_000  # of typical lag and spread: beyond, typical lags lie further apart
LEAST_SPREAD = 0.04  # of a population: one narrower falls between nodes, and is told from that by no cell of the curve
NEGLIGIBLE = 40.0  # natural logarithms below the likeliest, of a node


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
    """Likelihood of records given the next one's lag, everything else integrated out.

    Between `SHORTEST` and `LONGEST` it is the quotient of what is expected of that lag with the records and without.
    Beyond, where it stays as it is at the end, it is made to fall off, so that it is the density of an estimate about
    the lag; no lag that the model tells is looked up there.

    Parameters
    ----------
    records : tuple of LagRecord
        Past records.
    belief : LagBelief
        What was believed before any of them.

    Returns
    -------
    LikelihoodCurve
        Log likelihood over the logarithm of months, but for a constant.

    Examples
    --------
    >>> from catchup.evidence.lag_records import LagBelief, LagRecord, lag_curve
    >>> records = tuple(LagRecord(months, 0.1, f"model {months}") for months in (5.0, 7.0, 8.0, 11.0))
    >>> curve = lag_curve(records, LagBelief(12.0, 1.0, 0.4, 0.5))
    >>> round(float(np.exp(curve.points[curve.values.argmax()])), 1)
    7.3
    """
    low, high = math.log(SHORTEST), math.log(LONGEST)
    step = (high - low) / INSIDE
    cells = np.arange(-BEYOND, INSIDE + BEYOND + 1)
    inside = np.clip(cells, 0, INSIDE)
    at = low + step * np.arange(INSIDE + 1, dtype=np.float64)
    with_them, without = (lag_population(those, belief, len(records)) for those in (records, ()))
    heights = _expected(with_them, at) - _expected(without, at)
    fall = 0.5 * ((cells - inside) / FALL) ** 2
    return LikelihoodCurve(low - step * BEYOND, step, heights[inside] - fall)


@lru_cache(maxsize=64)
def next_lag(records: tuple[LagRecord, ...], belief: LagBelief) -> LikelihoodCurve:
    """What is expected of the next record's lag: a density, in which what was believed before any record counts.

    Parameters
    ----------
    records : tuple of LagRecord
        Past records; none, for the belief itself.
    belief : LagBelief
        What was believed before any of them.

    Returns
    -------
    LikelihoodCurve
        Log density over the logarithm of months.

    Examples
    --------
    >>> from catchup.evidence.lag_records import LagBelief, LagRecord, next_lag
    >>> records = tuple(LagRecord(months, 0.1, f"model {months}") for months in (5.0, 7.0, 8.0, 11.0))
    >>> expected = next_lag(records, LagBelief(12.0, 1.0, 0.4, 0.5))
    >>> round(float(np.exp(expected.points[expected.values.argmax()])), 1)
    7.9
    """
    found = _expected(lag_population(records, belief, len(records)), FIRST + STEP * np.arange(COUNT, dtype=np.float64))
    return LikelihoodCurve(FIRST, STEP, found)


def _expected(population: tuple[Array, Array, Array], at: Array) -> Array:
    """Log density of the next lag's logarithm at points, from nodes of the population and their log probabilities."""
    typical, spread, weights = population
    log_spread = np.log(spread)
    # One point at a time: for all at once, what a wide belief asks for takes gigabytes.
    return np.array(
        [
            np.logaddexp.reduce(weights - 0.5 * ((point - typical) / spread) ** 2 - log_spread - LOG_ROOT_TWO_PI)
            for point in at
        ]
    )


@lru_cache(maxsize=64)
def lag_population(records: tuple[LagRecord, ...], belief: LagBelief, count: int) -> tuple[Array, Array, Array]:
    """What records say of the population of lags, at nodes; what followers share is integrated out.

    Parameters
    ----------
    records : tuple of LagRecord
        Past records.
    belief : LagBelief
        What was believed before any of them.
    count : int
        Number of records that nodes are close enough for. By the same nodes with records and without, the quotient of
        what both let expect is 1 to the last digit where records say nothing.

    Returns
    -------
    typical, spread, log_weights : array, shape (node,)
        Logarithm of the typical lag (months), spread about it, and logarithm of the node's posterior probability.
    """
    apart = SPACING / math.sqrt(max(count, 1))
    spacing = min(TYPICAL_SPACING * belief.typical_sigma, apart * belief.spread)
    if belief.spread * math.exp(-REACH * belief.spread_sigma) < LEAST_SPREAD:
        spacing = min(spacing, 2.0 * LEAST_SPREAD)
    spreads = max(FEWEST_SPREADS, math.ceil(2.0 * REACH * belief.spread_sigma * math.sqrt(2.0) / apart) + 1)
    half = min(math.ceil(REACH * belief.typical_sigma / spacing), MOST_NODES // spreads // 2)
    away = np.linspace(-REACH, REACH, 2 * half + 1)
    scores = np.linspace(-REACH, REACH, spreads)
    shared = (np.arange(SHARED_NODES) + 0.5) / SHARED_NODES
    scaled, score, share = np.meshgrid(away, scores, shared, indexing="ij", sparse=True)
    typical = math.log(belief.typical_months) + belief.typical_sigma * scaled
    spread = np.maximum(belief.spread * np.exp(belief.spread_sigma * score), LEAST_SPREAD)
    weights = np.repeat(-0.5 * (scaled * scaled + score * score), SHARED_NODES, axis=2)
    groups = {record.follower: [other for other in records if other.follower == record.follower] for record in records}
    still = groups.pop(None, [])
    for group in groups.values():
        weights += _met(group, typical, spread, share)
    if still:
        weights = _with_open(weights, still, typical, spread, share)
    weights -= np.log(np.exp(weights - weights.max()).sum()) + weights.max()
    typical, spread = (np.broadcast_to(column, weights.shape)[..., 0].ravel() for column in (typical, spread))
    return typical, spread, np.logaddexp.reduce(weights.reshape(-1, SHARED_NODES), axis=1)


def _with_open(weights: Array, still: Sequence[LagRecord], typical: Array, spread: Array, share: Array) -> Array:
    """Log weights of nodes with records that nobody has met, which are dear: at nodes that others leave any weight."""
    top = weights.max()
    typical, spread, share = np.broadcast_arrays(typical, spread, share)
    for least in (top - NEGLIGIBLE, -np.inf):
        kept = weights > least
        found = np.full_like(weights, -np.inf)
        found[kept] = weights[kept] + _open(still, typical[kept], spread[kept], share[kept])
        if found.max() > top - 0.5 * NEGLIGIBLE:  # else those left out may be the likeliest by all records
            break
    return found


def _met(group: Sequence[LagRecord], typical: Array, spread: Array, share: Array) -> Array:
    """Log density of lags that one follower ended: normal, with a covariance that they share.

    Nodes may be axes that broadcast: what does not hang on the typical lag is then worked out once for all of them.
    """
    common = share * spread * spread
    precision, volume = np.zeros_like(common), np.zeros_like(common)
    weighted, squares = (np.zeros(np.broadcast_shapes(typical.shape, common.shape)) for _ in range(2))
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
