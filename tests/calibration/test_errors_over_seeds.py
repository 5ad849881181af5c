"""Whether figures are as sure as they say: their Monte Carlo errors beside how they spread over seeds."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from recording import Add, sized
from scipy import stats

from catchup.analysis import (
    Question,
    Request,
    as_json,
    bridge,
    forecast,
    influence,
    levers,
    posterior,
    regimes,
    scenarios,
)
from catchup.analysis.studies.obstacles import obstacles
from catchup.analysis.studies.state import state
from catchup.model import load_assumptions
from reported_errors import figures

SEEDS = int(os.environ.get("CATCHUP_ERROR_SEEDS", sized(200, 50)))
DRAWS = 32_768
FALSE_ALARM = 1e-3  # of all figures of a model together
STUDIES = (forecast, state, levers, regimes, scenarios, influence, bridge)
CAUTIOUS = (
    "/bits/value",
    "/adds/quantiles/0.05/months",
    "/0.95/months",
    "/without_lags/quantiles/0.5/months",
    "/without_lags/quantiles/0.75/months",
)
"""Figures whose errors may be larger than their spread, and never smaller: a divergence near 0, to first order; a
quantile just where a distribution begins, whose density there is smoothed over what lies beyond; and those the largest
of whose errors, from the fewest draws, make up most of their squares' mean: one far out, and without the lags, where a
fit sometimes finds no more draws than it began with, the median and 75%."""
MOST_ALIKE = 0.9  # share of the seeds
STEPS = "bridge/steps/"
"""Figures of which the same holds: where evidence makes the step, errors of up to 1.5 times the spread."""


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("model", ["article", "current"])
def test_every_reported_error_is_that_of_the_figure(model: str, record: Add) -> None:
    assumptions, found = load_assumptions(model=model), defaultdict(list)
    for seed in range(SEEDS):
        question = Question(assumptions, date(2026, 11, 21), draws=DRAWS, seed=seed)
        drawn = posterior(Request(question, engine="importance"))
        for study in (*STUDIES, *([obstacles] if assumptions.obstacles else [])):
            for name, value, error in figures(as_json(study(drawn)), study.__name__):
                found[name].append((value, error))
    whole = {name: np.array(pairs).T for name, pairs in found.items() if len(pairs) == SEEDS}
    spreads = {name: spread_of(values) for name, (values, _) in whole.items()}
    ratios = {name: rms(whole[name][1]) / spread for name, spread in spreads.items() if spread > 0.0}
    low, high = band(len(ratios))
    for name, ratio in ratios.items():
        record("errors", model=model, figure=name, ratio=ratio, seeds=SEEDS, low=low, high=high)
    assert len(ratios) > 60
    outside = {name: ratio for name, ratio in ratios.items() if not low <= ratio <= high}
    cautious = {name for name in outside if name.endswith(CAUTIOUS) or name.startswith(STEPS)}
    assert {name: ratio for name, ratio in outside.items() if ratio < low or name not in cautious} == {}


def rms(errors: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(errors**2)))


def spread_of(values: np.ndarray) -> float:
    """Standard deviation of figures before they were rounded; 0 where rounding leaves too little of it.

    Rounding to a step h adds h^2/12 to the variance [1]_. Up to a step of twice the standard deviation this finds it to
    1.6%, wherever a normal figure lies between two steps. Where nine in ten seeds round to one figure the others are
    what a quantile skips from one draw to the next, once in a thousand seeds: no band of chance is known for that.

    References
    ----------
    .. [1] Sheppard, On the calculation of the most probable values of frequency-constants (1898).
    """
    if np.unique(values, return_counts=True)[1].max() > MOST_ALIKE * values.size:
        return 0.0
    step = rounded_to(values)
    variance = float(values.var(ddof=1)) - step**2 / 12.0
    return math.sqrt(variance) if variance > (step / 2.0) ** 2 else 0.0


def rounded_to(values: np.ndarray) -> float:
    """Finest power of ten that figures are written to."""
    return 10.0 ** min(int(Decimal(repr(float(value))).normalize().as_tuple().exponent) for value in values)


def band(figures: int) -> tuple[float, float]:
    """What chance makes of such ratios, were every error right: of a normal figure, by the chi-squared distribution."""
    share = FALSE_ALARM / (2 * figures)
    low, high = stats.chi2.ppf([share, 1.0 - share], SEEDS - 1) / (SEEDS - 1)
    return 1.0 / math.sqrt(high), 1.0 / math.sqrt(low)


def test_figures_are_found_wherever_they_stand() -> None:
    content = {
        "draws": 5,
        "mean": 2.0,
        "mean_mcse": 0.1,
        "quantiles": {"0.5": {"months": 1.5, "date": "2027-01-01", "mcse": 0.2}},
        "rows": [{"id": "slide", "shift": {"value": -1.0, "mcse": 0.3}}, {"value": 1.0, "mcse": 0.0}],
        "state": {"ready": 0.4, "under-way": 0.6},
        "state_mcse": {"ready": 0.02, "under-way": 0.0},
        "commitments": {"alibaba": {"matched": 0.1}},
        "commitments_mcse": {"alibaba": {"matched": 0.01}},
        "flop": {"quantiles": {"0.5": 2e25}, "mcse": {"0.5": 3e22}},
    }
    assert list(figures(content, "x")) == [
        ("x/mean", 2.0, 0.1),
        ("x/quantiles/0.5/months", 1.5, 0.2),
        ("x/rows/slide/shift/value", -1.0, 0.3),
        ("x/state/ready", 0.4, 0.02),
        ("x/commitments/alibaba/matched", 0.1, 0.01),
        ("x/flop/quantiles/0.5", 2e25, 3e22),
    ]


def test_spreads_are_of_figures_before_rounding() -> None:
    exact = np.random.default_rng(1).normal(size=20_000)  # know their standard deviation to 0.5%
    for decimals, step in ((2, 0.01), (0, 1.0)):
        rounded = exact.round(decimals)
        assert rounded_to(rounded) == pytest.approx(step)
        assert spread_of(rounded) == pytest.approx(1.0, rel=0.02)  # four such errors
    assert rounded.std() > 1.03  # a twelfth more variance, were nothing made up for
    assert spread_of(np.array([0.0008, 0.0009, 0.0009, 0.0009])) == 0.0
    assert spread_of(np.repeat([0.0, -0.0017], [199, 1])) == 0.0
