"""Blocks of shares: Dirichlet distributions, fixed shares, and what cannot sum to one."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, ranks
from scipy import stats

from catchup.priors import InputError, Layer
from catchup.priors.families import Dirichlet
from catchup.priors.hierarchy import MARGINAL_DRAWS, marginal_quantiles
from catchup.priors.table import PriorTable, fixed_values_layer, load_prior_table
from hierarchical_cases import DRAWS, LEVEL, PACKAGED, drawn, given, rows, table, uniform


def share(concentration: float) -> str:
    return f'family = "dirichlet"\nconcentration = {concentration}'


SPLIT = '\nblock = "split"'
SHARES = {name: share(a) + SPLIT for name, a in zip("abc", (2, 3, 5), strict=True)}


@pytest.fixture(scope="module")
def shares() -> dict[str, np.ndarray]:
    return drawn(beliefs_of(table(rows(**SHARES))), ["a", "b", "c"])


def beliefs_of(found: PriorTable) -> dict[str, object]:
    return {name: quantity.distribution for name, quantity in found.quantities.items()}


def test_shares_sum_to_one_and_have_the_moments_of_a_dirichlet_distribution(shares: dict[str, np.ndarray]) -> None:
    values = np.stack([shares[name] for name in "abc"])
    np.testing.assert_allclose(values.sum(axis=0), 1.0, rtol=0, atol=1e-15)
    concentrations = np.array([2.0, 3.0, 5.0])
    mean = concentrations / 10.0
    covariance = (np.diag(mean) - np.outer(mean, mean)) / 11.0
    errors = np.sqrt(np.diag(covariance) / DRAWS)
    limit = stats.norm.isf(FALSE_ALARM / 24)
    assert (np.abs(values.mean(axis=1) - mean) < limit * errors).all()
    found = np.cov(values)
    spread = np.sqrt((covariance**2 + np.outer(np.diag(covariance), np.diag(covariance))) / DRAWS)  # of a normal one's
    assert (np.abs(found - covariance) < 1.5 * limit * spread).all()


@pytest.mark.parametrize(("name", "a"), [("a", 2.0), ("b", 3.0), ("c", 5.0)])
def test_each_share_is_beta_distributed(shares: dict[str, np.ndarray], name: str, a: float) -> None:
    oracle = stats.beta(a, 10.0 - a)
    assert stats.kstest(shares[name], oracle.cdf).pvalue > FALSE_ALARM
    found = marginal_quantiles(name, beliefs_of(table(rows(**SHARES))), [0.05, 0.5, 0.95])
    for p, quantile in zip((0.05, 0.5, 0.95), found, strict=True):
        low, high = ranks(p, MARGINAL_DRAWS)
        assert low < oracle.cdf(quantile) < high, p


def test_the_density_of_all_is_scipys(shares: dict[str, np.ndarray]) -> None:
    beliefs = beliefs_of(table(rows(**SHARES)))
    values = {name: shares[name][:200] for name in "abc"}
    found = sum(beliefs[name].given(values).log_density(values[name]) for name in "abc")
    expected = stats.dirichlet([2, 3, 5]).logpdf(np.stack([values[name] for name in "abc"]))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_last_share_takes_no_random_number() -> None:
    beliefs = beliefs_of(table(rows(**SHARES)))
    assert [beliefs[name].base for name in "abc"] == ["score", "score", None]
    assert not any(beliefs[name].certain for name in "abc")
    assert [beliefs[name].parents for name in "abc"] == [(), ("a",), ("a", "b")]


def test_a_share_that_is_fixed_leaves_the_rest_to_the_others() -> None:
    layers = [*PACKAGED, Layer.of(tomllib.loads(rows(**SHARES)), file="mine.toml")]
    layers.append(fixed_values_layer({"b": 0.25}, ["b"]))
    values = drawn(beliefs_of(load_prior_table(layers)), ["a", "b", "c"])
    np.testing.assert_allclose(values["a"] + values["c"], 0.75, rtol=1e-15)
    assert stats.kstest(values["a"] / 0.75, stats.beta(2, 5).cdf).pvalue > FALSE_ALARM


def test_a_share_with_a_distribution_of_its_own_takes_its_part_first() -> None:
    texts = {**SHARES, "b": uniform(0.1, 0.4) + SPLIT}
    values = drawn(beliefs_of(table(rows(**texts))), ["a", "b", "c"])
    np.testing.assert_allclose(values["a"] + values["b"] + values["c"], 1.0, rtol=0, atol=1e-15)
    assert stats.kstest(values["b"], stats.uniform(0.1, 0.3).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(values["a"] / (1.0 - values["b"]), stats.beta(2, 5).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("texts", "key", "said"),
    [
        ({"a": share(2)}, "a.block", "is missing: the name that all shares"),
        (
            {"a": SHARES["a"]},
            "a.block",
            "needs two quantities or more, at least one of family 'dirichlet'; it has a",
        ),
        (
            {"a": uniform(0, 1) + SPLIT, "b": LEVEL},
            "a.block",
            "needs two quantities",
        ),
        ({**SHARES, "a": uniform(0.5, 1) + SPLIT}, "b", "take from 0.5 to 1"),
        ({**SHARES, "a": LEVEL + SPLIT}, "b", "the others of block 'split' take from 0 to inf"),
        (
            {**SHARES, "a": share(0.5) + SPLIT},
            "a.concentration",
            "at least 1",
        ),
        (
            {**SHARES, "a": uniform(0, given("c")) + SPLIT},
            "a",
            "in a circle: a on c on a",
        ),
    ],
)
def test_blocks_that_cannot_sum_to_one(texts: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        table(rows(**texts))
    assert (caught.value.file, caught.value.key) == ("mine.toml", f"quantity.{key}")
    assert said in caught.value.problem


def test_a_share_is_no_part_of_another_distribution() -> None:
    inner = '{family = "dirichlet", concentration = 2}'
    with pytest.raises(InputError, match="a share of a block is a quantity"):
        table(rows(a=f'family = "truncated"\nlow = 0.1\nof = {inner}'))


def test_concentrations_are_checked() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Dirichlet(concentration=0.5)
