r"""How what is ready becomes publicly known: a long-tailed delay, and labs that conceal.

With T the month at which an event is ready, d that of the report and c the share of labs that never report,

.. math:: P(\text{silence to } t \mid T, c) = c + (1 - c)\, S(x), \qquad x = w \log\bigl(1 + e^{(t - T)/w}\bigr),

S being the survival function of a lognormal delay. x is the wait t - T, smoothly 0 before readiness, within a width w
because neither date is sharper than that, and a sampler needs a slope to follow. As x rises from 0 to infinity with t,
1 - S(x) is the distribution function of d among labs that report, and its derivative a density without a remainder.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from ..priors.errors import InputError, refuse_unknown, unknown_name
from ..priors.layers import Layer, merge
from ..priors.log_densities import log_density_of_score
from ..priors.scores import rank_of, score_of
from ..priors.strict import StrictModel, validate
from ..priors.table import Quantity
from .firms import Names

WIDTH = 0.1  # months; the w of the equation
FAR = 36.0  # widths from readiness, beyond which log(1 + e^y) is e^y or y to the last digit
FARTHEST_AHEAD = 1e9  # months before readiness, which all that lies further, or never comes, is taken as
SMALLEST = 1e-200  # keeps the logarithm of a silence that cannot be finite, with its gradient
ROW = "public"
RANK = "reporting_rank"  # names the uniform number that says how long a draw's report takes

Positive = Annotated[float, Field(gt=0)]


class Reporting(StrictModel):
    """How long it takes from being ready to being publicly known, and how many never say so.

    `median_months` and `sigma` (nats) are those of the lognormal delay; `concealed` names the quantity that is the
    share of labs that conceal. Items of evidence that state a delay of their own are counted by this one instead, and
    silence is counted up to the day through which it was confirmed.
    """

    title: str
    median_months: Positive
    sigma: Positive
    concealed: str
    references: Names = ()
    notes: str = ""

    @property
    def figures(self) -> dict[str, float]:
        """Numbers of the delay, as likelihoods take them."""
        return {"median_months": self.median_months, "sigma": self.sigma}


def load_reporting(
    layers: Iterable[Layer], quantities: Mapping[str, Quantity], references: Iterable[str]
) -> Reporting | None:
    """Validate the row that says how what is ready becomes known; None where no layer has one.

    Raises
    ------
    InputError
        At an unknown row, key, quantity or reference, or a quantity that is no share.
    """
    rows = merge(list(layers), "reporting")
    for name, row in rows.items():
        if name != ROW:
            raise unknown_name("row", name, [ROW], file=row.file, key=f"reporting.{name}")
    if ROW not in rows:
        return None
    row, key = rows[ROW], f"reporting.{ROW}"
    found = validate(Reporting, row.values, file=row.file, key=key)
    refuse_unknown("quantity", [found.concealed], quantities, row.file, f"{key}.concealed")
    refuse_unknown("reference", found.references, references, row.file, f"{key}.references")
    quantity = quantities[found.concealed]
    low, high = quantity.distribution.support()
    if quantity.text.unit != "1" or low < 0.0 or high > 1.0:
        raise InputError(
            f"a share between 0 and 1 was expected, but {found.concealed} is in '{quantity.text.unit}' "
            f"from {low:g} to {high:g}",
            file=row.file,
            key=f"{key}.concealed",
        )
    return found


def log_silence(xp: Any, months: Any, median: Any, sigma: Any, concealed: Any) -> Any:
    """Log probability that nothing is known yet, over ``numpy`` or ``pytensor.tensor`` (`xp`).

    Parameters
    ----------
    xp : module
        Array namespace.
    months : array
        Since readiness; negative before it.
    median, sigma : float
        Of the lognormal delay, months and nats.
    concealed : array
        Share of labs that never report.
    """
    score = _score(xp, _log_waited(xp, months), median, sigma)
    tail = rank_of(xp, -abs(score))  # of reports so far, or of those still to come: the fewer
    early = xp.log1p(-(1.0 - concealed) * tail)  # keeps what silence that was to be expected says
    return xp.where(score < 0.0, early, xp.log(xp.maximum(concealed + (1.0 - concealed) * tail, SMALLEST)))


def log_report_density(xp: Any, months: Any, median: Any, sigma: Any) -> Any:
    """Log density, per month, of a report so many months after readiness, among labs that report."""
    months = xp.maximum(months, -FARTHEST_AHEAD)  # of an infinite wait the logarithms would cancel to no number
    log_waited = _log_waited(xp, months)
    slope = -xp.logaddexp(0.0, -months / WIDTH)  # log of the wait's derivative
    return log_density_of_score(_score(xp, log_waited, median, sigma)) - _log(xp, sigma) - log_waited + slope


def months_to_report(xp: Any, score: Any, median: Any, sigma: Any) -> Any:
    """Months from readiness to a report whose delay has a normal score: what `log_report_density` is the density of."""
    delay = delay_at(xp, score, median, sigma)
    return delay + WIDTH * xp.log(-xp.expm1(-delay / WIDTH))


def delay_at(xp: Any, score: Any, median: Any, sigma: Any) -> Any:
    """Delay of a normal score, months."""
    return median * xp.exp(sigma * score)


def delay_given_silence(xp: Any, rank: Any, months: Any | None, reporting: Reporting, concealed: Any) -> Any:
    r"""Delay from readiness to a report given the silence so far, months; infinite where it is concealed.

    Parameters
    ----------
    xp : module
        Array namespace.
    rank : array
        Uniform on (0, 1).
    months : array, optional
        Of silence counted since readiness, negative where there was none before it; None where none is counted.
    reporting : Reporting
        The delay.
    concealed : array
        Share of labs that never report.

    Notes
    -----
    The delay is D with :math:`c + (1 - c)\,S(D) = u\,(c + (1 - c)\,S(x))`; there is none where the right side is below
    c. Given silence, it exceeds the wait.
    """
    numbers = reporting.median_months, reporting.sigma
    left = rank if months is None else rank * xp.exp(log_silence(xp, months, *numbers, concealed))
    still = (left - concealed) / xp.maximum(1.0 - concealed, SMALLEST)  # none is left where every lab conceals
    inside = xp.clip(still, 1e-300, 1.0)
    return xp.where(still > 0.0, delay_at(xp, -score_of(xp, inside), *numbers), xp.inf)


def never_given_silence(xp: Any, months: Any | None, reporting: Reporting, concealed: Any) -> Any:
    r"""Probability that a report never comes given the silence so far, :math:`c / (c + (1 - c)\,S(x))`.

    Parameters as of `delay_given_silence`, which is infinite as often as this says.
    """
    if months is None:
        return concealed
    silent = xp.exp(log_silence(xp, months, reporting.median_months, reporting.sigma, concealed))
    return xp.minimum(concealed / silent, 1.0)


def _log_waited(xp: Any, months: Any) -> Any:
    """Logarithm of the wait, linear in months far before readiness."""
    widths = months / WIDTH
    near = xp.log(xp.log1p(xp.exp(xp.clip(widths, -FAR, FAR))))  # a graph's logaddexp loses small digits
    after = xp.log(xp.maximum(widths, FAR))
    return math.log(WIDTH) + xp.where(widths < -FAR, widths, xp.where(widths > FAR, after, near))


def _score(xp: Any, log_months: Any, median: Any, sigma: Any) -> Any:
    return (log_months - _log(xp, median)) / sigma


def _log(xp: Any, number: Any) -> Any:
    """Logarithm of a figure; of a plain one before a graph takes it for one of few digits."""
    return math.log(number) if isinstance(number, float) else xp.log(number)
