"""What is expected of the next record's lag: against draws, censored as it happens, and in place of the typed lag."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from catchup.evidence import lag_episodes, load_ledger, read_table, select, shipped_records
from catchup.evidence.lag_records import LagBelief, LagRecord, frontier_pace, lag_records, next_lag
from catchup.evidence.tables.episodes import Release, chinese_records
from catchup.model import load_assumptions
from catchup.priors.errors import InputError

BELIEF = LagBelief(typical_months=12.0, typical_sigma=1.0, spread=0.4, spread_sigma=0.5)
DAY = date(2026, 11, 21)
FALSE_ALARMS = 1e-4
RECORDS = (
    LagRecord(5.0, 0.2, "one"),
    LagRecord(9.0, 0.1, "two"),
    LagRecord(8.0, 0.0, "two"),
    LagRecord(14.0, 0.1, "three"),
    LagRecord(4.0, 0.3, None),
    LagRecord(11.0, 0.0, None),
)


def quantiles(records: tuple[LagRecord, ...], *probabilities: float, belief: LagBelief = BELIEF) -> list[float]:
    curve = next_lag(records, belief)
    fine = np.linspace(curve.points[0], curve.points[-1], 20_001)
    mass = np.exp(curve(fine) - curve.values.max())
    return [float(np.exp(np.interp(p, np.cumsum(mass) / mass.sum(), fine))) for p in probabilities]


def population(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Typical log lag, spread and shared part, from what is believed."""
    typical = math.log(BELIEF.typical_months) + BELIEF.typical_sigma * rng.standard_normal(size)
    spread = BELIEF.spread * np.exp(BELIEF.spread_sigma * rng.standard_normal(size))
    return typical, spread, rng.random(size)


def test_what_is_expected_is_what_weighted_draws_say() -> None:
    """Draws of the population and of every follower's own part, each weighted by all records."""
    rng = np.random.default_rng(1)
    typical, spread, share = population(rng, 4_000_000)
    weights = np.zeros(typical.size)
    for follower in dict.fromkeys(record.follower for record in RECORDS):
        shared = np.sqrt(share) * spread * rng.standard_normal(typical.size)
        for record in (record for record in RECORDS if record.follower == follower):
            width = np.sqrt((1.0 - share) * spread**2 + record.error**2)
            away = (math.log(record.months) - typical - shared) / width
            weights += stats.norm.logsf(away) if follower is None else stats.norm.logpdf(away) - np.log(width)
    weights = np.exp(weights - weights.max())
    lag = np.exp(typical + spread * rng.standard_normal(typical.size))
    order = np.argsort(lag)
    cdf = np.cumsum(weights[order]) / weights.sum()
    effective = weights.sum() ** 2 / (weights**2).sum()
    assert effective > 5_000
    for p, found in zip((0.1, 0.5, 0.9), quantiles(RECORDS, 0.1, 0.5, 0.9), strict=True):
        error = float(np.linalg.norm(weights * ((lag <= found) - p)) / weights.sum())
        assert abs(np.interp(found, lag[order], cdf) - p) < widest(error) + 0.003  # of height for the grid


def rank_of_the_next(rng: np.random.Generator) -> float:
    """Draw a population whose last records, of stated ages, are all still open; return the next lag's rank."""
    sizes, ages = rng.integers(1, 4, 6), rng.uniform(0.5, 9.0, 3)
    errors = rng.uniform(0.02, 0.4, sizes.sum() + ages.size)
    while True:
        typical, spread, share = (float(values[0]) for values in population(rng, 1))
        group = np.repeat(np.arange(7), [*sizes, ages.size])
        widths = np.sqrt((1.0 - share) * spread**2 + errors**2)
        shared = math.sqrt(share) * spread * rng.standard_normal(7)
        months = np.exp(typical + shared[group] + widths * rng.standard_normal(group.size))
        if (months[-ages.size :] > ages).all():
            break
    met = [LagRecord(*each) for each in zip(months, errors, map(str, group), strict=True)][: -ages.size]
    still = [LagRecord(age, error, None) for age, error in zip(ages, errors[-ages.size :], strict=True)]
    curve = next_lag(tuple(met + still), BELIEF)
    fine = np.linspace(curve.points[0] - 2.0, curve.points[-1] + 2.0, 8_001)
    mass = np.cumsum(np.exp(curve(fine) - curve.values.max()))
    return float(np.interp(typical + spread * rng.standard_normal(), fine, mass / mass[-1]))


