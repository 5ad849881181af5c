"""How this model's figure for each published claim is worked out, and when the claim counts as met."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from ....model import equations
from ....model.assumptions import MYTHOS_QUANTITIES
from ....model.calendar import month_end
from ...inference.estimates import NOISE_FACTOR, Estimate
from ...inference.forecast import Forecast, forecast
from ...inference.posterior import prior_of
from ...inference.question import Question
from ..counterfactuals import Comparison, levers_as_published
from ..sensitivity.one_at_a_time import OneAtATime, one_at_a_time
from ..thresholds.criteria import MedianBy, WinsShare
from ..thresholds.stock_search import StockSearch
from .claims import Claim, Run

WITHOUT_LAUNCH = frozenset(
    {"flop-at-modes", "flop-quantile", "distillation-share", "distillation-progress", "rental-year", "rented-stock"}
)


class Verdict(StrEnum):
    """Whether a claim is met."""

    MET = "met"
    WITHIN_NOISE = "met within Monte Carlo error"
    NOT_MET = "not met"


@dataclass(frozen=True)
class Finding:
    """What this model says of a claim.

    Attributes
    ----------
    figure, mcse : str
        As printed; `mcse` is empty for a figure that rests on no draws.
    verdict : Verdict
        Whether the claim is met.
    remark : str
        What the figure alone does not say.
    """

    figure: str
    mcse: str
    verdict: Verdict
    remark: str = ""


class Measured:
    """What claims are measured on: one question, each part worked out once.

    Parameters
    ----------
    question : Question
        Asked of the prior alone.
    run : Run
        How the published figures were computed.
    """

    def __init__(self, question: Question, run: Run) -> None:
        self.question, self.run = question, run
        self._prior = prior_of(question)

    @cached_property
    def forecast(self) -> Forecast:
        """The forecast."""
        return forecast(self._prior)

    @cached_property
    def levers(self) -> Comparison:
        """Every lever, as published."""
        return levers_as_published(self._prior)

    @cached_property
    def drivers(self) -> OneAtATime:
        """Every quantity's swing."""
        return one_at_a_time(self._prior)

    @cached_property
    def search(self) -> StockSearch:
        """Where stocks are tried."""
        return StockSearch(self._prior)

    def middle(self, quantity: str) -> float:
        """Median of a quantity under the prior."""
        return float(self.question.assumptions.quantiles(quantity, 0.5))

    def noise(self, mcse: float, *, launch: bool) -> float:
        """Monte Carlo error of a comparison: this model's and, where the two models are one, the published run's."""
        same = not launch or self.question.launch_grid == self.run.launch_grid
        published = mcse * math.sqrt(self.question.draws / self.run.draws) if same else 0.0
        return math.hypot(mcse, published)


def measure(claim: Claim, measured: Measured) -> Finding:
    """Work out this model's figure for a claim, and judge it."""
    return MEASURES[claim.measure](claim, measured)


def published(claim: Claim) -> str:
    """What was published, as printed."""
    words = {
        "ready-quantile": claim.month,
        "driver-order": ", ".join(claim.order),
        "lever-order": ", ".join(claim.order),
        "win-share": f"{claim.stock:,.0f} {claim.unit}",
        "median-by": f"{claim.stock:,.0f} {claim.unit}",
        "threshold-by": f"{claim.stock:,.0f} {claim.unit}",
    }
    if claim.measure in words:
        return words[claim.measure]
    return f"{figures(claim.value, claim.digits)}{'' if claim.unit == '1' else ' ' + claim.unit}"


def figures(value: float, digits: int) -> str:
    """Write a figure with so many significant digits."""
    if value >= 1e15:
        return f"{value:.{digits - 1}e}".replace("e+", "e")
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def _judge(distance: float, noise: float) -> Verdict:
    """Judge how far a figure lies outside what was published."""
    if distance <= 0.0:
        return Verdict.MET
    return Verdict.WITHIN_NOISE if distance <= NOISE_FACTOR * noise else Verdict.NOT_MET


