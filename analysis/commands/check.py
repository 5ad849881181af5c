"""``catchup check``: whether the answer can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.files import check_folder, make_folder
from ..studies.checks.study import Checks
from .options import OUTPUT, Asked
from .output import console, date_text, figure, print_json, table, warn

COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}
PICTURE = "predictive-checks.png"


def check(
    *,
    asked: Asked | None = None,
    figures: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw every observation against its predictions into a folder.")
    ] = None,
) -> int:
    """Whether the answer can be trusted: draws, predictions, each item given the others, prior against likelihood."""
    from ..studies.checks.study import check as make

    asked = asked or Asked()
    if figures is not None:
        check_folder(figures, key="--figures")
    result = make(asked.request())
    if figures is not None:
        from ..presentation.figures import draw_predictive, save

        folder = make_folder(figures, key="--figures")
        warn(f"drew {save(draw_predictive(result), folder / PICTURE, key='--figures')}")
    if asked.json:
        print_json(result.as_json())
    else:
        print_checks(result)
    return 0 if result.trustworthy else 1


def print_checks(result: Checks) -> None:
    """Print a verdict a line, then what was found and what to try where it is not a pass."""
    out = console()
    asked = f"event {result.question.event}, as of {date_text(result.question.as_of)}"
    out.print(f"{asked}, {result.engine}, {result.draws:,} draws\n")
    rows = [
        (f"[{COLOURS[row.verdict]}]{row.verdict}[/]", row.id, _figure(row.figure), _figure(row.threshold))
        for row in result.results
    ]
    out.print(table("Verdict", "Check", "figure", "threshold", rows=rows, left=2))
    for row in result.results:
        if row.verdict != "pass":
            out.print(
                f"[{COLOURS[row.verdict]}]{row.verdict}[/] {row.title}: {row.detail}\n     {row.advice}", soft_wrap=True
            )
    counts = {verdict: sum(row.verdict == verdict for row in result.results) for verdict in COLOURS}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    out.print(f"\n{said}: the answer {'can' if result.trustworthy else 'should not'} be trusted")


def _figure(value: float | None) -> str:
    return "" if value is None else figure(value)
