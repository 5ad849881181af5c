"""The track record: nothing that came later, structures against slow oracles and known worlds, scores by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from false_alarms import ranks, widest
from scipy import stats

from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.hindcast import calibration_text, score_table, verdict
from catchup.analysis.studies.tables import hindcast as track_record
from catchup.analysis.studies.tables import lag_structures
from catchup.analysis.studies.tables.hindcast import RIVALS, Hindcast, hindcast, known_on
from catchup.analysis.studies.tables.lag_structures import (
    FRONTIER_NODES,
    LATTICE,
    NODES,
    STRUCTURES,
    Known,
    Predictive,
    predict_lag,
)
from catchup.evidence import read_table
from catchup.evidence.tables.files import TableFile
from catchup.evidence.tables.table import Table, parse_table
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError
from catchup.priors.families import Fixed
from table_cases import VINTAGE, csv_text, public_table

ASSUMPTIONS = load_assumptions()
BELIEFS = ASSUMPTIONS.beliefs
DAYS_PER_MONTH = ASSUMPTIONS.calendar.days_per_month
START = date(2023, 1, 1)
UNTIL = date(2026, 8, 16)
NEVER_ASKED = np.zeros(0, dtype=int)
NOTHING = np.array([])


def table_of(rows: list[tuple[str, float, date, str]], vintage: date | None = UNTIL) -> Table:
    header = ("Model", "eci", "date", "Organization", "Country")
    countries = {"us": "United States of America", "cn": "China"}
    text = csv_text(
        header, [(name, f"{score}", day.isoformat(), "Lab", countries[of]) for name, score, day, of in rows]
    )
    return parse_table(TableFile("table", text, b"", "", "csv"), vintage=vintage)


def world(lag_days: int = 210, records: int = 10, step: int = 120) -> list[tuple[str, float, date, str]]:
    """A record every `step` days, each met after `lag_days`."""
    rows = []
    for place in range(records):
        day = START + timedelta(days=step * place)
        rows.append((f"us{place}", 100.0 + 5.0 * place, day, "us"))
        met = day + timedelta(days=lag_days)
        if met <= UNTIL:
            rows.append((f"cn{place}", 100.0 + 5.0 * place, met, "cn"))
    return rows


def known(lags: list[float], met: list[bool], ages: list[float]) -> Known:
    return Known(np.array(lags), np.array(met), np.array(ages), NEVER_ASKED, 150.0, NOTHING, NOTHING)


@pytest.fixture(scope="module")
def learnt() -> Hindcast:
    """What is said of a world in which every record is met after the same time."""
    return hindcast([table_of(world())], ASSUMPTIONS)


def test_what_was_known_on_a_day_does_not_change_with_what_came_later() -> None:
    rows = world()
    day = START + timedelta(days=480)
    later = [row for row in rows if row[2] > day]
    before = [row for row in rows if row[2] <= day]
    assert later
    whole = known_on(table_of(rows), day, 120.0, DAYS_PER_MONTH)
    alone = known_on(table_of(before, vintage=day), day, 120.0, DAYS_PER_MONTH)
    for name in ("lags", "met", "ages", "best", "best_ages"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(alone, name))
    assert whole.met.tolist() == [True, True, True, False]  # the third was met on day 450, the fourth has lasted 120
    assert whole.lags == pytest.approx(np.array([210, 210, 210, 120]) / DAYS_PER_MONTH)


def test_of_records_met_at_once_the_newest_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the days: sums of fractions of a month once told two moments of one day apart by their last digit."""
    anything = predict_lag("constant-lag", known([], [], []), BELIEFS)
    monkeypatch.setattr(track_record, "predict_lag", lambda *_: anything)  # a rival asks no structure
    for shift in range(12):
        first, second = (START + timedelta(days=shift + step) for step in (0, 37))
        met = START + timedelta(days=shift + 300)
        rows = [("us0", 100.0, first, "us"), ("us1", 105.0, second, "us"), ("cn", 106.0, met, "cn")]
        rows += [("us2", 110.0, met + timedelta(days=30), "us"), ("cn2", 111.0, met + timedelta(days=90), "cn")]
        rows += world()[-8:]
        found = {each.episode.reference.model: each.said for each in hindcast([table_of(rows)], ASSUMPTIONS).episodes}
        assert found["us2"]["last-lag"].values[0] == pytest.approx((met - second).days / DAYS_PER_MONTH)


