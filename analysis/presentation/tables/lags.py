"""Lags between records, as a public table tells them."""

from __future__ import annotations

from ....evidence.tables.episodes import Episode
from ...studies.tables.lags import Lags
from ..table import Cell, Column, Layout, Room, Table
from ..text import date_text


def layout(result: Lags) -> Layout:
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
