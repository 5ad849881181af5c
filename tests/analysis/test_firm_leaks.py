"""Leaks about firms by name, and the answers about each firm that they move."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.estimates import Array, Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import likelihoods
from catchup.analysis.inference.outcomes import summary_columns
from catchup.analysis.inference.question import Question
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import DAY, item

MODEL = "current"
DRAWS = 60_000
SIX = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai")


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
