"""``catchup replay``: the past asked again, without hindsight."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.errors import InputError
from .options import WHAT, Asked, announced
from .output import print_json, say


def replay(
    *,
    runs: Annotated[Path, Parameter(help="Folder that the dated folders go into.")],
    from_: Annotated[date, Parameter(name="--from", group=WHAT, help="First day.")],
    to: Annotated[date, Parameter(group=WHAT, help="Last day.")],
    every: Annotated[str, Parameter(group=WHAT, help="Step between days, like 7d or 2w.")] = "7d",
    asked: Asked | None = None,
) -> int:
    """Ask again on past days, each time with what was known then; a brief run a day."""
    from ..inference.progress import track
    from ..runs.replay import check_days, parse_step, replay_days
    from ..runs.replay import replay as replay_days_of

    asked = asked or Asked()
    if asked.as_of is not None:
        raise InputError("stands beside --from and --to, which say the days", key="--as-of")
    step = parse_step(every)
    request = asked.unannounced_request()
    check_days(request.question, from_, to)
    request = announced(replace(request, question=replace(request.question, as_of=to)))
    kept = replay_days_of(request, runs, from_, to, step)
    names = [one.name for one in track(kept, max(replay_days(from_, to, step), 1), "replaying")]
    if asked.json:
        print_json({"schema": 1, "model": asked.model, "runs": names})
    else:
        said, them = ("1 run", "it") if len(names) == 1 else (f"{len(names)} runs", "them")
        say(f"{said} in {runs}; catchup history --runs {shlex.quote(str(runs))} shows {them}")
    return 0
