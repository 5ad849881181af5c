"""Numbers that items of evidence state: what may be reckoned with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ...priors.arrays import Array as Array

Figures = Mapping[str, Any]

SMALLEST = 1e-200  # keeps the logarithm of nothing finite; no figure of the model comes near it
LARGEST = 1e60  # of a figure, and of its reciprocal: products of two, and their squares, are still numbers


def calculable(figure: float) -> float:
    """Refuse a figure, other than 0, whose square or reciprocal may be no number any more."""
    if figure and not 1.0 / LARGEST <= abs(figure) <= LARGEST:
        raise ValueError(f"should lie between {1.0 / LARGEST:g} and {LARGEST:g} in size, not {figure:g}")
    return figure


Positive = Annotated[float, Field(gt=0), AfterValidator(calculable)]
Name = Annotated[str, Field(min_length=1)]


def log_of(xp: Any, value: Any) -> Any:
    """Logarithm that stays finite, with its gradient, where `value` is nothing."""
    return xp.log(xp.maximum(value, SMALLEST))
