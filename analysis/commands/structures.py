"""``catchup structures``: models of other shapes side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import WIDE, chance_text, console, date_text, day_text, print_json, table, warn, warn_if_few

SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)


def structures(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw all structures into a file.")] = None,
) -> int:
    """Compute gate, trends and mobilisation, their ensembles, and what would tell them apart soonest."""
    from ..studies.structures import structures as compare

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    result = compare(asked.posterior())
    if plot is not None:
        from ..presentation.figures import draw_structures, save

        warn(f"drew {save(draw_structures(result), plot, key='--plot')}")
    if asked.json:
        print_json(result.as_json())
        return 0
    question = result.question
    out = console()
    out.print(f"event {question.event}, as of {date_text(question.as_of)}\n")
    shown = SHOWN if out.width >= WIDE else SHOWN[::2]
    rows = [
        (row.title, *(day_text(question, row.ready.quantile_value(p)) for p in shown))
        for row in (*result.structures, *result.ensembles)
    ]
    out.print(table("Structure", *(f"{p:.0%}" for p in shown), rows=rows))
    out.print(f"{result.between:.0%} of the linear pool's variance lies between the structures.")
    titles = {row.id: row.title for row in result.structures}
    weights = "; ".join(f"{titles[name]} {weight:.2f}" for name, weight in result.stacking_weights.items())
    if result.stacked_on:
        out.print(f"Stacking weights, on {', '.join(result.stacked_on)} alone: {weights}.")
    else:
        out.print("No item is predicted by all of them, so that the stacked weights are equal.")
    soonest = result.soonest
    chances = "; ".join(f"{titles[name]} {chance_text(chance)}" for name, chance in soonest.chances.items())
    out.print(
        f"Soonest to tell them apart: whether it is ready by {date_text(soonest.day)}, which is expected to say "
        f"{soonest.information:.2f} bit ({chances})."
    )
    warn_if_few(result.structures[0].ready)
    return 0
