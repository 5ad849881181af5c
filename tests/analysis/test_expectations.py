"""What draws lead one to expect of an observation, in words."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.tails import expectation
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, item

NUMBER = r"[0-9.]+(?:e[+-][0-9]+)?"


@pytest.mark.parametrize(
    ("kind", "predicted", "plain"), [("compute_reading", 26.0, 1e26), ("rental_spend", math.log(2e8), 2e8)]
)
def test_it_is_said_in_plain_units_whatever_the_kind_counts_in(kind: str, predicted: float, plain: float) -> None:
    clock = Question(load_assumptions(), DAY).clock
    said = expectation(item(kind, "reading"), np.full(10_000, predicted), clock, np.random.default_rng(1))
    found = re.search(rf"interval ({NUMBER}) to ({NUMBER}) expected \((.*)\)$", said)
    assert found is not None, said
    low, high = float(found[1]), float(found[2])
    assert 0.0 < low < plain < high < 1e3 * low
    assert "log" not in found[3]
