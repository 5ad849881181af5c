"""One forecast judged by what is known of the date: every score that the form in which it was stated can be given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ...model.calendar import Calendar
from ..inference.estimates import Distribution
from ..inference.probabilities import INTERVALS
from ..inference.proper_scores import HORIZON, quantile_loss
from ..inference.words import share_text
from .views import Curve, Unscored, View

RUN, TREND = "run", "trend"


@dataclass(frozen=True)
class Outcome:
    """What is known of the date.

    Attributes
    ----------
    day : date
        The day it happened; or, while open, the last day on which it had not.
    open : bool
        Whether it is still to happen.
    to_come : bool
        Whether the day lies after today, so that all this is a supposition.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Outcome
    >>> still_open = Outcome(date(2026, 11, 21), open=True)
    >>> still_open.by(date(2026, 6, 30)), still_open.by(date(2026, 12, 31))
    (False, None)
    """

    day: date
    open: bool = False
    to_come: bool = False

    @classmethod
    def stated(cls, day: date, today: date, *, open: bool = False) -> Outcome:
        """What somebody says of a day, who can only suppose it of one that is still to come."""
        return cls(day, open, to_come=day > today)

    def months(self, calendar: Calendar) -> float:
        """Noon of the day it happened; or, while open, the end of the last day without it."""
        end = calendar.months_by(self.day)
        return end if self.open else 0.5 * (calendar.months(self.day) + end)

    def by(self, day: date) -> bool | None:
        """Whether it happened by the end of a day; None where that is not known yet."""
        if self.open:
            return False if day <= self.day else None
        return self.day <= day


@dataclass(frozen=True)
class Score:
    """How a forecast fared. A figure that cannot be given is None, and `reasons` says why.

    Attributes
    ----------
    id, title : str
        Whose forecast.
    as_of : date
        When it was made.
    kind : str
        Its form: ``run``, ``trend``, ``quantiles``, ``window`` or ``probability``.
    crps : float or None
        Continuous ranked probability score of all that comes up to `HORIZON` after t = 0, months; while open, its part
        up to the day (threshold-weighted, both).
    interval_score : float or None
        Weighted interval score: twice the mean quantile score of `levels`, months; of what comes up to `HORIZON` too.
    levels : tuple of float
        Quantiles that the weighted interval score is of.
    log_score : float or None
        Minus the log density of the outcome (per month); while open, minus the log probability of still being open.
        Infinite where the forecast ruled it out.
    brier : mapping of date to float or None
        Squared error of the probability of having happened by the end of a day.
    pit : tuple of float
        Least and greatest probability that the forecast leaves to an earlier date; while open, the range it can
        still take.
    covered : mapping of float to bool or None
        Whether the central interval of that level holds the date; None while that is undecided, or where no such
        interval was stated.
    reasons : mapping of str to str
        By figure (``crps``, ``covered 0.5`` ...), why there is none.
    approximate : bool
        Whether the CRPS is that of a distribution joined between what was stated.
    source : str
        Where the view was stated; empty for what is this project's own.
    opened : bool or None
        Whether that was opened, or is quoted from somewhere else.
    proxy : str
        What the view is of, where that is not the event itself.
    judged_by : str
        Which of its dates was judged, of a run or trend: ``known`` or ``ready``; empty for the views of others.
    model : str
        Which model a run is of: ``current`` or ``article``; empty for what is no run.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Outcome
    >>> from catchup.analysis.archive.scores import score_rivals
    >>> from catchup.model import load_assumptions
    >>> scores = score_rivals(load_assumptions().calendar, Outcome(date(2027, 6, 30)))
    >>> scores[0].covered.get(0.5) in (True, False, None)
    True
    """

    id: str
    title: str
    as_of: date
    kind: str
    crps: float | None
    interval_score: float | None
    levels: tuple[float, ...]
    log_score: float | None
    brier: Mapping[date, float | None]
    pit: tuple[float, float]
    covered: dict[float, bool | None]
    reasons: Mapping[str, str] = field(default_factory=dict)
    approximate: bool = False
    source: str = ""
    opened: bool | None = None
    proxy: str = ""
    judged_by: str = ""
    model: str = ""


def score(
    identity: str,
    title: str,
    as_of: date,
    ready: Distribution | View,
    outcome: Outcome,
    calendar: Calendar,
    *,
    kind: str = RUN,
    days: Iterable[date] = (),
) -> Score:
    """Score one forecast.

    Parameters
    ----------
    identity, title : str
        Whose it is.
    as_of : date
        When it was made.
    ready : Distribution or View
        What it holds of the date, months since t = 0.
    outcome : Outcome
        What is known.
    calendar : Calendar
        Days to months.
    kind : str
        Its form.
    days : iterable of date
        Days by whose end its probability is scored.
    """
    view = Curve.of(ready) if isinstance(ready, Distribution) else ready
    moment = outcome.months(calendar)
    low, high = view.probability_before(moment)
    levels = view.scored_levels
    figures: dict[str, float | Unscored] = {
        "crps": view.crps_until(moment) if outcome.open else view.crps(moment),
        "interval_score": _interval_score(view, levels, moment, outcome),
        "log_score": view.log_score_still_open(moment) if outcome.open else view.log_score(moment),
    }
    brier = {day: _brier(view, day, as_of, outcome, calendar) for day in days}
    covered, uncovered = _coverage(view, moment, outcome.open)
    reasons = {name: found.reason for name, found in figures.items() if isinstance(found, Unscored)}
    reasons |= {f"brier {day}": found.reason for day, found in brier.items() if isinstance(found, Unscored)}
    given = {name: None if isinstance(found, Unscored) else found for name, found in figures.items()}
    return Score(
        id=identity,
        title=title,
        as_of=as_of,
        kind=kind,
        crps=given["crps"],
        interval_score=given["interval_score"],
        levels=levels,
        log_score=given["log_score"],
        brier={day: None if isinstance(found, Unscored) else found for day, found in brier.items()},
        pit=(low, 1.0) if outcome.open else (low, high),
        covered=covered,
        reasons={**reasons, **uncovered},
        approximate=view.approximate and given["crps"] is not None,
    )


def _interval_score(view: View, levels: Sequence[float], moment: float, outcome: Outcome) -> float | Unscored:
    """Twice the mean quantile score: of a median and central intervals, their weighted interval score.

    Like the CRPS, of which it is a part, it counts what comes after the horizon, or never, as coming then.
    """
    if not levels:
        return Unscored("it states no quantile")
    if outcome.open:
        return Unscored("undecided until it happens")
    seen = min(moment, HORIZON)
    losses = [quantile_loss(min(view.quantile(level) or 0.0, HORIZON), level, seen) for level in levels]
    return 2.0 * math.fsum(losses) / len(losses)


def _brier(view: View, day: date, as_of: date, outcome: Outcome, calendar: Calendar) -> float | Unscored:
    happened = outcome.by(day)
    if happened is None:
        return Unscored("undecided until then")
    if as_of > day:
        return Unscored("made after that day")
    low, high = view.probability_before(calendar.months_by(day))
    if high - low > 1e-9:
        return Unscored(f"it states no probability of that, but one between {share_text(low)} and {share_text(high)}")
    return (low - float(happened)) ** 2


def _coverage(view: View, moment: float, still_open: bool) -> tuple[dict[float, bool | None], dict[str, str]]:
    covered: dict[float, bool | None] = {}
    reasons = {}
    for level in INTERVALS:
        low, high = view.quantile(round(0.5 - level / 2, 6)), view.quantile(round(0.5 + level / 2, 6))
        if low is None or high is None:
            covered[level], reasons[f"covered {level:g}"] = None, "no such interval was stated"
        elif still_open:
            covered[level] = None if moment <= high else False
        else:
            covered[level] = low <= moment <= high
    return covered, reasons
