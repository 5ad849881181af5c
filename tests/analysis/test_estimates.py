"""Every MCSE covers the truth as often as it says, whatever the draws are."""

from collections.abc import Callable

import numpy as np
import pytest
from false_alarms import covers
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, stats
from scipy.stats import qmc

from catchup.analysis.inference.differences import error_of_difference, paired_differences, quantile_shift
from catchup.analysis.inference.estimates import TAIL_DRAWS, Distribution, Estimate, Weighting
from catchup.analysis.inference.quantiles import density_between, half_widths

REPETITIONS = 600
SKEWED = stats.gamma(2.0)
SOBOL = qmc.Sobol(2, scramble=False).random(64)
Maker = Callable[[np.random.Generator], Distribution]


def independent(rng: np.random.Generator) -> Distribution:
    return Distribution(rng.gamma(2.0, size=1_000), Weighting(1_000))


def weighted(rng: np.random.Generator) -> Distribution:
    """Draws from a gamma of another scale, reweighted."""
    values = rng.gamma(2.0, 1.25, size=2_000)
    weights = np.exp(-0.2 * values)
    return Distribution(values, Weighting(2_000, weights=weights / weights.sum()))


def scrambled(rng: np.random.Generator, scale: float = 1.0) -> Distribution:
    """Sixteen random shifts of one Sobol sequence in two dimensions; the sum of two exponentials."""
    points = (SOBOL + rng.random((16, 1, 2))).reshape(-1, 2) % 1.0
    return Distribution(-scale * np.log1p(-np.minimum(points, 1 - 1e-12)).sum(axis=1), Weighting(1_024, replicates=16))


def scrambled_and_weighted(rng: np.random.Generator) -> Distribution:
    values = scrambled(rng, 1.25).values
    weights = np.exp(-0.2 * values)
    return Distribution(values, Weighting(1_024, weights=weights / weights.sum(), replicates=16))


def chained(rng: np.random.Generator) -> Distribution:
    """Four chains; half the sum of the squares of four autoregressive normals."""
    normals = signal.lfilter([0.6], [1.0, -0.8], rng.normal(size=(4, 4, 600)), axis=-1)[..., 100:]
    return Distribution(0.5 * (normals**2).sum(axis=0).ravel(), Weighting(2_000, chains=4))


KINDS: dict[str, tuple[Maker, int | None]] = {
    "independent": (independent, None),
    "weighted": (weighted, None),
    "scrambled": (scrambled, 15),
    "scrambled and weighted": (scrambled_and_weighted, 15),
    "chained": (chained, None),
}
FIGURES: dict[str, tuple[Callable[[Distribution], Estimate], float]] = {
    "mean": (lambda d: d.mean, SKEWED.mean()),
    "5%": (lambda d: d.quantile(0.05), SKEWED.ppf(0.05)),
    "median": (lambda d: d.quantile(0.5), SKEWED.ppf(0.5)),
    "95%": (lambda d: d.quantile(0.95), SKEWED.ppf(0.95)),
    "probability": (lambda d: d.probability_below(1.0), SKEWED.cdf(1.0)),
}


def repeat(kind: str) -> dict[str, tuple[list[float], list[float]]]:
    make = KINDS[kind][0]
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in FIGURES}
    for rng in np.random.default_rng(20260224).spawn(REPETITIONS):
        distribution = make(rng)
        for name, (figure, truth) in FIGURES.items():
            estimate = figure(distribution)
            found[name][0].append(estimate.value - truth)
            found[name][1].append(estimate.mcse)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_cover_the_truth(kind: str) -> None:
    missed = [name for name, (errors, mcses) in repeat(kind).items() if not covers(errors, mcses, KINDS[kind][1])]
    assert not missed


@pytest.mark.parametrize("factor", [0.75, 1.35])
def test_a_wrong_error_is_noticed(factor: float) -> None:
    errors, mcses = repeat("independent")["median"]
    assert not covers(errors, factor * np.array(mcses))


