"""The report's sections, each from what the run has worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ....evidence.schema import Item
from ....evidence.tables import table as public
from ...archive.manifest import library_versions, python_version
from ...inference.inputs import inputs_of
from ...inference.question import Question
from ..caveats import load_caveats
from ..repeat_command import options_of
from ..table import Column, Table
from ..tables.attribution import attribution_table
from ..tables.builders import layout_of
from ..tables.caveats import caveat_tables
from ..tables.diagnostics import diagnostics_table
from ..tables.evidence import Evidence, evidence_table, not_counted, uses_of
from ..tables.firms import commitment_tables, first_table
from ..tables.forecast import date_table, month_table
from ..tables.hindcast import episode_table, gate_tables, score_table
from ..tables.priors import correlation_table, quantity_table, reference_table
from .section import Fold, Picture, Section, Sentence, section_of
from .sections import Sections

READINGS = {
    "state": "Where the race stands",
    "bridge": "Why it is not the published date",
    "watch": "What to watch",
    "obstacles": "What stands in the way besides compute",
    "scenarios": "Scenarios",
    "worlds": "Other worlds",
    "mobilisation": "Mobilisation",
    "events": "Other readings of the event",
    "trend": "Trends in measured lags",
    "structures": "Models of other shapes",
    "capacity": "National capacity",
    "efficiency": "Efficiency channels",
    "size": "Mythos's size",
}
"""Results that a run may hold, each a section of its own, by the name of its file."""
RECORD = "hindcast"

LEAVES_OUT = "docs/leaves-out.md"


def sections_of_report(sections: Sections) -> Iterator[Section]:
    """Yield the sections in the order in which they are read."""
    yield _date(sections)
    yield from _moved(sections)
    yield _evidence(sections)
    for name, title in (("levers", "Levers"), ("regimes", "Regimes")):
        yield _of_result(sections, name, title)
    for name, title in READINGS.items():
        if name in sections.results:
            yield _of_result(sections, name, title)
        else:
            yield from _no_answer(sections, name, title)
    yield _sensitivity(sections)
    yield _checks(sections)
    yield from record_section(sections)
    yield leaves_out()
    yield _priors(sections.forecast.question)
    yield _repeat(sections)


def _no_answer(sections: Sections, name: str, title: str) -> Iterator[Section]:
    """Why a study that was asked has no answer; nothing of one that was not."""
    if name in sections.refused:
        yield Section(name, title, (Sentence(f"No answer: {sections.refused[name].rstrip('.')}."),))


def _of_result(sections: Sections, name: str, title: str) -> Section:
    layout = layout_of(sections.results[name])
    return section_of(name, title, layout, sections.forecast.question, Picture(name))


def _date(sections: Sections) -> Section:
    forecast = sections.forecast
    parts: tuple[Picture | Table[Any], ...] = (
        date_table(forecast),
        month_table(forecast),
        first_table(forecast),
        *commitment_tables(forecast),
        Picture("gate"),
    )
    return Section("date", "The date in figures", parts)


def _moved(sections: Sections) -> Iterator[Section]:
    """The shift taken apart, where there is one; the head of the report tells it in sentences."""
    attribution, previous = sections.attribution, sections.previous
    if attribution is not None and previous is not None:
        table = replace(attribution_table(attribution, previous.name), lead=[])
        yield Section("steps", "The shift, step by step", (table,))


def _evidence(sections: Sections) -> Section:
    influence = sections.results.get("influence")
    tables = layout_of(influence).tables if influence is not None else ()
    counted, aside = _items(sections)
    folded = (Fold(f"Not counted: {len(table.rows)} items", (table,)) for table in aside if table.rows)
    return Section("evidence", "Evidence", (*counted, *tables, *folded))


def _items(sections: Sections) -> tuple[list[Table[Item]], list[Table[Item]]]:
    """Items that are counted, in full, and those that are not, with the reason."""
    selection = sections.posterior.selection
    if not sections.posterior.conditioned:
        return [], []
    day, uses = sections.forecast.question.as_of, uses_of(selection)
    counted, aside = Evidence(day, selection.counted, uses), Evidence(day, not_counted(selection), uses)
    # the name of an item stands with its title, wherever a page has it
    return (
        [replace(evidence_table(counted).without("What it is", counted.day_text), title="Items counted")],
        [replace(evidence_table(aside).without("What it is", "Kind", "Known since", "Source"), title="Not counted")],
    )


def _sensitivity(sections: Sections) -> Section:
    tables = layout_of(sections.results["sensitivity"]).tables
    return Section("sensitivity", "What the date depends on", (Picture("one-at-a-time"), *tables))


def _checks(sections: Sections) -> Section:
    checks = sections.results.get("checks")
    tables = layout_of(checks).tables if checks is not None else ()
    return Section("checks", "Checks", (*tables, diagnostics_table(sections.forecast)))


def record_section(sections: Sections) -> Iterator[Section]:
    """How past records would have been forecast; where the run's day knows of them."""
    title, found = "Track record", sections.results.get(RECORD)
    yield from _no_answer(sections, RECORD, title)
    if found is not None:
        records, gate = episode_table(found), gate_tables(found)
        parts: tuple[Table[Any] | Picture | Fold, ...] = (
            score_table(found),
            Picture(RECORD),
            Fold(f"What was said of each of {len(found.episodes)} records", (records,)),
            *(Fold(table.title, (table,)) for table in gate),
        )
        sources = _published(found.table, *([] if found.gate is None else [found.gate.stocks]))
        yield Section(RECORD, title, parts, sources)


def _published(*tables: public.Table) -> tuple[str, ...]:
    """Titles of public tables, with who published them when and under which licence."""
    about = [(table.shape, table.vintage) for table in tables]
    return tuple(f"{of.title}, {of.publisher}, {vintage} ({of.licence})" for of, vintage in about)


def leaves_out() -> Section:
    """Section on what the sources warn of and this does not hold, or holds in part."""
    none, part, full = caveat_tables(load_caveats())
    rest = Sentence(
        f"The other {len(full.rows)} caveats of the five sources are held by what the model and its readings have: "
        f"{LEAVES_OUT}, in the project's documentation, maps each to what holds it."
    )
    return Section("leaves-out", "What this leaves out", (none, part, rest))


def _priors(question: Question) -> Section:
    table = question.assumptions.table
    parts = (
        Picture("mythos-compute"),
        Picture("pools"),
        quantity_table(table, table.quantities.values()).without("What it is", "Numbers"),
        *((correlation_table(table.correlations),) if table.correlations else ()),
        reference_table(table.references),
    )
    return Section("priors", "Priors", parts)


def _repeat(sections: Sections) -> Section:
    drawn = sections.posterior
    engine = drawn.engine if drawn.conditioned else "auto"
    options = options_of(drawn.question, drawn.items, drawn.selection.ledger)
    command = " ".join(["catchup run --runs RUNS", *options, f"--engine {engine}"])
    parts = (Sentence(command, code=True), _made_with(sections))
    return Section("repeat", "How to make this run again", parts)


def _made_with(sections: Sections) -> Table[tuple[str, str]]:
    drawn = sections.posterior
    inputs = inputs_of(drawn.question.assumptions, drawn.items)
    versions = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    rows = [
        ("Priors and model", inputs.priors_hash()[:16]),
        ("Evidence", inputs.ledger_hash()[:16]),
        ("Python", python_version()),
        ("Libraries", versions),
    ]
    columns: list[Column[tuple[str, str]]] = [
        Column(title="Part", text=lambda row: row[0]),
        Column(title="Value", text=lambda row: row[1]),
    ]
    return Table("What it was made with", columns, rows)