def _rounding(claim: Claim, value: float) -> float:
    """How far a value lies outside the interval that rounds to the published figure."""
    half = 0.5 * 10.0 ** (math.floor(math.log10(claim.value)) - claim.digits + 1)
    return abs(value - claim.value) - half * (1.0 + 1e-9)


def _flop_at_modes(claim: Claim, measured: Measured) -> Finding:
    assumptions = measured.question.assumptions
    beliefs, number = assumptions.beliefs, assumptions.table.number
    chips, months, mfu = (_mode(beliefs[name]) for name in MYTHOS_QUANTITIES)
    seconds = number("days_per_month") * equations.SECONDS_PER_DAY
    flop = float(equations.mythos_flop(chips, number("trainium2_peak"), mfu, months, seconds))
    median = 10.0 ** measured.forecast.log_flop.quantile(0.5).value
    remark = f"worked out at the modes of chips, duration and MFU; the prior's median is {figures(median, 3)} FLOP"
    return Finding(figures(flop, 3), "", _judge(_rounding(claim, flop), 0.0), remark)


def _mode(family: object) -> float:
    return float(getattr(family, "mode", math.nan))


def _flop_quantile(claim: Claim, measured: Measured) -> Finding:
    log_flop = measured.forecast.log_flop.quantile(claim.probability)
    flop = 10.0**log_flop.value
    mcse = flop * math.log(10.0) * log_flop.mcse
    verdict = _judge(_rounding(claim, flop), measured.noise(mcse, launch=False))
    remark = ""
    if verdict is not Verdict.MET:
        remark = (
            f"rounds to {figures(flop, claim.digits)}; the published run's own Monte Carlo error is "
            f"{figures(mcse * math.sqrt(measured.question.draws / measured.run.draws), 2)}"
        )
    return Finding(figures(flop, 4), figures(mcse, 2), verdict, remark)


def _ready_quantile(claim: Claim, measured: Measured) -> Finding:
    calendar = measured.question.assumptions.calendar
    ready = measured.forecast.ready.quantile(claim.probability)
    first = date.fromisoformat(claim.month + "-01")
    last = month_end(first)
    begins, ends = calendar.months(first), calendar.months_by(last)
    outside = max(begins - ready.value, ready.value - ends)
    verdict = _judge(outside, measured.noise(ready.mcse, launch=True))
    return Finding(f"{calendar.day(ready.value)} ({ready.value:.3f})", f"{ready.mcse:.2g}", verdict)


def _driver_order(claim: Claim, measured: Measured) -> Finding:
    swings = {
        swing.quantity: abs(swing.span.value) for swing in measured.drivers.swings if swing.part_of not in claim.order
    }
    claimed = [swings[name] for name in claim.order]
    rest = max(span for name, span in swings.items() if name not in claim.order)
    ordered = all(one >= other for one, other in zip(claimed, [*claimed[1:], rest], strict=True))
    noise = max(swing.span.mcse for swing in measured.drivers.swings)
    found = sorted(swings, key=lambda name: -swings[name])[: len(claimed)]
    text = ", ".join(f"{name} {swings[name]:.2f}" for name in found)
    remark = f"months between a quantity's 10th and 90th percentile; the next largest is {rest:.2f}"
    if len(set(claimed)) < len(claimed):
        remark += "; equal swings are the grid's rounding"
    return Finding(text, f"{noise:.1g}", Verdict.MET if ordered else Verdict.NOT_MET, remark)


def _lever_order(claim: Claim, measured: Measured) -> Finding:
    shifts = {row.id: row.shift(0.5) for row in measured.levers.counterfactuals}
    first, second = (shifts[name].value for name in claim.order)
    others = [shifts[name].value for name in claim.others]
    met = first > second and max(others) <= claim.tolerance * second
    text = ", ".join(f"{name} {shifts[name].value:+.2f}" for name in [*claim.order, *claim.others])
    remark = f"shift of the median in months; modest: at most {claim.tolerance:.0%} of the second"
    noise = max(shift.mcse for shift in shifts.values())
    return Finding(text, f"{noise:.1g}", Verdict.MET if met else Verdict.NOT_MET, remark)


