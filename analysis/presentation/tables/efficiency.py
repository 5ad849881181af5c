"""Efficiency: the progress that a launch needs, its channels, and what gaps in compute it closes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ....model.efficiency import CHANNEL_QUANTITIES, EDGE_QUANTITIES
from ...inference.estimates import Distribution, Estimate
from ...inference.json_values import significant
from ...inference.probabilities import QUARTILES
from ...studies.readings.efficiency import READINGS, ClosedBy, Efficiency
from ..json_form import SPREAD_DIGITS, scaled_as_json, share_as_json, to_json
from ..table import Column, Layout, Table
from ..text import chance_text, date_text
from .columns import drawn_text, source_names, spread_columns

CHANNEL_TITLES = {"own": "own innovation", "replicated": "replication", "distilled": "distillation"}
READING_TITLES = {"progress": "on Mythos", "held_back": "held back", "edge": "on labs that progress too"}

Spread = tuple[str, Distribution]


def layout(result: Efficiency) -> Layout:
    """Lay out what efficiency has to do for compute, and can."""
    needed, closed, lags = progress_table(result), closed_table(result), lag_table(result)
    return Layout(
        tables=(needed, closed, lags),
        json=lambda: _as_json(result, needed, closed, lags),
        head=(drawn_text(result.origin),),
    )


def progress_table(result: Efficiency) -> Table[Spread]:
    """The progress that the first launch needs, by channel, and the gap on the day of the question."""
    columns: list[Column[Spread]] = [
        Column(title="Mythos's compute over what is spent, x", text=lambda row: row[0]),
        *spread_columns(lambda row: row[1], lambda value: f"{value:.2f}", wide=QUARTILES),
    ]
    rows = [
        ("progress the first launch needs", result.needed),
        *((f"  by {CHANNEL_TITLES[name]}", spread) for name, spread in result.channels.items()),
        (f"gap on {date_text(result.question.as_of)}", result.gap_now),
    ]
    beyond = result.beyond_ceiling.value
    most = chance_text(_beyond_gap(result).value)
    return Table(
        "Progress that must stand in for compute",
        columns,
        rows,
        lines=[
            f"The first launch needs {result.gap:g}-fold progress or more with probability {most}.",
            f"Distillation would have to give more than it can with probability {chance_text(beyond)}.",
        ],
        sources=source_names(result.question, [*CHANNEL_QUANTITIES, *EDGE_QUANTITIES]),
    )


def _beyond_gap(result: Efficiency) -> Estimate:
    """Probability that the first launch needs as much progress as closes the gap asked about."""
    less = result.needed.probability_below(result.gap)
    return replace(less, value=1.0 - less.value)


def closed_table(result: Efficiency) -> Table[ClosedBy]:
    """How likely a gap is closed on the last day of each quarter."""

    def reading(name: str) -> Column[ClosedBy]:
        return Column(
            title=READING_TITLES[name],
            text=lambda row: chance_text(row.probability[name].value),
            path=(name,),
            value=lambda row: share_as_json(row.probability[name]),
            figure=True,
        )

    columns: list[Column[ClosedBy]] = [
        Column(
            title=f"A {result.gap:g}-fold gap closed on",
            text=lambda row: date_text(row.day),
            path=("date",),
            value=lambda row: row.day.isoformat(),
        ),
        *map(reading, READINGS),
        Column(
            path=("mcse",),
            value=lambda row: {name: significant(chance.mcse) for name, chance in row.probability.items()},
        ),
    ]
    lines = [f"{READING_TITLES[name]}: {meaning}" for name, meaning in READINGS.items()]
    return Table(f"Probability that a {result.gap:g}-fold gap is closed", columns, result.closed, lines=lines)


def lag_table(result: Efficiency) -> Table[tuple[float, Distribution]]:
    """What gaps in compute are worth in months of progress."""
    columns: list[Column[tuple[float, Distribution]]] = [
        Column(
            title="A gap in compute, as months of progress",
            text=lambda row: f"{row[0]:g}-fold",
            path=("gap",),
            value=lambda row: significant(row[0], SPREAD_DIGITS),
        ),
        *spread_columns(lambda row: row[1], lambda value: f"{value:.1f}", ("quantiles",), wide=QUARTILES),
    ]
    return Table("The lag that a gap in compute is worth, months", columns, list(result.lags.items()))


def _as_json(
    result: Efficiency,
    needed: Table[Spread],
    closed: Table[ClosedBy],
    lags: Table[tuple[float, Distribution]],
) -> dict[str, Any]:
    progress, *channels, gap_now = to_json(needed)
    return {
        **result.origin.as_json(),
        "progress_needed": {
            "quantiles": progress,
            "channels": dict(zip(result.channels, channels, strict=True)),
            "beyond_gap": scaled_as_json(_beyond_gap(result)),
            "distillation_beyond_ceiling": scaled_as_json(result.beyond_ceiling),
        },
        "gap_on_the_day": {"quantiles": gap_now},
        "gap": result.gap,
        "readings": READINGS,
        "closed": to_json(closed),
        "lag_months": to_json(lags),
    }
