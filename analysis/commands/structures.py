"""``catchup structures``: models of other shapes side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import console, date_text, day_text, print_json, table, warn

SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)


def structures(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw all structures into a file.")] = None,
) -> int:
    """Compute gate, trends and mobilisation, their ensembles, and what would tell them apart soonest."""
    from ..answer import draw
    from ..structures import structures as compare

    asked = asked or Asked()
    if plot is not None:
        from ..figures import check_file

        check_file(plot, key="--plot")
    drawn = draw(asked.request())
    result = compare(drawn.question, drawn.source, drawn.items, **drawn.origin())
    if plot is not None:
        from ..figures import draw_structures, save

        warn(f"drew {save(draw_structures(result), plot, key='--plot')}")
    if asked.json:
        print_json(result.as_json())
        return 0
    question = result.question
    out = console()
    out.print(f"event {question.event}, as of {date_text(question.as_of)}\n")
    rows = [
        (row.title, *(day_text(question, row.ready.quantile_value(p)) for p in SHOWN))
        for row in (*result.structures, *result.ensembles)
    ]
    out.print(table("Structure", *(f"{p:.0%}" for p in SHOWN), rows=rows))
    out.print(f"{result.between:.0%} of the linear pool's variance lies between the structures.")
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in result.stacking_weights.items())
    on = f" (on {', '.join(result.stacked_on)})" if result.stacked_on else " (no item that all of them predict)"
    out.print(f"Stacking weights: {weights}{on}")
    soonest = result.soonest
    chances = ", ".join(f"{name} {chance:.0%}" for name, chance in soonest.chances.items())
    out.print(
        f"Soonest to tell: whether it is ready by {date_text(soonest.day)} ({soonest.information:.2f} bit; {chances})"
    )
    return 0
