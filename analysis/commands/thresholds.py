"""``catchup thresholds``: how much compute would change the answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from ..studies.thresholds.study import Thresholds
from .options import WHAT, Asked
from .output import console, date_text, day_text, print_json, stock_text, table, warn


def thresholds(
    *,
    asked: Asked | None = None,
    scenario: Annotated[
        str | None,
        Parameter(group=WHAT, help="The scenario to ask under, such as domestic-superpods; none by default."),
    ] = None,
    firm: Annotated[
        str | None, Parameter(group=WHAT, help="Whose compute: startup, or the firm that the scenario brings in.")
    ] = None,
    stock: Annotated[
        str | None,
        Parameter(
            name=("--stock", "--quantity"),
            group=WHAT,
            help="The quantity held at a value; by default the firm's stock at t = 0, or what arrives first.",
        ),
    ] = None,
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
    from ..studies.thresholds.study import PROBABILITIES, ready_by
    from ..studies.thresholds.study import thresholds as solve

    if probability and not by:
        raise InputError("needs a day: say --by DATE", key="--probability")
    asked = asked or Asked()
    request = asked.request()
    criteria = ready_by(request.question, by, probability or PROBABILITIES) if by else None
    result = solve(posterior(request), firm=firm, stock=stock, scenario=scenario, criteria=criteria)
    for note in result.notes:
        warn(note)
    if asked.json:
        print_json(result.as_json())
    else:
        print_thresholds(result)
    return 0


def print_thresholds(result: Thresholds) -> None:
    """Print thresholds for people."""
    question = result.question
    under = "" if result.scenario is None else f", under {result.scenario}"
    out = console()
    out.print(f"{result.stock} ({result.unit}) of the {result.firm}{under}")
    out.print(f"event {question.event}, as of {date_text(question.as_of)}\n", soft_wrap=True)
    rows = []
    for row in result.thresholds:
        if row.stock is None or row.win is None or row.ready is None:
            found = ("no amount does", "", "")
        else:
            found = (stock_text(row), f"{row.win.value:.0%}", day_text(question, row.ready.value))
        rows.append((row.criterion.title, f"{row.budget_factor:g}x", *found))
    out.print(table(f"So that the {result.firm}", "Budget", "needs", "first in", "median date", rows=rows, left=2))
