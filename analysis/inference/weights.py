"""Weights anew, of the draws that count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .estimates import Weighting

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
