r"""Every equation of the model, once.

Each function takes NumPy arrays or PyTensor variables alike. Those that need more than arithmetic take
the array namespace `xp` (``numpy`` or ``pytensor.tensor``) first. Time t is in months since t = 0,
stocks in H100e, compute in FLOP.

References
----------
.. [1] "China will likely have its own Mythos-like model around February 2027", The Substrate, 2026,
   appendix and published model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SECONDS_PER_DAY = 86_400.0
MONTHS_PER_YEAR = 12.0


def mythos_flop(chips: Any, flop_per_second: float, mfu: Any, months: Any, seconds_per_month: float) -> Any:
    r"""Pre-training compute of Mythos, :math:`M = n\,p\,\mathrm{MFU}\,T` (FLOP)."""
    return chips * (flop_per_second * seconds_per_month) * mfu * months


def total_flop(pretraining: Any, rl_ratio: Any) -> Any:
    r"""Pre-training and reinforcement learning together, :math:`M (1 + \rho)` (FLOP)."""
    return pretraining * (1.0 + rl_ratio)


def flop_per_h100e_month(h100_peak: float, mfu: Any, seconds_per_month: float) -> Any:
    r"""What one H100e delivers in a month, :math:`F = p_\mathrm{H100}\,\mathrm{MFU}\,s` (FLOP)."""
    return (h100_peak * seconds_per_month) * mfu


def remaining_share(distilled_share: Any, removed_share: Any) -> Any:
    r"""Share of progress that is left once distillation is limited, :math:`1 - r` with :math:`r = d\,e`.

    Progress compounds, so distillation's part is a share of the orders of magnitude gained in a year: the rate at
    which the requirement falls keeps this share of itself.
    """
    return 1.0 - distilled_share * removed_share


def remaining_progress(xp: Any, progress: Any, distilled_share: Any, removed_share: Any) -> Any:
    r"""Yearly progress once distillation is limited, :math:`a^{1 - r}`."""
    # Not as a power: the graph takes its logarithm, which the exponential and that cancel.
    return xp.exp(remaining_share(distilled_share, removed_share) * xp.log(progress))


def log_growth_per_month(xp: Any, progress: Any) -> Any:
    r"""Rate at which the requirement falls, :math:`\lambda = \log(a) / 12` (per month)."""
    return xp.log(progress) / MONTHS_PER_YEAR


def requirement(xp: Any, target_flop: Any, log_growth: Any, t: Any) -> Any:
    r"""Compute that still buys the capability at time t, :math:`R(t) = M a^{-t/12}` (FLOP)."""
    return target_flop * xp.exp(-log_growth * t)


def arrival_rate(amount: Any, per: Any) -> Any:
    """H100e arriving a month, when `amount` arrives every `per` months."""
    return amount / per


def arrival_length(xp: Any, start: Any, length: Any, stop: Any) -> Any:
    """Months of arrivals once the source's clock stops at `stop` (infinite: never)."""
    return xp.minimum(length, xp.maximum(stop - start, 0.0))


def months_arrived(xp: Any, t: Any, start: Any, length: Any) -> Any:
    r"""Months' worth of arrivals by time t: :math:`\mathrm{clip}(t - s, 0, \ell)`."""
    return xp.minimum(xp.maximum(t - start, 0.0), length)


def arriving(t: Any, rate: Any, start: Any, length: Any) -> Any:
    r"""What arrives of a source in the month from time t on, :math:`\mathrm{rate}` if :math:`s \le t < s + \ell`."""
    return rate * ((t >= start) & (t < start + length))


def arrived_stock(xp: Any, t: Any, rate: Any, start: Any, length: Any) -> Any:
    r"""What has arrived of a source by time t, :math:`\mathrm{rate} \cdot \mathrm{clip}(t - s, 0, \ell)` (H100e)."""
    return rate * months_arrived(xp, t, start, length)


def pool(xp: Any, t: Any, stock: Any, rate: Any, start: Any, length: Any) -> Any:
    r"""A firm's compute: its stock and what has arrived of every source (H100e).

    `rate`, `start` and `length` have an entry for each source that arrives.
    """
    total = stock + 0.0  # a copy, to be added to in place
    for source in range(len(rate)):
        total += arrived_stock(xp, t, rate[source], start[source], length[source])
    return total


def log_target_stock(xp: Any, target_flop: Any, budget: Any, flop_month: Any) -> Any:
    r"""Logarithm of the stock that could launch at t = 0: :math:`\log(M / (12 \gamma F))`.

    A run launches at the first t with :math:`R(t) \le 12 \gamma\,\mathrm{pool}(t)\,F`, that is when
    :math:`\log \mathrm{pool}(t) + \lambda t` reaches this.
    """
    return xp.log(target_flop / (MONTHS_PER_YEAR * budget * flop_month))


def largest_run(budget: Any, stock: Any, flop_month: Any) -> Any:
    r"""Largest run that a firm commits to, :math:`12\,\gamma\,\mathrm{pool}\,F` (FLOP)."""
    return MONTHS_PER_YEAR * budget * stock * flop_month


def run_length(requirement_flop: Any, stock: Any, flop_month: Any) -> Any:
    r"""Months the run would take on the whole pool, :math:`L = R / (\mathrm{pool}\,F)`."""
    return requirement_flop / (stock * flop_month)


def pretrained(xp: Any, launch: Any, length: Any, minimum: Any) -> Any:
    """End of pre-training: launch plus the run's length, or the shortest time a run takes (months)."""
    return launch + xp.maximum(length, minimum)


def earliest(xp: Any, dates: Sequence[Any]) -> Any:
    """The first of the firms' dates (months)."""
    first = dates[0]
    for date in dates[1:]:
        first = xp.minimum(first, date)
    return first


def ready(pretrained: Any, post_training: Any) -> Any:
    """Readiness: the end of pre-training, and what follows it (months)."""
    return pretrained + post_training


def round_up(xp: Any, launch: Any, grid: float) -> Any:
    """First point of a grid at or after the launch (months); a hair's breadth forgives rounding."""
    return xp.ceil(launch / grid - 1e-9) * grid


def launch_after_switch(xp: Any, before: Any, after: Any, switch: float) -> Any:
    """Launch when a commitment changes on a day: earlier launches stand, later ones cannot predate it."""
    return xp.where(before <= switch, before, xp.maximum(after, switch))
