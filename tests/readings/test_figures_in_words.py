"""Figures that notes work out of others: the words follow from the figures that they name."""

from __future__ import annotations

import math
from datetime import date

import pytest

from catchup.evidence import load_ledger
from catchup.model.assumptions import load_assumptions
from catchup.model.size import size_of

MYTHOS = 5.1e26
LONGCAT = 6.0 * 48e9 * 35e12


def test_what_a_lean_mythos_is_worth_by_the_day_of_the_post() -> None:
    """The post is of July 2026, its day unknown: both ends are said."""
    assumptions = load_assumptions()
    notes = " ".join(assumptions.event("lean-mythos").text.notes.split())
    few, many = (number * LONGCAT / MYTHOS for number in (10, 20))
    assert f"{few:.1f} to {many:.1f} of Mythos's" in notes
    for day in (date(2026, 7, 1), date(2026, 7, 31)):
        progress = 10.0 ** (assumptions.calendar.months(day) / 12.0)
        assert f"{few * progress:.2f} to {many * progress:.2f} on the" in notes
    assert "three months" not in notes  # which the post says of chips that exist already


def test_by_how_much_experiments_outgrow_compute() -> None:
    belief = load_assumptions(["experiment-bound-progress"]).table.quantities["experiment_compute_shortfall"]
    slow, fast = (2.0 ** (12.0 / months) for months in (10, 9))
    notes = " ".join(belief.text.notes.split())
    assert f"{slow:.1f} to {fast:.1f} times a year" in notes
    assert f"{slow / 1.65:.1f} to {fast / 1.65:.1f} between them" in notes


def test_a_higher_utilisation_is_told_as_it_is() -> None:
    """Its mode is half as high again, Mythos's compute at the median is less than that, and so is its spread below."""
    base, higher = (load_assumptions(overlays).beliefs["mfu_anthropic"] for overlays in ([], ["mfu-thirty"]))
    assert higher.mode / base.mode == pytest.approx(1.5)
    assert 1.2 < higher.quantile(0.5) / base.quantile(0.5) < 1.45
    assert base.high - base.mode > base.mode - base.low
    assert higher.high - higher.mode == pytest.approx(higher.mode - higher.low) == pytest.approx(base.high - base.mode)


def test_a_size_is_held_as_the_compute_that_it_takes() -> None:
    item = load_ledger().items["mythos-size-by-bytedance"]
    for flop, parameters in zip((item.observed.value, *item.observed.interval), (8e12, 7.5e12, 8.5e12), strict=True):
        size = size_of(math, flop, 20.0, 0.05, 6.0)
        assert size.parameters == pytest.approx(parameters, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("mythos-size-by-bytedance", "8e12 parameters"),
        ("bytedance-ascend-950dt", "160,000"),
        ("bytedance-pretraining-begun", "10e12 parameters"),
        ("deepseek-v4-1-flash-run", "552e9 parameters and 45e12 tokens"),
        ("mythos-index-score", "161"),
    ],
)
def test_reports_that_nobody_opened_are_checks(name: str, figures: str) -> None:
    item = load_ledger().items[name]
    assert item.text.role == "check"
    assert figures in f"{item.text.title} {item.text.notes}"
    assert all(source.quoted_in and not source.address for source in item.text.sources)
