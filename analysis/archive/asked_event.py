"""Which event is meant, of a folder whose runs may be about several."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.assumptions import DEFAULT_EVENT
from ...priors.errors import unknown_name
from .reading import Run


def event_meant(runs: Sequence[Run], event: str | None) -> str:
    """Return the event that is named, or else the usual one if any run is about it, or the newest run's.

    Parameters
    ----------
    runs : sequence of Run
        At least one, oldest first.
    event : str, optional
        The event that is named.

    Raises
    ------
    InputError
        If no run is about the one that is named.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, run
    >>> from catchup.analysis.archive.asked_event import event_meant
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), event="lean-mythos", draws=1_000)
    >>> with TemporaryDirectory() as folder:
    ...     event_meant([run(Request(question, evidence="none"), Path(folder) / "runs", brief=True)], None)
    ...
    'lean-mythos'
    """
    events = [run.manifest.event for run in runs]
    if event is None:
        return DEFAULT_EVENT if DEFAULT_EVENT in events else events[-1]
    if event not in events:
        raise unknown_name("event", event, set(events), key="--event")
    return event
