"""The standard normal quantile function, against SciPy's and against Python's own."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from scipy import special

from catchup.priors.normal_quantile import FAR, NEAR, normal_quantile

CLOSE = 2e-15  # relative, of two approximations that are each right to about 1e-16
EDGES = [0.5 - NEAR, 0.5 + NEAR, np.exp(-(FAR**2)), 5e-324, 2.0**-54, 1.0 - 2.0**-53, 0.5]


def test_ranks_of_every_size() -> None:
    rng = np.random.default_rng(1)
    ranks = np.concatenate([rng.random(20_000), 10.0 ** -rng.uniform(0.0, 307.0, 20_000), EDGES])
    for each in (ranks, 1.0 - ranks[ranks > 1e-15]):
        np.testing.assert_allclose(normal_quantile(each), special.ndtri(each), rtol=CLOSE, atol=1e-17)


def test_one_number_is_the_same_as_many() -> None:
    ranks = np.random.default_rng(2).random((4, 50))
    expected = [NormalDist().inv_cdf(rank) for rank in ranks.ravel()]
    np.testing.assert_allclose(normal_quantile(ranks).ravel(), expected, rtol=CLOSE, atol=1e-17)


def test_the_ends_are_infinite() -> None:
    np.testing.assert_array_equal(normal_quantile(np.array([0.0, 1.0])), [-np.inf, np.inf])


@pytest.mark.parametrize("quantile", [1e-12, 0.075, 0.3])
def test_tails_are_mirrored(quantile: float) -> None:
    low, high = normal_quantile(np.array([quantile, 1.0 - quantile]))
    assert low == pytest.approx(-high, rel=1e-4)  # as far as the digits of 1 - 1e-12 go
