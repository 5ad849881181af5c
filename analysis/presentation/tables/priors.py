"""Priors: every quantity, correlation, event, regime, constant and reference that is believed before any leak."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from ....model.assumptions import Assumptions, Event
from ....model.policies import Regime
from ....priors.correlations import Correlation
from ....priors.row_schemas import Constant, Reference
from ....priors.table import PriorTable, Quantity
from ...inference.probabilities import HEADLINE
from ..json_form import to_json
from ..table import Cell, Column, Layout, Room, Span, Table
from ..text import figure, numbers_of, quantile_text
from ..toml_text import toml_text
from .columns import text_column, web_link


def layout(result: Assumptions) -> Layout:
    """Lay out what is believed before any leak."""
    quantities = quantity_table(result.table, result.table.quantities.values())
    correlations = correlation_table(result.table.correlations)
    return Layout(
        tables=(quantities, correlations) if result.table.correlations else (quantities,),
        json=lambda: {
            "schema": 1,
            "model": result.model,
            "quantities": to_json(quantities),
            "correlations": to_json(correlations),
        },
    )


def quantity_layout(assumptions: Assumptions, quantity: Quantity) -> Layout:
    """Lay out one quantity in full, with what it is correlated with."""
    correlations = [each for each in assumptions.table.correlations if quantity.name in each.pair]

    def as_json() -> dict[str, Any]:
        (entry,) = to_json(quantity_table(assumptions.table, [quantity]))
        return {
            "schema": 1,
            "model": assumptions.model,
            **entry,
            "correlations": to_json(correlation_table(correlations)),
        }

    lines = [*_in_full(assumptions, quantity), *(correlation_text(each, quantity.name) for each in correlations)]
    return Layout(tables=(), json=as_json, head=lines)


def _in_full(assumptions: Assumptions, quantity: Quantity) -> list[Cell]:
    text, distribution = quantity.text, quantity.distribution
    numbers = ", ".join(f"{key} = {toml_text(value)}" for key, value in numbers_by_key(quantity).items())
    quantiles = zip(HEADLINE, assumptions.table.quantiles(quantity.name, HEADLINE), strict=True)
    lines: list[Cell] = [
        (Span(quantity.name, "strong"), "" if text.unit == "1" else f" ({text.unit})"),
        text.description,
        f"{distribution.family}: {numbers}   [{quantity.file}]",
        ", ".join(f"{p:.0%}: {figure(float(value))}" for p, value in quantiles),
    ]
    for source in text.sources:
        reference = assumptions.table.references[source]
        place = f", {reference.address}" if reference.address else ""
        lines.append(f"Source: {reference.title} ({reference.publisher}, {reference.date}{place})")
    if text.shares:
        lines.append(f"Rests on: {', '.join(text.shares)}")
    if text.counted_again:
        lines.append(f"Of these, evidence may count again: {', '.join(text.counted_again)}")
    return [*lines, text.notes] if text.notes else lines


def correlation_text(correlation: Correlation, seen_from: str | None = None) -> str:
    """Say a correlation in a line, from the side of one of its quantities if wanted."""
    one, other = correlation.pair
    pair = f"{one} with {other}" if seen_from is None else f"Correlated with {other if seen_from == one else one}"
    why = f" ({correlation.text.description})" if correlation.text.description else ""
    return f"{pair}: rank correlation {correlation.rank:+g}{why}   [{correlation.file}]"


def numbers_by_key(quantity: Quantity) -> dict[str, Any]:
    """Numbers of a quantity's distribution, by key."""
    return quantity.distribution.model_dump(exclude_none=True)


def quantity_table(table: PriorTable, quantities: Iterable[Quantity]) -> Table[Quantity]:
    """Quantities with their distributions; quantiles of one that hangs on others are those of all its draws."""

    @cache  # three columns ask for one each, and of many draws they take as long together as one does
    def quantiles(name: str) -> list[float]:
        return [float(each) for each in table.quantiles(name, HEADLINE)]

    columns: list[Column[Quantity]] = [
        Column(title="Quantity", text=lambda row: Span(row.name, "name"), path=("name",), value=lambda row: row.name),
        Column(title="What it is", text=lambda row: row.text.description, room=Room.PAGE),
        text_column("Family", ("family",), lambda row: row.distribution.family),
        Column(
            title="Numbers",
            text=lambda row: numbers_of(row.distribution),
            path=("parameters",),
            value=numbers_by_key,
            room=Room.PAGE,
        ),
        *(_quantile_column(quantiles, place) for place in range(len(HEADLINE))),
        text_column("Unit", ("unit",), lambda row: row.text.unit),
        Column(path=("description",), value=lambda row: row.text.description),
        Column(path=("role",), value=lambda row: row.text.role),
        Column(
            title="Source",
            text=lambda row: ", ".join(row.text.sources),
            path=("sources",),
            value=lambda row: list(row.text.sources),
            room=Room.PAGE,
        ),
        Column(path=("shares",), value=lambda row: list(row.text.shares)),
        Column(path=("counted_again",), value=lambda row: list(row.text.counted_again)),
        Column(path=("file",), value=lambda row: row.file),
    ]
    return Table("What is believed before any leak", columns, list(quantities))


