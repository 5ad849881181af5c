"""Options that would do nothing beside others: refused, since whoever gives one expects that it does something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...model.assumptions import DEFAULT_EVENT
from ...priors.errors import InputError

if TYPE_CHECKING:
    from .options import Asked

BESIDE_ITEM = "does not go with --item, which prints the item's file alone"
WITHOUT_DATES = "is the day that --dates asks of, which was not given"


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


def refuse_of_the_date(asked: Asked) -> None:
    """Refuse what only moves the date where an answer knows of the date through evidence alone, and none is counted.

    Raises
    ------
    InputError
        If it was given, or as ``Asked.question`` does.
    """
    if asked.unannounced_request().counts_nothing:
        given = {"--event": asked.event != DEFAULT_EVENT, "--launch-grid": asked.launch_grid}
        refuse_unused(given, "changes nothing here unless evidence is counted, which is about the date")
