"""Whether what a job is about to work out stands already."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from ...priors.errors import MissingFileError
from ..archive.reading import REPORT, Run, read_runs
from ..archive.verification import verify
from ..inference.inputs import inputs_of
from ..inference.request import Request


def standing_run(request: Request, runs: Path) -> Run | None:
    """Find a sound run that answers a request: of the same question and inputs, whole, and with a report.

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
    wanted = _Asked(
        question.as_of,
        question.event,
        question.draws,
        question.seed,
        question.quasi_random,
        question.launch_grid,
        inputs.priors_hash(),
        inputs.ledger_hash(),
    )
    try:
        found = read_runs(runs).runs
    except MissingFileError:
        return None
    for one in reversed(found):
        made = one.manifest
        is_of = _Asked(
            made.as_of,
            made.event,
            made.draws_asked or made.draws,
            made.seed,
            made.quasi_random,
            made.launch_grid,
            made.priors_hash,
            made.ledger_hash,
        )
        same = is_of == wanted and made.engine_asked in (request.engine, None)
        if same and REPORT in made.files and _sound(one):
            return one
    return None


def _sound(run: Run) -> bool:
    """Whether all its files are as they were made, whatever else lies beside them."""
    return all(departure.state == "added" for departure in verify(run.folder).departures)


class _Asked(NamedTuple):
    """What a run is asked, and what it rests on; two that are the same give the same answer."""

    as_of: date
    event: str
    draws: int
    seed: int
    quasi_random: bool
    launch_grid: float | None
    priors_hash: str
    ledger_hash: str