def test_a_shift_on_common_draws_has_its_own_error() -> None:
    errors, mcses, apart = [], [], []
    for rng in np.random.default_rng(7).spawn(REPETITIONS):
        values = rng.gamma(2.0, size=1_000)
        weighting = Weighting(1_000)
        before = Distribution(values, weighting)
        after = Distribution(values + 0.5 + 0.2 * rng.random(1_000), weighting)
        shift = quantile_shift(after, before, 0.75)
        errors.append(shift.value - (_quantile_with_noise(0.75) - SKEWED.ppf(0.75)))
        mcses.append(shift.mcse)
        apart.append(np.hypot(after.quantile(0.75).mcse, before.quantile(0.75).mcse))
    assert covers(errors, mcses)
    assert np.mean(mcses) < 0.4 * np.mean(apart)


def _quantile_with_noise(p: float) -> float:
    """Quantile of the gamma plus 0.5 plus a uniform on (0, 0.2), by quadrature and bisection."""
    from scipy.optimize import brentq

    nodes, weights = np.polynomial.legendre.leggauss(20)

    def excess(value: float) -> float:
        return float((weights / 2 * SKEWED.cdf(value - 0.5 - 0.1 * (nodes + 1))).sum() - p)

    return float(brentq(excess, 0.0, 50.0))


@given(st.integers(0, 2**32), st.integers(1, 200), st.floats(0.001, 0.999))
def test_quantiles_are_numpys(seed: int, draws: int, p: float) -> None:
    values = np.random.default_rng(seed).normal(size=draws)
    found = Distribution(values, Weighting(draws)).quantile_value(p)
    assert found == pytest.approx(np.quantile(values, p, method="hazen"), rel=1e-12, abs=1e-12)


@given(st.integers(0, 2**32), st.floats(0.01, 0.99))
def test_equal_weights_change_nothing(seed: int, p: float) -> None:
    values = np.random.default_rng(seed).normal(size=500)
    plain = Distribution(values, Weighting(500))
    weighted_ = Distribution(values, Weighting(500, weights=np.full(500, 1 / 500)))
    assert weighted_.quantile(p).value == pytest.approx(plain.quantile(p).value, rel=1e-9)
    # where the quantile is a draw itself, rounding of the weights may put that draw on either side of it
    one_draw = 0.5 / (values.size * min(p, 1.0 - p))
    assert weighted_.quantile(p).mcse == pytest.approx(plain.quantile(p).mcse, rel=2e-3 + one_draw)
    assert weighted_.mean.mcse == pytest.approx(plain.mean.mcse, rel=1e-9)
    assert weighted_.sd == pytest.approx(plain.sd, rel=1e-9)


def test_draws_without_weight_do_not_count() -> None:
    values = np.array([1.0, 2.0, 3.0, 100.0])
    counted = Distribution(values, Weighting(4, weights=np.array([1, 1, 1, 0]) / 3))
    assert counted.mean.value == pytest.approx(2.0)
    assert counted.effective_draws == pytest.approx(3.0)
    assert counted.quantile_value(0.5) == pytest.approx(2.0)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_too_few_draws_are_said(p: float) -> None:
    needed = round(TAIL_DRAWS / min(p, 1 - p))
    enough, few = np.arange(float(needed)), np.arange(float(needed - 1))
    assert Distribution(enough, Weighting(enough.size)).quantile(p).meaningful
    assert not Distribution(few, Weighting(few.size)).quantile(p).meaningful


def test_a_single_draw_has_no_error_to_speak_of() -> None:
    alone = Distribution(np.array([3.0]), Weighting(1))
    assert alone.quantile(0.5) == Estimate(3.0, np.inf, meaningful=False)


def test_one_value_throughout_has_none() -> None:
    same = Distribution(np.full(400, 3.0), Weighting(400, chains=4))
    assert same.quantile(0.5) == Estimate(3.0, 0.0)
    assert same.mean == Estimate(3.0, 0.0)


def test_two_draws_have_an_error() -> None:
    pair = Weighting(2)
    contributions = pair.contributions(np.array([10.0, 20.0]))
    assert pair.error_of_sum(contributions) == pytest.approx(stats.sem([10.0, 20.0]))


def test_a_density_beside_what_never_happens_is_taken_from_nearer_by() -> None:
    def density(p: float) -> float:
        widths = half_widths(p, 1e6)
        return density_between(
            widths, *(np.where(ends < 0.52, 2.0 * ends, np.inf) for ends in (p - widths, p + widths))
        )

    # a hundredth on either side at first, two thousandths where that reaches what never happens
    assert density(0.515) == pytest.approx(0.5)
    assert density(0.5195) == 0.0


