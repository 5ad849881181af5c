r"""The compute gate asked as of past days, where a record's compute and China's stock then are known.

A record of M FLOP, set on a day on which Chinese firms had a stock of S that had grown by g a month in the year before,
is met when the largest firm's budget comes to what it costs by then,

.. math:: \log M - s\,\tfrac{\log \mathrm{alg}}{12} = \log(12\,\gamma\,\mathrm{share}\,S\,F) + g\,s,

months s later, or at once; its run takes what it takes, and post-training follows. What the race believes of budget,
share, MFU, durations and progress is believed here; that some of it was learnt later is hindsight, and stays.

What came of those records speaks of progress in turn: the logarithm of each lag is normal about that of the gate's,
with the spread of lags, and everything but progress is averaged over. That is a curve over log10 of progress.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....evidence.efficiency.curve import EfficiencyCurve
from ....evidence.intervals import interval_sd
from ....evidence.lag_records import SHORTEST
from ....evidence.tables.episodes import Episode, lag_episodes
from ....evidence.tables.table import Table
from ....model.assumptions import PROGRESS_QUANTITY, Assumptions
from ....model.draws import drawn_together
from ....model.equations import (
    MONTHS_PER_YEAR,
    SECONDS_PER_DAY,
    flop_per_h100e_month,
    largest_run,
    log_growth_per_month,
    pretrained,
    ready,
    requirement,
    run_length,
)
from ....priors.errors import InputError
from ...inference.conditioning import condition
from ...inference.estimates import Array, Distribution
from ...inference.posterior import Posterior
from ...inference.question import Question
from .chosen import last_day, refuse_later
from .lag_structures import LONGEST, POINTS, Said
from .written_items import item_text, progress_observed, written_item

DRAWS = 4_000
FIRST, STEP, COUNT = 0.0, 0.125, 25  # values of log10 of progress: from none to 1,000 x per year
SEED = 1
OWNER = "China"
SIZES = ("h100_equivalents", "h100_equivalents_low", "h100_equivalents_high")
QUANTITIES = (
    "hyperscaler_budget",
    "hyperscaler_share",
    "mfu_china",
    "minimum_training_months",
    "post_training_months",
    PROGRESS_QUANTITY,
)
STOCK, SHARE = "china_stock", "hyperscaler_share"
SPREAD = "hindcast_lag_spread"
YEAR_BEFORE = (270, 450)  # days before the last quarter between which one must lie for its growth to be known
LATEST = 184  # days for which the last quarter stands for a stock: half a year


@dataclass(frozen=True)
class Stock:
    """What was known of China's stock on a day.

    Attributes
    ----------
    h100_equivalents, log_sd : float
        How large it was, and the standard deviation of its logarithm.
    growth : float
        Per month, of its logarithm, since the day on which it was known nearest to a year before.
    """

    h100_equivalents: float
    log_sd: float
    growth: float


@dataclass(frozen=True)
class GateAsked:
    """A record, and what the gate said of it on its day."""

    episode: Episode
    months: float
    flop: float
    stock: Stock
    said: Said


@dataclass(frozen=True)
class GateHindcast:
    """The gate's track record, and what it says of progress.

    Attributes
    ----------
    asked : tuple of GateAsked
        By day of the record.
    curve : EfficiencyCurve
        Log likelihood over log10 of progress.
    table, stocks : Table
        Of scores and compute, and of stocks.
    weight : float
        Exponent on that likelihood where the race counts it.
    dates : tuple of Distribution or None
        The race's date without that evidence and with it (months since t = 0), where it was asked for.
    question : Question, optional
        That they answer.
    """

    asked: tuple[GateAsked, ...]
    curve: EfficiencyCurve
    table: Table
    stocks: Table
    weight: float
    dates: tuple[Distribution, Distribution] | None = None
    question: Question | None = None


def gate_hindcast(table: Table, stocks: Table, assumptions: Assumptions) -> GateHindcast:
    """Ask the gate of every record whose compute and stock are known.

    Parameters
    ----------
    table : Table
        An index with scores, days, countries and training compute.
    stocks : Table
        Chips by owner and quarter, ``China`` among the owners.
    assumptions : Assumptions
        What the race believes.

    Raises
    ------
    InputError
        If a table lacks a column, or nothing can be asked.
    """
    flops = {str(name): flop for name, flop in zip(table["model"], table["training_compute"], strict=True)}
    days_per_month = assumptions.calendar.days_per_month
    rng = np.random.default_rng(SEED)
    share = largest_share(assumptions)
    names = [share if name == SHARE else name for name in QUANTITIES]
    values = drawn_together(assumptions.beliefs, names, DRAWS, rng, assumptions.copula)
    values[SHARE] = values[share]
    errors = rng.standard_normal(DRAWS)
    heights = np.zeros((COUNT, DRAWS))
    progress = 10.0 ** (FIRST + STEP * np.arange(COUNT))
    spread = float(assumptions.quantiles(SPREAD, 0.5))
    asked = []
    for episode in lag_episodes(table, last_day(table)):
        flop = flops.get(episode.reference.model, math.nan)
        stock = known_stock(stocks, episode.reference.day, days_per_month)
        if not np.isfinite(flop) or stock is None or episode.days <= 0:
            continue
        months = episode.days / days_per_month
        ahead = np.sort(gate_lag(assumptions, values, flop, stock, errors, values[PROGRESS_QUANTITY]))
        lags = np.quantile(ahead, (np.arange(POINTS) + 0.5) / POINTS)
        said = Said.of(lags, float(np.mean(lags <= months)), episode, months)
        asked.append(GateAsked(episode, months, flop, stock, said))
        for place, factor in enumerate(progress):
            expected = np.log(gate_lag(assumptions, values, flop, stock, errors, factor))
            heights[place] += _log_likelihood(math.log(max(months, SHORTEST)), expected, spread, still=episode.open)
    if not asked:
        raise InputError("no record with a training compute falls into quarters whose stock is known", file=table.file)
    top = heights.max()
    curve = np.log(np.exp(heights - top).mean(axis=1) + 1e-300) + top
    weight = assumptions.table.number("gate_hindcast_weight")
    return GateHindcast(tuple(asked), EfficiencyCurve(FIRST, STEP, curve), table, stocks, weight)


def known_stock(stocks: Table, day: date, days_per_month: float) -> Stock | None:
    """What a table said of China's stock by a day; None where that does not tell how large it was and how it grew.

    Raises
    ------
    InputError
        If the table's shape does not say how surely a stock lies between the ends of its interval.
    """
    ends, sizes, low, high = _quarters(stocks)
    today = (day - date(1970, 1, 1)).days
    known = ends <= today
    ends, sizes = ends[known], sizes[known]
    if ends.size < 2 or today - ends[-1] > LATEST:
        return None
    before = int(np.abs(ends[:-1] - (ends[-1] - MONTHS_PER_YEAR * days_per_month)).argmin())
    apart = int(ends[-1] - ends[before])
    if not YEAR_BEFORE[0] <= apart <= YEAR_BEFORE[1]:
        return None
    growth = math.log(sizes[-1] / sizes[before]) / (apart / days_per_month)
    carried = sizes[-1] * math.exp(growth * (today - ends[-1]) / days_per_month)
    level = stocks.shape.level(SIZES[0])
    if level is None:
        raise InputError(f"says no probability with which {SIZES[0]} lies between its ends", file=stocks.file)
    return Stock(float(carried), interval_sd(math.log(high[known][-1] / low[known][-1]), level), growth)


def _quarters(stocks: Table) -> tuple[NDArray[np.intp], Array, Array, Array]:
    """Last days of the quarters of which China's stock is known, of all makers together, and its size and interval.

    A quarter counts if every maker says it, and how surely; late ones without growth have no estimate yet.
    """
    own = stocks["owner"] == OWNER
    ends = stocks["end_date"].astype("datetime64[D]").astype(int)
    figures = np.array([stocks[name] for name in SIZES])
    sound = own & np.isfinite(figures).all(axis=0) & (figures > 0.0).all(axis=0)
    if "incomplete" in stocks.columns:
        sound &= ~stocks["incomplete"].astype(bool)
    makers = len(makers_of(stocks)) or 1
    days = [int(day) for day, count in zip(*np.unique(ends[sound], return_counts=True), strict=True) if count == makers]
    totals = np.array([figures[:, sound & (ends == day)].sum(axis=1) for day in days]).reshape(-1, len(SIZES))
    while len(days) > 1 and totals[-1, 0] <= totals[-2, 0]:
        days, totals = days[:-1], totals[:-1]
    sizes, low, high = totals.T
    return np.array(days, dtype=int), sizes, low, high


def makers_of(stocks: Table) -> list[str]:
    """Who made the chips that a table knows of China's stock; nobody where it does not say."""
    if "manufacturer" not in stocks.columns:
        return []
    return sorted({str(maker) for maker in stocks["manufacturer"][stocks["owner"] == OWNER]})


