"""Runs judged by what happened, or by what has not happened yet, beside rival views; each by what it published.

A forecast made after the day of the outcome is none, and one that should not be trusted was never published: both are
left out, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import overload

from ...model.calendar import Calendar
from ...priors.arguments import refuse_others
from ...priors.errors import InputError
from ..inference.estimates import Distribution, Weighting
from ..inference.question import Question
from .reading import UNSOUND, UNTRUSTED, Run, fault_of
from .ready_curve import Published, published_dates
from .rivals import Rival, load_rivals
from .scoring import RUN, TREND, score
from .scoring import Outcome as Outcome
from .scoring import Score as Score
from .views import Curve


@dataclass(frozen=True)
class LeftOut:
    """A forecast that is not scored, and why."""

    id: str
    title: str
    as_of: date
    reason: str
    kind: str = RUN


@dataclass(frozen=True)
class Scores(Sequence[Score]):
    """How forecasts fared, beside one another: a sequence of scores; and what was left out.

    Attributes
    ----------
    outcome : Outcome
        What is known of the date.
    scores : tuple of Score
        One a forecast.
    left_out : tuple of LeftOut
        Forecasts made after the day that is known of, and runs that should not be trusted or whose date is damaged.
    """

    outcome: Outcome
    scores: tuple[Score, ...]
    left_out: tuple[LeftOut, ...] = ()

    @classmethod
    def of(cls, outcome: Outcome, found: Iterable[Score | LeftOut]) -> Scores:
        """Sort scores from what was left out."""
        every = list(found)
        return cls(
            outcome,
            tuple(row for row in every if isinstance(row, Score)),
            tuple(row for row in every if isinstance(row, LeftOut)),
        )

    def with_more(self, *others: Scores) -> Scores:
        """Put further scores of the same outcome below."""
        parts = (self, *others)
        return Scores(
            self.outcome,
            tuple(row for part in parts for row in part.scores),
            tuple(row for part in parts for row in part.left_out),
        )

    @overload
    def __getitem__(self, index: int) -> Score: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Score, ...]: ...

    def __getitem__(self, index: int | slice) -> Score | tuple[Score, ...]:
        return self.scores[index]

    def __len__(self) -> int:
        return len(self.scores)


def score_runs(runs: Iterable[Run], outcome: Outcome, days: Sequence[date] = ()) -> Scores:
    """Score runs, each by the curve that it published.

    Parameters
    ----------
    runs : iterable of Run
        Of one made after the outcome's day, which is left out, nothing but the manifest is read.
    outcome : Outcome
        What is known.
    days : sequence of date
        Days by whose end the probability is scored.

    Raises
    ------
    InputError
        If the outcome lies before t = 0.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Outcome, Question, Request, run, score_runs
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     made = run(request, Path(folder) / "runs", brief=True)
    ...     scores = score_runs([made], Outcome(date(2027, 6, 30)))
    ...
    >>> scores[0].id, scores[0].crps > 0.0
    ('2026-11-21', True)
    """
    refuse_others("runs", runs, Iterable, "a list of runs (read_runs returns one)")
    refuse_others("outcome", outcome, Outcome, "an Outcome")

    def rows() -> Iterator[Score | LeftOut]:
        for run in runs:
            refuse_others("runs", run, Run, "a list of runs (read_runs returns one)")
            title, as_of = f"this model, {run.manifest.event}", run.manifest.as_of
            if as_of > outcome.day:
                yield _too_late(run.name, title, as_of, outcome)
                continue
            try:
                if not run.trustworthy:
                    yield LeftOut(run.name, title, as_of, UNTRUSTED)
                    continue
                target, scored = next(iter(dates_of(run).items()))
            except UNSOUND as error:
                yield LeftOut(run.name, title, as_of, fault_of(run.folder, error))
                continue
            refuse_before_origin(outcome, scored.calendar)
            found = score(run.name, title, as_of, scored.curve, outcome, scored.calendar, days=days)
            yield replace(found, judged_by=target, model=run.manifest.model)

    return Scores.of(outcome, rows())


def score_rivals(calendar: Calendar, outcome: Outcome, rivals: Mapping[str, Rival] | None = None) -> Scores:
    """Score the stated views of others, each in the form in which it was stated.

    Parameters
    ----------
    calendar : Calendar
        Days to months.
    outcome : Outcome
        What is known.
    rivals : mapping of str to Rival, optional
        By id; the project's own table by default.

    Raises
    ------
    InputError
        If the outcome lies before t = 0.
    """
    refuse_before_origin(outcome, calendar)
    known = load_rivals() if rivals is None else rivals
    days = stated_days(known)

    def rows() -> Iterator[Score | LeftOut]:
        for name, rival in known.items():
            if rival.date > outcome.day:
                yield _too_late(name, rival.title, rival.date, outcome, rival.kind)
                continue
            view = rival.view(calendar)
            found = score(name, rival.title, rival.date, view, outcome, calendar, kind=rival.kind, days=days)
            yield replace(found, source=rival.source, opened=rival.opened, proxy=rival.proxy)

    return Scores.of(outcome, rows())


def score_trends(question: Question, outcome: Outcome, days: Sequence[date] = ()) -> Scores:
    """Score the trend lines, as their sources state them, under a question's assumptions."""
    from ...model.trend import trends_to
    from ..studies.readings.trend import read_trend
    from ..studies.structure_registry import trend_id

    calendar = question.assumptions.calendar

    def rows() -> Iterator[Score | LeftOut]:
        for name, text in trends_to(question.assumptions, question.event).items():
            identity = trend_id(name)
            if text.measured > outcome.day:
                yield _too_late(identity, text.title, text.measured, outcome)
                continue
            ready = read_trend(question, name, text).stated.ready
            found = score(identity, text.title, text.measured, ready, outcome, calendar, kind=TREND, days=days)
            yield replace(found, judged_by="ready")

    return Scores.of(outcome, rows())


def stated_days(rivals: Mapping[str, Rival]) -> list[date]:
    """Days by whose end somebody stated a probability, in order."""
    return sorted({day for rival in rivals.values() for day in rival.days()})


def distribution_of(run: Run) -> Distribution:
    """Work a run's date out again from its inputs; a NUTS posterior is read from its file instead.

    Raises
    ------
    UntrustworthyError
        If its draws cannot be trusted.
    """
    if run.manifest.engine == "nuts":
        from .kept_posterior import posterior_ready

        values, chains = posterior_ready(run)
        return Distribution(values, Weighting(values.size, chains=chains))
    return run.snapshot.posterior().ready


def dates_of(run: Run) -> dict[str, Published]:
    """A run's dates as it published them, by target; ready alone, worked out again, where it has kept none."""
    kept = published_dates(run)
    if kept:
        return kept
    return {"ready": Published(Curve.of(distribution_of(run)), run.snapshot.question.assumptions.calendar)}


def refuse_before_origin(outcome: Outcome, calendar: Calendar) -> None:
    """Refuse a day before t = 0, of which there is no forecast.

    Raises
    ------
    InputError
        Naming the option.
    """
    if outcome.day < calendar.origin:
        key = "--outcome-after" if outcome.open else "--outcome"
        raise InputError(f"a day from {calendar.origin} (t = 0) on was expected, not {outcome.day}", key=key)


def _too_late(identity: str, title: str, as_of: date, outcome: Outcome, kind: str = RUN) -> LeftOut:
    known = "the day that is known of" if outcome.open else "it happened"
    return LeftOut(identity, title, as_of, f"made after {known}, {outcome.day}, and so no forecast of it", kind)
