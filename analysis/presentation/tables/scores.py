"""Scores: runs and rival views judged by what is known of the date."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ...archive.scores import LeftOut, Outcome, Scores
from ...archive.scoring import RUN, Score
from ...inference.json_values import number
from ...inference.probabilities import INTERVALS
from ...inference.proper_scores import HORIZON
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import date_text, with_days

HELD = {True: "yes", False: "no", None: "open"}
NO_FIGURE = "-"
FIGURES = {"crps": "CRPS", "interval_score": "WIS", "log_score": "log score"}  # as people read their names
INFINITE = "infinite: the forecast ruled it out"
PROBABILITY = "probability"
JUDGED_BY = {
    "known": "the day on which it is publicly known",
    "ready": "the day on which it is ready, the only one that is given",
}
MEASURES = (
    "CRPS and WIS in months; WIS is the weighted interval score of the quantiles at 5, 50 and 95%, or of those "
    "stated; ~ joins stated quantiles by straight lines; the log score is minus the logarithm of the density, a month, "
    "that the day was given, or of the probability of any later one; PIT is the probability that it or an earlier one "
    "was given; 50% and 90% say whether that interval holds it"
)
BRIER = "; Brier is the squared error of having happened by a day"
"""What the columns' short names mean."""


def layout(result: Scores) -> Layout:
    """Lay out scores, and what was left out."""
    table, outcome = scores_table(result), result.outcome
    return Layout(
        tables=(table,),
        json=lambda: {
            "schema": 1,
            "outcome": {"date": outcome.day.isoformat(), "open": outcome.open, "to_come": outcome.to_come},
            "crps_horizon_months": HORIZON,
            "scores": to_json(table),
            "left_out": [_left_out_as_json(row) for row in result.left_out],
        },
        head=_head(result),
    )


def _head(result: Scores) -> list[str]:
    outcome = result.outcome
    decided = "; while the question is open, scores count only what is decided" if outcome.open else ""
    return [
        f"{known_words(outcome)} {date_text(outcome.day)}: lower is better{decided}",
        MEASURES + (BRIER if _days_shown(result) else ""),
    ]


def known_words(outcome: Outcome) -> str:
    """Begin a heading on what is known, before its day; of a day to come it is only supposed."""
    if outcome.open:
        return "if it were still open on" if outcome.to_come else "still open on"
    return "if it happened on" if outcome.to_come else "it happened on"


def scores_table(result: Scores) -> Table[Score]:
    """A row a forecast."""
    columns: list[Column[Score]] = [
        Column(title="Forecast", text=_name),
        Column(path=("id",), value=lambda row: row.id),
        Column(path=("title",), value=lambda row: row.title),
        *_model_columns(result.scores),
        Column(
            title="of",
            text=lambda row: date_text(row.as_of),
            path=("as_of",),
            value=lambda row: row.as_of.isoformat(),
            figure=True,
        ),
        Column(path=("kind",), value=lambda row: row.kind),
        Column(
            title="CRPS",
            text=lambda row: ("~" if row.approximate else "") + _text(row.crps),
            path=("crps",),
            value=lambda row: _value(row.crps),
            figure=True,
        ),
        Column(path=("crps_approximate",), value=lambda row: row.approximate),
        _column("WIS", "weighted_interval_score", lambda row: row.interval_score),
        Column(path=("levels",), value=lambda row: list(row.levels)),
        _column("log score", "log_score", lambda row: row.log_score),
        *map(_brier_column, _days_shown(result)),
        Column(
            path=("brier",),
            value=lambda row: {day.isoformat(): _value(score, 5) for day, score in row.brier.items()},
        ),
        Column(
            title="PIT",
            text=_range_text,
            path=("pit",),
            value=lambda row: [number(value, 5) for value in row.pit],
            figure=True,
        ),
        *map(_covered_column, INTERVALS),
        Column(path=("reasons",), value=_reasons),
        Column(path=("source",), value=lambda row: row.source or None),
        Column(path=("opened",), value=lambda row: row.opened),
        Column(path=("proxy",), value=lambda row: row.proxy or None),
        Column(path=("judged_by",), value=lambda row: row.judged_by or None),
    ]
    horizon = (
        f"CRPS and WIS count the {HORIZON:g} months after t = 0: what comes later, or never, as if it came at their "
        "end."
    )
    judged = _judged_lines(result.scores)
    lines = [horizon, *judged, *_left_out_lines(result.left_out), *_reason_lines(result), *_note_lines(result.scores)]
    return Table("Forecasts judged by what is known of the date", columns, result.scores, lines=lines)


