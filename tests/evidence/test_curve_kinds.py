"""Curves that stand for a table: which are refused, what is drawn from them beyond their points; kinds of one's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from catchup.evidence.efficiency.curve import end_slopes, spline, spline_pieces
from catchup.evidence.kinds import KINDS
from catchup.evidence.kinds.capability_lag import CapabilityLag
from catchup.evidence.kinds.curve import FINE, HEIGHT, CurveText, normalised
from catchup.evidence.kinds.registry import register_kind
from catchup.priors.errors import InputError

PEAK = (0.0, 0.6, 1.0, 0.6, 0.0)


@pytest.mark.parametrize(
    "heights",
    [
        (0.0, 0.1, 0.2, 0.1, 0.0),  # next to level
        (0.0, -3.0, 5.0, 3.0, 0.0),  # falls from the first
        (0.0, 3.0, 5.0, -3.0, 0.0),  # rises to the last
    ],
)
def test_a_curve_rises_from_its_first_point_and_falls_to_its_last(heights: tuple[float, ...]) -> None:
    assert CurveText(start=0.0, step=1.0, heights=PEAK).heights == PEAK
    with pytest.raises(ValidationError, match="should rise from the first and fall to the last"):
        CurveText(start=0.0, step=1.0, heights=heights)


@pytest.mark.parametrize("share", [0.9, 0.5, 1e-3])
def test_beyond_its_points_a_curve_is_drawn_from_as_the_exponential_that_it_falls_as(share: float) -> None:
    start, step = -1.0, 0.5
    heights = normalised(step, PEAK)
    named = {HEIGHT.format(place): height for place, height in enumerate(heights)}
    figures = {"start": start, "step": step, "centre": 0.0, **named}
    first, last = end_slopes(spline_pieces(np, heights))
    below, above = math.exp(heights[0]) * step / first, -math.exp(heights[-1]) * step / last
    ranks = np.array([share * below, 1.0 - share * above])
    low, high = -KINDS["efficiency_curve"].simulate(np, np.zeros(2), ranks, np.zeros(2), figures)
    # its cells add up to 1 within their own square, which is all that a rank can be wrong by
    within = step * FINE**-2 / min(first, -last) / min(below, above)
    assert low == pytest.approx(start + step * math.log(share) / first, abs=within)
    assert high == pytest.approx(start + step * (len(PEAK) - 1 + math.log(share) / last), abs=within)


def test_a_kind_says_what_its_observations_are_measured_in() -> None:
    class Measured(CapabilityLag):
        name = "measured_lag"

    class Unmeasured(CapabilityLag):
        name = "unmeasured_lag"
        unit: Any = None

    before = dict(KINDS)
    try:
        assert register_kind(Measured) is Measured
        assert KINDS["measured_lag"].unit == CapabilityLag.unit
        with pytest.raises(InputError, match="a unit was expected") as refused:
            register_kind(Unmeasured)
        assert refused.value.key == "unmeasured_lag.unit"
        assert "unmeasured_lag" not in KINDS
    finally:
        for name in set(KINDS) - set(before):
            del KINDS[name]


def test_what_is_no_number_has_no_height() -> None:
    with np.errstate(invalid="ignore"):
        heights = spline(np, 0.0, 1.0, PEAK, np.array([np.nan, 2.0]))
    assert np.isnan(heights[0])
    assert heights[1] == 1.0
