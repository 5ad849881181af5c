"""What is registered: in Python, or by entry points of other packages, loaded once they are asked for by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import InputError, raised_text

NAME = re.compile(r"[a-z][a-z0-9_-]*")
"""Of what is registered, by Python or by an entry point, as files write it."""

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def is_again(made: type, registered: type) -> bool:
    """Whether a class is one that is registered, or is defined anew where that was: a cell of a notebook run again."""
    return (made.__module__, made.__qualname__) == (registered.__module__, registered.__qualname__)


@cache
def entry_points_of(group: str) -> Mapping[str, EntryPoint]:
    """Entry points of a group, by name.

    Raises
    ------
    InputError
        If two packages mean different things by one name: which of them is found first, an installation decides.
    """
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        first = found.setdefault(point.name, point)
        if first.value != point.value:
            problem = f"is given twice, as {first.value} and as {point.value}; a name of its own was expected for each"
            raise InputError(problem, key=f"entry point {point.name} ({group})")
    return MappingProxyType(found)


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
        problem = f"cannot be imported ({raised_text(error)}); {wanted} was expected"
        raise InputError(problem, key=where) from None
    if getattr(found, called, None) != name:
        raise InputError(f"{wanted} was expected whose {called} is '{name}', not {found!r}", key=where)
    try:
        register(found)
    except InputError as error:
        raise InputError(f"{error.key}: {error.problem}", key=where) from None
