"""Distances of draws from the same draws weighted: held to ArviZ's, which sorts them anew each time."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from catchup.analysis.studies.sensitivity import divergence
from catchup.analysis.studies.sensitivity.divergence import ALPHAS, SortedDraws
from catchup.analysis.studies.sensitivity.power_scaling import BLOCKS, DATE, power_scaling


def by_arviz(draws: np.ndarray, log_density: np.ndarray) -> float:
    weights = [np.exp((alpha - 1.0) * (log_density - log_density.mean()))[None] for alpha in ALPHAS]
    lower, upper = (each / each.sum() for each in weights)
    return float(array_stats.power_scale_sense(draws[None], lower, upper, *ALPHAS, chain_axis=0, draw_axis=1))


DRAWS = pytest.mark.parametrize("draws", [30, 4_000])
PULL = pytest.mark.parametrize("pull", [0.0, 0.3, 5.0])


def drawn(draws: int, pull: float) -> tuple[np.ndarray, np.ndarray]:
    """Values, of which some come more than once as those do that were resampled, and a density that pulls them."""
    rng = np.random.default_rng(draws)
    values = rng.gamma(2.0, size=draws)
    values[rng.integers(0, draws, draws // 3)] = values[0]
    return values, rng.normal(size=draws) - pull * (values - 2.0) ** 2


@DRAWS
@PULL
def test_it_is_arvizs(draws: int, pull: float) -> None:
    values, log_density = drawn(draws, pull)
    whole = SortedDraws.of(values)
    assert whole.sensitivity(log_density) == pytest.approx(by_arviz(values, log_density), rel=1e-8)
    left_out = np.arange(draws) < draws // 4
    expected = by_arviz(values[~left_out], log_density[~left_out])
    assert whole.without(left_out).sensitivity(log_density) == pytest.approx(expected, rel=1e-8)


@DRAWS
@PULL
def test_the_limit_is_what_ever_smaller_steps_come_to(draws: int, pull: float, monkeypatch: pytest.MonkeyPatch) -> None:
    values, log_density = drawn(draws, pull)
    found = SortedDraws.of(values).without(np.arange(draws) < draws // 4)
    steps = np.array([1e-2, 1e-3])
    exact = []
    for step in steps:
        monkeypatch.setattr(divergence, "ALPHAS", (1.0 - step, 1.0 + step))
        exact.append(found.sensitivity(log_density))
    limit = found.local_sensitivity(log_density)
    # A step errs by its square, both sides taken together; twice that allows for higher powers of the larger one;
    # rounding adds what a root of a difference loses.
    rounding = np.sqrt(draws * np.finfo(float).eps) / steps[-1]
    assert abs(exact[1] - limit) <= (steps[1] / steps[0]) ** 2 * 2.0 * abs(exact[0] - limit) + rounding**2 * limit


def test_what_is_scaled_but_does_not_vary_moves_nothing() -> None:
    values = np.random.default_rng(1).normal(size=500)
    rounding = 500 * np.finfo(float).eps  # of a sum of as many, of which the distance is a root
    assert SortedDraws.of(values).sensitivity(np.full(500, -3.0)) <= np.sqrt(rounding) / np.log2(ALPHAS[1])


def test_what_does_not_vary_has_no_distance() -> None:
    log_density = np.random.default_rng(2).normal(size=500)
    assert np.isnan(SortedDraws.of(np.ones(500)).sensitivity(log_density))
    assert np.isnan(SortedDraws.of(np.ones(500)).local_sensitivity(log_density))


@pytest.mark.parametrize("pull", [0.0, 0.05, 0.3])
def test_errors_are_those_of_the_sensitivity_itself(pull: float) -> None:
    values, log_density = drawn(4_000, pull)
    blocks = np.arange(4_000) * BLOCKS // 4_000
    kept = [blocks != block for block in range(BLOCKS)]
    without = np.array([SortedDraws.of(values[each]).sensitivity(log_density[each]) for each in kept])
    expected = np.sqrt((BLOCKS - 1) * without.var())
    found = power_scaling({DATE: values}, {"one": log_density}, {"other": log_density})[0].prior
    assert found is not None
    assert found.mcse == pytest.approx(expected, rel=0.03)  # a sixth of what an error from 16 blocks errs by
