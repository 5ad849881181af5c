"""The smallest cases: no weight, pairs of draws, the fewest points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.importance import effective_number
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.weights import lightened
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError


def test_draws_none_of_which_can_be_are_worth_none() -> None:
    assert effective_number(np.full(3, -np.inf)) == 0.0


def test_pairs_are_left_out_whole() -> None:
    heavy, light = [0.3, 0.0], [0.0, 1e-9]
    positions, left = lightened(Weighting(6, weights=np.array([*light, *heavy, 0.7, 0.0]), replicates=3))
    assert positions.tolist() == [2, 3, 4, 5]
    assert left.replicates == 2
    assert left.weights.tolist() == [0.3, 0.0, 0.7, 0.0]


def test_sixteen_draws_are_the_fewest_of_a_sequence() -> None:
    question = Question(load_assumptions(), date(2026, 11, 21), draws=16, quasi_random=True)
    assert question.draws == 16
    with pytest.raises(InputError, match="at least 16, not 15"):
        replace(question, draws=15)


def test_what_distillation_depends_on_is_drawn_where_it_is_asked_for() -> None:
    assumptions = load_assumptions()
    assert "distilled_share" not in assumptions.needed()
    assert "distilled_share" in assumptions.needed(distillation=True)
