"""Figures in the pages on the readings: generated between marks, so that none is written by hand.

A page says ``<!-- figures: NAME -->`` where a table of that name begins and ``<!-- end -->`` where it ends.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from ....model.assumptions import load_assumptions, under_scenario
from ....model.models import ARTICLE, group_layer
from ....priors.errors import InputError, unknown_name
from ....priors.files import write_text
from ...inference.estimates import Distribution, Estimate
from ...inference.posterior import prior_of
from ...inference.question import Question
from ...inference.request import Request, posterior
from ...studies.readings.capacity import capacity
from ...studies.readings.efficiency import efficiency
from ...studies.readings.lag_assumptions import lag_assumptions
from ...studies.readings.mobilisation import LEAN, SCENARIO
from ...studies.readings.size import sizes
from ...studies.readings.trend import trends
from ...studies.scenarios import scenarios
from ...studies.tables.track_record import track_record
from ...studies.thresholds.study import ready_by, thresholds
from ..markdown import to_markdown
from ..table import Column, Span, Table
from ..tables.capacity import coverage_table, day_table, essay_table, nation_table
from ..tables.columns import date_columns
from ..tables.efficiency import closed_table, lag_table, progress_table
from ..tables.hindcast import gate_tables, score_table
from ..tables.lag_assumptions import lag_assumption_table
from ..tables.mobilisation import needed_table
from ..tables.priors import event_table, quantity_table
from ..tables.size import mythos_table, thread_table
from ..tables.trend import trend_table
from ..text import chance_text, date_text
from .asked import AS_OF
from .command import page_command

MOBILISED_BY = (date(2026, 12, 31), date(2027, 3, 31), date(2027, 6, 30), date(2027, 9, 30))
MARKED = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

NAMES = {
    "trend": ("trend_",),
    "lags": (
        "benchmark_optimism_",
        "mythos_lead_",
        "gap_growth",
        "evaluation_delay",
        "american_release_delay",
        "chinese_release_delay",
        "organisation_error",
    ),
    "capacity": ("capacity_", "h200_buyers"),
    "efficiency": (
        "distilled_share",
        "replicated_share",
        "replication_delay_months",
        "distillation_ceiling",
        "own_innovation_edge",
        "replication_edge",
    ),
    "size": ("tokens_per_parameter", "active_share"),
}
"""Quantities of each page, by name or by how their names begin."""

DRAWN = ("trend-dates", "lags-dates", "lags-published-race")
"""Tables whose figures are of the question's day and draws, which they say."""

DRAWN_FROM_THE_PRIOR = (
    "capacity-known",
    "capacity-through-2027",
    "efficiency-needed",
    "efficiency-closed",
    "efficiency-lags",
    "size-mythos",
)
"""The same, of the prior's: as their commands answer without evidence, and not by default."""


def figures(question: Question) -> dict[str, Callable[[], str]]:
    """Return every table by name, worked out when it is asked for."""
    tables: dict[str, Callable[[], str]] = {
        "trend-dates": lambda: trend_dates(question),
        "lags-dates": lambda: lags_dates(question),
        "lags-published-race": lambda: lags_published_race(question),
        "capacity-known": lambda: capacity_known(question),
        "capacity-through-2027": lambda: capacity_through_2027(question),
        "capacity-essay": lambda: capacity_essay(question),
        "efficiency-needed": lambda: efficiency_needed(question),
        "efficiency-closed": lambda: efficiency_closed(question),
        "efficiency-lags": lambda: efficiency_lags(question),
        "size-thread": lambda: size_thread(question),
        "size-mythos": lambda: size_mythos(question),
        "mobilisation-quantities": lambda: mobilisation_quantities(question),
        "mobilisation-lean": lambda: mobilisation_lean(question),
        "mobilisation-dates": lambda: mobilisation_dates(question),
        "mobilisation-needed": lambda: mobilisation_needed(question),
        "hindcast-scores": lambda: hindcast_scores(question),
        "hindcast-gate": lambda: hindcast_gate(question),
    }
    for page, names in NAMES.items():
        tables[f"{page}-quantities"] = partial(quantities, question, names)
    for name in DRAWN:
        tables[name] = partial(_headed, f"{drawn_sentence(question)}.", tables[name])
    for name in DRAWN_FROM_THE_PRIOR:
        said = f"{drawn_sentence(question)} of the prior (`--evidence none`)."
        tables[name] = partial(_headed, said, tables[name])
    return tables


def drawn_sentence(question: Question) -> str:
    """Say of a table as of which day it is, and from how many draws."""
    return f"As of {date_text(question.as_of)}, {question.draws:,} draws"


def _headed(sentence: str, table: Callable[[], str]) -> str:
    return f"{sentence}\n\n{table()}"