def _model_columns(rows: Sequence[Score]) -> list[Column[Score]]:
    """By which model each run is, for people where runs differ in it."""
    differ = len({row.model for row in rows if row.model}) > 1
    shown = [Column[Score](title="Model", text=lambda row: row.model or NO_FIGURE)] if differ else []
    return [*shown, Column(path=("model",), value=lambda row: row.model or None)]


def _column(title: str, key: str, figure: Callable[[Score], float | None]) -> Column[Score]:
    return Column(
        title=title,
        text=lambda row: _text(figure(row)),
        path=(key,),
        value=lambda row: _value(figure(row)),
        figure=True,
    )


def _brier_column(day: date) -> Column[Score]:
    return Column(title=f"Brier, {date_text(day)}", text=lambda row: _text(row.brier.get(day), 3), figure=True)


def _covered_column(level: float) -> Column[Score]:
    return Column(
        title=f"{level:.0%}",
        text=lambda row: NO_FIGURE if f"covered {level:g}" in row.reasons else HELD[row.covered[level]],
        path=("covered", f"{level:g}"),
        value=lambda row: row.covered[level],
        figure=True,
    )


def _days_shown(result: Scores) -> list[date]:
    """Days by whose end somebody stated a probability and nothing else."""
    scored = [row for row in result.scores if row.kind == PROBABILITY]
    return sorted({day for row in scored for day in row.brier if f"brier {day}" not in row.reasons})


def _judged_lines(rows: Sequence[Score]) -> list[str]:
    """Say which of its dates each run was judged by, with their names where runs differ in it."""
    runs = [row for row in rows if row.kind == RUN]
    whose = {target: [row.id for row in runs if row.judged_by == target] for target in JUDGED_BY}
    found = {target: ids for target, ids in whose.items() if ids}
    return [
        f"Judged by {JUDGED_BY[target]}: {'every run' if len(found) == 1 else ', '.join(ids)}."
        for target, ids in found.items()
    ]


def _left_out_lines(rows: Sequence[LeftOut]) -> list[str]:
    """Name the forecasts that are not scored, a line a reason."""
    whose: dict[str, list[str]] = {}
    for row in rows:
        whose.setdefault(row.reason, []).append(_name(row))
    return [f"Left out ({with_days(reason)}): {_listed(names)}." for reason, names in whose.items()]


def _reason_lines(result: Scores) -> list[str]:
    """Say, once each, why figures are missing, and of whom."""
    names = FIGURES | {f"covered {level:g}": f"{level:.0%}" for level in INTERVALS}
    names |= {f"brier {day}": "Brier" for day in _days_shown(result)}
    whose: dict[tuple[str, str], list[str]] = {}
    for row in result.scores:
        for figure, reason in row.reasons.items():
            if figure in names:
                whose.setdefault((names[figure], reason), []).append(_name(row))
    return [f"No {figure} ({reason}): {_listed(rows)}." for (figure, reason), rows in whose.items()]


def _note_lines(rows: Sequence[Score]) -> list[str]:
    """Say whose view is of something else, and whose was not opened at its source."""
    of = [f"{_name(row)} ({row.proxy})" for row in rows if row.proxy]
    quoted = [_name(row) for row in rows if row.opened is False]
    return [
        *([f"Of something else than the event itself: {_listed(of)}."] if of else []),
        *([f"Quoted, not opened at the source: {_listed(quoted)}."] if quoted else []),
    ]


def _name(row: Score | LeftOut) -> str:
    """What the table calls it: a run by its name, a view of somebody else by its title."""
    return row.id if row.kind == RUN else row.title


def _listed(names: Sequence[str]) -> str:
    """Names of which some hold a colon or a comma."""
    return "; ".join(names)


def _range_text(row: Score) -> str:
    low, high = (f"{value:.2f}" for value in row.pit)
    return low if row.pit[0] == row.pit[1] else f"{low} to {1 if row.pit[1] == 1.0 else high}"


def _reasons(row: Score) -> dict[str, str]:
    infinite = row.log_score is not None and math.isinf(row.log_score)
    return {**row.reasons, **({"log_score": INFINITE} if infinite else {})}


def _left_out_as_json(row: LeftOut) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "as_of": row.as_of.isoformat(), "reason": row.reason}


def _text(figure: float | None, digits: int = 2) -> str:
    if figure is None:
        return NO_FIGURE
    return f"{figure:z.{digits}f}" if math.isfinite(figure) else "infinite"


def _value(figure: float | None, digits: int = 4) -> float | None:
    return None if figure is None else number(figure, digits)
