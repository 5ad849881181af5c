"""Importance fits: ranks that are exact for weighted draws, on a twin whose posterior is known and on the model."""

import dataclasses

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from recording import Add
from scipy import stats

from calibration_figures import uniformity_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.calibration import calibrate, make_plan
from catchup.analysis.studies.calibration.densities import SharedDensities
from catchup.analysis.studies.calibration.fits import ranks_of
from catchup.analysis.studies.calibration.importance_fits import ImportanceFits, resample
from catchup.analysis.studies.calibration.plan import Plan, with_spread
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.analysis.studies.calibration.uniformity import counts_below, p_value
from catchup.evidence.likelihood import log_density
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from catchup.model.obstacles import quantities_of
from catchup.priors.errors import InputError


def twin_ranks(draws: int, fits: int, sd: float, *, with_truth: bool, seed: int = 1) -> np.ndarray:
    """Ranks in the model x ~ N(0, 1), y ~ N(x, sd), by weighting a shared prior sample as the engine does."""
    rng = np.random.default_rng(seed)
    sample = rng.standard_normal(draws)
    ranks = []
    for _ in range(fits):
        truth = rng.standard_normal()
        pool = np.append(sample, truth) if with_truth else sample
        log_ratios = stats.norm.logpdf(truth + sd * rng.standard_normal(), pool, sd)
        chosen = resample(np.exp(log_ratios - log_ratios.max()), 99, rng)
        ranks += ranks_of(np.array([truth]), pool[chosen, None], rng)
    return np.array(ranks)


@pytest.mark.parametrize("sd", [1.0, 0.1])
def test_ranks_of_a_twin_are_uniform_however_few_draws_are_effective(sd: float) -> None:
    # at sd 0.1 about 50 of 1,000 draws count in the middle, and a handful in the tails
    ranks = twin_ranks(1_000, 400, sd, with_truth=True)
    assert p_value(counts_below(ranks, 99), ranks.size) > 1e-3


def test_without_the_truth_among_the_draws_few_effective_ones_would_be_found_out() -> None:
    ranks = twin_ranks(60, 2_000, 0.1, with_truth=False)
    assert p_value(counts_below(ranks, 99), ranks.size) < 1e-3


def test_resampling_draws_each_position_as_often_as_its_weight_says() -> None:
    weights = np.array([0.0, 3.0, 1.0, 0.0, 6.0, 0.0])
    counts = np.bincount(resample(weights, 10_000, np.random.default_rng(2)), minlength=6)
    assert counts[weights == 0].sum() == 0
    kept = weights > 0
    assert stats.chisquare(counts[kept], 1_000 * weights[kept]).pvalue > FALSE_ALARM


def test_ties_are_ranked_at_random() -> None:
    rng = np.random.default_rng(3)
    draws = np.zeros((4, 1))
    ranks = np.array([ranks_of(np.zeros(1), draws, rng)[0] for _ in range(2_000)])
    assert stats.chisquare(np.bincount(ranks, minlength=5)).pvalue > FALSE_ALARM


def test_shared_densities_are_the_engines(plan: Plan) -> None:
    truths = simulate_truths(plan, 0, 6)
    predictions = simulate_truths(plan, 100, 3_001).predictions
    shared = np.empty((6, 3_001))
    SharedDensities(plan.items, predictions, plan.clock).fill(shared, truths.observations)
    expected = sum(
        log_density(item, truths.observations[item.id][:, None], predictions[item.id], plan.clock)
        for item in plan.items
    )
    np.testing.assert_allclose(shared, expected, rtol=1e-9, atol=1e-9)


def test_every_truth_is_the_same_however_the_work_is_cut(plan: Plan) -> None:
    fitter = ImportanceFits(plan)
    together = fitter(0, 5)
    apart = [*fitter(0, 2), *fitter(2, 1), *fitter(3, 2)]
    assert [(fit.fit, fit.ranks) for fit in apart] == [(fit.fit, fit.ranks) for fit in together]
    assert [fit.ess for fit in apart] == pytest.approx([fit.ess for fit in together])
    assert len({fit.ranks for fit in together}) == 5


