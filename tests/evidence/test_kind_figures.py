"""What each kind takes from its file, worked out by hand: observation, figures, prediction, the edges it allows."""

from __future__ import annotations

import datetime
import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import integrate, interpolate, stats

from catchup.evidence.kinds import KINDS, Kind, ModelState
from catchup.evidence.lag_records import LagBelief, LagRecord, lag_curve
from catchup.evidence.likelihood import predict
from catchup.model.assumptions import load_assumptions
from catchup.model.models import group_layer
from catchup.model.pools import Pool
from catchup.priors.errors import InputError
from evidence_cases import BEFORE, DAY, NONE_SHIPPED, ONE_PROBABILITY, item

ASSUMPTIONS = load_assumptions([group_layer("dated-lags")], model="article")
CURRENT = load_assumptions(model="current")
CLOCK = ASSUMPTIONS.clock(DAY)
WIDTH_95 = 2 * 1.959963984540054  # of a 95% interval, in standard deviations
WIDTH_90 = 2 * 1.6448536269514722  # of a 90% interval


def months(day: datetime.date) -> float:
    return (day - ASSUMPTIONS.calendar.origin).days / 30.44


OBSERVED = {
    "budget_share": math.log(math.sqrt(0.01 * 0.02)),
    "capability_lag": math.log(6.0),
    "claim": 1.0,
    "compute_reading": math.log10(8.0e26),
    "milestone": months(datetime.date(2026, 11, 1)),
    "not_yet": 1.0,
    "quantity_reading": math.log(90e3),
    "rental_spend": math.log(250e6),
    "training_run": math.log(6.0 * 60e9 * 40e12),
    "progress_estimate": math.log(8.8),
    "compute_stock": math.log(900e3),
    "cluster": 1.0,
    "policy": 1.0,
    "shipment": math.log(50e3),
    "capital_spending": math.log(160e9 / 6.8),
    "run_started": months(datetime.date(2026, 10, 15)),
    "run_finished": math.log(4e25),
    "expert_forecast": (months(datetime.date(2026, 10, 15)) + months(datetime.date(2027, 9, 15))) / 2.0,
    "efficiency_curve": math.log10(8.5),
    "lag_records": math.log(8.0),
    "frontier_score": 158.0,
    "hindcast": math.log10(8.5),
}
CURVE = (-18.0, -11.0, -6.0, -2.6, -0.8, -0.05, 0.0, -0.6, -1.7, -3.2, -5.1, -7.2)  # of the template


def curve_figures(centre: float, start: float, step: float, heights: tuple[float, ...]) -> dict[str, float]:
    """Heights over the integral of their exponential."""
    points = start + step * np.arange(len(heights))
    inner = interpolate.CubicSpline(points, heights, bc_type="natural")
    inside = sum(integrate.quad(lambda x: math.exp(inner(x)), *pair)[0] for pair in itertools.pairwise(points))
    slopes = inner([points[0], points[-1]], 1)
    ends = math.exp(heights[0]) / slopes[0] - math.exp(heights[-1]) / slopes[1]
    mass = math.log(inside + ends)
    named = {f"height_{place:02d}": height - mass for place, height in enumerate(heights)}
    return {"start": start, "step": step, "centre": centre, **named}


