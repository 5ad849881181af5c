"""The search for the launch along curves that are not straight: against Brent's method, and where it never comes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from catchup.model.bracket import DOUBLINGS, TOLERANCE, search_for

CURVES = st.tuples(st.floats(-6.0, 6.0), st.floats(0.01, 3.0), st.floats(0.0, 2.0))


@given(curves=st.lists(CURVES, min_size=1, max_size=8))
def test_the_search_finds_what_brents_method_finds(curves: list[tuple[float, float, float]]) -> None:
    def gap(t: Any, level: Any, slope: Any, bend: Any) -> Any:
        return level + slope * np.asarray(t) ** 0.7 + bend * np.tanh(np.asarray(t) - 3.0)

    columns = tuple(map(np.array, zip(*curves, strict=True)))
    found = search_for(gap)(columns, np.zeros(len(curves)))
    for date_found, curve in zip(found, curves, strict=True):
        if gap(0.0, *curve) >= 0.0:
            assert date_found == 0.0
        else:
            exact = optimize.brentq(gap, 0.0, 2e6, args=curve, xtol=1e-12, rtol=1e-15)
            assert date_found == pytest.approx(exact, rel=1e-12, abs=1e-9)


def test_what_is_never_crossed_is_never() -> None:
    calls = []

    def gap(t: Any, level: Any) -> Any:
        calls.append(t)
        return level + np.tanh(t)

    found = search_for(gap)((np.array([-2.0, -0.5, 0.0]),), np.zeros(3))
    np.testing.assert_allclose(found, [math.inf, math.atanh(0.5), 0.0])
    halvings = math.ceil(math.log2(2.0**DOUBLINGS / TOLERANCE))
    assert len(calls) <= 2 + DOUBLINGS + halvings + 1


def test_an_end_that_is_as_good_as_the_crossing_does_not_hold_the_search_up() -> None:
    """Rounding hides on which side of the crossing an end lies; then halving alone would go on for forty steps."""
    calls = []

    def gap(t: Any, level: Any) -> Any:
        calls.append(t)
        return np.log(1e6 + 1e5 * t) + 2.0 * np.log1p(0.05 * t) - level  # a sum of large numbers, as in the race

    levels = np.log(1e6) + np.linspace(0.01, 3.0, 2_000)
    found = search_for(gap)((levels,), np.zeros(levels.size))
    assert np.abs(gap(found, levels)).max() < 1e-11
    assert len(calls) <= 20  # five to find a bracket, ten to close in on the crossing


@pytest.mark.parametrize("jump", [0.3, 17.25, 900.5])
def test_a_jump_is_closed_in_on(jump: float) -> None:
    found = search_for(lambda t, at: np.where(t < at, -1e30, 1.0))((np.array([jump]),), np.zeros(1))
    assert found[0] == pytest.approx(jump, abs=1e-10)
