"""A number that may be observed, told in three parts: cut at round numbers near its thirds.

Thirds are drawn from the same run as their probabilities, and neither's error says how they move with the seed: parts
are cut where people would cut them instead, and every figure is of the part as it is named.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..inference.estimates import Array
from .voi.learning import Learning
from .voi.learning import Outcome as Learnt
from .voi.result import DisclosureValue

NAMES = ("low", "middle", "high")
DIGITS = 2, 6  # significant ones of a border: so few where they tell the parts apart, and at most so many
MOVED = 0.2  # of the middle third's width: further a border is not rounded away
BASES = {"log10 ": 10.0, "log ": math.e}  # of the coordinates of observations, by how their unit begins


@dataclass(frozen=True)
class Part:
    """Some of what may be observed.

    Attributes
    ----------
    id : str
        ``low``, ``middle`` or ``high`` of a number; or the value that is one of a few.
    bounds : tuple of float
        Where it begins and ends, in the coordinate of the disclosure's kind: parts share their borders.
    outcomes : sequence of Outcome
        All that may be observed.
    shares : array, shape (outcome,)
        What share of each lies in the part.
    """

    id: str
    bounds: tuple[float, float]
    outcomes: Sequence[Learnt]
    shares: Array

    @property
    def mass(self) -> Array:
        """Weight, with all draws and without each group, shape (1 + group,)."""
        return np.asarray(self.shares @ _masses(self.outcomes))

    def mean_shift(self, learning: Learning) -> Array:
        """Mean shift of the median over what may be observed in it, shape (1 + group,)."""
        medians = np.array([outcome.uncertainty.median for outcome in self.outcomes])
        return np.asarray(self.shares @ (_masses(self.outcomes) * medians) / self.mass - learning.before.median)


def parts_of(value: DisclosureValue) -> list[Part]:
    """What may be observed: a thing each where it is one of a few, three parts where it is a number."""
    outcomes = value.learning.outcomes
    values = np.array([outcome.value for outcome in outcomes])
    if value.possible or values.size < len(NAMES):
        each = np.eye(values.size)
        return [Part(f"{at:g}", (at, at), outcomes, each[place]) for place, at in enumerate(values.tolist())]
    between = 0.5 * (values[1:] + values[:-1])
    edges = np.concatenate([[2.0 * values[0] - between[0]], between, [2.0 * values[-1] - between[-1]]])
    masses = _masses(outcomes)[:, 0]
    thirds = np.interp([1 / 3, 2 / 3], np.concatenate([[0.0], np.cumsum(masses) / masses.sum()]), edges)
    unit = "" if value.disclosure.item is None else value.disclosure.item.kind.unit
    borders = np.clip(round_borders(thirds, unit), edges[0], edges[-1])
    below = [np.clip((border - edges[:-1]) / np.diff(edges), 0.0, 1.0) for border in borders]
    ends = [float(values[0]), *borders.tolist(), float(values[-1])]
    shares = np.diff([np.zeros(values.size), *below, np.ones(values.size)], axis=0)
    return [
        Part(name, bounds, outcomes, share)
        for name, bounds, share in zip(NAMES, itertools.pairwise(ends), shares, strict=True)
    ]


def round_borders(thirds: Array, unit: str) -> Array:
    """Round two borders, given in a coordinate, in the unit that people read, to as few digits as keep the parts."""
    exact = np.array([natural(unit, third) for third in thirds])
    for digits in range(DIGITS[0], DIGITS[1] + 1):
        rounded = np.array([float(f"{each:.{digits}g}") for each in exact])
        if np.all(np.abs(rounded - exact) <= MOVED * abs(exact[1] - exact[0])):
            return np.array([coordinate(unit, each) for each in rounded])
    return thirds


def natural(unit: str, value: float) -> float:
    """An observation in its own unit instead of its coordinate."""
    base = _base(unit)
    return float(value if base is None else base**value)


def coordinate(unit: str, value: float) -> float:
    """An observation in its coordinate instead of its own unit."""
    base = _base(unit)
    return value if base is None else math.log(value) / math.log(base)


def _base(unit: str) -> float | None:
    return next((base for prefix, base in BASES.items() if unit.startswith(prefix)), None)


def _masses(outcomes: Sequence[Learnt]) -> Array:
    return np.array([outcome.uncertainty.mass for outcome in outcomes])
