"""Distributions inside distributions: what is truncated, what is mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from ..errors import InputError
from ..layers import Row
from ..strict import StrictModel
from .dirichlet import Dirichlet
from .family import Family
from .given import as_misfit


class NoText(StrictModel):
    """What a row says beside its distribution: nothing."""


def family_from(value: Any) -> Family:
    """Read a table that names a family, or take a distribution object of this or another library.

    Raises
    ------
    InputError
        With the key inside the table.
    """
    if isinstance(value, Mapping):
        from ..distributions import take_distribution

        return take_distribution(Row(dict(value), "", ""), NoText, "")[0]
    from .conversion import as_family

    return as_family(value)


def part_from(value: Any) -> Family:
    """Read or take a distribution that is part of another.

    Raises
    ------
    InputError
        If it is none, or one that only a quantity can have.
    """
    family = family_from(value)
    if isinstance(family, Dirichlet):
        raise InputError("a share of a block is a quantity, no part of another distribution", key="family")
    return family


def _inner(value: Any) -> Family:
    try:
        return part_from(value)
    except InputError as error:
        raise as_misfit(error) from None


if TYPE_CHECKING:
    type Inner = Any
else:
    Inner = Annotated[Family, BeforeValidator(_inner), PlainSerializer(Family.as_row)]
