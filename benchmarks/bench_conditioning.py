"""The two engines on the default ledger: effective draws a second, and what a second set of figures costs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from comparing import Ledger

from catchup.analysis.conditioning import choose_evidence, condition
from catchup.analysis.forecast import forecast_from
from catchup.analysis.nuts import CompiledPosterior, as_posterior
from catchup.analysis.question import Question
from catchup.evidence.graph import evidence_data
from catchup.evidence.latents import with_latents
from catchup.evidence.selection import Selection
from catchup.model.assumptions import load_assumptions

PRIOR_DRAWS = 1_000_000
NUTS_DRAWS = 8_000  # 4 chains of 2 000
DAY = date(2026, 11, 21)
NEXT_WEEK = date(2026, 11, 28)


@dataclass(frozen=True)
class FirstFit:
    """A first fit by NUTS: the compiled model, how long it took with its compilation, and effective draws."""

    posterior: CompiledPosterior
    seconds: float
    effective: float


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(load_assumptions(), DAY, draws=PRIOR_DRAWS)


@pytest.fixture(scope="module")
def selection(question: Question) -> Selection:
    return choose_evidence(question, "default", None, [])


@pytest.fixture(scope="module")
def first_fit(question: Question, selection: Selection) -> FirstFit:
    import nutpie  # noqa: F401  # what importing takes is not the engine's

    wanted = replace(question, assumptions=with_latents(question.assumptions, selection.counted))
    start = time.perf_counter()
    posterior = CompiledPosterior(wanted, selection.counted)
    tree = posterior.sample(NUTS_DRAWS, wanted.seed)
    seconds = time.perf_counter() - start
    return FirstFit(posterior, seconds, as_posterior(tree, wanted).diagnostics.ess)


def test_effective_draws_a_second(
    benchmark: Any, ledger: Ledger, question: Question, selection: Selection, first_fit: FirstFit
) -> None:
    effective: list[float] = []
    seconds: list[float] = []

    def reweighted() -> None:
        start = time.perf_counter()
        conditioned = condition(question, selection, "importance")
        forecast_from(conditioned.question, conditioned.source, engine=conditioned.engine)
        seconds.append(time.perf_counter() - start)
        effective.append(conditioned.diagnostics.ess)

    benchmark.pedantic(reweighted, rounds=5, iterations=1, warmup_rounds=1)
    importance, nuts = min(effective) / min(seconds), first_fit.effective / first_fit.seconds
    ledger.at_least(
        "effective draws a second: importance / NUTS with its compilation",
        importance / nuts,
        50.0,
        f"{effective[0]:,.0f} in {min(seconds):.2f} s against {first_fit.effective:,.0f} in {first_fit.seconds:.1f} s",
    )


def test_refit_after_new_figures(benchmark: Any, ledger: Ledger, first_fit: FirstFit) -> None:
    posterior = first_fit.posterior
    figures = evidence_data(posterior.items, posterior.question.assumptions, NEXT_WEEK)
    before = evidence_data(posterior.items, posterior.question.assumptions, DAY)
    assert figures.keys() == before.keys()
    assert figures != before
    seconds: list[float] = []

    def refit() -> None:
        start = time.perf_counter()
        posterior.sample(NUTS_DRAWS, posterior.question.seed, data=figures)
        seconds.append(time.perf_counter() - start)

    benchmark.pedantic(refit, rounds=5, iterations=1)
    ledger.at_least(
        "NUTS: first fit with its compilation / refit after new figures",
        first_fit.seconds / min(seconds),
        10.0,
        f"{first_fit.seconds:.1f} s against {min(seconds):.2f} s",
    )
