"""The date in every draw, before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...inference.diagnostics import FEWEST_DRAWS
from ...inference.estimates import Array, Weighting
from .decision import Decision
from .uncertainty import FAR, FINE, Gathered, Labels, Uncertainty, gather, group_labels, uncertainty

SLICES_POWER = 1.0 / 3.0  # of the effective draws: few enough that each slice has tails of its own
FEWEST_IN_TAIL = 25.0  # effective draws in a slice of a long tail


@dataclass(frozen=True)
class DateDraws:
    """The date in every draw, and how the draws stand for its distribution.

    Attributes
    ----------
    months : array, shape (draw,)
        Since t = 0; finite.
    weighting : Weighting
        How all draws stand for the distribution.
    decision : Decision
        Whose loss is asked for.
    kept : array of int, shape (draw,), optional
        Which of all draws these are; all of them by default.
    """

    months: Array
    weighting: Weighting
    decision: Decision
    kept: Labels | None = None

    @cached_property
    def weights(self) -> Array:
        """Share of the whole that each draw stands for, shape (draw,)."""
        shares = self.weighting.shares
        return shares if self.kept is None else shares[self.kept]

    @cached_property
    def labels(self) -> Labels:
        """Independent group of each draw, shape (draw,)."""
        labels = group_labels(self.weighting)
        return labels if self.kept is None else labels[self.kept]

    @cached_property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.labels.max()) + 1

    @cached_property
    def effective(self) -> float:
        """Number of independent draws worth as much."""
        return self.weighting.effective_draws(self.months)

    @cached_property
    def near(self) -> Array:
        """The date, those far from all others brought to where that begins; shape (draw,)."""
        first, middle, third = self.gathered.quantiles(np.array([0.25, 0.5, 0.75]))[0]
        reach = FAR * (third - first)
        return np.clip(self.months, middle - reach, middle + reach) if reach > 0.0 else self.months

    @cached_property
    def gathered(self) -> Gathered:
        """The date's distribution, in points."""
        return gather(self.months, self.weights, self.labels, self.groups)

    @cached_property
    def fine(self) -> Gathered:
        """The same in more points."""
        return gather(self.months, self.weights, self.labels, self.groups, FINE)

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """How uncertain the date is before anything is learnt."""
        return uncertainty(self.fine, self.decision)

    @property
    def slices(self) -> int:
        """Number of slices that the draws are cut into."""
        return max(int(self.effective**SLICES_POWER), 2)

    @cached_property
    def cuts(self) -> Array:
        """Shares of the whole at which a slice ends and the next begins, in ascending order.

        Where the variance rests on a few draws, what carries the tail is told apart within the outermost slices, too:
        they are halved towards the ends, down to `FEWEST_IN_TAIL` draws.
        """
        even = np.arange(1, self.slices) / self.slices
        if self.uncertainty.rests_on >= FEWEST_DRAWS:
            return even
        halvings = max(int(np.log2(self.effective / self.slices / FEWEST_IN_TAIL)), 0)
        tails = 0.5 ** np.arange(1, halvings + 1) / self.slices
        return np.concatenate([tails[::-1], even, 1.0 - tails])
