"""``catchup score``: runs judged by what happened."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...priors.clock import today
from ...priors.errors import InputError, unknown_name
from .options import AsJson, CriteriaFile, DataFolder, RunsFolder
from .output import show, warn, warn_of_faults
from .unused import refuse_unused

if TYPE_CHECKING:
    from ..archive.reading import Run
    from ..archive.scores import Outcome


def score(
    *,
    runs: RunsFolder,
    event: Annotated[
        str | None,
        Parameter(help="Which event it was: the usual one, if any run is about it, by default. Others are left out."),
    ] = None,
    outcome: Annotated[date | None, Parameter(help="Score as if it happened on this day, past or to come.")] = None,
    outcome_after: Annotated[
        date | None, Parameter(help="Score as still open: by the end of this day it had not happened.")
    ] = None,
    criterion: Annotated[
        str | None,
        Parameter(help="Told by a criterion of a public table (catchup criteria); that of the event by default."),
    ] = None,
    criteria: CriteriaFile = None,
    data: DataFolder = None,
    json: AsJson = False,
) -> int:
    """Judge every run, and rival views beside them, by what is known of the date.

    Without a day, what public tables tell of the event's criterion counts: the day on which a Chinese model met it, or
    the last day on which none had.
    """
    from ...model.assumptions import load_assumptions
    from ..archive.reading import newest_with_inputs
    from ..archive.rivals import load_rivals
    from ..archive.scores import Outcome, score_rivals, score_runs, score_trends, stated_days
    from ..archive.verification import altered_sections
    from ..inference.question import Question
    from ..presentation.site.record import known_outcome
    from ..presentation.tables.scores import layout

    if sum(given is not None for given in (outcome, outcome_after, criterion)) > 1:
        raise InputError("give at most one of --outcome DATE, --outcome-after DATE and --criterion ID")
    if outcome is not None or outcome_after is not None:
        said = "--outcome" if outcome is not None else "--outcome-after"
        refuse_unused({"--criteria": criteria, "--data": data}, f"does not go with {said}, which says the day itself")
    about, rivals = _runs_about(runs, event), load_rivals()
    day, days = outcome or outcome_after, stated_days(rivals)
    if day is not None:
        known = Outcome.stated(day, today(), open=outcome is None)
    else:
        known = _told(criterion, about[0].manifest.event, criteria, data)
    newest, damaged = newest_with_inputs(about)
    warn_of_faults([*damaged, *(line for run in about for line in altered_sections(run))])
    if day is None and known.open and (reported := known_outcome(about[-1])) is not None and not reported.open:
        warn(f"no table tells of it, and the newest run counts a report: --outcome {reported.day} scores by that")
    # rivals and trends need a calendar and lags, and no run's more than the project's own
    question = newest.snapshot.question if newest else Question(load_assumptions(), about[-1].manifest.as_of)
    others = score_rivals(question.assumptions.calendar, known, rivals), score_trends(question, known, days)
    show(layout(score_runs(about, known, days).with_more(*others)), as_json=json)
    return 0


def _runs_about(folder: Path, event: str | None) -> list[Run]:
    """The sound runs about one event, oldest first; what is left out is said."""
    from ..archive.asked_event import event_meant
    from ..archive.reading import read_runs

    shelf = read_runs(folder)
    warn_of_faults(shelf.faults)
    if not shelf.runs:
        raise InputError("holds no sound run to score", file=folder, key="--runs")
    asked = event_meant(shelf.runs, event)
    about = [run for run in shelf.runs if run.manifest.event == asked]
    if len(about) < len(shelf.runs):
        warn(f"scored are the {len(about)} of {len(shelf.runs)} runs about {asked}; --event NAME asks of another event")
    return about


def _told(name: str | None, event: str, overlay: Path | None, data: Path | None) -> Outcome:
    """What public tables tell, which is said."""
    from ...evidence.tables.criteria import hold_against_tables, load_criteria, resolve, tables_of
    from ...evidence.tables.places import data_folder
    from ...evidence.tables.store import TableStore
    from ...model.assumptions import load_assumptions
    from ..archive.scores import Outcome

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
    warn(f"by {name} ({found.file}): {who}")
    return Outcome(found.day, found.open)
