"""Leaks about firms by name, and the answers about each firm that they move."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.estimates import Array, Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import likelihoods
from catchup.analysis.inference.outcomes import summary_columns
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.explorer import explorer_data
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors import Layer
from item_cases import DAY, item

DRAWS = 60_000
SIX = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai")
BAIDU = """
[firm.baidu]
title = "Baidu"
archetype = "hyperscaler"
budget = "startup_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"
[source.baidu-stock]
title = "Baidu, stock at t = 0"
firm = "baidu"
amount = ["baidu_stock"]
channel = "domestic"
[quantity.baidu_stock]
family = "lognormal"
median = 900e3
sigma = 0.2
unit = "H100e"
description = "Baidu's stock"
sources = ["project"]
"""


@cache
def question() -> Question:
    return Question(load_assumptions(), DAY, draws=DRAWS)


@cache
def prior() -> tuple[PriorDraws, dict[str, Array]]:
    source = PriorDraws(question())
    return source, source.map(lambda values: summary_columns(question(), values))


def reweighted(leak: Item) -> Weighting:
    source, _ = prior()
    weights = smooth_weights(likelihoods(question(), source, [leak])[leak.id]).weights
    return Weighting(DRAWS, weights=weights / weights.sum())


@pytest.mark.parametrize(
    ("name", "counted"),
    [("deepseek-run-share", True), ("qwen-run-share", True), ("glm-5-run", True), ("longcat-2-run", True)],
)
def test_published_shares_and_runs_agree_with_the_budgets(name: str, counted: bool, checks: dict[str, float]) -> None:
    assert counted
    assert 0.05 < checks[name] < 0.95


@pytest.fixture(scope="module")
def checks() -> dict[str, float]:
    """Share of the prior predictive that lies below what was published, by item."""
    from catchup.analysis.inference.likelihoods import predictions_of
    from catchup.evidence import load_ledger

    items = load_ledger().items
    names = ["deepseek-run-share", "qwen-run-share", "glm-5-run", "longcat-2-run"]
    source, found, clock = prior()[0], {}, question().clock
    rng = np.random.default_rng(5)
    for name in names:
        seen = items[name]
        predicted = source.map(lambda values, seen=seen: {"p": predictions_of(question(), values, [seen])[2][seen.id]})[
            "p"
        ]
        normal, uniform = rng.standard_normal(DRAWS), rng.random(DRAWS)
        replicated = seen.simulate(np, normal, uniform, predicted, seen.figures(clock))
        found[name] = float((replicated < seen.observation(clock)).mean())
    return found


def test_evidence_moves_a_firms_commitment(assumptions: Assumptions) -> None:
    """A share of the crash programme's, reported of one firm, tells of that firm and hardly of the others."""
    from catchup.analysis.inference.commitments import COMMITTED

    leak = item("budget_share", "leak", observed={"low": 0.04, "high": 0.06, "firm": "alibaba"}, likelihood={"sd": 0.1})
    columns, weighting = prior()[1], reweighted(leak)
    place = list(assumptions.regimes).index("crash-programme")

    def crash(firm: str, weights: Weighting | None = None) -> float:
        in_it = (columns[COMMITTED + firm] == place).astype(float)
        return float(in_it.mean()) if weights is None else weights.mean(in_it)

    assert crash("alibaba", weighting) > 0.5 > 5.0 * crash("alibaba")
    assert crash("tencent", weighting) < 0.5


def test_a_firm_that_is_never_first_spoils_nothing() -> None:
    nothing = load_assumptions(fixed={"zai_stock": 0.0, "zai_growth": 0.0})
    answer = forecast_prior(Question(nothing, DAY, draws=2_000))
    assert answer.first_firm["zai"].value == 0.0
    assert answer.ready_if_first["zai"] is None
    assert sum(share.value for share in answer.first_firm.values()) == pytest.approx(1.0)


def test_who_is_first_is_the_same_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Question(load_assumptions(), DAY, draws=8_000)
    kept = forecast_prior(asked)
    monkeypatch.setattr("catchup.analysis.inference.forecast.MOST_EXACT_DRAWS", 1_000)
    streamed = forecast_prior(asked)
    for firm, share in kept.first_firm.items():
        assert streamed.first_firm[firm].value == pytest.approx(share.value, rel=1e-12)
        one, other = kept.ready_if_first[firm], streamed.ready_if_first[firm]
        assert one is not None
        assert other is not None
        assert other.quantile_value(0.5) == pytest.approx(one.quantile_value(0.5), abs=0.3)
    for kind, share in kept.first_archetype.items():
        assert streamed.first_archetype[kind].value == pytest.approx(share.value, rel=1e-12)
    for firm, row in kept.commitments.items():
        assert {name: each.value for name, each in streamed.commitments[firm].items()} == pytest.approx(
            {name: each.value for name, each in row.items()}
        )


def test_one_more_firm_is_found_in_results_report_and_explorer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "baidu.toml"
    path.write_text(BAIDU, encoding="utf-8")
    options = ["--priors", str(path), "--as-of", "2026-11-21", "--draws", "8000"]
    assert run(["forecast", *options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["first_firm"]["baidu"] > 0.1
    assert answer["ready_if_first"]["baidu"]["quantiles"]["0.5"]["date"]
    assert answer["first_archetype"]["hyperscaler"] == pytest.approx(
        sum(answer["first_firm"][firm] for firm in ("bytedance", "alibaba", "tencent", "baidu")), abs=1e-4
    )
    assert run(["state", *options, "--json"]) == 0
    assert "baidu" in json.loads(capsys.readouterr().out)["firms"]
    assert run(["run", *options, "--runs", str(tmp_path / "runs"), "--json"]) == 0
    capsys.readouterr()
    (report,) = (tmp_path / "runs").rglob("report.html")
    assert "Baidu" in report.read_text(encoding="utf-8")
    more = load_assumptions([Layer.of(tomllib.loads(BAIDU), file="baidu.toml")])
    page = explorer_data(replace(question(), assumptions=more, draws=2_000), (), draws=500)
    assert page["firms"] == [*SIX, "baidu"]
    assert page["firmTitles"] == ["ByteDance", "Alibaba", "Tencent", "DeepSeek", "Moonshot", "Z.ai", "Baidu"]
    fields = {field["name"]: field for field in page["leaks"]["stock"]["fields"]}
    assert ["baidu", "Baidu"] in fields["whose"]["options"]
