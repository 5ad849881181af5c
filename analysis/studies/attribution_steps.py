"""One step of an attribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..inference.estimates import Estimate


@dataclass(frozen=True)
class Step:
    """One change, or several, on the way from a forecast to another.

    Attributes
    ----------
    id, title : str
        What changed.
    shifts : mapping of float to Estimate
        By probability, how far it moved that quantile, months.
    probability : Estimate
        How far it moved the probability of being ready by the end of the reference day.
    ess, khat : float or None
        Of the forecast that it leads to: effective number of draws, and Pareto shape of their weights.
    reasons : tuple of str
        What the program's changelog says of it.
    """

    id: str
    title: str
    shifts: Mapping[float, Estimate]
    probability: Estimate
    ess: float | None = None
    khat: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def noise(self) -> bool:
        """Whether the median's shift is within its Monte Carlo error."""
        return self.shifts[0.5].noise
