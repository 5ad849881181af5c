"""``catchup doctor``: whether the place that a job runs in is as it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.clock import today
from .options import OUTPUT, DataFolder, LedgerFolder, Quiet
from .output import show, warn


def doctor(
    *,
    runs: Annotated[Path | None, Parameter(help="Folder of runs to look at.")] = None,
    site: Annotated[Path | None, Parameter(help="Folder of the site to look at.")] = None,
    ledger: LedgerFolder = None,
    data: DataFolder = None,
    quiet: Quiet = False,
    json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of a table.")
    ] = False,
) -> int:
    """Versions, folders, clock, silence, tables, the last run and the site; exit status 1 where a job would fail."""
    from ...evidence.tables.places import data_folder
    from ..archive.doctor import examine
    from ..presentation.tables.doctor import layout

    found = examine(runs, site, ledger, data_folder(data), today())
    if json or not quiet:
        show(layout(found), as_json=json)
    else:
        for each in found.findings:
            if each.verdict != "pass":
                warn(f"{each.id}: {each.text}" + (f": {each.advice}" if each.advice else ""))
    return 0 if found.sound else 1
