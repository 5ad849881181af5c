r"""A rising curve through points: what stands for a quantile function that has no formula.

Between knots :math:`z_i` it is the cubic of Hermite, of given values and slopes; outside them a straight line. It rises
wherever no slope is more than three times the chord's [1]_.

References
----------
.. [1] Fritsch and Carlson, Monotone piecewise cubic interpolation (1980).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..bases import Array

STEEPEST = 3.0  # slope at a knot, over the chord's: as steep as a curve that rises everywhere can be
INVERSIONS = 60  # steps at most to invert the curve inside a piece; Newton's take five or so, halving ends all others
SETTLED = 1e-13  # of a piece: a step as small as this ends the inversion


@dataclass(frozen=True, eq=False)
class Spline:
    """A curve through points.

    Attributes
    ----------
    knots, values, slopes : array of shape (knot,)
        Where, how high and how steep: rising, rising and positive.
    """

    knots: Array
    values: Array
    slopes: Array

    def at(self, xp: Any, z: Any) -> Any:
        """Height at places, over ``numpy`` or ``pytensor.tensor`` (`xp`)."""
        first, last = self.knots[0], self.knots[-1]
        inside = xp.clip(z, first, last)
        if xp is np:
            piece = self._piece(self.knots, inside)
            start, length, coefficients = (part[piece] for part in self._pieces)
        else:
            found = xp.searchsorted(xp.constant(self.knots), inside, side="right")
            piece = xp.clip(found - 1, 0, len(self.knots) - 2)
            start, length, coefficients = (xp.constant(part)[piece] for part in self._pieces)
        share = (inside - start) / length
        constant, linear, square, cube = (coefficients[..., power] for power in range(4))
        height = constant + share * (linear + share * (square + share * cube))
        below, above = xp.minimum(z - first, 0.0), xp.maximum(z - last, 0.0)
        return height + self.slopes[0] * below + self.slopes[-1] * above

    def inverse(self, height: Array) -> Array:
        """Places of heights."""
        height = np.asarray(height, dtype=float)
        inside = np.clip(height, self.values[0], self.values[-1])
        piece = self._piece(self.values, inside)
        start, length, coefficients = (part[piece] for part in self._pieces)
        share = _root(coefficients, inside)
        with np.errstate(invalid="ignore"):  # from infinity to infinity
            below = np.where(height < inside, (height - inside) / self.slopes[0], 0.0)
            above = np.where(height > inside, (height - inside) / self.slopes[-1], 0.0)
        return np.asarray(start + length * share + below + above)

    def log_slope(self, z: Array) -> Array:
        """Log of the slope at places."""
        inside = np.clip(z, self.knots[0], self.knots[-1])
        piece = self._piece(self.knots, inside)
        start, length, coefficients = (part[piece] for part in self._pieces)
        share = (inside - start) / length
        _, linear, square, cube = (coefficients[..., power] for power in range(4))
        return np.asarray(np.log((linear + share * (2.0 * square + 3.0 * share * cube)) / length))

    def _piece(self, edges: Array, place: Array) -> Any:
        return np.clip(np.searchsorted(edges, place, side="right") - 1, 0, len(edges) - 2)

    @cached_property
    def _pieces(self) -> tuple[Array, Array, Array]:
        """Start and length of every piece, and the coefficients of its cubic in the share of the length."""
        length, rise = np.diff(self.knots), np.diff(self.values)
        begin, end = self.slopes[:-1] * length, self.slopes[1:] * length
        powers = (self.values[:-1], begin, 3.0 * rise - 2.0 * begin - end, begin + end - 2.0 * rise)
        return self.knots[:-1], length, np.stack(powers, axis=-1)


def _root(coefficients: Array, height: Array) -> Array:
    """Share of the piece at which each cubic has a height: Newton's steps, halving wherever one leaves the bracket."""
    constant, linear, square, cube = (coefficients[..., power] for power in range(4))
    low, high = np.zeros(height.shape), np.ones(height.shape)
    share = np.clip((height - constant) / (linear + square + cube), 0.0, 1.0)
    for _ in range(INVERSIONS):
        excess = constant + share * (linear + share * (square + share * cube)) - height
        low, high = np.where(excess > 0.0, low, share), np.where(excess > 0.0, share, high)
        slope = linear + share * (2.0 * square + 3.0 * share * cube)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = share - excess / slope
        next_share = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        moved = np.abs(next_share - share).max(initial=0.0)
        share = next_share
        if moved <= SETTLED:
            break
    return share


def through(knots: Array, values: Array) -> Spline:
    """The curve through points that overshoots nowhere: slopes are weighted harmonic means of the chords beside.

    References
    ----------
    .. [1] Fritsch and Butland, A method for constructing local monotone piecewise cubic interpolants (1984).
    """
    length = np.diff(knots)
    chords = np.diff(values) / length
    weights = 2.0 * length[1:] + length[:-1], length[1:] + 2.0 * length[:-1]
    between = (weights[0] + weights[1]) / (weights[0] / chords[:-1] + weights[1] / chords[1:])
    return Spline(knots, values, np.concatenate([chords[:1], between, chords[-1:]]))
