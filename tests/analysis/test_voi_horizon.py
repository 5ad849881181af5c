"""To act now or wait: the horizon begins on the day of the question, whatever lies between it and t = 0."""

from __future__ import annotations

import numpy as np
import pytest

from catchup.analysis.studies.voi.decision import Decision, read_decision
from catchup.analysis.studies.voi.uncertainty import Gathered

MONTHS = np.array([8.0, 11.0, 12.0, 13.0, 20.0])


def decision(today: float) -> Decision:
    costs = {"horizon_months": 3.0, "cost_of_acting": 1.0, "cost_of_being_late": 4.0}
    return read_decision("test", {"title": "t", "unit": "u", "kind": "act-or-wait", **costs}, today, file="test.toml")


@pytest.mark.parametrize(("today", "within"), [(9.0, 3), (0.0, 0), (17.0, 5)])
def test_what_it_costs_to_know_and_not_to_know(today: float, within: int) -> None:
    """Who knows acts where the event comes within three months; who does not acts where a quarter of it does."""
    asked = decision(today)
    known = asked.loss_if_known(MONTHS)
    np.testing.assert_array_equal(known, [1.0] * within + [0.0] * (MONTHS.size - within))
    gathered = Gathered.of_groups(MONTHS, np.zeros(MONTHS.size), np.full((2, MONTHS.size), 0.1))
    np.testing.assert_allclose(asked.best_loss(gathered), min(1.0, 4.0 * within / MONTHS.size))
    np.testing.assert_array_equal(asked.best_action(gathered), float(within >= 2))
