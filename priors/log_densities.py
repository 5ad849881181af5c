"""Log densities of the normal distribution and of Student's t, over numbers, arrays and variables of a graph."""

from __future__ import annotations

import math
from typing import Any

LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
ROOT_HALF = math.sqrt(0.5)


def log_density_of_score(score: Any) -> Any:
    """Log density of the standard normal distribution.

    Parameters
    ----------
    score : float, array or variable, any shape
        Normal scores.
    """
    return -0.5 * score**2 - LOG_ROOT_TWO_PI


def log_normal_density(xp: Any, value: Any, mean: Any, sd: Any) -> Any:
    r"""Log of :math:`N(x; \mu, \sigma)`, over ``numpy`` or ``pytensor.tensor`` (`xp`).

    Parameters
    ----------
    xp : module
        The array namespace.
    value, mean, sd : float, array or variable
        Of shapes that broadcast, in one unit.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.priors.log_densities import log_density_of_score, log_normal_density
    >>> log_normal_density(np, 3.0, 1.0, 2.0).round(6) == (log_density_of_score(1.0) - np.log(2.0)).round(6)
    np.True_
    """
    # A division once for each sd, not for each value; its rounding differs from that of a score's density.
    scaled = (value - mean) * (ROOT_HALF / sd)
    return -(xp.log(sd) + LOG_ROOT_TWO_PI) - scaled * scaled


def log_student_t(xp: Any, residual: Any, variance: Any, degrees: float) -> Any:
    """Log density of Student's t about 0 with a squared scale, over ``numpy`` or ``pytensor.tensor`` (`xp`).

    Parameters
    ----------
    xp : module
        The array namespace.
    residual : float, array or variable, any shape
        Where it is asked for.
    variance : float, array or variable
        Squared scale, in the residual's unit squared; of a shape that broadcasts with it.
    degrees : float
        Degrees of freedom.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.priors.log_densities import log_student_t
    >>> round(float(np.exp(log_student_t(np, 0.0, 1.0, 1.0)) * np.pi), 9)  # Cauchy's distribution
    1.0
    """
    half = 0.5 * (degrees + 1.0)
    constant = math.lgamma(half) - math.lgamma(0.5 * degrees) - 0.5 * math.log(degrees * math.pi)
    return constant - 0.5 * xp.log(variance) - half * xp.log1p(residual * residual / (degrees * variance))
