"""The same figure is written alike wherever it stands: small probabilities, and dates with their Monte Carlo error."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.digest import _watched_text
from catchup.analysis.presentation.tables.forecast import ready_text
from catchup.analysis.presentation.tables.lag_assumptions import lag_assumption_table
from catchup.analysis.presentation.tables.obstacles import layout
from catchup.analysis.presentation.tables.structures import telling_table
from catchup.analysis.presentation.tables.watch import likelihood_text
from catchup.analysis.presentation.tables.worlds import world_table
from catchup.analysis.presentation.text import error_text, leader_text
from catchup.analysis.studies.obstacles import obstacles
from catchup.analysis.studies.readings.lag_assumptions import LagAssumption, LagAssumptions
from catchup.analysis.studies.structures import structures
from catchup.analysis.studies.watch import watch
from catchup.analysis.studies.worlds import WorldResult, Worlds
from catchup.model.assumptions import load_assumptions


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0, "0%"), (4e-4, "below 0.1%"), (0.25, "25%"), (0.9996, "above 99.9%")]
)
def test_a_small_probability_is_small_in_every_table(chance: float, said: str, prior: Posterior) -> None:
    found = structures(prior)
    (first, *_) = found.structures
    row = replace(found.telling[0], chances={**found.telling[0].chances, first.id: chance})
    (column,) = [each for each in telling_table(found).columns if each.title == first.id]
    assert column.text is not None
    assert column.text(row) == said
    watched = watch(prior, only=["merger"]).rows[0]
    seen = replace(watched, observable=replace(watched.observable, probability=chance))
    assert likelihood_text(seen) == f"{said}, judged"
    kept = {"title": "A merger", "probability": chance, "probability_is": "judgement", "outcomes": []}
    assert _watched_text(kept).startswith(f"A merger, {said} likely within half a year")
    assert leader_text(prior.question, {"bytedance": Estimate(chance, 0.0)}) == f"ByteDance {said}"
    world = WorldResult("one", "One", "model", ready=prior.ready, first_firm={"startup": Estimate(chance, 0.0)})
    (column,) = [each for each in world_table(Worlds(prior.origin, (world,))).columns if each.instead]
    assert column.text is not None
    assert (column.text(world), column.instead) == (
        f"startup {said}",
        (f"Most often first: startup in one ({said}).",),
    )
    other = replace(world, id="two", first_firm={"startup": Estimate(0.5, 0.0)})
    (column,) = [each for each in world_table(Worlds(prior.origin, (world, other))).columns if each.instead]
    low, high = sorted([(chance, f"{said} (one)"), (0.5, "50% (two)")])
    assert column.instead == (f"Most often first: startup in 2 worlds, from {low[1]} to {high[1]}.",)


def test_obstacles_say_the_dates_error_as_a_forecast_does(prior: Posterior) -> None:
    head = layout(obstacles(prior)).head
    said = next("".join(getattr(part, "text", part) for part in line) for line in head if isinstance(line, tuple))
    assert said == f"With all that stands in the way: {ready_text(prior.question, prior.ready)}"
    assert "; Monte Carlo error up to " in said


def test_assumptions_about_lags_carry_the_medians_error(prior: Posterior) -> None:
    row = LagAssumption("any", "Any", prior.ready, "forward")
    table = lag_assumption_table(LagAssumptions(prior.origin, (row,)))
    (column,) = [each for each in table.columns if each.title == "median's Monte Carlo error"]
    assert column.text is not None
    assert column.text(row) == error_text(prior.question, prior.ready.quantile(0.5).mcse)
