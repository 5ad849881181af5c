"""Sobol indices and rank correlations against functions whose indices are known, and their MCSEs against coverage."""

from collections.abc import Callable

import numpy as np
import pytest
from false_alarms import covers, widest
from scipy import signal, stats

from catchup.analysis.inference.estimates import Estimate, Weighting
from catchup.analysis.studies.sensitivity.rank_correlation import rank_correlations
from catchup.analysis.studies.sensitivity.variance import REPLICATES, first_order_from_draws, leading, sobol_from_design
from catchup.priors.families import Normal, Triangular, Uniform

REPETITIONS = 300


def ishigami(values: dict[str, np.ndarray]) -> np.ndarray:
    x, y, z = values["x"], values["y"], values["z"]
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


# Ishigami and Homma (1990), with a = 7 and b = 0.1
VARIANCE = 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.0]) / VARIANCE
ALONE_TOGETHER = 0.01 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE  # what x and z do only together
TOTAL = FIRST + np.array([ALONE_TOGETHER, 0.0, ALONE_TOGETHER])


def test_design_finds_ishigamis_indices() -> None:
    around = Uniform(low=-np.pi, high=np.pi)
    found = sobol_from_design(ishigami, dict.fromkeys("xyz", around), np.random.default_rng(1))
    assert [index.quantity for index in found] == ["x", "y", "z"]
    for index, first, total in zip(found, FIRST, TOTAL, strict=True):
        assert index.total is not None
        assert abs(index.first.value - first) <= widest(index.first.mcse, REPLICATES - 1)
        assert abs(index.total.value - total) <= widest(index.total.mcse, REPLICATES - 1)
        assert 0.0 < index.first.mcse < 0.01
        assert 0.0 < index.total.mcse < 0.01


def test_design_follows_each_quantitys_own_distribution() -> None:
    beliefs = {"narrow": Normal(mean=5.0, sd=1.0), "wide": Triangular(low=0.0, mode=0.0, high=9.0)}
    variances = np.array([4.0 * 1.0, 81.0 / 18.0])
    found = sobol_from_design(lambda v: 2.0 * v["narrow"] - v["wide"], beliefs, np.random.default_rng(2))
    for index, share in zip(found, variances / variances.sum(), strict=True):
        assert index.total is not None
        assert abs(index.first.value - share) <= widest(index.first.mcse, REPLICATES - 1)
        assert abs(index.total.value - share) <= widest(index.total.mcse, REPLICATES - 1)
        assert index.first.mcse < 0.01


@pytest.mark.parametrize("repetitions", [30, pytest.param(REPETITIONS, marks=pytest.mark.slow)])
def test_design_errors_cover(repetitions: int) -> None:
    around = Uniform(low=-np.pi, high=np.pi)
    found = [
        sobol_from_design(ishigami, dict.fromkeys("xyz", around), rng, points=128)
        for rng in np.random.default_rng(3).spawn(repetitions)
    ]
    for index in range(2):
        first = [run[index].first for run in found]
        assert covers([e.value - FIRST[index] for e in first], [e.mcse for e in first], REPLICATES - 1)