def coarsely(monkeypatch: pytest.MonkeyPatch, structure: str, known: Known) -> Predictive:
    """Predict on half of the nodes: doubling them at least halves the error, so that no more is left than it moved."""
    with monkeypatch.context() as patch:
        patch.setattr(lag_structures, "NODES", {name: count // 2 for name, count in NODES.items()})
        found = predict_lag(structure, known, BELIEFS)
    assert found is not None
    return found


def test_before_any_lag_is_known_the_prior_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = known([], [], [])
    found, coarse = predict_lag("constant-lag", nothing, BELIEFS), coarsely(monkeypatch, "constant-lag", nothing)
    rng, draws = np.random.default_rng(1), 200_000
    prior = [BELIEFS[name].quantile(rng.random(draws)) for name in ("hindcast_typical_lag", "hindcast_lag_spread")]
    drawn = prior[0] * np.exp(prior[1] * rng.standard_normal(draws))
    for p in (0.1, 0.5, 0.9):
        months = float(np.quantile(drawn, p))
        grid, (low, high) = abs(found.probability_within(months) - coarse.probability_within(months)), ranks(p, draws)
        assert low - grid < found.probability_within(months) < high + grid


def test_closed_and_open_lags_count_as_an_importance_sample_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid against draws of the prior, weighted one by one: densities of what was met, survival of what was not."""
    lags, met, ages = [6.0, 9.0, 5.0, 11.0], [True, True, True, False], [2.0, 1.5, 1.0, 0.9]
    rng = np.random.default_rng(2)
    draws = 400_000
    for structure in ("constant-lag", "drifting-lag"):
        found = predict_lag(structure, known(lags, met, ages), BELIEFS)
        coarse = coarsely(monkeypatch, structure, known(lags, met, ages))
        typical = np.log(BELIEFS["hindcast_typical_lag"].quantile(rng.random(draws)))
        spread = BELIEFS["hindcast_lag_spread"].quantile(rng.random(draws))
        drift = BELIEFS["hindcast_lag_drift"].quantile(rng.random(draws)) if structure == "drifting-lag" else 0.0
        weights = np.zeros(draws)
        for lag, closed, age in zip(lags, met, ages, strict=True):
            belief = stats.norm(typical - drift * age, spread)
            weights += belief.logpdf(np.log(lag)) if closed else belief.logsf(np.log(lag))
        weights = np.exp(weights - weights.max())
        weights /= weights.sum()
        for months in (4.0, 8.0, 16.0):
            within = stats.norm.cdf(np.log(months), typical, spread)
            exact = float(weights @ within)
            error = float(np.linalg.norm(weights * (within - exact)))
            grid = abs(found.probability_within(months) - coarse.probability_within(months))
            assert abs(found.probability_within(months) - exact) < widest(error) + grid, (structure, months)


def test_a_record_that_lasts_lengthens_what_is_expected() -> None:
    short = predict_lag("constant-lag", known([7.0, 7.0, 1.0], [True, True, False], [2.0, 1.0, 0.1]), BELIEFS)
    long = predict_lag("constant-lag", known([7.0, 7.0, 20.0], [True, True, False], [2.0, 1.0, 1.7]), BELIEFS)
    assert np.median(long.values) > np.median(short.values)


def test_lags_that_grow_are_carried_on_by_the_drifting_structure_alone() -> None:
    ages = [3.0, 2.5, 2.0, 1.5, 1.0, 0.5]
    lags = [4.0 * np.exp(0.5 * (3.0 - age)) for age in ages]
    growing = known(lags, [True] * 6, ages)
    drifting, constant = (
        np.median(predict_lag(name, growing, BELIEFS).values) for name in ("drifting-lag", "constant-lag")
    )
    assert constant < 12.0 < drifting < 4.0 * np.exp(0.5 * 3.5)


def test_a_straight_frontier_meets_a_record_when_its_line_does() -> None:
    ages = np.linspace(2.0, 0.05, 14)
    straight = Known(
        NOTHING, NOTHING.astype(bool), NOTHING, NEVER_ASKED, 150.0, 144.0 - 12.0 * ages, ages
    )  # 144 on the day
    found = predict_lag("frontier-trend", straight, BELIEFS)
    pace, scatter = (BELIEFS[name].quantile((np.arange(count) + 0.5) / count) for name, count in FRONTIER_NODES.items())
    # at a pace that is not the true one, the line through the scores stands elsewhere on the day
    at_nodes = 12.0 * (6.0 - (pace - 12.0) * ages.mean()) / pace
    middle = int(np.abs(pace - 12.0).argmin())
    assert at_nodes[middle] == pytest.approx(6.0)
    assert at_nodes[middle + 1] < np.median(found.values) < at_nodes[middle - 1]
    assert (np.diff(found.cdf) >= 0.0).all()
    # it is not met on its day: where a normal is below its mean, its log probability falls by at most 0.8 an sd
    assert 0.0 <= found.cdf[0] <= 0.8 * LATTICE[0] / 12.0 * pace.max() / scatter.min()
    assert found.cdf[-1] == pytest.approx(1.0, abs=1e-6)
    assert predict_lag("frontier-trend", known([], [], []), BELIEFS) is None


def test_a_frontier_of_known_pace_meets_a_record_when_its_line_does() -> None:
    ages = np.linspace(2.0, 0.05, 14)
    scores = 144.0 - 12.0 * ages
    straight = Known(NOTHING, NOTHING.astype(bool), NOTHING, NEVER_ASKED, 150.0, scores, ages)
    sure = {"hindcast_frontier_pace": Fixed(value=12.0), "hindcast_frontier_scatter": Fixed(value=0.01)}
    found = predict_lag("frontier-trend", straight, sure)
    # between two points of the lattice the curve is a straight line
    assert np.median(found.values) == pytest.approx(6.0, rel=LATTICE[1] / LATTICE[0] - 1.0)


def test_a_world_of_one_lag_is_learnt_and_the_naive_rivals_are_right(learnt: Hindcast) -> None:
    result = learnt
    assert len(result.episodes) == 10
    assert result.scores["mean-lag"].closed == pytest.approx(0.0, abs=1e-9)
    assert result.scores["no-lag"].closed == pytest.approx(210 / DAYS_PER_MONTH)
    last = result.episodes[-1].said["constant-lag"]
    assert np.quantile(last.values, 0.5) == pytest.approx(210 / DAYS_PER_MONTH, rel=0.1)
    assert result.difference.mean < 0.0  # who knows the lag to the day is not beaten
    assert verdict(result).startswith(f"Verdict: {result.rival}, a naive rival, did better than")


def test_scores_of_open_episodes_count_as_far_as_they_have_come() -> None:
    result = hindcast([table_of(world(lag_days=400, records=12, step=100))], ASSUMPTIONS)
    still = [asked for asked in result.compared if asked.episode.open]
    assert still
    for asked in still:
        assert asked.said["no-lag"].score == pytest.approx(asked.months)  # it was said to be met at once
        assert asked.said["mean-lag"].score == 0.0  # and so far nobody has said that it lasts less
    closed = [asked.said["no-lag"].score for asked in result.compared if not asked.episode.open]
    assert result.scores["no-lag"].closed == pytest.approx(np.mean(closed))
    assert result.scores["constant-lag"].decided[0.9] == len(closed)


def test_each_record_is_asked_with_the_newest_vintage_of_its_day() -> None:
    rows = world()
    middle = START + timedelta(days=500)
    early = table_of([row for row in rows if row[2] <= middle], vintage=middle)
    result = hindcast([table_of(rows), early], ASSUMPTIONS)
    assert {asked.vintage for asked in result.episodes} == {middle}
    assert [asked.hindsight for asked in result.episodes] == [
        asked.episode.reference.day < middle for asked in result.episodes
    ]


def test_too_little_to_compare_is_said() -> None:
    with pytest.raises(InputError, match="at least 3"):
        hindcast([table_of(world(records=3))], ASSUMPTIONS)
    with pytest.raises(InputError, match="no table"):
        hindcast([], ASSUMPTIONS)


def test_json_keeps_what_is_promised(learnt: Hindcast) -> None:
    found = json.loads(json.dumps(as_json(learnt)))
    episode = found["episodes"][-3]
    assert {"reference", "follower", "lag_months", "open", "structures"} <= episode.keys()
    assert set(episode["structures"]) == set(STRUCTURES)
    assert {"quantiles", "pit", "crps"} <= episode["structures"]["constant-lag"].keys()
    assert set(found["scores"]) == {*STRUCTURES, *RIVALS}
    assert {"crps", "coverage", "episodes"} <= found["scores"]["constant-lag"].keys()
    assert set(found["scores"]["constant-lag"]["coverage"]) == {"0.5", "0.9"}
    assert found["verdict"]["text"].startswith("Verdict: ")


def test_the_picture_says_whether_the_best_structure_is_calibrated(learnt: Hindcast, tmp_path: Path) -> None:
    from catchup.analysis.presentation.figures import draw_hindcast, save
    from catchup.analysis.presentation.figures.style import finding_of

    result = learnt
    figure = draw_hindcast(result)
    assert "calibrated" in figure.texts[0].get_text()
    told = f"{finding_of(figure)}: shares of the {len(result.closed)} American records"
    assert told in " ".join(score_table(result).lines)
    assert save(figure, tmp_path / "record.svg", key="--plot").stat().st_size > 1_000


def test_what_is_calibrated_stays_within_what_chance_allows(learnt: Hindcast) -> None:
    """Against SciPy's distance of an empirical distribution from the uniform one."""
    result = learnt
    closed = [asked for asked in result.compared if not asked.episode.open]
    ranks = [asked.said[result.best].probability for asked in closed]
    assert result.worst == pytest.approx(stats.kstest(ranks, "uniform").statistic, abs=1e-12)
    assert 2.0 * math.exp(-2.0 * len(closed) * result.reach**2) == pytest.approx(0.05)
    assert result.calibrated == (result.worst <= result.reach)
    told = as_json(result)["calibration"]
    assert told["calibrated"] is result.calibrated
    assert (told["structure"], told["episodes"]) == (result.best, len(closed))
    assert (told["worst"], told["reach"]) == (round(result.worst, 3), round(result.reach, 3))


def test_what_lies_beyond_it_is_said_to_be_not_calibrated(learnt: Hindcast) -> None:
    result = learnt
    far = replace(result, best="frontier-trend")
    late = [
        replace(asked, said={**asked.said, far.best: replace(asked.said[far.best], probability=0.999)})
        for asked in far.compared
    ]
    far = replace(far, episodes=tuple(late))
    assert not far.calibrated
    assert calibration_text(far) == f"{far.best} is not calibrated"


def test_the_track_record_of_the_public_index() -> None:
    """Whoever wins: here the mean of past lags, by less than chance explains."""
    result = hindcast([read_table(public_table("epoch-eci-2026-08-16.csv"), vintage=VINTAGE)], ASSUMPTIONS)
    assert len(result.compared) == 18
    assert all(asked.hindsight for asked in result.episodes)
    assert (result.best, result.rival) == ("constant-lag", "mean-lag")
    assert round(result.difference.mean, 2) == -0.85
    assert abs(result.difference.mean) < 2.0 * result.difference.error
    assert "no more than chance explains" in verdict(result)
    followers = {asked.episode.follower and asked.episode.follower.model for asked in result.compared}
    assert result.difference.groups == len(followers) == 9
    assert "18 episodes, which the error counts as 9: those that one" in verdict(result)
    coverage = result.scores["constant-lag"].coverage
    assert (coverage[0.5], coverage[0.9]) == (7 / 14, 12 / 14)
    assert LATTICE[0] < min(asked.months for asked in result.episodes)