def test_one_pair_of_draws_says_nothing_of_an_error() -> None:
    pair = Weighting(2, weights=np.array([0.25, 0.75]), replicates=1)
    assert pair.estimate(np.array([10.0, 20.0])) == Estimate(17.5, np.inf)


@pytest.mark.parametrize("weighting", [Weighting(1_000), Weighting(1_000, weights=np.full(1_000, 1e-3))])
def test_what_may_never_happen_has_an_infinite_error(weighting: Weighting) -> None:
    values = np.random.default_rng(1).normal(size=1_000)
    values[:200] = np.inf
    never = Distribution(values, weighting)
    assert never.quantile(0.9) == Estimate(np.inf, np.inf)
    assert np.isinf(never.quantile(0.799).mcse)  # too near the brink for an error of its own
    assert never.mean == Estimate(np.inf, np.inf)
    assert never.sd == np.inf
    assert 0.0 < never.quantile(0.4).mcse < 0.2
    assert never.probability_below(np.inf).value == pytest.approx(0.8)
    assert np.isinf(quantile_shift(never, Distribution(values - 1.0, weighting), 0.9).mcse)


def test_draws_without_weight_have_no_say() -> None:
    values, weights = np.array([1.0, 2.0, 3.0, 1_000.0]), np.array([1.0, 1.0, 1.0, 0.0]) / 3.0
    found = Distribution(values, Weighting(4, weights))
    without = Distribution(values[:3], Weighting(3, weights[:3]))
    assert found.quantile_value(0.9) == 3.0
    for p in (0.01, 0.3, 0.5, 0.6, 0.99):
        assert found.quantile_value(p) == without.quantile_value(p)


def test_a_draw_that_never_comes_and_has_no_weight_makes_nothing_infinite() -> None:
    found = Distribution(np.array([-np.inf, 1.0, 2.0, np.inf]), Weighting(4, np.array([0.0, 0.5, 0.5, 0.0])))
    assert [found.quantile_value(p) for p in (0.001, 0.25, 0.75, 0.999)] == [1.0, 1.0, 2.0, 2.0]
    without = Distribution(np.array([0.0, 1.0, 2.0, 0.0]), found.weighting)
    assert (found.mean, found.sd) == (without.mean, without.sd)
    assert found.sd == 0.5


def test_draws_that_only_come_in_one_world_are_infinitely_far_from_the_other() -> None:
    months = [8.0, 9.5, np.inf, np.inf], [np.inf, 9.0, 9.0, np.inf]
    after, before = (Distribution(np.array(each), Weighting(4)) for each in months)
    assert paired_differences(after, before).tolist() == [-np.inf, 0.5, np.inf, 0.0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Weighting(100), Weighting(50)),  # fewer draws
        (Weighting(100), Weighting(100, chains=4)),  # of Markov chains
        (Weighting(100, replicates=10), Weighting(100, replicates=4)),  # replicates that do not hold one another
    ],
)
def test_estimates_whose_draws_cannot_be_paired_are_independent(one: Weighting, other: Weighting) -> None:
    rng = np.random.default_rng(1)
    adds = rng.standard_normal(one.draws), rng.standard_normal(other.draws)
    independent = np.hypot(one.error_of_sum(adds[0]), other.error_of_sum(adds[1]))
    assert error_of_difference(one, other, *adds) == pytest.approx(independent)


def test_estimates_of_one_set_of_replicates_share_their_errors() -> None:
    """Replicates of the larger size are what is independent in both."""
    common = np.random.default_rng(1).standard_normal(100)
    paired = error_of_difference(Weighting(100, replicates=10), Weighting(100, replicates=20), common, common)
    assert paired == 0.0


def test_chains_that_something_is_given_in_count_as_little_as_they_mix() -> None:
    rng = np.random.default_rng(21)
    walk = signal.lfilter([1.0], [1.0, -0.99], rng.normal(size=(4, 3_000)), axis=-1)[:, 1_000:].ravel()
    whole = Distribution(walk, Weighting(8_000, chains=4))
    every, half = whole.given(np.ones(8_000, dtype=bool)), whole.given(np.arange(8_000) % 2 == 0)
    assert every is not None
    assert half is not None
    assert whole.effective_draws < 200.0
    assert every.effective_draws == pytest.approx(whole.effective_draws)
    assert half.effective_draws == pytest.approx(0.5 * whole.effective_draws)
