"""The normal distribution function without SciPy, against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr

from catchup.priors.normal_rank import NODES, log_normal_rank, normal_rank, rank_of_one

WHOLE, TAIL, FAR_TAIL = 3.4e-16, 5e-14, 5e-13  # roundings near 1; of the value in the lower tail, and beyond 1e-200


@pytest.mark.parametrize("reach", [1.0, 3.0, 6.0, 9.0, 12.0, 37.0])
def test_it_is_scipys(reach: float) -> None:
    scores = np.linspace(-reach, reach, 200_001)
    found, expected = normal_rank(scores), ndtr(scores)
    assert np.abs(found - expected).max() <= WHOLE
    below = scores < 0.0
    assert np.abs(found[below] / expected[below] - 1.0).max() <= (TAIL if reach <= 12.0 else FAR_TAIL)


def test_at_and_halfway_between_nodes() -> None:
    halves = NODES[:-1] + 0.5 * np.diff(NODES)
    for scores in (NODES, halves, np.nextafter(halves, np.inf), np.nextafter(halves, -np.inf)):
        assert np.abs(normal_rank(scores) - ndtr(scores)).max() <= WHOLE


def test_it_never_falls_on_the_way_up_by_more_than_rounding() -> None:
    scores = np.linspace(-10.0, 10.0, 2_000_001)
    assert np.diff(normal_rank(scores)).min() >= -WHOLE


def test_no_number_no_rank_and_no_end() -> None:
    found = normal_rank(np.array([[-np.inf, np.inf], [np.nan, 0.0]]))
    np.testing.assert_array_equal(found, [[0.0, 1.0], [np.nan, 0.5]])
    assert rank_of_one(-40.0) == ndtr(-40.0) == pytest.approx(0.0)


@pytest.mark.parametrize("reach", [3.0, 9.0, 12.0, 40.0, 1e4])
def test_logarithms_are_scipys(reach: float) -> None:
    scores = np.linspace(-reach, reach, 100_001)
    np.testing.assert_allclose(log_normal_rank(scores), log_ndtr(scores), rtol=TAIL, atol=WHOLE)
