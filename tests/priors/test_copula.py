"""The copula against SciPy's multivariate normal distribution, and the draws that it makes against what was asked.

Seeds are fixed. Each statistic is held to what chance explains at a false-alarm rate of one in a million in all.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from catchup.priors.copula import Copula, Group, group_by_dependence, is_possible, pearson_of, spearman_of
from catchup.priors.families import Family
from family_cases import CASES, oracle_of

FALSE_ALARM = 1e-6
DRAWS = 20_000
NAMES = ("a", "b", "c", "d")
RANKS = {("a", "b"): 0.5, ("b", "c"): -0.3, ("a", "c"): 0.2, ("c", "d"): 0.8}


def group() -> Group:
    (only,) = group_by_dependence(NAMES, RANKS)
    return only


def coupled(rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    uniforms = rng.random((len(NAMES), draws))
    return np.stack(Copula((group(),)).couple(NAMES, uniforms))


def test_spearman_and_pearson_by_quadrature() -> None:
    """Spearman's correlation is 12 E[F(X) G(Y)] - 3; here the expectation is worked out on a grid of normal scores."""
    points, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    for pearson in (-0.95, -0.4, 0.0, 0.1, 0.7, 0.95):
        other = pearson * points[:, None] + np.sqrt(1.0 - pearson**2) * points[None, :]
        product = stats.norm.cdf(points)[:, None] * stats.norm.cdf(other)
        spearman = 12.0 * float(weights @ product @ weights) - 3.0
        assert spearman_of(pearson) == pytest.approx(spearman, abs=1e-6)
        assert pearson_of(spearman_of(pearson)) == pytest.approx(pearson, abs=1e-14)
    assert pearson_of(1.0) == pytest.approx(1.0)


def test_each_coupled_uniform_is_uniform_by_itself() -> None:
    for name, row in zip(NAMES, coupled(np.random.default_rng(1)), strict=True):
        assert ((row > 0.0) & (row < 1.0)).all()
        assert stats.kstest(row, "uniform").pvalue > FALSE_ALARM / len(NAMES), name


def test_rank_correlations_are_as_asked() -> None:
    draws = 100_000
    rows = dict(zip(NAMES, coupled(np.random.default_rng(2), draws), strict=True))
    for one, other in itertools.combinations(NAMES, 2):
        asked = RANKS.get((one, other), 0.0)
        found = stats.spearmanr(rows[one], rows[other]).statistic
        # Bonett and Wright (2000): standard error of Fisher's z of a rank correlation
        error = np.sqrt((1.0 + asked**2 / 2.0) / (draws - 3))
        assert abs(np.arctanh(found) - np.arctanh(asked)) < stats.norm.isf(FALSE_ALARM / 12) * error, (one, other)


def test_what_is_in_no_group_or_first_in_one_is_left_alone() -> None:
    uniforms = np.random.default_rng(3).random((6, 1_000))
    names = ("x", "d", "a", "b", "y", "c")
    found = Copula((group(),)).couple(names, uniforms)
    for index, name in enumerate(names):
        assert np.array_equal(found[index], uniforms[index]) == (name in ("x", "a", "y")), name
    assert Copula().couple(names, uniforms) is uniforms
    assert Copula((group(),)).couple(("x", "y"), uniforms) is uniforms


def test_ranks_never_reach_0_or_1() -> None:
    ends = np.array([2.0**-55, 1.0 - 2.0**-53])
    uniforms = np.array(list(itertools.product(ends, repeat=4))).T
    found = np.stack(Copula((group(),)).couple(NAMES, uniforms))
    assert ((found > 0.0) & (found < 1.0)).all()


def test_log_density_is_that_of_scipys_multivariate_normal() -> None:
    ranks = np.random.default_rng(4).random((4, 500))
    scores = stats.norm.ppf(ranks)
    expected = stats.multivariate_normal(cov=group().pearson).logpdf(scores.T) - stats.norm.logpdf(scores).sum(axis=0)
    np.testing.assert_allclose(group().log_density(list(ranks)), expected, rtol=1e-10, atol=1e-10)


def test_log_density_is_of_a_distribution() -> None:
    """The mean of the density over independent uniforms is 1."""
    small = {("a", "b"): 0.3, ("b", "c"): -0.2}
    (mild,) = group_by_dependence(NAMES, small)
    density = np.exp(mild.log_density(list(np.random.default_rng(5).random((3, 200_000)))))
    error = density.std() / np.sqrt(density.size)
    assert abs(density.mean() - 1.0) < stats.norm.isf(FALSE_ALARM / 2) * error
    assert error < 0.01


@pytest.mark.parametrize("family", [case.family for case in CASES], ids=str)
def test_marginals_of_every_family_stay_as_they_are(family: Family) -> None:
    values = family.quantile(coupled(np.random.default_rng(6))[1])
    assert stats.kstest(values, oracle_of(family).cdf).pvalue > FALSE_ALARM / len(CASES)


def test_possible_is_positive_definite() -> None:
    assert is_possible(group())
    (singular,) = group_by_dependence("abc", {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9})
    assert not is_possible(singular)