@pytest.mark.parametrize("tables", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_simulated_records_leave_the_next_lag_where_it_should_be(tables: int) -> None:
    """Simulation-based calibration: its rank in what is expected, records that nobody has met among them."""
    rng = np.random.default_rng(2)
    ranks = [rank_of_the_next(rng) for _ in range(tables)]
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARMS


@settings(max_examples=15)
@given(so_far=st.floats(0.5, 30.0), longer=st.floats(1.1, 3.0))
def test_the_longer_nobody_has_met_it_the_longer_the_next_lag(so_far: float, longer: float) -> None:
    met = RECORDS[:4]
    (short,) = quantiles((*met, LagRecord(so_far, 0.1, None)), 0.5)
    (long,) = quantiles((*met, LagRecord(so_far * longer, 0.1, None)), 0.5)
    assert long > short * (1.0 - 1e-6)


def test_records_that_one_model_met_say_less_than_as_many_met_by_others() -> None:
    months = (6.0, 6.5, 7.0, 7.5, 8.0, 8.5)
    by_one = tuple(LagRecord(each, 0.05, "one") for each in months)
    by_many = tuple(LagRecord(each, 0.05, f"{each}") for each in months)
    low, high = quantiles(by_one, 0.05, 0.95)
    narrow = quantiles(by_many, 0.05, 0.95)
    assert high / low > 1.5 * narrow[1] / narrow[0]


def test_wide_scores_count_for_less() -> None:
    odd = (6.0, 7.0, 8.0, 7.5, 30.0)
    sharp = tuple(LagRecord(each, 0.05, f"{each}") for each in odd)
    blurred = (*sharp[:4], LagRecord(30.0, 1.0, "30"))
    assert quantiles(blurred, 0.95)[0] < quantiles(sharp, 0.95)[0]


def test_errors_are_the_intervals_over_the_frontiers_pace() -> None:
    records = shipped_records()
    calendar = load_assumptions().calendar
    episodes = lag_episodes(records, records.vintage)
    taken = lag_records(records, episodes, calendar)
    assert [record.follower is None for record in taken] == [episode.open for episode in episodes]
    pair = next(place for place, each in enumerate(episodes) if each.reference.model == "Gemini 3 Pro")
    sd = math.hypot(155.13 - 151.28, 155.73 - 152.14) / (2.0 * stats.norm.ppf(0.95))
    chinese = chinese_records(records)
    days, scores = [each.day.toordinal() / 30.44 for each in chinese], [each.score for each in chinese]
    pace = stats.linregress(days, scores).slope
    line = [Release("x", "x", date(2024, 1, 1) + timedelta(days=30 * k), 100.0 + 1.5 * k, None) for k in range(5)]
    assert frontier_pace(line, 30.0, "x") == pytest.approx(1.5)
    assert taken[pair].months == pytest.approx(182 / 30.44)
    assert taken[pair].error == pytest.approx(sd / pace / (182 / 30.44))


def test_short_lags_and_records_that_nobody_has_met_have_errors_of_their_own(tmp_path: Path) -> None:
    """Half a month is no surer than a whole one, none counts as a week, and an open record's error is its own."""
    rows = (
        ("Before", 140.0, 2.0, "2025-06-01", "China"),
        ("First", 150.0, 3.0, "2026-01-10", "USA"),
        ("Soon", 150.5, 1.0, "2026-01-25", "China"),
        ("There", 153.0, 2.0, "2026-02-20", "China"),
        ("Second", 152.0, 4.0, "2026-03-01", "USA"),
        ("Still", 160.0, 1.5, "2026-05-01", "USA"),
    )
    lines = [f"{name},{score},{score - half},{score + half},{day},Lab,{land}" for name, score, half, day, land in rows]
    header = "Model,eci,eci_ci_low,eci_ci_high,date,Organization,Country"
    (tmp_path / "eci.csv").write_text("\n".join([header, *lines]))
    table, calendar = read_table(tmp_path / "eci.csv", vintage=DAY), load_assumptions().calendar
    taken = lag_records(table, lag_episodes(table, DAY), calendar)
    days = np.array([date(2025, 6, 1).toordinal(), date(2026, 1, 25).toordinal(), date(2026, 2, 20).toordinal()])
    pace = stats.linregress(days / 30.44, [140.0, 150.5, 153.0]).slope
    points = np.array([math.hypot(3.0, 1.0), math.hypot(4.0, 2.0), 1.5]) / stats.norm.ppf(0.95)
    so_far = (DAY - date(2026, 5, 1)).days / 30.44
    assert [record.follower for record in taken] == ["Soon", "There", None]
    assert [record.months for record in taken] == pytest.approx([15 / 30.44, 0.25, so_far])
    assert [record.error for record in taken] == pytest.approx(points / pace / np.array([1.0, 1.0, so_far]))


def test_a_table_without_a_chinese_frontier_is_refused(tmp_path: Path) -> None:
    rows = "First,150,2026-01-10,A,USA", "Second,150,2026-03-01,B,China"
    (tmp_path / "eci.csv").write_text("\n".join(["Model,eci,date,Organization,Country", *rows]))
    table = read_table(tmp_path / "eci.csv", vintage=DAY)
    with pytest.raises(InputError, match="1 Chinese record"):
        lag_records(table, lag_episodes(table, DAY), load_assumptions().calendar)


def counted(which: str, model: str, day: date = DAY) -> set[str]:
    selection = select(load_ledger(), which, day, load_assumptions(model=model))
    return {item.id for item in selection.counted if item.kind.measures_lag and item.observed.scope == "general"}


def test_records_take_the_place_of_the_typed_lag_where_the_model_reads_them() -> None:
    assert counted("default", "current") == {"epoch-lag-records", "caisi-deepseek-v4-lag"}
    assert counted("default", "article") == {"eci-lag", "caisi-deepseek-v4-lag"}
    assert counted("default", "current", date(2026, 7, 1)) == {"eci-lag", "caisi-deepseek-v4-lag"}  # not known yet
    assert counted("eci-lag", "current") == {"eci-lag"}
    assert counted("epoch-lag-records", "article") == {"epoch-lag-records"}
    with pytest.raises(InputError, match="'epoch-capabilities-index'"):
        counted("default,eci-lag", "current")


def test_why_an_item_is_left_out_is_said() -> None:
    for model, item, reason in (
        ("current", "eci-lag", "epoch-lag-records takes its place"),
        ("article", "epoch-lag-records", "the model says nothing of when models are released"),
    ):
        selection = select(load_ledger(), "default", DAY, load_assumptions(model=model))
        assert {each.item.id: each.reason for each in selection.set_aside}[item] == reason
