"""A run in other people's formats, checked against what those formats ask."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date

import numpy as np

from ...model.calendar import months_later
from ...priors.errors import CatchupError, InputError, unknown_name
from ..inference.json_values import from_json
from .reading import Run
from .ready_curve import Published
from .scores import dates_of
from .tabular import as_csv, csv_text
from .views import Curve

HUB_QUANTILES = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
HUB_SAMPLES = 100
HUB_TARGETS = {"ready": "days to ready", "known": "days to publicly known"}
HUB_COLUMNS = ("origin_date", "event", "target", "output_type", "output_type_id", "value")
CURVE_POINTS = 201
MONTHS_SHOWN = 24  # by a continuous question that is given no end
SMALLEST_STEP = 5e-5  # least rise between neighbouring points that a continuous question takes
HALVINGS = 12  # of a step, until what still lies in it lies at one moment
LARGEST_STEP = 0.2  # most
OPEN_MARGIN = 1e-3  # probability left beyond an open bound at least


def export(run: Run, form: str, *, lower: date | None = None, upper: date | None = None) -> str:
    """Write a run in a format.

    Parameters
    ----------
    run : Run
        Which.
    form : str
        ``csv``, ``json``, ``hubverse`` or ``metaculus``.
    lower, upper : date, optional
        Bounds of a continuous question; both open. By default the day of the run, and two years later.

    Raises
    ------
    InputError
        If there is no such format, or the bounds are not in order, or the format has none.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, export, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     made = run(request, Path(folder) / "runs", brief=True)
    ...     export(made, "hubverse").splitlines()[0]
    ...
    'origin_date,event,target,output_type,output_type_id,value'
    """
    writers: dict[str, Callable[[], str]] = {
        "csv": lambda: as_csv([run]),
        "json": lambda: json.dumps(run.forecast, indent=2) + "\n",
        "hubverse": lambda: _as_hubverse(run),
        "metaculus": lambda: _as_metaculus(run, lower, upper),
    }
    if form not in writers:
        raise unknown_name("format", form, writers, key="--format")
    for option, bound in (("--lower", lower), ("--upper", upper)):
        if bound is not None and form != "metaculus":
            raise InputError(f"is for --format metaculus; {form} has no range", key=option)
    return writers[form]()


def _as_hubverse(run: Run) -> str:
    """Quantile and sample rows in the hub's columns; values are days from the start of `origin_date` on.

    A quantile or sample that lies at never has no row.
    """
    dates = dates_of(run)
    return csv_text(
        HUB_COLUMNS, [row for name in HUB_TARGETS if name in dates for row in _hub_rows(run, name, dates[name])]
    )


def _hub_rows(run: Run, target: str, published: Published) -> list[tuple[str, ...]]:
    curve, calendar = published.curve, published.calendar
    origin = calendar.months(run.manifest.as_of)

    def row(form: str, identity: str, months: float) -> tuple[str, ...]:
        days = (months - origin) * calendar.days_per_month
        asked = run.manifest.as_of.isoformat(), run.manifest.event
        return *asked, HUB_TARGETS[target], form, identity, f"{days:.4f}"

    said = run.forecast[target]["quantiles"]  # at its own levels a row is to the digit what the run's answer is
    stated = {float(p): from_json(entry["months"]) for p, entry in said.items()}
    quantiles = np.maximum.accumulate([stated.get(p, curve.quantile(p)) for p in HUB_QUANTILES])
    samples = [curve.quantile((index + 0.5) / HUB_SAMPLES) for index in range(HUB_SAMPLES)]
    rows = [("quantile", f"{p:g}", value) for p, value in zip(HUB_QUANTILES, quantiles, strict=True)]
    rows += [("sample", str(index), value) for index, value in enumerate(samples)]
    return [row(*entry) for entry in rows if math.isfinite(entry[2])]


def _as_metaculus(run: Run, lower: date | None, upper: date | None) -> str:
    """The date that a question resolves on: publicly known, where the run tells that from ready."""
    first = lower or run.manifest.as_of
    last = upper or months_later(first, MONTHS_SHOWN)
    if last <= first:
        raise InputError(f"a day after {first} was expected, not {last}", key="--upper")
    target, published = next(iter(dates_of(run).items()))
    calendar = published.calendar
    curve = continuous_curve(published.curve, calendar.months(first), calendar.months(last))
    content = {
        "event": run.manifest.event,
        "target": target,
        "as_of": run.manifest.as_of.isoformat(),
        "range_min": first.isoformat(),
        "range_max": last.isoformat(),
        "open_lower_bound": True,
        "open_upper_bound": True,
        "continuous_cdf": curve,
    }
    return json.dumps(content, indent=2) + "\n"


def continuous_curve(dates: Curve, lower: float, upper: float) -> list[float]:
    """Cumulative probabilities at `CURVE_POINTS` evenly spaced moments between two open bounds.

    Parameters
    ----------
    dates : Curve
        Months since t = 0.
    lower, upper : float
        The bounds, in months.

    Returns
    -------
    list of float
        Rising by at least `SMALLEST_STEP` from point to point, within `OPEN_MARGIN` of neither 0 nor 1.

    Raises
    ------
    CatchupError
        If so much probability lies in one step that the format cannot hold it.
    """
    points = np.linspace(lower, upper, CURVE_POINTS)
    raw = np.array([dates.probability_before(float(point))[0] for point in points])
    # A little of a uniform rise is mixed in: the format wants every step to have some probability.
    floor = np.linspace(OPEN_MARGIN, 1.0 - OPEN_MARGIN, CURVE_POINTS)
    share = 1.02 * SMALLEST_STEP * (CURVE_POINTS - 1) / (1.0 - 2.0 * OPEN_MARGIN)
    curve = (1.0 - share) * np.clip(raw, OPEN_MARGIN, 1.0 - OPEN_MARGIN) + share * floor
    curve = np.round(curve, 8)
    steps = np.diff(curve)
    if steps.max() > LARGEST_STEP:
        place = int(steps.argmax())
        where = f"one of {CURVE_POINTS - 1} steps (month {points[place]:.2f})"
        told = "it is known, and there is nothing to forecast" if _at_once(dates, *points[place : place + 2]) else ""
        raise CatchupError(f"{steps.max():.0%} of the probability lies in {where}: {told or 'narrow the bounds'}")
    return [float(value) for value in curve]


def _at_once(dates: Curve, low: float, high: float) -> bool:
    """Whether what lies in a step lies at one moment of it, so that no narrower bounds would part it."""
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        below, here, above = (dates.probability_before(float(month))[0] for month in (low, middle, high))
        low, high = (low, middle) if here - below > above - here else (middle, high)
    return bool(dates.probability_before(float(high))[0] - dates.probability_before(float(low))[0] > LARGEST_STEP)
