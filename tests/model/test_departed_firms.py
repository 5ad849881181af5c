"""Firms that a scenario takes out of the race: what they had launched by its day ends, and nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytensor.tensor as pt
import pytest

import race_oracle
from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.model.change import BegunRuns, Change
from catchup.model.forward import change_from, outcome
from catchup.model.generative import Outcome
from catchup.model.policies import apply_lever
from model_cases import draw

DAY = date(2026, 11, 26)
SCENARIOS = [(model, name) for model in ("article", "current") for name in load_assumptions(model=model).scenarios]
EVENT = "compute-equivalent"
SLACK = 1e-8  # months; a hundred times what the solver proves
Values = dict[str, np.ndarray]


def merged(assumptions: Assumptions, values: Values, scenario: str, month: float) -> tuple[Change, Outcome]:
    """What held until a month, and the race under a scenario that begins then."""
    world, before = outcome(assumptions, values)
    change = change_from(month, world, {EVENT: before})
    return change, outcome(under_scenario(assumptions, scenario), values, change=change, as_of_month=month)[1]


@pytest.mark.parametrize(("model", "scenario"), SCENARIOS)
def test_dates_under_a_scenario_against_the_twin(model: str, scenario: str) -> None:
    held_to_the_twin(load_assumptions(model=model), scenario, 8)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "scenario"), SCENARIOS)
def test_many_dates_under_a_scenario_against_the_twin(model: str, scenario: str) -> None:
    held_to_the_twin(load_assumptions(model=model), scenario, 100)


def held_to_the_twin(assumptions: Assumptions, scenario: str, draws: int) -> None:
    """Draw by draw: runs under way, launched since, and begun by firms that have left or come in."""
    laid, month = under_scenario(assumptions, scenario), assumptions.calendar.months(DAY)
    values = draw(laid, list(dict.fromkeys([*assumptions.needed(), *laid.needed()])), draws, seed=3)
    before = outcome(assumptions, values)[1].contenders
    near = np.any([np.abs(run.launch - month) <= race_oracle.STEP for run in before.values()], axis=0)
    values = {name: column[~near] for name, column in values.items()}
    ready = merged(assumptions, values, scenario, month)[1].ready
    for found, each in zip(ready, race_oracle.draws_of(values), strict=True):
        by_hand = race_oracle.ready_in(assumptions, each, race_oracle.Since(month, laid, each))
        # The grid is up to a step late. By as much a run ends later at most, as lengths do not grow with time. It may
        # end earlier, too: one that takes 12 times the budget in months shrinks by up to two months a month, and its
        # reinforcement learning with it.
        learning = each["rl_ratio"] / each["rl_pool_share"] if "rl_ratio" in each else 0.0
        difference = min(by_hand, race_oracle.LAST) - min(found, race_oracle.LAST)
        assert -race_oracle.STEP * (1.0 + 2.0 * learning) - SLACK <= difference <= race_oracle.STEP + SLACK


@pytest.mark.parametrize("model", ["article", "current"])
def test_what_had_not_been_launched_never_is(model: str) -> None:
    assumptions = load_assumptions(model=model)
    month, values = assumptions.calendar.months(DAY), draw(assumptions, assumptions.needed(), 2_000, seed=4)
    change, found = merged(assumptions, values, "firms-pooled", month)
    (absorbed,) = assumptions.race.firms.keys() - under_scenario(assumptions, "firms-pooled").race.firms.keys()
    before, after = change.contenders[EVENT, absorbed], found.contenders[absorbed]
    begun = before.launch < month
    assert 0.0 < begun.mean() < 1.0
    for part in ("able", "launch", "pretrained", "ready"):
        np.testing.assert_array_equal(getattr(after, part)[begun], getattr(before, part)[begun])
        assert np.isinf(getattr(after, part)[~begun]).all()
    first = np.minimum.reduce([run.ready for run in found.contenders.values()])
    assert (after.ready == first).any()
    # the first end of pre-training, and the months from there: a difference and a sum, both of positive numbers
    np.testing.assert_allclose(found.ready, first, rtol=2.0 * np.finfo(float).eps)


def test_it_is_kept_when_circumstances_change_once_more(article: Assumptions) -> None:
    month, values = article.calendar.months(DAY), draw(article, article.needed(), 500, seed=5)
    change, found = merged(article, values, "firms-pooled", month)
    lever = apply_lever(article.levers["remote-revoked"], article.race, month + 3.0)
    laid = under_scenario(article, "firms-pooled")
    later = outcome(laid, values, change=change, intervention=lever)[1]
    for part in ("launch", "pretrained", "ready"):
        expected = getattr(found.contenders["startup"], part)
        np.testing.assert_array_equal(getattr(later.contenders["startup"], part), expected)
    assert (later.ready >= found.ready - 1e-9).all()


def test_in_a_graph_it_is_the_same(article: Assumptions) -> None:
    month, values = article.calendar.months(DAY), draw(article, article.needed(), 50, seed=6)
    change, found = merged(article, values, "firms-pooled", month)
    in_graph = BegunRuns(pt, change, [(EVENT, "hyperscaler")]).departed[EVENT, "startup"]
    for part in ("able", "launch", "pretrained", "ready"):
        np.testing.assert_array_equal(getattr(in_graph, part).eval(), getattr(found.contenders["startup"], part))
