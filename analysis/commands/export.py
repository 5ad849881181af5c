"""``catchup export``: a run in other people's formats."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .options import OUTPUT
from .output import warn


def export(
    run: Path,
    /,
    *,
    format: Annotated[
        Literal["csv", "json", "hubverse", "metaculus"], Parameter(group=OUTPUT, help="Which format.")
    ] = "csv",
    lower: Annotated[date | None, Parameter(group=OUTPUT, help="metaculus: first day of the question's range.")] = None,
    upper: Annotated[date | None, Parameter(group=OUTPUT, help="metaculus: last day of the question's range.")] = None,
) -> int:
    """Write a run on standard output.

    Parameters
    ----------
    run
        The run's folder.
    """
    from ..archive.exports import export as write
    from ..archive.reading import read_run
    from ..archive.verification import altered_sections

    kept = read_run(run)
    text = write(kept, format, lower=lower, upper=upper)
    warn(*altered_sections(kept))
    sys.stdout.write(text)
    return 0
