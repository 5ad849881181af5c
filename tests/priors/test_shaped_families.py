"""Families without a base of their own: quantiles, distribution functions and densities against oracles."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special, stats

from catchup.priors.families import FAMILIES, Based, Dirichlet, Empirical, Family, Fixed, Normal, Truncated
from catchup.priors.families.checks import check_forms, check_graph_form
from catchup.priors.families.empirical import FEWEST_DRAWS
from catchup.priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM
from shaped_cases import CASES, Case

EXTREMES = np.array([1e-12, 1e-9, 1e-6, 1e-3])
PROBABILITIES = np.concatenate([EXTREMES, np.linspace(0.01, 0.99, 99), 1.0 - EXTREMES[::-1]])
CLOSE = 1e-9  # relative to the value or to the distance of quartiles: a table is made to 2e-11 of its coordinate
EPSILON = np.finfo(float).eps


def parametrised(test):
    return pytest.mark.parametrize("case", CASES, ids=str)(test)


def slack(case: Case, x: np.ndarray) -> np.ndarray:
    """What a value may be off by: tables' tolerance, and a probability rounded near one."""
    quartiles = case.oracle.ppf(np.array([0.25, 0.75]))
    with np.errstate(divide="ignore"):
        rounding = 2.0 * EPSILON / case.oracle.pdf(x)
    return CLOSE * (np.abs(x) + np.ptp(quartiles)) + np.where(np.isfinite(rounding), rounding, 0.0)


@parametrised
def test_quantiles_are_the_oracles(case: Case) -> None:
    if case.name.startswith("skew"):
        # an oracle of distribution functions, and a slow one: each quantile is to have its probability
        few = PROBABILITIES[::6]
        np.testing.assert_allclose(case.oracle.cdf(case.family.quantile(few)), few, rtol=1e-8, atol=4 * EPSILON)
        return
    expected = case.oracle.ppf(PROBABILITIES)
    wrong = np.abs(case.family.quantile(PROBABILITIES) - expected) / slack(case, expected)
    assert wrong.max() < 1.0, PROBABILITIES[wrong.argmax()]


@parametrised
def test_distribution_functions_are_the_oracles(case: Case) -> None:
    x = case.family.quantile(PROBABILITIES[::6])
    expected = case.oracle.cdf(x)
    # four standard deviations out SciPy's distribution function is off by as much as 15 of its last digits
    np.testing.assert_allclose(case.family.cdf(x), expected, rtol=1e-8, atol=16 * EPSILON)
    np.testing.assert_allclose(case.family.sf(x)[10:], 1.0 - expected[10:], rtol=1e-8, atol=4 * EPSILON)


@parametrised
def test_densities_are_the_oracles(case: Case) -> None:
    x = case.family.quantile(PROBABILITIES)
    np.testing.assert_allclose(np.exp(case.family.log_pdf(x)), case.oracle.pdf(x), rtol=1e-7)


@parametrised
def test_distribution_function_undoes_the_quantile_function(case: Case) -> None:
    x = case.family.quantile(PROBABILITIES)
    assert (np.diff(x) > 0.0).all()
    rounded = case.family.cdf(x * (1 + 4 * EPSILON)) - case.family.cdf(x * (1 - 4 * EPSILON))
    assert (np.abs(case.family.cdf(x) - PROBABILITIES) <= 1e-12 * PROBABILITIES + 4 * EPSILON + np.abs(rounded)).all()


@parametrised
def test_all_that_is_ever_drawn_is_finite_and_inside_the_support(case: Case) -> None:
    low, high = case.family.support()
    lowest, highest = case.family.extremes()
    assert low <= lowest < highest <= high
    assert lowest != 0.0 or highest != 0.0  # what is above 0 may be divided by
    ends = case.family.quantile(np.array([SMALLEST_UNIFORM, LARGEST_UNIFORM]))
    np.testing.assert_allclose([lowest, highest], ends, rtol=1e-9)
    assert np.isfinite(case.family.log_density(np.array([lowest, highest]))).all()


@parametrised
def test_density_is_nothing_outside_the_support(case: Case) -> None:
    ends = [end + side for end, side in zip(case.family.support(), (-1.0, 1.0), strict=True) if np.isfinite(end)]
    assert np.isneginf(case.family.log_pdf(np.array(ends))).all()
    assert set(case.family.cdf(np.array(ends))) <= {0.0, 1.0}


@parametrised
def test_quantile_leaves_its_argument_alone(case: Case) -> None:
    """The forward simulation overwrites the probabilities with another quantity's."""
    given = PROBABILITIES.copy()
    assert not np.shares_memory(case.family.quantile(given), given)
    np.testing.assert_array_equal(given, PROBABILITIES)


@parametrised
def test_a_single_probability_is_answered_as_one_of_many(case: Case) -> None:
    assert case.family.quantile(0.3) == pytest.approx(case.family.quantile(np.array([0.3]))[0], rel=1e-12)


