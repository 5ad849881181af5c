"""History: the forecast through time, a row a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...archive.history import Entry, History
from ...archive.reading import UNTRUSTED, why_untrusted
from ...inference.json_values import estimate_of
from ...inference.probabilities import HEADLINE
from ..json_form import to_json
from ..table import Cell, Column, Layout, Span, Table
from ..text import kept_day_text, quantile_text, with_days
from .attribution import moved_text

DOUBTED = "‡"
"""Marks a run that should not be trusted."""
EXPLAINED = f"{DOUBTED} {UNTRUSTED[:1].upper()}{UNTRUSTED[1:]}."


def layout(result: History) -> Layout:
    """Lay out the runs of a folder."""
    table = history_table(result)
    return Layout(tables=(table,), json=lambda: {"schema": 1, "runs": to_json(table), "faults": list(result.faults)})


def history_table(result: History, address: Callable[[Entry], str] | None = None) -> Table[Entry]:
    """A row a run; where `address` says which page is a run's own, linked to it."""

    def name(row: Entry) -> Cell:
        named = row.run.name if address is None else Span(row.run.name, address=address(row))
        return (named, DOUBTED) if why_untrusted(row.run) else named

    columns: list[Column[Entry]] = [
        Column(title="Run", text=name, path=("run",), value=lambda row: row.run.name),
        *_asked(result),
        Column(path=("model",), value=lambda row: row.run.manifest.model),
        Column(path=("as_of",), value=lambda row: row.run.manifest.as_of.isoformat()),
        Column(path=("event",), value=lambda row: row.run.manifest.event),
        Column(title="What changed", text=_changes_text),
        *map(_date_column, HEADLINE),
        Column(path=("ready", "quantiles"), value=_quantiles),
        Column(title="Median moved, months", text=_moved, path=("shift",), value=lambda row: row.shift, figure=True),
        Column(path=("other_shift",), value=lambda row: row.other_shift),
        Column(path=("items_added",), value=lambda row: list(row.items_added)),
        Column(path=("items_removed",), value=lambda row: list(row.items_removed)),
        Column(path=("items_retracted",), value=lambda row: list(row.items_retracted)),
        Column(path=("other_changes",), value=lambda row: list(row.other_changes)),
        Column(path=("trustworthy",), value=lambda row: not why_untrusted(row.run)),
    ]
    lines = [EXPLAINED] if any(why_untrusted(row.run) for row in result.entries) else []
    return Table("The forecast through time", columns, result.entries, lines=lines)


def _asked(result: History) -> list[Column[Entry]]:
    """What was asked, as far as it is not the same in all runs."""
    manifests = [row.run.manifest for row in result.entries]
    differ = [what for what in ("model", "event") if len({getattr(each, what) for each in manifests}) > 1]

    def text(row: Entry) -> str:
        return ", ".join(getattr(row.run.manifest, what) for what in differ)

    return [Column(title=" and ".join(differ).capitalize(), text=text)] if differ else []


def _quantiles(row: Entry) -> dict[str, Any]:
    quantiles: dict[str, Any] = row.run.forecast["ready"]["quantiles"]
    return quantiles


def _changes_text(row: Entry) -> str:
    """Items that came or went, and what else is other than in the run before."""
    left = [name for name in row.items_removed if name not in row.items_retracted]
    items = (("added", row.items_added), ("removed", left), ("retracted", row.items_retracted))
    told = [f"{what}: {', '.join(names)}" for what, names in items if names]
    return "; ".join([*told, *map(with_days, row.other_changes)])


def _date_column(p: float) -> Column[Entry]:
    def text(row: Entry) -> str:
        return kept_day_text(_quantiles(row)[f"{p:g}"])

    return Column(title=quantile_text(p), text=text, figure=True)


def _moved(row: Entry) -> str:
    shift = row.shift or row.other_shift
    if shift is None:
        return ""
    text = "from or to never" if shift["months"] is None else moved_text(estimate_of(shift))
    return text if row.shift else f"{text} since {shift['since']}"
