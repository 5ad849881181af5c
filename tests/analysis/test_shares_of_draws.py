"""Which share of the draws decides: whether they serve another forecast too, and whether two structures are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference.estimates import ZERO
from catchup.analysis.inference.importance import ReweightedPrior, SmoothedWeights
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.studies import movement, structure_dates
from catchup.analysis.studies.attribution_states import State, on_draws_of, state_on
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from item_cases import item

QUESTION = Question(load_assumptions(model="article"), date(2026, 11, 21), draws=20_000)
LAG = {"lag": item("capability_lag", "lag")}


@pytest.mark.parametrize(("left", "serve"), [(0.91, True), (0.89, False)])
def test_a_step_is_told_from_its_neighbours_draws_where_nine_in_ten_of_them_count(left: float, serve: bool) -> None:
    nothing: Mapping[str, Item] = {}
    other = state_on(QUESTION, nothing)
    assert isinstance(other, State)
    shared = on_draws_of(replace(other, ess=1.0), QUESTION, LAG)
    assert isinstance(shared, State)
    assert (on_draws_of(replace(other, ess=shared.ess / left), QUESTION, LAG) is not None) == serve


@pytest.mark.parametrize(("left", "serve"), [(0.11, True), (0.09, False)])
def test_what_an_item_moved_is_told_from_the_same_draws_where_one_in_ten_counts_without_it(
    left: float, serve: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = posterior(Request(QUESTION, evidence="default", engine="importance"))
    assert isinstance(found.source, ReweightedPrior)
    count = round(left * found.source.smoothed.effective_draws)
    assert count > 1_000  # below which no draws serve
    weights = np.zeros(found.ready.values.size)
    weights[:count] = 1.0 / count
    monkeypatch.setattr(movement, "weights_given", lambda *_: SmoothedWeights(weights, 0.1, ZERO))
    assert (movement._reweighted(found, found.source, found.items[:1]) is not None) == serve


@pytest.mark.parametrize(
    ("same", "of", "reason"),
    [(0.5, None, ""), (0.501, "compute-gate", "it is the same race, with the same date in 50.1% of the draws")],
)
def test_a_mobilisation_that_dates_most_draws_alike_is_the_race_once_more(
    same: float, of: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure_dates, "share_of_same_dates", lambda _: same)
    found = structure_dates._mobilised(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=500)))
    assert (found.duplicate_of, found.duplicate_reason) == (of, reason)
