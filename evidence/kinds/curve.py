r"""What a whole table says of one number, as a log likelihood known at evenly spaced points of its coordinate.

Everything else that the table's likelihood depends on has been integrated out, so that what is left is one curve C. It
is highest at the estimate m that the table gives. Another table of the same kind would have given another estimate y,
with the same errors about it:

.. math:: \log p(y \mid x) = C(x + m - y) - \log \int e^{C},

x being what the model says. At the table's own estimate that is the table's likelihood; as a density of y it can be
simulated from, held out and refitted like that of any other kind. Between its points C is the natural cubic spline;
beyond them it falls on as a straight line, which is part of the integral.
"""

from __future__ import annotations

import datetime
import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from ...model.assumptions import PROGRESS_QUANTITY
from ...model.calendar import Calendar
from ...priors.strict import StrictModel, misfit
from ..efficiency.curve import end_slopes, spline, spline_pieces
from .kind import Clock, Figures, Kind, ModelState, Name, Positive, calculable, log_of

HEIGHT = "height_{:02d}"  # figure of a point
NODES = 10  # of the quadrature between two points
FINE = 40  # cells between two points, for ranks
LEAST_FALL = 0.5  # natural logarithms by which both ends lie below the top: else the table says next to nothing
FEWEST_POINTS, MOST_POINTS = 5, 99


class CurveText(StrictModel):
    """A curve.

    Attributes
    ----------
    start, step : float
        First point, and the distance between two, in the kind's coordinate.
    heights : tuple of float
        Natural logarithm of the likelihood at each, up to a constant.
    """

    start: Annotated[float, AfterValidator(calculable)]
    step: Positive
    heights: Annotated[tuple[float, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _has_a_top(self) -> CurveText:
        if not FEWEST_POINTS <= len(self.heights) <= MOST_POINTS:
            raise misfit("heights", f"should be {FEWEST_POINTS} to {MOST_POINTS} numbers, not {len(self.heights)}")
        first, last = end_slopes(spline_pieces(np, self.heights))
        ends = max(self.heights[0], self.heights[-1])
        if max(self.heights) - ends < LEAST_FALL or first <= 0.0 or last >= 0.0:
            raise misfit(
                "heights",
                f"should rise from the first and fall to the last by {LEAST_FALL:g} at least: what is no likelier "
                "anywhere says nothing",
            )
        return self


class CurveKind[Observed: StrictModel, Likelihood: StrictModel](Kind[Observed, Likelihood]):
    """A kind whose density is a table's curve about its estimate."""

    @abstractmethod
    def curve(self, observed: Observed, likelihood: Likelihood, calendar: Calendar) -> CurveText:
        """The curve."""

    @abstractmethod
    def estimate(self, observed: Observed, calendar: Calendar) -> float:
        """What the table itself gives for the number, in the kind's coordinate."""

    def observation(self, observed: Observed, clock: Clock) -> float:
        return _worked_out(self, observed, None, clock.calendar)["centre"]

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return dict(_worked_out(self, observed, likelihood, clock.calendar))

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        at = prediction + (figures["centre"] - value)
        return spline(xp, figures["start"], figures["step"], _heights(figures), at)

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        """Draw an estimate: the curve's quantile at the uniform number, as an error."""
        heights = _heights(figures)
        step, count = figures["step"], len(heights)
        cells = (count - 1) * FINE
        fine = spline(xp, 0.0, 1.0, heights, np.arange(cells + 1) / FINE)
        slopes = end_slopes(spline_pieces(xp, heights))
        left, right = xp.exp(heights[0]) * step / slopes[0], -xp.exp(heights[-1]) * step / slopes[1]
        density = xp.exp(fine)
        mass = xp.cumsum(0.5 * (density[1:] + density[:-1])) * (step / FINE)
        below = xp.concatenate([xp.zeros(1), mass]) + left
        rank = uniform * (below[-1] + right)  # the integral is 1 to the rounding of its cells
        cell = xp.clip(xp.searchsorted(below, rank) - 1, 0, cells - 1)
        along = (rank - below[cell]) / (below[cell + 1] - below[cell])
        inside = (cell + xp.clip(along, 0.0, 1.0)) / FINE
        before = xp.log(xp.minimum(rank / left, 1.0)) / slopes[0]
        after = xp.log(xp.minimum((below[-1] + right - rank) / right, 1.0)) / slopes[1]
        return prediction + figures["centre"] - (figures["start"] + step * (inside + before + after))


class ProgressCurve(StrictModel):
    """A curve over log10 of the yearly factor of algorithmic progress, and the factor at which it is highest."""

    value: Positive
    table: Name
    vintage: datetime.date
    curve: CurveText


class CurveAlone(StrictModel):
    """A likelihood of nothing beyond the curve."""


class ProgressCurveKind[Observed: ProgressCurve](CurveKind[Observed, CurveAlone]):
    r"""A kind whose curve speaks of algorithmic progress a: its coordinate is :math:`\log_{10} a`."""

    unit: ClassVar[str] = "log10 factor per year"
    likelihood = CurveAlone

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (PROGRESS_QUANTITY,)

    def curve(self, observed: Observed, likelihood: CurveAlone, calendar: Calendar) -> CurveText:
        return observed.curve

    def estimate(self, observed: Observed, calendar: Calendar) -> float:
        return math.log10(observed.value)

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.quantity[PROGRESS_QUANTITY]) * (1.0 / math.log(10.0))


@lru_cache(maxsize=64)
def _worked_out(kind: CurveKind[Any, Any], observed: Any, likelihood: Any, calendar: Calendar) -> Mapping[str, float]:
    """An item's figures, which are asked for with every chunk of draws; its estimate alone without a likelihood."""
    centre = {"centre": kind.estimate(observed, calendar)}
    if likelihood is None:
        return centre
    curve = kind.curve(observed, likelihood, calendar)
    heights = normalised(curve.step, curve.heights)
    named = {HEIGHT.format(place): height for place, height in enumerate(heights)}
    return {"start": curve.start, "step": curve.step, **centre, **named}


def normalised(step: float, heights: tuple[float, ...]) -> tuple[float, ...]:
    """Heights of a curve less the logarithm of what its exponential integrates to, beyond its ends too."""
    last = len(heights) - 1
    top = max(heights)
    values = np.array(heights) - top
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at = np.arange(last)[:, None] + 0.5 * (nodes + 1.0)
    first, final = end_slopes(spline_pieces(np, values))
    inside = 0.5 * step * float(np.sum(np.exp(spline(np, 0.0, 1.0, values, at)) * weights))
    beyond = step * (math.exp(values[0]) / first - math.exp(values[-1]) / final)
    return tuple(float(height) for height in values - math.log(inside + beyond))


def top(figures: Figures) -> float:
    """Where the curve among an item's figures is highest, as far as a fine grid tells."""
    heights = np.array(_heights(figures), dtype=float)
    fine = np.arange((heights.size - 1) * FINE + 1) / FINE
    return float(figures["start"] + figures["step"] * fine[spline(np, 0.0, 1.0, heights, fine).argmax()])


def _heights(figures: Figures) -> Sequence[Any]:
    """Heights among an item's figures, in order."""
    count = sum(name.startswith("height_") for name in figures)
    return [figures[HEIGHT.format(place)] for place in range(count)]
