"""Public tables: which are kept, what their columns hold, and what they say by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from ....evidence.tables.episodes import Episode
from ...inference.estimates import Array
from ...studies.tables.efficiency import QUANTILES, MeasuredProgress
from ...studies.tables.lags import Lags
from ..table import Cell, Column, Layout, Room, Table
from ..text import date_text

Words = tuple[str, ...]


def words_table(*headings: str, rows: Iterable[Words], left: int = 1, title: str = "") -> Table[Words]:
    """Lay out rows of words and figures; the first `left` columns are words."""
    columns: list[Column[Words]] = [
        Column(title=heading, text=itemgetter(place), figure=place >= left) for place, heading in enumerate(headings)
    ]
    return Table(title, columns, list(rows))


def lag_layout(result: Lags) -> Layout:
    """Lay out every American record and the first Chinese model that met it."""
    middle = result.median_closed
    closed = f"{len(result.closed)} closed" + ("" if middle is None else f", {middle:.1f} months at the median")
    lines: list[Cell] = [f"{closed}; {len(result.episodes) - len(result.closed)} open on {date_text(result.until)}."]
    if result.left_out:
        lines.append(f"Of both countries, and left out: {', '.join(result.left_out)}.")
    columns: list[Column[Episode]] = [
        Column(title="American record", text=lambda row: row.reference.model),
        Column(
            title="First Chinese model there", text=lambda row: row.follower.model if row.follower else "nobody yet"
        ),
        Column(title="Released", text=lambda row: date_text(row.reference.day), figure=True),
        Column(title="Score", text=lambda row: f"{row.reference.score:.1f}", figure=True),
        Column(title="Reached", text=lambda row: date_text(row.follower.day) if row.follower else "", figure=True),
        Column(
            title="Its score",
            text=lambda row: f"{row.follower.score:.1f}" if row.follower else "",
            figure=True,
            room=Room.WIDE,
        ),
        Column(
            title="Months",
            text=lambda row: f"{'' if row.follower else 'over '}{result.months(row):.1f}",
            figure=True,
        ),
    ]
    table = Table("Lags from record to record", columns, list(result.episodes), lines=lines)
    return Layout(tables=(table,), json=result.as_json)


def progress_layout(result: MeasuredProgress) -> Layout:
    """Lay out what scores and training compute say of progress."""
    read = result.read
    headings = [f"{p:.0%}" for p in QUANTILES]
    choices = [
        (
            each.choice.title + (" (asked)" if each is read else ""),
            f"{len(each.counted.names)}",
            *_figures(each.progress),
        )
        for each in (read, *result.others)
    ]
    beside = [
        ("the curve alone", *_figures(result.alone)),
        ("algorithmic_progress before", *_figures(result.prior)),
        ("algorithmic_progress after", *_figures(result.posterior)),
    ]
    return Layout(
        tables=(
            words_table("Progress by models, x per year", "Models", *headings, rows=choices).with_lines(
                *(f"{title}: {reason}" for title, reason in result.set_aside.items())
            ),
            words_table(f"{read.choice.title}, x per year", *headings, rows=beside),
        ),
        json=result.as_json,
        foot=(f"The likelihood is highest at {read.curve.mode:.1f} x per year. No forecast counts it yet.",),
    )


def _figures(values: Array) -> Words:
    return tuple(f"{value:.1f}" for value in values)
