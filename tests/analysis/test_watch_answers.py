"""What to watch, in figures: errors scaled as their values are, later quantiles, and the day it acts."""

from __future__ import annotations

from datetime import date

import pytest

from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.counterfactuals import Counterfactual
from catchup.analysis.studies.voi.pending import read_pending
from catchup.analysis.studies.voi.study import value_of_information
from catchup.analysis.studies.watch import Watch, Watched, watch
from catchup.model import load_assumptions
from catchup.priors import Layer

DAY = date(2026, 11, 24)  # nine months after t = 0
ACTS = {"smuggling-stopped": "2027-02-23", "equipment-controls": "2027-05-25", "merger": DAY.isoformat()}
"""Three and six months of 30.44 days later; a scenario acts from the day of the question on."""


@pytest.fixture(scope="module")
def found() -> Watch:
    return watch(prior_of(Question(load_assumptions(), DAY, draws=4_000)), only=list(ACTS))


def effect_of(row: Watched) -> Counterfactual:
    (seen,) = row.sightings
    assert seen.effect is not None
    return seen.effect


def test_an_expected_size_is_a_shift_and_its_error_both_times_the_chance(found: Watch) -> None:
    for row in found.rows:
        shift, chance = effect_of(row).shift(0.5), row.observable.probability
        assert chance is not None
        assert 0.0 < chance < 0.5
        assert row.weight.value == pytest.approx(chance * abs(shift.value))
        assert row.weight.mcse == pytest.approx(chance * shift.mcse)
    assert any(row.weight.mcse > 0.0 for row in found.rows)


def test_the_late_shift_is_that_of_the_late_date(found: Watch) -> None:
    written = {row["id"]: row for row in as_json(found)["observables"]}
    assert any(effect_of(row).shift(0.95).value != effect_of(row).shift(0.5).value for row in found.rows)
    for row in found.rows:
        (outcome,) = written[row.observable.id]["outcomes"]
        for level, shift in outcome["shift"].items():
            expected = effect_of(row).shift(float(level))
            assert shift["months"] == pytest.approx(expected.value, abs=1e-3)
            assert shift["mcse"] == pytest.approx(expected.mcse, rel=0.005)
        assert {*outcome["shift"]} >= {"0.5", "0.95"}


def test_it_acts_from_the_day_that_is_said(found: Watch) -> None:
    for row in as_json(found)["observables"]:
        name, said = row["id"], row["outcomes"][0]["says"]
        day = date.fromisoformat(ACTS[name])
        assert said.endswith(f"from {day.day} {day:%b %Y}"), name


@pytest.mark.parametrize(("come", "over"), [(0.95, False), (0.998, False), (0.9995, True)])
def test_nothing_that_is_done_moves_an_event_that_has_come(come: float, over: bool) -> None:
    assumptions = load_assumptions(model="article")
    ready = prior_of(Question(assumptions, DAY, draws=20_000)).ready
    day = assumptions.calendar.day(ready.quantile_value(come))
    seen = watch(prior_of(Question(assumptions, day, draws=20_000)), only=["smuggling-stopped", "merger"])
    assert sorted(row.observable.id for row in seen.rows) == ([] if over else ["merger", "smuggling-stopped"])
    late = [note for note in seen.notes if "would begin after the event has come" in note]
    assert len(late) == (2 if over else 0)


def test_a_lever_that_an_overlay_takes_out_is_left_out_and_named() -> None:
    gone = load_assumptions([Layer.of({"without": {"lever": ["smuggling-stopped", "remote-revoked"]}}, file="mine")])
    prior = prior_of(Question(gone, DAY, draws=2_000))
    seen = watch(prior, only=["smuggling-stopped", "merger"])
    assert [row.observable.id for row in seen.rows] == ["merger"]
    assert any("the model has no lever smuggling-stopped" in note for note in seen.notes)
    pending = read_pending(prior.question, {})
    policies = [name for name, (table, _) in pending.disclosures.items() if "lever" in dict(table)]
    learnt = value_of_information(prior, pending, only=policies)
    assert any("the model has no lever remote-revoked" in note for note in learnt.notes)
