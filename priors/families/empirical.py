r"""A distribution known by some of its quantiles: stated, or taken from draws.

Over the normal scores of their probabilities the quantiles are joined by a curve that rises everywhere, in a coordinate
that keeps to the bounds (logarithmic above or below one, log-odds between two); beyond the outermost it goes on as a
straight line. Two quantiles make a normal distribution so, with a lower bound a lognormal one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from ..bases import Array
from ..log_densities import log_density_of_score
from ..scores import rank_of, score_of
from ..strict import misfit
from .classic import refuse_disordered
from .coordinate import Coordinate
from .family import LARGEST, Family
from .spline import Spline, through

FEWEST_DRAWS = 50
OUTERMOST = 10  # draws, at least, beyond the outermost quantile that is taken of them
PLAIN = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Pair = Annotated[tuple[float, float], Field(strict=False)]


class Empirical(Family):
    """A distribution known by some of its quantiles, or by draws; within bounds, where there are any.

    Attributes
    ----------
    quantiles : tuple of tuple of float
        Pairs of a probability and a value, both rising; at least two. May be given as ``draws`` instead.
    low, high : float or None
        Bounds, where there are any, in the quantity's unit.

    Examples
    --------
    >>> from catchup.priors import Empirical
    >>> lag = Empirical(quantiles=((0.05, 4.0), (0.5, 7.0), (0.95, 12.0)), low=0.0)
    >>> lag.quantile([0.05, 0.25, 0.75]).round(1)
    array([4. , 5.6, 8.7])
    """

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = "empirical"
    shorthands: ClassVar[tuple[str, ...]] = ("draws", "file", "column")
    quantiles: Annotated[tuple[Pair, ...], Field(strict=False)] = ()
    low: PLAIN | None = None
    high: PLAIN | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_draws(cls, numbers: Any) -> Any:
        if isinstance(numbers, dict) and not numbers.keys().isdisjoint(("file", "column")):
            raise misfit("file", "a row of a file alone can name a file of draws: give draws or quantiles")
        if not isinstance(numbers, dict) or "draws" not in numbers:
            return numbers
        if "quantiles" in numbers:
            raise misfit("draws", "either draws or quantiles were expected, not both")
        given = {name: value for name, value in numbers.items() if name != "draws"}
        return {**given, "quantiles": quantiles_of(numbers["draws"])}

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if len(self.quantiles) < 2:
            raise misfit("quantiles", "at least two pairs of a probability and a value were expected, or draws")
        if self.low is not None and self.high is not None:
            refuse_disordered(self.low, self.high)
        for probability, value in self.quantiles:
            if not 0.0 < probability < 1.0:
                raise misfit("quantiles", f"a probability between 0 and 1 was expected, not {probability:g}")
            if not self.support()[0] < value < self.support()[1]:
                low, high = self.support()
                raise misfit("quantiles", f"a value between {low:g} and {high:g} was expected, not {value:g}")
        for (one, below), (other, above) in zip(self.quantiles, self.quantiles[1:], strict=False):
            if not (one < other and below < above):
                found = f"({one:g}, {below:g}) and ({other:g}, {above:g})"
                raise misfit("quantiles", f"probabilities and values must rise from pair to pair, unlike {found}")
        return self

    def support(self) -> tuple[float, float]:
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    def at_score(self, xp: Any, score: Any) -> Any:
        return self._coordinate.to(xp, self._curve.at(xp, score))

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return self.at_score(xp, score_of(xp, u))

    def cdf(self, value: Array | float) -> Array:
        return np.asarray(rank_of(np, self._score(value)))

    def sf(self, value: Array | float) -> Array:
        return np.asarray(rank_of(np, -self._score(value)))

    def log_density(self, value: Array | float) -> Array:
        """Log density in the coordinate that keeps to the bounds."""
        score = self._score(value)
        with np.errstate(invalid="ignore"):
            density = log_density_of_score(score) - self._curve.log_slope(score)
        return np.where(np.isfinite(score), density, -np.inf)

    def log_slope(self, value: Array | float) -> Array:
        return self._coordinate.log_slope(np.asarray(value, dtype=float))

    def _score(self, value: Array | float) -> Array:
        return self._curve.inverse(self._coordinate.of(np.asarray(value, dtype=float)))

    @cached_property
    def _coordinate(self) -> Coordinate:
        return Coordinate(*self.support(), straight=True)

    @cached_property
    def _curve(self) -> Spline:
        probabilities, values = np.array(self.quantiles, dtype=float).T
        scores = np.array([score_of(np, probability) for probability in probabilities])
        return through(scores, self._coordinate.of(values))


def quantiles_of(draws: Any) -> list[list[float]]:
    """Quantiles that stand for draws: so many that noise does not make the density ragged.

    Pieces between them hold equally many draws, as many as in a histogram by Rice's rule; in either tail, half as many
    as the piece before, down to a few.

    Parameters
    ----------
    draws : sequence of float
        Of equal weight, `FEWEST_DRAWS` or more.
    """
    if isinstance(draws, str | bytes) or not isinstance(draws, Sequence | np.ndarray):
        raise misfit("draws", f"a list of numbers was expected, not {draws!r}")
    try:
        values = np.asarray(draws, dtype=float).ravel()
    except (TypeError, ValueError):
        raise misfit("draws", "a list of numbers was expected") from None
    except OverflowError:
        raise misfit("draws", "finite numbers were expected") from None
    if not np.isfinite(values).all():
        raise misfit("draws", "finite numbers were expected")
    if values.size < FEWEST_DRAWS:
        raise misfit("draws", f"at least {FEWEST_DRAWS} draws were expected, not {values.size}")
    pieces = math.ceil(2.0 * values.size ** (1.0 / 3.0))
    tail = OUTERMOST / values.size * 2.0 ** np.arange(64)
    tail = tail[tail < 0.75 / pieces]
    probabilities = np.concatenate([tail, np.arange(1, pieces) / pieces, 1.0 - tail[::-1]])
    found = np.quantile(values, probabilities, method="median_unbiased")
    if not (np.diff(found) > 0.0).all():
        raise misfit("draws", "draws of a continuous quantity were expected: too many of these are equal")
    return [[float(probability), float(value)] for probability, value in zip(probabilities, found, strict=True)]
