"""Forecasts, posteriors and selections as a notebook shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import catchup
from catchup import analysis

MODEL = catchup.Model("2026-11-26", evidence="eci-lag", model="article")
PRIOR = analysis.prior_of(MODEL.question(draws=2_000))


@pytest.mark.parametrize(
    ("shown", "begins", "holds"),
    [
        (analysis.forecast(PRIOR), "Forecast(ready 20", ("MCSE", "months", "90% from", "2,000 draws, forward")),
        (PRIOR, "Posterior(compute-equivalent as of 2026-11-26", ("model article", "evidence: none")),
        (MODEL.selection, "Selection(counted: eci-lag;", ("checks", "set aside")),
    ],
)
def test_what_is_shown_of_an_object_is_one_line(shown: object, begins: str, holds: tuple[str, ...]) -> None:
    text = repr(shown)
    assert text.startswith(begins)
    assert all(each in text for each in holds)
    assert len(text) < 250
    assert "\n" not in text


def test_a_date_that_never_comes_is_shown_so() -> None:
    months = analysis.Distribution(np.array([8.0, 9.0, np.inf, np.inf]), analysis.Weighting(4))
    assert "90% from 2026-10-25 to never" in repr(replace(analysis.forecast(PRIOR), ready=months))
