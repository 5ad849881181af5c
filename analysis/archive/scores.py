"""Runs judged by what happened, or by what has not happened yet, beside rival views."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from ...model.calendar import Calendar
from ...priors.errors import InputError
from ...priors.layers import Row
from ...priors.strict import StrictModel, read_toml, validate
from ..inference.estimates import Array, Distribution, Weighting
from ..studies.attribution import Workshop
from .reading import Run

RIVALS = Path(__file__).with_name("rivals.toml")
LEVELS = (np.arange(2_000) + 0.5) / 2_000  # a distribution is scored as this many equally likely values
INTERVALS = (0.5, 0.9)


class Rival(StrictModel):
    """A view stated by somebody else: some time between two days, both included."""

    title: str
    date: datetime.date
    from_: Annotated[datetime.date, Field(alias="from")]
    to: datetime.date
    source: str


@dataclass(frozen=True)
class Outcome:
    """What is known of the date.

    Attributes
    ----------
    day : date
        The day it happened; or, while open, the last day on which it had not.
    open : bool
        Whether it is still to happen.
    """

    day: date
    open: bool = False

    def months(self, calendar: Calendar) -> float:
        """Noon of the day it happened; or, while open, the end of the last day without it."""
        return calendar.months(self.day) + (1.0 if self.open else 0.5) / calendar.days_per_month


@dataclass(frozen=True)
class Score:
    """How a forecast fared.

    Attributes
    ----------
    id, title : str
        Whose forecast.
    as_of : date
        When it was made.
    crps : float
        Continuous ranked probability score, months; while open, its part up to the day (threshold-weighted).
    log_score : float
        Minus the log density of the outcome (per month); while open, minus the log probability of still being open.
    pit : tuple of float
        Probability that the forecast gave to an earlier date; while open, the range it can still take.
    covered : mapping of float to bool or None
        Whether the central interval of that level holds the date; None while that is undecided.
    """

    id: str
    title: str
    as_of: date
    crps: float
    log_score: float
    pit: tuple[float, float]
    covered: dict[float, bool | None]


@dataclass(frozen=True)
class Scores:
    """How forecasts fared, beside one another.

    Attributes
    ----------
    outcome : Outcome
        What is known of the date.
    scores : tuple of Score
        One a forecast.
    """

    outcome: Outcome
    scores: tuple[Score, ...]


def score(identity: str, title: str, as_of: date, ready: Distribution, outcome: Outcome, calendar: Calendar) -> Score:
    """Score one forecast.

    Parameters
    ----------
    identity, title : str
        Whose it is.
    as_of : date
        When it was made.
    ready : Distribution
        Months since t = 0.
    outcome : Outcome
        What is known.
    calendar : Calendar
        Days to months.

    References
    ----------
    .. [1] Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, JASA 102 (2007).
    .. [2] Gneiting and Ranjan, Comparing density forecasts using threshold- and quantile-weighted scoring
       rules, JBES 29 (2011).
    """
    import scoringrules

    moment = outcome.months(calendar)
    ensemble = ready.quantile_values(LEVELS)
    # A date that never comes counts as one far beyond any that matters, not as a score without end.
    ensemble = np.minimum(ensemble, moment + 1_200.0)
    earlier = ready.probability_below(moment).value
    if outcome.open:
        crps = float(scoringrules.twcrps_ensemble(moment, ensemble, b=moment, backend="numpy"))
        log_score = -math.log(1.0 - earlier) if earlier < 1.0 else math.inf
        pit = (earlier, 1.0)
    else:
        crps = float(scoringrules.crps_ensemble(moment, ensemble, backend="numpy"))
        log_score = _log_score(ready, moment)
        pit = (earlier, earlier)
    return Score(identity, title, as_of, crps, log_score, pit, _coverage(ready, moment, outcome.open))


def score_runs(runs: Sequence[Run], outcome: Outcome) -> list[Score]:
    """Score runs, oldest first; each by the draws that it was made of.

    Raises
    ------
    InputError
        If the outcome lies before t = 0.
    """
    shop = Workshop()
    rows = []
    for run in runs:
        snapshot = run.snapshot
        calendar = snapshot.question.assumptions.calendar
        if outcome.day < calendar.origin:
            raise InputError(
                f"a day from {calendar.origin} (t = 0) on was expected, not {outcome.day}", key="--outcome"
            )
        ready = distribution_of(run, shop)
        rows.append(score(run.name, f"this model, {run.manifest.event}", run.manifest.as_of, ready, outcome, calendar))
    return rows


def score_rivals(calendar: Calendar, outcome: Outcome) -> list[Score]:
    """Score the stated views of others."""
    rows = []
    for name, rival in load_rivals().items():
        first, last = calendar.months(rival.from_), calendar.months(rival.to + timedelta(days=1))
        values = first + (last - first) * (np.arange(20_000) + 0.5) / 20_000
        ready = Distribution(values, Weighting(values.size))
        rows.append(score(name, rival.title, rival.date, ready, outcome, calendar))
    return rows


def score_trends(run: Run, outcome: Outcome) -> list[Score]:
    """Score the trend lines, as their sources state them, under a run's assumptions."""
    from ...model.trend import load_trends
    from ..studies.readings.trend import read_trend

    question = run.snapshot.question
    calendar = question.assumptions.calendar
    rows = []
    for name, text in load_trends(question.assumptions).items():
        stated = read_trend(question, name, text).stated
        rows.append(score(f"trend-{name}", text.title, text.measured, stated.ready, outcome, calendar))
    return rows


def distribution_of(run: Run, workshop: Workshop | None = None) -> Distribution:
    """Work a run's date out again from its inputs; a NUTS posterior is read from its file instead."""
    if run.manifest.engine == "nuts":
        from .reading import posterior_ready

        values, chains = posterior_ready(run)
        return Distribution(values, Weighting(values.size, chains=chains))
    snapshot = run.snapshot
    return (workshop or Workshop()).state(snapshot.question, snapshot.items).ready


def load_rivals(path: Path = RIVALS) -> dict[str, Rival]:
    """Read the rival views.

    Raises
    ------
    InputError
        At the first fault of the file.
    """
    table = read_toml(path).get("rival", {})
    rows: Iterable[tuple[str, Row]] = ((name, Row(dict(row), str(path), str(path))) for name, row in table.items())
    rivals = {name: validate(Rival, row.values, file=row.file, key=f"rival.{name}") for name, row in rows}
    for name, rival in rivals.items():
        if rival.to < rival.from_:
            raise InputError(
                f"a day from {rival.from_} on was expected, not {rival.to}", file=path, key=f"rival.{name}.to"
            )
    return rivals


def _log_score(ready: Distribution, moment: float) -> float:
    """Minus the log of the density at a moment, from equally likely values by a normal kernel."""
    import scoringrules

    ensemble = ready.quantile_values(LEVELS)
    finite: Array = ensemble[np.isfinite(ensemble)]
    if finite.size < 2:
        return math.inf
    density = float(scoringrules.logs_ensemble(moment, finite, backend="numpy"))
    return density - math.log(finite.size / ensemble.size)


def _coverage(ready: Distribution, moment: float, still_open: bool) -> dict[float, bool | None]:
    covered: dict[float, bool | None] = {}
    for level in INTERVALS:
        low, high = ready.quantile_value(0.5 - level / 2), ready.quantile_value(0.5 + level / 2)
        if still_open:
            covered[level] = None if moment <= high else False
        else:
            covered[level] = low <= moment <= high
    return covered
