"""Distributions of variables, as draws stand for them; what is read off them comes with its Monte Carlo error."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .quantiles import (
    density_between,
    half_widths,
    quantile_influence,
    refuse_other_than_number,
    refuse_other_than_probability,
)
from .weighting import FEW as FEW
from .weighting import NOISE_FACTOR as NOISE_FACTOR
from .weighting import NOTHING as NOTHING
from .weighting import TAIL_DRAWS as TAIL_DRAWS
from .weighting import ZERO as ZERO
from .weighting import Array as Array
from .weighting import Estimate as Estimate
from .weighting import Weighting as Weighting
from .weighting import draws_behind_variance


class Distribution:
    """The distribution of one variable, as draws stand for it.

    Parameters
    ----------
    values : array of shape (draw,)
        The draws; infinite where something never happens.
    weighting : Weighting
        How they stand for the distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Distribution, Weighting
    >>> months = Distribution(np.array([6.0, 9.0, 12.0, np.inf]), Weighting(4))
    >>> months.probability_below(10.0).value
    0.5
    """

    def __init__(self, values: Array, weighting: Weighting) -> None:
        self.values = values
        self.weighting = weighting
        self._quantiles: dict[float, Estimate] = {}  # tables, figures and JSON ask for the same ones

    def reweighted(self, weighting: Weighting) -> Distribution:
        """Return the distribution that the same draws stand for with other weights; they are put in order once."""
        other = Distribution(self.values, weighting)
        other._order = self._order
        return other

    def given(self, holds: NDArray[np.bool_]) -> Distribution | None:
        """Return the distribution given that something holds.

        Parameters
        ----------
        holds : array of bool, shape (draw,)
            Whether it does in a draw.

        Returns
        -------
        Distribution or None
            On the same draws, those in which it does not hold having no weight, so that errors are those of a ratio of
            two means over all draws. None where it holds in no draw of any weight.

        Examples
        --------
        >>> import numpy as np
        >>> from catchup.analysis import Distribution, Weighting
        >>> months = Distribution(np.array([1.0, 2.0, 30.0, 40.0]), Weighting(4))
        >>> months.given(months.values > 10.0).mean.value
        35.0
        """
        shares = self.weighting.shares * holds
        total = float(shares.sum())
        return self.reweighted(replace(self.weighting, weights=shares / total)) if total else None

    @cached_property
    def effective_draws(self) -> float:
        """Number of independent draws worth as much."""
        return self.weighting.effective_draws(self.values)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.values)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """Values in order, and the cumulative probability at the middle of each."""
        if self.weighting.weights is None:
            ordered = np.sort(self.values)
            return ordered, (np.arange(ordered.size) + 0.5) / ordered.size
        order, weights = self._order, self.weighting.weights[self._order]
        counted = weights > 0.0  # no weight, no say: nothing is interpolated towards such a draw
        if not counted.all():
            order, weights = order[counted], weights[counted]
        return self.values[order], np.cumsum(weights) - 0.5 * weights

    @property
    def mean(self) -> Estimate:
        """Mean, with its MCSE; infinite where some draws that count are."""
        counted = self.weighting.counted(self.values)
        if not np.isfinite(counted).all():
            return Estimate(math.inf, math.inf)
        return self.weighting.estimate(counted)

    @property
    def sd(self) -> float:
        """Standard deviation; infinite where some draws that count are."""
        counted = self.weighting.counted(self.values)
        if not np.isfinite(counted).all():
            return math.inf
        centre = self.weighting.mean(counted)
        return math.sqrt(self.weighting.mean((counted - centre) ** 2))

    @property
    def draws_behind_mean(self) -> float:
        """Number of draws that the error of the mean rests on, and the sd; infinite where some that count are."""
        counted = self.weighting.counted(self.values)
        return draws_behind_variance(counted, self.weighting.shares) if np.isfinite(counted).all() else math.inf

    def quantile_value(self, p: float) -> float:
        """Quantile alone, without its MCSE; an `InputError` where `p` is no probability."""
        if not (isinstance(p, float) and 0.0 <= p <= 1.0):  # the quick way first: this is asked thousands of times
            refuse_other_than_probability(p)
        return float(self.quantile_values(np.array([p]))[0])

    def quantile_values(self, p: Array) -> Array:
        """Quantiles at many probabilities, without their MCSEs; of the shape of `p`."""
        ordered, cumulative = self._sorted
        position = np.minimum(np.searchsorted(cumulative, p), ordered.size - 1)
        with np.errstate(invalid="ignore"):
            between = np.interp(p, cumulative, ordered)
        # half-way to a date that never comes is never
        return np.where(np.isfinite(ordered[position]) | (position == 0), between, ordered[position])

    def density(self, p: float) -> float:
        """Density at the quantile p, from the spacing of quantiles around it; 0 where they reach infinity."""
        widths = half_widths(p, self.effective_draws)
        return density_between(widths, self.quantile_values(p - widths), self.quantile_values(p + widths))

    def quantile_influence(self, p: float) -> Array:
        """Influence of each draw on the quantile p."""
        return quantile_influence(self.values, p, self.quantile_value(p), self.density(p))

    def quantile(self, p: float) -> Estimate:
        """Quantile, with its MCSE; an `InputError` where `p` is no probability."""
        refuse_other_than_probability(p)
        if p not in self._quantiles:
            value = self.quantile_value(p)
            meaningful = self.effective_draws * min(p, 1.0 - p) >= TAIL_DRAWS
            self._quantiles[p] = Estimate(value, self.weighting.mcse(self.quantile_influence(p)), meaningful)
        return self._quantiles[p]

    def probability_below(self, value: float) -> Estimate:
        """Probability of lying strictly below a value."""
        refuse_other_than_number(value)
        found = self.weighting.estimate((self.values < value).astype(float))
        return found if found.value <= 1.0 else replace(found, value=1.0)  # weights sum to 1 but for rounding
