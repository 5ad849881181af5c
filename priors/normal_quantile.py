r"""The quantile function of the standard normal distribution over arrays, by Wichura's rational approximations.

To the last digits the same as SciPy's, which takes longer to load than a forecast from the prior takes altogether.

References
----------
.. [1] Wichura, Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37 (1988).
"""

from __future__ import annotations

import numpy as np

from .arrays import Array

Ratio = tuple[tuple[float, ...], tuple[float, ...]]  # coefficients of numerator and denominator, highest power first

NEAR = 0.425  # ranks no further than this from a half; beyond, the logarithm of the rank is what is approximated
SMALLEST = 5e-324  # rank above 0
FAR = 5.0  # of the root of minus that logarithm; ranks beyond are below 1.4e-11

CENTRAL: Ratio = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.3871328727963666080,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
TAIL: Ratio = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
FAR_TAIL: Ratio = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)


def normal_quantile(rank: Array) -> Array:
    """Quantiles of the standard normal distribution.

    Parameters
    ----------
    rank : array, any shape
        In [0, 1].

    Returns
    -------
    array
        Of the same shape; infinite at 0 and 1.
    """
    from_half = rank - 0.5
    score = from_half * _ratio(CENTRAL, 0.180625 - from_half * from_half)
    outside = np.nonzero(np.abs(from_half) > NEAR)  # places: a mask takes several times as long to read by
    if outside[0].size:
        score[outside] = np.copysign(_in_the_tail(rank[outside]), from_half[outside])
    return score


def _in_the_tail(rank: Array) -> Array:
    """How far from 0 a quantile in either tail is."""
    tail = np.minimum(rank, 1.0 - rank)
    root = np.sqrt(-np.log(np.maximum(tail, SMALLEST)))
    distance = _ratio(TAIL, root - 1.6)
    far = root > FAR
    if far.any():
        distance[far] = _ratio(FAR_TAIL, root[far] - FAR)
    return np.where(tail > 0.0, distance, np.inf)


def _ratio(coefficients: Ratio, x: Array) -> Array:
    """Ratio of two polynomials, by Horner's rule."""
    numerator, denominator = (_polynomial(each, x) for each in coefficients)
    numerator /= denominator
    return numerator


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    first, second, *others = coefficients
    total = first * x
    total += second
    for coefficient in others:
        total *= x
        total += coefficient
    return total
