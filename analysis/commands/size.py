"""``catchup size``: how large a model Mythos's compute implies."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ..studies.readings.size import MEASURES, SizedCompute, Sizes
from .options import WHAT, Asked
from .output import console, print_json, table, warn_if_few

SHOWN = (0.05, 0.5, 0.95)


def size(
    *,
    asked: Asked | None = None,
    flop: Annotated[
        list[float] | None,
        Parameter(group=WHAT, negative="", help="Another figure for its compute, FLOP, to size as well; repeatable."),
    ] = None,
) -> int:
    """How large a model Mythos's compute implies, by rules of thumb for tokens and active parameters."""
    from ..studies.readings.size import sizes

    asked = asked or Asked()
    result = sizes(asked.posterior(), flop or ())
    if asked.json:
        print_json(result.as_json())
    else:
        print_sizes(result)
        warn_if_few(result.mythos["flop"])
    return 0


def print_sizes(result: Sizes) -> None:
    """Print sizes for people."""
    out = console()
    rows = []
    for p in SHOWN:
        values = [result.mythos[name].quantile_value(p) for name in MEASURES]
        rows.append((f"{p:.0%}", *_row(*values)))
    columns = ("Compute, FLOP", "Tokens", "Parameters", "of which active")
    out.print(table("Mythos", *columns, rows=rows))
    rows = [(row.title, *_row_of(row)) for row in result.thread]
    out.print(table("The thread's run of", *columns, rows=rows))
    if result.given:
        out.print(table("Given", *columns, rows=[("", *_row_of(row)) for row in result.given]))


def _row_of(row: SizedCompute) -> tuple[str, ...]:
    return _row(row.flop, row.tokens, row.parameters, row.active_parameters)


def _row(flop: float, tokens: float, parameters: float, active: float) -> tuple[str, ...]:
    return f"{flop:.3g}", f"{tokens / 1e12:.3g}e12", f"{parameters / 1e12:.3g}e12", f"{active / 1e9:.3g}e9"
