"""Draws from a proposal fitted to the evidence: what they stand for, and what they find."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats
from scipy.special import ndtri

from catchup.analysis.inference.adaptation import adapt, drawn_from_fit
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.mixture import NormalMixture, fit_mixture
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.proposal import (
    NARROW_WIDENED,
    POINTS,
    PRIOR_SHARE,
    WIDE_SHARE,
    WIDE_WIDENED,
    WIDENED,
    Proposal,
    fit_proposal,
)
from catchup.analysis.inference.proposed import LOG_RATIO, ProposedTransform
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.priors.copula import Copula, Group, pearson_of
from catchup.priors.families import Family, Normal, Triangular, Uniform
from fitted_cases import RARE, fitted_posterior
from item_cases import conjugate, constant_part, twin_question

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def tilted() -> Proposal:
    """A proposal in three dimensions out of four, along two directions of which it is a mixture."""
    rng = np.random.default_rng(3)
    directions = np.linalg.qr(rng.normal(size=(3, 3)))[0][:, :2]
    roots = np.array([[[0.2, 0.0], [0.1, 0.9]], [[1.6, 0.0], [0.0, 1.2]]])
    mixture = NormalMixture(np.array([0.7, 0.3]), np.array([[1.0, -0.5], [-1.5, 0.2]]), roots)
    return Proposal(("one", "two", "three", "four"), np.array([0, 1, 3]), directions, mixture)


def normal_density(proposal: Proposal, scores: np.ndarray) -> np.ndarray:
    """Density of the normal parts at scores of shape (draw, moved), in full."""
    directions = proposal.directions
    beside = WIDENED * (np.eye(len(directions)) - directions @ directions.T)
    mixture, total = proposal.mixture, np.zeros(len(scores))
    for share, mean, root in zip(mixture.shares, mixture.means, mixture.roots, strict=True):
        covariance = beside + directions @ root @ root.T @ directions.T
        total += share * stats.multivariate_normal(directions @ mean, covariance).pdf(scores)
    return total


def test_the_ratio_is_that_of_the_densities() -> None:
    proposal = tilted()
    uniforms = np.random.default_rng(1).random((5, 500))
    ranks, densities = proposal.carry(uniforms[:-1].copy(), uniforms[-1])
    log_ratio = densities.log_ratio()
    np.testing.assert_array_equal(ranks[2], uniforms[2])  # what evidence does not move stays as it is
    scores = ndtri(ranks[proposal.moved]).T
    prior = stats.multivariate_normal(np.zeros(3)).pdf(scores)
    expected = prior / (PRIOR_SHARE * prior + (1.0 - PRIOR_SHARE) * normal_density(proposal, scores))
    np.testing.assert_allclose(np.exp(log_ratio), expected, rtol=1e-9)
    assert log_ratio.max() <= -math.log(PRIOR_SHARE) + 1e-12


def test_scores_serve_in_place_of_ranks() -> None:
    uniforms = np.random.default_rng(1).random((5, 500))
    proposal = tilted()
    ranks, ratio = proposal.carry(uniforms[:-1].copy(), uniforms[-1])
    given = uniforms[:-1].copy()
    scored = [int(proposal.moved[1]), 2]  # one that evidence has moved, and one that it has not
    given[scored] = ndtri(given[scored])
    rows, same = proposal.carry(given, uniforms[-1], {proposal.names[place] for place in scored})
    np.testing.assert_allclose(ratio.log_ratio(), same.log_ratio(), rtol=1e-9)
    for place, row in enumerate(rows):
        np.testing.assert_allclose(stats.norm.cdf(row) if place in scored else row, ranks[place], rtol=1e-12)


def test_an_antithetic_draw_mirrors_the_one_before_it() -> None:
    """About the mean of its part, in scores and in ranks alike; half as many uniforms make as many draws."""
    proposal = tilted()
    beliefs = {"one": Normal(mean=0.0, sd=1.0), "two": Triangular(low=0.0, mode=0.5, high=1.0)}
    beliefs |= {"three": Uniform(low=0.0, high=1.0), "four": Normal(mean=3.0, sd=2.0)}
    transform = ProposedTransform(QuantileTransform(beliefs, proposal.names), proposal, antithetic=True)
    streams = UniformStreams(np.random.default_rng(4))
    (values,) = transform.chunks(streams, 0, 20_000, 20_000)
    uniforms = next(streams.chunks(transform.names, 0, 10_000, 10_000))
    np.testing.assert_array_equal(values["three"][::2], uniforms[3])  # what evidence does not move
    np.testing.assert_allclose(values["three"][1::2], 1.0 - uniforms[3], rtol=1e-12)
    scores = np.stack([values["one"], ndtri(beliefs["two"].cdf(values["two"])), (values["four"] - 3.0) / 2.0])
    along = proposal.directions.T @ (0.5 * (scores[:, ::2] + scores[:, 1::2]))
    middles = np.column_stack([np.zeros(2), *proposal.mixture.means])
    away = np.linalg.norm(along[:, None] - middles[..., None], axis=0)
    np.testing.assert_allclose(away.min(axis=0), 0.0, atol=1e-9)
    shares = np.bincount(away.argmin(axis=0), minlength=3) / 10_000
    expected = [PRIOR_SHARE, *((1.0 - PRIOR_SHARE) * proposal.mixture.shares)]
    for share, probability in zip(shares, expected, strict=True):
        assert abs(share - probability) < widest(math.sqrt(probability * (1.0 - probability) / 10_000))


class Share(Family):
    """Uniform on (0, 1), as somebody else would write it: its quantiles are the ranks that it is given."""

    family: ClassVar[str] = "share"
    widest: ClassVar[tuple[float, float] | None] = (0.0, 1.0)

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return u[:]


@pytest.mark.parametrize("proposed", [False, True])
def test_a_quantity_keeps_its_draws_where_its_family_returns_what_it_was_given(proposed: bool) -> None:
    """Row by row, the next quantity's uniforms come in the place of those before."""
    names = (*tilted().names, "five")
    plain = QuantileTransform(dict.fromkeys(names, Share()), names)
    transform = ProposedTransform(plain, replace(tilted(), names=names)) if proposed else plain
    (found,) = transform.chunks(UniformStreams(np.random.default_rng(3)), 0, 40, 40)
    expected = transform(next(UniformStreams(np.random.default_rng(3)).chunks(transform.names, 0, 40, 40)))
    for name in names:
        np.testing.assert_array_equal(found[name], expected[name])
    assert len({float(found[name][0]) for name in names}) == len(names)


