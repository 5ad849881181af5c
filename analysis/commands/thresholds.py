"""``catchup thresholds``: how much compute would change the answer."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from .options import WHAT, Asked
from .output import console, date_text, day_text, figure, print_json, table, warn


def thresholds(
    *,
    asked: Asked | None = None,
    firm: Annotated[str, Parameter(group=WHAT, help="Whose stock.")] = "startup",
    stock: Annotated[
        str | None, Parameter(group=WHAT, help="The quantity held at a value; by default the firm's stock at t = 0.")
    ] = None,
) -> int:
    """How much compute a firm would need to win half of the draws, or to bring the date forward."""
    from ..answer import draw
    from ..thresholds import thresholds as solve

    asked = asked or Asked()
    drawn = draw(asked.request())
    result = solve(drawn.question, drawn.source, firm=firm, stock=stock, **drawn.origin())
    for note in result.notes:
        warn(note)
    if asked.json:
        print_json(result.as_json())
        return 0
    question = result.question
    out = console()
    out.print(f"{result.stock} ({result.unit}), event {question.event}, as of {date_text(question.as_of)}\n")
    rows = []
    for row in result.thresholds:
        if row.stock is None or row.win is None or row.ready is None:
            found = ("no stock does", "", "")
        else:
            error = f" ± {figure(row.stock.mcse)}" if row.stock.mcse else ""
            found = (
                f"{figure(row.stock.value)}{error}",
                f"{row.win.value:.0%}",
                day_text(question, row.ready.value),
            )
        rows.append((row.criterion.title, f"{row.budget_factor:g}x", *found))
    out.print(table("To", "Budget", "Stock needed", "First in", "Median date", rows=rows, left=2))
    return 0
