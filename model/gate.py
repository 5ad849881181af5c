r"""The gate: what a firm's launch hangs on, whatever the mechanisms.

A run launches at the first t at which

.. math:: g(t) = \log P(t) + F(t) - c

is not negative: P the firm's pool, F how far its requirement has fallen, c the logarithm of the stock that could
launch at t = 0. Where progress is constant and all sources arrive evenly, `launch` solves it along straight lines;
elsewhere g never falls all the same, and `bracket` closes in on the crossing.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from . import launch
from .bracket import search_for
from .law import Fall, Law
from .mechanisms.mechanism import Arrivals, Progress
from .mechanisms.own import LINEAR
from .policies import NEVER_STOPS
from .pools import Curve, Pool

MOST_REMEMBERED = 36  # gates, those of six firms under six interventions; of a chunk's draws they take 12 MB
NEGATIVE = 1e30  # stands for the logarithm of an empty pool, in which nothing is launched


@dataclass(frozen=True)
class Gate:
    """What a firm's launch hangs on.

    Attributes
    ----------
    pool : Pool
        Its compute.
    fall : Fall
        Of its requirement.
    log_target : (draw,)
        Logarithm of the stock (H100e) that could launch at t = 0, the fall aside.
    """

    pool: Pool
    fall: Fall
    log_target: Any

    @property
    def straight(self) -> bool:
        """Whether progress is constant and all sources arrive evenly."""
        return self.fall.law.constant and not self.pool.curves

    @property
    def line(self) -> tuple[Any, ...]:
        """What `launch` takes, where all is straight."""
        pool = self.pool
        return pool.stock, pool.rate, pool.start, pool.length, self.fall.law.pace, self.log_target

    def gap(self, xp: Any, t: Any) -> Any:
        """The function g at time t (months)."""
        pool = self.pool.at(xp, t)
        held = pool > launch.NOTHING
        log_pool = xp.log(xp.where(held, pool, 1.0)) - xp.where(held, 0.0, NEGATIVE)
        return log_pool + self.fall.at(xp, t) - self.log_target

    @property
    def form(self) -> Form:
        """The mechanisms by which it works."""
        return Form(self.fall.law.progress, tuple(curve.arrivals for curve in self._curves))

    @property
    def numbers(self) -> list[Any]:
        """Its numbers, one after the other, as `Form.gate` reads them back."""
        pool, fall, curves = self.pool, self.fall, self._curves
        return [
            *(pool.stock, *pool.rate, *pool.start, *pool.length),
            *(curve.stop for curve in curves),
            *(value for curve in curves for value in curve.values),
            *(fall.law.pace, *fall.law.values, fall.lag, fall.offset, self.log_target),
        ]

    @property
    def _curves(self) -> tuple[Curve, ...]:
        return self.pool.curves or tuple(Curve(LINEAR, NEVER_STOPS, ()) for _ in self.pool.rate)


@dataclass(frozen=True)
class Form:
    """The mechanisms by which a gate works: with its numbers, all of it.

    Attributes
    ----------
    progress : Progress
        How the requirement falls.
    arrivals : tuple of Arrivals
        How each source arrives.
    """

    progress: Progress
    arrivals: tuple[Arrivals, ...]

    def gate(self, numbers: Sequence[Any]) -> Gate:
        """Make a gate of its numbers."""
        left = iter(numbers)

        def take(count: int) -> tuple[Any, ...]:
            return tuple(next(left) for _ in range(count))

        (stock,) = take(1)
        rate, start, length, stop = (take(len(self.arrivals)) for _ in range(4))
        curves = tuple(
            Curve(way, month, take(len(way.quantities))) for way, month in zip(self.arrivals, stop, strict=True)
        )
        (pace,) = take(1)
        law = Law(self.progress, pace, take(len(self.progress.quantities)))
        lag, offset, log_target = take(3)
        return Gate(Pool(stock, rate, start, length, curves), Fall(law, lag, offset), log_target)

    def gap(self, xp: Any, date: Any, numbers: Sequence[Any]) -> Any:
        """The function g of a gate of these numbers at a date (months)."""
        return self.gate(numbers).gap(xp, date)

    def crossing(self, numbers: Sequence[Any]) -> Any:
        """Dates at which gates launch, over NumPy: shape (draw,), if any of the numbers has it."""
        draws = np.broadcast_shapes(*(np.shape(number) for number in numbers))

        def gap(date: Any, *given: Any) -> Any:
            return self.gap(np, date, given)

        return search_for(gap)(tuple(numbers), np.zeros(draws))


def launch_and_pool(gate: Gate) -> tuple[Any, Any]:
    """Find when a firm launches, months since t = 0, and its pool then, H100e: arrays of shape (draw,)."""
    if gate.straight:
        return launch.solve_with_pool(*gate.line)
    date = gate.form.crossing(gate.numbers)
    return date, gate.pool.at(np, date)


class Remembering:
    """Solves as `launch_and_pool` does, and remembers the gates that it solved last.

    Whoever changes something of the same draws again and again leaves many firms as they are: their gates have the same
    numbers, to the last digit. Only straight gates are remembered.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[float, ...], tuple[list[Any], tuple[Any, Any]]] = OrderedDict()

    def __call__(self, gate: Gate) -> tuple[Any, Any]:
        """Return launch and pool; see `launch_and_pool`."""
        if not gate.straight:
            return launch_and_pool(gate)
        numbers = [np.asarray(number) for number in chain.from_iterable(map(_as_tuple, gate.line))]
        first = tuple(float(number.flat[0]) if number.size else math.nan for number in numbers)
        known = self._found.get(first)
        if known is None or not all(map(np.array_equal, known[0], numbers)):
            known = self._found[first] = numbers, launch_and_pool(gate)
        self._found.move_to_end(first)
        if len(self._found) > MOST_REMEMBERED:
            self._found.popitem(last=False)
        return known[1]


def _as_tuple(numbers: Any) -> tuple[Any, ...]:
    return numbers if isinstance(numbers, tuple) else (numbers,)
