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
    from ..inference.answer import draw
    from ..presentation.structure_rows import ELPD_COLUMNS, elpd_caption, elpd_rows, pooling_lines
    from ..studies.structures import structures as compare

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    drawn = draw(asked.request())
    result = compare(drawn.question, drawn.source, drawn.items, **drawn.origin())
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
    for line in pooling_lines(result):
        out.print(line)
    if result.comparison.models:
        out.print()
        out.print(table(*ELPD_COLUMNS, rows=elpd_rows(result), title=elpd_caption(result)))
    soonest = result.soonest
    titles = {row.id: row.title for row in result.structures}
    chances = "; ".join(f"{titles[name]} {chance_text(chance)}" for name, chance in soonest.chances.items())
    out.print(
        f"Soonest to tell them apart: whether it is ready by {date_text(soonest.day)}, which is expected to say "
        f"{soonest.information:.2f} bit ({chances})."
    )
    warn_if_few(result.structures[0].ready)
    return 0
