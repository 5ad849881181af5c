"""The likelihood of past records given the next one's lag: against an integral, without information, at its ends."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special, stats

from catchup.evidence import lag_records
from catchup.evidence.kinds.lag_records import held
from catchup.evidence.lag_records import BEYOND, LONGEST, SHORTEST, LagBelief, LagRecord, lag_curve, next_lag
from catchup.model.assumptions import load_assumptions
from evidence_cases import DAY, item

BELIEF = LagBelief(typical_months=12.0, typical_sigma=1.0, spread=0.4, spread_sigma=0.5)
MET = (
    LagRecord(5.0, 0.2, "one"),
    LagRecord(9.0, 0.1, "two"),
    LagRecord(8.0, 0.15, "two"),
    LagRecord(14.0, 0.1, "three"),
)
OPEN = (LagRecord(4.0, 0.3, None), LagRecord(11.0, 0.1, None))
MANY = tuple(
    LagRecord(float(months), 0.05, f"{months:.3f}")
    for months in np.exp(stats.norm.ppf(np.linspace(0.01, 0.99, 50), 2.0, 0.4))
)
# What 24 records alike say of the spread leaves nodes at which one that has been open for so long cannot have been.
ALIKE_BUT_ONE = (*(LagRecord(3.0, 0.02, f"{place}") for place in range(24)), LagRecord(60.0, 0.2, None))
VAGUE = LagBelief(typical_months=12.0, typical_sigma=3.0, spread=0.05, spread_sigma=3.0)
MOST_MEMORY = 150e6  # bytes
FALSE_ALARMS = 1e-4
SAME = 0.03  # of a height
NODES = 41


def integral(records: tuple[LagRecord, ...], belief: LagBelief, log_lag: float) -> float:
    """Log probability of records given the next lag: over the spread, then the typical lag given both, and shares."""
    scores = np.linspace(-5.0, 5.0, 81)
    spreads = belief.spread * np.exp(belief.spread_sigma * scores)
    middle, sigma = math.log(belief.typical_months), belief.typical_sigma
    believed = stats.norm.pdf(scores) * stats.norm.pdf(log_lag, middle, np.hypot(sigma, spreads))
    nodes, masses = np.polynomial.hermite_e.hermegauss(NODES)
    ranks, widths = np.polynomial.legendre.leggauss(15)
    found = 0.0
    for spread, weight in zip(spreads, believed / believed.sum(), strict=True):
        told = sigma**2 / (sigma**2 + spread**2)
        typical = middle + told * (log_lag - middle) + math.sqrt(told) * spread * nodes
        given = sum(
            0.5 * width * likelihood(records, typical, spread, 0.5 * (rank + 1.0))
            for rank, width in zip(ranks, widths, strict=True)
        )
        found += weight * float(masses @ given) / masses.sum()
    return math.log(found)


def likelihood(records: tuple[LagRecord, ...], typical: np.ndarray, spread: float, share: float) -> np.ndarray:
    """Density of records at typical lags: each follower's a multivariate normal, those still open by an integral."""
    found = np.ones_like(typical)
    groups = [[each for each in records if each.follower == one] for one in dict.fromkeys(r.follower for r in records)]
    alone = [group[0] for group in groups if len(group) == 1 and group[0].follower is not None]
    if alone:  # their share is of no account: one density for all of them, which takes a tenth of the time
        widths = np.hypot(spread, [record.error for record in alone])
        away = np.log([record.months for record in alone]) - typical[:, None]
        found = np.exp(stats.norm.logpdf(away, scale=widths).sum(axis=-1))
    for group in (group for group in groups if group[0] not in alone):
        follower = group[0].follower
        months, errors = np.log([record.months for record in group]), np.array([record.error for record in group])
        own, common = (1.0 - share) * spread**2 + errors**2, share * spread**2
        if follower is not None:
            covariance = np.diag(own) + common
            found = found * np.exp(stats.multivariate_normal.logpdf(months - typical[:, None], cov=covariance))
        else:
            shared = np.linspace(-6.0, 6.0, 121)
            away = (typical[:, None, None] + math.sqrt(common) * shared[:, None] - months) / np.sqrt(own)
            longer = special.ndtr(away).prod(axis=-1)
            found = found * (longer @ stats.norm.pdf(shared)) * (shared[1] - shared[0])
    return found


