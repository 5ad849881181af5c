"""Weights anew: of draws in which something holds, and of those that count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .estimates import Array, Distribution, Weighting

UNSEEN = 1e-5  # of a distribution, which draws may be left out of: a hundredth of a tail's Monte Carlo error


def lightened(weighting: Weighting) -> tuple[NDArray[np.intp], Weighting]:
    """Leave out draws that hardly count, whole replicates of them.

    Parameters
    ----------
    weighting : Weighting
        Of all draws. Of Markov chains, and of replicates that are few and large, none is left out.

    Returns
    -------
    positions : array of int, shape (draw,)
        Of the draws that are left, in their order: they stand for all but `UNSEEN` of the distribution.
    Weighting
        How they stand for it.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis.inference.estimates import Weighting
    >>> positions, left = lightened(Weighting(4, weights=np.array([0.5, 0.0, 0.5, 0.0])))
    >>> positions.tolist(), left.weights.tolist()
    ([0, 2], [0.5, 0.5])
    """
    if weighting.weights is None or weighting.chains:
        return np.arange(weighting.draws), weighting
    units = weighting.replicates or weighting.draws
    of_each = weighting.weights.reshape(units, -1)
    held = of_each.sum(axis=1)
    lightest = np.argsort(held)
    left_out = int(np.searchsorted(np.cumsum(held[lightest]), UNSEEN))
    kept = np.sort(lightest[left_out:])
    positions = (kept[:, None] * of_each.shape[1] + np.arange(of_each.shape[1])).ravel()
    weights = weighting.weights[positions]
    replicates = kept.size if weighting.replicates else 0
    return positions, Weighting(positions.size, weights=weights / weights.sum(), replicates=replicates)


def given(values: Array, weighting: Weighting, holds: NDArray[Any]) -> Distribution | None:
    """Distribution of a variable given that something holds.

    Parameters
    ----------
    values : array of shape (draw,)
        Of the variable.
    weighting : Weighting
        How the draws stand for the distribution.
    holds : array of bool, shape (draw,)
        Whether it does in a draw.

    Returns
    -------
    Distribution or None
        On the same draws, those in which it does not hold having no weight, so that errors are those of a ratio of two
        means over all draws. None where it holds in no draw of any weight.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis.inference.estimates import Weighting
    >>> months = np.array([1.0, 2.0, 30.0, 40.0])
    >>> given(months, Weighting(4), months > 10.0).mean.value
    35.0
    """
    shares = weighting.shares * holds
    total = float(shares.sum())
    if total == 0.0:
        return None
    return Distribution(values, replace(weighting, weights=shares / total))