def largest_share(assumptions: Assumptions) -> str:
    """Name of the share of the stock inside China that its largest hyperscaler holds, by the median.

    Examples
    --------
    >>> from catchup.analysis.studies.tables.gate_hindcast import largest_share
    >>> from catchup.model import load_assumptions
    >>> [largest_share(load_assumptions(overlays)) for overlays in ([], ["alibaba-largest"])]
    ['hyperscaler_share', 'alibaba_domestic_share']
    """
    race = assumptions.race
    held = [source.amount[1] for source in race.sources.values() if source.amount[:1] == (STOCK,) == source.amount[:-1]]
    return max(held, key=lambda name: float(assumptions.quantiles(name, 0.5)), default=SHARE)


def gate_lag(
    assumptions: Assumptions, values: Mapping[str, Array], flop: float, stock: Stock, errors: Array, progress: Any
) -> Array:
    """Months from a record to a Chinese model that meets it, by the gate: `LONGEST` where never; shape (draw,)."""
    number, calendar = assumptions.table.number, assumptions.calendar
    seconds = calendar.days_per_month * SECONDS_PER_DAY
    month = flop_per_h100e_month(number("h100_peak"), values["mfu_china"], seconds)
    pool = values[SHARE] * stock.h100_equivalents * np.exp(stock.log_sd * errors)
    falling = log_growth_per_month(np, progress)
    pace = falling + stock.growth
    missing = np.log(flop / largest_run(values["hyperscaler_budget"], pool, month))
    launch = np.where(pace > 0.0, missing / np.where(pace > 0.0, pace, 1.0), LONGEST)
    launch = np.clip(np.where(missing > 0.0, launch, 0.0), 0.0, LONGEST)
    length = run_length(requirement(np, flop, falling * launch), pool * np.exp(stock.growth * launch), month)
    end = pretrained(np, launch, length, values["minimum_training_months"])
    return np.asarray(np.minimum(ready(end, values["post_training_months"]), LONGEST))


