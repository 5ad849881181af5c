"""One fit: the ranks of a truth among the posterior's draws, and whether that posterior can be trusted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from pydantic import ConfigDict

from ....priors.strict import StrictModel
from ...inference.estimates import Array

BEYOND = 10.0  # a k-hat further from nothing says no more, and JSON has no infinity


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    Attributes
    ----------
    fit : int
        Place of its truth in the sequence.
    ranks : tuple of int
        Per tracked quantity, how many of the ranked draws lie below the truth.
    ess : float
        Effective draws behind the ranked ones: Kish's, or the smallest bulk ESS over the tracked quantities.
    khat : float or None
        Pareto shape of the importance weights, where they were examined.
    smoothed : float or None
        Total variation between the weights and the same smoothed, where they were examined.
    own_share : float or None
        Share of the importance weight that the truth itself has.
    divergences : int or None
        Divergent transitions.
    draws : int or None
        NUTS draws that were needed.
    """

    __pydantic_config__: ClassVar[ConfigDict] = StrictModel.model_config  # as a line of a file is read

    fit: int
    ranks: tuple[int, ...]
    ess: float
    khat: float | None = None
    smoothed: float | None = None
    own_share: float | None = None
    divergences: int | None = None
    draws: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fit as a JSON object."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Fitter(Protocol):
    """An engine that is set up once and then fits many simulated data sets."""

    def __call__(self, first: int, count: int) -> list[Fit]:
        """Fit the truths `first` to `first + count`; safe to call from several threads."""


def ranks_of(truth: Array, draws: Array, rng: np.random.Generator) -> tuple[int, ...]:
    """Rank truths among draws, ties broken at random.

    Parameters
    ----------
    truth : array, shape (quantity,)
        One value per quantity.
    draws : array, shape (draw, quantity)
        What it is ranked among.
    rng : numpy.random.Generator
        For ties.

    Returns
    -------
    tuple of int
        From 0 to the number of draws.
    """
    below, ties = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    return tuple(int(rank) for rank in below + rng.integers(0, ties + 1))


def bounded(khat: float) -> float:
    """Bring a k-hat into the range that is told apart; one that could not be estimated is as bad as can be."""
    return BEYOND if np.isnan(khat) else float(np.clip(khat, -BEYOND, BEYOND))
