"""A mixture: one of several distributions, with given weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from ..bases import Array
from ..errors import InputError
from ..scores import rank_of
from ..strict import StrictModel, misfit
from .family import Family
from .given import as_misfit
from .nested import part_from
from .tabulated import FIRST_SCORES, Table, Tabulated, tabulate

ROUNDING = 1e-9  # how far from 1 weights may add up to


class Component(StrictModel):
    """One of the distributions that are mixed, and its weight."""

    model_config = ConfigDict(defer_build=True, arbitrary_types_allowed=True)
    weight: Annotated[float, Field(gt=0, le=1)]
    distribution: Family


def _component(value: Any) -> Component:
    if isinstance(value, Component):
        return value
    if isinstance(value, Mapping):
        row = dict(value)
        weight = row.pop("weight", None)
    elif isinstance(value, tuple | list) and len(value) == 2:
        weight, row = value
    else:
        raise misfit("", f"a table with weight and family was expected, not {value!r}")
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0.0 < weight <= 1.0:
        raise misfit("weight", f"a number above 0, at most 1, was expected, not {weight!r}")
    try:
        return Component(weight=float(weight), distribution=part_from(row))
    except InputError as error:
        raise as_misfit(error) from None


def _as_row(component: Component) -> dict[str, Any]:
    return {"weight": component.weight, **component.distribution.as_row()}


if TYPE_CHECKING:
    type Components = Any
else:
    Components = Annotated[
        tuple[Annotated[Component, BeforeValidator(_component), PlainSerializer(_as_row)], ...],
        Field(strict=False, min_length=2),
    ]


class Mixture(Tabulated):
    """A mixture of distributions: with its weight, each is the one that the value comes from.

    Attributes
    ----------
    components : tuple of Component
        Each with its `weight` and its `distribution`; may be given as pairs of the two. Weights sum to one.

    Examples
    --------
    >>> from catchup.priors import LogNormal, Mixture
    >>> slow, fast = LogNormal(median=2.2, sigma=0.2), LogNormal(median=4.6, sigma=0.3)
    >>> progress = Mixture(components=((0.7, slow), (0.3, fast)))
    >>> progress.quantile([0.05, 0.5, 0.95]).round(1)
    array([1.6, 2.5, 6.1])
    """

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = "mixture"
    components: Components

    @model_validator(mode="after")
    def _mixes(self) -> Self:
        total = math.fsum(component.weight for component in self.components)
        if abs(total - 1.0) > ROUNDING:
            raise misfit("components", f"weights must add up to 1, not {total:g}")
        for index, component in enumerate(self.components):
            distribution = component.distribution
            if distribution.base is None:
                problem = f"a distribution was expected: the {distribution.family} family has no density to mix"
                raise misfit(f"components.{index}.family", problem)
            if distribution.named:
                problem = "a number of what is mixed cannot be given by another quantity"
                raise misfit(f"components.{index}", f"{problem} ({distribution.named[0]})")
        try:
            self.table()
        except InputError as error:
            raise misfit("components", error.problem) from None
        return self

    def support(self) -> tuple[float, float]:
        lows, highs = zip(*(each.distribution.support() for each in self.components), strict=True)
        return min(lows), max(highs)

    def table(self) -> Table:
        return self._table

    @cached_property
    def _table(self) -> Table:
        ranks = np.asarray(rank_of(np, FIRST_SCORES))
        start = np.concatenate([each.distribution.quantile(ranks) for each in self.components])
        return tabulate(self._cdf, self._sf, self.log_density, self.support(), start)

    def _cdf(self, x: Array) -> Array:
        return np.asarray(sum(each.weight * each.distribution.cdf(x) for each in self.components))

    def _sf(self, x: Array) -> Array:
        return np.asarray(sum(each.weight * each.distribution.sf(x) for each in self.components))

    def log_density(self, value: Array | float) -> Array:
        parts = [math.log(each.weight) + each.distribution.log_pdf(value) for each in self.components]
        return np.asarray(np.logaddexp.reduce(parts, axis=0))
