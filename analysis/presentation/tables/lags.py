"""Lags between records: every American record of an index, and the first Chinese model that met it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ....evidence.tables.episodes import Episode, Release
from ...studies.tables.chosen import origin_of
from ...studies.tables.lags import Lags
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import date_text

MONTH_DECIMALS = 2  # a day is 0.03 months
HEADINGS = {
    "reference": ("Released", "Score", "score", "score_interval"),
    "follower": ("Reached", "Its score", "follower_score", "follower_interval"),
}
"""By which model, the headings of its day and score, and the keys of its score and the score's interval."""


def layout(result: Lags) -> Layout:
    """Lay out lags."""
    table = _table(result, "Lags between records", result.episodes, _lines(result))
    beside = _table(result, "Below the best of their day, and no records", result.same_day)
    shown = (table, beside) if result.same_day else (table,)
    return Layout(tables=shown, json=lambda: _as_json(result, table, beside))


def _table(result: Lags, title: str, episodes: Sequence[Episode], lines: Sequence[str] = ()) -> Table[Episode]:
    def months(episode: Episode) -> str:
        length = f"{result.months(episode):.1f}"
        return f"over {length}" if episode.follower is None else length

    columns: list[Column[Episode]] = [
        *_release_columns("American record", "reference", lambda row: row.reference),
        *_release_columns("First Chinese model there", "follower", lambda row: row.follower),
        Column(
            title="Months",
            text=months,
            path=("lag_months",),
            value=lambda row: round(result.months(row), MONTH_DECIMALS),
            figure=True,
        ),
        Column(path=("open",), value=lambda row: row.open),
    ]
    return Table(title, columns, episodes, lines=lines)


def _release_columns(title: str, name: str, release: Callable[[Episode], Release | None]) -> list[Column[Episode]]:
    """Columns of a model; empty while nobody has met the record."""
    released, scored, score, interval = HEADINGS[name]

    def of(text: Callable[[Release], str], nobody: str = "") -> Callable[[Episode], str]:
        def read(row: Episode) -> str:
            found = release(row)
            return nobody if found is None else text(found)

        return read

    def plain(value: Callable[[Release], Any]) -> Callable[[Episode], Any]:
        def read(row: Episode) -> Any:
            found = release(row)
            return None if found is None else value(found)

        return read

    return [
        Column(
            title=title, text=of(lambda row: row.model, "nobody yet"), path=(name,), value=plain(lambda row: row.model)
        ),
        Column(path=(f"{name}_organisation",), value=plain(lambda row: row.organisation)),
        Column(
            title=released,
            text=of(lambda row: date_text(row.day)),
            path=(f"{name}_date",),
            value=plain(lambda row: row.day.isoformat()),
            figure=True,
        ),
        Column(
            title=scored,
            text=of(lambda row: f"{row.score:.1f}"),
            path=(score,),
            value=plain(lambda row: row.score),
            figure=True,
        ),
        Column(path=(interval,), value=plain(lambda row: None if row.interval is None else list(row.interval))),
    ]


def _lines(result: Lags) -> list[str]:
    middle = result.median_closed
    closed = f"{len(result.closed)} closed" + ("" if middle is None else f", {middle:.1f} months at the median")
    lines = [f"{closed}; {len(result.episodes) - len(result.closed)} open on {date_text(result.until)}."]
    if result.same_day:
        every = [*result.episodes, *result.same_day]
        still_open = sum(episode.open for episode in every)
        lines.append(
            f"Counting each of the {len(result.same_day)} that beat all earlier days but not the best of their own: "
            f"{len(every) - still_open} closed, {still_open} open."
        )
    if result.left_out:
        lines.append(f"Of both countries, and left out: {', '.join(result.left_out)}.")
    return lines


def _as_json(result: Lags, table: Table[Episode], beside: Table[Episode]) -> dict[str, Any]:
    middle = result.median_closed
    return {
        "schema": 1,
        "table": origin_of(result.table),
        "until": result.until.isoformat(),
        "episodes": to_json(table),
        "same_day": to_json(beside),
        "closed": len(result.closed),
        "open": len(result.episodes) - len(result.closed),
        "median_closed_months": None if middle is None else round(middle, MONTH_DECIMALS),
        "left_out": list(result.left_out),
    }
