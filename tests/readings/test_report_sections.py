"""The report's sections on the readings: what each shows is what the reading found, with its sources."""

import json
from datetime import date

import pytest

from catchup.analysis.presentation.report.readings import DESCRIBED, section
from catchup.analysis.presentation.text import day_text
from catchup.analysis.studies.readings.capacity import capacity
from catchup.analysis.studies.readings.efficiency import efficiency
from catchup.analysis.studies.readings.events import events
from catchup.analysis.studies.readings.mobilisation import LEAN, SCENARIO, mobilisation
from catchup.analysis.studies.readings.size import sizes
from catchup.analysis.studies.readings.trend import trends
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.structures import structures
from reading_cases import ask, prior

READINGS = {
    "scenarios": scenarios,
    "mobilisation": mobilisation,
    "events": events,
    "trend": trends,
    "structures": structures,
    "capacity": capacity,
    "efficiency": efficiency,
    "size": sizes,
}


@pytest.fixture(scope="module")
def found():
    question = ask(2_000, as_of=date(2026, 7, 15))
    return {name: reading(prior(question)) for name, reading in READINGS.items()}


def test_every_reading_has_a_section():
    assert set(READINGS) == set(DESCRIBED)


@pytest.mark.parametrize("name", READINGS)
def test_a_section_is_a_whole_table_with_its_sources(name, found):
    described = section(name, found[name])
    assert described["rows"]
    assert {len(row) for row in described["rows"]} == {len(described["columns"])}
    assert described["sources"]
    titles = {text.title for text in found[name].question.assumptions.table.references.values()}
    assert set(described["sources"]) <= titles
    json.dumps(found[name].as_json(), allow_nan=False)


def test_mobilisation_answers_when_how_likely_and_how_many(found):
    result = found["mobilisation"]
    assert [row.event for row in result.events] == ["compute-equivalent", LEAN]
    whole, lean = result.events
    assert (lean.ready.values <= whole.ready.values + 1e-9).all()  # less is asked of the same consortium
    for row in result.events:
        alone = scenarios(prior(row.thresholds.question))
        (same,) = (each for each in alone.scenarios if each.id == SCENARIO)
        assert same.first_firm["consortium"].value == row.first.value
    described = section("mobilisation", result)
    assert described["columns"][1:] == [
        "compute-equivalent, 50%",
        "compute-equivalent, 90%",
        "lean-mythos, 50%",
        "lean-mythos, 90%",
    ]
    assert any(day_text(result.question, lean.ready.quantile_value(0.5)) in line for line in described["lines"])
    assert "Post on Meituan's LongCat 2.0 and domestic compute" in described["sources"]


def test_a_run_about_the_lean_event_asks_it_once():
    question = ask(500, event=LEAN, as_of=date(2026, 7, 15))
    assert [row.event for row in mobilisation(prior(question)).events] == [LEAN]


def test_events_share_their_draws(found):
    result = found["events"]
    assert [row.id for row in result.events] == list(result.question.assumptions.events)
    for row in result.events:
        alone = ask(2_000, as_of=date(2026, 7, 15), event=row.id)
        assert events(prior(alone)).as_json()["events"] == result.as_json()["events"]
    whole, narrow = result.events[0], result.events[2]
    assert (narrow.ready.values <= whole.ready.values + 1e-9).all()


def test_the_capacity_section_shows_the_slip(found):
    lines = " ".join(section("capacity", found["capacity"])["lines"])
    assert "3.135e+20 FLOP/s by 2027 is its figure for 2025 grown by 65% once, not twice" in lines
    assert "5.17e+20" in lines


def test_the_size_section_shows_the_threads_table(found):
    rows = {row[0]: row[1:] for row in section("size", found["size"])["rows"]}
    assert rows["The thread's run of 60 days"] == ("6.74e+26", "2.12e+14", "1.06e+13", "5.30e+11")


def test_the_trend_section_shows_late_september(found):
    rows = {row[0]: row[1:] for row in section("trend", found["trend"])["rows"]}
    assert rows["Constant lag (ECI), as stated"][1].endswith("Sep 2026")
