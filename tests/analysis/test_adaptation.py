"""Draws from a proposal fitted to the evidence: what they stand for, and what they find."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from catchup.analysis.inference.adaptation import adapt, drawn_from_fit, reweighted
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.importance import ReweightedPrior
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.proposal import NARROW_WIDENED, PRIOR_SHARE, WIDENED, Proposal, fit_proposal
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.movement import moved_by_evidence
from catchup.evidence import Item
from catchup.model.assumptions import load_assumptions
from catchup.model.draws import QuantileTransform
from catchup.priors import Layer
from false_alarms import widest
from item_cases import DAY, conjugate, constant_part, counting, reading, twin_question

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RARE = [reading("rare-one", 8.0, 0.05), reading("rare-two", 7.5, 0.06)]  # four prior sds out, narrow


def tilted() -> Proposal:
    """A proposal in three dimensions, one direction of which is narrowed and one widened."""
    rng = np.random.default_rng(3)
    directions = np.linalg.qr(rng.normal(size=(3, 3)))[0][:, :2]
    return Proposal(("one", "two", "three"), np.array([1.0, -0.5, 0.2]), directions, np.array([0.2, 1.6]))


def fitted_posterior(question: Question, items: list[Item]) -> ReweightedPrior:
    source = drawn_from_fit(prior_for(question, items), question, items)
    assert source is not None
    return reweighted(source, question, items)


def covariance(proposal: Proposal) -> np.ndarray:
    rest = np.eye(len(proposal.mean)) - proposal.directions @ proposal.directions.T
    return WIDENED * rest + (proposal.directions * proposal.scales**2) @ proposal.directions.T


def test_the_ratio_is_that_of_the_densities() -> None:
    proposal = tilted()
    ranks, log_ratio = proposal.carry(np.random.default_rng(1).random((4, 500)))
    scores = ndtri(ranks).T
    prior = stats.multivariate_normal(np.zeros(3)).pdf(scores)
    normal = stats.multivariate_normal(proposal.mean, covariance(proposal)).pdf(scores)
    expected = prior / (PRIOR_SHARE * prior + (1.0 - PRIOR_SHARE) * normal)
    np.testing.assert_allclose(np.exp(log_ratio), expected, rtol=1e-9)
    assert log_ratio.max() <= -math.log(PRIOR_SHARE) + 1e-12


def test_weighted_draws_are_the_priors() -> None:
    """Every function's weighted mean is its prior mean, within chance."""
    draws = 200_000
    ranks, log_ratio = tilted().carry(np.random.default_rng(2).random((4, draws)))
    ratio = np.exp(log_ratio)
    for function, mean in ((np.ones_like, 1.0), (lambda rank: rank, 0.5), (lambda rank: rank < 0.05, 0.05)):
        for row in ranks:
            terms = ratio * function(row)
            assert abs(terms.mean() - mean) < widest(terms.std() / math.sqrt(draws))


def test_a_fit_finds_the_mean_and_the_directions_that_evidence_narrowed() -> None:
    draws = 200_000
    direction = np.array([3.0, 4.0, 0.0, 0.0]) / 5.0
    scores = np.random.default_rng(4).standard_normal((4, draws))
    scores = scores - 0.9 * np.outer(direction, direction @ scores) + direction[:, None]  # sd 0.1 about 1 along it
    fitted = fit_proposal("abcd", stats.norm.cdf(scores), np.full(draws, 1.0 / draws))
    assert fitted.directions.shape == (4, 1)
    assert abs(float(fitted.directions[:, 0] @ direction)) == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_allclose(fitted.mean, direction, atol=widest(1.0 / math.sqrt(draws)))
    # an estimated variance has a relative error of the root of 2 / draws
    assert fitted.scales[0] ** 2 == pytest.approx(NARROW_WIDENED * 0.01, rel=widest(math.sqrt(2.0 / draws)))


@pytest.mark.parametrize("quasi_random", [False, True])
def test_a_posterior_far_from_the_prior_is_the_analytic_one(quasi_random: bool) -> None:
    question = twin_question(65_536, quasi_random=quasi_random)
    fitted = fitted_posterior(question, RARE)
    values = fitted.map(lambda values: values)["post_training_months"]
    log_months = Distribution(np.log(values), fitted.weighting)
    mean, sd = conjugate([8.0, 7.5], [0.05, 0.06])
    replicates = fitted.weighting.replicates
    for p in LEVELS:
        found = log_months.quantile(p)
        degrees = replicates - 1 if replicates else None
        assert abs(found.value - stats.norm.ppf(p, mean, sd)) < widest(found.mcse, degrees), p
        assert found.mcse < 0.02 * sd
    # the evidence is the density of both readings under the prior
    prior_sd, sds = 0.4, (0.05, 0.06)
    joint = stats.multivariate_normal([math.log(1.5)] * 2, np.diag(np.square(sds)) + prior_sd**2)
    log_evidence = fitted.smoothed.log_mean
    degrees = replicates - 1 if replicates else None
    assert abs(log_evidence.value - joint.logpdf(np.log([8.0, 7.5]))) < widest(log_evidence.mcse, degrees)
    assert fitted.smoothed.khat < 0.5


