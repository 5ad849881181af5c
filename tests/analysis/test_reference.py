"""Engines against reference posteriors, and what a reference must be to be kept."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from reference import AS_OF, READY, REFERENCES, Reference, diagnosed, read, write

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.evidence import load_ledger
from catchup.evidence.selected import Selection
from catchup.model import load_assumptions

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
KEPT = sorted(path.parent for path in REFERENCES.glob("*/info.json"))


def distances(found: Posterior, reference: Reference) -> dict[str, float]:
    """By quantity and level, how many Monte Carlo errors lie between an engine and a reference."""
    columns = {READY: found.ready}
    names = [name for name in reference.draws if name != READY]
    values = found.source.map(lambda drawn: {name: drawn[name] for name in names})
    columns |= {name: Distribution(values[name], found.source.weighting) for name in names}
    rows = {}
    for name, distribution in columns.items():
        held_to = reference.distribution(name)
        for p in LEVELS:
            one, other = distribution.quantile(p), held_to.quantile(p)
            rows[f"{name} {p}"] = abs(one.value - other.value) / math.hypot(one.mcse, other.mcse)
    return rows


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_importance_agrees_with_the_reference(folder: Path) -> None:
    reference = read(folder)
    question = replace(reference.question, draws=50_000, seed=3)
    found = condition(question, Selection(counted=reference.items), "importance")
    rows = distances(found, reference)
    assert max(rows.values()) < widest(1.0), max(rows, key=lambda name: rows[name])


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_a_reference_passed_every_check_and_still_does(folder: Path) -> None:
    reference = read(folder)
    assert all(reference.info["checks_made"].values())
    again = diagnosed(reference.draws, reference.info["diagnostics"]["divergent_transitions"])
    assert all(again["checks_made"].values())
    inputs = inputs_of(reference.question.assumptions, reference.items)
    assert (inputs.priors_hash(), inputs.ledger_hash()) == (
        reference.info["priors_hash"],
        reference.info["ledger_hash"],
    )


def test_both_models_have_a_reference() -> None:
    assert {"article", "current"} <= {folder.name for folder in KEPT}


def independent(shift: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        READY: rng.normal(size=(10, 1_000)),
        "china_stock": rng.normal(size=(10, 1_000)) + shift * np.eye(10)[:, :1],
    }


@pytest.mark.parametrize(
    ("draws", "divergences", "failed"),
    [
        (independent(), 0, []),
        (independent(), 3, ["no_divergences"]),
        (independent(1.0), 0, ["ess_within_bounds", "r_hat_below_1_01"]),
        ({name: values[:, :500] for name, values in independent().items()}, 0, ["ndraws_is_10k", "ess_within_bounds"]),
        (
            {name: np.repeat(values[:, ::10], 10, axis=1) for name, values in independent().items()},
            0,
            ["ess_within_bounds", "r_hat_below_1_01"],
        ),
    ],
    ids=["independent", "diverged", "chains disagree", "too few", "sticky"],
)
def test_what_is_no_reference_is_not_kept(draws: dict[str, np.ndarray], divergences: int, failed: list[str]) -> None:
    checks = diagnosed(draws, divergences)["checks_made"]
    assert [name for name, passed in checks.items() if not passed] == failed


def test_a_reference_is_read_back_with_its_question(tmp_path: Path) -> None:
    question, item = Question(load_assumptions(model="article"), AS_OF), load_ledger().items["rl-ratio-ten"]
    draws = independent()
    for folder in ("one", "two"):
        write(tmp_path / folder, question, (item,), draws, diagnosed(draws, 0))
    found = read(tmp_path / "one")
    assert (found.question.as_of, found.question.event) == (date(2026, 11, 21), question.event)
    assert [each.id for each in found.items] == ["rl-ratio-ten"]
    for name, values in draws.items():
        np.testing.assert_allclose(found.draws[name], values, rtol=5e-5)
    assert found.distribution(READY).quantile(0.5).mcse == pytest.approx(1.2533 / 100, rel=0.25)
    one, two = ((tmp_path / folder / "draws.json.zip").read_bytes() for folder in ("one", "two"))
    assert one == two
    assert json.loads((tmp_path / "one" / "info.json").read_text())["unit"] == {READY: "months since t = 0"}
