"""The past asked again, without hindsight."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from ...priors.clock import today
from ...priors.errors import InputError
from ..archive.reading import Run
from ..inference.question import Question
from ..inference.request import Request, refuse_other_than_request
from ..presentation.repeat_command import options_of_assumptions
from .run import run

DAYS = {"d": 1, "w": 7}
MOST_DAYS = 36_500  # of a step


def replay(request: Request, runs: Path, first: date, last: date, every: timedelta) -> Iterator[Run]:
    """Ask a question again on past days, each time with what was known then.

    Parameters
    ----------
    request : Request
        Question and evidence; its own day is not used.
    runs : Path
        The runs folder.
    first, last : date
        The days, both included where the steps meet them.
    every : timedelta
        Step between days.

    Yields
    ------
    Run
        A brief run a day: forecast, what moved, inputs and manifest.

    Raises
    ------
    InputError
        If the days are not in order, or not between t = 0 and today.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, replay
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> first, last = date(2026, 11, 1), date(2026, 11, 8)
    >>> with TemporaryDirectory() as folder:
    ...     [made.name for made in replay(request, Path(folder) / "runs", first, last, timedelta(days=7))]
    ...
    ['2026-11-01', '2026-11-08']
    """
    refuse_other_than_request(request)
    check_days(request.question, first, last)
    day = first
    while day <= last:
        asked = replace(request, question=replace(request.question, as_of=day))
        yield run(asked, runs, command=_command(asked, runs), brief=True)
        day += every


def check_days(question: Question, first: date, last: date) -> None:
    """Refuse days that are not in order, or not between t = 0 and today.

    Raises
    ------
    InputError
        Naming the day that is wrong.
    """
    origin = question.assumptions.calendar.origin
    if first < origin:
        raise InputError(f"a day from {origin} (t = 0) on was expected, not {first}", key="--from")
    if last < first:
        raise InputError(f"a day from {first} on was expected, not {last}", key="--to")
    if last > today():
        raise InputError(f"a day up to today was expected, not {last}", key="--to")


def _command(request: Request, runs: Path) -> str:
    """Write the command that makes a day's run again."""
    question, day = request.question, request.question.as_of
    options = [
        f"--runs {shlex.quote(str(runs))} --from {day} --to {day} --event {question.event}",
        *options_of_assumptions(question),
        f"--evidence {shlex.quote(request.evidence)}",
        *([] if request.ledger is None else [f"--ledger {shlex.quote(str(request.ledger))}"]),
        *(f"--add {shlex.quote(str(path))}" for path in request.added),
        f"--draws {question.draws} --seed {question.seed} --engine {request.engine}",
    ]
    return " ".join(["catchup replay", *options])


def replay_days(first: date, last: date, every: timedelta) -> int:
    """How many days a replay asks about."""
    return (last - first) // every + 1


def parse_step(text: str) -> timedelta:
    """Read a step like 7d or 2w.

    Raises
    ------
    InputError
        If it is not a whole number of days or weeks above 0.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in DAYS or not number.isdecimal() or not 0 < int(number) * DAYS[unit] <= MOST_DAYS:
        raise InputError(f"a step like 7d or 2w, {MOST_DAYS} days at most, was expected, not '{text}'", key="--every")
    return timedelta(days=int(number) * DAYS[unit])
