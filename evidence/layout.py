"""How items are laid out along the dim ``item``, in the PyMC model and in trees alike; nothing here imports PyMC."""

from __future__ import annotations

from collections.abc import Iterable

from .kinds.kind import Clock
from .schema import Item

OBSERVATION = "observation"  # what is observed of items, random: over ``item``
OBSERVED = "observed"  # what was seen of them, data: over ``item``
FIGURES = "figures"  # numbers that their predictions and densities take, data: over ``item`` and ``figure``


def figures_of(items: Iterable[Item], clock: Clock) -> list[str]:
    """Names of the figures that items have, in order of first use."""
    return list(dict.fromkeys(figure for item in items for figure in item.figures(clock)))
