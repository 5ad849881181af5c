r"""The first crossing of a function that never falls, inside a bracket.

Interpolation, truncation and projection, as in the reference: each step goes where a straight line between the
bracket's ends meets 0, moved a little towards the middle, and never so far from it that halving alone would have come
closer. The bracket is as narrow as wanted after at most one step more than halving takes, and after about ten for a
smooth function.

References
----------
.. [1] Oliveira and Takahashi, An enhancement of the bisection method average performance preserving minmax
   optimality, ACM Transactions on Mathematical Software 47 (2020).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .launch import choose

TOLERANCE = 1e-11  # months
ROUNDING = 4e-16  # of a date
DOUBLINGS = 20  # of a month, until what has not been crossed is never crossed: a million months
MOST_STEPS = 80
LEAST_SHIFT = 0.5 * TOLERANCE  # of a step: an end that is as good as the crossing must not be all that ever moves
TRUNCATION = 0.2  # of the first bracket's width, by which a step is moved towards the middle at the most


def search_for(gap: Callable[..., Any]) -> Callable[[tuple[Any, ...], Any], Any]:
    """Return the search for the first date at which a function that never falls is no longer negative.

    Parameters
    ----------
    gap : callable
        Takes a date, months since t = 0, and any further arguments: NumPy's arrays, draw by draw, or single numbers,
        for which numba compiles it and the search.

    Returns
    -------
    callable
        Takes a tuple of those arguments, and the date at which the search begins: an array of shape (draw,), or a
        float. Gives that date where the function is not negative there, and infinity where it stays negative for a
        million months.
    """

    def first_crossing(arguments: tuple[Any, ...], earliest: Any) -> Any:
        low, high = earliest + 0.0, earliest + 1.0
        below, above = gap(low, *arguments), gap(high, *arguments)
        at_once = below >= 0.0
        for _ in range(DOUBLINGS):
            short = above < 0.0
            if not np.any(short):
                break
            low, below = choose(short, high, low), choose(short, above, below)
            high = choose(short, earliest + 2.0 * (high - earliest), high)
            above = gap(high, *arguments)
        never = above < 0.0
        below, above = choose(at_once, -1.0, below), choose(never, 1.0, above)
        radius = high - low
        truncation = TRUNCATION / radius
        for _ in range(MOST_STEPS):
            width = high - low
            if np.all((width <= TOLERANCE + ROUNDING * high) | at_once | never):
                break
            middle = 0.5 * (low + high)
            aside = middle - (above * low - below * high) / (above - below)
            shift = np.maximum(truncation * width * width, LEAST_SHIFT)
            aside = choose(np.abs(aside) > shift, aside - np.sign(aside) * shift, 0.0)
            reach = np.maximum(radius - 0.5 * width, 0.0)
            date = middle - np.minimum(np.maximum(aside, -reach), reach)
            found = gap(date, *arguments)
            short = found < 0.0
            low, below = choose(short, date, low), choose(short, found, below)
            high, above = choose(short, high, date), choose(short, above, found)
            radius = 0.5 * radius
        return choose(at_once, earliest, choose(never, np.inf, 0.5 * (low + high)))

    return first_crossing
