"""Draws in which the event never comes: every kind says how likely its observation is there, and none says nonsense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from catchup.evidence.likelihood import log_density, predict
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from evidence_cases import DAY, doubted_items, one_of_each_kind
from test_kind_figures import state

ASSUMPTIONS = {model: load_assumptions(model=model) for model in ("article", "current")}
RUNS = ("run_started", "run_finished")
CENTURY = 1200.0  # months: what never happens of a run is taken as that far off
DATED = [each for each in (*one_of_each_kind(), *doubted_items()) if each.event]
ASKING = [each for each in DATED if each.kind.name not in RUNS]


@pytest.mark.parametrize("model", ASSUMPTIONS)
@pytest.mark.parametrize("item", ASKING, ids=lambda item: item.id)
def test_a_date_that_never_comes_has_a_density(item: Item, model: str) -> None:
    seen, assumptions = state(), ASSUMPTIONS[model]
    clock, never = assumptions.clock(DAY), dict.fromkeys(seen.ready, np.array([np.inf, np.inf]))
    quantity = {**seen.quantity, "concealed_share": np.array([0.0, 0.2])}
    shown = replace(seen, assumptions=assumptions, quantity=quantity, ready=never)
    prediction = predict(np, item, shown, item.figures(clock))
    found = log_density(item, item.observation(clock), prediction, clock)
    assert not np.isnan(found).any()
    genuine = item.probability_genuine(prediction, clock)
    assert genuine is None or not np.isnan(genuine).any()
    if item.kind.name == "milestone":  # what never comes was not reached: only one about something else is left
        assert (np.exp(found) == 0.0).all() if genuine is None else (genuine == 0.0).all()
    if item.kind.name == "not_yet" and genuine is None:
        assert (found == 0.0).all()


@pytest.mark.parametrize("model", ASSUMPTIONS)
@pytest.mark.parametrize("item", [each for each in DATED if each.kind.name in RUNS], ids=lambda item: item.id)
def test_a_run_that_never_comes_is_as_likely_as_one_that_comes_in_a_century(item: Item, model: str) -> None:
    clock, seen = ASSUMPTIONS[model].clock(DAY), replace(state(), assumptions=ASSUMPTIONS[model])
    found = []
    for months in (np.inf, CENTURY):
        dates = {(item.event, seen.firm(item.observed.firm)): np.array([months, months])}
        shown = replace(seen, launch=dates, pretrained=dates)
        prediction = predict(np, item, shown, item.figures(clock))
        assert (prediction == CENTURY).all()
        found.append(log_density(item, item.observation(clock), prediction, clock))
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(*found)
