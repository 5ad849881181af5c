"""Quantities that only evidence asks of: which they are, and what they are drawn from given all else."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from false_alarms import widest
from scipy.special import ndtr, ndtri

import catchup
from catchup.analysis import forecast
from catchup.analysis.inference.adaptation import drawn_from_fit, fit_to
from catchup.analysis.inference.likelihoods import likelihoods_of, prior_for, total
from catchup.analysis.inference.nuisances import (
    LOOKED_AT,
    STRETCHED,
    Nuisances,
    _added,
    integrated_likelihood,
    nuisances_of,
)
from catchup.analysis.inference.outcomes import outcome_of
from catchup.analysis.inference.proposal import WIDE_WIDENED
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.raced import RacedValues
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence import Item, with_latents
from catchup.model import load_assumptions
from catchup.model.draws import uniform_numbers
from catchup.priors import Layer
from item_cases import DAY

LAGS = ("aisi-open-weight-cyber-lag", "caisi-deepseek-v4-lag", "caisi-glm-5-3-cyber-lag", "epoch-lag-records")
ERRORS = {f"organisation_error_{name}" for name in ("aisi", "caisi", "epoch_ai")}
OPTIMISM = {f"benchmark_optimism_{scope}" for scope in ("cyber", "general")}


def asked(evidence: str = "default", *layers: Layer) -> tuple[Question, tuple[Item, ...]]:
    question = Question(load_assumptions(layers), DAY, draws=50_000)
    items = choose_evidence(question, evidence, None, ()).counted
    return replace(question, assumptions=with_latents(question.assumptions, items)), items


def found_in(question: Question, items: tuple[Item, ...]) -> Nuisances | None:
    return nuisances_of(question, prior_for(question, items), items)


@pytest.fixture(scope="module")
def default() -> tuple[Question, tuple[Item, ...], Nuisances]:
    question, items = asked()
    nuisances = found_in(question, items)
    assert nuisances is not None
    return question, items, nuisances


def drawn(question: Question, items: tuple[Item, ...], draws: int, seed: int = 3) -> tuple[dict, np.ndarray]:
    transform = prior_for(question, items).transform
    ranks = uniform_numbers(len(transform.names), draws, np.random.default_rng(seed))
    return transform(ranks), ranks


def test_what_adds_to_predictions_and_nothing_else_is_one(default: tuple) -> None:
    question, items, nuisances = default
    assert set(nuisances.names) == {*ERRORS, *OPTIMISM, "rental_price"}
    assert set(nuisances.items) == {*LAGS, "zai-spend-2025"}
    assert not set(nuisances.names) & set(question.assumptions.needed([question.event], distillation=True))
    names = prior_for(question, items).transform.names
    assert [names[place] for place in nuisances.places] == list(nuisances.names)


@pytest.mark.parametrize("stalled", [1, LOOKED_AT - 1, LOOKED_AT])
def test_they_are_found_though_the_event_never_comes_in_some_draws(default: tuple, stalled: int) -> None:
    """A lag is infinite there, whatever is added to it: the other draws are looked at, and nothing is found in none."""
    question, items, nuisances = default
    prior = prior_for(question, items)
    lags = [item for item in nuisances.items if item in LAGS]

    def predict(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        never = np.arange(next(iter(values.values())).size) % LOOKED_AT < stalled
        told = nuisances.predict(values)
        return {name: np.where(never & (name in lags), np.inf, column) for name, column in told.items()}

    added = _added(prior, nuisances.names, predict, nuisances.items)
    known = np.array([stalled < LOOKED_AT or item not in lags for item in nuisances.items])
    np.testing.assert_allclose(added[known], nuisances.slopes[known], rtol=1e-6, atol=1e-9)
    assert np.isnan(added[~known]).all()


def test_slopes_are_the_standard_deviations_of_what_is_added(default: tuple) -> None:
    """An error of an organisation is normal, and subtracted; a bill's logarithm holds that of the price."""
    question, _, nuisances = default
    for item, column in ((LAGS[1], "organisation_error_caisi"), (LAGS[0], "organisation_error_aisi")):
        slope = nuisances.slopes[nuisances.items.index(item), nuisances.names.index(column)]
        assert slope == pytest.approx(-question.assumptions.beliefs[column].sd, rel=1e-6)
    bill, price = nuisances.items.index("zai-spend-2025"), nuisances.names.index("rental_price")
    low, high = question.assumptions.beliefs["rental_price"].quantile(ndtr(np.array([0.0, 1.0])))
    assert nuisances.slopes[bill, price] == pytest.approx(math.log(high / low), rel=1e-6)


