"""Honest sums and counts of every kind that states one: each mistake seems to explain one in a hundred at most."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from scipy import stats

from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.misreading import FALSE_ALARMS, likelier_if
from catchup.analysis.inference.question import Question
from catchup.evidence.kinds import KINDS
from catchup.evidence.latents import with_latents
from catchup.evidence.likelihood import explanation, simulate
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, item

HONEST, DRAWS = 1_000, 4_000  # amounts simulated, and draws that each is held against
SIZED = {"observed__size": 3e26, "likelihood": {"size_sd": 0.4}}
CHANGES: dict[str, dict[str, Any]] = {"run_started": SIZED}
BOUNDS: dict[str, dict[str, Any]] = {
    "shipment": {"observed__value": 0.0, "likelihood": {"unnoticed_h100e": 1e4}},
}
AMOUNTS = {name: kind.amount for name, kind in KINDS.items() if kind.amount}


def honest(kind: str) -> tuple[Item, np.ndarray, np.ndarray, Any]:
    """An item, amounts that it could as well have stated were the prior true, what draws predict of it, and the clock.

    A cluster's is as large as a whole pool: of what is honest, the least likely.
    """
    row = item(kind, "honest", **CHANGES.get(kind, {}))
    question = Question(with_latents(load_assumptions(), [row]), DAY, draws=HONEST + DRAWS, quasi_random=False)
    predicted = prior_for(question, [row]).map(lambda values: predictions_of(question, values, [row])[2])["honest"]
    truth, rest = predicted[:HONEST], predicted[HONEST:]
    rng = np.random.default_rng(4)
    if row.kind.two_outcomes(row.observed):
        seen = truth + rng.logistic(scale=row.likelihood.sd * 3**0.5 / np.pi, size=HONEST)
    else:
        seen = simulate(row, truth, question.clock, rng)
    stated = getattr(row.observed, AMOUNTS[kind]) * np.exp(seen - explanation(row, question.clock))
    return row, stated, rest, question.clock


@pytest.mark.parametrize("kind", AMOUNTS)
def test_of_honest_amounts_each_mistake_explains_one_in_a_hundred_at_most(kind: str) -> None:
    row, stated, predicted, clock = honest(kind)
    rng, alarms = np.random.default_rng(5), Counter[str]()
    for amount in stated:
        changed = replace(row, observed=row.observed.model_copy(update={AMOUNTS[kind]: float(amount)}))
        named = likelier_if(changed, predicted, clock, rng)
        alarms.update(each.partition(" if its ")[2] for each in named.split(" or ") if each)
    assert all(count <= stats.binom.isf(FALSE_ALARM, HONEST, FALSE_ALARMS) for count in alarms.values()), alarms


@pytest.mark.parametrize("kind", ["cluster", "shipment"])
def test_a_bound_is_not_misread(kind: str) -> None:
    """A smaller one would always be likelier: of two outcomes no factor tells a mistake from a claim of more."""
    row = item(kind, "bound", **BOUNDS.get(kind, {}))
    assert row.kind.two_outcomes(row.observed)
    assert row.kind.misreadings(row.observed) == {}
