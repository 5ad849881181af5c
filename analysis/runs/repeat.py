"""A run's forecast, worked out again from what the run kept, and held to what it published byte for byte.

A run keeps its priors and the items that it counted. Whatever has become of the ledger and of the priors since, on any
machine of the same lock file, the same seed gives the same answer to the last byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...evidence.selected import SET_ASIDE, Selection
from ...priors.regular_files import read_regular
from ..archive.manifest import LARGEST_FILE, library_versions
from ..archive.reading import FORECAST, Run
from ..archive.verification import Departure
from ..inference.code_hash import code_hash
from ..inference.conditioning import condition
from ..inference.engines import FORWARD
from ..inference.forecast import forecast
from ..inference.posterior import prior_of
from ..studies.movement import moved_by_evidence
from .forecast_files import forecast_files, json_text


def unrepeated(run: Run) -> list[Departure]:
    """Work a run's forecast out again, and name each file that is then another.

    Parameters
    ----------
    run : Run
        Read back from its folder.

    Raises
    ------
    BrokenRunError, InputError
        If what it was made of is missing in part, or damaged.
    UntrustworthyError
        If the draws cannot be trusted, which those of a sound run can.
    """
    snapshot = run.snapshot
    order = {name: place for place, name in enumerate(run.manifest.evidence)}  # files come back by their names
    items = tuple(sorted(snapshot.items.values(), key=lambda item: order.get(item.id, len(order))))
    engine = run.manifest.engine
    asked = run.manifest.draws_asked or snapshot.question.draws
    question = replace(snapshot.question, draws=asked)
    raised = asked != snapshot.question.draws
    drawn = prior_of(question) if engine == FORWARD else condition(question, Selection(items), engine, more=raised)
    moved = moved_by_evidence(drawn) if items else None
    made, reason = forecast_files(drawn, forecast(drawn), moved), made_elsewhere(run)
    made[FORECAST]["notes"] = with_set_aside(made[FORECAST]["notes"], run.forecast.get("notes", ()))
    return [
        Departure(name, "unrepeated", reason)
        for name, content in made.items()
        if name in run.manifest.files
        and read_regular(run.folder / name, LARGEST_FILE, "a file of a run") != json_text(content).encode()
    ]


def with_set_aside(made: Sequence[str], published: Sequence[str]) -> list[str]:
    """Put published notes of items set aside among those made again, as a run does not keep these items.

    Examples
    --------
    >>> with_set_aside(["5,000 draws"], ["5,000 draws", "set aside: odd (not asked for)"])
    ['5,000 draws', 'set aside: odd (not asked for)']
    """
    aside = [note for note in published if str(note).startswith(SET_ASIDE)]
    alike = [note for note in published if note not in aside] == list(made)
    return list(published) if alike else [*made, *aside]


def made_elsewhere(run: Run) -> str:
    """What is other here than when the run was made: versions of libraries, or the program and its tables; or empty."""
    here, then = library_versions(), run.manifest.versions
    others = [f"{name} {then[name]}, here {here.get(name)}" for name in then if here.get(name) != then[name]]
    if not others and run.code not in ("", code_hash()):
        others = [f"another state of the program or of its tables, {run.code[:8]}, here {code_hash()[:8]}"]
    return f"made with {'; '.join(others)}" if others else ""
