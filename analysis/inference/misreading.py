"""Items that surprise, and that a common mistake explains: another currency, a factor of a hundred.

That a figure is surprising is no reason to refuse it, and that it would fit better in another currency is none: an
item of a wide sd fits in either. Both together are: a figure that the prior finds this seldom, and that the mistake
makes likelier by a factor that Jeffreys calls strong evidence, is answered with confidence only by mistake.
"""

from __future__ import annotations

import numpy as np

from ...evidence.likelihood import log_density
from ...evidence.schema import Item
from ...model.calendar import Clock
from .estimates import Array, Weighting
from .log_means import log_mean

SURPRISING = 0.01  # probability of a reading as far out, below which it is surprising
STRONG = 20.0  # factor by which a mistake must make it likelier
MOST = np.log(1e6)  # of a factor that is shown: beyond it, the densities are those of the outermost tail


def misreading(item: Item, predicted: Array, clock: Clock, tail: float) -> str | None:
    """Say which mistake explains an item; None where it does not surprise, or none does.

    Parameters
    ----------
    item : Item
        What is counted.
    predicted : array, shape (draw,)
        What equally likely draws predict of it, in the coordinate of its kind.
    clock : Clock
        Turns days into months since t = 0.
    tail : float
        Probability of a reading as far out.
    """
    if tail >= SURPRISING:
        return None
    stated = _evidence(item, item.observation(clock), predicted, clock)
    factors = {
        mistake: _evidence(item, item.kind.observation(meant, clock), predicted, clock) - stated
        for mistake, meant in item.kind.misreadings(item.observed).items()
    }
    strong = {mistake: factor for mistake, factor in factors.items() if factor >= np.log(STRONG)}
    if not strong:
        return None
    said = (f"{np.exp(min(factor, MOST)):,.0f} times likelier if its {mistake}" for mistake, factor in strong.items())
    return f"{item.id} surprises the prior (p = {tail:.2g}), and is {' or '.join(said)}. As it stands"


def _evidence(item: Item, observation: float, predicted: Array, clock: Clock) -> float:
    """Logarithm of the mean likelihood of an observation, all draws being equally likely."""
    return log_mean(log_density(item, observation, predicted, clock), Weighting(predicted.size)).value
