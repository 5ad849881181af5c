"""Scores of forecasts as a table, and what stands in place of a figure that cannot be given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ..archive.rivals import Rival
from ..archive.scores import LeftOut
from ..archive.scoring import RUN, Score
from .text import date_text

NO_FIGURE = "-"
MARKS = {True: "yes", False: "no", None: "open"}


def score_columns(days: Sequence[date]) -> tuple[str, ...]:
    """Columns of `score_rows`."""
    brier = ["Brier"] if len(days) == 1 else [f"Brier, by {day}" for day in days]
    return ("Forecast", "of", "CRPS", "WIS", "log", *brier, "PIT", "50%", "90%")


def score_rows(scores: Iterable[Score], days: Sequence[date]) -> list[tuple[str, ...]]:
    """Rows of `score_columns`: a figure that cannot be given is a dash, an approximate one has a tilde."""
    return [
        (
            row.id if row.kind == RUN else row.title,
            row.as_of.isoformat(),
            ("~" if row.approximate else "") + _figure(row.crps),
            _figure(row.interval_score),
            _figure(row.log_score),
            *(_figure(row.brier.get(day), 3) for day in days),
            _range(row),
            *(NO_FIGURE if f"covered {level:g}" in row.reasons else MARKS[row.covered[level]] for level in (0.5, 0.9)),
        )
        for row in scores
    ]


def days_shown(rivals: Mapping[str, Rival]) -> list[date]:
    """Days by whose end somebody stated a probability and nothing else."""
    return sorted({day for rival in rivals.values() if rival.kind == "probability" for day in rival.days()})


def reason_lines(scores: Iterable[Score], days: Sequence[date]) -> list[str]:
    """Say, once each, why figures are missing, and of whom."""
    shown = {"crps": "CRPS", "interval_score": "WIS", "log_score": "log", "covered 0.5": "50%", "covered 0.9": "90%"}
    shown |= {f"brier {day}": "Brier" for day in days}
    whose: dict[tuple[str, str], list[str]] = {}
    for row in scores:
        for figure, reason in row.reasons.items():
            if figure in shown:
                whose.setdefault((shown[figure], reason), []).append(row.id)
    return [f"no {figure}, {reason}: {', '.join(ids)}" for (figure, reason), ids in whose.items()]


def note_lines(scores: Iterable[Score]) -> list[str]:
    """Say whose view is of something else, and whose was not opened at its source."""
    of = [f"{row.id} ({row.proxy})" for row in scores if row.proxy]
    quoted = [row.id for row in scores if row.opened is False]
    return [
        *([f"of something else than the event itself: {', '.join(of)}"] if of else []),
        *([f"quoted, not opened at the source: {', '.join(quoted)}"] if quoted else []),
    ]


def left_out_lines(left_out: Iterable[LeftOut]) -> list[str]:
    """Name the forecasts that are not scored, a line a reason."""
    whose: dict[str, list[str]] = {}
    for row in left_out:
        whose.setdefault(row.reason, []).append(row.id)
    return [f"left out, {reason}: {', '.join(ids)}" for reason, ids in whose.items()]


def outcome_text(day: date, still_open: bool, days: Sequence[date]) -> str:
    """What the scores are of."""
    brier = f"; Brier is of having happened by {date_text(days[0])}" if len(days) == 1 else ""
    known = f"still open on {date_text(day)}" if still_open else f"it happened on {date_text(day)}"
    decided = "; scores count only what is decided" if still_open else ""
    return (
        f"{known}: lower is better{decided}. CRPS and WIS in months; WIS is the weighted interval score of the "
        f"quantiles at 5, 50 and 95%, or of those that were stated; ~ joins stated quantiles by straight lines{brier}"
    )


def _figure(value: float | None, digits: int = 2) -> str:
    if value is None:
        return NO_FIGURE
    return f"{value:.{digits}f}" if math.isfinite(value) else "infinite"


def _range(row: Score) -> str:
    low, high = (f"{value:.2f}".removesuffix(".00") if value == 1.0 else f"{value:.2f}" for value in row.pit)
    return low if row.pit[0] == row.pit[1] else f"{low} to {high}"