def test_silence_is_simulated_both_ways(question: Question, items: tuple[Item, ...]) -> None:
    published = dataclasses.replace(question, assumptions=load_assumptions(model="article"))
    plan = make_plan(published, items)
    truths = simulate_truths(plan, 0, 2_000)
    ready, day = truths.tracked[:, 0], plan.question.as_of_months
    silent = truths.observations["no-public-model"]
    assert set(np.unique(silent)) == {0.0, 1.0}
    assert (ready[silent == 0.0] < day).all()
    expected = np.exp(-np.maximum(day - ready, 0.0) / 2.0)  # the item's reporting delay is 2 months
    error = np.sqrt((expected * (1.0 - expected)).sum())
    assert abs(silent.sum() - expected.sum()) < stats.norm.isf(FALSE_ALARM / 2) * error


def test_small_calibration_passes(plan: Plan) -> None:
    result = calibrate(plan, 400)
    assert result.failed == []
    assert {"ready", "pretrained", "mythos_flop", "rl_ratio", "benchmark_optimism_cyber"} < set(plan.tracked)
    assert {"rental_price", "algorithmic_progress", "bytedance_budget", "log_likelihood"} < set(plan.tracked)
    assert {"distilled_share", "compute_equivalent_multiple"}.isdisjoint(plan.tracked)


def test_wrong_spread_fails(question: Question, items: tuple[Item, ...]) -> None:
    halved = calibrate(make_plan(question, items, spread=0.5), 200)
    assert "log_likelihood" in halved.failed
    doubled = calibrate(make_plan(question, items, spread=2.0), 200)
    assert "log_likelihood" in doubled.failed


def test_wrong_spread_changes_standard_deviations_and_nothing_else(items: tuple[Item, ...]) -> None:
    for item in items:
        changed = with_spread(item, 0.5).stated_likelihood
        for name, value in item.stated_likelihood.items():
            factor = 0.5 if name in ("sd", "accounting_sd", "background_sd") else 1.0
            assert changed[name] == factor * value


def test_weights_below_one_count_in_full(question: Question, items: tuple[Item, ...]) -> None:
    lag = next(item for item in items if item.kind.name == "capability_lag")
    light = dataclasses.replace(lag, text=lag.text.model_copy(update={"weight": 0.2, "weight_reason": "old"}))
    assert make_plan(question, [light]).items[0].text.weight == 1.0


@pytest.mark.parametrize("spread", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_spreads_are_refused(question: Question, items: tuple[Item, ...], spread: float) -> None:
    with pytest.raises(InputError, match="wrong_spread: "):
        make_plan(question, items, spread=spread)


def test_nothing_to_calibrate_is_refused(question: Question) -> None:
    with pytest.raises(InputError, match="evidence"):
        make_plan(question, ())


def test_quasi_random_draws_are_refused(question: Question, items: tuple[Item, ...]) -> None:
    with pytest.raises(InputError, match="quasi_random: "):
        make_plan(dataclasses.replace(question, quasi_random=True), items)


def test_what_is_ranked_covers_obstacles_and_reporting(plan: Plan) -> None:
    assumptions = plan.question.assumptions
    standing = quantities_of(assumptions.obstacles, [plan.question.event], assumptions.race.firms)
    assert standing
    assert {*standing, *assumptions.reporting_quantities, "concealed_share"} <= set(plan.tracked)


@pytest.mark.slow
def test_full_calibration_passes(full_plan: Plan, record: Add) -> None:
    result = calibrate(full_plan, 1_000)
    record("sbc-importance", **uniformity_of(result))
    assert result.failed == []
    outside = [verdict.name for verdict in result.verdicts if not verdict.inside]
    assert len(outside) <= stats.binom.isf(FALSE_ALARM, len(result.verdicts), 0.01), outside


@pytest.mark.slow
def test_full_calibration_of_a_wrong_likelihood_fails(question: Question, items: tuple[Item, ...], record: Add) -> None:
    wrong = make_plan(dataclasses.replace(question, draws=100_000), items, spread=0.5)
    result = calibrate(wrong, 1_000)
    record("sbc-importance-wrong", **uniformity_of(result))
    assert {"log_likelihood", "benchmark_optimism_cyber", "benchmark_optimism_general"} <= set(result.failed)


@pytest.mark.slow
@pytest.mark.parametrize("extra", ["glm-5-2-matched-mythos", "glm-5-3-exploits"])
def test_claims_and_milestones_are_calibrated(question: Question, extra: str) -> None:
    chosen = choose_evidence(question, f"default,{extra}", None, ()).counted
    assert extra in {item.id for item in chosen}
    assert calibrate(make_plan(dataclasses.replace(question, draws=50_000), chosen), 500).failed == []
