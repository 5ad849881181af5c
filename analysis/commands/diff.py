"""``catchup diff``: what moved between two runs, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT
from .output import console, print_json, shift_text, table


def diff(
    before: Path,
    after: Path,
    /,
    *,
    json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")
    ] = False,
) -> int:
    """What moved between two runs, and why.

    Parameters
    ----------
    before
        Folder of the earlier run.
    after
        Folder of the later run.
    """
    from ..archive.reading import read_run
    from ..studies.attribution import attribute

    first, second = read_run(before), read_run(after)
    attribution = attribute(first.snapshot, second.snapshot)
    if json:
        print_json({"runs": [first.name, second.name], **attribution.as_json()})
        return 0
    rows = [
        (step.title, *(shift_text(step.shifts[p]) for p in (0.05, 0.5, 0.95)), f"{step.probability.value:+.1%}")
        for step in (*attribution.steps, attribution.total)
    ]
    out = console()
    out.print(f"From {first.name} to {second.name}; shifts in months ± Monte Carlo error\n")
    out.print(table("What changed", "5%", "median", "95%", f"by {attribution.reference_day}", rows=rows))
    return 0