@pytest.mark.parametrize("antithetic", [False, True])
def test_rows_that_depend_on_each_other_do_so_beside_a_proposal(antithetic: bool) -> None:
    """Whether evidence moves them or not: what stands for the prior has the prior's correlation."""
    names, rank = ("one", "two", "three", "four"), 0.6
    copula = Copula((Group(("two", "three"), np.array([[1.0, pearson_of(rank)], [pearson_of(rank), 1.0]])),))
    plain = QuantileTransform(dict.fromkeys(names, Uniform(low=0.0, high=1.0)), names, copula)
    transform = ProposedTransform(plain, tilted(), antithetic=antithetic)
    draws = 100_000
    (values,) = transform.chunks(UniformStreams(np.random.default_rng(5)), 0, draws, draws)
    ratio = np.exp(values[LOG_RATIO])
    product = 12.0 * (values["two"] - 0.5) * (values["three"] - 0.5)  # its mean under the prior is Spearman's
    influence = (ratio * (product - rank)).reshape(-1, 2).sum(axis=1)  # pairs: independent of each other
    error = influence.std() * math.sqrt(influence.size) / draws
    assert abs(np.mean(ratio * product) / np.mean(ratio) - rank) < widest(error)


def test_weighted_draws_are_the_priors() -> None:
    """Every function's weighted mean is its prior mean, within chance."""
    draws = 200_000
    uniforms = np.random.default_rng(2).random((5, draws))
    ranks, densities = tilted().carry(uniforms[:-1], uniforms[-1])
    ratio = np.exp(densities.log_ratio())
    for function, mean in ((np.ones_like, 1.0), (lambda rank: rank, 0.5), (lambda rank: rank < 0.05, 0.05)):
        for row in ranks:
            terms = ratio * function(row)
            assert abs(terms.mean() - mean) < widest(terms.std() / math.sqrt(draws))


def test_a_fit_finds_the_mean_and_the_directions_that_evidence_narrowed() -> None:
    draws = 200_000
    direction = np.array([3.0, 4.0, 0.0, 0.0]) / 5.0
    scores = np.random.default_rng(4).standard_normal((4, draws))
    scores = scores - 0.9 * np.outer(direction, direction @ scores) + direction[:, None]  # sd 0.1 about 1 along it
    weights = np.full(draws, 1.0 / draws)
    fitted = fit_proposal("abcd", stats.norm.cdf(scores), weights, np.random.default_rng(5))
    np.testing.assert_array_equal(fitted.moved, [0, 1])
    assert fitted.directions.shape == (2, 1)
    assert abs(float(fitted.directions[:, 0] @ direction[:2])) == pytest.approx(1.0, abs=1e-3)
    mixture = fitted.mixture
    along = mixture.means @ fitted.directions.T @ direction[:2]
    centre = float(mixture.shares @ along)
    np.testing.assert_allclose(centre, 1.0, atol=widest(0.1 / math.sqrt(POINTS)))
    variance = float(mixture.shares @ (mixture.roots[:, 0, 0] ** 2 + (along - centre) ** 2))
    wide = WIDE_SHARE / (1.0 - PRIOR_SHARE)
    # an estimated variance has a relative error of the root of 2 / draws; parts' means are not widened
    assert (
        0.01
        < variance
        < 0.01 * (wide * WIDE_WIDENED + (1.0 - wide) * NARROW_WIDENED) * (1.0 + widest(math.sqrt(2.0 / POINTS)))
    )


