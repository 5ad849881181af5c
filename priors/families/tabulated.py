r"""Distributions whose quantile function has no formula that NumPy and a graph could share: a table of it.

What is tabulated is a coordinate y of the quantity, smooth and free of bounds, over its normal score z. The table holds
:math:`y(z)` and :math:`dy/dz = \varphi(z) / (f(x)\,dx/dy)` at knots, which are added until a cubic between two of
them is off by at most `TOLERANCE` halfway. Draws, graph and ranks all go through it; the density keeps its formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bases import Array
from ..errors import InputError
from ..log_densities import log_density_of_score
from ..scores import rank_of, score_of
from .coordinate import Coordinate
from .family import Family
from .spline import STEEPEST, Spline

TOLERANCE = 2e-11  # of the coordinate: about that of a value, relative to itself or to the width
FIRST_SCORES = np.linspace(-8.3, 8.3, 84)
FARTHEST_KNOT = 8.4  # of the scores at which there is a knot
MOST_REFINEMENTS = 60
NARROWEST = 1e-13  # relative length of a piece that is halved no more: what is left is a corner or a jump
MOST_KNOTS = 20_000
PATIENCE = 6  # refinements, after which what rounding alone makes wrong is let be
ROUNDING = 4e-16


@dataclass(frozen=True, eq=False)
class Table:
    """A quantile function over normal scores.

    Attributes
    ----------
    coordinate : Coordinate
        In which it is tabulated.
    spline : Spline
        The coordinate over the score.
    """

    coordinate: Coordinate
    spline: Spline

    def at(self, xp: Any, score: Any) -> Any:
        """Values at scores, over an array namespace."""
        return self.coordinate.to(xp, self.spline.at(xp, score))

    def score(self, value: Array) -> Array:
        """Scores of values."""
        return self.spline.inverse(self.coordinate.of(value))


def tabulate(
    cdf: Callable[[Array], Array],
    sf: Callable[[Array], Array],
    log_pdf: Callable[[Array], Array],
    support: tuple[float, float],
    start: Array,
) -> Table:
    """Tabulate a distribution.

    Parameters
    ----------
    cdf, sf, log_pdf : callable
        Distribution function, survival function and log density, each of values of shape (value,).
    support : tuple of float
        Its ends; may be infinite.
    start : array of shape (value,)
        Values to begin with, from far in one tail to far in the other.

    Raises
    ------
    InputError
        If the density is not positive and finite in between, or no table comes near enough.
    """
    start = np.unique(start[np.isfinite(start)])

    def scores(x: Array) -> Array:
        below, above = cdf(x), sf(x)
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(below < above, score_of(np, below), -score_of(np, above)))

    z = scores(start)
    start = start[np.abs(z) < FARTHEST_KNOT]
    if start.size < 4:
        raise InputError("a distribution with a density was expected: its values lie too close together")
    quarter, centre, three_quarters = np.interp([-0.67, 0.0, 0.67], scores(start), start)
    coordinate = Coordinate(*support, centre=centre, width=max(three_quarters - quarter, np.finfo(float).tiny))

    def knots(y: Array) -> tuple[Array, Array, Array]:
        x = coordinate.to(np, y)
        place = scores(x)
        slope = np.exp(log_density_of_score(place) - log_pdf(x) - coordinate.log_slope(x))
        return place, y, slope

    parts = knots(coordinate.of(start))
    for round_ in range(MOST_REFINEMENTS):
        rising = np.concatenate([[True], np.diff(np.maximum.accumulate(parts[0])) > 0.0])
        place, y, slope = (part[rising] for part in parts)
        if not (np.isfinite(slope).all() and (slope > 0.0).all()) or place.size > MOST_KNOTS:
            break
        spline = Spline(place, y, _never_falling(place, y, slope))
        middle = 0.5 * (y[:-1] + y[1:])
        added = knots(middle)
        length = np.diff(y)
        wrong = np.abs(spline.at(np, added[0]) - middle) > TOLERANCE + _noise(added, patient=round_ < PATIENCE)
        wrong &= length > NARROWEST * np.maximum(1.0, np.abs(middle))
        if not wrong.any():
            return Table(coordinate, spline)
        joined = [np.concatenate([old, new[wrong]]) for old, new in zip((place, y, slope), added, strict=True)]
        order = np.argsort(joined[1], kind="stable")
        parts = (joined[0][order], joined[1][order], joined[2][order])
    raise InputError("a density that is positive and finite all over the support was expected")


def _noise(knots: tuple[Array, Array, Array], *, patient: bool) -> Array | float:
    """How far rounding moves the coordinate: a survival function that is one minus another has few digits."""
    score, _, slope = knots
    return 0.0 if patient else ROUNDING * np.exp(-log_density_of_score(score)) * slope


def _never_falling(place: Array, y: Array, slope: Array) -> Array:
    """Slopes that let no piece fall: where the density jumps, a knot has one slope for two sides."""
    chords = np.diff(y) / np.diff(place)
    limit = STEEPEST * np.minimum(np.concatenate([chords[:1], chords]), np.concatenate([chords, chords[-1:]]))
    return np.asarray(np.minimum(slope, limit))


class Tabulated(Family):
    """A family whose quantiles come from a table of its distribution function."""

    def table(self) -> Table:
        """The table of the standard distribution: of location 0 and scale 1."""
        raise NotImplementedError

    def location_and_scale(self) -> tuple[Any, Any]:
        """What a standard value is multiplied by, second, and what is added then, first."""
        return 0.0, 1.0

    def at_score(self, xp: Any, score: Any) -> Any:
        location, scale = self.location_and_scale()
        return location + scale * self.table().at(xp, score)

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return self.at_score(xp, score_of(xp, u))

    def cdf(self, value: Array | float) -> Array:
        return np.asarray(rank_of(np, self._score(value)))

    def sf(self, value: Array | float) -> Array:
        return np.asarray(rank_of(np, -self._score(value)))

    def _score(self, value: Array | float) -> Array:
        return self.table().score(self._standard(value))

    def _standard(self, value: Array | float) -> Array:
        location, scale = self.location_and_scale()
        return np.asarray((np.asarray(value, dtype=float) - location) / scale)
