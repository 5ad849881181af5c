"""Quantiles are asked of probabilities, probabilities of numbers: all else is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import catchup
from catchup import analysis
from catchup.analysis.inference.streaming import StreamedDistribution
from catchup.priors.errors import InputError

MODEL = catchup.Model("2026-11-26", evidence="eci-lag", model="article")
PRIOR = analysis.prior_of(MODEL.question(draws=2_000))


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), [0.1], None, "0.5", True])
def test_a_quantile_alone_is_asked_of_a_probability_too(p: Any) -> None:
    streamed = StreamedDistribution(0.0, 10.0)
    streamed.add(np.linspace(1.0, 9.0, 100))
    for each in (PRIOR.ready, streamed):
        with pytest.raises(InputError, match=r"^p: a probability from 0 to 1 was expected, not "):
            each.quantile_value(p)


def test_a_probability_is_asked_of_a_number_and_never_above_1() -> None:
    streamed = StreamedDistribution(0.0, 10.0)
    streamed.add(np.linspace(1.0, 9.0, 100))
    weighted = MODEL.posterior("importance", draws=2_000).ready
    for each in (PRIOR.ready, weighted, streamed):
        with pytest.raises(InputError, match=r"^value: a number was expected, not nan"):
            each.probability_below(float("nan"))
        assert each.probability_below(np.inf).value == pytest.approx(1.0)
        assert each.probability_below(np.inf).value <= 1.0
    uneven = analysis.Weighting(3, np.array([0.1, 0.2, 0.7 + 4e-16]))
    assert analysis.Distribution(np.arange(3.0), uneven).probability_below(np.inf).value == 1.0