def filled(text: str, tables: Mapping[str, Callable[[], str]], file: Path) -> str:
    """Fill in the tables of a page.

    Raises
    ------
    InputError
        If it asks for a table that does not exist.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in tables:
            raise unknown_name("table", name, tables, file=file)
        return f"{match.group(1)}\n{tables[name]()}\n{match.group(3)}"

    return MARKED.sub(fill, text)


def quantities(question: Question, names: Sequence[str]) -> str:
    """Priors of some quantities, by name or by how their names begin."""
    table = question.assumptions.table
    wanted = (quantity for name, quantity in table.quantities.items() if name.startswith(tuple(names)))
    return to_markdown(quantity_table(table, wanted))


def trend_dates(question: Question) -> str:
    """Dates of every trend, as stated and on the evidence, beside the race."""
    return to_markdown(trend_table(trends(posterior(Request(question)))), lines=False)


def lags_dates(question: Question) -> str:
    """What each assumption about measured lags does to the date."""
    return to_markdown(lag_assumption_table(lag_assumptions(posterior(Request(question)))))


def lags_published_race(question: Question) -> str:
    """The same on the published model's race, which nothing but compute holds up."""
    asked = replace(question, assumptions=load_assumptions([group_layer("dated-lags")], model=ARTICLE))
    return lags_dates(asked)


def capacity_known(question: Question) -> str:
    """What the data set knows of each nation, and which share of China's compute that is."""
    result = capacity(prior_of(question))
    return to_markdown(nation_table(result)) + "\n" + to_markdown(coverage_table(result))


def capacity_through_2027(question: Question) -> str:
    """China's compute by both accounts."""
    return to_markdown(day_table(capacity(prior_of(question))))


def capacity_essay(question: Question) -> str:
    """The essay's projection worked out again."""
    return to_markdown(essay_table(capacity(prior_of(question))))


def efficiency_needed(question: Question) -> str:
    """The progress that the first launch needs, and its channels."""
    return to_markdown(progress_table(efficiency(prior_of(question))))


def efficiency_closed(question: Question) -> str:
    """When a tenfold gap is closed."""
    return to_markdown(closed_table(efficiency(prior_of(question))))


def efficiency_lags(question: Question) -> str:
    """Gaps in compute as months of progress."""
    return to_markdown(lag_table(efficiency(prior_of(question))))


def size_thread(question: Question) -> str:
    """The thread's table."""
    return to_markdown(thread_table(sizes(prior_of(question))))


def size_mythos(question: Question) -> str:
    """Mythos's size by the prior."""
    return to_markdown(mythos_table(sizes(prior_of(question))))


def mobilisation_quantities(question: Question) -> str:
    """Priors of the quantities that mobilisation brings in."""
    known = question.assumptions.table.quantities
    table = under_scenario(question.assumptions, SCENARIO).table
    return to_markdown(quantity_table(table, (row for name, row in table.quantities.items() if name not in known)))


def mobilisation_lean(question: Question) -> str:
    """The lean event, and why it is what it is."""
    event = question.assumptions.event(LEAN)
    return f"{to_markdown(event_table({LEAN: event}))}\n{event.text.notes.strip()}\n"


def mobilisation_dates(question: Question) -> str:
    """When the consortium is ready, and whether first."""
    rows = []
    for as_of in (question.assumptions.table.day("article_day"), question.as_of):
        for event in (question.event, LEAN):
            asked = replace(question, as_of=as_of, event=event)
            (row,) = scenarios(prior_of(asked), [SCENARIO]).scenarios
            rows += [Mobilised(asked, ready, row.first_firm[firm]) for firm, ready in row.newcomers.items()]
    columns: list[Column[Mobilised]] = [
        Column(title="Asked on", text=lambda row: date_text(row.asked.as_of)),
        Column(title="Event", text=lambda row: Span(row.asked.event, "name")),
        *date_columns(question, lambda row: row.ready),
        Column(title="first", text=lambda row: chance_text(row.first.value)),
    ]
    return to_markdown(Table("When the consortium is ready", columns, rows))


@dataclass(frozen=True)
class Mobilised:
    """When a firm that the scenario brings in is ready, and whether first, asked on a day about an event."""

    asked: Question
    ready: Distribution
    first: Estimate


def mobilisation_needed(question: Question) -> str:
    """How many SuperPODs the consortium needs."""
    asked = replace(question, as_of=question.assumptions.table.day("article_day"))
    found = {}
    for event in (question.event, LEAN):
        about = replace(asked, event=event)
        criteria = ready_by(about, MOBILISED_BY)
        found[event] = thresholds(prior_of(about), scenario=SCENARIO, criteria=criteria)
    return to_markdown(needed_table(found), lines=False)


def hindcast_scores(question: Question) -> str:
    """How structures and naive rivals did on the records that come with the project."""
    return to_markdown(score_table(track_record(prior_of(question))))


def hindcast_gate(question: Question) -> str:
    """What the compute gate said of records whose compute is known."""
    return to_markdown(gate_tables(track_record(prior_of(question)))[0])


def _write(places: list[Path]) -> None:
    pages = [page for place in places for page in _pages_at(place)]
    tables = figures(Question(load_assumptions(), AS_OF))
    for page in pages:
        write_text(page, filled(page.read_text(encoding="utf-8"), tables, page))


def _pages_at(place: Path) -> list[Path]:
    if place.suffix == ".md":
        return [place]
    pages = [place / name for name in sorted(os.listdir(place)) if name.endswith(".md")]
    if not pages:
        raise InputError("holds no page", file=place)
    return pages


main = page_command("readings", "PAGE_OR_FOLDER ...", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