def _log_likelihood(log_months: float, expected: Array, spread: float, *, still: bool) -> Array:
    from scipy.special import log_ndtr

    away = (log_months - expected) / spread
    return np.asarray(log_ndtr(-away) if still else -0.5 * away * away)


def with_dates(found: GateHindcast, posterior: Posterior) -> GateHindcast:
    """Say what counting the gate's track record does to the date of the race.

    Parameters
    ----------
    found : GateHindcast
        The track record.
    posterior : Posterior
        On all other evidence.

    Raises
    ------
    InputError
        If a table is later than the day of the question, or the track record makes no item.
    """
    item = written_item(hindcast_item_text(found, "hindcast-gate"))
    for table in (found.table, found.stocks):
        refuse_later(table, posterior.question.as_of)
    selection = replace(posterior.selection, counted=(*posterior.selection.counted, item))
    counted = condition(posterior.question, selection).ready
    return replace(found, dates=(posterior.ready, counted), question=posterior.question)


def hindcast_item_text(found: GateHindcast, item_id: str) -> dict[str, Any]:
    """Write what the gate's track record says of progress as an item's file; see `gate_hindcast`.

    Raises
    ------
    InputError
        If it rules out no fast progress, or no slow one.
    """
    return item_text(
        item_id,
        f"Progress by the gate's track record, {len(found.asked)} records",
        "hindcast",
        (found.table, found.stocks),
        by="catchup hindcast",
        observed=progress_observed(
            found.table, found.curve, records=[asked.episode.reference.model for asked in found.asked]
        ),
        weight=found.weight,
        weight_reason="The records' lags are counted as lags, too; what is believed of budgets is of today.",
    )
