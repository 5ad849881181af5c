"""Arguments of the Python API: what is of another kind than what was asked for is refused in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError

Kinds = type | tuple[type, ...]
LONGEST = 100  # letters of what was given that a message shows


def refuse_others(name: str, given: object, wanted: Kinds, said: str) -> None:
    """Refuse an argument that is something else than what was wanted; True and False are no numbers.

    Parameters
    ----------
    name : str
        Of the argument.
    given : object
        What was given for it.
    wanted : type or tuple of type
        What it may be.
    said : str
        That in words.

    Raises
    ------
    InputError
        Naming the argument.
    """
    if isinstance(given, bool) or not isinstance(given, wanted):
        raise InputError(f"{said} was expected, not {shown(given)}", key=name)


def shown(given: object) -> str:
    """What was given, as a message shows it: its kind alone, where all of it is more than a line."""
    text = repr(given)
    return text if len(text) <= LONGEST and "\n" not in text else type(given).__name__


def is_number(value: object) -> bool:
    """Whether something is a real number, of Python or NumPy; true and false, and lengths of time, are none."""
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool | np.timedelta64)


def listed(name: str, given: Any, said: str, wanted: Kinds = str) -> tuple[Any, ...]:
    """Return the members of a list; a single one of them is none: a text would be read letter by letter.

    Parameters
    ----------
    name, given : as for `refuse_others`
    said : str
        What its members are, in words.
    wanted : type or tuple of type
        What each may be.

    Raises
    ------
    InputError
        Naming the argument.

    Examples
    --------
    >>> from catchup.priors.arguments import listed
    >>> listed("ids", ["merger"], "names of scenarios")
    ('merger',)
    >>> listed("ids", "merger", "names of scenarios")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: ids: a list of names of scenarios was expected, not 'merger'
    """
    if isinstance(given, (str, bytes, Path, wanted)) or not isinstance(given, Iterable):
        raise InputError(f"a list of {said} was expected, not {shown(given)}", key=name)
    members = tuple(given)
    for member in members:
        refuse_others(name, member, wanted, f"a list of {said}")
    return members


def by_name(name: str, given: Any, said: str) -> Mapping[str, Any]:
    """Return a mapping from names, an empty one for None.

    Parameters
    ----------
    name, given, said : as for `refuse_others`

    Raises
    ------
    InputError
        Naming the argument.
    """
    refuse_others(name, given, (Mapping, type(None)), said)
    found: Mapping[str, Any] = given or {}
    for key in found:
        refuse_others(name, key, str, said)
    return found
