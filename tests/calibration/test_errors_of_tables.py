"""Errors of what stands in tables of a forecast: of probabilities from independent draws, and of Mythos's compute."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from catchup.analysis import Distribution, Forecast, Question, Weighting, as_json, forecast, prior_of
from catchup.model import load_assumptions
from reported_errors import figures

DRAWS = 4_000
SHARES = ("probability_by", "not_by", "state", "first_firm", "first_archetype", "commitments")
DIGITS = 0.005 + 2.0 / DRAWS  # three of them are written; a variance may be divided by a draw less


@cache
def answer(model: str) -> Forecast:
    return forecast(prior_of(Question(load_assumptions(model=model), date(2026, 11, 21), draws=DRAWS)))


def tables(content: Any, path: str = "") -> list[str]:
    if not isinstance(content, dict):
        return []
    own = [f"{path}{key}" for key, value in content.items() if key.endswith("_mcse") and isinstance(value, dict)]
    return own + [found for key, value in content.items() for found in tables(value, f"{path}{key}/")]


@pytest.mark.parametrize("model", ["article", "current"])
def test_errors_of_probabilities_are_those_of_shares_of_independent_draws(model: str) -> None:
    """Launches are not rounded, so that no two firms are first together and share a draw."""
    content = as_json(answer(model))
    assert {name.removesuffix("_mcse") for name in tables(content)} == {*SHARES}
    found = list(figures({key: content[key] for name in SHARES for key in (name, f"{name}_mcse")}, "forecast"))
    asked = {name.split("/")[1] for name, _, _ in found}
    assert asked == {*SHARES} - ({"commitments"} if model == "article" else set())
    for name, value, error in found:
        binomial = math.sqrt(value * (1.0 - value) / DRAWS)
        assert error == pytest.approx(binomial, rel=DIGITS), name


def test_the_error_of_mythos_compute_is_in_flop() -> None:
    """Of draws that lie evenly in a range the density is known, and found exactly."""
    low, high = 25.0, 27.0
    log_flop = Distribution(np.linspace(low, high, DRAWS), Weighting(DRAWS))
    content = as_json(replace(answer("article"), log_flop=log_flop))["mythos_flop"]
    found = list(figures({"mythos_flop": content}, ""))
    assert len(found) == 3
    for name, value, error in found:
        p = float(name.rpartition("/")[2])
        density = 1.0 / (high - low) / (value * math.log(10.0))  # a FLOP
        assert math.log10(value) == pytest.approx(low + p * (high - low), abs=1e-3)
        assert error == pytest.approx(math.sqrt(p * (1.0 - p) / DRAWS) / density, rel=DIGITS)
