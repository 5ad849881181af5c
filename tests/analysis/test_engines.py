"""The two engines test each other: importance over millions of draws, NUTS over long chains."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from recording import Add

from catchup.analysis.inference.adaptation import adapt, reweighted
from catchup.analysis.inference.draws import PriorDraws, Values
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.importance import weights_given
from catchup.analysis.inference.likelihoods import predictions_of, prior_for, total
from catchup.analysis.inference.nuts import CHAINS, CompiledPosterior, as_posterior
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence import Item, evidence_data, log_density, simulate, with_latents
from false_alarms import widest

pytestmark = pytest.mark.slow

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
AGREE = 0.05  # months
ENOUGH = 0.015  # months, the MCSE of either engine below which they can be compared so
LEDGERS = int(os.environ.get("CATCHUP_LEDGERS", "20"))
SEEDS = int(os.environ.get("CATCHUP_SEEDS", "20"))
PRIOR_DRAWS = int(os.environ.get("CATCHUP_PRIOR_DRAWS", "4000000"))  # weighted as they are
FITTED_DRAWS = (
    PRIOR_DRAWS  # from a proposal fitted to the ledger: with half as many the 95% of wide posteriors is not sure enough
)
CHAIN_DRAWS = int(os.environ.get("CATCHUP_CHAIN_DRAWS", "40000"))  # of each chain in a batch
MOST_BATCHES = 24
TRUTHS = 1_000

Columns = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def asked() -> Question:
    from catchup.model.assumptions import load_assumptions

    question = Question(load_assumptions(), date(2026, 11, 21), draws=PRIOR_DRAWS)
    return replace(question, assumptions=with_latents(question.assumptions, _counted(question)))


@pytest.fixture(scope="module")
def items(asked: Question) -> tuple[Item, ...]:
    return _counted(asked)


def _counted(question: Question) -> tuple[Item, ...]:
    return choose_evidence(question, "default", None, ()).counted


@pytest.fixture(scope="module")
def compiled(asked: Question, items: tuple[Item, ...]) -> CompiledPosterior:
    return CompiledPosterior(asked, items)


@pytest.fixture(scope="module")
def truths(asked: Question, items: tuple[Item, ...]) -> Columns:
    """The date and every item's prediction in prior draws, from which ledgers are simulated."""
    other = replace(asked, draws=TRUTHS, seed=asked.seed + 1)
    return _columns(other, prior_for(other, items), items)


def _columns(question: Question, source: PriorDraws, items: tuple[Item, ...]) -> Columns:
    def evaluate(values: Columns) -> Columns:
        _, own, predicted = predictions_of(question, values, items)
        return {"ready": own.ready, **predicted}

    return source.map(evaluate)


def by_importance(asked: Question, items: tuple[Item, ...], seen: dict[str, float], seed: int) -> Distribution:
    """The date by draws from a proposal fitted to what was seen."""
    clock = asked.clock

    def evaluate(values: Values) -> Columns:
        _, own, predicted = predictions_of(asked, values, items)
        densities = {item.id: log_density(item, seen[item.id], predicted[item.id], clock) for item in items}
        return {"ready": own.ready, "log_likelihood": total(densities)}

    prior = prior_for(replace(asked, draws=FITTED_DRAWS, seed=seed), items)
    rng = np.random.default_rng([11, seed])
    fit = adapt(prior.transform, lambda values: evaluate(values)["log_likelihood"], rng)
    assert fit is not None
    drawn = prior.proposed(fit.proposal)
    columns = drawn.map(evaluate)
    smoothed = weights_given(columns["log_likelihood"], drawn)
    return Distribution(columns["ready"], Weighting(FITTED_DRAWS, weights=smoothed.weights))


def by_nuts(compiled: CompiledPosterior, asked: Question, seen: dict[str, float], seed: int) -> Distribution:
    """The date by NUTS, chain upon chain until its quantiles are sure enough."""
    data = evidence_data(compiled.items, asked.assumptions, asked.as_of, seen=seen)
    chains = np.empty((0, CHAIN_DRAWS))
    for batch in range(MOST_BATCHES):
        tree = compiled.sample(CHAINS * CHAIN_DRAWS, MOST_BATCHES * seed + batch, data=data)
        chains = np.concatenate([chains, tree["posterior"]["ready"].sel(event=asked.event).values])
        ready = Distribution(chains.ravel(), Weighting(draws=chains.size, chains=len(chains)))
        if max(ready.quantile(p).mcse for p in LEVELS) < ENOUGH:
            break
    return ready


def compare(left: Distribution, right: Distribution, record: Add, ledger: str) -> None:
    pairs = {p: (left.quantile(p), right.quantile(p)) for p in LEVELS}
    for p, (first, second) in pairs.items():
        difference = second.value - first.value
        record("engines", ledger=ledger, level=p, months=difference, mcse=first.mcse, nuts_mcse=second.mcse)
    for p, (first, second) in pairs.items():
        assert max(first.mcse, second.mcse) < ENOUGH, p
        assert abs(first.value - second.value) < AGREE, p


def observed(asked: Question, items: tuple[Item, ...]) -> dict[str, float]:
    clock = asked.clock
    return {item.id: item.observation(clock) for item in items}


def test_the_engines_agree_on_the_default_ledger(
    asked: Question, items: tuple[Item, ...], compiled: CompiledPosterior, record: Add
) -> None:
    seen = observed(asked, items)
    fitted = by_importance(asked, items, seen, seed=1)
    source = reweighted(prior_for(asked, items), asked, items)
    weighted_prior = Distribution(source.map(lambda values: {"": ready_under(asked, values)})[""], source.weighting)
    for p in LEVELS:
        one, other = fitted.quantile(p), weighted_prior.quantile(p)
        assert abs(one.value - other.value) < widest(float(np.hypot(one.mcse, other.mcse))), p
    compare(fitted, by_nuts(compiled, asked, seen, seed=1), record, "default")


@pytest.mark.parametrize("ledger", range(LEDGERS))
def test_the_engines_agree_on_ledgers_simulated_from_the_prior(
    asked: Question,
    items: tuple[Item, ...],
    truths: Columns,
    compiled: CompiledPosterior,
    record: Add,
    ledger: int,
) -> None:
    rng = np.random.default_rng([7, ledger])
    clock = asked.clock
    # silence is what these ledgers share: only truths that it allows are simulated from
    open_still = np.flatnonzero(truths["ready"] > asked.as_of_months)
    truth = int(rng.choice(open_still))
    seen = observed(asked, items)
    for item in items:
        if item.text.kind != "not_yet":
            seen[item.id] = float(simulate(item, truths[item.id][truth : truth + 1], clock, rng)[0])
    left, right = by_importance(asked, items, seen, seed=ledger), by_nuts(compiled, asked, seen, seed=ledger)
    compare(left, right, record, f"simulated {ledger}")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_chains_can_be_trusted(asked: Question, compiled: CompiledPosterior, record: Add, seed: int) -> None:
    diagnostics = as_posterior(compiled.sample(8_000, seed), asked).diagnostics
    found = {"divergences": diagnostics.divergences, "rhat": diagnostics.rhat_max, "ess": diagnostics.ess}
    record("seeds", seed=seed, **found)
    assert diagnostics.divergences == 0
    assert diagnostics.rhat_max is not None
    assert diagnostics.rhat_max < 1.01
    assert diagnostics.ess > 2_000  # the smaller of the date's bulk and tail
