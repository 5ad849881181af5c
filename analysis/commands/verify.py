"""``catchup verify``: whether a run's files are those that it was made with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT
from .output import print_json, say, warn


def verify(
    run: Path,
    /,
    *,
    again: Annotated[
        bool, Parameter(negative="", help="Work the forecast out again as well, from what the run kept.")
    ] = False,
    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object.")] = False,
) -> int:
    """Hold every file of a run against the hash in its manifest; exit status 1 where one is not what it says.

    Parameters
    ----------
    run
        The run's folder.
    """
    from ..archive.verification import verify as held_against_manifest

    found = held_against_manifest(run)
    if again:
        from ..archive.reading import read_run
        from ..runs.repeat import unrepeated

        found = replace(found, departures=(*found.departures, *unrepeated(read_run(run))))
    if json:
        rows = [{"file": row.file, "state": row.state, "reason": row.reason or None} for row in found.departures]
        print_json({"schema": 1, "run": run.name, "whole": found.whole, "departures": rows})
    elif found.whole:
        repeated = "; worked out again, its forecast is the same to the byte" if again else ""
        say(f"{run}: {len(found.manifest.files)} files, all as they were made{repeated}", wrapped=False)
    for row in found.departures:
        warn(f"{run / row.file}: {row.state}" + (f" ({row.reason})" if row.reason else ""))
    return 0 if found.whole else 1
