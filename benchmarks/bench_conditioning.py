"""Two engines and PyMC's own sampler on the default ledger: effective draws a second, and what new figures cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from comparing import Ledger, in_turns, shortest

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.nuts import (
    CHAINS,
    TARGET_ACCEPTANCE,
    TUNING,
    CompiledPosterior,
    as_posterior,
    build_posterior_model,
)
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.inference.subsets import SharedDraws
from catchup.evidence.graph import evidence_data
from catchup.evidence.latents import with_latents
from catchup.evidence.selection import Selection
from catchup.model.assumptions import load_assumptions

DRAWS = 1_000_000
NUTS_DRAWS = 8_000  # 4 chains of 2,000
DAY = date(2026, 11, 21)
NEXT_WEEK = date(2026, 11, 28)


@dataclass(frozen=True)
class FirstFit:
    """A first fit by NUTS: the compiled model, how long it took with its compilation, and effective draws."""

    posterior: CompiledPosterior
    seconds: float
    effective: float


@pytest.fixture(scope="module", params=["article", "current"])
def question(request: pytest.FixtureRequest) -> Question:
    return Question(load_assumptions(model=request.param), DAY, draws=DRAWS)


@pytest.fixture(scope="module")
def selection(question: Question) -> Selection:
    return choose_evidence(question, "default", None, [])


@pytest.fixture(scope="module")
def known(question: Question, selection: Selection) -> Question:
    """The question with the latent quantities of what is counted."""
    return replace(question, assumptions=with_latents(question.assumptions, selection.counted))


@pytest.fixture(scope="module")
def first_fit(known: Question, selection: Selection) -> FirstFit:
    import nutpie  # noqa: F401  # what importing takes is not the engine's

    start = time.perf_counter()
    posterior = CompiledPosterior(known, selection.counted)
    tree = posterior.sample(NUTS_DRAWS, known.seed)
    seconds = time.perf_counter() - start
    return FirstFit(posterior, seconds, as_posterior(tree, known).diagnostics.ess)


@pytest.fixture(scope="module")
def stock_rate(known: Question, selection: Selection) -> tuple[float, str]:
    """Effective draws a second of PyMC's own sampler with its compilation, and what they are made of."""
    import pymc as pm

    start = time.perf_counter()
    tree = pm.sample(
        draws=NUTS_DRAWS // CHAINS,
        tune=TUNING,
        chains=CHAINS,
        nuts_sampler="pymc",
        nuts={"target_accept": TARGET_ACCEPTANCE},
        random_seed=known.seed,
        progressbar=False,
        compute_convergence_checks=False,
        model=build_posterior_model(known, selection.counted),
    )
    seconds = time.perf_counter() - start
    effective = as_posterior(tree, known).diagnostics.ess
    return effective / seconds, f"{effective:,.0f} in {seconds:.1f} s"


def test_effective_draws_a_second(
    benchmark: Any,
    ledger: Ledger,
    known: Question,
    selection: Selection,
    first_fit: FirstFit,
    stock_rate: tuple[float, str],
) -> None:
    effective: dict[bool, float] = {}

    def of_prior() -> None:
        shared = SharedDraws(known, selection.counted, prior_for(known, selection.counted), summed_up=True)
        effective[False] = shared.subset([item.id for item in selection.counted]).ready.effective_draws

    def of_fit() -> None:
        effective[True] = condition(known, selection, "importance").diagnostics.ess

    plain, fitted = shortest(*in_turns(benchmark, of_prior, of_fit, rounds=4))
    rate = effective[True] / fitted
    made, model = f"{effective[True]:,.0f} in {fitted:.2f} s against", known.assumptions.model
    ledger.at_least(
        f"effective draws a second, {model}: importance from a fitted proposal / from the prior",
        rate * plain / effective[False],
        2.0,
        f"{made} {effective[False]:,.0f} in {plain:.2f} s",
    )
    ledger.at_least(
        f"effective draws a second, {model}: importance from a fitted proposal / PyMC's own NUTS with its compilation",
        rate / stock_rate[0],
        25.0,
        f"{made} {stock_rate[1]}",
    )
    ledger.at_least(
        f"effective draws a second, {model}: importance from a fitted proposal / NUTS (nutpie) with its compilation",
        rate / (first_fit.effective / first_fit.seconds),
        1_000.0,
        f"{made} {first_fit.effective:,.0f} in {first_fit.seconds:.1f} s",
    )


def test_refit_after_new_figures(benchmark: Any, ledger: Ledger, first_fit: FirstFit) -> None:
    posterior = first_fit.posterior
    figures = evidence_data(posterior.items, posterior.question.assumptions, NEXT_WEEK)
    before = evidence_data(posterior.items, posterior.question.assumptions, DAY)
    assert (figures["figures"] != before["figures"]).any()
    seconds: list[float] = []

    def refit() -> None:
        start = time.perf_counter()
        posterior.sample(NUTS_DRAWS, posterior.question.seed, data=figures)
        seconds.append(time.perf_counter() - start)

    benchmark.pedantic(refit, rounds=5, iterations=1)
    ledger.at_least(
        f"NUTS, {posterior.question.assumptions.model}: first fit with its compilation / refit after new figures",
        first_fit.seconds / min(seconds),
        10.0,
        f"{first_fit.seconds:.1f} s against {min(seconds):.2f} s",
    )
