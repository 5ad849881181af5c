"""Distributions that need the values of other quantities: hierarchical and conditional priors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from pydantic import ConfigDict, ValidationError

from ..bases import Array
from ..errors import InputError
from ..strict import from_pydantic
from .family import LARGEST, Family
from .given import Given, Reach

FAR = 1e90  # of a number that nothing bounds: as good as infinite, and no figure too large
CLOSE = 1e-6  # of it, apart from each other, are numbers that differ by a constant


class Dependent(Family):
    """A distribution that other quantities' values make.

    Attributes
    ----------
    template : Family
        The row, as it was written.
    """

    model_config = ConfigDict(defer_build=True)
    template: Family

    @property
    def family(self) -> str:  # type: ignore[override]  # by row
        """Its name in TOML."""
        return self.template.family

    @property
    def base(self) -> str | None:  # type: ignore[override]  # by row
        """As the row's: whatever carries it, it hangs on a score."""
        return None if self.template.base is None else Family.base

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return self._alone().quantile_in(xp, u)

    def cdf(self, value: Array | float) -> Array:
        return self._alone().cdf(value)

    def log_density(self, value: Array | float) -> Array:
        return self._alone().log_density(value)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Return the row's numbers."""
        return self.template.model_dump(**options)

    def as_row(self) -> dict[str, Any]:
        return self.template.as_row()

    def _alone(self) -> Family:
        if self.parents:
            raise ValueError(f"it depends on {', '.join(self.parents)}: `given` their values, it is a distribution")
        return self.given({})


class Conditional(Dependent):
    """A family some of whose numbers other quantities give.

    Attributes
    ----------
    reaches : mapping of str to Reach
        How far each of those quantities reaches.
    """

    model_config = ConfigDict(defer_build=True, allow_inf_nan=True)
    reaches: dict[str, Reach]

    @property
    def parents(self) -> tuple[str, ...]:
        return self.template.named

    def given(self, values: Mapping[str, Any]) -> Family:
        return self.template.mapped(lambda number: number.of(values[number.quantity]))

    def support(self) -> tuple[float, float]:
        ends = {name: (reach.low, reach.high) for name, reach in self.reaches.items()}
        reached = [each.support() for each in self._corners(ends)]
        low, high = min(low for low, _ in reached), max(high for _, high in reached)
        return -math.inf if low <= -LARGEST else low, math.inf if high >= LARGEST else high

    def extremes(self) -> tuple[float, float]:
        drawn = {name: (reach.lowest, reach.highest) for name, reach in self.reaches.items()}
        if self.base is None:
            reached = [(each.known(np), each.known(np)) for each in self._corners(drawn)]
        else:
            reached = [each.extremes() for each in self._corners(drawn)]
        return min(low for low, _ in reached), max(high for _, high in reached)

    def refuse_leaving(self, file: str, key: str) -> None:
        """Refuse numbers that some values of the quantities that give them would make impossible.

        Raises
        ------
        InputError
            Naming the number, and the value that makes it impossible.
        """
        drawn = {name: (reach.lowest, reach.highest) for name, reach in self.reaches.items()}
        possible = {
            name: (
                reach.lowest if math.isfinite(reach.low) else -LARGEST,
                reach.highest if math.isfinite(reach.high) else LARGEST,
            )
            for name, reach in self.reaches.items()
        }
        self._check(drawn, file, key)
        self._check(possible, file, key, pardon_unlikely=True)

    def _check(
        self, ends: Mapping[str, tuple[float, float]], file: str, key: str, *, pardon_unlikely: bool = False
    ) -> None:
        for values in _combinations(ends):
            numbers = self.template.mapped(self._reaching(values))
            try:
                type(numbers).model_validate(numbers.model_dump(exclude_none=True))
            except ValidationError as error:
                fault = from_pydantic(error, type(numbers), file=file, key=key)
                if fault.unlikely and pardon_unlikely:
                    continue
                where = ", ".join(map(_at_end, values, values.values()))
                raise InputError(f"{fault.problem} (where {where})", file=file, key=fault.key) from None

    def _reaching(self, values: Mapping[str, float]) -> Callable[[Given], float]:
        """Numbers given values, which may lie beyond all figures.

        There, numbers are in the order of `times`, and of `plus` where `times` is the same. A figure as large would
        swallow `plus`: its place in the order stands for it.
        """
        numbers = self.template.numbers_given
        times = [abs(number.times) for number in numbers if number.times] or [1.0]
        far = FAR / max(times)
        order = sorted({number.plus for number in numbers})
        step = CLOSE * far * min(times)

        def number(each: Given) -> float:
            value = values[each.quantity]
            if abs(value) < LARGEST or each.times == 0.0:
                return float(each.of(value))
            return math.copysign(far, value) * each.times + step * order.index(each.plus)

        return number

    def _corners(self, ends: Mapping[str, tuple[float, float]]) -> Iterator[Family]:
        for values in _combinations(ends):
            yield self.given(values)


def _at_end(name: str, value: float) -> str:
    if abs(value) < LARGEST:
        return f"{name} is {value:g}"
    return f"{name} has no bound {'below' if value < 0 else 'above'}"


def _combinations(ends: Mapping[str, tuple[float, float]]) -> Iterator[dict[str, float]]:
    """Every quantity at either of its ends: where numbers that depend on them linearly are least and greatest."""
    limited = {name: [max(min(end, LARGEST), -LARGEST) for end in dict.fromkeys(pair)] for name, pair in ends.items()}
    for values in product(*limited.values()):
        yield dict(zip(limited, values, strict=True))
