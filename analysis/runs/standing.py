"""Whether what a job is about to work out stands already."""

from __future__ import annotations

from pathlib import Path

from ...priors.errors import MissingFileError
from ..archive.reading import REPORT, Run, read_runs
from ..archive.verification import verify
from ..inference.code_hash import code_hash
from ..inference.inputs import Inputs, inputs_of
from ..inference.request import Request


def standing_run(request: Request, runs: Path) -> Run | None:
    """Find a sound run that answers a request: of the same question, inputs and program, whole, and with a report.

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
    wanted = {
        "as_of": question.as_of,
        "event": question.event,
        "seed": question.seed,
        "quasi_random": question.quasi_random,
        "launch_grid": question.launch_grid,
    }
    try:
        found = read_runs(runs).runs
    except MissingFileError:
        return None
    for one in reversed(found):
        made = one.manifest
        same = all(getattr(made, name) == value for name, value in wanted.items())
        same &= (made.draws_asked or made.draws) == question.draws and made.engine_asked in (request.engine, None)
        if same and REPORT in made.files and _sound(one) and one.code == code_hash() and _of(one, inputs):
            return one
    return None


def _of(run: Run, inputs: Inputs) -> bool:
    """Whether a sound run was made of some inputs, whichever way their numbers are written."""
    kept, day = run.inputs, run.manifest.as_of
    same = kept.same_priors(inputs) and kept.items.keys() == inputs.items.keys()
    return same and all(kept.item_on(name, day) == inputs.item_on(name, day) for name in inputs.items)


def _sound(run: Run) -> bool:
    """Whether all its files are as they were made, whatever else lies beside them."""
    return all(departure.state == "added" for departure in verify(run.folder).departures)
