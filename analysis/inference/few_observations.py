r"""What chance explains of a mean of few independent observations, whose error is known no better than their spread.

Two standard errors that are known are left by :math:`2\,\Phi(-2)`, about 4.6%, of what chance does. Estimated from n
observations, the error itself is a matter of chance: as seldom left is the quantile of Student's t with n - 1 degrees
of freedom, 14 errors of two observations and 2.4 of nine. One observation says nothing of its error.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .weighting import NOISE_FACTOR


def errors_by_chance(degrees: float) -> float:
    """How many estimated standard errors chance takes a mean, as often as it takes one `NOISE_FACTOR` known ones.

    Parameters
    ----------
    degrees : float
        Degrees of freedom that the error was estimated with: of n observations n - 1.

    Returns
    -------
    float
        Infinite without any.

    Examples
    --------
    >>> from catchup.analysis.inference.few_observations import errors_by_chance
    >>> [round(errors_by_chance(count - 1), 1) for count in (1, 2, 3, 9, 1_000)]
    [inf, 14.0, 4.5, 2.4, 2.0]
    """
    from scipy.special import ndtr, stdtrit

    return float(stdtrit(degrees, ndtr(NOISE_FACTOR))) if degrees > 0.0 else math.inf


@dataclass(frozen=True)
class GroupedMean:
    """A mean of values that come out alike within their groups.

    Attributes
    ----------
    mean : float
        Of all values.
    error : float
        Its standard error; undefined of a single group.
    groups : int
        How many observations the groups are.
    degrees : float
        Degrees of freedom of the error: groups - 1 where all are of one size, fewer where they are not.
    """

    mean: float
    error: float
    groups: int
    degrees: float

    @property
    def errors_by_chance(self) -> float:
        """How many of its standard errors chance explains; infinite of a single group."""
        return errors_by_chance(self.degrees)

    @property
    def sure(self) -> bool:
        """Whether it is further from nothing than chance explains."""
        return abs(self.mean) > self.errors_by_chance * self.error

    @classmethod
    def of(cls, values: ArrayLike, groups: Sequence[Hashable]) -> GroupedMean:
        r"""Estimate a mean and its error where what is in a group is one observation.

        Of sums :math:`D_g = k_g x_g`, with independent :math:`x_g` of one variance :math:`\sigma^2`, the deviations
        from what the mean of all N values would make them are :math:`A x` with
        :math:`A = \mathrm{diag}(k)\,(I - 1 k^\top / N)`. With :math:`M = A^\top A` their squares add up to
        :math:`\sigma^2\,\mathrm{tr}\,M` on the average, and the mean's variance is
        :math:`\sigma^2 \sum_g k_g^2 / N^2`; the degrees of freedom are Satterthwaite's,
        :math:`(\mathrm{tr}\,M)^2 / \mathrm{tr}\,M^2`.

        Parameters
        ----------
        values : array_like, shape (value,)
            At least one.
        groups : sequence of hashable, shape (value,)
            Which group each belongs to.

        Examples
        --------
        >>> from catchup.analysis.inference.few_observations import GroupedMean
        >>> found = GroupedMean.of([1.0, 1.0, 1.0, 4.0], ["one leap", "one leap", "one leap", "another"])
        >>> found.mean, found.groups, round(found.degrees, 3)
        (1.75, 2, 1.0)
        """
        each = np.asarray(values, dtype=np.float64)
        _, place = np.unique([list(dict.fromkeys(groups)).index(group) for group in groups], return_inverse=True)
        mean, size = float(each.mean()), np.bincount(place).astype(np.float64)
        if size.size < 2:
            return cls(mean, math.nan, size.size, 0.0)
        deviations = np.bincount(place, weights=each - mean)
        spread = size[:, np.newaxis] * (np.eye(size.size) - size / each.size)
        squares = spread.T @ spread
        trace = float(np.trace(squares))
        variance = float(np.sum(deviations**2)) / trace  # of one group's value
        error = math.sqrt(variance * float(np.sum(size**2))) / each.size
        return cls(mean, error, size.size, trace**2 / float(np.sum(squares**2)))