FIGURES: dict[str, dict[str, float]] = {
    "budget_share": {"reading_sd": math.log(2.0) / WIDTH_95, "sd": 0.3},
    "capability_lag": {"date": months(datetime.date(2026, 11, 1)), "sd": 0.25},
    "claim": {
        "date": months(datetime.date(2026, 11, 1)),
        "delay_months": 2.0,
        "true_positive": 0.8,
        "false_positive": 0.1,
    },
    "compute_reading": {
        "reading_sd": math.log10(2.4) / WIDTH_95,
        "accounting_sd": 0.15,
        "reliability": 0.5,
        "background_mean": 26.8,
        "background_sd": 0.8,
    },
    "milestone": {"delay_months": 2.0},
    "not_yet": {"as_of": months(DAY), "delay_months": 2.0},
    "quantity_reading": {"sd": 0.3},
    "rental_spend": {"mean_stock_ratio": 0.7, "sd": 0.2},
    "training_run": {"date": months(datetime.date(2026, 10, 15)), "typical_share": 0.5, "sd": 0.75},
    "progress_estimate": {"reading_sd": math.log(18.4 / 4.8) / WIDTH_90, "sd": 0.5},
    "compute_stock": {
        "date": months(datetime.date(2026, 10, 15)),
        "reading_sd": math.log(1.3e6 / 600e3) / WIDTH_90,
        "sd": 0.3,
        "yearly_growth": 1.0,
    },
    "cluster": {"log_size": math.log(160e3 * 0.46), "date": months(datetime.date(2026, 10, 15)), "sd": 0.2},
    "policy": {"reliability": 1.0},
    "shipment": {"date": months(datetime.date(2026, 10, 15)), "sd": 0.4},
    "capital_spending": {
        "begins": months(datetime.date(2026, 1, 1)),
        "ends": months(datetime.date(2027, 1, 1)),
        "sd": 0.3,
        "yearly_growth": 2.0,
    },
    "run_started": {"sd": 1.0},
    "expert_forecast": {"sd": 335 / 30.44 / WIDTH_90},
    "run_finished": {"sd": 0.5, "date": months(datetime.date(2026, 7, 1)), "typical_share": 0.8},
    "efficiency_curve": curve_figures(math.log10(8.5), 0.2, 0.125, CURVE),
    "hindcast": curve_figures(math.log10(8.5), 0.2, 0.125, CURVE),
    "frontier_score": {
        "reading_sd": 5.0 / WIDTH_90,
        "sd": 4.0,
        "date": months(datetime.date(2026, 10, 15)) - 6.0,
        "typical_share": 1.0,
    },
}
MET = (datetime.date(2025, 6, 1), datetime.date(2026, 2, 1), datetime.date(2026, 2, 1))  # of the template's records
MEAN_MET = sum(map(months, MET)) / 3.0
RECORDS = (
    LagRecord(5.0, 0.2, "A Chinese model"),
    LagRecord(9.0, 0.1, "The next"),
    LagRecord(8.0, 0.0, "The next"),
    LagRecord(4.0, 0.0, None),
)
LAG_CURVE = lag_curve(RECORDS, LagBelief(12.0, 1.0, 0.4, 0.5))  # held to an oracle by test_lag_records
FIGURES["lag_records"] = {
    "date": MEAN_MET,
    **curve_figures(math.log(8.0), LAG_CURVE.start, LAG_CURVE.step, tuple(LAG_CURVE.values)),
}


@pytest.mark.parametrize("kind", OBSERVED)
def test_observation_and_figures_are_the_files(kind: str) -> None:
    case = item(kind)
    assert case.observation(CLOCK) == pytest.approx(OBSERVED[kind], rel=1e-12)
    assert case.figures(CLOCK) == pytest.approx(FIGURES[kind] | {"weight": 1.0}, rel=1e-9)


SOURCES_BROUGHT = {
    "china_stock": 1.7e6,
    "hyperscaler_share": 0.3,
    "h200_purchases": 4e4,
    "h200_arrival_months": 8.0,
    "ascend_950pr_2026": 3e5,
    "ascend_950pr_arrival_months": 10.0,
    "ascend_share": 0.2,
    "ascend_950dt": 2e5,
    "ascend_950pr_2027": 3e5,
    "smuggled_2026": 5e5,
    "rubin_uplift": 1.4,
    "remote_stock": 9e5,
    "remote_growth": 6e5,
    "remote_growth_months": 12.0,
    "remote_share": 0.25,
}


def state() -> ModelState:
    """A model in which every number is another, in two draws."""
    one = np.array([1.0, 1.5])
    pool = Pool(stock=8e4 * one, rate=(5e3 * one,), start=(0.0,), length=(12.0,))
    names = (
        *("rl_ratio", "benchmark_optimism_general", "benchmark_optimism_cyber", "firm_ratio", "rental_price"),
        *("mythos_lead_general", "mythos_lead_cyber", "gap_growth", "evaluation_delay", "organisation_error"),
        *("american_release_delay", "chinese_release_delay"),
    )
    quantity = {name: 0.1 * position * one for position, name in enumerate(names, start=1)}
    quantity |= {"algorithmic_progress": 9.0 * one, "capital_per_h100e": 3e4 * one, "ai_capital_share": 0.4 * one}
    quantity |= {"efficiency_score": 140.0 * one, "efficiency_slope": 11.0 * one}
    quantity |= SOURCES_BROUGHT
    quantity["enactment_rank"] = 0.3 * one
    quantity["h200_buyers"] = 3.0 + 0.0 * one
    quantity |= {"startup_stock": 7e4 * one, "startup_budget": 0.06 * one, "hyperscaler_budget": 0.01 * one}
    flop_month = {"startup": 5e20 * one, "hyperscaler": 4e20 * one}
    ready = {"compute-equivalent": 11.0 * one, "autonomous-range": 7.0 * one}
    pools = {"startup": pool, "hyperscaler": pool}
    launch = {("compute-equivalent", "hyperscaler"): 6.0 * one, ("autonomous-range", "startup"): 4.0 * one}
    ends = {("compute-equivalent", "startup"): 9.0 * one}
    return ModelState(ASSUMPTIONS, quantity, 5e26 * one, ready, pools, flop_month, launch, ends)


