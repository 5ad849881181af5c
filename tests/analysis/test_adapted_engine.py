"""The engine with fitted draws: when it asks for them, what trees hold of them, and what hinders no fit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.adaptation import adapt
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.importance import ReweightedPrior
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.mixture import _spread, covariance_of, fit_mixture
from catchup.analysis.inference.proposal import (
    FITTED,
    POINTS,
    fit_proposal,
)
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.subsets import SharedDraws
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.movement import moved_by_evidence
from catchup.model.assumptions import load_assumptions
from catchup.priors import Layer
from fitted_cases import RARE, fitted_posterior
from item_cases import DAY, conjugate, counting, reading, reweighted, twin_question

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def test_the_engine_draws_where_the_posterior_is_when_the_prior_has_too_few_there() -> None:
    question, selection = twin_question(20_000), counting(RARE)
    answer = condition(question, selection)
    assert answer.engine == "importance"
    assert isinstance(answer.source, ReweightedPrior)
    assert answer.source.weighting.draws == 20_000
    assert answer.notes == ()
    assert answer.source.prior.proposal is not None
    prior = reweighted(prior_for(answer.question, RARE), answer.question, RARE)
    assert answer.diagnostics.ess > 20.0 * prior.smoothed.effective_draws

    moved = moved_by_evidence(answer)
    mean, _ = conjugate([5.4, 5.1], [0.05, 0.06])
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
    found, expected = (
        Distribution(source.map(utilisation)["mfu_china"], source.weighting) for source in (fitted, plain)
    )
    for p in LEVELS:
        one, other = found.quantile(p), expected.quantile(p)
        assert abs(one.value - other.value) < widest(math.hypot(one.mcse, other.mcse)), p


def utilisation(values: Values) -> Values:
    return {"mfu_china": values["mfu_china"]}


def test_seed_and_question_decide_the_proposal() -> None:
    question = twin_question(4_096)

    def found(asked: Question) -> np.ndarray:
        return fitted_posterior(asked, RARE).map(lambda values: values)["post_training_months"]

    np.testing.assert_array_equal(found(question), found(question))
    assert (found(question) != found(replace(question, seed=2))).any()


def test_a_mixture_begins_with_draws_far_from_one_another() -> None:
    """Of two narrow clusters on one side of the origin, a draw of each: the second within the first's is next to never.

    Its probability is the share of the squared distances that lie within a cluster, 2e-4 of all those here.
    """
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(centre, 0.01, (1, 500)) for centre in (10.0, 11.0)], axis=1)
    whole = np.cov(points).reshape(1, 1)
    apart = [np.ptp(points[0, _spread(points, whole, 2, np.random.default_rng(seed))]) > 0.5 for seed in range(200)]
    assert np.mean(apart) > 0.98  # four strays of 200 have a probability of 1e-7


@pytest.mark.parametrize("different", [1, 2, 3, 10])
def test_draws_that_are_too_few_to_differ_in_every_direction_are_fitted_all_the_same(different: int) -> None:
    rng = np.random.default_rng(7)
    points = np.repeat(rng.normal(size=(4, different)), 60, axis=1)
    fitted = fit_mixture(points, 4, rng)
    assert fitted.shares.sum() == pytest.approx(1.0)
    assert np.isfinite(fitted.log_densities(points)).all()
    assert np.linalg.eigvalsh(covariance_of(points)).min() > 0.0


@pytest.mark.parametrize("possible", [1, 2, 40])
def test_a_likelihood_with_hard_edges_that_few_draws_lie_within_ends_in_no_fault(possible: int) -> None:
    transform = prior_for(Question(load_assumptions(model="article"), DAY, draws=1_000), []).transform

    def log_likelihood(values: Values) -> np.ndarray:
        found = np.full(values["algorithmic_progress"].size, -np.inf)
        found[np.argsort(values["algorithmic_progress"])[:possible]] = 0.0
        return found

    fit = adapt(transform, log_likelihood, np.random.default_rng(8))
    assert fit is None or fit.share_of_prior < 0.01


def test_scores_that_are_only_shifted_are_followed() -> None:
    """Their variance is the prior's, so that no direction stands out but that of the mean."""
    rng, draws = np.random.default_rng(5), 20_000
    scores = rng.standard_normal((3, draws))
    scores[1] += 0.6
    proposal = fit_proposal(["a", "b", "c"], stats.norm.cdf(scores), np.full(draws, 1.0 / draws), rng)
    assert proposal.moved.tolist() == [1]
    assert np.abs(proposal.directions).tolist() == [[1.0]]
    mean = float(proposal.mixture.shares @ proposal.mixture.means[:, 0] * proposal.directions[0, 0])
    error = math.sqrt(1.0 / draws + 1.0 / FITTED + 1.0 / POINTS)  # drawn, drawn again for the fit, and for its mixture
    assert mean == pytest.approx(0.6, abs=widest(error))


def test_items_that_leave_too_few_draws_get_draws_of_their_own() -> None:
    question = twin_question(20_000)
    shared = SharedDraws(question, RARE[:1], prior_for(question, RARE[:1]))
    few, own = shared.subset(["rare-one"]), shared.best_subset(["rare-one"])
    assert few.draws is shared
    assert own.draws is not shared
    assert own.smoothed is not None
    assert few.smoothed is not None
    assert own.smoothed.better_than(few.smoothed)
