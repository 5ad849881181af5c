"""Mythos's size: tokens and parameters that its compute implies, beside those of given figures for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ....model.size import SIZE_QUANTITIES
from ...inference.json_values import significant
from ...inference.probabilities import HEADLINE, QUANTILES
from ...studies.readings.size import MEASURES, SizedCompute, Sizes
from ..json_form import SPREAD_DIGITS, scaled_as_json, to_json
from ..table import KEY, Column, Layout, Table
from ..text import quantile_text
from .columns import drawn_text, source_names, text_column

TITLES = dict(zip(MEASURES, ("Compute, FLOP", "Tokens", "Parameters", "of which active"), strict=True))
WRITTEN: dict[str, Callable[[float], str]] = {
    "flop": lambda value: f"{value:.3g}",
    "tokens": lambda value: _in_powers(value, 12),
    "parameters": lambda value: _in_powers(value, 12),
    "active_parameters": lambda value: _in_powers(value, 9),
}


def _in_powers(value: float, exponent: int) -> str:
    """Write a number in a power of ten; in another where what is left before this one needs a power of its own."""
    mantissa = f"{value / 10.0**exponent:.3g}"
    if "e" not in mantissa:
        return f"{mantissa}e{exponent}"
    own = 3 * math.floor(math.log10(float(f"{value:.3g}")) / 3)
    return f"{value / 10.0**own:.3g}e{own}"


def layout(result: Sizes) -> Layout:
    """Lay out Mythos's size."""
    mythos = mythos_table(result)
    thread, given = thread_table(result), _given_table("Figure", "Figures that were asked about", result.given)
    return Layout(
        tables=(mythos, thread, given) if result.given else (mythos, thread),
        json=lambda: _as_json(result, mythos, thread, given),
        head=(drawn_text(result.origin),),
    )


def mythos_table(result: Sizes) -> Table[float]:
    """Mythos's size as draws have it; a row a quantile."""

    def measure(name: str) -> Column[float]:
        values = result.mythos[name]
        return Column(
            title=TITLES[name],
            text=lambda p: WRITTEN[name](values.quantile_value(p)),
            path=(name, "quantiles", KEY),
            value=lambda p: scaled_as_json(values.quantile(p)),
            figure=True,
        )

    columns: list[Column[float]] = [Column(title="Mythos", text=quantile_text), *map(measure, MEASURES)]
    return Table(
        "What Mythos's compute implies, by the rules of thumb of its source",
        columns,
        QUANTILES,
        shown=HEADLINE,
        key=lambda p: f"{p:g}",
        sources=source_names(result.question, SIZE_QUANTITIES),
    )


def thread_table(result: Sizes) -> Table[SizedCompute]:
    """The source's own table."""
    return _given_table("The thread's run of", "The source's own table", result.thread)


def _given_table(heading: str, title: str, rows: Sequence[SizedCompute]) -> Table[SizedCompute]:
    """Sizes that given figures for the compute imply."""

    def measure(name: str) -> Column[SizedCompute]:
        return Column(
            title=TITLES[name],
            text=lambda row: WRITTEN[name](getattr(row, name)),
            path=(name,),
            value=lambda row: significant(getattr(row, name), SPREAD_DIGITS),
            figure=True,
        )

    first: Column[SizedCompute] = text_column(heading, ("title",), lambda row: row.title)
    return Table(title, [first, *map(measure, MEASURES)], rows)


def _as_json(
    result: Sizes, mythos: Table[float], thread: Table[SizedCompute], given: Table[SizedCompute]
) -> dict[str, Any]:
    return {
        **result.origin.as_json(),
        "mythos": to_json(mythos),
        "thread": to_json(thread),
        "given": to_json(given),
    }
