"""``catchup voi``: what learning something would be worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .options import BELIEF, OUTPUT, WHAT, Asked
from .output import console, date_text, day_text, print_json, shift_text, table, warn

if TYPE_CHECKING:
    from ..studies.voi.result import DisclosureValue, ValueOfInformation
    from ..studies.voi.uncertainty import Narrowing

WIDEST = 12


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
    from ..studies.voi.pending import read_pending
    from ..studies.voi.study import value_of_information

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    request = asked.request()
    known = load_ledger(request.ledger, request.added).items
    pending = read_pending(request.question, known, decision=decision, files=disclosures or ())
    result = value_of_information(posterior(request), pending, only=only or ())
    for note in result.notes:
        warn(note)
    if plot is not None:
        from ..presentation.figures import draw_value_of_information, save

        warn(f"drew {save(draw_value_of_information(result), plot, key='--plot')}")
    if asked.json:
        print_json(result.as_json())
    else:
        print_values(result)
    return 0


def print_values(result: ValueOfInformation) -> None:
    """Print what learning would do, for people."""
    from ..studies.voi.decision import DateDecision

    question, out = result.question, console()
    out.print(
        f"event {question.event}, as of {date_text(question.as_of)}: the 90% interval is "
        f"{result.width(0.9).value:.2f} months wide, the 50% interval {result.width(0.5).value:.2f}"
    )
    action = result.action.value
    named = isinstance(result.decision, DateDecision)
    best = day_text(question, action) if named else "act" if action > 0.5 else "wait"
    out.print(
        f"{result.decision.text.title}: now best {best}, at an expected loss of {result.loss.value:.2f} "
        f"{result.decision.text.unit}; {result.perfect.value:.2f} less for who knew the date"
    )
    out.print("By how much learning would shrink the intervals (months) and the loss, ± Monte Carlo error:\n")
    telling = [row for row in result.quantities if row.narrowing and not row.note]
    if result.quantities:
        rows = [
            (row.quantity, f"{row.narrowing.variance_share.value:.1%}", *_cells(row.narrowing))
            for row in telling[:WIDEST]
            if row.narrowing
        ]
        columns = ("variance", "50% interval", "90% interval", "loss")
        out.print(table("Learning exactly", *columns, rows=rows))
        if len(telling) > WIDEST:
            out.print(f"and {len(telling) - WIDEST} more that would narrow it less (--json lists all)")
    if result.disclosures:
        out.print(
            table(
                *("A disclosure", "50% interval", "90% interval", "loss", "median if low", "if high"),
                rows=[
                    (row.disclosure.text.title, *_cells(row.narrowing), *_medians(result, row))
                    for row in result.disclosures
                    if not row.note
                ],
            )
        )
        out.print("(low and high: the 10% and 90% points of what is expected to be disclosed; or no and yes)")
    silent: dict[str, list[str]] = {}
    for quantity in result.quantities:
        silent.setdefault(quantity.note, []).append(quantity.quantity)
    for disclosure in result.disclosures:
        silent.setdefault(disclosure.note, []).append(disclosure.disclosure.id)
    for note, names in silent.items():
        if note:
            out.print(f"{', '.join(names)}: {note}")


def _cells(found: Narrowing) -> tuple[str, str, str]:
    return shift_text(found.widths[0.5]), shift_text(found.widths[0.9]), shift_text(found.loss)


def _medians(result: ValueOfInformation, row: DisclosureValue) -> tuple[str, str]:
    """The median date after little and after much is said; or after no and after yes."""
    outcomes = row.outcomes()
    first, last = (float(outcome.uncertainty.median[0]) for _, outcome in (outcomes[0], outcomes[-1]))
    return day_text(result.question, first), day_text(result.question, last)
