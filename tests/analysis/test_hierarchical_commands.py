"""Every command that shows or uses priors, on priors of more shapes that hang on one another."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from false_alarms import ranks
from scipy import stats

from catchup.analysis.commands.main import run
from catchup.priors.hierarchy import MARGINAL_DRAWS

ROWS = """
[quantity.budget_level]
family = "lognormal"
median = 0.02
sigma = 0.3
unit = "1"
description = "Typical budget"
sources = ["project"]
[quantity.hyperscaler_budget]
family = "truncated"
high = 1
of = {family = "lognormal", median = {quantity = "budget_level"}, sigma = 0.2}
[quantity.mfu_china]
family = "mixture"
components = [
    {weight = 0.5, family = "beta", alpha = 20, beta = 80},
    {weight = 0.5, family = "triangular", low = 0.15, mode = 0.2, high = 0.3},
]
[quantity.rl_ratio]
family = "lognormal"
median = {quantity = "mfu_china", times = 6}
sigma = 0.5
[quantity.china_stock]
family = "empirical"
low = 0
quantiles = [[0.05, 1.4e6], [0.5, 1.9e6], [0.95, 2.9e6]]
[quantity.hyperscaler_share]
family = "dirichlet"
concentration = 5
block = "stock"
[quantity.other_share]
family = "dirichlet"
concentration = 9
block = "stock"
unit = "1"
description = "The rest"
sources = ["project"]
role = "comparison"
"""


@pytest.fixture
def overlay(tmp_path: Path) -> str:
    path = tmp_path / "shapes.toml"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert run([*arguments, "--model", "article", "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_priors_are_listed_with_their_marginals(overlay: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in answer(capsys, "priors", "list", "--priors", overlay)["quantities"]}
    budget = rows["hyperscaler_budget"]
    assert budget["family"] == "truncated"
    of = {"family": "lognormal", "median": {"quantity": "budget_level"}, "sigma": 0.2}
    assert budget["parameters"] == {"of": of, "high": 1.0}
    low, high = ranks(0.5, MARGINAL_DRAWS)
    own = stats.lognorm(math.hypot(0.3, 0.2), scale=0.02)  # truncated where next to nothing is left
    assert low < own.cdf(budget["quantiles"]["0.5"]) < high
    assert low < stats.beta(9.0, 5.0).cdf(rows["other_share"]["quantiles"]["0.5"]) < high
    for command in (["list"], ["show", "hyperscaler_budget"], ["show", "mfu_china"]):
        assert run(["priors", *command, "--priors", overlay, "--model", "article"]) == 0
    assert "beta" in capsys.readouterr().out
    assert run(["priors", "check", overlay, "--model", "article"]) == 0
    assert "rl_ratio: lognormal, median 1.2" in capsys.readouterr().out


@pytest.mark.parametrize("evidence", ["none", "default"])
@pytest.mark.parametrize("command", ["forecast", "levers", "regimes", "scenarios", "sensitivity"])
def test_commands_answer(command: str, evidence: str, overlay: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(
        capsys, command, "--priors", overlay, "--evidence", evidence, "--draws", "20000", "--as-of", "2026-11-21"
    )
    if command == "forecast":
        assert 5.0 < found["ready"]["quantiles"]["0.5"]["months"] < 20.0
    if command == "regimes":
        assert len({json.dumps(row["quantiles"]) for row in found["regimes"]}) > 2
    if command == "sensitivity":
        assert "hyperscaler_budget" in {row["quantity"] for row in found["one_at_a_time"]}
        assert all(row.get("total") is None for row in found["sobol"])


def test_calibration_of_a_hierarchy(overlay: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "calibrate", "--fits", "20", "--priors", overlay, "--as-of", "2026-11-21")
    assert found["fits"] == 20


def test_quasi_random_draws(overlay: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain, quasi = (
        answer(capsys, "forecast", "--evidence", "none", "--priors", overlay, "--draws", "16384", *more)["ready"]
        for more in ([], ["--quasi"])
    )
    for p in ("0.05", "0.5", "0.95"):
        one, other = (found["quantiles"][p] for found in (plain, quasi))
        # a false alarm in a million: both errors are estimates, quasi-random ones of at least seven degrees of freedom
        assert abs(one["months"] - other["months"]) < 4.9 * one["mcse"] + 15.0 * other["mcse"]
        assert other["mcse"] < one["mcse"]
