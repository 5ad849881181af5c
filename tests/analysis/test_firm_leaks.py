"""Leaks about firms by name, and the answers about each firm that they move."""

from __future__ import annotations

from datetime import date
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
from catchup.evidence import load_ledger
from catchup.evidence.schema import Item, item_from_table
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


FITTED = ("deepseek-run-share", "qwen-run-share", "glm-5-run", "longcat-2-run")
DEEPSEEK_V3 = item(  # a run that no budget was fitted to
    "run_finished",
    "deepseek-v3",
    known_since=date(2024, 12, 27),
    observed={"firm": "DeepSeek", "date": date(2024, 12, 27), "size": 3.3e24},
    likelihood={"size_sd": 0.75, "typical_share": 0.5},
    sources=[{"title": "A report", "publisher": "DeepSeek", "date": date(2024, 12, 27), "quoted_in": "a page"}],
)


def below(seen: Item) -> float:
    """Share of the prior predictive that lies below what was published."""
    from catchup.analysis.inference.likelihoods import predictions_of

    rng, clock = np.random.default_rng(5), question().clock
    predicted = prior()[0].map(lambda values: {"p": predictions_of(question(), values, [seen])[2][seen.id]})["p"]
    normal, uniform = rng.standard_normal(DRAWS), rng.random(DRAWS)
    replicated = seen.simulate(np, normal, uniform, predicted, seen.figures(clock))
    return float((replicated < seen.observation(clock)).mean())


@pytest.mark.parametrize("name", FITTED)
def test_what_budgets_were_fitted_to_is_read_as_it_was_in_the_fit(name: str) -> None:
    """No test of the budgets: that rows, units and firms of the model are those that the fit had in mind."""
    assert 0.05 < below(load_ledger().items[name]) < 0.95


def test_budgets_allow_for_a_run_that_they_were_not_fitted_to() -> None:
    assert 0.05 < below(DEEPSEEK_V3) < 0.95
    larger = {
        **DEEPSEEK_V3.text.model_dump(exclude_none=True),
        "observed": {**DEEPSEEK_V3.text.observed, "size": 3.3e26},
    }
    assert below(item_from_table(larger, file="larger.toml")) > 0.99


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