@pytest.fixture(scope="module")
def graphs():
    """Value and slope of every family at normal scores, and value at ranks, as the PyMC model works them out."""
    z = pt.vector("z", dtype="float64")
    values = [case.family.at_score(pt, z) for case in CASES]
    at_ranks = [case.family.quantile_in(pt, z) for case in CASES]
    at_scores = pytensor.function([z], [*values, *(pt.grad(value.sum(), z) for value in values)], mode="FAST_COMPILE")
    return at_scores, pytensor.function([z], at_ranks, mode="FAST_COMPILE")


def test_the_graph_has_the_same_quantiles(graphs) -> None:
    for case, found in zip(CASES, graphs[1](PROBABILITIES), strict=True):
        x = case.family.quantile(PROBABILITIES)
        rounding = 4.0 * EPSILON * np.exp(-case.family.log_pdf(x))
        quartiles = case.family.quantile(np.array([0.25, 0.75]))
        assert (np.abs(found - x) <= 1e-11 * (np.abs(x) + np.ptp(quartiles)) + rounding).all(), case


def test_the_graph_has_the_same_density(graphs) -> None:
    """What is sampled is the score: the density of the quantity is the score's, over the slope."""
    scores = special.ndtri(PROBABILITIES)
    found = graphs[0](scores)
    for case, x, slope in zip(CASES, found[: len(CASES)], found[len(CASES) :], strict=True):
        density = stats.norm.logpdf(scores) - np.log(slope)
        # where the density has no slope, or two; and where there is next to none, in between
        corners = {"with-corners": 0.02, "with-steps": 0.05, "far-apart": 0.01}.get(case.name, 0.0)
        wrong = np.abs(density - case.family.log_pdf(x)) > 1e-6
        assert wrong.mean() <= corners, case


def test_values_and_slopes_are_finite_wherever_a_sampler_goes(graphs) -> None:
    found = graphs[0](np.array([-40.0, -12.0, -8.4, -8.2, -5.0, 0.0, 5.0, 8.2, 8.4, 12.0, 40.0]))
    for index, column in enumerate(found):
        assert np.isfinite(column).all(), CASES[index % len(CASES)]
    for case, slope in zip(CASES, found[len(CASES) :], strict=True):
        assert (slope >= 0.0).all(), case
        assert (slope[4:7] > 0.0).all(), case


@parametrised
def test_they_pass_what_is_asked_of_a_family_of_ones_own(case: Case) -> None:
    check_forms(case.family, key="own")
    check_graph_form(case.family, key="own")


def test_every_family_has_a_case() -> None:
    based = {family for family in FAMILIES.values() if issubclass(family, Based)}
    assert {type(case.family) for case in CASES} | based | {Fixed, Dirichlet} == set(FAMILIES.values())


@parametrised
def test_a_row_of_toml_says_it_all(case: Case) -> None:
    row = case.family.as_row()
    assert FAMILIES[row.pop("family")].model_validate(row) == case.family


# draws


def test_draws_come_back_as_their_distribution() -> None:
    """By the two-sample test: fitted to some draws, compared with others."""
    rng = np.random.default_rng(20261101)
    fitted, others = rng.gamma(3.0, 2.0, 20_000), rng.gamma(3.0, 2.0, 20_000)
    found = Empirical(draws=fitted, low=0.0)
    assert stats.kstest(others, found.cdf).pvalue > 1e-6
    assert stats.kstest(others + 0.15, found.cdf).pvalue < 1e-6  # a shift of a thirtieth of the sd is seen
    assert len(found.quantiles) < 100


def test_stated_quantiles_are_kept() -> None:
    pairs = [[0.05, 1.2], [0.2, 1.3], [0.5, 1.9], [0.9, 5.0]]
    found = Empirical(quantiles=pairs, low=1.0)
    np.testing.assert_allclose(found.quantile(np.array([p for p, _ in pairs])), [x for _, x in pairs], rtol=1e-14)


@pytest.mark.parametrize("count", [FEWEST_DRAWS, 400, 100_000])
def test_the_density_of_draws_is_as_smooth_as_their_number_allows(count: int) -> None:
    """The height of a piece is off by one over the root of the number of draws in it, or in one beside it."""
    found = Empirical(draws=np.random.default_rng(count).standard_normal(count))
    probabilities, ends = np.array(found.quantiles).T
    inside = np.diff(probabilities) * count
    fewest = np.minimum(inside, np.minimum(np.append(inside[1:], inside[-1]), np.insert(inside[:-1], 0, inside[0])))
    assert fewest.min() >= 5
    x = 0.5 * (ends[:-1] + ends[1:])
    # five errors are passed in less than one of a million pieces
    assert (np.abs(found.log_pdf(x) - stats.norm.logpdf(x)) < 5.0 / np.sqrt(fewest)).all()


def test_truncation_of_a_truncation_is_one() -> None:
    twice = Truncated(of=Truncated(of=Normal(mean=0, sd=1), low=-1), high=2)
    once: Family = Truncated(of=Normal(mean=0, sd=1), low=-1, high=2)
    np.testing.assert_allclose(twice.quantile(PROBABILITIES), once.quantile(PROBABILITIES), rtol=1e-10, atol=1e-12)
