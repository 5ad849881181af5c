"""The two engines test each other: importance over millions of draws, NUTS over long chains."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from false_alarms import widest
from recording import Add, sized
from seen_otherwise import items_that_saw

from catchup.analysis.inference.adaptation import adapt
from catchup.analysis.inference.draws import PriorDraws, Values
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.importance import weights_given
from catchup.analysis.inference.likelihoods import predictions_of, prior_for, total
from catchup.analysis.inference.nuisances import integrated_likelihood, nuisances_of
from catchup.analysis.inference.nuts import CHAINS, CompiledPosterior, as_posterior, refuse_untrustworthy
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence import Item, evidence_data, log_density, simulate, with_latents
from catchup.model import load_assumptions
from item_cases import reweighted

pytestmark = pytest.mark.slow

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
AGREE = 0.05  # months
ALL_LEDGERS = 20
LEDGERS = int(os.environ.get("CATCHUP_LEDGERS", sized(ALL_LEDGERS, 2)))
SEEDS = int(os.environ.get("CATCHUP_SEEDS", sized(20, 2)))
TRUTHS = 1_000
TRANSITIONS = 8_000  # of all chains of a seed


@dataclass(frozen=True)
class Effort:
    """How sure the engines are made of a model's dates before they are held against each other.

    Attributes
    ----------
    fitted : int
        Draws from a proposal fitted to a ledger.
    chain_draws, batches : int
        Of each chain in a batch; most batches.
    enough : float
        Largest MCSE of a quantile in months, from which on no more batches are taken.
    """

    fitted: int
    chain_draws: int
    batches: int
    enough: float


EFFORTS = {
    "article": Effort(4_000_000, 40_000, 24, 0.015),
    # Of six firms an effective draw takes NUTS ten times as long, and the last percents reach far into the years: to be
    # as sure of each ledger would take days. What chance explains is allowed for, and ledgers are averaged.
    "current": Effort(1_000_000, 12_500, 1, math.inf),
}

RECORD_OF = {"article": "engines", "current": "engines-current"}

Columns = dict[str, np.ndarray]


@pytest.fixture(scope="module", params=list(EFFORTS))
def asked(request: pytest.FixtureRequest) -> Question:
    assumptions = load_assumptions(model=request.param)
    question = Question(assumptions, date(2026, 11, 21), draws=EFFORTS[request.param].fitted)
    return replace(question, assumptions=with_latents(question.assumptions, _counted(question)))


@pytest.fixture(scope="module")
def differences(asked: Question) -> list[dict[float, tuple[float, float]]]:
    """By ledger of a model and level, how much later NUTS puts a quantile, and the error of that, months."""
    return []


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


def by_importance(asked: Question, items: tuple[Item, ...], seen: dict[str, float], seed: int) -> Distribution | None:
    """The date by draws from a proposal fitted to what was seen; None where they cannot be trusted."""
    clock = asked.clock

    def evaluate(values: Values) -> Columns:
        _, own, predicted = predictions_of(asked, values, items)
        densities = {item.id: log_density(item, seen[item.id], predicted[item.id], clock) for item in items}
        return {"ready": own.ready, "log_likelihood": total(densities)}

    prior = prior_for(replace(asked, seed=seed), items)
    rng = np.random.default_rng([11, seed])
    told = items_that_saw(items, seen)
    nuisances = nuisances_of(asked, prior, told)

    def integrated(values: Values) -> np.ndarray:
        return integrated_likelihood(asked, values, told, nuisances)

    fit = adapt(prior.transform, integrated, rng, nuisances=nuisances)
    if fit is None:
        return None
    drawn = prior.proposed(fit.proposal)
    columns = drawn.map(evaluate)
    smoothed = weights_given(columns["log_likelihood"], drawn)
    if not smoothed.good:
        return None
    return Distribution(columns["ready"], Weighting(asked.draws, weights=smoothed.weights))


def by_nuts(
    compiled: CompiledPosterior, asked: Question, seen: dict[str, float], seed: int
) -> tuple[Distribution, int]:
    """The date by NUTS, chain upon chain until its quantiles are sure enough, and how many transitions diverged."""
    effort = effort_of(asked)
    data = evidence_data(items_that_saw(compiled.items, seen), asked.assumptions, asked.as_of)
    chains, divergences = np.empty((0, effort.chain_draws)), 0
    for batch in range(effort.batches):
        tree = compiled.sample(CHAINS * effort.chain_draws, effort.batches * seed + batch, data=data)
        divergences += int(tree["sample_stats"]["diverging"].values.sum())
        chains = np.concatenate([chains, tree["posterior"]["ready"].sel(event=asked.event).values])
        ready = Distribution(chains.ravel(), Weighting(draws=chains.size, chains=len(chains)))
        if max(ready.quantile(p).mcse for p in LEVELS) < effort.enough:
            break
    return ready, divergences


def effort_of(asked: Question) -> Effort:
    return EFFORTS[asked.assumptions.model]


def compare(
    asked: Question, left: Distribution, sampled: tuple[Distribution, int], record: Add, ledger: str
) -> dict[float, tuple[float, float]]:
    """Hold the engines' quantiles against each other; returns their differences and those differences' errors."""
    right, divergences = sampled
    pairs = {p: (left.quantile(p), right.quantile(p)) for p in LEVELS}
    found = {p: (two.value - one.value, math.hypot(one.mcse, two.mcse)) for p, (one, two) in pairs.items()}
    for p, (first, second) in pairs.items():
        errors = {"mcse": first.mcse, "nuts_mcse": second.mcse, "divergences": divergences}
        record(RECORD_OF[asked.assumptions.model], ledger=ledger, level=p, months=found[p][0], **errors)
    for p, (first, second) in pairs.items():
        assert max(first.mcse, second.mcse) < effort_of(asked).enough, p
        assert abs(found[p][0]) < max(AGREE, widest(found[p][1]) if effort_of(asked).enough > AGREE else 0.0), p
    return found


def observed(asked: Question, items: tuple[Item, ...]) -> dict[str, float]:
    clock = asked.clock
    return {item.id: item.observation(clock) for item in items}


def test_the_engines_agree_on_the_default_ledger(
    asked: Question,
    items: tuple[Item, ...],
    compiled: CompiledPosterior,
    differences: list[dict[float, tuple[float, float]]],
    record: Add,
) -> None:
    seen = observed(asked, items)
    fitted = by_importance(asked, items, seen, seed=1)
    assert fitted is not None
    source = reweighted(prior_for(asked, items), asked, items)
    weighted_prior = Distribution(source.map(lambda values: {"": ready_under(asked, values)})[""], source.weighting)
    for p in LEVELS:
        one, other = fitted.quantile(p), weighted_prior.quantile(p)
        assert abs(one.value - other.value) < widest(float(np.hypot(one.mcse, other.mcse))), p
    differences.append(compare(asked, fitted, by_nuts(compiled, asked, seen, seed=1), record, "default"))


@pytest.mark.parametrize("ledger", range(LEDGERS))
def test_the_engines_agree_on_ledgers_simulated_from_the_prior(
    asked: Question,
    items: tuple[Item, ...],
    truths: Columns,
    compiled: CompiledPosterior,
    differences: list[dict[float, tuple[float, float]]],
    record: Add,
    ledger: int,
) -> None:
    rng = np.random.default_rng([7, ledger])
    clock = asked.clock
    # silence is what these ledgers share: only truths that it allows are simulated from
    open_still = np.flatnonzero(truths["ready"] > asked.as_of_months)
    for truth in rng.permutation(open_still):
        seen = observed(asked, items)
        for item in items:
            if item.text.kind != "not_yet":
                seen[item.id] = float(simulate(item, truths[item.id][truth : truth + 1], clock, rng)[0])
        left = by_importance(asked, items, seen, seed=ledger)
        if left is not None:  # or else the program, too, would ask NUTS alone
            break
    assert left is not None
    sampled = by_nuts(compiled, asked, seen, seed=ledger)
    differences.append(compare(asked, left, sampled, record, f"simulated {ledger}"))


def test_neither_engine_is_later_on_the_average(
    asked: Question, differences: list[dict[float, tuple[float, float]]], record: Add
) -> None:
    """What all ledgers have in common would show here where chance hides it in each of them."""
    if len(differences) < ALL_LEDGERS:
        pytest.skip("asks all ledgers of the tests above, which a record is made of")
    for p in LEVELS:
        months, errors = np.array([found[p] for found in differences]).T
        weights = errors**-2 / np.sum(errors**-2)
        mean, error = float(weights @ months), float(np.sum(errors**-2) ** -0.5)
        record("engines-average", model=asked.assumptions.model, level=p, months=mean, mcse=error)
        assert abs(mean) < max(widest(error), AGREE / 5.0), p
        assert error < AGREE, p


@pytest.mark.parametrize("seed", range(SEEDS))
def test_chains_can_be_trusted(asked: Question, compiled: CompiledPosterior, record: Add, seed: int) -> None:
    diagnostics = as_posterior(compiled.sample(TRANSITIONS, seed), asked).diagnostics
    found = {"divergences": diagnostics.divergences, "rhat": diagnostics.rhat_max, "ess": diagnostics.ess}
    record("seeds", model=asked.assumptions.model, seed=seed, transitions=TRANSITIONS, **found)
    refuse_untrustworthy(diagnostics, TRANSITIONS)
    if asked.assumptions.model == "article":
        assert diagnostics.divergences == 0
    assert diagnostics.rhat_max is not None
    assert diagnostics.rhat_max < 1.01
    assert diagnostics.ess > 2_000  # the smaller of the date's bulk and tail
