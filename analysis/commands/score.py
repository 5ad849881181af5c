"""``catchup score``: runs judged by what happened."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.errors import InputError
from .options import OUTPUT
from .output import show, warn_of_faults


def score(
    *,
    runs: Annotated[Path, Parameter(help="Folder of runs.")],
    outcome: Annotated[date | None, Parameter(help="The day it happened.")] = None,
    outcome_after: Annotated[date | None, Parameter(help="Still open: the last day on which it had not.")] = None,
    json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")
    ] = False,
) -> int:
    """Judge every run, and rival views beside them, by what is known of the date."""
    from ...model.assumptions import load_assumptions
    from ..archive.reading import newest_with_inputs, read_runs
    from ..archive.rivals import load_rivals
    from ..archive.scores import Outcome, score_rivals, score_runs, score_trends, stated_days
    from ..inference.question import Question
    from ..presentation.tables.scores import layout

    if (outcome is None) == (outcome_after is None):
        raise InputError("give one of --outcome DATE and --outcome-after DATE")
    known = Outcome(outcome) if outcome is not None else Outcome(outcome_after or date.max, open=True)
    shelf, rivals = read_runs(runs), load_rivals()
    warn_of_faults(shelf.faults)
    if not shelf.runs:
        raise InputError("holds no sound run to score", file=runs, key="--runs")
    days = stated_days(rivals)
    newest, damaged = newest_with_inputs(shelf.runs)
    warn_of_faults(damaged)
    # rivals and trends need a calendar and lags, and no run's more than the project's own
    question = newest.snapshot.question if newest else Question(load_assumptions(), shelf.runs[-1].manifest.as_of)
    others = score_rivals(question.assumptions.calendar, known, rivals), score_trends(question, known, days)
    show(layout(score_runs(shelf.runs, known, days).with_more(*others)), as_json=json)
    return 0
