"""An amortised posterior of the same model, a network trained on data simulated from it, where BayesFlow is installed.

It is not in the lock file: ``pip install bayesflow jax`` beside it. Its training is counted, and told apart: once it is
trained it answers any further data without the model's likelihood, which is what it does better.
"""

from __future__ import annotations

import os
import time
from datetime import date
from typing import Any

import numpy as np
import pytest
from comparing import Ledger
from scoringrules import crps_ensemble

from catchup.analysis.inference.likelihoods import predictions_of, prior_for, total
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.calibration import make_plan
from catchup.analysis.studies.calibration.importance_fits import ImportanceFits, resample
from catchup.analysis.studies.calibration.plan import Plan
from catchup.analysis.studies.calibration.truths import Truths, simulate_truths
from catchup.evidence.likelihood import log_density
from catchup.model.assumptions import load_assumptions

FITS, KEPT = 1_000, 999  # simulated ledgers, and draws of the posterior of each
SIMULATED, EPOCHS = 50_000, 10  # ledgers that the network is trained on, and how often it sees each
LEARNT = ("ready", "mythos_flop", "algorithmic_progress")  # a flow that couples coordinates needs more than the date
REACH = 4.9  # standard errors that chance explains but once in a million
EARLIEST = 1e-3  # months: the logarithm of a date is learnt


def test_many_fits_by_an_amortised_posterior(benchmark: Any, ledger: Ledger) -> None:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    bayesflow = pytest.importorskip("bayesflow")
    question = Question(load_assumptions(model="article"), date(2026, 11, 21), draws=SIMULATED)
    plan = make_plan(question, choose_evidence(question, "default", None, ()).counted)
    asked, known = simulate_truths(plan, 0, FITS), simulate_truths(plan, FITS, SIMULATED)
    started = time.perf_counter()
    workflow = bayesflow.BasicWorkflow(
        inference_network=bayesflow.networks.CouplingFlow(),
        inference_variables=["learnt"],
        inference_conditions=["seen"],
        standardize=["inference_variables", "inference_conditions"],
    )
    workflow.fit_offline({"learnt": _learnt(plan, known), "seen": _seen(plan, known)}, epochs=EPOCHS, verbose=0)
    trained = time.perf_counter()
    drawn = workflow.sample(conditions={"seen": _seen(plan, asked)}, num_samples=KEPT)["learnt"]
    training, sampling = trained - started, time.perf_counter() - trained
    benchmark.pedantic(lambda: ImportanceFits(plan)(0, FITS), rounds=3, iterations=1)
    ours = benchmark.stats.stats.min
    ready = asked.tracked[:, plan.tracked.index("ready")]
    theirs_off, ours_off = (
        crps_ensemble(ready, np.exp(drawn[..., 0])),
        crps_ensemble(ready, _by_importance(plan, asked)),
    )
    apart = theirs_off - ours_off
    error = float(apart.std(ddof=1) / np.sqrt(FITS))
    ledger.at_least(
        f"{FITS:,} fits to simulated data, article: amortised (BayesFlow), its training counted / importance",
        (training + sampling) / ours,
        1.0,
        f"{training:.0f} s of training on {SIMULATED:,} simulated ledgers and {sampling:.0f} s of drawing, against "
        f"{ours:.1f} s, one after the other; any further ledger takes it {1e3 * sampling / FITS:.0f} ms, and no "
        "likelihood",
    )
    ledger.at_least(
        f"how far from the truth, {FITS:,} simulated ledgers, article: CRPS of the date, amortised / importance",
        float(theirs_off.mean() / ours_off.mean()),
        1.0 - REACH * error / float(ours_off.mean()),
        f"{theirs_off.mean():.3f} against {ours_off.mean():.3f} months, apart by {apart.mean():.3f} ± {error:.3f}",
    )


def _learnt(plan: Plan, truths: Truths) -> np.ndarray:
    columns = [truths.tracked[:, plan.tracked.index(name)] for name in LEARNT]
    return np.log(np.maximum(np.stack(columns, axis=1), EARLIEST)).astype(np.float32)


def _seen(plan: Plan, truths: Truths) -> np.ndarray:
    return np.stack([truths.observations[item.id] for item in plan.items], axis=1).astype(np.float32)


def _by_importance(plan: Plan, truths: Truths) -> np.ndarray:
    """The date by prior draws weighted by each ledger's likelihood, shape (ledger, draw): draws of equal weight."""

    def evaluate(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        _, own, predicted = predictions_of(plan.question, values, plan.items)
        return {"ready": own.ready, **predicted}

    columns = prior_for(plan.question, plan.items).map(evaluate)
    rng, found = np.random.default_rng(1), np.empty((FITS, KEPT))
    for fit in range(FITS):
        seen = {item.id: truths.observations[item.id][fit] for item in plan.items}
        log_weights = total(
            {item.id: log_density(item, seen[item.id], columns[item.id], plan.clock) for item in plan.items}
        )
        found[fit] = columns["ready"][resample(np.exp(log_weights - log_weights.max()), KEPT, rng)]
    return found
