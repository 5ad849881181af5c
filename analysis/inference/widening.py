"""What a prior would have to reach for an item to be about what it says, one quantity at a time.

Each quantity that the item's prediction depends on is moved by itself, all others at their medians, through all
values that make sense of it (not only those that are believed), until the prediction explains what was observed.
Nothing here knows what kind of item it is: only how the prediction answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...evidence.likelihood import explanation
from ...evidence.schema import Item
from ...model.assumptions import Assumptions
from ...priors.distributions import Limits
from ...priors.families import Family
from .estimates import Array
from .likelihoods import latent_beliefs, predictions_of
from .probabilities import ENDS
from .question import Question

NEEDED_DIGITS, BOUND_DIGITS = 2, 4  # what is needed is known roughly, with all other quantities at their medians
SHOWN = 3  # quantities that are named, those that need the least change first
REACH = 1e3  # factor beyond the median, either way, within which a value is looked for
POINTS = 601  # values tried of a quantity, a hundred for every power of ten
SPANS = 50.0  # of the 90% interval, either way, within which it is where a quantity may be negative
HELPS = 0.5  # share of the way from the prior's medians to the observation that a quantity covers to be said to help
Quantiles = Callable[[float], float]
BELIEVED = (0.005, 0.995)  # probabilities between which an unbounded prior is said to lie


@dataclass(frozen=True)
class Widening:
    """How far a quantity would have to go.

    Attributes
    ----------
    quantity : str
        Its name.
    needed : float or None
        Value at which the prediction explains the observation, all others at their medians; None where none that
        makes sense does, though the quantity brings the prediction much nearer.
    covers : float
        Share of the way from the medians' prediction to the observation that it can cover, at most 1.
    low, high : float
        Between which the prior has it: its bounds, or the central 99% of a prior without.
    unit : str
        Of all three.
    """

    quantity: str
    needed: float | None
    covers: float
    low: float
    high: float
    unit: str

    @property
    def text(self) -> str:
        """Say it, in the quantity's unit."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        needed = "as far as it takes" if self.needed is None else f"about {_plain(self.needed, NEEDED_DIGITS)}{unit}"
        low, high = (_plain(bound, BOUND_DIGITS) for bound in (self.low, self.high))
        return f"{self.quantity} {needed} (prior: {low if low == high else f'{low} to {high}'})"

    @property
    def excess(self) -> float:
        """How far beyond the prior the value lies: log of a ratio, or where that makes no sense the prior's widths."""
        if self.needed is None:
            return math.inf
        bound = min(max(self.needed, self.low), self.high)
        if bound > 0.0 and self.needed > 0.0:
            return abs(math.log(self.needed / bound))
        return abs(self.needed - bound) / max(self.high - self.low, 1e-12)


def widenings(question: Question, item: Item) -> list[Widening]:
    """Find the quantities that could bring an item's prediction to what it observed.

    Parameters
    ----------
    question : Question
        What is asked, the item's latent quantities among its assumptions.
    item : Item
        A reading or claim that the prior excludes.

    Returns
    -------
    list of Widening
        At most `SHOWN` that can by themselves, those that need the least change first; then at most as many that
        cover `HELPS` of the way, those that cover most first. None that can within what is believed of it: where the
        item is excluded all the same, other items do so.
    """
    found = list(_each(question, item))
    enough = sorted((each for each in found if each.needed is not None), key=lambda each: each.excess)
    short = sorted((each for each in found if each.needed is None), key=lambda each: -each.covers)
    return [*enough[:SHOWN], *short[:SHOWN]]


def _each(question: Question, item: Item) -> Iterator[Widening]:
    assumptions = question.assumptions
    beliefs = {name: assumptions.beliefs[name] for name in assumptions.needed([question.event], distillation=True)}
    beliefs |= latent_beliefs(question, [item])
    quantiles = {name: _quantiles_of(assumptions, name, belief) for name, belief in beliefs.items()}
    medians = {name: float(found(0.5)) for name, found in quantiles.items()}
    target = explanation(item, question.clock)

    def predict(name: str, values: Array) -> Array:
        columns = {other: np.full(values.size, median) for other, median in medians.items()}
        return predictions_of(question, {**columns, name: values}, [item])[2][item.id]

    (centre,) = predict(next(iter(medians)), np.array([medians[next(iter(medians))]]))
    for name, quantity in assumptions.table.quantities.items():
        if name not in beliefs:
            continue
        limits = quantity.limits
        tried = _sensible_values(quantiles[name], limits, medians[name])
        with np.errstate(all="ignore"):  # what nobody believes may overflow, and is then no answer
            gap = (predict(name, tried) - target) * math.copysign(1.0, centre - target)
        needed = _first_crossing(tried, gap, medians[name])
        covers = 1.0 if needed is not None else 1.0 - float(np.nanmin(gap)) / max(abs(centre - target), 1e-12)
        low, high = _believed(beliefs[name], quantiles[name])
        if covers >= HELPS and not (needed is not None and low <= needed <= high):  # there is nothing to widen
            yield Widening(name, needed, covers, low, high, limits.unit)


def _quantiles_of(assumptions: Assumptions, name: str, belief: Family) -> Quantiles:
    """A quantity's own quantiles: by itself, where others give its numbers."""
    return (lambda p: float(assumptions.quantiles(name, p))) if belief.parents else lambda p: float(belief.quantile(p))


def _sensible_values(quantile: Quantiles, limits: Limits, median: float) -> Array:
    """Values of a quantity far beyond what is believed, but within its limits; ascending, shape (value,)."""
    floors = [bound for bound in (limits.above, limits.minimum) if bound is not None]
    if not floors:
        low, high = (quantile(p) for p in ENDS)
        span = SPANS * max(high - low, abs(median), 1e-12)
        values = np.linspace(median - span, median + span, POINTS)
    else:
        floor = max(floors)
        values = floor + max(median - floor, 1e-12) * np.geomspace(1.0 / REACH, REACH, POINTS)
    top = math.inf if limits.maximum is None else limits.maximum
    return np.append(values[values < top], top) if math.isfinite(top) else values


def _first_crossing(tried: Array, gap: Array, median: float) -> float | None:
    """Value nearest to the median at which the gap closes, between two that were tried; None where it never does."""
    with np.errstate(invalid="ignore"):
        crossings = np.flatnonzero(np.diff(gap > 0.0) & np.isfinite(gap[1:]) & np.isfinite(gap[:-1]))
    if not crossings.size:
        return None
    nearest = crossings[np.abs(crossings - np.searchsorted(tried, median)).argmin()]
    left, right = tried[nearest], tried[nearest + 1]
    share = gap[nearest] / (gap[nearest] - gap[nearest + 1])
    return float(left + share * (right - left))


def _believed(belief: Family, quantile: Quantiles) -> tuple[float, float]:
    low, high = belief.support()
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    return quantile(BELIEVED[0]), quantile(BELIEVED[1])


def _plain(value: float, digits: int) -> str:
    """Write a figure as --set takes it."""
    value = float(f"{value:.{digits}g}")
    return f"{value:g}" if abs(value) < 1e5 else f"{value:_.0f}"
