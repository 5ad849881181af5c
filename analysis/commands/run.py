"""``catchup run``: a forecast kept in a dated folder, for the scheduled job."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..inference.diagnostics import UntrustworthyError
from ..inference.progress import show_progress
from ..presentation.text import around_text, day_text
from .notices import notice
from .options import OUTPUT, Asked, Quiet, stale
from .output import print_json, say

if TYPE_CHECKING:
    from ..archive.reading import Run


def run(
    *,
    runs: Annotated[Path, Parameter(help="Folder that the dated folder goes into.")],
    asked: Asked | None = None,
    once: Annotated[
        bool, Parameter(negative="", help="Do nothing where a sound run of the day on the same inputs stands.")
    ] = False,
    quiet: Quiet = False,
    log_json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Log to standard error as one JSON object a line.")
    ] = False,
) -> int:
    """Forecast, check, ask the counterfactuals, draw and report, into RUNS/<as-of>/."""
    from ..archive.reading import REFUSED
    from ..presentation.digest import moved_lines
    from ..presentation.site.latest import moved_as_model
    from ..presentation.site.moved import story_of
    from ..runs.run import run as keep_run
    from ..runs.standing import standing_run

    asked = asked or Asked()
    request = asked.unannounced_request()
    standing = standing_run(request, runs) if once else None
    if standing is not None:
        if asked.json:
            print_json(standing.forecast)
        elif not quiet and not log_json:
            say(f"{standing.folder}: stands already, on the same inputs")
        return _trusted(standing)
    show_progress(not (asked.json or quiet or log_json))
    command = shlex.join(["catchup", *sys.argv[1:]])
    kept = keep_run(request, runs, command=command)
    refused = [f"{name} has no answer: {reason}" for name, reason in (kept.section(REFUSED) or {}).items()]
    for line in (*stale(request), *refused):
        if log_json:
            print(json.dumps({"event": "warning", "message": line}), file=sys.stderr)
        else:
            notice(line)
    ready = kept.forecast["ready"]["quantiles"]
    if log_json:
        record = {"event": "run", "folder": str(kept.folder), "as_of": kept.manifest.as_of.isoformat()}
        print(json.dumps({**record, "median": ready["0.5"]["date"], "seconds": kept.manifest.timings}), file=sys.stderr)
    if asked.json:
        moved = moved_as_model(story_of(kept)).model_dump(mode="json")
        print_json({**kept.forecast, "moved": moved})
    elif not quiet and not log_json:
        days = [day_text(request.question, ready[p]["months"]) for p in ("0.05", "0.5", "0.95")]
        say(f"{kept.folder}: {around_text(days[1])} (90% interval: {days[0]} to {days[2]})")
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in moved_lines(story_of(kept))))
    return _trusted(kept)


def _trusted(kept: Run) -> int:
    """0 where a run's checks passed; raises where one failed."""
    if not kept.trustworthy:
        raise UntrustworthyError(f"{kept.folder}: the answer should not be trusted; its report says which check failed")
    return 0
