"""``catchup publish``: a folder of runs as a site."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Quiet, RunsFolder
from .output import print_json, say, warn


def publish(
    *,
    runs: RunsFolder,
    site: Annotated[Path, Parameter(help="Folder that the site goes into.")],
    event: Annotated[str | None, Parameter(help="Event that the first page is about.")] = None,
    address: Annotated[str | None, Parameter(help="Where the site will be served, for its feed: https://...")] = None,
    outcome: Annotated[
        date | None, Parameter(help="Score the track record as if it happened on this day, past or to come.")
    ] = None,
    hindcast: Annotated[
        Path | None, Parameter(help="What `catchup hindcast --json` printed, for the track record.")
    ] = None,
    criteria: Annotated[
        Path | None, Parameter(help="What `catchup criteria --json` printed, for the track record.")
    ] = None,
    quiet: Quiet = False,
    json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of a line.")
    ] = False,
) -> int:
    """A folder of runs as a site that opens from the disk and asks nothing of any other host."""
    from ...priors.clock import today
    from ..archive.scores import Outcome
    from ..presentation.site.record import Record, read_printed
    from ..runs.publish import publish as publish_site

    files = {"hindcast": hindcast, "criteria": criteria}
    printed = {name: None if file is None else read_printed(file, name) for name, file in files.items()}
    record = Record(None if outcome is None else Outcome.stated(outcome, today()), **printed)
    done = publish_site(runs, site, event=event, address=address, record=record)
    # a job's mail would say of every week what a run said of itself in its own
    for fault in done.faults if not quiet else [line for line in done.faults if line not in done.untrusted]:
        warn(f"left out: {fault}")
    if json:
        content = {"schema": 1, "page": str(done.page), "runs": list(done.runs)}
        print_json({**content, "written": list(done.written), "faults": list(done.faults)})
    elif not quiet:
        runs_text = "1 run" if len(done.runs) == 1 else f"{len(done.runs)} runs"
        say(f"{done.page}: {runs_text}, {len(done.written)} files new or changed")
    return 0
