"""``catchup score``: runs judged by what happened."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.clock import today
from ...priors.errors import InputError, unknown_name
from .options import AsJson, RunsFolder
from .output import show, warn, warn_of_faults
from .unused import refuse_unused


def score(
    *,
    runs: RunsFolder,
    event: Annotated[
        str | None,
        Parameter(help="Which event it was: the usual one, if any run is about it, by default. Others are left out."),
    ] = None,
    outcome: Annotated[date | None, Parameter(help="The day it happened; of one to come, as if it had.")] = None,
    outcome_after: Annotated[date | None, Parameter(help="Still open: the last day on which it had not.")] = None,
    criterion: Annotated[
        str | None,
        Parameter(help="Told by a criterion of a public table (catchup criteria); that of the event by default."),
    ] = None,
    criteria: Annotated[
        Path | None, Parameter(help="A TOML file of criteria, laid over those that come with the project.")
    ] = None,
    data: Annotated[
        Path | None,
        Parameter(help="Folder that tables are kept in; CATCHUP_DATA, or the platform's place for data, by default."),
    ] = None,
    json: AsJson = False,
) -> int:
    """Judge every run, and rival views beside them, by what is known of the date.

    Without a day, what public tables tell of the event's criterion counts: the day on which a Chinese model met it, or
    the last day on which none had.
    """
    from ...model.assumptions import load_assumptions
    from ..archive.asked_event import event_meant
    from ..archive.reading import newest_with_inputs, read_runs
    from ..archive.rivals import load_rivals
    from ..archive.scores import Outcome, score_rivals, score_runs, score_trends, stated_days
    from ..archive.verification import altered_sections
    from ..inference.question import Question
    from ..presentation.tables.scores import layout

    if sum(given is not None for given in (outcome, outcome_after, criterion)) > 1:
        raise InputError("give at most one of --outcome DATE, --outcome-after DATE and --criterion ID")
    if outcome is not None or outcome_after is not None:
        problem = (
            f"does not go with {'--outcome' if outcome is not None else '--outcome-after'}, which says the day itself"
        )
        refuse_unused({"--criteria": criteria, "--data": data}, problem)
    shelf, rivals = read_runs(runs), load_rivals()
    warn_of_faults(shelf.faults)
    if not shelf.runs:
        raise InputError("holds no sound run to score", file=runs, key="--runs")
    asked = event_meant(shelf.runs, event)
    about = [run for run in shelf.runs if run.manifest.event == asked]
    if len(about) < len(shelf.runs):
        warn(f"scored are the {len(about)} of {len(shelf.runs)} runs about {asked}; --event NAME asks of another event")
    days = stated_days(rivals)
    day = outcome or outcome_after
    if day is not None:
        known = Outcome.stated(day, today(), open=outcome is None)
    else:
        told, line = _told(criterion, asked, criteria, data)
        known = Outcome(*told)
        warn(line)
    newest, damaged = newest_with_inputs(about)
    warn_of_faults([*damaged, *(line for run in about for line in altered_sections(run))])
    # rivals and trends need a calendar and lags, and no run's more than the project's own
    question = newest.snapshot.question if newest else Question(load_assumptions(), about[-1].manifest.as_of)
    others = score_rivals(question.assumptions.calendar, known, rivals), score_trends(question, known, days)
    show(layout(score_runs(about, known, days).with_more(*others)), as_json=json)
    return 0


def _told(name: str | None, event: str, overlay: Path | None, data: Path | None) -> tuple[tuple[date, bool], str]:
    """What public tables tell: the day, whether it is still open, and a line that says so."""
    from ...evidence.tables.criteria import hold_against_tables, load_criteria, resolve, tables_of
    from ...evidence.tables.places import data_folder
    from ...evidence.tables.store import TableStore
    from ...model.assumptions import load_assumptions

    store = TableStore(data_folder(data))
    known = load_criteria(overlay, store.shapes)
    stated = load_assumptions().events
    name = name or (stated[event].text.criterion if event in stated else None)
    if name is None:
        raise InputError(f"{event} has no criterion: give --outcome DATE, --outcome-after DATE or --criterion ID")
    if name not in known:
        raise unknown_name("criterion", name, known, key="--criterion")
    if overlay is not None:
        hold_against_tables({name: known[name]}, store, today(), file=overlay)
    found = resolve(known[name], tables_of(store, known[name].table))
    if found.day is None:
        raise InputError(f"no table tells of {name} yet: none of {known[name].table} holds a Chinese model")
    who = f"no Chinese model had met it by {found.day}" if found.open else f"{found.model} met it on {found.day}"
    return (found.day, found.open), f"by {name} ({found.file}): {who}"
