"""Quantiles and distribution functions of the families, against SciPy and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catchup.priors.families import FAMILIES, Based, Family, Fixed
from catchup.priors.scores import SMALLEST_UNIFORM
from family_cases import CASES, oracle_of

EXTREMES = np.array([1e-12, 1e-9, 1e-6, 1e-3])
PROBABILITIES = np.concatenate([EXTREMES, np.linspace(0.01, 0.99, 99), 1.0 - EXTREMES[::-1]])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_quantile_is_scipys(case):
    rounding = 1e-15 * (case.oracle.ppf(0.75) - case.oracle.ppf(0.25))  # where the value passes through 0
    expected = case.oracle.ppf(PROBABILITIES)
    np.testing.assert_allclose(case.family.quantile(PROBABILITIES), expected, rtol=1e-11, atol=rounding)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_quantile_leaves_its_argument_alone(case):
    """The forward simulation overwrites the probabilities with another quantity's."""
    given = PROBABILITIES.copy()
    values = case.family.quantile(given)
    assert not np.shares_memory(values, given)
    np.testing.assert_array_equal(given, PROBABILITIES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cdf_is_scipys(case):
    low, high = case.oracle.ppf([1e-12, 1.0 - 1e-12])
    inside = np.linspace(low, high, 201)
    np.testing.assert_allclose(case.family.cdf(inside), case.oracle.cdf(inside), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("case", [case for case in CASES if case.family.widest is None], ids=str)
def test_cdf_is_0_below_and_1_above_the_support(case):
    low, high = case.family.support()
    below = low / 2 if low > 0 else low - 1.0
    np.testing.assert_array_equal(case.family.cdf([below, low]), [0.0, 0.0])
    np.testing.assert_array_equal(case.family.cdf([high, 2 * high]), [1.0, 1.0])


def test_every_family_with_a_base_has_a_case():
    based = {name for name, family in FAMILIES.items() if issubclass(family, Based)}
    assert {case.family.family for case in CASES} == based


def test_fixed_is_one_value_whatever_the_draw():
    family = Fixed(value=3)
    np.testing.assert_array_equal(family.quantile(PROBABILITIES), np.full(PROBABILITIES.shape, 3.0))
    np.testing.assert_array_equal(family.cdf([2.9, 3.0, 3.1]), [0.0, 1.0, 1.0])
    assert family.support() == (3.0, 3.0)


magnitudes = st.floats(1e-6, 1e12)
gaps = st.floats(1e-6, 10.0)  # relative to the magnitude of the bounds
shares = st.floats(0.0, 1.0)
uniforms = st.floats(SMALLEST_UNIFORM, 1.0 - 2.0**-53)


@st.composite
def families(draw) -> Family:
    """Any family with any numbers, modes on bounds included."""
    name = draw(st.sampled_from(sorted({case.family.family for case in CASES} - {"shifted_lognormal"})))
    if name == "normal":
        return FAMILIES[name](mean=draw(st.floats(-1e6, 1e6)), sd=draw(st.floats(1e-3, 1e6)))
    if name == "lognormal":
        return FAMILIES[name](median=draw(magnitudes), sigma=draw(st.floats(1e-3, 5.0)))
    sign = draw(st.sampled_from([1.0] if "log" in name else [1.0, -1.0]))
    size = draw(magnitudes)
    low = sign * size
    high = low + draw(gaps) * size
    numbers = {"low": low, "high": high}
    if name.startswith("triangular"):
        numbers["mode"] = min(max(low + draw(shares) * (high - low), low), high)
    if name == "beta":
        numbers |= {"alpha": draw(st.floats(1.0, 1e4)), "beta": draw(st.floats(1.0, 1e4))}
    return FAMILIES[name](**numbers)


def rounding_of(family: Family, x: np.ndarray) -> np.ndarray:
    """How far the distribution function moves when x, its distance from the lower bound, or its logarithm is rounded.

    A logarithm rounded by one part in 1/eps moves x by eps x |log x|.
    """
    size = np.maximum(np.abs(x), np.abs(family.quantile(0.5)))
    spread = np.maximum(1.0, np.abs(np.log(np.maximum(size, np.finfo(float).tiny))))
    if family.to_natural(0.0) != 1.0:
        nudge = 8 * np.finfo(float).eps * size
        return family.cdf(x + nudge) - family.cdf(x - nudge)
    nudge = 8 * np.finfo(float).eps * size * spread
    return family.cdf(x + nudge) - family.cdf(np.maximum(x - nudge, np.finfo(float).tiny))


@given(families(), uniforms)
@example(FAMILIES["triangular"](low=70e3, mode=75e3, high=75e3), 1.0 - 2.0**-53)
@example(FAMILIES["triangular"](low=70e3, mode=70e3, high=75e3), SMALLEST_UNIFORM)
@example(FAMILIES["beta"](alpha=30, beta=1), 1.0 - 2.0**-53)
@example(FAMILIES["beta"](alpha=30, beta=1), SMALLEST_UNIFORM)
@example(FAMILIES["beta"](alpha=1, beta=30), 1.0 - 2.0**-53)
@example(FAMILIES["beta"](alpha=40, beta=20), 1e-12)
def test_cdf_undoes_quantile(family, u):
    x = family.quantile(np.array([u]))
    assert abs(family.cdf(x)[0] - u) <= 1e-11 + rounding_of(family, x)[0]


@given(families(), st.lists(uniforms, min_size=2, max_size=20))
def test_quantile_rises_inside_the_support(family, probabilities):
    u = np.sort(probabilities)
    values = family.quantile(u)
    slack = 1e-12 * np.abs(values).max()
    low, high = family.support()
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -slack).all()
    assert low - slack <= values[0]
    assert values[-1] <= high + slack


@given(families(), st.floats(0.001, 0.999))
def test_quantile_is_scipys_for_any_numbers(family, u):
    oracle = oracle_of(family)
    x, expected = family.quantile(u), oracle.ppf(u)
    assert x == pytest.approx(expected, rel=1e-9, abs=1e-9 * (oracle.ppf(0.999) - oracle.ppf(0.001)))