@pytest.mark.parametrize(
    ("records", "belief"),
    [
        (MET, BELIEF),
        ((*MET, *OPEN), BELIEF),
        ((*MET, *OPEN), LagBelief(30.0, 0.5, 0.3, 0.3)),
        ((MET[0],), BELIEF),
        (ALIKE_BUT_ONE, LagBelief(12.0, 1.0, 0.5, 1.0)),
    ],
    ids=["met", "open", "another belief", "one", "one that others make unlikely"],
)
def test_the_curve_is_the_integral(records: tuple[LagRecord, ...], belief: LagBelief) -> None:
    curve = lag_curve(records, belief)
    lags = np.log([0.4, 2.0, 5.0, 8.0, 15.0, 40.0, 90.0])
    expected = np.array([integral(records, belief, lag) for lag in lags])
    difference = curve(lags) - expected
    np.testing.assert_allclose(difference - difference[3], 0.0, atol=SAME)


@pytest.mark.parametrize("months", [0.25, 12.0, 95.0])
@pytest.mark.parametrize("typical", [2.0, 12.0, 30.0])
def test_a_record_without_information_leaves_every_lag_as_likely(months: float, typical: float) -> None:
    curve = lag_curve((LagRecord(months, 1e4, "one"),), LagBelief(typical, 1.0, 0.4, 0.5))
    assert np.ptp(curve.values[BEYOND:-BEYOND]) < 1e-6


def test_what_is_believed_before_counts_once() -> None:
    """Whoever believes of the next lag what the population's belief says comes to what is expected with records."""
    records = (*MET, *OPEN)
    without, after, curve = next_lag((), BELIEF), next_lag(records, BELIEF), lag_curve(records, BELIEF)
    difference = without.values + curve(without.points) - after.values
    np.testing.assert_allclose(difference, difference[0], atol=5e-3)  # the spline's


def test_many_records_leave_little_of_what_was_believed_before() -> None:
    """Of what is expected nothing; of the likelihood how far a lag is expected to lie from the typical one."""
    tops, middles = [], []
    for typical in (12.0, 30.0):
        belief = LagBelief(typical, 1.0, 0.4, 0.5)
        expected, curve = next_lag(MANY, belief), lag_curve(MANY, belief)
        fine = np.linspace(math.log(2.0), math.log(40.0), 4_001)
        middles.append(float(np.average(fine, weights=np.exp(expected(fine)))))
        tops.append(float(fine[curve(fine).argmax()]))
    assert middles[1] == pytest.approx(middles[0], abs=0.01)
    spread = 0.4
    tilt = math.log(30.0 / 12.0) / (1.0 + spread**2)
    assert tops[0] - tops[1] == pytest.approx(tilt / (1.0 / spread**2 - 1.0 / (1.0 + spread**2)), rel=0.25)
    wide = [lag_curve(MANY, LagBelief(typical, 3.0, 0.4, 0.5)).values for typical in (12.0, 30.0)]
    near = wide[0] > wide[0].max() - 2.0
    np.testing.assert_allclose((wide[1] - wide[1].max())[near], (wide[0] - wide[0].max())[near], atol=0.1)


def test_a_belief_as_wide_as_may_be_stated_takes_no_more_memory() -> None:
    tracemalloc.start()
    try:
        curve = lag_curve(MANY, VAGUE)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.isfinite(curve.values).all()
    assert most < MOST_MEMORY


def test_nodes_that_lie_further_apart_than_records_ask_for_lose_little(monkeypatch: pytest.MonkeyPatch) -> None:
    records = MANY[::2]
    bounded = lag_curve(records, VAGUE).values
    monkeypatch.setattr(lag_records, "MOST_NODES", 1_000_000)
    for cached in (lag_records.lag_population, lag_curve):
        cached.cache_clear()
    free = lag_curve(records, VAGUE).values
    for cached in (lag_records.lag_population, lag_curve):
        cached.cache_clear()
    np.testing.assert_allclose(bounded - bounded.max(), free - free.max(), atol=0.01)


