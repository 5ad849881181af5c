"""Smoothing of the largest weights alone, against the library's smoothing of all."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from catchup.analysis.inference.importance import smooth_weights


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0, 30.0])
@pytest.mark.parametrize("draws", [60, 225, 226, 1_000, 5_000, 100_000])
def test_smoothing_the_tail_alone_gives_the_librarys_weights(draws: int, scale: float) -> None:
    log_ratios = scale * np.random.default_rng(draws).standard_normal(draws)
    smoothed = smooth_weights(log_ratios)
    log_weights, khat = array_stats.psislw(-log_ratios)
    expected = np.exp(log_weights - log_weights.max())
    assert smoothed.khat == pytest.approx(khat, abs=1e-9)
    np.testing.assert_allclose(smoothed.weights, expected / expected.sum(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("draws", [1, 5, 24, 25])
def test_too_few_draws_for_a_tail_cannot_be_trusted(draws: int) -> None:
    smoothed = smooth_weights(np.random.default_rng(1).standard_normal(draws))
    assert smoothed.khat == np.inf
    assert smoothed.weights.sum() == pytest.approx(1.0)


def test_bounded_weights_do_not_look_heavier_the_more_draws_there_are() -> None:
    """A reading that is genuine in one draw of a thousand: bounded weights, whatever the number of draws."""
    rng = np.random.default_rng(11)
    shapes = []
    for draws in (100_000, 3_000_000):
        genuine = rng.random(draws) < 1e-3
        log_ratios = np.where(genuine, np.log(4.0), 0.0) - 0.5 * (10.0 * rng.standard_normal(draws)) ** 2
        shapes.append(smooth_weights(log_ratios).khat)
    assert max(shapes) < 0.5
    assert abs(shapes[1] - shapes[0]) < 0.25  # k-hat's own error on a tail of 949 draws is about 0.05


@pytest.mark.parametrize("spread", [0.0, 1e-151, 1e-12, 1e-10])
def test_weights_that_are_as_good_as_equal_are_bounded(spread: float) -> None:
    """What says the same in every draw, up to rounding, is no reason to distrust them."""
    smoothed = smooth_weights(spread * np.random.default_rng(3).uniform(size=4_000))
    assert smoothed.khat == -np.inf
    assert smoothed.effective_draws == pytest.approx(4_000)


@pytest.mark.parametrize("heavier", [0.0002, 0.002])
@pytest.mark.parametrize("most", [1.3, 2.7])
def test_a_few_draws_that_weigh_a_little_more_are_no_heavy_tail(heavier: float, most: float) -> None:
    """An early rumour that is hardly believed: fewer than a whole tail lie above what all others weigh."""
    rng = np.random.default_rng(3)
    weights = np.where(rng.random(100_000) < heavier, rng.uniform(1.0, most, 100_000), 1.0)
    smoothed = smooth_weights(np.log(weights))
    assert smoothed.good
    np.testing.assert_allclose(smoothed.weights, weights / weights.sum(), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_heavy_tail_among_equal_weights_is_still_one(seed: int) -> None:
    """A tenth of the draws with a Pareto tail of shape 0.9: the largest of them is far beyond the mean of all."""
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random(100_000) < 0.1, rng.pareto(1.0 / 0.9, 100_000) + 1.0, 1.0)
    assert smooth_weights(np.log(weights)).khat > 0.7
