"""Draws of the prior that evidence was screened on: what they say of the date given some of the items.

They were made to look for a conflict, and cost whoever asks no draw of its own. Items that restrict little leave enough
of them; where others are needed, `SharedDraws.best_subset` fits a proposal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from .estimates import Array, Distribution, Weighting
from .importance import SmoothedWeights, smooth_weights
from .likelihoods import total


@dataclass(frozen=True, eq=False)
class Screened:
    """Independent draws of the prior.

    Attributes
    ----------
    ready : array of shape (draw,)
        Date of the question's event, months since t = 0.
    likelihoods : mapping of str to array of shape (draw,)
        By item, the log of its density.
    """

    ready: Array
    likelihoods: Mapping[str, Array]

    def given(self, items: Collection[str]) -> tuple[SmoothedWeights, Distribution]:
        """Weights that some of the items give to the draws, and the date."""
        joint = total({name: self.likelihoods[name] for name in items}) if items else np.zeros(self.ready.size)
        smoothed = smooth_weights(joint)
        return smoothed, Distribution(self.ready, Weighting(self.ready.size, weights=smoothed.weights))
