"""Leaving an item out: the closed form, both engines, and ArviZ on chains."""

from __future__ import annotations

import math
import warnings

import arviz_stats
import pytest
from false_alarms import FALSE_ALARM, widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.likelihoods import likelihoods
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.checks.leave_one_out import LeftOut, _from_chains, check_left_out, leave_one_out
from catchup.analysis.studies.influence import CONFLICT
from catchup.model import load_assumptions
from item_cases import DAY, MEDIAN, SIGMA, conjugate, counting, reading, twin_question


def test_leaving_items_out_of_the_twin_is_the_closed_form() -> None:
    figures = {"first": (2.2, 0.3), "second": (1.4, 0.5)}
    question = twin_question(100_000)
    answer = condition(question, counting([reading(name, *pair) for name, pair in figures.items()]), "importance")
    for row in leave_one_out(answer):
        (other,) = (pair for name, pair in figures.items() if name != row.item)
        precision = 1 / 0.4**2 + 1 / other[1] ** 2
        mean = (math.log(1.5) / 0.4**2 + math.log(other[0]) / other[1] ** 2) / precision
        value, error = figures[row.item]
        exact = stats.norm(mean, math.hypot(precision**-0.5, error)).logpdf(math.log(value))
        assert abs(row.given_others.value - exact) < widest(row.given_others.mcse)


@pytest.mark.slow
def test_both_engines_leave_items_out_alike(sampled_current: Posterior) -> None:
    question = Question(load_assumptions(), DAY, draws=100_000)
    of_prior = {row.item: row for row in leave_one_out(posterior(Request(question, engine="importance")))}
    for row in leave_one_out(sampled_current):
        other = of_prior[row.item]
        assert row.khat < 0.7
        error = math.hypot(row.given_others.mcse, other.given_others.mcse)
        assert abs(row.given_others.value - other.given_others.value) < widest(error), row.item


@pytest.mark.slow
def test_leaving_items_out_of_chains_is_arvizs(sampled: Posterior) -> None:
    question, items = sampled.question, sampled.items
    chains = _from_chains(likelihoods(question, sampled.source, items), sampled.source.weighting)
    found = {name: value for name, value, _ in chains}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a k-hat above 0.7, which is read below
        found_by_arviz = arviz_stats.loo(result_tree(sampled), pointwise=True)
    elpd, trusted = found_by_arviz.elpd_i, found_by_arviz.pareto_k < 0.7
    assert set(elpd["item"].values) == set(found)
    assert trusted.sum() >= 5
    for name in map(str, elpd["item"].values[trusted]):
        assert found[name].value == pytest.approx(float(elpd.sel(item=name)), abs=5e-3)


@pytest.mark.parametrize(
    ("khat", "given_others", "verdict"),
    [(0.2, -1.0, "pass"), (0.8, -1.0, "warn"), (math.inf, -1.0, "warn"), (0.2, -1.0 + 2 * CONFLICT, "warn")],
)
def test_items_that_the_others_speak_against_are_pointed_out(khat, given_others, verdict) -> None:
    row = LeftOut("an-item", Estimate(given_others, 0.01), -1.0, Estimate(given_others + 1.0, 0.02), khat)
    assert next(iter(check_left_out(iter([row])))).verdict == verdict


def test_what_may_be_chance_does_not_speak_against_an_item() -> None:
    """The density under the prior may rest on far fewer draws than that given the others."""
    row = LeftOut("an-item", Estimate(-1.0 + 1.5 * CONFLICT, 0.01), -1.0, Estimate(1.5 * CONFLICT, 0.4), 0.2)
    assert next(iter(check_left_out(iter([row])))).verdict == "pass"


def test_what_the_others_change_carries_the_error_of_both() -> None:
    """Two items that the prior hardly expects, and each other exactly: over seeds, errors are as large as is said."""
    figures, seeds = {"first": (3.6, 0.1), "second": (3.4, 0.1)}, range(1, 31)
    squares = dict.fromkeys(figures, 0.0)
    for seed in seeds:
        items = [reading(name, *pair) for name, pair in figures.items()]
        for row in leave_one_out(condition(twin_question(4_000, seed), counting(items), "importance")):
            (other,) = (pair for name, pair in figures.items() if name != row.item)
            value, error = figures[row.item]
            mean, sd = conjugate([other[0]], [other[1]])
            given_other = stats.norm(mean, math.hypot(sd, error)).logpdf(math.log(value))
            exact = given_other - stats.norm(math.log(MEDIAN), math.hypot(SIGMA, error)).logpdf(math.log(value))
            squares[row.item] += ((row.change.value - exact) / row.change.mcse) ** 2
    low, high = stats.chi2.interval(1 - FALSE_ALARM, len(seeds))
    assert all(low < each < high for each in squares.values()), squares