def country(month: float) -> float:
    """H100e inside the country, each flow counted whole and once; no rented compute abroad, no start-up's own.

    Three buy as many H200s as the hyperscaler.
    """
    arrived = 3.0 * 4e4 * min(month, 8.0) / 8.0 + 3e5 * min(month, 10.0) / 10.0 + 5e5 * min(month, 12.0) / 12.0
    return 1.7e6 + arrived + 2e5 * max(month - 7.0, 0.0) / 12.0 + 3e5 * max(month - 10.0, 0.0) / 12.0


def hyperscaler(month: float) -> float:
    """The hyperscaler's part of it."""
    arrived = 4e4 * min(month, 8.0) / 8.0 + 3e5 * 0.2 * min(month, 10.0) / 10.0 + 5e5 * 0.3 * min(month, 12.0) / 12.0
    return 1.7e6 * 0.3 + arrived + 0.2 * (2e5 * max(month - 7.0, 0.0) + 3e5 * max(month - 10.0, 0.0)) / 12.0


YEAR = datetime.date(2026, 1, 1)
KNOWN = months(datetime.date(2026, 11, 1))


def shown(one: np.ndarray, lead: float, day: float) -> np.ndarray:
    """The gap on a day, smoothed by a quarter of a month."""
    gap = (11.0 * one - lead * one) - 0.8 * one * (11.0 * one - (day - 0.9 * one))
    return 0.5 * (gap + np.hypot(gap, 0.5))


LAUNCHED = months(datetime.date(2026, 10, 15)) - 6.0


def largest_of_both(one: np.ndarray, month: float) -> np.ndarray:
    """The larger of both firms' largest runs: that of the start-up, whose budget is six times as large, here."""
    return np.maximum(
        12.0 * 0.06 * one * (8e4 + 5e3 * month) * one * 5e20 * one,
        12.0 * 0.01 * one * (8e4 + 5e3 * month) * one * 4e20 * one,
    )


def score(one: np.ndarray, log10_compute: np.ndarray, month: float) -> np.ndarray:
    return 140.0 * one + 11.0 * one * (log10_compute + month / 12.0 * np.log10(9.0 * one))


def released(one: np.ndarray, day: float) -> np.ndarray:
    """The gap on a day without an evaluation, from release to release, smoothed by a quarter of a month."""
    gap = (11.0 - 0.6) * one - 0.8 * one * (11.0 * one - day) + 1.2 * one - 1.1 * one
    return 0.5 * (gap + np.hypot(gap, 0.5))


