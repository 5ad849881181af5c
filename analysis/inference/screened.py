"""Draws of the prior that evidence was screened on: what they say of the date given some of the items.

They were made to look for a conflict, and cost whoever asks no draw of its own. Items that restrict little leave enough
of them; where others are needed, `SharedDraws.best_subset` fits a proposal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .estimates import Distribution, Weighting
from .importance import SmoothedWeights, smooth_weights
from .terms import Terms


@dataclass(frozen=True, eq=False)
class Screened:
    """Independent draws of the prior.

    Attributes
    ----------
    terms : Terms
        What they say of the items, with the date of the question's event.
    """

    terms: Terms

    def given(self, items: Collection[str]) -> tuple[SmoothedWeights, Distribution]:
        """Weights that some of the items give to the draws, and the date."""
        ready, smoothed = self.terms.ready, smooth_weights(self.terms.joint(items))
        return smoothed, Distribution(ready, Weighting(ready.size, weights=smoothed.weights))
