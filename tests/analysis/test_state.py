"""Where the race stands: stages add up, follow the days, and are what their names say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.stages import STAGES, stages_of
from catchup.analysis.presentation.tables.state import firm_table, layout
from catchup.analysis.studies.state import state
from catchup.model.assumptions import load_assumptions
from catchup.model.forward import outcome

DRAWS = 4_000


@pytest.fixture(scope="module", params=["article", "current"])
def assumptions(request):
    return load_assumptions(model=request.param)


def asked(assumptions, day):
    return state(prior_of(Question(assumptions, day, draws=DRAWS)))


@pytest.mark.parametrize("day", [date(2026, 2, 24), date(2026, 11, 26), date(2028, 1, 1)])
def test_stages_add_up(assumptions, day):
    found = asked(assumptions, day)
    assert [stage.id for stage in found.stages] == list(STAGES)
    assert sum(stage.probability.value for stage in found.stages) == pytest.approx(1.0, abs=1e-12)
    for stages in found.firms.values():
        assert sum(share.value for share in stages.values()) == pytest.approx(1.0, abs=1e-12)


def test_the_race_only_moves_on(assumptions):
    days = [date(2026, 3, 1) + timedelta(days=60 * step) for step in range(12)]
    shares = [[stage.probability.value for stage in asked(assumptions, day).stages] for day in days]
    reached = np.cumsum(np.array(shares)[:, ::-1], axis=1)[:, ::-1]  # each stage, or beyond it
    assert (np.diff(reached, axis=0) >= -1e-12).all()


def test_the_furthest_run_is_no_less_far_than_any_firms(assumptions):
    found = asked(assumptions, date(2026, 11, 26))
    for stages in found.firms.values():
        not_launched = found.stages[0].probability.value
        assert not_launched <= stages["not-launched"].value + 1e-12


def test_stages_are_what_the_dates_say(assumptions):
    question = Question(assumptions, date(2026, 11, 26), draws=DRAWS)
    values = prior_of(question).source.map(lambda values: values)
    result = outcome(assumptions, values, as_of_month=question.as_of_months)[1]
    month = question.as_of_months
    furthest = np.maximum.reduce(list(stages_of(result, month).values()))
    ready = np.array([run.ready for run in result.contenders.values()]).min(axis=0) <= month
    np.testing.assert_array_equal(furthest == 3, ready)
    launched = np.array([run.launch for run in result.contenders.values()]).min(axis=0) < month
    np.testing.assert_array_equal(furthest >= 1, launched)


def test_the_date_given_a_stage_comes_after_it(assumptions):
    found = asked(assumptions, date(2026, 11, 26))
    by_stage = {stage.id: stage for stage in found.stages}
    month = found.question.as_of_months
    assert by_stage["ready-unannounced"].ready.quantile_value(0.99) <= month + 1e-9
    assert by_stage["not-launched"].ready.quantile_value(0.01) > month
    assert by_stage["post-training"].ready.quantile_value(0.5) < by_stage["not-launched"].ready.quantile_value(0.5)


def test_a_stage_that_no_draw_is_in_has_no_date(assumptions):
    found = asked(assumptions, assumptions.calendar.origin)
    assert found.stages[3].probability.value == 0.0
    assert found.stages[3].ready is None


def test_a_model_that_waits_to_be_served_is_not_said_to_be_in_post_training():
    """Of the event that comes once it is served; of every other, post-training is all that is left."""
    current, day = load_assumptions(model="current"), date(2026, 11, 26)
    for event in current.events:
        found = state(prior_of(Question(current, day, event, draws=DRAWS)))
        titles, words = " ".join(stage.title for stage in found.stages), "\n".join(map(str, layout(found).head))
        served = event == "widely-served"
        assert ("not yet served" in titles) == ("in post-training or not yet served" in words) == served, event
        assert ("A model is ready" in titles) != served, event
        column = [column.title for column in firm_table(found).columns]
        assert ("In post-training or not yet served" in column) == served, event
