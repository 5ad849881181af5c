"""Items of two outcomes: as far out as what was observed is only itself, wherever a probability is said of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.tails import expectation, predictive_tail
from catchup.analysis.studies.checks.predictions import predict
from catchup.analysis.studies.surprise import surprises
from catchup.evidence.latents import with_latents
from catchup.evidence.schema import Item, item_from_table
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, table, write_item

HELD = {"firm": "bytedance", "date": date(2026, 8, 7), "chip": "H100e"}
NONE = {"value": 0.0, "channel": "h200", "date": date(2026, 10, 1)}
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "likely-cluster": ("cluster", HELD | {"value": 2e5}, {"sd": 0.4}),
    "cluster": ("cluster", HELD | {"value": 2e6}, {"sd": 0.4}),
    "unlikely-cluster": ("cluster", HELD | {"value": 4e6}, {"sd": 0.4}),
    "doubted-cluster": (
        "cluster",
        HELD | {"value": 4e6},
        {"sd": 0.4, "reliability": 0.5, "background_probability": 0.2},
    ),
    "none-shipped": ("shipment", NONE, {"unnoticed_h100e": 1e4}),
    "claim": (
        "claim",
        {"event": "compute-equivalent", "date": date(2026, 10, 1)},
        {"delay_months": 2, "true_positive": 0.8, "false_positive": 0.1},
    ),
}


def case(name: str) -> Item:
    kind, observed, likelihood = CASES[name]
    return item_from_table({**table(kind, name), "observed": observed, "likelihood": likelihood}, file=f"{name}.toml")


def asked(of: Item, draws: int) -> Question:
    return Question(with_latents(load_assumptions(), [of]), DAY, draws=draws, quasi_random=False)


@pytest.mark.parametrize("name", CASES)
def test_as_far_out_as_one_of_two_outcomes_is_that_outcome(name: str) -> None:
    """Conflicts are judged by what `check` counts, and say what was expected: all of one probability."""
    row = case(name)
    question = asked(row, 20_000)
    source = prior_for(question, [row])
    predicted = source.map(lambda values: predictions_of(question, values, [row])[2])[name]
    exact = float(np.exp(row.log_density(np, 1.0, predicted, row.figures(question.clock))).mean())
    rng = np.random.default_rng(1)
    assert predictive_tail(row, predicted, question.clock, rng) == pytest.approx(exact, rel=1e-12)
    assert expectation(row, predicted, question.clock, rng) == f"expected with a probability of {exact:.2g}"
    (checked,) = predict(question, source, [row], "prior", 3)
    assert abs(checked.probability.value - exact) < widest(checked.probability.mcse)


def test_an_outcome_is_no_likelier_for_having_another_beside_it() -> None:
    """One of a probability of 0.6% is below one in a hundred, also where nothing lies beyond it."""
    (said,) = surprises(asked(case("unlikely-cluster"), 100), [case("unlikely-cluster")])
    assert said.probability < 0.01
    assert f"(p = {said.probability:.2g} for this outcome)" in said.text


def test_a_refusal_says_one_probability_of_an_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(tmp_path, "cluster", "giant", observed=HELD | {"value": 7e6}, likelihood={"sd": 0.4})
    assert catchup(["forecast", "--evidence", "none", "--add", str(path), "--as-of", f"{DAY}"]) == 1
    said = capsys.readouterr().err
    found = re.search(
        r"giant: hardly possible under the prior \(p = (\S+); expected with a probability of (\S+)\)", said
    )
    assert found is not None, said
    assert found[1] == found[2]
    assert float(found[1]) < 1e-3
