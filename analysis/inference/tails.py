"""How far out an observation is among what draws predict of it, and what they predict, in words."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from ...evidence.likelihood import simulate
from ...evidence.schema import Item
from ...model.calendar import Clock
from .estimates import Array

EXPECTED = (0.05, 0.95)  # probabilities between which what is expected is said to lie
SCALES: dict[str, Callable[[float], float]] = {"log ": math.exp, "log10 ": lambda value: 10.0**value}


def predictive_tail(item: Item, predicted: Array, clock: Clock, rng: np.random.Generator) -> float:
    """Probability, on both sides, of an observation as far out as an item's; of two outcomes, that of the one observed.

    An item that counts with a weight below 1 is as unlikely as its probability raised to that weight, as is its
    likelihood.

    Parameters
    ----------
    item : Item
        Whose observation it is.
    predicted : array, shape (draw,)
        What equally likely draws predict, in the coordinate of its kind.
    clock : Clock
        Turns days into months since t = 0.
    rng : numpy.random.Generator
        Draws the observations, one for each draw.
    """
    drawn = simulate(item, predicted, clock, rng)  # of outcomes too: later items go on with the same random numbers
    seen = item.observation(clock)
    if item.kind.two_outcomes(item.observed):
        both = outcome_probability(item, predicted, clock)
    else:
        both = 2.0 * min(float((drawn <= seen).mean()), float((drawn >= seen).mean()), 0.5)
    return both if item.text.weight == 1 else both**item.text.weight


def outcome_probability(item: Item, predicted: Array, clock: Clock) -> float:
    """Probability of which of two outcomes an item observed: the mean of those that the draws give it."""
    told = item.log_density(np, item.observation(clock), predicted, item.figures(clock))
    return min(float(np.exp(told).mean()), 1.0)  # that of a silence beside what it denies is a ratio


def resolution(item: Item, draws: int) -> float:
    """Smallest probability of an observation as far out that draws can tell: counted, or of two outcomes worked out."""
    return sys.float_info.min if item.kind.two_outcomes(item.observed) else 2.0 / draws


def expectation(item: Item, predicted: Array, clock: Clock, rng: np.random.Generator) -> str:
    """Say what draws lead one to expect of an item's observation, beside what was observed."""
    seen = item.observation(clock)
    if item.kind.two_outcomes(item.observed):
        chance, least = outcome_probability(item, predicted, clock), resolution(item, predicted.size)
        said = f"of {chance:.2g}" if chance > least else f"below {least:.1g}"
        return f"expected with a probability {said}"
    drawn = simulate(item, predicted, clock, rng)
    unit = item.kind.unit_of(item.observed)
    prefix = next((prefix for prefix in SCALES if unit.startswith(prefix)), "")
    scale = SCALES.get(prefix, float)
    low, high = (scale(float(bound)) for bound in np.quantile(drawn, EXPECTED))
    size = f"{EXPECTED[1] - EXPECTED[0]:.0%} interval {_plain(low)} to {_plain(high)}"
    return f"{_plain(scale(float(seen)))} observed, {size} expected ({unit.removeprefix(prefix).removeprefix('of ')})"


def probability_text(probability: float, resolution: float) -> str:
    """Say a probability, the smallest that can be told being `resolution`."""
    return f"p = {probability:.2g}" if probability > resolution else f"p below {resolution:.1g}"


def _plain(value: float) -> str:
    return f"{value:.3g}"