def _win_share(claim: Claim, measured: Measured) -> Finding:
    win = measured.search.trial(claim.stock, claim.budget_factor).win
    solved = measured.search.solve(WinsShare(claim.value), claim.budget_factor).stock
    verdict = _judge(abs(win.value - claim.value) - claim.tolerance, measured.noise(win.mcse, launch=True))
    remark = f"wins {claim.value:.0%} at {_stock(solved)}; about: within {claim.tolerance:g}"
    return Finding(f"{win.value:.3f}", f"{win.mcse:.1g}", verdict, remark)


def _median_by(claim: Claim, measured: Measured) -> Finding:
    criterion = MedianBy(claim.day)
    trial = measured.search.trial(claim.stock)
    score, median = criterion.score(trial, measured.question), trial.ready.quantile(0.5)
    verdict = _judge(-score.value, measured.noise(score.mcse, launch=True))
    day = measured.question.assumptions.calendar.day(median.value)
    remark = (
        f"this is the median there; it reaches {claim.day} from {_stock(measured.search.solve(criterion).stock)} on"
    )
    return Finding(f"{day} ({median.value:.3f})", f"{median.mcse:.2g}", verdict, remark)


def _threshold_by(claim: Claim, measured: Measured) -> Finding:
    stock = measured.search.solve(MedianBy(claim.day)).stock
    if stock is None:
        return Finding("never", "", Verdict.NOT_MET)
    outside = abs(stock.value - claim.stock) - claim.tolerance * claim.stock
    median = measured.search.trial(claim.stock).ready.quantile(0.5).value
    day = measured.question.assumptions.calendar.day(median)
    remark = f"at {claim.stock:,.0f} the median is {day}; met: within {claim.tolerance:.0%}"
    verdict = _judge(outside, measured.noise(stock.mcse, launch=True))
    return Finding(f"{stock.value:,.0f} {claim.unit}", f"{stock.mcse:,.0f}", verdict, remark)


def _distillation_share(claim: Claim, measured: Measured) -> Finding:
    share = measured.middle("distilled_share") * measured.middle("distillation_removed_share")
    return Finding(figures(share, 3), "", _judge(_rounding(claim, share), 0.0))


def _distillation_progress(claim: Claim, measured: Measured) -> Finding:
    left = equations.remaining_progress(
        np, claim.progress, measured.middle("distilled_share"), measured.middle("distillation_removed_share")
    )
    return Finding(f"{figures(left, 3)} {claim.unit}", "", _judge(_rounding(claim, left), 0.0))


def _rent(measured: Measured) -> float:
    return measured.middle("rental_price") * measured.question.assumptions.table.number("hours_per_year")


def _rental_year(claim: Claim, measured: Measured) -> Finding:
    rent = _rent(measured)
    return Finding(f"{figures(rent, 4)} {claim.unit}", "", _judge(_rounding(claim, rent), 0.0))


def _rented_stock(claim: Claim, measured: Measured) -> Finding:
    stock = claim.spend / _rent(measured)
    remark = f"USD {claim.spend / 1e6:g} million at the prior's median rent"
    return Finding(f"{figures(stock, 4)} {claim.unit}", "", _judge(_rounding(claim, stock), 0.0), remark)


def _stock(stock: Estimate | None) -> str:
    return "no stock" if stock is None else f"{stock.value:,.0f} \N{PLUS-MINUS SIGN} {stock.mcse:,.0f}"


MEASURES: dict[str, Callable[[Claim, Measured], Finding]] = {
    "flop-at-modes": _flop_at_modes,
    "flop-quantile": _flop_quantile,
    "ready-quantile": _ready_quantile,
    "driver-order": _driver_order,
    "lever-order": _lever_order,
    "win-share": _win_share,
    "median-by": _median_by,
    "threshold-by": _threshold_by,
    "distillation-share": _distillation_share,
    "distillation-progress": _distillation_progress,
    "rental-year": _rental_year,
    "rented-stock": _rented_stock,
}