def independent(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    return rng.normal(size=(3, 2_000)), Weighting(2_000)


def weighted(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    normals = 1.2 * rng.normal(size=(3, 4_000))
    weights = np.exp(-0.5 * (1 - 1 / 1.2**2) * (normals**2).sum(axis=0))
    return normals, Weighting(4_000, weights=weights / weights.sum())


def chained(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    normals = signal.lfilter([0.8], [1.0, -0.6], rng.normal(size=(3, 4, 1_050)), axis=-1)[..., 50:]
    return normals.reshape(3, -1), Weighting(4_000, chains=4)


@pytest.mark.parametrize("kind", [independent, weighted, chained])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_given_data_finds_the_indices_of_a_sum(
    kind: Callable[[np.random.Generator], tuple[np.ndarray, Weighting]], correlation: float
) -> None:
    """Of 2 x + y + noise with x and y correlated normals, E[. | x] and E[. | y] are lines."""
    variance = 4.0 + 1.0 + 4.0 * correlation + 1.0
    truth = {"x": (2.0 + correlation) ** 2 / variance, "y": (1.0 + 2.0 * correlation) ** 2 / variance, "z": 0.0}
    errors: dict[str, list[float]] = {name: [] for name in truth}
    mcses: dict[str, list[float]] = {name: [] for name in truth}
    for rng in np.random.default_rng(11).spawn(REPETITIONS):
        (x, other, noise), weighting = kind(rng)
        y = correlation * x + np.sqrt(1 - correlation**2) * other
        unrelated = rng.normal(size=x.size)
        found = first_order_from_draws({"x": x, "y": y, "z": unrelated}, 2.0 * x + y + noise, weighting)
        for index in found:
            assert index.total is None
            errors[index.quantity].append(index.first.value - truth[index.quantity])
            mcses[index.quantity].append(index.first.mcse)
    assert covers(errors["x"], mcses["x"])
    assert covers(errors["y"], mcses["y"])
    # at an index of zero the first-order error vanishes; the estimate must still be about zero and not biased
    spread = np.std(errors["z"], ddof=1)
    assert abs(np.mean(errors["z"])) <= widest(float(spread / np.sqrt(REPETITIONS)))
    assert spread < 0.01


def test_given_data_sees_what_is_not_monotone() -> None:
    x, noise = np.random.default_rng(4).normal(size=(2, 20_000))
    ((index),) = first_order_from_draws({"x": x}, x**2 + noise, Weighting(20_000))
    assert abs(index.first.value - 2.0 / 3.0) <= widest(index.first.mcse)
    assert index.first.mcse < 0.02


def test_nothing_varies() -> None:
    (index,) = first_order_from_draws({"x": np.arange(50.0)}, np.ones(50), Weighting(50))
    assert (index.first.value, index.first.mcse) == (0.0, 0.0)
    assert rank_correlations({"x": np.arange(50.0)}, np.ones(50), Weighting(50))["x"].value == 0.0


@pytest.mark.parametrize("draws", [3, 10, 40])
def test_few_draws_do_not_break_the_estimator(draws: int) -> None:
    x = np.random.default_rng(6).normal(size=draws)
    (index,) = first_order_from_draws({"x": x}, x, Weighting(draws))
    assert np.isfinite(index.first.value)


def test_the_largest_leads() -> None:
    found = sobol_from_design(ishigami, dict.fromkeys("xyz", Uniform(low=-np.pi, high=np.pi)), np.random.default_rng(1))
    assert [index.quantity for index in leading(found)] == ["x", "y", "z"]
    x, y = np.random.default_rng(1).normal(size=(2, 500))
    from_draws = first_order_from_draws({"x": x, "y": y}, x + 3 * y, Weighting(500))
    assert [index.quantity for index in leading(from_draws)] == ["y", "x"]


@pytest.mark.parametrize("decimals", [6, 0])
def test_rank_correlation_is_scipys(decimals: int) -> None:
    """Rounded to whole numbers, the draws tie."""
    x, noise = np.random.default_rng(8).normal(size=(2, 400))
    x, y = np.round(x, decimals), np.round(x + noise, decimals)
    assert rank_correlations({"x": x}, y, Weighting(400))["x"].value == pytest.approx(
        stats.spearmanr(x, y).statistic, abs=1e-12
    )


def test_weights_count_draws() -> None:
    rng = np.random.default_rng(9)
    x, noise = rng.normal(size=(2, 200))
    counts = rng.integers(0, 5, size=200)
    repeated = stats.spearmanr(np.repeat(x, counts), np.repeat(x + noise, counts)).statistic
    weighting = Weighting(200, weights=counts / counts.sum())
    found = rank_correlations({"x": x}, x + noise, weighting)["x"]
    assert found.value == pytest.approx(repeated, abs=1e-12)


@pytest.mark.parametrize("kind", [independent, weighted, chained])
def test_rank_correlations_errors_cover(kind: Callable[[np.random.Generator], tuple[np.ndarray, Weighting]]) -> None:
    correlation = 0.7
    truth = 6 / np.pi * np.arcsin(correlation / 2)  # Kruskal (1958)
    errors, mcses = [], []
    for rng in np.random.default_rng(10).spawn(REPETITIONS):
        (x, other, _), weighting = kind(rng)
        y = correlation * x + np.sqrt(1 - correlation**2) * other
        found = rank_correlations({"x": x}, y, weighting)["x"]
        errors.append(found.value - truth)
        mcses.append(found.mcse)
    assert covers(errors, mcses)


@pytest.mark.parametrize(("effect", "share"), [(1.0, 1.0), (0.0, 0.0)])
def test_one_quantity_alone_has_all_of_the_variance_or_none(effect: float, share: float) -> None:
    found = sobol_from_design(
        lambda values: effect * values["one"] ** 2, {"one": Normal(mean=0.0, sd=1.0)}, np.random.default_rng(1)
    )
    assert [(index.quantity, index.first, index.total) for index in found] == [
        ("one", Estimate(share, 0.0), Estimate(share, 0.0))
    ]
