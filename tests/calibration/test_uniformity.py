"""Bands and p-values for ranks, against simulation and against the library's own bands."""

import itertools

import numpy as np
import pytest
from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands
from false_alarms import FALSE_ALARM
from scipy import stats

from catchup.analysis.studies.calibration.uniformity import (
    STEPS,
    counts_below,
    p_value,
    points,
    probability_inside,
    simultaneous_band,
)


def uniform_counts(fits: int, samples: int, seed: int) -> np.ndarray:
    """Counts below each point of samples of uniform ranks, shape (point, sample)."""
    ranks = np.random.default_rng(seed).integers(0, STEPS, size=(fits, samples))
    return counts_below(ranks, STEPS - 1)


@pytest.mark.parametrize("fits", [1, 2])
def test_probability_of_staying_inside_is_that_of_every_outcome_together(fits: int) -> None:
    # so few ranks that all ways in which they can fall between the points are enumerated
    lower, upper = np.zeros(STEPS - 1, dtype=int), np.full(STEPS - 1, fits)
    lower[60:] = 1
    upper[:30] = fits - 1
    outcomes = np.array(list(itertools.product(range(STEPS), repeat=fits)))
    counts = counts_below(outcomes.T, STEPS - 1)
    inside = ((counts >= lower[:, None]) & (counts <= upper[:, None])).all(axis=0)
    assert probability_inside(lower, upper, fits) == pytest.approx(inside.mean(), abs=1e-12)


@pytest.mark.parametrize(("fits", "level"), [(50, 0.9), (200, 0.95), (1_000, 0.99)])
def test_uniform_ranks_leave_the_band_as_often_as_it_says(fits: int, level: float) -> None:
    band = simultaneous_band(fits, level)
    counts = uniform_counts(fits, 4_000, seed=fits)
    inside = int(((counts >= band.lower[:, None]) & (counts <= band.upper[:, None])).all(axis=0).sum())
    low, high = stats.binom.interval(1.0 - FALSE_ALARM, counts.shape[1], band.level)
    assert low <= inside <= high
    assert level <= band.level < level + 0.2 * (1.0 - level)


def test_band_is_the_librarys_within_its_simulation_error() -> None:
    fits, level = 200, 0.95
    ours = simultaneous_band(fits, level)
    pointwise = simulate_confidence_bands(fits, 1, points(), level, 4_000, np.random.default_rng(3))
    lower, upper = get_pointwise_confidence_band(pointwise, fits, points())
    assert np.abs(np.rint(lower * fits) - ours.lower).max() <= 1
    assert np.abs(np.rint(upper * fits) - ours.upper).max() <= 1


@pytest.mark.parametrize("fits", [40, 300])
def test_p_values_are_uniform_at_most(fits: int) -> None:
    counts = uniform_counts(fits, 1_000, seed=7)
    values = np.array([p_value(column, fits) for column in counts.T])
    for level in (0.01, 0.05, 0.2, 0.5):
        rejected = int((values <= level).sum())
        assert rejected <= stats.binom.isf(FALSE_ALARM, values.size, level)
    assert (values <= 0.5).mean() > 0.35  # counts are whole, so that a p-value may be too large, but not by much


def test_a_sample_is_inside_the_band_exactly_where_its_p_value_says_so() -> None:
    band = simultaneous_band(100, 0.9)
    for column in uniform_counts(100, 400, seed=11).T:
        assert band.holds(column) == (p_value(column, 100) > 0.1)


@pytest.mark.parametrize("shape", [(1.3, 1.3), (0.8, 0.8), (1.0, 1.2)])
def test_ranks_of_intervals_too_wide_too_narrow_or_shifted_are_found(shape: tuple[float, float]) -> None:
    shares = np.random.default_rng(5).beta(*shape, size=1_000)
    ranks = np.floor(shares * 1_000).astype(int)
    assert p_value(counts_below(ranks, 999), 1_000) < 0.01


def test_ranks_that_the_points_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="divide"):
        counts_below(np.arange(5), 150)
