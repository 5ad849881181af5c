"""Each kind's density against SciPy, against PyTensor and against its own draws."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from scipy import integrate, interpolate, stats

from catchup.evidence.intervals import interval_sd
from catchup.evidence.kinds import KINDS, Clock
from catchup.evidence.kinds.kind import SMALLEST
from catchup.evidence.kinds.milestone import WIDTH
from catchup.evidence.likelihood import simulate
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from evidence_cases import DAY, doubted_items, item, one_of_each_kind

ARTICLE, CURRENT = (load_assumptions(model=model).clock(DAY) for model in ("article", "current"))
FALSE_ALARMS = 1e-3  # of each test's whole set of comparisons of draws, were the draws exact and the seed another
DRAWS = 20_000
PLAIN = Mode(linker="py", optimizer=None)  # the graph as written: nothing compiled, nothing rewritten

Array = NDArray[np.float64]
Figures = Mapping[str, float]


def scipy_silence(value: Any, prediction: Any, f: Figures) -> Any:
    """Silence is predicted by its log probability."""
    with np.errstate(divide="ignore"):
        return stats.bernoulli.logpmf(int(value), np.exp(prediction))


def scipy_milestone(value: Any, prediction: Any, f: Figures) -> Any:
    """An exponential density after readiness, a logistic curve's shoulder before; or a lognormal delay, blurred."""
    if "delay_months" not in f:
        # d - T is a smooth function of the delay, whose derivative is the logistic curve's inverse
        waited = WIDTH * np.logaddexp(0.0, (value - prediction) / WIDTH)
        delay = stats.lognorm(f["sigma"], scale=f["median_months"])
        return delay.logpdf(waited) + stats.logistic.logcdf((value - prediction) / WIDTH)
    after = stats.expon.logpdf(value, prediction, f["delay_months"])
    shoulder = 2 * stats.logistic.cdf(value, prediction, WIDTH) / f["delay_months"]
    with np.errstate(divide="ignore"):
        return np.where(value >= prediction, after, np.log(shoulder))


def scipy_claim(value: Any, prediction: Any, f: Figures) -> Any:
    if "delay_months" in f:
        known = stats.expon.cdf(f["date"], prediction, f["delay_months"])
    else:
        waited = WIDTH * np.logaddexp(0.0, (f["date"] - prediction) / WIDTH)
        known = stats.lognorm.cdf(waited, f["sigma"], scale=f["median_months"])
    seen = f["true_positive"] * known + f["false_positive"]
    return stats.bernoulli.logpmf(np.asarray(value, dtype=int), seen)


def scipy_normal(*spread: str) -> Callable[[Any, Any, Figures], Any]:
    return lambda value, prediction, f: stats.norm.logpdf(value, prediction, math.hypot(*(f[name] for name in spread)))


def scipy_cluster(value: Any, prediction: Any, f: Figures) -> Any:
    """A pool is as large with the probability that a logistic distribution of that standard deviation gives."""
    size = stats.logistic(f["log_size"], f["sd"] / stats.logistic.std())
    return np.where(value > 0.5, size.logcdf(prediction), size.logsf(prediction))


def scipy_shipment(value: Any, prediction: Any, f: Figures) -> Any:
    """Of none seen: no event of a Poisson process by then. Else a normal distribution."""
    if "unnoticed_h100e" not in f:
        return stats.norm.logpdf(value, prediction, f["sd"])
    unseen = stats.poisson.pmf(0, prediction / f["unnoticed_h100e"])
    return stats.bernoulli.logpmf(np.asarray(value, dtype=int), unseen)


def scipy_curve(value: Any, prediction: Any, f: Figures) -> Any:
    """A cubic spline about the estimate, straight beyond its ends, over its integral."""
    heights = np.array([height for name, height in f.items() if name.startswith("height_")])
    points = f["start"] + f["step"] * np.arange(heights.size)
    inner = interpolate.CubicSpline(points, heights, bc_type="natural")

    def curve(x: Any) -> Any:
        inside = np.clip(x, points[0], points[-1])
        return inner(inside) + inner(inside, 1) * (x - inside)

    ends = integrate.quad(lambda x: math.exp(curve(x)), points[0] - 60.0, points[0])[0]
    ends += integrate.quad(lambda x: math.exp(curve(x)), points[-1], points[-1] + 60.0)[0]
    cells = [integrate.quad(lambda x: math.exp(curve(x)), *pair)[0] for pair in itertools.pairwise(points)]
    return curve(prediction + f["centre"] - value) - math.log(ends + sum(cells))


