"""A log likelihood known at evenly spaced points and smooth between them; and one of progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from ...priors.families import Family
from .models import Array

FINE = 8_192  # points at which a curve is read for quantiles
FARTHEST_RANK = 1e-9  # of a belief, beyond which nothing of it is counted


@dataclass(frozen=True)
class LikelihoodCurve:
    """Log likelihood of a table given one number, all else integrated out.

    Between its points it is the natural cubic spline through them; beyond them it goes on as a straight line, so that
    it has a slope everywhere.

    Attributes
    ----------
    start, step : float
        First point, and the distance between two, in the number's coordinate.
    values : array, shape (point,)
        Natural logarithm of the likelihood at each.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import LikelihoodCurve
    >>> curve = LikelihoodCurve(0.0, 1.0, np.array([0.0, 2.0, 3.0, 2.0, 0.0]))
    >>> print(f"{curve(2.0):.1f} {curve(6.0):.1f}")
    3.0 -4.3
    """

    start: float
    step: float
    values: Array

    @property
    def points(self) -> Array:
        """Where it is known, in its coordinate; shape (point,)."""
        return np.asarray(self.start + self.step * np.arange(len(self.values)), dtype=np.float64)

    def __call__(self, at: Array | float) -> Array:
        """Log likelihood at values in its coordinate (NumPy), of the same shape."""
        return np.asarray(self.over(np, np.asarray(at, dtype=float)))

    def over(self, xp: Any, at: Any) -> Any:
        """Log likelihood over an array namespace.

        Parameters
        ----------
        xp : module
            ``numpy`` or ``pytensor.tensor``.
        at : array or variable, any shape
            Where it is asked for, in its coordinate.
        """
        return spline(xp, self.start, self.step, self.values, at)


class EfficiencyCurve(LikelihoodCurve):
    """Log likelihood of a table over log10 of yearly progress (x per year), and what that says of progress.

    Attributes
    ----------
    start, step : float
        First point, and the distance between two, in log10 of progress.
    values : array, shape (point,)
        Natural logarithm of the likelihood at each.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import EfficiencyCurve
    >>> points = np.linspace(-0.5, 3.0, 29)
    >>> curve = EfficiencyCurve(-0.5, 0.125, -0.5 * ((points - 1.0) / 0.2) ** 2)
    >>> print(f"{curve.mode:.1f} {curve.quantiles([0.05, 0.95])[1]:.1f}")
    10.0 21.3
    """

    @cached_property
    def mode(self) -> float:
        """Progress at which the curve is highest, x per year."""
        fine = np.linspace(self.points[0], self.points[-1], FINE)
        return float(10.0 ** fine[self(fine).argmax()])

    def quantiles(self, probabilities: Iterable[float], belief: Family | None = None) -> Array:
        """Quantiles of progress, x per year.

        Parameters
        ----------
        probabilities : iterable of float
            In (0, 1).
        belief : Family, optional
            What is believed of progress before the table. Without one, all logarithms between the curve's first and
            last point are held to be equally likely.

        Returns
        -------
        array, shape (probability,)
        """
        low, high = self.points[0], self.points[-1]
        if belief is not None:
            ends = belief.quantile(np.array([FARTHEST_RANK, 1.0 - FARTHEST_RANK]))
            low, high = np.log10(ends)
            if low == high:
                return np.full(len(list(probabilities)), ends[0])
        edges = np.linspace(low, high, FINE + 1)
        heights = self(0.5 * (edges[1:] + edges[:-1]))
        mass = np.exp(heights - heights.max())
        if belief is not None:
            mass = mass * np.diff(belief.cdf(10.0**edges))
        below = np.concatenate([[0.0], np.cumsum(mass)])
        return np.asarray(10.0 ** np.interp(list(probabilities), below / below[-1], edges))


def spline(xp: Any, start: Any, step: Any, values: Sequence[Any] | Array, at: Any) -> Any:
    """Natural cubic spline through evenly spaced points, going on beyond them as a straight line.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    start, step : float or variable
        First point, and the distance between two.
    values : sequence of float or of variables, shape (point,)
        At the points.
    at : array or variable, any shape
        Where it is asked for.
    """
    last = len(values) - 1
    constant, linear, square, cube = pieces = spline_pieces(xp, values)
    position = (at - start) / step
    inside = xp.clip(position, 0.0, float(last))
    piece = xp.clip(xp.floor(inside).astype("int64"), 0, last - 1)  # what is no number is found in some piece, too
    along, beyond = inside - piece, position - inside
    first, final = end_slopes(pieces)
    slope = xp.where(beyond < 0.0, first, final)
    height = constant[piece] + along * (linear[piece] + along * (square[piece] + along * cube[piece]))
    return height + slope * beyond


def spline_pieces(xp: Any, values: Sequence[Any] | Array) -> tuple[Any, Any, Any, Any]:
    """Coefficients of a spline's pieces in their own coordinate from 0 to 1, by power; each of shape (piece,)."""
    count = len(values)
    matrix = _pieces_of(count)
    if xp is np:
        found = matrix @ np.asarray(values, dtype=float)
    else:
        found = xp.dot(matrix, xp.stack(list(values)) if isinstance(values, Sequence) else xp.as_tensor(values))
    return tuple(found[power * (count - 1) : (power + 1) * (count - 1)] for power in range(4))


def end_slopes(pieces: Sequence[Any]) -> tuple[Any, Any]:
    """Slopes of a spline at both ends, per step."""
    _, linear, square, cube = pieces
    return linear[0], linear[-1] + 2.0 * square[-1] + 3.0 * cube[-1]


@cache
def _pieces_of(count: int) -> Array:
    """Matrix that makes all coefficients of the values, which they are linear in; shape (4 pieces, point)."""
    values = np.eye(count)
    system = np.diag(np.full(count, 4.0)) + np.diag(np.ones(count - 1), 1) + np.diag(np.ones(count - 1), -1)
    system[0, :2], system[-1, -2:] = (1.0, 0.0), (0.0, 1.0)
    bend = np.zeros((count, count))
    bend[1:-1] = 6.0 * np.diff(values, 2, axis=0)
    second = np.linalg.solve(system, bend)  # second differences: none at either end
    rise = np.diff(values, axis=0)
    linear = rise - second[:-1] / 3.0 - second[1:] / 6.0
    return np.concatenate([values[:-1], linear, 0.5 * second[:-1], np.diff(second, axis=0) / 6.0])
