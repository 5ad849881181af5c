"""What moved between two forecasts: the way leads from what one command answers to what another does."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.estimates import Distribution, Estimate
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.studies import attribution
from catchup.analysis.studies.attribution import QUANTILES, Attribution, Step, attribute
from catchup.evidence.schema import Item
from catchup.evidence.selection import Selection
from catchup.model.assumptions import Assumptions, load_assumptions
from false_alarms import widest
from item_cases import impossible, item, reading

DAY, EARLIER = date(2026, 11, 21), date(2026, 11, 14)
SHARP = 0.02  # natural log
DRAWS = 50_000


@pytest.fixture(scope="module")
def question(assumptions: Assumptions) -> Question:
    return Question(assumptions, DAY, draws=DRAWS)


@pytest.fixture(scope="module")
def sharp(assumptions: Assumptions) -> list[Item]:
    """Two readings that nothing speaks against, each of a value that the prior thought of."""
    places = {"algorithmic_progress": 0.3, "post_training_months": 0.8}
    return [
        reading(f"sharp-{number}", float(assumptions.beliefs[name].quantile(p)), SHARP, name)
        for number, (name, p) in enumerate(places.items())
    ]


@pytest.fixture(scope="module")
def lag() -> Item:
    return item("capability_lag", "lag")


def asked(question: Question, items: Sequence[Item]) -> Distribution:
    """What `forecast` answers."""
    return condition(question, Selection(counted=tuple(items))).ready


def snapshot(question: Question, items: Sequence[Item], recorded: Distribution | None = None) -> Snapshot:
    quantiles = {} if recorded is None else {p: recorded.quantile(p) for p in QUANTILES}
    return Snapshot(question, {one.id: one for one in items}, inputs_of(question.assumptions, items), "1", quantiles)


def adds_up(found: Attribution) -> None:
    for p in QUANTILES:
        whole = found.total.shifts[p].value
        assert math.fsum(step.shifts[p].value for step in found.steps) == pytest.approx(whole, abs=1e-9)
        assert found.after[p] - found.before[p] == pytest.approx(whole, abs=1e-9)
    parts = math.fsum(step.probability.value for step in found.steps)
    assert parts == pytest.approx(found.total.probability.value, abs=1e-9)


def test_sharp_items_end_where_the_forecast_does(question: Question, sharp: list[Item]) -> None:
    first, last = asked(question, []), asked(question, sharp)
    found = attribute(snapshot(question, [], first), snapshot(question, sharp, last))
    assert [step.id for step in found.steps] == ["added:sharp-0", "added:sharp-1"]  # and nothing is left over
    adds_up(found)
    for p in QUANTILES:
        assert found.before[p] == pytest.approx(first.quantile_value(p), abs=1e-9)
        assert found.after[p] == pytest.approx(last.quantile_value(p), abs=1e-9)
    middle = asked(question, sharp[:1])
    for step, (before, after) in zip(found.steps, ((first, middle), (middle, last)), strict=True):
        error = math.hypot(before.quantile(0.5).mcse, after.quantile(0.5).mcse)
        own = after.quantile_value(0.5) - before.quantile_value(0.5)
        assert abs(step.shifts[0.5].value - own) < widest(error)
        assert step.shifts[0.5].mcse < 0.05
        assert step.khat < 0.7
        assert step.ess > 1_000
