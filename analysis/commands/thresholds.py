"""``catchup thresholds``: how much compute would change the answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from .options import WHAT, Asked
from .output import show, warn
from .unused import refuse_unused


def thresholds(
    *,
    asked: Asked | None = None,
    scenario: Annotated[
        str | None,
        Parameter(group=WHAT, help="The scenario to ask under, such as domestic-superpods; none by default."),
    ] = None,
    firm: Annotated[
        str | None,
        Parameter(
            group=WHAT,
            help="Whose compute: a firm; by default the leading start-up, or the firm that the scenario brings in.",
        ),
    ] = None,
    stock: Annotated[
        str | None,
        Parameter(
            group=WHAT,
            help="The quantity held at a value; by default the firm's stock at t = 0, or what arrives first.",
        ),
    ] = None,
    quantity: Annotated[str | None, Parameter(group=WHAT, help="The same as --stock, by another name.")] = None,
    by: Annotated[
        list[date] | None,
        Parameter(
            group=WHAT,
            negative="",
            help="Day by which the firm itself is to be ready; repeatable. Under a scenario: the next quarter ends.",
        ),
    ] = None,
    probability: Annotated[
        list[float] | None,
        Parameter(group=WHAT, negative="", help="With what probability; repeatable. 0.5 and 0.9 by default."),
    ] = None,
) -> int:
    """How much compute a firm would need to win half of the draws, bring the date forward, or be ready by a day."""
    from ...priors.errors import InputError
    from ..inference.request import posterior
    from ..presentation.tables.thresholds import layout
    from ..studies.thresholds.study import PROBABILITIES, days_asked, ready_by
    from ..studies.thresholds.study import thresholds as solve

    if probability and not by and scenario is None:
        raise InputError("needs a day: say --by DATE", key="--probability")
    if stock is not None:
        refuse_unused({"--quantity": quantity}, "is --stock by another name: one of them was expected")
    asked = asked or Asked()
    request = asked.request()
    days = by or (days_asked(request.question) if probability else None)
    criteria = ready_by(request.question, days, probability or PROBABILITIES) if days else None
    try:
        result = solve(posterior(request), firm=firm, stock=stock or quantity, scenario=scenario, criteria=criteria)
    except InputError as error:
        if quantity is None or error.key != "--stock":
            raise
        raise InputError(error.problem, key="--quantity", nearest=error.nearest) from None
    warn(*result.notes)
    show(layout(result), as_json=asked.json)
    return 0
