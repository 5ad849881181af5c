"""Options that would do nothing beside others: refused or told of, since whoever gives one expects something of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...model.assumptions import DEFAULT_EVENT
from ...priors.errors import InputError
from .output import warn

if TYPE_CHECKING:
    from .options import Asked

BESIDE_ITEM = "does not go with --item, which prints the item's file alone"
WITHOUT_DATES = "--as-of changes nothing here: it is the day that --dates asks of, which was not given"


def refuse_unused(given: Mapping[str, object], problem: str) -> None:
    """Refuse options that would do nothing.

    Parameters
    ----------
    given : mapping of str to object
        Values by option; None, False and nothing at all are of options that were not given.
    problem : str
        Why they would do nothing.

    Raises
    ------
    InputError
        At the first that was given.
    """
    for option, value in given.items():
        if value:
            raise InputError(problem, key=option)


def warn_of_the_date(asked: Asked) -> None:
    """Say of what only moves the date that it does nothing, where an answer knows of the date through evidence alone.

    Every command that asks a question takes these options, so that a question can be put to all of them: not refused.

    Raises
    ------
    InputError
        As ``Asked.question`` does.
    """
    if asked.unannounced_request().counts_nothing:
        given = {"--event": asked.event != DEFAULT_EVENT, "--launch-grid": asked.launch_grid}
        for option in (option for option, value in given.items() if value):
            warn(f"{option} changes nothing here: only evidence, of which none is counted, would be about the date")