def test_draws_of_the_proposal_stand_for_the_prior_as_well() -> None:
    question = twin_question(65_536)
    fitted = fitted_posterior(question, RARE)
    ready = fitted.prior.map(lambda values: {"ready": ready_under(question, values)})["ready"]
    date = Distribution(ready - constant_part(question), fitted.prior.weighting)
    for p in LEVELS:
        truth = question.assumptions.beliefs["post_training_months"].quantile(p)
        assert abs(date.quantile(p).value - truth) < widest(date.quantile(p).mcse), p
    assert fitted.prior.weighting.effective_draws() >= 0.99 * PRIOR_SHARE * 65_536  # at least the share in expectation


def test_quantities_that_join_the_draws_change_none_of_them() -> None:
    question = twin_question(20_000)
    fitted = fitted_posterior(question, RARE)
    further = {"joined": question.assumptions.beliefs["rl_ratio"]}
    before, after = (source.map(lambda values: values) for source in (fitted, fitted.extended(further)))
    assert set(after) - set(before) == {"joined"}
    np.testing.assert_array_equal(before["post_training_months"], after["post_training_months"])
    np.testing.assert_array_equal(fitted.weighting.shares, fitted.extended(further).weighting.shares)


def test_evidence_that_no_draw_allows_has_no_proposal() -> None:
    question = twin_question(1_000)
    transform = QuantileTransform(question.assumptions.beliefs, ["post_training_months"])
    rng = np.random.default_rng(1)
    assert adapt(transform, lambda values: np.full(values["post_training_months"].size, -np.inf), rng) is None
    assert drawn_from_fit(prior_for(question, []), question, []) is None


def test_the_engine_draws_where_the_posterior_is_when_the_prior_has_too_few_there() -> None:
    question, selection = twin_question(20_000), counting(RARE)
    answer = condition(question, selection)
    assert answer.engine == "importance"
    assert isinstance(answer.source, ReweightedPrior)
    assert answer.source.weighting.draws == 20_000
    assert "drawn where the posterior is" in answer.notes[0]
    prior = reweighted(prior_for(answer.question, RARE), answer.question, RARE)
    assert answer.diagnostics.ess > 20.0 * prior.smoothed.effective_draws

    moved = moved_by_evidence(answer)
    mean, _ = conjugate([8.0, 7.5], [0.05, 0.06])
    expected = math.exp(mean) - 1.5
    assert abs(moved.shifts[0.5].value - expected) < widest(moved.shifts[0.5].mcse)


def test_the_tree_of_such_draws_has_the_prior_itself_as_its_prior() -> None:
    question, selection = twin_question(20_000), counting(RARE)
    answer = condition(question, selection)
    tree = result_tree(answer, draws=2_000)
    assert "sample_stats_prior" not in tree.children
    belief = question.assumptions.beliefs["post_training_months"]
    months = tree["prior"]["post_training_months"].values.ravel()
    assert stats.kstest(belief.cdf(months), "uniform").pvalue > 1e-6


def test_correlated_quantities_are_drawn_together() -> None:
    """A sharp reading of one tells of the other, by as much as where the prior's own draws are weighted."""
    correlation = {"between": ["mfu_anthropic", "mfu_china"], "rank": 0.8}
    assumptions = load_assumptions([Layer.of({"correlation": [correlation]}, file="correlated.toml")])
    items = [reading("utilisation", 0.24, 0.02, "mfu_anthropic")]
    question = Question(assumptions, DAY, draws=50_000)
    fitted = fitted_posterior(question, items)
    plain = reweighted(prior_for(replace(question, draws=400_000, seed=2), items), question, items)
    found, expected = (Distribution(source.map(utilisation)[""], source.weighting) for source in (fitted, plain))
    for p in LEVELS:
        one, other = found.quantile(p), expected.quantile(p)
        assert abs(one.value - other.value) < widest(math.hypot(one.mcse, other.mcse)), p


def utilisation(values: Values) -> Values:
    return {"": values["mfu_china"]}


def test_seed_and_question_decide_the_proposal() -> None:
    question = twin_question(4_096)

    def found(asked: Question) -> np.ndarray:
        return fitted_posterior(asked, RARE).map(lambda values: values)["post_training_months"]

    np.testing.assert_array_equal(found(question), found(question))
    assert (found(question) != found(replace(question, seed=2))).any()
