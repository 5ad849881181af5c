r"""Items that a common mistake explains better than what they say: another currency, a factor of a hundred.

With m the figure that the mistake would have been made of, both are held against what the prior predicts. Their Bayes
factor is

.. math:: B = \frac{f(m)}{f(y)}, \qquad f(y) = \mathrm{E}\,p(y \mid \theta).

Where f is normal of standard deviation s and the mistake moves the figure by d in the kind's coordinate (the logarithm
of a rate, or of a hundred), an honest figure z standard deviations out has :math:`\log B = z k - k^2 / 2`, k = d / s,
so that

.. math:: P(B \ge K) = 1 - \Phi\Bigl(\frac{\log K}{k} + \frac k 2\Bigr) \le 1 - \Phi\bigl(\sqrt{2 \log K}\bigr) .

Whatever the spread, `LIKELIER` = 15 is passed by at most one honest item in a hundred; and no other test of the figure
alone that raises as few false alarms finds more mistakes (Neyman and Pearson). How many it does find depends on k:
of sums in yuan taken for dollars 74% where s is 0.63, 97% where it is 0.4.

Where f is something else, honest items may pass it more often: 2.5% of the sizes of runs, whose f has a long tail. Only
:math:`P(B \ge K) \le 1 / K` always holds, B being of mean 1. A factor below a hundred is therefore named only if of
observations simulated from the prior at most one in a hundred has as large a one. A bound of two outcomes has no
factor: a smaller one is likelier whatever the truth (see `Kind.misreadings`).

That a figure would fit better in another currency is a warning. Where it surprises besides, it is answered with
confidence only by mistake, and refused. A mistake explains nothing that would itself surprise: what is a hundred
orders of magnitude off is likelier still with two of them taken away.
"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from ...evidence.likelihood import log_density, simulate
from ...evidence.schema import Item
from ...model.calendar import Clock
from .estimates import Array, Weighting
from .log_means import log_mean
from .tails import predictive_tail, probability_text, resolution

SURPRISING = 0.01  # probability of a reading as far out, below which it is surprising
FALSE_ALARMS = 0.01  # honest items, at most, that any one mistake seems to explain
LIKELIER = math.exp(NormalDist().inv_cdf(1.0 - FALSE_ALARMS) ** 2 / 2.0)  # factor of a mistake that is named: 15
GRID = 200  # observations at which a factor is worked out, to be read off at any between them
MOST = math.log(1e6)  # of a factor that is shown: beyond it, the densities are those of the outermost tail


def likelier_if(item: Item, predicted: Array, clock: Clock, rng: np.random.Generator) -> str:
    """Say which mistakes explain an item better by `LIKELIER` at least, in words; nothing where none does.

    Parameters
    ----------
    item : Item
        What is counted.
    predicted : array, shape (draw,)
        What equally likely draws predict of it, in the coordinate of its kind.
    clock : Clock
        Turns days into months since t = 0.
    rng : numpy.random.Generator
        Draws what would be observed, had there been no mistake.
    """
    stated = _log_evidence(item, predicted, clock)
    found = []
    for mistake, observed in item.kind.misreadings(item.observed).items():
        meant = replace(item, observed=observed)
        factor = _log_evidence(meant, predicted, clock) - stated
        if factor < math.log(LIKELIER) or predictive_tail(meant, predicted, clock, rng) < SURPRISING:
            continue
        if _alarms(item, meant, factor, predicted, clock, rng) <= FALSE_ALARMS:
            found.append(f"{math.exp(min(factor, MOST)):,.0f} times likelier if its {mistake}")
    return " or ".join(found)


def misreading(item: Item, predicted: Array, clock: Clock, tail: float, rng: np.random.Generator) -> str | None:
    """Say which mistake explains an item; None where it does not surprise, or none does.

    Parameters
    ----------
    item, predicted, clock, rng
        See `likelier_if`.
    tail : float
        Probability of a reading as far out.
    """
    likelier = likelier_if(item, predicted, clock, rng) if tail < SURPRISING else ""
    if not likelier:
        return None
    p = probability_text(tail, resolution(item, predicted.size))
    return f"{item.id} surprises the prior ({p}), and is {likelier}. As it stands"


def _alarms(item: Item, meant: Item, factor: float, predicted: Array, clock: Clock, rng: np.random.Generator) -> float:
    """Share, at most, of honest observations for which a mistake has as large a factor, given by its logarithm."""
    if factor >= -math.log(FALSE_ALARMS):
        return math.exp(-factor)
    seen = simulate(item, predicted, clock, rng)
    grid = np.linspace(seen.min(), seen.max(), GRID)
    moved = meant.observation(clock) - item.observation(clock)
    honest, mistaken = (
        np.logaddexp.reduce(log_density(each, at[:, None], predicted, clock), axis=1)
        for each, at in ((item, grid), (meant, grid + moved))
    )
    return float((np.interp(seen, grid, mistaken - honest) >= factor).mean())


def _log_evidence(item: Item, predicted: Array, clock: Clock) -> float:
    """Logarithm of the mean likelihood of what an item observed, all draws being equally likely."""
    return log_mean(log_density(item, item.observation(clock), predicted, clock), Weighting(predicted.size)).value
