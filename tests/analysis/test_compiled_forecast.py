"""Forecasts of very many draws come from the compiled graph, and say the same as the forward simulation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pytest

from catchup.analysis.inference import compiled_columns
from catchup.analysis.inference import forecast as module
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.model.assumptions import load_assumptions
from catchup.model.compiled import CompiledDates
from catchup.priors import Layer

DAY = date(2026, 6, 12)
CORRELATED = {
    "correlation": [
        {"between": ["china_stock", "algorithmic_progress"], "rank": 0.5},
        {"between": ["rl_ratio", "mythos_chips"], "rank": -0.4},  # the first is what no date depends on
    ]
}
QUICK = partial(CompiledDates, mode="FAST_COMPILE")  # evaluated in Python


def columns(question: Question) -> dict[str, np.ndarray]:
    pieces = list(module._columns(question))
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


@pytest.mark.parametrize(
    "question",
    [
        Question(load_assumptions(), DAY),
        Question(load_assumptions(), DAY, launch_grid=2.0, seed=3),
        Question(load_assumptions(), date(2026, 11, 1), event="lean-mythos"),
        Question(load_assumptions([Layer.of(CORRELATED, file="mine.toml")]), DAY),
        Question(load_assumptions(fixed={"algorithmic_progress": 3.0}), DAY),
        Question(load_assumptions(fixed={"startup_stock": 0.0, "startup_growth": 0.0}), DAY),
    ],
    ids=["default", "grid", "event", "correlated", "fixed", "firm that never launches"],
)
def test_the_same_columns(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    question = replace(question, draws=3_000)
    expected = columns(question)
    monkeypatch.setattr(module, "COMPILED_DRAWS", question.draws)
    monkeypatch.setattr(compiled_columns, "CompiledDates", QUICK)
    found = columns(question)
    assert found.keys() == expected.keys()
    for name, column in expected.items():
        np.testing.assert_allclose(found[name], column, rtol=0, atol=1e-9, err_msg=name)


def test_the_same_answer_from_machine_code(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXACT_DRAWS", question.draws - 1)
    simulated = as_json(forecast_prior(question))
    monkeypatch.setattr(module, "COMPILED_DRAWS", question.draws)
    compiled = as_json(forecast_prior(question))
    assert compiled == simulated
    assert compiled["engine"] == "forward"
