"""A row of a table that holds a distribution: the family's numbers, the rest of its keys, and their limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import InputError, and_text, unknown_name
from .families.checks import check_forms
from .families.dirichlet import Dirichlet
from .families.family import LARGEST, Family
from .families.registry import FAMILIES, FAMILY_KEYS, family_named, family_names, is_own
from .layers import Row
from .strict import StrictModel, describe, validate

__all__ = ["FAMILY_KEYS", "Limits", "take_distribution"]


def take_distribution(row: Row, text: type[StrictModel], key: str) -> tuple[Family, dict[str, object]]:
    """Split a row into its distribution and the rest of its keys.

    Parameters
    ----------
    row : Row
        The row.
    text : type
        Schema of what the row says beside its distribution.
    key : str
        Where the row stands in its file.

    Returns
    -------
    tuple of Family and dict
        The distribution, and the values of the keys that `text` knows, not checked yet.

    Raises
    ------
    InputError
        If the family is unknown, its numbers are wrong, or a key belongs to neither part.

    Examples
    --------
    >>> from catchup.priors import Row, StrictModel, take_distribution
    >>> class Text(StrictModel):
    ...     unit: str
    >>> row = Row({"family": "lognormal", "median": 7.0, "sigma": 0.25, "unit": "months"}, "mine.toml", "mine.toml")
    >>> take_distribution(row, Text, "quantity.lag")
    (LogNormal(median=7.0, sigma=0.25), {'unit': 'months'})
    """
    name = row.values.get("family")
    if name is not None and not isinstance(name, str):
        raise InputError(
            f"the name of a family was expected, not {describe(name)}", file=row.file, key=_at(key, "family")
        )
    family = None if name is None else _family(name, row, key)
    every = {"family", *FAMILY_KEYS, *text.model_fields}
    stray = [name for name in row.values if name not in every]
    if stray:
        known = [*(family.row_keys() if family else FAMILY_KEYS), *text.model_fields, "family"]
        raise unknown_name("key", stray[0], known, file=row.file, key=_at(key, stray[0]))
    if family is None:
        raise InputError(
            f"is missing; one of {', '.join(FAMILIES)} was expected", file=row.file, key=_at(key, "family")
        )
    _refuse_other_families(family, row, text, key)
    numbers = {name: value for name, value in row.values.items() if name in family.row_keys()}
    rest = {name: value for name, value in row.values.items() if name in text.model_fields}
    distribution = validate(family, numbers, file=row.file, key=key)
    if not is_own(family) and not distribution.named:
        check_forms(distribution, file=row.file, key=key)
    return distribution, rest


def _family(name: str, row: Row, key: str) -> type[Family]:
    try:
        family = family_named(name)
    except InputError as error:
        raise InputError(f"{error.key}: {error.problem}", file=row.file, key=_at(key, "family")) from None
    if family is None:
        raise unknown_name("family", name, family_names(), file=row.file, key=_at(key, "family"))
    return family


def _refuse_other_families(family: type[Family], row: Row, text: type[StrictModel], key: str) -> None:
    """Refuse a number of another family, and the lack of one of this family's."""
    taken = f"the {family.family} family takes {and_text(family.row_keys())}"
    for name in row.values:
        if name not in family.row_keys() and name not in text.model_fields and name in FAMILY_KEYS:
            others = and_text([f"'{other}'" for other in FAMILIES if name in FAMILIES[other].row_keys()], "or")
            raise InputError(f"{taken}; family = {others} takes {name}", file=row.file, key=_at(key, name))
    for name, field in family.model_fields.items():
        if field.is_required() and name not in row.values:
            raise InputError(f"is missing; {taken}", file=row.file, key=_at(key, name))


def _at(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


@dataclass(frozen=True)
class Limits:
    """Bounds on the values that make sense at all, whatever the belief.

    Attributes
    ----------
    above, minimum, maximum : float or None
        Values must be greater than, at least, at most this.
    unit : str
        Unit of the values.
    """

    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = "1"

    def check(self, distribution: Family, *, file: str, key: str) -> None:
        """Refuse a distribution that can leave the bounds.

        Raises
        ------
        InputError
            Naming what was demanded, how far the distribution reaches and which families stay inside.
        """
        low, high = distribution.support()
        too_low = self.minimum is not None and low < self.minimum
        if self.above is not None:
            # A bound that is never drawn is no harm, as long as nothing is rounded to it.
            touches = low == self.above and distribution.extremes()[0] > self.above
            too_low = too_low or (low <= self.above and not touches)
        too_high = self.maximum is not None and high > self.maximum
        if not too_low and not too_high:
            _refuse_beyond_numbers(distribution, file, key)
            return
        demanded = f"must be {self._demand()}"
        if low == high:
            raise InputError(f"{demanded}, not {low:g}", file=file, key=key)
        problem = f"{demanded}, but its values reach from {low:g} to {high:g}"
        if distribution.widest is not None:
            # a share of a block is no drop-in for anything
            fitting = [name for name, family in FAMILIES.items() if self._can_hold(family) and family is not Dirichlet]
            problem += f": a {distribution.family} distribution cannot be held there, {and_text(fitting, 'or')} can"
        raise InputError(problem, file=file, key=key)

    def _demand(self) -> str:
        """Say what is demanded."""
        demands = {"above": self.above, "at least": self.minimum, "at most": self.maximum}
        text = " and ".join(f"{word} {bound:g}" for word, bound in demands.items() if bound is not None)
        return text if self.unit == "1" else f"{text} {self.unit}"

    def _can_hold(self, family: type[Family]) -> bool:
        """Whether a family can be kept inside by its numbers, or is inside whatever they are."""
        if family.widest is None:
            return True
        low, high = family.widest
        bounds = [bound for bound in (self.above, self.minimum) if bound is not None]
        return all(low >= bound for bound in bounds) and (self.maximum is None or high <= self.maximum)


def _refuse_beyond_numbers(distribution: Family, file: str, key: str) -> None:
    """Refuse a distribution whose draws no figure may be as large as, and no sum with them can be worked out."""
    if distribution.parents or np.isfinite(distribution.support()).all():  # parents are held to it where they give
        return
    with np.errstate(all="ignore"):
        reach = distribution.extremes()
    if not np.abs(reach).max() <= LARGEST:
        problem = f"values within {LARGEST:g} in size were expected, but its own reach"
        raise InputError(f"{problem} from {reach[0]:.3g} to {reach[1]:.3g}", file=file, key=key)
