"""Quantities by themselves, for what can only be worked out where they are independent of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from .copula import INDEPENDENT, Copula
from .errors import InputError, refuse_unknown
from .families.family import Family
from .hierarchy import marginal, related

Stated = Callable[[str, str], tuple[str | None, str | None]]
"""File and key of what makes two quantities depend on each other, by their names."""


class DependentError(InputError):
    """Quantities that hang together, where they are read as independent: a belief like any other, if not there."""


def independent(
    names: Iterable[str],
    beliefs: Mapping[str, Family],
    copula: Copula = INDEPENDENT,
    stated: Stated = lambda one, other: (None, f"quantity.{other}"),
) -> dict[str, Family]:
    """What is believed of some quantities, each by itself, where that is all there is to know of them together.

    Parameters
    ----------
    names : iterable of str
        Of quantities.
    beliefs : mapping of str to Family
        What is believed of each, and of whatever gives numbers of theirs.
    copula : Copula, optional
        Dependence of ranks between quantities.
    stated : callable, optional
        Given two quantities, the file and the key of what makes them depend on each other.

    Raises
    ------
    DependentError
        If two of them depend on each other or on a third.
    InputError
        If nothing is believed of what one depends on.

    Examples
    --------
    >>> from catchup.priors import Given, InputError, LogNormal
    >>> from catchup.priors.independence import independent
    >>> beliefs = {
    ...     "level": LogNormal(median=1.0, sigma=0.3),
    ...     "pace": LogNormal(median=Given("level", times=4.0), sigma=0.9),
    ...     "slope": LogNormal(median=Given("level", times=10.0), sigma=0.5),
    ... }
    >>> try:
    ...     independent(["pace", "slope"], beliefs)
    ... except InputError as error:
    ...     print(error.problem)
    pace and slope both depend on level, but are read here as independent of each other
    """
    names = list(names)
    rest_on: dict[str, list[str]] = {}
    for name in names:
        known = related([name], beliefs, copula)
        for each in known:
            refuse_unknown("quantity", beliefs[each].parents, beliefs, key=f"quantity.{each}")
        rest_on[name] = [each for each in known if not beliefs[each].certain]
    for one, other in combinations(names, 2):
        common = [each for each in rest_on[one] if each in rest_on[other]]
        if common:
            file, key = stated(one, other)
            tie = _tie(one, other, common, copula)
            raise DependentError(f"{tie}, but are read here as independent of each other", file=file, key=key)
    return {name: marginal(name, beliefs, copula) for name in names}


def _tie(one: str, other: str, common: list[str], copula: Copula) -> str:
    if other in copula.partners(one):
        return f"{one} and {other} are correlated"
    if one in common or other in common:
        return f"{one} and {other} depend on each other"
    return f"{one} and {other} both depend on {common[0]}"
