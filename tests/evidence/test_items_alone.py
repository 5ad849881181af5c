"""Every item of the ledger can be asked for alone: what it is predicted from is among the quantities that it names."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import make_plan
from catchup.evidence import load_ledger
from catchup.model.assumptions import load_assumptions

LEDGER = load_ledger()


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(load_assumptions(), date(2026, 11, 21), draws=100)


@pytest.mark.parametrize("name", LEDGER.items)
def test_an_item_is_predicted_from_its_own_quantities(name: str, question: Question) -> None:
    plan = make_plan(question, [LEDGER.items[name]])
    predicted = prior_for(plan.question, plan.items).map(lambda values: plan.describe(values, plan.items)[1])
    assert not np.isnan(predicted[name]).any()
