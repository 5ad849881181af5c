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

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

SECONDS_PER_DAY = 86_400.0
MONTHS_PER_YEAR = 12.0
SHORTEST_RUN = 1e-6  # months, a few seconds; keeps quotients by a run's length finite
SMALLEST_STOCK = 1e-200  # H100e; keeps the logarithm of an empty pool finite, and quotients by it
LARGEST_LOG_FACTOR = 500.0  # by which know-how can be behind: centuries, and still a number when multiplied
SMALLEST_PACE = 1e-300  # per month; keeps quotients finite where the requirement does not fall
SLOWEST_FALL = 1e-12  # per month; of a rate that does not fall, by which nothing could be divided
NEVER = np.float64(1e100)  # months; keeps a difference of two dates that never come from being undefined
LATEST_END = np.sqrt(NEVER)  # months; what ends later never does


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

    Progress compounds, so distillation's part is taken of its logarithm: the rate at which the requirement falls keeps
    this share of itself.
    """
    return 1.0 - distilled_share * removed_share


def remaining_progress(xp: Any, progress: Any, distilled_share: Any, removed_share: Any) -> Any:
    r"""Yearly progress once distillation is limited, :math:`a^{1 - r}`."""
    # Not as a power: the graph takes its logarithm, which the exponential and that cancel.
    return xp.exp(remaining_share(distilled_share, removed_share) * xp.log(progress))


def log_growth_per_month(xp: Any, progress: Any) -> Any:
    r"""Rate at which the requirement falls, :math:`\lambda = \log(a) / 12` (per month)."""
    return xp.log(progress) / MONTHS_PER_YEAR


def slowed_log_progress(xp: Any, t: Any, pace: Any, half_life: Any, floor: Any) -> Any:
    r"""Logarithm of progress whose rate decays from :math:`\lambda` to :math:`f \lambda` with a half-life h (months).

    .. math:: \Lambda(t) = \int_0^t \lambda \left[f + (1 - f) 2^{-u/h}\right] du
        = \lambda \left[f t + (1 - f) \frac{h}{\log 2} \left(1 - 2^{-t/h}\right)\right]
    """
    scale = half_life / math.log(2.0)
    return pace * (floor * t - (1.0 - floor) * scale * xp.expm1(-t / scale))


def experiment_bound_log_progress(xp: Any, t: Any, pace: Any, shortfall: Any, elasticity: Any) -> Any:
    r"""Logarithm of progress that follows from the compute left for experiments, which falls behind what they need.

    The need outgrows the compute by a factor s a year, and the rate follows the ratio of the two with elasticity e:

    .. math:: \Lambda(t) = \int_0^t \lambda\, s^{-e u / 12} du = \lambda\, \frac{1 - e^{-k t}}{k},
        \qquad k = \frac{e \log s}{12}
    """
    falling = xp.maximum(elasticity * xp.log(shortfall) / MONTHS_PER_YEAR, SLOWEST_FALL)
    return -pace * xp.expm1(-falling * t) / falling


def requirement(xp: Any, target_flop: Any, log_progress: Any) -> Any:
    r"""Compute that still buys the capability, :math:`R(t) = M e^{-\Lambda(t)}` (FLOP).

    At a constant rate :math:`\Lambda(t) = \lambda t`, so that :math:`R(t) = M a^{-t/12}`.
    """
    return target_flop * xp.exp(-log_progress)


def arrival_rate(amount: Any, per: Any) -> Any:
    """H100e arriving a month, when `amount` arrives every `per` months."""
    return amount / per


def arrival_length(xp: Any, start: Any, length: Any, stop: Any) -> Any:
    """Months of arrivals once the source's clock stops at `stop` (infinite: never)."""
    return xp.minimum(length, xp.maximum(stop - start, 0.0))


def months_arrived(xp: Any, t: Any, start: Any, length: Any) -> Any:
    r"""Months' worth of arrivals by time t: :math:`\mathrm{clip}(t - s, 0, \ell)`."""
    return xp.minimum(xp.maximum(t - start, 0.0), length)


def logistic_months_arrived(xp: Any, t: Any, start: Any, length: Any, steepness: Any) -> Any:
    r"""Months' worth of arrivals by time t that come along a logistic curve, :math:`\ell\,L(u)`.

    .. math:: L(u) = \frac12 \left[1 + \frac{\tanh(k (u - 1/2) / 2)}{\tanh(k / 4)}\right],
        \qquad u = \mathrm{clip}((t - s) / \ell, 0, 1)
    """
    share = xp.minimum(xp.maximum((t - start) / length, 0.0), 1.0)
    return length * (0.5 + 0.5 * xp.tanh(0.5 * steepness * (share - 0.5)) / xp.tanh(0.25 * steepness))


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


def committed_budget(xp: Any, habit: Any, commitment: Any) -> Any:
    r"""Share of a year's compute that a firm commits to one run, :math:`\max(\gamma_h, \gamma_c)`.

    Habit decides, unless the firm has committed itself to more.
    """
    return xp.maximum(habit, commitment)


def usable_stock(amount: Any, share: Any) -> Any:
    """Part of a source of compute that is fit for pre-training (H100e)."""
    return amount * share


def budget_in_force(budget: Any, rivals: Any) -> Any:
    r"""Share of a year's compute that the one run gets, :math:`\gamma / (1 + e)`.

    e is what other models and teams take of the budget, as a multiple of what the run gets.
    """
    return budget / (1.0 + rivals)


def log_target_stock(xp: Any, target_flop: Any, budget: Any, flop_month: Any) -> Any:
    r"""Logarithm of the stock that could launch at t = 0: :math:`\log(M / (12 \gamma F))`.

    A run launches at the first t with :math:`R(t) \le 12 \gamma\,\mathrm{pool}(t)\,F`, that is when
    :math:`\log \mathrm{pool}(t) + \lambda t` reaches this.
    """
    return xp.log(target_flop / (MONTHS_PER_YEAR * budget * flop_month))


