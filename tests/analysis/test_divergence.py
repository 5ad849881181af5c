"""Distances of draws from the same draws weighted: held to ArviZ's, which sorts them anew each time."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from catchup.analysis.studies.sensitivity.divergence import ALPHAS, SortedDraws


def by_arviz(draws: np.ndarray, log_density: np.ndarray) -> float:
    weights = [np.exp((alpha - 1.0) * (log_density - log_density.mean()))[None] for alpha in ALPHAS]
    lower, upper = (each / each.sum() for each in weights)
    return float(array_stats.power_scale_sense(draws[None], lower, upper, *ALPHAS, chain_axis=0, draw_axis=1))


@pytest.mark.parametrize("draws", [30, 4_000])
@pytest.mark.parametrize("pull", [0.0, 0.3, 5.0])
def test_it_is_arvizs(draws: int, pull: float) -> None:
    rng = np.random.default_rng(draws)
    values = rng.gamma(2.0, size=draws)
    values[rng.integers(0, draws, draws // 3)] = values[0]  # draws that were resampled come more than once
    log_density = rng.normal(size=draws) - pull * (values - 2.0) ** 2
    whole = SortedDraws.of(values)
    assert whole.sensitivity(log_density) == pytest.approx(by_arviz(values, log_density), rel=1e-8)
    left_out = np.arange(draws) < draws // 4
    expected = by_arviz(values[~left_out], log_density[~left_out])
    assert whole.without(left_out).sensitivity(log_density) == pytest.approx(expected, rel=1e-8)


def test_what_is_scaled_but_does_not_vary_moves_nothing() -> None:
    values = np.random.default_rng(1).normal(size=500)
    rounding = 500 * np.finfo(float).eps  # of a sum of as many, of which the distance is a root
    assert SortedDraws.of(values).sensitivity(np.full(500, -3.0)) <= np.sqrt(rounding) / np.log2(ALPHAS[1])


def test_what_does_not_vary_has_no_distance() -> None:
    log_density = np.random.default_rng(2).normal(size=500)
    assert np.isnan(SortedDraws.of(np.ones(500)).sensitivity(log_density))
