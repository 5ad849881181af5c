r"""What chance explains of a mean of few independent observations, whose error is known no better than their spread.

Two standard errors that are known are left by :math:`2\,\Phi(-2)`, about 4.6%, of what chance does. Estimated from n
observations, the error itself is a matter of chance: as seldom left is the quantile of Student's t with n - 1 degrees
of freedom, 14 errors of two observations and 2.4 of nine. One observation says nothing of its error.
"""

from __future__ import annotations

import math

from .weighting import NOISE_FACTOR


def errors_by_chance(observations: int) -> float:
    """How many estimated standard errors chance takes a mean, as often as it takes one `NOISE_FACTOR` known ones.

    Parameters
    ----------
    observations : int
        Independent ones, that the error was estimated from.

    Returns
    -------
    float
        Infinite of fewer than two.

    Examples
    --------
    >>> from catchup.analysis.inference.few_observations import errors_by_chance
    >>> [round(errors_by_chance(count), 1) for count in (1, 2, 3, 9, 1_000)]
    [inf, 14.0, 4.5, 2.4, 2.0]
    """
    from scipy.special import ndtr, stdtrit

    return float(stdtrit(observations - 1, ndtr(NOISE_FACTOR))) if observations > 1 else math.inf