END = months(datetime.date(2026, 10, 15))
PREDICTED: dict[str, tuple[dict[str, Any], Any]] = {
    "compute_reading": ({}, lambda one: np.log10(5e26 * one)),
    "compute_reading total": ({"observed__scope": "total"}, lambda one: np.log10(5e26 * one * (1.0 + 0.1 * one))),
    "capability_lag": ({}, lambda one: np.log(shown(one, 0.6, KNOWN)) - 1.2 * one),
    "capability_lag cyber": ({"observed__scope": "cyber"}, lambda one: np.log(shown(one, 0.7, KNOWN)) - 1.3 * one),
    "capability_lag earlier": (
        {"observed__date": datetime.date(2026, 3, 1)},
        lambda one: np.log(shown(one, 0.6, months(datetime.date(2026, 3, 1)))) - 1.2 * one,
    ),
    "milestone": ({}, lambda one: 7.0 * one),
    "claim": ({}, lambda one: 11.0 * one),
    "not_yet": ({}, lambda one: -np.maximum(months(DAY) - 7.0 * one, 0.0) / 2.0),
    "quantity_reading": ({}, lambda one: np.log(7e4 * one)),
    "budget_share": ({}, lambda one: np.log(0.01 * one)),
    "budget_share startup": ({"observed__firm": "startup"}, lambda one: np.log(0.06 * one)),
    "rental_spend": ({}, lambda one: np.log(8e4 * one * 0.7 * 0.4 * one * 8_760.0 * 0.5 * one)),
    "training_run": (
        {},
        lambda one: np.log(0.5 * 12.0 * 0.06 * one * (8e4 + 5e3 * END) * one * 5e20 * one),
    ),
    "progress_estimate": ({}, lambda one: np.log(9.0 * one)),
    "efficiency_curve": ({}, lambda one: np.log10(9.0 * one)),
    "hindcast": ({}, lambda one: np.log10(9.0 * one)),
    "frontier_score": ({}, lambda one: score(one, np.log10(largest_of_both(one, LAUNCHED) / 1e25), LAUNCHED)),
    "frontier_score mythos": (
        {"observed__frontier": "mythos"},
        lambda one: score(one, np.log10(5e26 * one / 1e25), 0.0),
    ),
    "frontier_score half": (
        {"likelihood__typical_share": 0.5},
        lambda one: score(one, np.log10(0.5 * largest_of_both(one, LAUNCHED) / 1e25), LAUNCHED),
    ),
    "lag_records": ({}, lambda one: np.log(released(one, MEAN_MET)) - 1.2 * one),
    "compute_stock": (
        {},
        lambda one: np.log(hyperscaler(END) + 9e5 * 0.25 + 6e5 * 0.25 * END / 12.0) + 0.0 * one,
    ),
    "compute_stock country": ({"observed__firm": None}, lambda one: np.log(country(END)) + 0.0 * one),
    "compute_stock before": (
        {"observed__firm": None, "observed__date": BEFORE, "likelihood__yearly_growth": 2.0},
        lambda one: np.log(1.7e6) + months(BEFORE) / 12.0 * math.log(2.0) + 0.0 * one,
    ),
    "compute_stock channel": (
        {"observed__firm": None, "observed__channel": "smuggling-2026"},
        lambda one: np.log(5e5 * END / 12.0) + 0.0 * one,
    ),
    "compute_stock part": (
        {"observed__channel": "smuggling-2026"},
        lambda one: np.log(5e5 * 0.3 * END / 12.0) + 0.0 * one,
    ),
    "cluster": ({}, lambda one: np.log(hyperscaler(END) + 9e5 * 0.25 + 6e5 * 0.25 * END / 12.0) + 0.0 * one),
    "policy": ({}, lambda one: 0.3 * one),
    "shipment": ({}, lambda one: np.log(3.0 * 4e4 * END / 8.0) + 0.0 * one),
    "shipment none": (
        {"observed__value": 0.0, "likelihood": NONE_SHIPPED},
        lambda one: 3.0 * 4e4 * END / 8.0 + 0.0 * one,
    ),
    "capital_spending": (
        {},
        lambda one: (
            np.log(
                (hyperscaler(months(datetime.date(2027, 1, 1))) - 1.7e6 * 0.3 * 2.0 ** (months(YEAR) / 12.0))
                * 3e4
                / 0.4
            )
            + 0.0 * one
        ),
    ),
    "capital_spending country": (
        {"observed__firm": None, "observed__ai_share": 0.8},
        lambda one: np.log(
            (country(months(datetime.date(2027, 1, 1))) - 1.7e6 * 2.0 ** (months(YEAR) / 12.0)) * 3e4 * one / 0.8
        ),
    ),
    "run_started": ({}, lambda one: 6.0 * one),
    "run_started startup": (
        {"observed__firm": "startup", "observed__event": "autonomous-range"},
        lambda one: 4.0 * one,
    ),
    "run_started sized": (
        {"observed__size": 3e26, "likelihood": {"size_sd": 0.4}},
        lambda one: np.log(12.0 * 0.01 * one * (8e4 + 5e3 * END) * one * 4e20 * one),
    ),
    "run_finished": (
        {},
        lambda one: np.log(
            0.8 * 12.0 * 0.06 * one * (8e4 + 5e3 * months(datetime.date(2026, 7, 1))) * one * 5e20 * one
        ),
    ),
    "run_finished at its end": (
        {"observed__started": None},
        lambda one: np.log(0.8 * 12.0 * 0.06 * one * (8e4 + 5e3 * END) * one * 5e20 * one),
    ),
    "expert_forecast": ({}, lambda one: 11.0 * one),
    "run_finished unsized": (
        {"observed__size": None, "likelihood": {"months_sd": 1.0}},
        lambda one: 9.0 * one,
    ),
}


