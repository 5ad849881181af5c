"""No scenario changes what had happened by its day: not the date, nor who was first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.analysis.inference.draws import PriorDraws, StoredDraws, Values
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.outcomes import first_shares, outcome_of
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.tables.scenarios import scenario_table
from catchup.analysis.studies.scenario_world import ScenarioWorld
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.thresholds.stock_search import StockSearch
from catchup.analysis.studies.watch import watch
from catchup.analysis.studies.worlds import worlds
from catchup.model.assumptions import load_assumptions
from item_cases import posterior_from, write_item

MODELS = ("article", "current")
LATE = date(2032, 1, 1)
# A date is the first end of pre-training and the months from there, a difference and a sum of positive numbers.
ROUNDING = 2.0 * np.finfo(float).eps


@cache
def asked(model: str) -> Question:
    return Question(load_assumptions(model=model), LATE, draws=1_000)


@cache
def drawn(model: str) -> Values:
    """Prior draws in which every firm is ready before the day."""
    values = PriorDraws(asked(model)).map(lambda chunk: chunk)
    ready = [run.ready for run in outcome_of(asked(model), values)[1].contenders.values()]
    done = np.maximum.reduce(ready) < asked(model).as_of_months
    assert done.mean() > 0.5
    return {name: column[done] for name, column in values.items()}


def stored(question: Question, values: Values) -> Posterior:
    draws = values["algorithmic_progress"].size
    return posterior_from(question, StoredDraws(values, Weighting(draws), question.seed))


@pytest.mark.parametrize("model", MODELS)
def test_asked_of_a_day_after_every_draw_is_ready_no_scenario_moves_anything(model: str) -> None:
    question, values = asked(model), drawn(model)
    shares = {firm: share.mean() for firm, share in first_shares(outcome_of(question, values)[1]).items()}
    found = scenarios(stored(question, values))
    assert {row.id for row in found.scenarios} == set(question.assumptions.scenarios)
    for row in found.scenarios:
        np.testing.assert_allclose(row.ready.values, row.baseline.values, rtol=ROUNDING, err_msg=row.id)
        for p in np.linspace(0.01, 0.99, 50):
            assert row.shift(p).value == pytest.approx(0.0, abs=ROUNDING * row.baseline.values.max())
        first = {firm: share.value for firm, share in row.first_firm.items() if share.value > 0.0}
        assert first == pytest.approx({firm: share for firm, share in shares.items() if share > 0.0}, rel=1e-12)


@cache
def scenario_values(model: str, scenario: str) -> Values:
    """The same draws, with what a scenario brings in beside them."""
    world = ScenarioWorld(asked(model), scenario)
    return stored(asked(model), drawn(model)).source.extended(world.own_beliefs).map(lambda chunk: chunk)


@pytest.mark.parametrize("model", MODELS)
@given(data=st.data())
@settings(max_examples=40)
def test_on_no_day_does_a_scenario_move_what_was_ready_before(model: str, data: st.DataObject) -> None:
    day = data.draw(st.dates(date(2026, 6, 13), date(2031, 12, 31)))
    scenario = data.draw(st.sampled_from(sorted(asked(model).assumptions.scenarios)))
    question, values = replace(asked(model), as_of=day), scenario_values(model, scenario)
    world, before = ScenarioWorld(question, scenario), outcome_of(question, values)[1]
    after = world.run(world.values(values), world.before(values))
    past = before.ready < question.as_of_months
    np.testing.assert_allclose(after.ready[past], before.ready[past], rtol=ROUNDING)
    assert (after.ready[~past] >= question.as_of_months * (1.0 - ROUNDING)).all()
    now = first_shares(after)
    for firm, share in first_shares(before).items():
        np.testing.assert_array_equal(now[firm][past], share[past])


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Posterior:
    """DeepSeek is reported to have begun a run in October; ByteDance and DeepSeek may pool their compute in March."""
    folder = tmp_path_factory.mktemp("items")
    changes = {"observed__firm": "deepseek", "observed__date": date(2026, 10, 15), "likelihood__months_sd": 0.5}
    item = write_item(folder, "run_started", "deepseek-run", **changes)
    question = Question(load_assumptions(), date(2027, 3, 1), draws=20_000)
    return posterior(Request(question, engine="importance", added=(item,)))


def test_a_merger_erases_no_run_that_is_known_to_have_begun(reported: Posterior) -> None:
    found = scenarios(reported, ["firms-pooled"])
    (row,) = found.scenarios
    early = found.baseline.values < reported.question.as_of_months
    np.testing.assert_allclose(row.ready.values[early], found.baseline.values[early], rtol=ROUNDING)
    weighting = reported.source.weighting
    share = weighting.estimate(early.astype(float)).value
    assert share > 0.05
    largest = 1.0 / weighting.draws if weighting.weights is None else weighting.weights.max()
    past = np.linspace(0.0, share - 2.0 * largest, 100)  # up to there, a quantile lies between two early draws
    quantiles = row.ready.quantile_values(past), found.baseline.quantile_values(past)
    np.testing.assert_allclose(*quantiles, rtol=2.0 * ROUNDING)
    assert row.first_firm["deepseek"].value > 0.1
    (said,) = [line for column in scenario_table(found).columns for line in column.instead]
    assert isinstance(said, str)
    assert "DeepSeek" in said.split("First:")[1]


def test_worlds_and_what_to_watch_say_the_same(reported: Posterior) -> None:
    (row,) = scenarios(reported, ["firms-pooled"]).scenarios
    found = worlds(reported, ["firms-pooled"]).worlds[1]
    assert found.first_firm is not None
    assert found.first_firm["deepseek"] == row.first_firm["deepseek"]
    (watched,) = watch(reported, only=["merger"]).rows
    assert watched.sightings[0].shift.value == row.shift(0.5).value


def test_a_threshold_is_sought_in_the_same_race() -> None:
    """Trials race only the firms that a stock moves; one that has left the race counts as a rival all the same."""
    question = replace(asked("article"), as_of=date(2027, 3, 1))
    values, world = drawn("article"), ScenarioWorld(question, "firms-pooled")
    held = {**values, "startup_stock": np.full_like(values["startup_stock"], 5e4)}
    whole = world.run(held, world.before(values))
    assert (whole.ready_of("startup") < whole.ready_of("hyperscaler")).any()
    trial = StockSearch(stored(question, values), firm="hyperscaler", stock="startup_stock", scenario="firms-pooled")
    np.testing.assert_allclose(trial.trial(5e4).ready.values, whole.ready, rtol=ROUNDING)
