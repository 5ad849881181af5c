"""Draws of criteria's dates against draws of the population of lags, weighted by records and by what is still open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis import Distribution, Question, criteria
from catchup.analysis.presentation.tables.criteria import layout
from catchup.evidence import TableStore, lag_episodes, load_criteria, read_table, shipped_records
from catchup.evidence.lag_records import LagRecord, lag_records
from catchup.evidence.tables.episodes import chinese_records
from catchup.evidence.tables.table import Table
from catchup.model import load_assumptions
from catchup.priors import LogNormal
from table_cases import write_csv

DAY = date(2026, 11, 26)
DRAWS, CANDIDATES = 100_000, 600_000
GRID = 0.003  # of probability: what nodes of the population cost
ASKED = {name: row for name, row in load_criteria().items() if name != "exploits-of-mythos"}
FABLE = ASKED["index-of-fable-5"]
HEADER = ("Model", "eci", "eci_ci_low", "eci_ci_high", "date", "Organization", "Country")
AMERICAN = (
    ("2024-01-10", 100.0, 1.0),
    ("2024-03-01", 102.0, 1.0),
    ("2024-06-01", 105.0, 0.5),
    ("2024-09-01", 108.0, 1.0),
    ("2024-12-01", 111.0, 1.0),
    ("2025-05-01", 114.0, 1.0),  # this and those that follow have been met by nobody
    ("2025-08-01", 117.0, 0.5),
    ("2025-11-01", 119.0, 1.0),
    ("2026-06-09", 161.5, 1.0),
)
CHINESE = (("2024-08-15", 102.5, 1.0), ("2025-01-20", 105.0, 1.0), ("2025-08-01", 111.0, 0.5))
BELIEFS = ("hindcast_typical_lag", "hindcast_lag_spread")
SHIPPED, WIDE, LATE = ((12.0, 1.0), (0.4, 0.5)), ((12.0, 3.0), (0.4, 0.5)), ((25.0, 0.3), (0.4, 0.5))
Belief = tuple[tuple[float, float], tuple[float, float]]  # of the typical lag and of the spread: median, sigma


def with_open_records(
    folder: Path,
    chinese: Sequence[tuple[str, float, float]] = CHINESE,
    american: Sequence[tuple[str, float, float]] = AMERICAN,
) -> Table:
    """Return an index of which, by default, three old records have been met by nobody."""
    lines = []
    for land, models in (("USA", american), ("China", chinese)):
        for day, score, half in models:
            name = FABLE.reference if day == f"{FABLE.reference_date}" else f"{land} {day}"
            lines.append((name, *(f"{figure}" for figure in (score, score - half, score + half)), day, "Lab", land))
    return read_table(write_csv(folder / "index.csv", HEADER, lines), vintage=DAY)


def oracle(
    records: tuple[LagRecord, ...], belief: Belief, ages: Mapping[str, float]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Lags of criteria of so many months so far, and the weights of those draws.

    Drawn are the population, near where lags of half a year to a year put it, and what open records share; what those
    share that one model met is a covariance.
    """
    rng = np.random.default_rng(7)
    near = stats.t(4, math.log(9.0), 0.5), stats.norm(math.log(0.4), 0.6)
    typical, log_spread = (each.rvs(CANDIDATES, random_state=rng) for each in near)
    weights = sum(
        stats.norm.logpdf(values, math.log(median), sigma) - proposed.logpdf(values)
        for values, (median, sigma), proposed in zip((typical, log_spread), belief, near, strict=True)
    )
    spread, share = np.exp(log_spread), rng.random(CANDIDATES)
    for follower in dict.fromkeys(record.follower for record in records):
        group = [record for record in records if record.follower == follower]
        away = np.log([record.months for record in group]) - typical[:, None]
        own = ((1.0 - share) * spread**2)[:, None] + np.square([record.error for record in group])
        common = share * spread**2
        if follower is None:
            shared = np.sqrt(common) * rng.standard_normal(CANDIDATES)
            weights += stats.norm.logsf((away - shared[:, None]) / np.sqrt(own)).sum(axis=1)
        else:
            root = np.linalg.cholesky(own[:, None, :] * np.eye(len(group)) + common[:, None, None])
            scores = np.linalg.solve(root, away[:, :, None])[:, :, 0]
            weights -= 0.5 * (scores**2).sum(axis=1) + np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    lags = {}
    for name, age in ages.items():
        lags[name] = np.exp(typical + spread * rng.standard_normal(CANDIDATES))
        weights = np.where(lags[name] > age, weights, -np.inf)
    weights = np.exp(weights - weights.max())
    return lags, weights / weights.sum()


