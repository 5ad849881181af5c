"""A histogram in place of the draws: the same figures, within the width of a bin."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.inference import forecast as forecasting
from catchup.analysis.inference.estimates import Distribution, Estimate, Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.streaming import FARTHEST, StreamedDistribution
from catchup.analysis.presentation.json_form import mean_is_meaningful, moments_as_json
from catchup.analysis.presentation.tables.builders import as_json
from catchup.model import load_assumptions

LOW, HIGH, BINS = -6.0, 14.0, 20_000
WIDTH = (HIGH - LOW) / BINS
PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def streamed(values: np.ndarray, *cuts: int) -> StreamedDistribution:
    distribution = StreamedDistribution(LOW, HIGH, BINS)
    for chunk in np.split(values, sorted(cuts)):
        if chunk.size:
            distribution.add(chunk)
    return distribution


@given(st.integers(0, 2**32), st.integers(10, 3_000), st.lists(st.integers(0, 3_000), max_size=5))
def test_quantiles_lie_within_a_bin_of_the_draws(seed: int, draws: int, cuts: list[int]) -> None:
    values = np.random.default_rng(seed).gamma(3.0, size=draws)
    found = streamed(values, *cuts)
    ordered = np.sort(values)
    for p in PROBABILITIES:
        # Either lies between the draws on both sides of p, the histogram's up to the bin that holds them.
        rank = p * draws
        below = ordered[max(int(np.floor(rank)) - 1, 0)]
        above = ordered[min(int(np.ceil(rank)), draws - 1)]
        assert below - WIDTH <= found.quantile_value(p) <= above + WIDTH


@given(st.integers(0, 2**32), st.lists(st.integers(0, 2_000), max_size=8))
def test_chunks_do_not_matter(seed: int, cuts: list[int]) -> None:
    values = np.random.default_rng(seed).normal(3.0, 2.0, size=2_000)
    whole, cut = streamed(values), streamed(values, *cuts)
    assert cut.quantile(0.3) == whole.quantile(0.3)
    assert cut.mean.value == pytest.approx(values.mean(), rel=1e-12)
    assert cut.sd == pytest.approx(values.std(), rel=1e-12)
    assert cut.mean.mcse == pytest.approx(values.std() / np.sqrt(values.size), rel=1e-12)


@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_errors_are_those_of_the_draws(p: float) -> None:
    values = np.random.default_rng(5).gamma(3.0, size=200_000)
    exact = Distribution(values, Weighting(values.size)).quantile(p)
    found = streamed(values).quantile(p)
    # Both divide by the spacing of the same two quantiles, each found to within a bin; their distance is of the order
    # of the draws' range times the cube root of their number, 0.02 or more here.
    assert found.mcse == pytest.approx(exact.mcse, rel=2 * WIDTH / 0.02)
    assert abs(found.value - exact.value) <= 2 * WIDTH


def test_probabilities_are_counts_at_the_edges_of_bins() -> None:
    values = np.random.default_rng(5).gamma(3.0, size=10_000)
    found = streamed(values)
    for edge in (-7.0, 0.0, 1.0, 2.5, 9.0, 14.0):
        assert found.probability_below(edge).value == pytest.approx((values < edge).mean(), abs=2 / values.size)


def test_values_beyond_the_range_are_counted() -> None:
    values = np.concatenate([np.full(100, LOW - 1), np.linspace(0, 1, 800), np.full(100, HIGH + 1)])
    found = streamed(values)
    assert found.quantile_value(0.05) == -np.inf
    assert found.quantile_value(0.95) == pytest.approx(HIGH + 1, rel=1e-4)
    assert found.quantile_value(0.5) == pytest.approx(0.5, abs=2e-3)
    assert found.mean.value == pytest.approx(values.mean())


@pytest.mark.parametrize("p", [0.3, 0.5, 0.75, 0.95, 0.99])
def test_what_lies_beyond_the_range_is_not_never(p: float) -> None:
    values = np.random.default_rng(3).lognormal(np.log(20.0), 2.0, size=100_000)
    found, exact = streamed(values, 40_000), Distribution(values, Weighting(values.size))
    assert found.quantile_value(p) == pytest.approx(exact.quantile_value(p), rel=5e-4)
    assert found.quantile(p).mcse == pytest.approx(exact.quantile(p).mcse, rel=0.05)
    edge = exact.quantile_value(p)
    assert found.probability_below(edge).value == pytest.approx(p, abs=1e-4)


def test_beyond_the_range_some_never_come_and_the_farthest_are_not_among_them() -> None:
    values = np.array([1.0, 20.0, 1e4, 1e100, np.inf])
    found = streamed(np.repeat(values, 100), 130, 340)
    assert found.quantile_value(0.3) == pytest.approx(20.0, rel=1e-4)
    assert found.quantile_value(0.5) == pytest.approx(1e4, rel=1e-4)
    assert found.quantile_value(0.7) == pytest.approx(HIGH * FARTHEST, rel=1e-4)
    assert found.quantile_value(0.9) == np.inf
    assert found.probability_below(1e5).value == pytest.approx(0.6)


@pytest.mark.parametrize("value", [-np.inf, -1e300, 1e300, np.inf])
def test_values_that_nothing_lies_near_are_asked_as_of_draws_that_are_kept(value: float) -> None:
    values = np.linspace(LOW, 2.0 * HIGH, 500, endpoint=False)
    exact = Distribution(values, Weighting(values.size))
    assert streamed(values).probability_below(value) == exact.probability_below(value)


def test_what_may_never_happen() -> None:
    values = np.random.default_rng(2).normal(size=1_000)
    values[::5] = np.inf
    found = streamed(values, 100, 105)
    assert found.quantile(0.9) == Estimate(np.inf, np.inf)
    assert found.mean == Estimate(np.inf, np.inf)
    assert found.sd == np.inf
    assert found.quantile(0.4).value == pytest.approx(np.quantile(values, 0.4), abs=0.02)


def test_too_few_draws_are_said() -> None:
    found = streamed(np.linspace(0, 1, 150))
    assert found.quantile(0.5).meaningful
    assert not found.quantile(0.05).meaningful


def test_a_forecast_whose_dates_lie_far_off_says_them_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more draws than are kept: progress of 2% a year takes a lifetime and more."""
    slow = load_assumptions(fixed={"algorithmic_progress": 1.02})
    monkeypatch.setattr(forecasting, "MOST_EXACT_DRAWS", 1_000)
    answer = forecast_prior(Question(slow, date(2026, 11, 21), draws=5_000))
    assert isinstance(answer.ready, StreamedDistribution)
    content = as_json(answer)
    for name in ("ready", "pretrained"):
        quantiles = content[name]["quantiles"]
        months = [entry["months"] for entry in quantiles.values()]
        assert None not in months
        assert months == sorted(months)
        assert months[-1] > 1_000.0
        assert all(entry["date"] and entry["mcse"] > 0.0 for entry in quantiles.values())


@pytest.mark.parametrize(("sigma", "enough"), [(0.3, True), (3.0, False)])
def test_how_many_draws_are_behind_a_mean_is_told_as_of_kept_draws(sigma: float, enough: bool) -> None:
    """Of a tail so long that there is hardly a variance, a few, however many are drawn."""
    values = 10.0 * np.exp(sigma * np.random.default_rng(3).standard_normal(200_000))
    told, kept = StreamedDistribution(0.0, 100.0), Distribution(values, Weighting(values.size))
    for chunk in np.split(values, 10):
        told.add(chunk)
    assert told.draws_behind_mean == pytest.approx(kept.draws_behind_mean, rel=1e-3)
    assert mean_is_meaningful(told) == mean_is_meaningful(kept) == enough
    assert ("mean_meaningful" in moments_as_json(kept)) != enough
    told.add(np.array([math.inf]))
    assert "mean_meaningful" not in moments_as_json(told)
