"""Which mechanisms there are: the project's own, and those that are registered in Python or by an entry point."""

from __future__ import annotations

from contextlib import suppress

from ...priors.entry_points import NAME, entry_points_of, is_again, load_entry_point
from ...priors.errors import InputError, unknown_name
from .checks import check_forms, check_graph_form, refuse_incomplete
from .mechanism import Arrivals, Mechanism, Progress
from .own import OWN

GROUP = "catchup.mechanisms"  # of entry points
WANTED = "a class that derives from catchup.model.Progress or catchup.model.Arrivals"
KINDS: dict[str, type[Mechanism]] = {"progress": Progress, "arrivals": Arrivals}
MECHANISMS: dict[tuple[str, str], Mechanism] = {(each.kind, each.name): each for each in OWN}
"""By kind and name."""


def register_mechanism[Registered: type[Mechanism]](mechanism: Registered) -> Registered:
    """Make a mechanism of your own known wherever ``[mechanism]`` is read; serves as a decorator.

    Parameters
    ----------
    mechanism : type
        A class that derives from `Progress` or `Arrivals`: see there for what it brings.

    Returns
    -------
    type
        The same class. Defined anew, as in a cell that is run again, it takes the place of what it was.

    Raises
    ------
    InputError
        If it is no such class, lacks a name, a form, an example or the row of a quantity, has a name that is taken or a
        row that no overlay could have, or if its function, tried on the example, is not finite, falls, does not begin
        at 0 or not end where it should, or is not the same in a graph. Nothing is registered then.

    Examples
    --------
    >>> from catchup.model import Progress, load_assumptions, register_mechanism
    >>> @register_mechanism
    ... class Stalling(Progress):
    ...     name = "stalling"
    ...     quantities = ("post_training_months",)
    ...     example = {"post_training_months": 2.0}
    ...
    ...     def log_progress(self, xp, t, pace, values):
    ...         return pace * xp.minimum(t, 12.0 * values["post_training_months"])
    >>> load_assumptions(mechanisms={"progress": "stalling"}).mechanisms.progress.name
    'stalling'
    """
    if not (isinstance(mechanism, type) and issubclass(mechanism, (Progress, Arrivals))):
        raise InputError(f"{WANTED} was expected, not {mechanism!r}", key="mechanism")
    name = getattr(mechanism, "name", None)
    where = f"mechanism {mechanism.__name__}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(f"a name such as name = 'slowing' was expected, not {name!r}", key=where)
    at = mechanism.kind, name
    known = MECHANISMS.get(at)
    if type(known) is mechanism:
        return mechanism
    if known is not None and not is_again(mechanism, type(known)):
        raise InputError(f"the name '{name}' is taken by {type(known).__name__}", key=where)
    refuse_incomplete(mechanism, where)
    made = mechanism()
    check_forms(made, where)
    check_graph_form(made, where)
    MECHANISMS[at] = made
    return mechanism


def mechanism_named(kind: str, name: object, *, file: str | None = None, key: str | None = None) -> Mechanism:
    """Return a mechanism by kind and name, loading its entry point where there is one.

    Raises
    ------
    InputError
        If there is none, or its entry point cannot be imported or registered.
    """
    if not isinstance(name, str):
        raise InputError(f"the name of a mechanism was expected, not {name!r}", file=file, key=key)
    if (kind, name) not in MECHANISMS and name in entry_points_of(GROUP):
        load_entry_point(GROUP, name, wanted=WANTED, register=register_mechanism)
    if (kind, name) not in MECHANISMS:
        raise unknown_name("mechanism", name, mechanism_names(kind), file=file, key=key)
    return MECHANISMS[kind, name]


def mechanism_names(kind: str) -> list[str]:
    """Names of all mechanisms of a kind; an entry point is loaded to tell its kind, and stands where it cannot be."""
    for name in entry_points_of(GROUP):
        if not any((own, name) in MECHANISMS for own in KINDS):
            with suppress(InputError):
                load_entry_point(GROUP, name, wanted=WANTED, register=register_mechanism)
    others = {name for own, name in MECHANISMS if own != kind}
    unloaded = [name for name in entry_points_of(GROUP) if name not in others]
    return list(dict.fromkeys([*(name for own, name in MECHANISMS if own == kind), *unloaded]))