def test_a_correlated_pair_is_one_as_a_whole_or_not_at_all() -> None:
    """The optimism of benchmarks is correlated; with something that the race asks of, it stays where it is."""
    correlation = {"between": ["organisation_error", "mfu_china"], "rank": 0.5}
    question, items = asked("default", Layer.of({"correlation": [correlation]}, file="correlated.toml"))
    nuisances = found_in(question, items)
    assert nuisances is not None
    assert set(nuisances.names) >= OPTIMISM
    assert "mfu_china" not in nuisances.names
    for name in set(nuisances.names) & ERRORS:
        assert not question.assumptions.copula.partners(name)


def test_a_model_without_such_items_has_none() -> None:
    for evidence in ("microsoft-slide", "no-public-model"):
        question, items = asked(evidence)
        assert found_in(question, items) is None


def test_the_integrated_likelihood_is_the_mean_over_nuisances(default: tuple) -> None:
    """Of items with a normal likelihood, up to one constant: the plain one averaged over draws of the nuisances."""
    question, items, _ = default
    items = tuple(item for item in items if item.id in LAGS[:3])
    nuisances = found_in(question, items)
    assert nuisances is not None
    _, ranks = drawn(question, items, 4)
    transform, repeats = prior_for(question, items).transform, 40_000
    differences = []
    for draw in range(4):
        same = np.repeat(ranks[:, draw : draw + 1], repeats, axis=1)
        same[nuisances.places] = uniform_numbers(len(nuisances.names), repeats, np.random.default_rng([5, draw]))
        likelihoods = np.exp(total(likelihoods_of(question, transform(same), items)))
        middle = same[:, :1].copy()
        middle[nuisances.places] = 0.5
        integrated = integrated_likelihood(question, transform(middle), items, nuisances)
        mean = float(likelihoods.mean())
        differences.append((math.log(mean) - float(integrated[0]), likelihoods.std() / mean / math.sqrt(repeats)))
    first, error = differences[0]
    for difference, its_error in differences[1:]:
        assert abs(difference - first) < widest(math.hypot(error, its_error))


@pytest.mark.parametrize("factor", [1.0, WIDE_WIDENED])
def test_they_are_drawn_from_what_is_left_of_them(default: tuple, factor: float) -> None:
    """One draw of all else, many of the nuisances: their mean and covariance are those of a normal model, by hand."""
    question, items, nuisances = default
    draws = 50_000
    transform = prior_for(question, items).transform
    few, some = drawn(question, items, 50)
    scores = ndtri(some[nuisances.places])
    apart = np.stack([nuisances.predict(few)[item] for item in nuisances.items]) - nuisances.slopes @ scores
    near = int(np.argmin(np.sum((apart - nuisances.observed[:, None]) ** 2, axis=0)))  # likely enough for weights
    ranks = np.repeat(some[:, near : near + 1], draws, axis=1)
    ranks[nuisances.places] = uniform_numbers(len(nuisances.names), draws, np.random.default_rng(9))
    values = RacedValues(transform(ranks))
    _, wide = nuisances.settle(values, ranks[nuisances.places], np.full(draws, factor), WIDE_WIDENED)
    after = nuisances.predict(values)
    centre, predicted = apart[:, near], np.stack([after[item] for item in nuisances.items])

    joint = nuisances.slopes @ nuisances.slopes.T
    gain = joint @ np.linalg.inv(joint + np.diag(nuisances.variances))
    mean, covariance = centre + gain @ (nuisances.observed - centre), STRETCHED * factor * (joint - gain @ joint)
    spread = np.sqrt(np.diag(covariance) / draws)
    assert (np.abs(predicted.mean(axis=1) - mean) < widest(1.0) * spread).all()
    found = np.cov(predicted)
    allowed = widest(1.0) * np.sqrt((np.outer(np.diag(covariance), np.diag(covariance)) + covariance**2) / draws)
    assert (np.abs(found - covariance) < allowed).all()
    if STRETCHED * factor < 2.0:  # over draws of the broader of the two, the ratio of their densities has a mean of 1
        values = RacedValues(transform(ranks))
        ratio = np.exp(nuisances.settle(values, ranks[nuisances.places], np.zeros(draws), WIDE_WIDENED)[0])
    else:
        ratio = np.exp(-wide)
    assert abs(ratio.mean() - 1.0) < widest(ratio.std() / math.sqrt(draws))


def test_what_is_not_chosen_stays(default: tuple) -> None:
    question, items, nuisances = default
    plain, ranks = drawn(question, items, 100)
    values, widened = RacedValues(plain), np.repeat([0.0, 1.0], 50)
    nuisances.settle(values, ranks[nuisances.places], widened, WIDE_WIDENED)
    for name, column in plain.items():
        np.testing.assert_allclose(values[name][:50], column[:50], rtol=1e-12)
        assert (values[name][50:] == column[50:]).all() == (name not in nuisances.names)


