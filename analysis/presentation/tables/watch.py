"""What to watch: what may happen or be learnt, how likely it is, and how far it would move the date."""

from __future__ import annotations

import math
import re
from typing import Any

from ....evidence.schema import Item
from ....model.events import describe_quantity
from ...inference.json_values import number
from ...inference.probabilities import HEADLINE
from ...inference.question import Question
from ...studies.watch import Sighting, Watch, Watched
from ...studies.watch_parts import BASES, natural
from ..json_form import dates_as_json, estimate_as_json, shift_as_json, to_json
from ..silences_to_come import silence_as_json, silence_title
from ..table import Column, Layout, Table
from ..text import chance_text, date_text, figure, share_text, shift_text
from .columns import asked_text, ids_text, text_column

TITLE = "What to watch within half a year: what moves the median most, as far as can be expected, first"
FEW = re.compile(r"(\d) for ([^,]+)")  # how kinds whose observation is one of two name each


def layout(result: Watch) -> Layout:
    """Lay out what to watch."""
    table = watch_table(result)
    return Layout(
        tables=(table,),
        json=lambda: {
            **result.origin.as_json(),
            "ready": {"quantiles": dates_as_json(result.ready, result.question, HEADLINE)},
            "observables": to_json(table),
            "notes": _notes(result),
        },
        head=(asked_text(result.question),),
        foot=(ids_text(row.observable.id for row in table.rows),) if table.rows else (),
    )


def watch_table(result: Watch) -> Table[Watched]:
    """A row an observable."""
    question = result.question
    columns: list[Column[Watched]] = [
        Column(path=("id",), value=lambda row: row.observable.id),
        text_column("What to watch", ("title",), lambda row: silence_title(row.observable.title, row.silence)),
        Column(value=lambda row: {"kind": row.observable.way, row.observable.way: row.observable.name}),
        Column(value=lambda row: silence_as_json(row.silence)),
        Column(
            title="How likely",
            text=likelihood_text,
            path=("probability",),
            value=lambda row: row.probability,
        ),
        Column(path=("probability_is",), value=_whose),
        Column(
            title="What is seen, and how far the median then moves, months",
            text=lambda row: "; ".join(sighting_text(row, each, question) for each in row.sightings),
            path=("outcomes",),
            value=lambda row: [_sighting_as_json(row, each, question) for each in row.sightings],
        ),
        Column(
            title="Expected size, months",
            text=lambda row: shift_text(row.weight).removeprefix("+"),
            path=("expected_size",),
            value=lambda row: shift_as_json(row.weight),
            figure=True,
        ),
        Column(path=("notes",), value=lambda row: row.observable.notes),
    ]
    return Table(TITLE, columns, result.rows, lines=_lines(result), sources=["project"])


def _notes(result: Watch) -> list[str]:
    refused = result.refused
    left_out = [] if refused is None else [f"what may be learnt is left out: {refused.on_command_line}"]
    return [*left_out, *result.notes]


def likelihood_text(row: Watched) -> str:
    """Say how likely it is that anything is seen, and who says so."""
    return "seen in any case" if row.observable.probability is None else f"{share_text(row.probability)}, judged"


def sighting_text(row: Watched, seen: Sighting, question: Question) -> str:
    """Say what is seen, how likely that is, and what it does."""
    if seen.effect is None:
        return f"{_seen(row, seen, question)} ({chance_text(seen.probability.value)}): {shift_text(seen.shift)}"
    said = f"{_beginning(row, question)}: {shift_text(seen.shift)}"
    unmoved, late = seen.effect.unmoved.value, seen.effect.shift(0.95)
    if seen.shift.noise:
        said += f" ({chance_text(unmoved)} of the draws are not moved; the 95% date: {shift_text(late)})"
    return said


def _beginning(row: Watched, question: Question) -> str:
    calendar = question.assumptions.calendar
    if row.observable.way == "scenario":
        return f"from {date_text(question.as_of)}"
    return f"acting from {date_text(calendar.day(question.as_of_months + row.observable.months_ahead))}"


def _seen(row: Watched, seen: Sighting, question: Question) -> str:
    """Say what is seen of a disclosure, in the unit of what it is about."""
    item, bounds = row.item, seen.bounds
    if item is None or bounds is None:
        return seen.id
    few: dict[str, str] = dict(FEW.findall(item.kind.unit))
    if few:
        return few.get(seen.id, seen.id)
    low, high = (_border_text(natural(item.kind.unit, bound)) for bound in bounds)
    unit = _unit(item, question)
    ends = {"low": (high, " or less"), "high": (low, " or more")}
    figures, beyond = ends.get(seen.id, (f"{low} to {high}", ""))
    return f"{f'{figures} {unit}'.rstrip()}{beyond}"


def _border_text(border: float) -> str:
    """Write where a part begins or ends: with more digits than other figures where it has them."""
    brief = f"{border:.3g}"
    return figure(border) if math.isclose(float(brief), border, rel_tol=1e-9) else f"{border:.6g}"


def _unit(item: Item, question: Question) -> str:
    quantity = getattr(item.observed, "quantity", None)
    if quantity is not None:
        unit = describe_quantity(question.assumptions.table, quantity)[1]
        return "" if unit == "1" else str(unit)
    for prefix in BASES:
        if item.kind.unit.startswith(prefix):
            return str(item.kind.unit.removeprefix(prefix))
    return str(item.kind.unit)


def _whose(row: Watched) -> str:
    return "certain" if row.observable.probability is None else "judgement"


def _sighting_as_json(row: Watched, seen: Sighting, question: Question) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": seen.id,
        "probability": estimate_as_json(seen.probability),
        "shift": {"0.5": shift_as_json(seen.shift)},
    }
    if seen.effect is not None:
        entry["shift"]["0.95"] = shift_as_json(seen.effect.shift(0.95))
        entry["unmoved"] = estimate_as_json(seen.effect.unmoved)
        entry["says"] = _beginning(row, question)
    elif row.item is not None and seen.bounds is not None:
        entry["says"] = _seen(row, seen, question)
        entry["bounds"] = [number(bound) for bound in seen.bounds]
        entry["unit"] = row.item.kind.unit
    return entry


def _lines(result: Watch) -> list[str]:
    return [
        "How likely it is that something happens, or is learnt at all, within half a year is this project's judgement; "
        "what is then learnt is predicted by the model, a number in three parts, cut at round numbers near its thirds.",
        "Expected size: the shift of the median regardless of its sign, weighted by how likely each outcome is.",
        *_notes(result),
    ]
