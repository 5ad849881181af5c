"""The report's sections on the readings: what each shows is what the reading found, with its sources."""

import json
from datetime import date
from typing import Any

import pytest

from catchup.analysis.presentation.report.contents import READINGS as TITLES
from catchup.analysis.presentation.report.section import section_of
from catchup.analysis.presentation.table import Room, Table, plain
from catchup.analysis.presentation.tables.builders import as_json, layout_of
from catchup.analysis.presentation.text import day_text
from catchup.analysis.studies.bridge import bridge
from catchup.analysis.studies.obstacles import obstacles
from catchup.analysis.studies.readings.capacity import capacity
from catchup.analysis.studies.readings.efficiency import efficiency
from catchup.analysis.studies.readings.events import events
from catchup.analysis.studies.readings.mobilisation import LEAN, SCENARIO, mobilisation
from catchup.analysis.studies.readings.size import sizes
from catchup.analysis.studies.readings.trend import trends
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.state import state
from catchup.analysis.studies.structures import structures
from catchup.analysis.studies.watch import watch
from catchup.analysis.studies.worlds import worlds
from reading_cases import ask, prior

READINGS = {
    "bridge": bridge,
    "obstacles": obstacles,
    "state": state,
    "watch": watch,
    "scenarios": scenarios,
    "mobilisation": mobilisation,
    "events": events,
    "trend": trends,
    "structures": structures,
    "capacity": capacity,
    "efficiency": efficiency,
    "size": sizes,
    "worlds": worlds,
}


@pytest.fixture(scope="module")
def found():
    question = ask(2_000, as_of=date(2026, 7, 15))
    return {name: reading(prior(question)) for name, reading in READINGS.items()}


def read(table: Table[Any]) -> dict[str, list[str]]:
    """What a page shows of a table: by first cell, the others."""
    return {
        plain(first): [plain(cell) for cell in rest] for part in table.parts(Room.PAGE) for first, *rest in part.cells
    }


def test_every_reading_has_a_section():
    assert set(READINGS) == set(TITLES)


@pytest.mark.parametrize("name", READINGS)
def test_a_section_is_whole_tables_with_their_sources(name, found):
    result = found[name]
    described = section_of(name, TITLES[name], layout_of(result), result.question)
    assert described.parts
    for table in described.parts:
        for part in table.parts(Room.PAGE):
            assert part.cells
            assert {len(row) for row in part.cells} == {len(part.columns)}
    assert described.sources
    assert set(described.sources) <= {text.title for text in result.question.assumptions.table.references.values()}
    json.dumps(as_json(result), allow_nan=False)


def test_mobilisation_answers_when_how_likely_and_how_many(found):
    result = found["mobilisation"]
    assert [row.event for row in result.events] == ["compute-equivalent", LEAN]
    whole, lean = result.events
    assert (lean.ready.values <= whole.ready.values + 1e-9).all()  # less is asked of the same consortium
    for row in result.events:
        alone = scenarios(prior(row.thresholds.question))
        (same,) = (each for each in alone.scenarios if each.id == SCENARIO)
        assert same.first_firm["consortium"].value == row.first.value
    dates, needed = layout_of(result).tables
    assert [column.title for column in needed.columns[1:]] == [
        "compute-equivalent, 50%",
        "compute-equivalent, 90%",
        "lean-mythos, 50%",
        "lean-mythos, 90%",
    ]
    assert day_text(result.question, lean.ready.quantile_value(0.5)) in read(dates)[LEAN]
    assert "longcat-post" in dates.sources


def test_a_run_about_the_lean_event_asks_it_once():
    question = ask(500, event=LEAN, as_of=date(2026, 7, 15))
    assert [row.event for row in mobilisation(prior(question)).events] == [LEAN]


def test_events_share_their_draws(found):
    result = found["events"]
    assert [row.id for row in result.events] == list(result.question.assumptions.events)
    for row in result.events:
        alone = ask(2_000, as_of=date(2026, 7, 15), event=row.id)
        assert as_json(events(prior(alone)))["events"] == as_json(result)["events"]
    whole, narrow = result.events[0], result.events[2]
    assert (narrow.ready.values <= whole.ready.values + 1e-9).all()


def test_the_capacity_section_shows_the_slip(found):
    lines = " ".join(plain(line) for table in layout_of(found["capacity"]).tables for line in table.lines)
    assert "3.135e+20 FLOP/s by 2027 is its figure for 2025 grown by 65% once, not twice" in lines
    assert "5.17e+20" in lines


def test_the_size_section_shows_the_threads_table(found):
    _, thread = layout_of(found["size"]).tables
    assert read(thread)["60 days"] == ["6.74e+26", "212e12", "10.6e12", "530e9"]


def test_the_trend_section_shows_late_september(found):
    (table,) = layout_of(found["trend"]).tables
    assert read(table)["Constant lag (ECI), as stated"][1].endswith("Sep 2026")