@pytest.mark.parametrize("name", PREDICTED)
def test_predictions_are_the_equations(name: str) -> None:
    changes, expected = PREDICTED[name]
    case = item(name.split()[0], **changes)
    found = predict(np, case, state(), case.figures(CLOCK))
    np.testing.assert_allclose(found, expected(np.array([1.0, 1.5])), rtol=1e-12)


def test_a_probability_by_a_day_is_a_quantile_of_the_forecast() -> None:
    case = item("expert_forecast", observed=ONE_PROBABILITY)
    forecast = stats.norm(case.observation(CLOCK), case.figures(CLOCK)["sd"])
    assert forecast.cdf(months(ONE_PROBABILITY["by"])) == pytest.approx(0.15, rel=1e-9)


def test_a_run_that_ended_before_the_race_counts_as_of_its_start() -> None:
    early = item("training_run", observed__date=datetime.date(2025, 1, 1), known_since=datetime.date(2026, 11, 1))
    assert early.figures(CLOCK)["date"] == 0.0


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("budget_share", {"observed__low": 0.02}),
        ("budget_share", {"observed__high": 1.0}),
        ("claim", {"likelihood__true_positive": 0.9}),
        ("compute_reading", {"observed__value": 5.0e26}),
        ("compute_reading", {"observed__value": 1.2e27}),
        ("compute_reading", {"likelihood__accounting_sd": 0.0}),
        ("training_run", {"likelihood__typical_share": 1.0}),
    ],
)
def test_edges_are_allowed(kind: str, changes: dict[str, Any]) -> None:
    """Equal estimates, chances that add up to one, a value at the end of its interval."""
    assert item(kind, **changes).observation(CLOCK) is not None


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("budget_share", {"observed__low": 0.0}),
        ("budget_share", {"observed__high": 1.01}),
        ("budget_share", {"observed__low": 0.021}),
        ("claim", {"likelihood__true_positive": 0.91}),
        ("claim", {"likelihood__false_positive": 0.0}),
        ("compute_reading", {"observed__value": 4.9e26}),
        ("compute_reading", {"observed__interval": [0.0, 1.2e27]}),
        ("compute_reading", {"observed__interval": [8.0e26, 8.0e26]}),
        ("compute_reading", {"observed__level": 1.0}),
        ("compute_reading", {"likelihood__accounting_sd": -0.01}),
        ("training_run", {"likelihood__typical_share": 1.01}),
        ("capability_lag", {"observed__value": 0.0}),
    ],
)
def test_what_lies_beyond_them_is_not(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        item(kind, **changes)


def test_no_claim_where_one_is_certain_is_out_of_reach_but_finite() -> None:
    case = item("claim", likelihood__true_positive=0.9, likelihood__delay_months=0.01)
    density = case.kind.log_density(np, 0.0, np.array([-500.0]), case.figures(CLOCK))
    np.testing.assert_allclose(density, math.log(1e-12), rtol=1e-9)


def test_kinds_are_equal_by_what_they_are() -> None:
    """A kind that another process sent back is the same kind, in sets and as a key."""
    first, second = item("claim").kind, type(item("claim").kind)()
    assert first == second
    assert hash(first) == hash(second)
    assert first != item("not_yet").kind
    assert first != SimpleNamespace()


@pytest.mark.parametrize("left_out", ["observation", "predict", "log_density", "simulate"])
def test_a_kind_that_leaves_something_out_cannot_be_made(left_out: str) -> None:
    """A new kind says what was seen, what the model predicts of it, how likely that is, and what else it might be."""
    parts = {name: getattr(KINDS["rental_spend"], name) for name in Kind.__abstractmethods__}
    assert parts.keys() == {"observation", "predict", "log_density", "simulate"}
    whole = type("Whole", (Kind,), parts)
    assert isinstance(whole(), Kind)
    part = type("Part", (Kind,), {name: method for name, method in parts.items() if name != left_out})
    with pytest.raises(TypeError, match=f"abstract method '{left_out}'"):
        part()