@pytest.mark.parametrize(
    ("made", "belief"),
    [(False, SHIPPED), (False, WIDE), (True, SHIPPED), (True, WIDE), (True, LATE)],
    ids=["shipped", "wide", "open records", "open records, wide", "open records, a late lag"],
)
def test_dates_are_what_weighted_draws_say(made: bool, belief: Belief, tmp_path: Path) -> None:
    stated = zip(BELIEFS, belief, strict=True)
    priors = {name: LogNormal(median=median, sigma=sigma) for name, (median, sigma) in stated}
    assumptions, store = load_assumptions(priors=priors), TableStore(tmp_path / "data")
    if made:
        store.add(Path(with_open_records(tmp_path).file), DAY)
    found = criteria(Question(assumptions, DAY, draws=DRAWS), ASKED, store)
    calendar, table = assumptions.calendar, found.records
    assert (table.vintage == DAY) == made
    episodes = [each for each in lag_episodes(table, table.vintage) if each.reference.model != FABLE.reference]
    records = lag_records(table, episodes, calendar)
    start = {name: calendar.months(row.reference_date) for name, row in ASKED.items()}
    ages = {"index-of-fable-5": calendar.months_by(table.vintage) - start["index-of-fable-5"], "horizon-of-mythos": 0.0}
    lags, weights = oracle(records, belief, ages)
    dates = {name: start[name] + lags[name] for name in ASKED}
    for reading in found.readings:
        assert_alike(reading.met, dates[reading.id], weights)
    assert_alike(found.all_of_them, np.max(list(dates.values()), axis=0), weights)


@pytest.mark.parametrize("months", [1, 5])
def test_what_has_been_met_is_one_lag_of_the_population(months: int, tmp_path: Path) -> None:
    """What is said of a criterion that nothing tells of yet: by the records, and by the other one's lag, once."""
    met = FABLE.reference_date + timedelta(days=round(months * 30.44))
    store, day = TableStore(tmp_path / "data"), met + timedelta(days=10)
    follower = (f"{met}", FABLE.at_least + 0.5, 1.0)
    store.add(Path(with_open_records(tmp_path, (*CHINESE, follower), AMERICAN[:5] + AMERICAN[-1:]).file), day)
    assumptions = load_assumptions()
    found = criteria(Question(assumptions, day, draws=DRAWS), ASKED, store)
    fable, horizon = found.readings
    assert fable.met is None
    table = found.records
    episodes = [each for each in lag_episodes(table, day) if each.reference.model != FABLE.reference]
    assert len(episodes) == 5
    lag = LagRecord((met - FABLE.reference_date).days / assumptions.calendar.days_per_month, 0.0, f"China {met}")
    records = (*lag_records(table, episodes, assumptions.calendar), lag)
    lags, weights = oracle(records, SHIPPED, {"horizon-of-mythos": 0.0})
    start = assumptions.calendar.months(ASKED["horizon-of-mythos"].reference_date)
    assert_alike(horizon.met, start + lags["horizon-of-mythos"], weights)


def test_a_criterion_of_another_table_leaves_the_index_its_record() -> None:
    """Nothing tells of it yet: were the record taken out for it, nothing would count at all in its place."""
    store, question = TableStore(Path("nowhere")), Question(load_assumptions(), DAY, draws=2_000)
    horizon = ASKED["horizon-of-mythos"]
    (met, *_) = [each.reference for each in lag_episodes(shipped_records(), DAY) if each.follower]
    other = horizon.model_copy(update={"reference": met.model, "reference_date": met.day, "at_least": 999.0})
    with_it, without = criteria(question, {**ASKED, "other": other}, store), criteria(question, ASKED, store)
    for one, same in zip(with_it.readings[:2], without.readings, strict=True):
        assert one.met is not None
        assert same.met is not None
        assert one.met.quantile_value(0.5) == same.met.quantile_value(0.5)


def test_a_criterion_met_before_its_reference_leaves_the_index_its_record() -> None:
    """It has no lag: the record's own counted for nothing, and the foot said that the lag of what is met counts."""
    store, question = TableStore(Path("nowhere")), Question(load_assumptions(), DAY, draws=2_000)
    (first, *_) = chinese_records(shipped_records())
    met = next(each.reference for each in lag_episodes(shipped_records(), DAY) if each.reference.day > first.day)
    early = FABLE.model_copy(update={"reference": met.model, "reference_date": met.day, "at_least": first.score})
    with_it, without = criteria(question, {**ASKED, "early": early}, store), criteria(question, ASKED, store)
    assert not with_it.readings[-1].resolution.open
    assert [each.met and each.met.quantile_value(0.5) for each in with_it.readings[:-1]] == [
        each.met and each.met.quantile_value(0.5) for each in without.readings
    ]
    assert "so does the lag" not in " ".join(layout(with_it).tables[0].lines)


def assert_alike(found: Distribution | None, values: np.ndarray, weights: np.ndarray) -> None:
    """Quantiles lie where they should among draws of the oracle, but for the errors of both."""
    assert found is not None
    assert 1.0 / (weights**2).sum() > 5_000.0
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        below = values <= found.quantile(p).value
        own = math.sqrt(p * (1.0 - p) * float((found.weighting.shares**2).sum()))
        error = math.hypot(own, float(np.linalg.norm(weights * (below - p))))
        assert abs(float(weights[below].sum()) - p) < widest(error) + GRID
