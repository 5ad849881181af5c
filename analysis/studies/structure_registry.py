"""Structures of one's own: what one is, and which are registered, in Python or by an entry point."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ...evidence.kinds.kind import ModelState
from ...evidence.schema import Item
from ...model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions
from ...model.models import MODELS
from ...model.reserved import is_reserved
from ...priors.entry_points import entry_points_of, is_again, load_entry_point
from ...priors.errors import InputError, raised_text, unknown_name
from ...priors.families import Family, as_family
from .pools import POOLS

GROUP = "catchup.structures"  # of entry points
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
COMPUTE, MOBILISATION = "compute-gate", "mobilisation"
TAKEN = (COMPUTE, MOBILISATION, *POOLS)
TREND = "trend-"  # begins the ids of trends
WANTED = "a class that derives from catchup.Structure"
FACTORS = np.array([0.9, 1.0, 1.1])  # of the example's values, to try the formula on
SAME = 1e-9


def trend_id(name: str) -> str:
    """What a trend is called among structures."""
    return f"{TREND}{name}"


class Structure(ABC):
    """A model of another shape that answers the same question: derive from it, and register that.

    Attributes
    ----------
    name : str
        Its id: small letters, digits and hyphens.
    title : str
        For people.
    quantities : tuple of str
        What it draws on: quantities of the race's tables, or of `beliefs`.
    beliefs : mapping of str to distribution
        What is believed of quantities that no table has: whatever `priors.as_family` takes.
    events : tuple of str
        Events that it speaks of; all if empty. It is left out where another is asked about.
    example : mapping of str to float
        A value for each quantity, to try the formula on when it is registered.

    Examples
    --------
    A Chinese lab comes to whatever it is some months after it was there, a factor being lost on the way:

    >>> from catchup.analysis import Structure
    >>> from catchup.priors import LogNormal
    >>> class Followers(Structure):
    ...     name = "followers"
    ...     title = "Followers"
    ...     quantities = ("months_behind",)
    ...     beliefs = {"months_behind": LogNormal(median=10.0, sigma=0.4)}
    ...     example = {"months_behind": 10.0}
    ...
    ...     def ready(self, xp, values, event):
    ...         return values["months_behind"]
    """

    name: ClassVar[str]
    title: ClassVar[str]
    quantities: ClassVar[tuple[str, ...]]
    beliefs: ClassVar[Mapping[str, Any]] = {}
    events: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[Mapping[str, float]] = {}

    @abstractmethod
    def ready(self, xp: Any, values: Mapping[str, Any], event: str) -> Any:
        """Return when a Chinese lab comes to an event.

        Parameters
        ----------
        xp : module
            ``numpy`` or ``pytensor.tensor``.
        values : mapping of str to (draw,)
            Of `quantities`.
        event : str
            Its id.

        Returns
        -------
        (draw,)
            Months since t = 0. Items that measure a lag are held against it, too: Mythos was there at t = 0.
        """

    def under(self, assumptions: Assumptions) -> Structure:
        """Return the structure as a question asks it: itself, unless it turns days into months by the calendar."""
        return self

    def speaks_of(self, event: str) -> bool:
        """Whether it can be asked about an event."""
        return not self.events or event in self.events

    @property
    def families(self) -> dict[str, Family]:
        """What is believed of quantities that no table has."""
        return {name: as_family(belief) for name, belief in self.beliefs.items()}

    @property
    def carries(self) -> str:
        """What it carries forward: of structures that carry the same, pools count the first alone."""
        return self.name

    @property
    def called(self) -> str:
        """How messages name it."""
        return f"structure '{self.name}'"

    def shown_to(
        self, item: Item, assumptions: Assumptions, values: Mapping[str, Any], ready: Mapping[str, Any]
    ) -> ModelState:
        """Return what an item is predicted from: by default the dates of readiness, each of which is the lag as well.

        Parameters
        ----------
        item : Item
            One that counts for it.
        assumptions : Assumptions
            Constants and firms.
        values : mapping of str to (draw,)
            Of its quantities, and of those that the item has of its own.
        ready : mapping of str to (draw,)
            By event, months since t = 0.

        Returns
        -------
        ModelState
            With ``ready``, against which measured lags are held, too.
        """
        return ModelState(assumptions, quantity=values, mythos_flop=None, ready=ready, pools={}, flop_month={})


STRUCTURES: dict[str, Structure] = {}
"""Those that are registered, by id."""


def register_structure[Registered: type[Structure]](structure: Registered) -> Registered:
    """Make a structure of your own take part wherever structures are compared; serves as a decorator.

    Parameters
    ----------
    structure : type
        A class that derives from `Structure`: see there for what it brings.

    Returns
    -------
    type
        The same class. Defined anew, as in a cell that is run again, it takes the place of what it was.

    Raises
    ------
    InputError
        If it is no such class, lacks a name, a title, a form or an example, has an id that is taken, draws on a
        quantity of which nothing is believed or believes something of a table's, or if its dates, tried on the example,
        are not finite, one a draw, or are not the same or have no slope in a graph. Nothing is registered then.

    Examples
    --------
    >>> from catchup.analysis import register_structure
    >>> from catchup.priors import InputError
    >>> try:
    ...     register_structure(int)
    ... except InputError as error:
    ...     print(type(error).__name__)
    ...
    InputError
    """
    if not (isinstance(structure, type) and issubclass(structure, Structure)):
        raise InputError(f"{WANTED} was expected, not {structure!r}", key="structure")
    where = f"structure {structure.__name__}"
    lacking = sorted(getattr(structure, "__abstractmethods__", ()))
    lacking += [name for name in ("name", "title", "quantities") if not hasattr(structure, name)]
    if lacking:
        raise InputError(f"lacks {', '.join(lacking)}", key=where)
    name = structure.name
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(f"a name such as 'followers' was expected, not {name!r}", key=where)
    known = STRUCTURES.get(name)
    if type(known) is structure:
        return structure
    taken = known is not None and not is_again(structure, type(known))
    if name in TAKEN or taken or name.startswith(TREND):
        raise InputError(f"the name '{name}' is taken", key=where)
    made = structure()
    _check(made, where)
    STRUCTURES[name] = made
    return structure


def registered_structures(event: str) -> tuple[Structure, ...]:
    """Return the structures of one's own that speak of an event, those of entry points among them.

    Raises
    ------
    InputError
        If an entry point cannot be imported, or what it names cannot be registered.
    """
    for name in entry_points_of(GROUP):
        if name not in STRUCTURES:
            load_entry_point(GROUP, name, wanted=WANTED, register=register_structure)
    return tuple(each for each in STRUCTURES.values() if each.speaks_of(event))


def structures_silent_on(event: str) -> tuple[Structure, ...]:
    """Return the structures of one's own that do not speak of an event; raises as `registered_structures` does."""
    speaking = registered_structures(event)
    return tuple(each for each in STRUCTURES.values() if each not in speaking)


