"""What is registered: in Python, or by entry points of other packages, loaded once they are asked for by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from .errors import InputError

NAME = re.compile(r"[a-z][a-z0-9_-]*")
"""Of what is registered, by Python or by an entry point, as files write it."""

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def is_again(made: type, registered: type) -> bool:
    """Whether a class is one that is registered, or is defined anew where that was: a cell of a notebook run again."""
    return (made.__module__, made.__qualname__) == (registered.__module__, registered.__qualname__)


@cache
def entry_points_of(group: str) -> dict[str, EntryPoint]:
    """Entry points of a group, by name."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=group)}


def load_entry_point(
    group: str, name: str, *, wanted: str, register: Callable[[Any], object], called: str = "name"
) -> None:
    """Import what an entry point names, and register it.

    Parameters
    ----------
    group, name : str
        Of the entry point.
    wanted : str
        What it is to be, in words.
    register : callable
        Takes it, or raises `InputError`.
    called : str
        Attribute by which it says its own name, which must be the entry point's.

    Raises
    ------
    InputError
        Naming the entry point, if it cannot be imported, has another name or cannot be registered.
    """
    point = entry_points_of(group)[name]
    where = f"entry point {name} = {point.value} ({group})"
    try:
        found = point.load()
    except Exception as error:  # noqa: BLE001  # whatever somebody else's module raises while it is imported
        problem = f"cannot be imported ({type(error).__name__}: {error}); {wanted} was expected"
        raise InputError(problem, key=where) from None
    if getattr(found, called, None) != name:
        raise InputError(f"{wanted} was expected whose {called} is '{name}', not {found!r}", key=where)
    try:
        register(found)
    except InputError as error:
        raise InputError(f"{error.key}: {error.problem}", key=where) from None
