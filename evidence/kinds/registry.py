"""Kinds of evidence by name: the project's own, and those that users and other packages add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...priors.entry_points import NAME, entry_points_of, is_again, load_entry_point
from ...priors.errors import InputError, unknown_name
from ...priors.strict import StrictModel
from . import KINDS
from .claim import Claim
from .kind import Kind
from .milestone import Milestone
from .not_yet import NotYet

GROUP = "catchup.kinds"  # of entry points


def register_kind(kind: type[Kind[Any, Any]]) -> type[Kind[Any, Any]]:
    """Add a kind of evidence, used by every command and both engines wherever an item's file names it.

    Parameters
    ----------
    kind : type
        A subclass of `Kind` with `name`, `unit`, the schemas `observed` and `likelihood`, and its prediction, density
        and simulation, each over an array namespace.

    Returns
    -------
    type
        The same, so that it can decorate a class. Defined anew, as in a cell that is run again, it takes the place of
        what it was.

    Raises
    ------
    InputError
        If it lacks a form, a schema or a name of its own; nothing is registered then.

    Examples
    --------
    >>> from catchup import register_kind
    >>> from catchup.evidence import KINDS
    >>> from catchup.evidence.kinds.capability_lag import CapabilityLag
    >>> @register_kind
    ... class RoboticsLag(CapabilityLag):
    ...     name = "robotics_lag"
    ...     subject = "lag in robotics"
    >>> KINDS["robotics_lag"].unit
    'log months'
    """
    if not (isinstance(kind, type) and issubclass(kind, Kind)):
        raise InputError(f"a subclass of Kind was expected, not {kind!r}", key="kind")
    lacking = sorted(getattr(kind, "__abstractmethods__", ()))
    if lacking:
        raise InputError(f"the kind {kind.__name__} lacks {', '.join(lacking)}", key="kind")
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(
            f"the kind {kind.__name__} has the name {name!r}; small letters, digits, _ and - were expected"
        )
    for entry in ("observed", "likelihood"):
        schema = getattr(kind, entry, None)
        if not (isinstance(schema, type) and issubclass(schema, StrictModel)):
            raise InputError(f"a subclass of StrictModel was expected, not {schema!r}", key=f"{name}.{entry}")
    if not isinstance(getattr(kind, "unit", None), str):
        raise InputError("a unit was expected", key=f"{name}.unit")
    for says, needed in (("is_silence", NotYet), ("reports_event", Milestone), ("claims_event", Claim)):
        if getattr(kind, says) and not issubclass(kind, needed):
            raise InputError(f"{says} asks for a subclass of {needed.__name__}", key=f"{name}.{says}")
    if name in KINDS and not is_again(kind, type(KINDS[name])):
        raise InputError(f"the name '{name}' is taken by {type(KINDS[name]).__name__}", key="kind")
    KINDS[name] = kind()
    return kind


def kind_named(
    name: str, *, further: Iterable[str] = (), file: str | None = None, key: str | None = None
) -> Kind[Any, Any]:
    """Return a kind by name, loading its entry point where there is one.

    Parameters
    ----------
    name : str
        As an item's file has it.
    further : iterable of str, optional
        What else could stand there, for the message.
    file, key : str, optional
        Where it stands, for the message.

    Raises
    ------
    InputError
        If there is none, or its entry point cannot be imported or registered.
    """
    if name not in KINDS and name in entry_points_of(GROUP):
        load_entry_point(GROUP, name, wanted="a subclass of Kind", register=register_kind)
    if name not in KINDS:
        raise unknown_name("kind", name, (*kind_names(), *further), file=file, key=key)
    return KINDS[name]


def kind_names() -> list[str]:
    """Names of all kinds, those of entry points that have not been loaded among them."""
    return list(dict.fromkeys([*KINDS, *entry_points_of(GROUP)]))