def test_scores_serve_in_place_of_ranks(default: tuple) -> None:
    """Of some nuisances, of none or of all that are made of one: the same values and densities."""
    question, items, nuisances = default
    plain, ranks = drawn(question, items, 100)
    scored = sorted(prior_for(question, items).transform.scored & set(nuisances.names))
    assert 1 < len(scored) < len(nuisances.names)
    found = []
    for some in (frozenset(), frozenset(scored[:1]), frozenset(scored)):
        rows = ranks[nuisances.places].copy()
        holding = [place for place, name in enumerate(nuisances.names) if name in some]
        rows[holding] = ndtri(rows[holding])
        values = RacedValues(plain)
        densities = nuisances.settle(values, rows, np.repeat([0.0, 1.0], 50), WIDE_WIDENED, some)
        found.append((*densities, *(values[name] for name in nuisances.names)))
    for other in found[1:]:
        for one, column in zip(found[0], other, strict=True):
            np.testing.assert_allclose(column, one, rtol=1e-9, atol=1e-9)


def test_where_the_event_never_comes_they_stay_and_the_items_are_impossible(default: tuple) -> None:
    question, items, nuisances = default
    plain, ranks = drawn(question, items, 100)
    told = {name: np.where(np.arange(100) < 40, np.inf, column) for name, column in nuisances.predict(plain).items()}
    never = replace(nuisances, predict=lambda _: told)
    values = RacedValues(plain)
    densities = never.settle(values, ranks[nuisances.places], np.ones(100), WIDE_WIDENED)
    for density in densities:
        np.testing.assert_array_equal(density[:40], 0.0)
        assert np.isfinite(density).all()
    for name in nuisances.names:
        np.testing.assert_allclose(values[name][:40], plain[name][:40], rtol=1e-12)
        assert (values[name][40:] != plain[name][40:]).all()
    assert (never.log_marginal(told)[:40] == -np.inf).all()
    assert np.isfinite(never.log_marginal(told)[40:]).all()


def test_weighted_draws_of_a_proposal_have_the_priors_moments(default: tuple) -> None:
    question, items, nuisances = default
    source = drawn_from_fit(prior_for(question, items), question, items)
    assert source is not None
    assert source.proposal is not None
    assert source.proposal.nuisances is not None
    names = [*nuisances.names, "algorithmic_progress"]
    columns = source.map(lambda values: {name: values[name] for name in names})
    for name, column in columns.items():
        ranks = question.assumptions.beliefs[name].cdf(column)
        for level in (0.1, 0.5, 0.9):
            share = source.weighting.estimate((ranks < level).astype(float))
            assert abs(share.value - level) < widest(share.mcse), (name, level)


def test_more_draws_count_than_without_them(default: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    question, items, _ = default
    prior = prior_for(question, items)

    def effective() -> float:
        fit = fit_to(prior, question, items)
        assert fit is not None
        source = prior.proposed(fit.proposal)
        joint = source.map(lambda values: {"": total(likelihoods_of(question, values, items))})[""]
        assert source.log_ratios is not None
        weights = np.exp(joint + source.log_ratios - (joint + source.log_ratios).max())
        return float(weights.sum() ** 2 / (weights**2).sum())

    with_them = effective()
    monkeypatch.setattr("catchup.analysis.inference.adaptation.nuisances_of", lambda *asked: None)
    assert with_them > 1.5 * effective()


def test_a_race_is_worked_out_once_for_a_proposal_and_its_answer(
    default: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, items, nuisances = default
    plain, ranks = drawn(question, items, 50)
    values = RacedValues(plain)
    nuisances.settle(values, ranks[nuisances.places], np.ones(50), WIDE_WIDENED)
    expected = outcome_of(question, dict(values))[1].ready
    monkeypatch.setattr("catchup.analysis.inference.outcomes.outcome", None)  # whoever asks again stumbles
    np.testing.assert_array_equal(outcome_of(question, values)[1].ready, expected)
    with pytest.raises(TypeError):
        outcome_of(replace(question, launch_grid=0.5), values)
    with pytest.raises(TypeError):
        outcome_of(question.without_obstacles(), values)


def test_a_posterior_can_be_pickled_and_answers_the_same() -> None:
    """Its proposal holds what is predicted of items, which must not be a closure."""
    drawn = catchup.Model(as_of="2026-11-26").posterior(draws=20_000)
    again = pickle.loads(pickle.dumps(drawn))
    found, expected = (forecast(each) for each in (again, drawn))
    for probability in (0.05, 0.5, 0.95):
        assert found.ready.quantile(probability) == expected.ready.quantile(probability)
    assert pickle.loads(pickle.dumps(found)).diagnostics == expected.diagnostics
