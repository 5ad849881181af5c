"""Both engines on ledgers that hold three items of every kind, simulated from the prior of firms by name."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest
from recording import Add, sized
from scipy import stats
from seen_otherwise import items_that_saw

from catchup.analysis.inference.adaptation import adapt
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Array, Distribution, Weighting
from catchup.analysis.inference.importance import weights_given
from catchup.analysis.inference.likelihoods import predictions_of, prior_for, total
from catchup.analysis.inference.nuisances import integrated_likelihood, nuisances_of
from catchup.analysis.inference.nuts import CHAINS, CompiledPosterior, as_posterior, refuse_untrustworthy
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import make_plan
from catchup.analysis.studies.calibration.plan import Plan
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.evidence import evidence_data, log_density
from catchup.evidence.schema import Item
from kind_ledgers import CASES, ledger

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
FITTED_DRAWS = int(os.environ.get("CATCHUP_PRIOR_DRAWS", "1000000"))
CHAIN_DRAWS = int(os.environ.get("CATCHUP_CHAIN_DRAWS", sized(25_000, 3_000)))  # of each chain
AGREE = 0.05  # months
MOST_TRUTHS = 20
OF_GROUP = {kind: group for group, cases in CASES.items() for kind in cases}
LEDGERS: dict[str, tuple[str, ...]] = {
    "chips": ("compute_stock", "cluster", "shipment"),
    "money": ("capital_spending", "rental_spend", "quantity_reading", "budget_share"),
    "runs": ("run_started", "run_finished", "training_run", "policy"),
    "readings": ("compute_reading", "capability_lag", "not_yet", "claim"),
    "milestones": ("milestone",),
    "progress": ("progress_estimate", "efficiency_curve", "hindcast"),
    "scores": ("frontier_score", "lag_records"),
}
REACH = float(stats.norm.isf(1e-6 / 2))  # MCSEs by which chance parts them once in a million


@pytest.mark.slow
@pytest.mark.timeout(3_600)  # of two events or two tables the graph compiles for minutes
@pytest.mark.parametrize("name", LEDGERS)
def test_the_engines_agree_on_three_items_of_each_kind(name: str, question: Question, record: Add) -> None:
    """Within 0.05 month, or where fewer draws than that would take were made, within what chance explains."""
    asked = dataclasses.replace(question, draws=FITTED_DRAWS)
    plan, seen, fitted = _first_that_importance_answers(make_plan(asked, _items(LEDGERS[name])))
    chains, apart = _by_nuts(plan, seen), []
    for level in LEVELS:
        first, second = fitted.quantile(level), chains.quantile(level)
        difference, error = second.value - first.value, float(np.hypot(first.mcse, second.mcse))
        errors = {"mcse": first.mcse, "nuts_mcse": second.mcse}
        record("engines-kinds", ledger=name, kinds=list(LEDGERS[name]), level=level, months=difference, **errors)
        if abs(difference) > max(AGREE, REACH * error):
            apart.append((level, difference, error))
    assert not apart


def test_every_kind_stands_in_a_ledger_of_both_engines() -> None:
    assert sorted(kind for kinds in LEDGERS.values() for kind in kinds) == sorted(OF_GROUP)


def _items(kinds: tuple[str, ...]) -> list[Item]:
    """Three items of each kind; a policy is certain, since no sampler can follow whether it acts."""
    chosen = [item for item in ledger(OF_GROUP[kinds[0]]) if item.kind.name in kinds]
    certain = {"reliability": 1.0}
    return [
        dataclasses.replace(item, likelihood=item.likelihood.model_copy(update=certain))
        if item.kind.name == "policy"
        else item
        for item in chosen
    ]


def _first_that_importance_answers(plan: Plan) -> tuple[Plan, dict[str, float], Distribution]:
    """Simulate ledgers until draws can be fitted to one: of so many sharp items NUTS often answers alone."""
    for truth in range(MOST_TRUTHS):
        seen = {name: float(column[0]) for name, column in simulate_truths(plan, truth, 1).observations.items()}
        fitted = _by_importance(plan, seen)
        if fitted is not None:
            return plan, seen, fitted
    pytest.fail(f"none of {MOST_TRUTHS} ledgers is one that draws can be fitted to")


def _by_importance(plan: Plan, seen: dict[str, float]) -> Distribution | None:
    asked, items = plan.question, plan.items

    def evaluate(values: Values) -> dict[str, Array]:
        _, own, predicted = predictions_of(asked, values, items)
        densities = {item.id: log_density(item, seen[item.id], predicted[item.id], plan.clock) for item in items}
        return {"ready": own.ready, "log_likelihood": total(densities)}

    prior = prior_for(asked, items)
    told = items_that_saw(items, seen)
    nuisances = nuisances_of(asked, prior, told)

    def integrated(values: Values) -> Array:
        return integrated_likelihood(asked, values, told, nuisances)

    fit = adapt(prior.transform, integrated, np.random.default_rng(11), nuisances=nuisances)
    if fit is None:
        return None
    drawn = prior.proposed(fit.proposal)
    columns = drawn.map(evaluate)
    weights = weights_given(columns["log_likelihood"], drawn).weights
    return Distribution(columns["ready"], Weighting(FITTED_DRAWS, weights=weights))


def _by_nuts(plan: Plan, seen: dict[str, float]) -> Distribution:
    asked = plan.question
    compiled = CompiledPosterior(asked, plan.items)
    data = evidence_data(items_that_saw(plan.items, seen), asked.assumptions, asked.as_of)
    tree = compiled.sample_carefully(CHAINS * CHAIN_DRAWS, 1, data=data)
    refuse_untrustworthy(as_posterior(tree, asked).diagnostics, CHAINS * CHAIN_DRAWS)
    ready = tree["posterior"]["ready"].sel(event=asked.event).values
    return Distribution(np.ascontiguousarray(ready.ravel()), Weighting(ready.size, chains=len(ready)))
