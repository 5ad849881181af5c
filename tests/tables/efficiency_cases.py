"""Tables of scores and compute drawn from the line itself, and beliefs under which the answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catchup.evidence import ScoredModels
from catchup.evidence.efficiency.equations import error_variance, expected_score
from catchup.evidence.efficiency.integration import PARAMETERS
from catchup.model import load_assumptions
from catchup.priors.families import Family, Fixed

DEGREES = load_assumptions().table.number("efficiency_degrees_of_freedom")
PROGRESS = "measured_progress"


def own_beliefs() -> dict[str, Family]:
    """What the project believes of the line and of progress."""
    beliefs = load_assumptions().beliefs
    return {name: beliefs[name] for name in (PROGRESS, *PARAMETERS)}


@dataclass(frozen=True)
class Line:
    """A line that tables are drawn from."""

    score: float = 140.0
    slope: float = 10.0
    noise: float = 3.4
    spread: float = 7.0


def drawn_line(rng: np.random.Generator, beliefs: Mapping[str, Family]) -> Line:
    return Line(*(float(beliefs[name].quantile(rng.uniform())) for name in PARAMETERS))


def drawn_models(
    rng: np.random.Generator,
    line: Line,
    log10_progress: float,
    *,
    count: int = 88,
    organisations: int = 24,
    score_sd: float = 0.0,
    degrees: float = DEGREES,
) -> ScoredModels:
    """Models over three years and two and a half orders of magnitude of compute, compute growing with time."""
    years = rng.uniform(-3.0, 0.2, count)
    compute = rng.normal(-0.5 + 0.3 * years, 0.7)
    # a few organisations with many models, many with one: as it is
    shares = 1.0 / np.arange(1.0, organisations + 1.0)
    owner = rng.choice(organisations, size=count, p=shares / shares.sum())
    effect = rng.normal(0.0, line.spread, organisations)[owner]
    expected = expected_score(line.score, line.slope, compute, log10_progress, years, effect)
    own = np.full(count, score_sd) * rng.uniform(0.5, 1.5, count)
    score = expected + np.sqrt(error_variance(line.noise, own)) * rng.standard_t(degrees, count)
    names, owners = [f"m{place}" for place in range(count)], [f"o{of:02d}" for of in owner]
    return ScoredModels.of(names, score, own, compute, years, owners)


def fixed(line: Line) -> dict[str, Family]:
    values = (line.score, line.slope, line.noise, line.spread)
    return {name: Fixed(value=value) for name, value in zip(PARAMETERS, values, strict=True)}
