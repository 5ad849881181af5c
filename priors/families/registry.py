"""Which families there are: the project's own, and those that are registered in Python or by an entry point."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from ..entry_points import NAME, entry_points_of, is_again, load_entry_point
from ..errors import InputError
from ..layers import Layer
from ..row_schemas import EventText, QuantityText, RegimeText
from .checks import check_forms, check_graph_form, example_of, refuse_incomplete, refuse_wrong_attributes
from .classic import Beta, Fixed, LogNormal, LogUniform, Normal, ShiftedLogNormal, Triangular, TriangularLog10, Uniform
from .dirichlet import Dirichlet
from .empirical import Empirical
from .family import Family
from .library import Library
from .mixture import Component, Mixture
from .shapes import SkewNormal, StudentT
from .truncated import Truncated

GROUP = "catchup.families"
WANTED = "a class that derives from catchup.priors.Family"
TAKEN = {
    "family",
    *(key for text in (QuantityText, EventText, RegimeText) for key in text.model_fields),
    *(Component.model_fields.keys() - {"distribution"}),  # whose keys stand beside the weight
}
"""Keys that rows have beside a distribution's numbers."""

OWN: tuple[type[Family], ...] = (
    *(Triangular, TriangularLog10, Uniform, LogUniform, Normal, LogNormal, ShiftedLogNormal, Beta),
    *(StudentT, SkewNormal, Truncated, Mixture, Empirical, Library, Dirichlet, Fixed),
)
FAMILIES: dict[str, type[Family]] = {family.family: family for family in OWN}


class FamilyKeys(Set[str]):
    """Every key of TOML that belongs to some family's numbers, of families registered later, too."""

    def __contains__(self, key: object) -> bool:
        return any(key in family.row_keys() for family in FAMILIES.values())

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for family in FAMILIES.values() for key in family.row_keys()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


FAMILY_KEYS = FamilyKeys()


def register_family[Registered: type[Family]](family: Registered) -> Registered:
    """Make a family of your own known wherever ``family = "..."`` is read; serves as a decorator.

    Parameters
    ----------
    family : type
        A class that derives from `Family`: see there for what it brings. Its attribute ``example`` holds numbers, by
        name, to try it on; it needs none where every number has a default.

    Returns
    -------
    type
        The same class. Defined anew, as in a cell that is run again, it takes the place of what it was.

    Raises
    ------
    InputError
        If it is no such class, lacks a name or a form, has an attribute of another kind, or a name or a key that is
        taken, or if, on its example, a form fails, the quantile function falls, is not the inverse of the distribution
        function or not the same in a graph, or the density is not its derivative. Nothing is registered then.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.priors import Family, Positive, as_family, register_family
    >>> @register_family
    ... class Exponential(Family):
    ...     family = "exponential"
    ...     widest = (0.0, np.inf)
    ...     example = {"mean": 6.0}
    ...     mean: Positive
    ...
    ...     def quantile_in(self, xp, u):
    ...         return -self.mean * xp.log1p(-u)
    ...
    ...     def cdf(self, value):
    ...         return -np.expm1(-np.asarray(value) / self.mean)
    ...
    ...     def log_density(self, value):
    ...         return -np.asarray(value) / self.mean - np.log(self.mean)
    >>> as_family({"family": "exponential", "mean": 6.0}).quantile([0.05, 0.5, 0.95]).round(2)
    array([ 0.31,  4.16, 17.97])
    """
    if not (isinstance(family, type) and issubclass(family, Family)):
        raise InputError(f"{WANTED} was expected, not {family!r}", key="family")
    name = getattr(family, "family", None)
    where = f"family {family.__name__}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(f"a name such as family = 'half_normal' was expected, not {name!r}", key=where)
    known = FAMILIES.get(name)
    if known is family:
        return family
    if known is not None and not is_again(family, known):
        raise InputError(f"the name '{name}' is taken by {known.__qualname__}", key=where)
    refuse_wrong_attributes(family, where)
    taken = [key for key in family.row_keys() if key in TAKEN]
    if taken:
        raise InputError(f"the key '{taken[0]}' is taken: rows say something else by it", key=where)
    refuse_incomplete(family, where)
    example = example_of(family, where)
    check_forms(example, key=where)
    check_graph_form(example, key=where)
    FAMILIES[name] = family
    return family


def family_named(name: str) -> type[Family] | None:
    """Return a family by name, loading its entry point where there is one; None if there is no such family.

    Raises
    ------
    InputError
        If its entry point cannot be imported, or what it names cannot be registered.
    """
    if name not in FAMILIES and name in entry_points_of(GROUP):
        load_entry_point(GROUP, name, wanted=WANTED, register=register_family, called="family")
    return FAMILIES.get(name)


def family_names() -> list[str]:
    """Names of all families, those of entry points that have not been loaded among them."""
    return list(dict.fromkeys([*FAMILIES, *entry_points_of(GROUP)]))


def load_families_of(layers: Iterable[Layer]) -> None:
    """Load the entry points that rows of some layers name: to merge rows, the numbers of a family must be known.

    What cannot be loaded is told when the row itself is read.
    """
    for layer in layers:
        for name in _named_in(layer.tables):
            if name not in FAMILIES:
                with contextlib.suppress(InputError):
                    family_named(name)


def is_own(family: type[Family]) -> bool:
    """Whether a family is one of the project's."""
    return family in OWN


def _named_in(content: Any) -> Iterator[str]:
    if isinstance(content, Mapping):
        name = content.get("family")
        if isinstance(name, str):
            yield name
        for value in content.values():
            yield from _named_in(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _named_in(value)