def _quantile_column(quantiles: Callable[[str], list[float]], place: int) -> Column[Quantity]:
    p = HEADLINE[place]
    return Column(
        title=quantile_text(p),
        text=lambda row: figure(quantiles(row.name)[place]),
        path=("quantiles", f"{p:g}"),
        value=lambda row: quantiles(row.name)[place],
        figure=True,
    )


def correlation_table(correlations: Iterable[Correlation]) -> Table[Correlation]:
    """Pairs of quantities that depend on each other."""
    columns: list[Column[Correlation]] = [
        Column(title="Quantity", text=lambda row: Span(row.pair[0], "name")),
        Column(title="and", text=lambda row: Span(row.pair[1], "name")),
        Column(path=("between",), value=lambda row: list(row.pair)),
        Column(
            title="Rank correlation",
            text=lambda row: f"{row.rank:+g}",
            path=("rank",),
            value=lambda row: row.rank,
            figure=True,
        ),
        text_column("Why", ("description",), lambda row: row.text.description or "", room=Room.PAGE),
        Column(
            title="Source",
            text=lambda row: ", ".join(row.text.sources),
            path=("sources",),
            value=lambda row: list(row.text.sources),
            room=Room.PAGE,
        ),
        text_column("File", ("file",), lambda row: row.file),
    ]
    return Table("What depends on each other, by Spearman's rank correlation", columns, list(correlations))


def event_table(events: Mapping[str, Event], *, references: str | None = None) -> Table[tuple[str, Event]]:
    """Readings of the question, as parts of Mythos's compute; sources linked to the page that says what they are."""
    columns: list[Column[tuple[str, Event]]] = [
        Column(title="Event", text=_name),
        Column(title="What it is", text=lambda row: row[1].text.title),
        Column(title="Family", text=lambda row: row[1].multiple.family),
        Column(title="Numbers", text=lambda row: numbers_of(row[1].multiple)),
        Column(title="Source", text=lambda row: _cited(row[1].text.references, references)),
    ]
    return Table("Parts of Mythos's compute that an event asks for", columns, list(events.items()))


def regime_table(regimes: Mapping[str, Regime]) -> Table[tuple[str, Regime]]:
    """Commitments of compute."""
    columns: list[Column[tuple[str, Regime]]] = [
        Column(title="Regime", text=_name),
        Column(title="What it is", text=lambda row: row[1].text.title),
        Column(title="Quantity", text=lambda row: Span(", ".join(row[1].text.quantities), "name")),
        Column(title="Family", text=lambda row: row[1].distribution.family),
        Column(title="Numbers", text=lambda row: numbers_of(row[1].distribution)),
        Column(title="Source", text=lambda row: ", ".join(row[1].text.references)),
    ]
    return Table("Commitments of compute", columns, list(regimes.items()))


def constant_table(constants: Mapping[str, Constant]) -> Table[tuple[str, Constant]]:
    """Constants of the model."""
    columns: list[Column[tuple[str, Constant]]] = [
        Column(title="Constant", text=_name),
        Column(title="What it is", text=lambda row: row[1].description),
        Column(title="Value", text=lambda row: f"{row[1].value}"),
        Column(title="Unit", text=lambda row: row[1].unit),
        Column(title="Source", text=lambda row: ", ".join(row[1].sources)),
    ]
    return Table("Constants", columns, list(constants.items()))


def reference_table(references: Mapping[str, Reference]) -> Table[tuple[str, Reference]]:
    """The texts that figures come from."""
    columns: list[Column[tuple[str, Reference]]] = [
        Column(title="Name", text=_name),
        Column(title="Title", text=lambda row: row[1].title),
        Column(title="Publisher", text=lambda row: row[1].publisher),
        Column(title="Date", text=lambda row: f"{row[1].date}"),
        Column(title="Where", text=lambda row: web_link(row[1].address, row[1].address or row[1].notes)),
    ]
    return Table("Sources", columns, list(references.items()))


def _cited(names: Iterable[str], page: str | None) -> Cell:
    spans: list[str | Span] = []
    for name in names:
        spans += [", "] * bool(spans)
        spans.append(Span(name, address=page and f"{page}#sources"))
    return tuple(spans)


def _name(row: tuple[str, object]) -> Span:
    return Span(row[0], "name")
