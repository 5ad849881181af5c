"""Measured progress: what a table's scores and training compute say of it, and what depends on which models count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....model.assumptions import PROGRESS_QUANTITY
from ....priors.errors import on_command_line
from ...inference.estimates import Distribution
from ...inference.json_values import significant
from ...inference.probabilities import QUANTILES
from ...studies.tables.chosen import origin_of
from ...studies.tables.efficiency import MeasuredProgress, Read
from ..json_form import to_json
from ..table import Column, Layout, Path, Table
from ..text import quantile_text
from .columns import ready_columns, text_column

DIGITS = 4

Belief = tuple[str, np.ndarray]
Dated = tuple[str, Distribution]


def layout(result: MeasuredProgress) -> Layout:
    """Lay out what a table says of progress."""
    choices, beliefs = _choice_table(result), _belief_table(result)
    dates = _date_tables(result)
    return Layout(tables=(choices, beliefs, *dates), json=lambda: _as_json(result, choices, beliefs, dates))


def _choice_table(result: MeasuredProgress) -> Table[Read]:
    columns: list[Column[Read]] = [
        Column(
            title="Progress by models, x per year",
            text=lambda row: row.choice.title + (" (asked)" if row is result.read else ""),
            path=("id",),
            value=lambda row: row.choice.title,
        ),
        Column(
            title="Models",
            text=lambda row: f"{len(row.counted.names)}",
            path=("models",),
            value=lambda row: len(row.counted.names),
            figure=True,
        ),
        Column(path=("mode",), value=lambda row: significant(row.curve.mode, DIGITS)),
        *(
            _quantile_column(place, lambda row: row.progress, ("progress", "quantiles"))
            for place in range(len(QUANTILES))
        ),
    ]
    set_aside = [f"{title}: {on_command_line(reason)}" for title, reason in result.set_aside.items()]
    return Table("Progress by which models count", columns, (result.read, *result.others), lines=set_aside)


def _belief_table(result: MeasuredProgress) -> Table[Belief]:
    columns: list[Column[Belief]] = [
        Column(title=f"{result.read.choice.title}, x per year", text=lambda row: row[0]),
        *(_quantile_column(place, lambda row: row[1], ("quantiles",)) for place in range(len(QUANTILES))),
    ]
    rows = [
        ("the curve alone", result.alone),
        (f"{PROGRESS_QUANTITY} before", result.prior),
        (f"{PROGRESS_QUANTITY} after, all of the likelihood counted", result.posterior),
        *((f"{name} (overlay)", values) for name, values in result.opinions.items()),
    ]
    line = (
        f"The likelihood is highest at {result.read.curve.mode:.1f} x per year. A forecast counts it where --item has "
        f"written it as an item and --add names that, with weight {result.weight:g} unless the item says another."
    )
    return Table("What the models asked for say", columns, rows, lines=[line])


def _date_tables(result: MeasuredProgress) -> tuple[Table[Dated], ...]:
    """What counting the table does to the race's date, where that was asked for."""
    if result.question is None:
        return ()
    columns: list[Column[Dated]] = [
        text_column("Counted in the race", ("id",), lambda row: row[0]),
        *ready_columns(result.question, lambda row: row[1]),
    ]
    lines = [f"On all other evidence, as of {result.question.as_of}; the table counts with weight {result.weight:g}."]
    if result.withheld:
        lines.append(f"Too flat to be counted: {', '.join(result.withheld)}.")
    return (Table("What counting it does to the date", columns, list(result.dates.items()), lines=lines),)


def _quantile_column(place: int, values: Any, path: Path) -> Column[Any]:
    p = QUANTILES[place]
    return Column(
        title=quantile_text(p),
        text=lambda row: f"{values(row)[place]:.1f}",
        path=(*path, f"{p:g}"),
        value=lambda row: significant(float(values(row)[place]), DIGITS),
        figure=True,
    )


def _as_json(
    result: MeasuredProgress, choices: Table[Read], beliefs: Table[Belief], dates: Sequence[Table[Dated]]
) -> dict[str, Any]:
    read = result.read
    asked, *others = to_json(choices)
    alone, prior, posterior, *opinions = to_json(beliefs)
    return {
        "schema": 1,
        "table": origin_of(result.table),
        "counted": {
            "models": read.choice.models,
            "since": read.choice.since and read.choice.since.isoformat(),
            "confidence": read.choice.confidence,
        },
        "models": asked["models"],
        "organisations": len(read.counted.organisations),
        "progress": asked["progress"],
        "curve": {
            "mode": asked["mode"],
            **alone,
            "log10_progress": [float(point) for point in read.curve.points],
            "log_likelihood": [round(float(height), 4) for height in read.curve.values],
        },
        PROGRESS_QUANTITY: {"prior": prior, "posterior": posterior},
        "opinions": dict(zip(result.opinions, opinions, strict=True)),
        "weight": result.weight,
        **({"dates": to_json(dates[0])} if dates else {}),
        "choices": others,
        "set_aside": {title: on_command_line(reason) for title, reason in result.set_aside.items()},
    }
