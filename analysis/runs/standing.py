"""Whether what a job is about to work out stands already."""

from __future__ import annotations

from pathlib import Path

from ...priors.errors import MissingFileError
from ..archive.reading import REPORT, Run, read_runs
from ..inference.inputs import inputs_of
from ..inference.request import Request


def standing_run(request: Request, runs: Path) -> Run | None:
    """Find a sound run of the request's day that rests on the same inputs, draws and seed, and keeps a report.

    Parameters
    ----------
    request : Request
        Question and evidence.
    runs : Path
        The runs folder; none is found where there is no such folder.
    """
    from ...evidence.latents import with_latents

    question, items = request.question, () if request.counts_nothing else request.selection.counted
    inputs = inputs_of(with_latents(question.assumptions, items), items)
    wanted = (question.as_of, question.event, question.draws, question.seed, inputs.priors_hash(), inputs.ledger_hash())
    try:
        found = read_runs(runs).runs
    except MissingFileError:
        return None
    for one in reversed(found):
        made = one.manifest
        is_of = (made.as_of, made.event, made.draws, made.seed, made.priors_hash, made.ledger_hash)
        if is_of == wanted and REPORT in made.files:
            return one
    return None
