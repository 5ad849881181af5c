"""``catchup voi``: what learning something would be worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import BELIEF, OUTPUT, WHAT, Asked
from .output import check_plot, draw_plot, show, warn


def voi(
    *,
    asked: Asked | None = None,
    decision: Annotated[
        str | None, Parameter(group=WHAT, help="What the date is needed for; prepared-by by default.")
    ] = None,
    only: Annotated[
        list[str] | None,
        Parameter(group=WHAT, negative="", help="A quantity or a disclosure to look at instead of all; repeatable."),
    ] = None,
    disclosures: Annotated[
        list[Path] | None,
        Parameter(group=BELIEF, negative="", help="TOML file of further disclosures or decisions; repeatable."),
    ] = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw what would be gained into a file.")] = None,
) -> int:
    """How much learning each quantity, and each disclosure to come, would narrow the date and improve a decision."""
    from ...evidence.ledgers import load_ledger
    from ..inference.request import posterior
    from ..presentation.tables.voi import layout
    from ..studies.voi.pending import read_pending
    from ..studies.voi.study import value_of_information

    asked = asked or Asked()
    check_plot(plot)
    request = asked.request()
    known = load_ledger(request.ledger, request.added).as_of(request.question.as_of).items
    pending = read_pending(request.question, known, decision=decision, files=disclosures or ())
    result = value_of_information(posterior(request), pending, only=only or ())
    warn(*result.notes)
    draw_plot(plot, lambda figures: figures.draw_value_of_information(result))
    show(layout(result), as_json=asked.json)
    return 0
