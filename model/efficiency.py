r"""Efficiency: how progress stands in for compute, and through which channels it comes.

A capability that cost M costs :math:`M a^{-t/12}` after t months of catch-up progress at a factor a per year.
Progress compounds, so its parts are shares of its logarithm: d of it is distilled, r of the rest is replicated
from others, what is left is innovated. Throughout, :math:`\lambda = \log(a) / 12` per month, :math:`\Lambda(t)` is the
logarithm of the progress that t months make, :math:`\lambda t` where it goes on at one rate, and a gap is a ratio of
compute.

References
----------
.. [1] Essay on whether compute-poor labs can compete, 2026: the three channels, and what each may give.
.. [2] The Substrate, June 2026: the distilled share of progress, in orders of magnitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .bracket import search_for
from .equations import MONTHS_PER_YEAR
from .law import Law, numbers_of

CHANNELS = ("own", "replicated", "distilled")
CHANNEL_QUANTITIES = ("distilled_share", "replicated_share", "replication_delay_months", "distillation_ceiling")
EDGE_QUANTITIES = ("own_innovation_edge", "replication_edge")


@dataclass(frozen=True)
class Split:
    """Something divided between the channels.

    Attributes
    ----------
    own, replicated, distilled : (draw,)
        The parts: of a logarithm, or factors that multiply to the whole.
    """

    own: Any
    replicated: Any
    distilled: Any

    @property
    def total(self) -> Any:
        """Sum of the parts."""
        return self.own + self.replicated + self.distilled


def months_until(law: Law, gap: Any) -> Any:
    r"""Months of progress by some law that make up for a gap g in compute, over NumPy; infinite where none ever do.

    At a constant rate :math:`12 \log g / \log a`.
    """
    if law.constant:
        return np.log(gap) / law.pace
    log_gap = np.log(gap)

    def short(date: Any) -> Any:
        return law.log_progress(np, date) - log_gap

    draws = np.broadcast_shapes(*map(np.shape, (log_gap, *numbers_of(law))))
    return search_for(short)((), np.zeros(draws))


def gap_made_up(xp: Any, log_progress: Any) -> Any:
    r"""Gap in compute that progress makes up for, :math:`e^{\Lambda(t)}`: :math:`a^{t/12}` at a constant rate."""
    return xp.exp(log_progress)


def channel_shares(distilled_share: Any, replicated_share: Any) -> Split:
    r"""Shares of progress by channel: :math:`(1-d)(1-r)`, :math:`(1-d) r` and d."""
    rest = 1.0 - distilled_share
    return Split(rest * (1.0 - replicated_share), rest * replicated_share, distilled_share)


def split_progress(xp: Any, needed: Any, shares: Split) -> Split:
    r"""Factors whose product is a needed progress, each :math:`n^{\mathrm{share}}`."""
    log_needed = xp.log(needed)
    return Split(
        xp.exp(shares.own * log_needed), xp.exp(shares.replicated * log_needed), xp.exp(shares.distilled * log_needed)
    )


def held_back_progress(xp: Any, months: Any, law: Law, shares: Split, delay: Any, ceiling: Any) -> Split:
    r"""Logarithm of progress when replication has to wait and distillation has a ceiling.

    .. math:: s_o \Lambda(t) + s_r \Lambda(\max(t - \tau, 0)) + \min(s_d \Lambda(t), \log c)

    with :math:`\tau` the delay of replication (months) and c the most that distillation saves.
    """
    made = law.log_progress(xp, months)
    return Split(
        made * shares.own,
        law.log_progress(xp, xp.maximum(months - delay, 0.0)) * shares.replicated,
        xp.minimum(made * shares.distilled, xp.log(ceiling)),
    )


def edge_over_rich(xp: Any, months: Any, own_edge: Any, replication_edge: Any, delay: Any, ceiling: Any) -> Split:
    r"""Logarithm of the efficiency that compute-poor labs have gained on the compute-rich, who progress as well.

    .. math:: \frac{t}{12} \log e_o + 1[t \ge \tau] \log e_r + \log c

    What both sides innovate or copy cancels but for the edges :math:`e_o` (per year) and :math:`e_r` (once, after
    the delay); only distillation works one way, and it works in full, since it is done to models that are there.
    """
    return Split(
        xp.log(own_edge) * (months / MONTHS_PER_YEAR),
        xp.where(months >= delay, xp.log(replication_edge), 0.0),
        xp.log(ceiling),
    )
