"""Draws of fitted proposals: honest about their error, and better than as many of the prior's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence.selection import Selection
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import DAY

MODEL = "current"

SEEDS, REPETITIONS = 200, 24
FALSE_ALARM = 1e-4
WORTH = 0.15  # of an independent draw of the posterior, at the least: what one of the proposal's tells of the median


@pytest.fixture(scope="module")
def selection(assumptions: Assumptions) -> Selection:
    return choose_evidence(Question(assumptions, DAY), "default", None, ())


def test_the_default_forecast_errs_little_more_than_the_posteriors_own_draws_would(
    assumptions: Assumptions, selection: Selection
) -> None:
    found = condition(Question(assumptions, DAY), selection)
    assert found.engine == "importance"
    assert found.source.weighting.draws == 100_000
    slope = (found.ready.quantile_value(0.51) - found.ready.quantile_value(0.49)) / 0.02
    ideal = 0.5 * slope / np.sqrt(found.source.weighting.draws)
    assert found.ready.quantile(0.5).mcse < WORTH**-0.5 * ideal


def test_quasi_random_draws_make_the_error_smaller(assumptions: Assumptions, selection: Selection) -> None:
    plain, quasi = (
        condition(Question(assumptions, DAY, draws=65_536, quasi_random=quasi_random), selection).ready.quantile(0.5)
        for quasi_random in (False, True)
    )
    # the error of quasi-random draws is itself estimated, from eight scrambles
    slack = np.sqrt(stats.chi2(7).ppf(1.0 - FALSE_ALARM) / 7.0)
    assert quasi.mcse < slack * plain.mcse
    assert abs(quasi.value - plain.value) < stats.t(7).ppf(1.0 - FALSE_ALARM / 2.0) * np.hypot(quasi.mcse, plain.mcse)


@pytest.mark.slow
@pytest.mark.parametrize("quasi_random", [False, True])
def test_errors_are_honest(assumptions: Assumptions, selection: Selection, quasi_random: bool) -> None:
    """Medians of as many seeds, proposals included, spread as their errors say."""
    medians = []
    for seed in range(SEEDS):
        question = Question(assumptions, DAY, draws=4_096, seed=seed, quasi_random=quasi_random)
        medians.append(condition(question, selection, "importance").ready.quantile(0.5))
    spread = np.var([median.value for median in medians], ddof=1)
    said = np.mean([median.mcse**2 for median in medians])
    low, high = stats.chi2(SEEDS - 1).ppf([FALSE_ALARM / 2.0, 1.0 - FALSE_ALARM / 2.0]) / (SEEDS - 1)
    assert low < spread / said < high


@pytest.mark.slow
@pytest.mark.parametrize("model", ["article", "current"])
def test_quasi_random_draws_are_no_worse_on_the_whole(model: str) -> None:
    """Squared errors of many seeds, each estimated from eight scrambles, against those of as many plain draws."""
    known, squares = load_assumptions(model=model), {}
    for quasi_random in (False, True):
        found = []
        for seed in range(REPETITIONS):
            question = Question(known, DAY, draws=16_384, seed=seed, quasi_random=quasi_random)
            chosen = choose_evidence(question, "default", None, ())
            found.append(condition(question, chosen, "importance").ready.quantile(0.5).mcse ** 2)
        squares[quasi_random] = np.mean(found)
    degrees = 7 * REPETITIONS
    assert squares[True] < squares[False] * stats.chi2(degrees).ppf(1.0 - FALSE_ALARM) / degrees


@pytest.mark.slow
@pytest.mark.parametrize("quasi_random", [False, True])
def test_more_draws_are_more_precise(assumptions: Assumptions, selection: Selection, quasi_random: bool) -> None:
    """From one number to the next errors fall by the root of at least two, as far as they are known themselves."""
    errors = []
    for draws in (10_000, 20_000, 100_000, 400_000):
        question = Question(assumptions, DAY, draws=draws, quasi_random=quasi_random)
        found = condition(question, selection)
        assert found.engine == "importance"
        assert 0.9 * draws < found.source.weighting.draws <= draws  # and no others in their place
        errors.append(found.ready.quantile(0.5).mcse)
    # of at least 8 scrambles each; the error of plain draws is known to a few hundredths
    slack = np.sqrt(stats.f(7, 7).ppf(1.0 - FALSE_ALARM)) if quasi_random else 1.15
    assert all(later < slack * earlier / np.sqrt(2.0) for earlier, later in itertools.pairwise(errors))
    assert errors[-1] < errors[0]