def scipy_lags(value: Any, prediction: Any, f: Figures) -> Any:
    """The same, of a lag between a week and 95 months."""
    return scipy_curve(value, np.clip(prediction, math.log(0.25), math.log(95.0)), f)


TWINS: dict[str, Callable[[Any, Any, Figures], Any]] = {
    "compute_reading": scipy_normal("reading_sd", "accounting_sd"),
    "rental_spend": scipy_normal("sd"),
    "capability_lag": scipy_normal("sd"),
    "not_yet": scipy_silence,
    "milestone": scipy_milestone,
    "claim": scipy_claim,
    "training_run": scipy_normal("sd"),
    "budget_share": scipy_normal("reading_sd", "sd"),
    "quantity_reading": scipy_normal("sd"),
    "progress_estimate": scipy_normal("reading_sd", "sd"),
    "compute_stock": scipy_normal("reading_sd", "sd"),
    "cluster": scipy_cluster,
    "shipment": scipy_shipment,
    "capital_spending": scipy_normal("sd"),
    "run_started": scipy_normal("sd"),
    "run_finished": scipy_normal("sd"),
    "expert_forecast": scipy_normal("sd"),
    "policy": lambda value, prediction, f: stats.bernoulli.logpmf(int(value), 1.0) + 0.0 * prediction,  # a fact
    "efficiency_curve": scipy_curve,
    "lag_records": scipy_lags,
    "hindcast": scipy_curve,
    "frontier_score": scipy_normal("reading_sd", "sd"),
}
ITEMS = [*one_of_each_kind(), *doubted_items()]
CASES = [(case, ARTICLE) for case in ITEMS] + [
    (case, CURRENT) for case in ITEMS if case.kind.name in ("not_yet", "milestone", "claim")
]
BY_LAW = {
    "argvalues": CASES,
    "ids": [case.id if clock is ARTICLE else f"{case.id}-law" for case, clock in CASES],
}


def twin(case: Item, value: Any, prediction: Any, f: Figures) -> Any:
    """A kind's twin, and the mixture with the background that a doubted item states."""
    genuine = TWINS[case.kind.name](value, prediction, f)
    if case.doubt is None:
        return genuine
    if binary(case):
        background = stats.bernoulli.logpmf(int(value), f["background_probability"])
    else:
        background = stats.norm.logpdf(value, f["background_mean"], f["background_sd"])
        genuine = genuine - math.log1p(falling_part(case, f))
    return np.logaddexp(math.log(f["reliability"]) + genuine, math.log1p(-f["reliability"]) + background)


def falling_part(case: Item, f: Figures) -> float:
    """What a milestone's density integrates to beyond 1: its falling part before readiness."""
    milestone = case.kind.name == "milestone" and "delay_months" in f
    return 2 * WIDTH * math.log(2) / f["delay_months"] if milestone else 0.0


def binary(case: Item) -> bool:
    return case.kind.two_outcomes(case.observed)


def about(case: Item, width: float = 3.0, count: int = 401) -> Array:
    """Predictions on either side of what was observed, far into the tails."""
    if case.kind.name == "not_yet":
        return -np.concatenate([np.geomspace(1e-6, 30.0, count), [40.0, 400.0]])
    if case.event is not None and not case.kind.measures_lag:
        return np.concatenate([np.linspace(0.5, 20.0, count), [40.0, 400.0]])
    if case.kind.name == "shipment" and binary(case):
        return np.concatenate([[0.0], np.geomspace(1.0, 2e5, count)])
    if case.kind.name == "cluster":
        return case.figures(ARTICLE)["log_size"] + np.linspace(-width, width, count)
    return case.observation(ARTICLE) + np.linspace(-width, width, count)


def values(case: Item) -> list[float]:
    if case.kind.name == "policy":
        return [1.0]
    return [0.0, 1.0] if binary(case) else [case.observation(ARTICLE)]


@pytest.mark.parametrize(("case", "clock"), **BY_LAW)
def test_a_density_equals_its_twin_in_scipy(case: Item, clock: Clock) -> None:
    figures = case.figures(clock)
    prediction = about(case)
    for value in values(case):
        ours = case.log_density(np, value, prediction, figures)
        theirs = twin(case, value, prediction, figures)
        possible = np.isfinite(theirs)
        assert possible.any()
        np.testing.assert_allclose(ours[possible], theirs[possible], rtol=1e-9, atol=1e-9)
        # What SciPy calls impossible stays finite, for a sampler's sake, but out of reach.
        assert np.all(ours[~possible] < -25)  # a doubted item is possible everywhere


