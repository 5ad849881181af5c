"""What each kind takes from its file, worked out by hand: observation, figures, prediction, the edges it allows."""

from __future__ import annotations

import datetime
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from catchup.evidence.kinds import KINDS, Clock, Kind, ModelState
from catchup.evidence.likelihood import predict
from catchup.model.assumptions import load_assumptions
from catchup.model.pools import Pool
from catchup.priors.errors import InputError
from evidence_cases import DAY, item

ASSUMPTIONS = load_assumptions()
CLOCK = Clock(ASSUMPTIONS.calendar, DAY)
WIDTH_95 = 2 * 1.959963984540054  # of a 95% interval, in standard deviations


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
}
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
}


@pytest.mark.parametrize("kind", OBSERVED)
def test_observation_and_figures_are_the_files(kind: str) -> None:
    case = item(kind)
    assert case.observation(CLOCK) == pytest.approx(OBSERVED[kind], rel=1e-12)
    assert case.figures(CLOCK) == pytest.approx(FIGURES[kind] | {"weight": 1.0}, rel=1e-9)


def state() -> ModelState:
    """A model in which every number is another, in two draws."""
    one = np.array([1.0, 1.5])
    pool = Pool(stock=8e4 * one, rate=(5e3 * one,), start=(0.0,), length=(12.0,))
    names = (
        *("rl_ratio", "benchmark_optimism_general", "benchmark_optimism_cyber", "firm_ratio", "rental_price"),
        *("mythos_lead_general", "mythos_lead_cyber", "gap_growth", "evaluation_delay", "organisation_error"),
    )
    quantity = {name: 0.1 * position * one for position, name in enumerate(names, start=1)}
    quantity |= {"startup_stock": 7e4 * one, "startup_budget": 0.06 * one, "hyperscaler_budget": 0.01 * one}
    flop_month = {"startup": 5e20 * one, "hyperscaler": 4e20 * one}
    ready = {"compute-equivalent": 11.0 * one, "autonomous-range": 7.0 * one}
    return ModelState(ASSUMPTIONS, quantity, 5e26 * one, ready, {"startup": pool, "hyperscaler": pool}, flop_month)


KNOWN = months(datetime.date(2026, 11, 1))


def shown(one: np.ndarray, lead: float, day: float) -> np.ndarray:
    """The gap on a day, smoothed by a quarter of a month."""
    gap = (11.0 * one - lead * one) - 0.8 * one * (11.0 * one - (day - 0.9 * one))
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
    "not_yet": ({}, lambda one: 7.0 * one),
    "quantity_reading": ({}, lambda one: np.log(7e4 * one)),
    "budget_share": ({}, lambda one: np.log(0.01 * one)),
    "budget_share startup": ({"observed__firm": "startup"}, lambda one: np.log(0.06 * one)),
    "rental_spend": ({}, lambda one: np.log(8e4 * one * 0.7 * 0.4 * one * 8_760.0 * 0.5 * one)),
    "training_run": (
        {},
        lambda one: np.log(0.5 * 12.0 * 0.06 * one * (8e4 + 5e3 * END) * one * 5e20 * one),
    ),
}


@pytest.mark.parametrize("name", PREDICTED)
def test_predictions_are_the_equations(name: str) -> None:
    changes, expected = PREDICTED[name]
    case = item(name.split()[0], **changes)
    found = predict(np, case, state(), case.figures(CLOCK))
    np.testing.assert_allclose(found, expected(np.array([1.0, 1.5])), rtol=1e-12)


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