def test_a_mixture_finds_modes_and_their_shares() -> None:
    rng = np.random.default_rng(6)
    draws = 20_000
    first = rng.random(draws) < 0.3
    points = np.where(first, rng.normal(-3.0, 0.5, (2, draws)), rng.normal(2.0, 1.0, (2, draws)))
    found = fit_mixture(points, 2, np.random.default_rng(7))
    order = np.argsort(found.shares)
    np.testing.assert_allclose(found.shares[order], [0.3, 0.7], atol=widest(math.sqrt(0.21 / draws)))
    errors = widest(1.0 / math.sqrt(0.3 * draws))
    np.testing.assert_allclose(found.means[order], [[-3.0, -3.0], [2.0, 2.0]], atol=errors)
    spreads = [np.sqrt(np.diag(root @ root.T)) for root in found.roots[order]]
    np.testing.assert_allclose(spreads, [[0.5, 0.5], [1.0, 1.0]], atol=errors)


def test_a_posterior_that_is_a_ring_is_found_all_around() -> None:
    """Two squares whose sum is known: the posterior is a ring, with hardly anything in its middle."""
    transform = QuantileTransform(beliefs_of_two(), ["one", "two"])

    def log_likelihood(values: Values) -> np.ndarray:
        return stats.norm(9.0, 2.0).logpdf(values["one"] ** 2 + values["two"] ** 2)

    fit = adapt(transform, log_likelihood, np.random.default_rng(8))
    assert fit is not None
    uniforms = np.random.default_rng(9).random((3, 50_000))
    ranks, densities = fit.proposal.carry(uniforms[:-1], uniforms[-1])
    values = transform(ranks)
    smoothed = smooth_weights(densities.log_ratio() + log_likelihood(values))
    assert smoothed.khat < 0.5
    assert smoothed.effective_draws > 10_000
    angle = np.arctan2(values["two"], values["one"])
    for quarter in np.linspace(-np.pi, np.pi, 5)[:-1]:  # the ring is uniform under two normal quantities
        share = float(smoothed.weights @ ((angle >= quarter) & (angle < quarter + np.pi / 2.0)))
        assert abs(share - 0.25) < widest(math.sqrt(0.25 * 0.75 / smoothed.effective_draws))


def beliefs_of_two() -> dict[str, Normal]:
    return {name: Normal(mean=0.0, sd=1.0) for name in ("one", "two")}


@pytest.mark.parametrize("quasi_random", [False, True])
def test_a_posterior_far_from_the_prior_is_the_analytic_one(quasi_random: bool) -> None:
    question = twin_question(65_536, quasi_random=quasi_random)
    fitted = fitted_posterior(question, RARE)
    values = fitted.map(lambda values: values)["post_training_months"]
    log_months = Distribution(np.log(values), fitted.weighting)
    mean, sd = conjugate([5.4, 5.1], [0.05, 0.06])
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
    assert abs(log_evidence.value - joint.logpdf(np.log([5.4, 5.1]))) < widest(log_evidence.mcse, degrees)
    assert fitted.smoothed.khat < 0.5


def test_draws_of_the_proposal_stand_for_the_prior_as_well() -> None:
    question = twin_question(65_536)
    fitted = fitted_posterior(question, RARE)
    ready = fitted.prior.map(lambda values: {"ready": ready_under(question, values)})["ready"]
    date = Distribution(ready - constant_part(question), fitted.prior.weighting)
    for p in LEVELS:
        truth = question.assumptions.beliefs["post_training_months"].quantile(p)
        assert abs(date.quantile(p).value - truth) < widest(date.quantile(p).mcse), p
    pairs = 65_536 // 2
    short = widest(2.0 * math.sqrt(pairs * PRIOR_SHARE * (1.0 - PRIOR_SHARE)))
    assert fitted.prior.weighting.effective_draws() >= PRIOR_SHARE * 65_536 - short


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