@pytest.mark.parametrize(("case", "clock"), **BY_LAW)
def test_numpy_and_pytensor_agree_and_gradients_are_finite(case: Item, clock: Clock) -> None:
    figures = case.figures(clock)
    names = list(figures)
    prediction, value = pt.vector("prediction"), pt.scalar("value")
    symbols = [pt.scalar(name) for name in names]
    known = dict(zip(names, symbols, strict=True))
    density = case.log_density(pt, value, prediction, known)
    normal, uniform = pt.vector("normal"), pt.vector("uniform")
    simulated = case.simulate(pt, normal, uniform, prediction, known)
    slope = pt.grad(density.sum(), prediction)
    inputs = [value, prediction, normal, uniform, *symbols]
    graph = pytensor.function(inputs, [density, slope, simulated], mode=PLAIN, on_unused_input="ignore")
    here = about(case, width=30.0)
    noise, ranks = stats.norm.ppf(grid(here.size)), np.random.default_rng(1).permutation(grid(here.size))
    for seen in values(case):
        ours, slopes, draws = graph(seen, here, noise, ranks, *figures.values())
        np.testing.assert_allclose(ours, case.log_density(np, seen, here, figures), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(draws, case.simulate(np, noise, ranks, here, figures), rtol=1e-9, atol=1e-9)
        assert np.isfinite(ours).all()
        assert np.isfinite(slopes).all()


def grid(size: int) -> Array:
    return (np.arange(size) + 0.5) / size


@pytest.mark.parametrize(("case", "clock"), [each for each in CASES if not binary(each[0])])
def test_draws_follow_the_density(case: Item, clock: Clock) -> None:
    """Kolmogorov and Smirnov's test of draws against the density, integrated numerically."""
    figures, rng = case.figures(clock), np.random.default_rng(2)
    prediction = float(np.median(about(case)))
    draws = simulate(case, np.full(DRAWS, prediction), clock, rng)
    # Fine enough for the milestone's falling side, wide enough for the longest delay.
    points = np.linspace(draws.min() - 2.0, draws.max() + 20.0, 400_001)
    density = np.exp(case.log_density(np, points, prediction, figures))
    cumulated = integrate.cumulative_trapezoid(density, points, initial=0.0)
    falling = falling_part(case, figures) if case.doubt is None else 0.0
    assert cumulated[-1] == pytest.approx(1 + falling, abs=1e-4)
    level = FALSE_ALARMS / len(ITEMS)
    assert stats.kstest(np.interp(draws, points, cumulated / cumulated[-1]), "uniform").pvalue > level


@pytest.mark.parametrize("case", [case for case in ITEMS if binary(case)], ids=lambda case: case.id)
def test_two_outcomes_come_as_often_as_they_should(case: Item) -> None:
    figures, rng = case.figures(ARTICLE), np.random.default_rng(3)
    predictions = {"not_yet": [-1e-6, -0.1, -1.0, -5.0], "claim": [1.0, 5.0, 8.0, 12.0]}.get(
        case.kind.name, list(np.quantile(about(case, width=0.5), [0.1, 0.4, 0.6, 0.9]))
    )
    for prediction in predictions:
        both = [math.exp(case.log_density(np, seen, prediction, figures)) for seen in (0.0, 1.0)]
        assert sum(both) == pytest.approx(1.0, abs=1e-9)
        ones = int(simulate(case, np.full(DRAWS, prediction), ARTICLE, rng).sum())
        level = FALSE_ALARMS / (len(ITEMS) * len(predictions))
        assert stats.binomtest(ones, DRAWS, min(both[1], 1.0)).pvalue > level


def test_an_interval_is_3_92_standard_deviations_wide_at_95_percent() -> None:
    assert interval_sd(3.92, 0.95) == pytest.approx(1.0, abs=1e-4)
    for level in (0.5, 0.8, 0.9, 0.99):
        assert interval_sd(1.0, level) == pytest.approx(1 / np.ptp(stats.norm.interval(level)), rel=1e-12)


@pytest.mark.parametrize("reliability", [0.0, 1.0])
def test_a_reading_is_all_background_or_all_genuine_at_either_end(reliability: float) -> None:
    case = item("compute_reading", likelihood__reliability=reliability)
    figures, prediction = case.figures(ARTICLE), about(case, width=1.0)
    spread = math.hypot(figures["reading_sd"], figures["accounting_sd"])
    mean, sd = (prediction, spread) if reliability else (26.8, 0.8)
    expected = np.broadcast_to(stats.norm.logpdf(case.observation(ARTICLE), mean, sd), prediction.shape)
    np.testing.assert_allclose(case.log_density(np, case.observation(ARTICLE), prediction, figures), expected)
    genuine = case.probability_genuine(prediction, ARTICLE)
    assert genuine is not None
    np.testing.assert_allclose(genuine, reliability, atol=1e-12)


@pytest.mark.parametrize("case", doubted_items(), ids=lambda case: case.id)
def test_whether_a_doubted_item_is_genuine_is_bayess_rule(case: Item) -> None:
    """Among draws near what was seen, as many are genuine as the posterior probability says."""
    figures, rng = case.figures(ARTICLE), np.random.default_rng(5)
    prediction = float(np.median(about(case, width=1.0)))
    uniform, normal = rng.random(400_000), rng.standard_normal(400_000)
    draws = case.simulate(np, normal, uniform, np.full(400_000, prediction), figures)
    seen = case.observation(ARTICLE)
    near = np.abs(draws - seen) < (1e-9 if binary(case) else 0.02)
    expected = case.probability_genuine(np.array([prediction]), ARTICLE)
    assert expected is not None
    real, count = int((uniform[near] < figures["reliability"]).sum()), int(near.sum())
    assert count > 1_000
    # a window of 0.02 either way: the density is curved across it by far less than this many draws can show
    assert stats.binomtest(real, count, float(expected[0])).pvalue > FALSE_ALARMS / len(ITEMS)
    assert case.stated_reliability(ARTICLE) == 0.4


def test_an_item_believed_wholly_is_the_same_without_doubt() -> None:
    for case in doubted_items():
        plain, prediction = replace(item(case.kind.name), doubt=None), about(case, width=0.5)
        whole = replace(case, doubt=case.doubt.model_copy(update={"reliability": 1.0}))  # type: ignore[union-attr]
        ours = whole.log_density(np, case.observation(ARTICLE), prediction, whole.figures(ARTICLE))
        theirs = plain.log_density(np, case.observation(ARTICLE), prediction, plain.figures(ARTICLE))
        mass = case.kind.log_mass(np, plain.figures(ARTICLE))
        # a share of nothing is 1e-200, whose logarithm is finite: it shows where the kind itself says less than that
        seen = theirs > math.log(SMALLEST) + 10.0
        assert seen.sum() > 100
        np.testing.assert_allclose(ours[seen], (theirs - mass)[seen], rtol=1e-9, atol=1e-9)


def test_an_item_without_doubt_has_the_figures_of_its_kind_alone() -> None:
    for case in (replace(each, doubt=None) for each in one_of_each_kind()):
        own = case.kind.figures(case.observed, case.likelihood, ARTICLE)
        assert case.figures(ARTICLE) == {**own, "weight": case.text.weight}
        assert case.stated_likelihood == case.likelihood.model_dump()


def test_a_claim_moves_the_odds_by_at_most_its_ratio() -> None:
    case = item("claim")
    figures = case.figures(ARTICLE)
    moved = case.log_density(np, 1.0, np.array([0.0, 5.0, 60.0]), figures)
    bound = math.log1p(figures["true_positive"] / figures["false_positive"])
    assert moved[2] == pytest.approx(math.log(figures["false_positive"]))
    assert moved[2] < moved[1] < moved[0] < moved[2] + bound
    genuine = case.kind.probability_genuine(1.0, np.array([0.0, 60.0]), figures)
    assert genuine is not None
    assert genuine[1] == 0.0 < genuine[0] < figures["true_positive"] / 0.9 + 1e-12


@pytest.mark.parametrize("name", ["not_yet", "milestone", "rental_spend"])
def test_kinds_without_doubt_say_so(name: str) -> None:
    case = item(name)
    assert case.kind.probability_genuine(1.0, np.ones(1), case.figures(ARTICLE)) is None


def test_every_kind_has_a_twin() -> None:
    assert set(TWINS) == set(KINDS) == {case.kind.name for case in ITEMS}