def rank_of_the_lag(rng: np.random.Generator) -> float:
    """Draw a lag from a race that believes other than the population does, and records beside it; return its rank."""
    race = stats.norm(math.log(7.0), 0.6)
    lag = float(race.rvs(random_state=rng))
    middle, sigma = math.log(BELIEF.typical_months), BELIEF.typical_sigma
    spreads = BELIEF.spread * np.exp(BELIEF.spread_sigma * rng.standard_normal(4_000))
    density = stats.norm.pdf(lag, middle, np.hypot(sigma, spreads))
    spread = float(rng.choice(spreads, p=density / density.sum()))
    told = sigma**2 / (sigma**2 + spread**2)
    typical = middle + told * (lag - middle) + math.sqrt(told) * spread * rng.standard_normal()
    shared = rng.random() * spread**2
    records = []
    for follower in range(4):
        common = math.sqrt(shared) * rng.standard_normal()
        for error in rng.uniform(0.05, 0.4, rng.integers(1, 4)):
            width = math.hypot(math.sqrt(spread**2 - shared), error)
            months = math.exp(typical + common + width * rng.standard_normal())
            records.append(LagRecord(months, float(error), f"{follower}"))
    curve = lag_curve(tuple(records), BELIEF)
    fine = np.linspace(math.log(SHORTEST), math.log(LONGEST), 8_001)
    heights = curve(fine) + race.logpdf(fine)
    mass = np.cumsum(np.exp(heights - heights.max()))
    return float(np.interp(lag, fine, mass / mass[-1]))


@pytest.mark.parametrize("tables", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_race_of_another_belief_finds_its_lag_where_it_should_be(tables: int) -> None:
    """Simulation-based calibration of the likelihood: the race's belief counts, and no other."""
    rng = np.random.default_rng(5)
    ranks = [rank_of_the_lag(rng) for _ in range(tables)]
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARMS


@pytest.mark.parametrize(
    ("records", "belief"),
    [
        ((LagRecord(0.25, 0.0, "one"),), LagBelief(95.0, 0.05, 0.05, 0.05)),
        ((LagRecord(95.0, 0.0, "one"), LagRecord(95.0, 0.0, None)), LagBelief(0.25, 0.05, 0.05, 0.05)),
        (MANY, LagBelief(95.0, 0.05, 0.4, 0.5)),
        ((LagRecord(5.0, 0.1, "one"), LagRecord(60.0, 0.1, None)), BELIEF),
    ],
)
def test_tails_are_numbers_and_fall_off_beyond_what_records_tell(
    records: tuple[LagRecord, ...], belief: LagBelief
) -> None:
    """However far both densities have fallen that it is the quotient of, and whichever lag is likeliest."""
    curve = lag_curve(records, belief)
    assert np.isfinite(curve.values).all()
    low, high = math.log(SHORTEST), math.log(LONGEST)
    for end, away in ((low, -curve.step * BEYOND), (high, curve.step * BEYOND)):
        heights = curve(end + away * np.array([0.0, 0.5, 1.0, 2.0, 4.0]))
        assert heights[0] - heights[2] == pytest.approx(2.0, abs=1e-6)
        assert heights[2] > heights[3] > heights[4]  # on as a straight line
        assert heights[2] - heights[4] == pytest.approx(3.0 * (heights[2] - heights[3]), rel=1e-9)


def test_a_lag_that_records_tell_no_better_counts_as_the_last_that_they_do() -> None:
    case = item("lag_records")
    figures = case.figures(load_assumptions(model="current").clock(DAY))
    told = np.log([1e-200, 1e-3, SHORTEST, 7.0, LONGEST, 3_000.0])
    found = case.kind.log_density(np, figures["centre"], told, figures)
    assert found[0] == found[1] == found[2] < found[3] > found[4] == found[5]
    at = pt.dvector("at")
    graph = pytensor.function([at], case.kind.log_density(pt, figures["centre"], at, figures))
    np.testing.assert_allclose(graph(told), found, rtol=1e-9)
    np.testing.assert_array_equal(held(np, told[[1, 3, 5]]), [math.log(SHORTEST), told[3], math.log(LONGEST)])