def lagged_target(xp: Any, target_flop: Any, log_growth: Any, lag: Any) -> Any:
    r"""Target of a firm whose know-how is q months behind, :math:`M e^{\lambda q}` (FLOP).

    What others can do for :math:`R(t)` costs such a firm :math:`R(t - q)`.
    """
    return target_flop * xp.exp(xp.minimum(log_growth * lag, LARGEST_LOG_FACTOR))


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


def post_training_with_rl(xp: Any, months: Any, rl_ratio: Any, length: Any, pool_share: Any) -> Any:
    r"""Post-training, no shorter than its reinforcement learning takes, :math:`\max(m, \rho L / \sigma)` (months).

    The run's reinforcement learning costs :math:`\rho R` FLOP. On the share :math:`\sigma` of the pool that takes
    :math:`\rho R / (\sigma\,\mathrm{pool}\,F) = \rho L / \sigma` months, :math:`L` being the months that
    pre-training would take on the whole of it.
    """
    return xp.maximum(months, rl_ratio * length / pool_share)


def months_to_first_ready(xp: Any, first: Any, ready: Sequence[Any]) -> Any:
    """Months from the first end of pre-training to the first readiness among firms; infinite where none is ever."""
    return earliest(xp, ready) - xp.minimum(first, NEVER)


def post_training_after_change(
    xp: Any, pretrained: Any, planned: Any, whole_before: Any, whole: Any, change: float
) -> Any:
    r"""Months of post-training when circumstances change in a month s, :math:`p + r (m' / m - 1)`.

    p is what had been planned, r what remains of it in month s, m and m' what all of post-training takes until then
    and from then on. A share that is done stays done, and the rest takes as much longer, or shorter, as all of it
    would. What has ended by then stands, r being 0; what begins later takes m'.
    """
    passed = xp.maximum(change - pretrained, 0.0)
    rest = xp.maximum(planned - passed, 0.0)
    under_way = planned + rest * (whole / xp.maximum(whole_before, SHORTEST_RUN) - 1.0)
    return xp.where(passed > 0.0, under_way, whole)


def delayed(moment: Any, months: Any) -> Any:
    """A moment that comes so many months later."""
    return moment + months


def round_up(xp: Any, launch: Any, grid: float) -> Any:
    """First point of a grid at or after the launch (months); a hair's breadth forgives rounding."""
    return xp.ceil(launch / grid - 1e-9) * grid


def target_after_change(xp: Any, target_flop: Any, pace_before: Any, pace_after: Any, change: float) -> Any:
    r"""Target whose requirement has fallen at the later pace all along, :math:`M e^{-(\lambda - \lambda') s}` (FLOP).

    The requirement falls at :math:`\lambda` until month s and at :math:`\lambda'` from then on:
    :math:`\log R(t) = \log M - \lambda s - \lambda' (t - s)`, which is what this target gives for t from s on.
    """
    return target_flop * xp.exp((pace_after - pace_before) * change)


def slowdown(xp: Any, requirement_flop: Any, stock: Any, flop_month: Any, planned: Any) -> Any:
    r"""How much longer the rest of a run takes on the stock that remains, :math:`\max(1, R / (P F D))`.

    D is the length as planned, in months: a run goes no faster than that. `NEVER` on no stock at all.
    """
    enough = xp.maximum(stock, SMALLEST_STOCK)
    longer = xp.maximum(1.0, run_length(requirement_flop, enough, flop_month) / xp.maximum(planned, SHORTEST_RUN))
    return xp.where(stock > 2.0 * SMALLEST_STOCK, longer, NEVER)


def resumed(xp: Any, planned_end: Any, change: float, factor: Any) -> Any:
    r"""End of a run under way in month s, whose rest takes longer: :math:`s + (e - s) k` (months).

    Work is spread evenly over the planned run, so that the rest of the months is the rest of the work. Infinite where
    the rest takes longer than anything does.
    """
    end = change + (planned_end - change) * factor
    return xp.where(end < LATEST_END, end, xp.inf)


def end_after_change(xp: Any, launch: Any, planned_end: Any, going_on: Any, anew: Any, change: float) -> Any:
    """End of pre-training when circumstances change in a month (months).

    A run under way goes on, and in no case ends before it had planned to; nor later than a run of the same firm would,
    had circumstances changed before it began one.
    One that has ended by then, or launches later, ends as planned.
    """
    under_way = (launch < change) & (planned_end > change)
    return xp.where(under_way, xp.maximum(planned_end, xp.minimum(going_on, anew)), planned_end)


def gap_on_day(ready: Any, lead: Any, growth: Any, day: Any) -> Any:
    r"""Months that Chinese models are behind the frontier's trend on day d, :math:`(T - J) - g (T - d)`.

    T is when they come to Mythos's level, J when the trend does, g the months by which the gap grows in a month.
    """
    return ready * (1.0 - growth) - lead + growth * day


def smooth_positive_part(xp: Any, value: Any, width: float) -> Any:
    r"""A number where it is positive and next to nothing where not, :math:`(x + \sqrt{x^2 + 4 w^2}) / 2`.

    It is w where x is 0, and above 0 with a slope everywhere. A width of 0, a plain number, leaves x as it is.
    """
    if width == 0.0:
        return value
    size = xp.where(value > 0.0, value, -value)  # whose slope at 0 is that of the branch below
    half = 0.5 * (size + xp.sqrt(value * value + 4.0 * width * width))
    return xp.where(value > 0.0, half, width * width / half)  # the same on either side; far below 0 nothing cancels
