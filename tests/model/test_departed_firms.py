"""Firms that a scenario takes out of the race: what they had launched by its day ends, and nothing else."""

from __future__ import annotations

import math
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
MERGERS = ("firms-pooled", "hyperscaler-buys-startup")  # both leave the article's hyperscaler alone in the race
EVENT = "compute-equivalent"
SLACK = 1e-8  # months; a hundred times what the solver proves
Values = dict[str, np.ndarray]


def merged(assumptions: Assumptions, values: Values, scenario: str, month: float) -> tuple[Change, Outcome]:
    """What held until a month, and the race under a scenario that begins then."""
    world, before = outcome(assumptions, values)
    change = change_from(month, world, {EVENT: before})
    return change, outcome(under_scenario(assumptions, scenario), values, change=change, as_of_month=month)[1]


@pytest.mark.parametrize("scenario", MERGERS)
def test_the_date_is_the_first_of_runs_kept_and_runs_begun_since(article: Assumptions, scenario: str) -> None:
    """Draw by draw, on the twin's grid of dates, of which only runs and pools are taken: the merger is done by hand."""
    month, values = article.calendar.months(DAY), draw(article, article.needed(), 80, seed=3)
    before = outcome(article, values)[1].contenders
    near = np.any([np.abs(run.launch - month) <= race_oracle.STEP for run in before.values()], axis=0)
    values = {name: column[~near] for name, column in values.items()}
    ready = merged(article, values, scenario, month)[1].ready
    kept_by_the_startup = 0
    for number, found in enumerate(ready):
        each = {name: float(column[number]) for name, column in values.items()}
        ends = ends_by_hand(article, under_scenario(article, scenario), each, month)
        kept_by_the_startup += ends["startup"] < ends["hyperscaler"]
        # The grid is up to a step late. A run ends no earlier for that while its length shrinks slower than time
        # passes, and never later by more than the step, as lengths do not grow.
        assert 0.0 <= ends["shortening"] < 1.0
        by_hand = min(ends["hyperscaler"], ends["startup"]) + each["post_training_months"]
        assert -SLACK <= by_hand - found <= race_oracle.STEP + SLACK
    assert kept_by_the_startup > 0


def ends_by_hand(base: Assumptions, laid: Assumptions, each: dict[str, float], month: float) -> dict[str, float]:
    """Ends of pre-training in one draw: the startup's as it was or never, the hyperscaler's as it was or anew."""
    mythos = each["mythos_chips"] * race_oracle.TRAINIUM * each["mfu_anthropic"] * each["mythos_training_months"]
    requirement = mythos * race_oracle.SECONDS * np.exp(-race_oracle.log_gained(each, each["algorithmic_progress"]))
    ends = {}
    for name, firm in base.race.firms.items():
        flop, minimum = race_oracle.H100 * each[firm.mfu] * race_oracle.SECONDS, each[firm.minimum_training]
        pool = race_oracle.pool_on_grid(base, name, each)
        run = race_oracle.run_at(race_oracle.GRID, pool, requirement, each[firm.budget], flop, minimum)
        ends[name] = run.end if run.launch < month else math.inf
    if math.isinf(ends["hyperscaler"]):
        since = np.flatnonzero(month <= race_oracle.GRID)
        pool = race_oracle.pool_on_grid(laid, "hyperscaler", each)[since]
        firm = laid.race.firms["hyperscaler"]
        flop, minimum = race_oracle.H100 * each[firm.mfu] * race_oracle.SECONDS, each[firm.minimum_training]
        run = race_oracle.run_at(race_oracle.GRID[since], pool, requirement[since], each[firm.budget], flop, minimum)
        ends["hyperscaler"] = run.end
        length = requirement[since] / (pool * flop)
        at = int(np.searchsorted(race_oracle.GRID[since], run.launch))
        ends["shortening"] = float((length[max(at - 1, 0)] - length[at]) / race_oracle.STEP)
    return {"shortening": 0.0, **ends}


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