def structure_names() -> Iterable[str]:
    """Ids of all structures of one's own, those of entry points that have not been loaded among them."""
    return dict.fromkeys([*STRUCTURES, *entry_points_of(GROUP)])


def refuse_unfounded(structure: Structure, known: Collection[str], where: str) -> None:
    """Refuse a structure of a quantity that neither it nor a table believes something of, or that both do.

    Parameters
    ----------
    structure : Structure
        Which.
    known : collection of str
        Quantities of the tables.
    where : str
        How messages name it.

    Raises
    ------
    InputError
        Naming the quantity.
    """
    own = structure.families
    for name in structure.quantities:
        if name not in known and name not in own:
            raise unknown_name("quantity", name, [*known, *own], key=where)
    for name in own:
        if name in known:
            raise InputError(f"beliefs: the tables have {name} already; give it another name", key=where)
        if is_reserved(name):
            raise InputError(f"beliefs: {name} is the model's own; give it another name", key=where)


def _check(structure: Structure, where: str) -> None:
    _refuse_wrong_attributes(structure, where)
    tables = [load_assumptions(model=model) for model in MODELS]
    refuse_unfounded(structure, {name for table in tables for name in table.beliefs}, where)
    values = {name: structure.example[name] * FACTORS for name in structure.quantities}
    for event in structure.events or {name: None for table in tables for name in table.events}:
        try:
            found = np.asarray(structure.ready(np, values, event), dtype=float)
        except Exception as error:  # noqa: BLE001  # whatever somebody else's formula raises
            raise InputError(f"its dates fail over numpy ({raised_text(error)})", key=where) from None
        if found.shape != FACTORS.shape or not np.isfinite(found).all():
            raise InputError(f"its dates must be finite, one a draw (asked of {event})", key=where)
    _check_graph(structure, values, structure.events[0] if structure.events else DEFAULT_EVENT, where)


def _refuse_wrong_attributes(structure: Structure, where: str) -> None:
    for title, given in (("quantities", structure.quantities), ("events", structure.events)):
        if not isinstance(given, tuple | list) or not all(isinstance(name, str) for name in given):
            raise InputError(f"{title}: a tuple of names was expected, not {given!r}", key=where)
    for title, belonging in (("beliefs", structure.beliefs), ("example", structure.example)):
        if not isinstance(belonging, Mapping):
            raise InputError(f"{title}: a mapping from quantities was expected, not {belonging!r}", key=where)
    for name in structure.quantities:
        if not isinstance(structure.example.get(name), Real):
            raise InputError(f"example: a value of {name} to try it on was expected", key=where)
    try:
        families = structure.families
    except InputError as error:
        raise InputError(f"beliefs: {error.problem}", key=where) from None
    if [name for name in families if name not in structure.quantities]:
        raise InputError(f"beliefs: quantities were expected, {', '.join(structure.quantities)}", key=where)


def _check_graph(structure: Structure, values: Mapping[str, Any], event: str, where: str) -> None:
    import pytensor
    import pytensor.tensor as pt

    names, expected = structure.quantities, structure.ready(np, values, event)
    given = {name: pt.scalar(name, dtype="float64") for name in names}
    try:
        date = pt.as_tensor_variable(structure.ready(pt, given, event)) + 0.0
        slopes = pytensor.grad(date, list(given.values()), disconnected_inputs="ignore")
        compiled = pytensor.function(
            list(given.values()), [date, *slopes], mode="FAST_COMPILE", on_unused_input="ignore"
        )
        found = [compiled(*(float(values[name][place]) for name in names)) for place in range(FACTORS.size)]
    except Exception as error:  # noqa: BLE001  # whatever somebody else's formula raises when it is given variables
        problem = f"its dates must work over pytensor.tensor, too ({raised_text(error)})"
        raise InputError(problem, key=where) from None
    if not np.allclose([float(row[0]) for row in found], expected, rtol=SAME, atol=SAME):
        raise InputError("its dates must be the same over numpy and pytensor.tensor", key=where)
    if not all(np.isfinite(slope).all() for row in found for slope in row[1:]):
        raise InputError("its dates must have a finite slope over pytensor.tensor", key=where)
