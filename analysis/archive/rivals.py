"""Views stated by others, read from a table: who, when, in which form, and whether the source was opened."""

from __future__ import annotations

import datetime
import re
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ...model.calendar import LAST_DAY, Calendar, month_end
from ...priors.errors import InputError
from ...priors.strict import StrictModel, of_kind, read_toml, validate
from .views import Knots, View, Window

RIVALS = Path(__file__).with_name("rivals.toml")
PERIOD = re.compile(r"\d{4}-\d{2}(-\d{2})?")

Probability = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, Field(min_length=1)]


def _on_the_calendar(day: datetime.date) -> datetime.date:
    if day > LAST_DAY:
        raise ValueError(f"a day up to {LAST_DAY} was expected, not {day}")
    return day


Day = Annotated[datetime.date, AfterValidator(_on_the_calendar)]


class Rival(StrictModel):
    """A view stated by somebody else.

    Attributes
    ----------
    kind : str
        The form in which it was stated: ``quantiles``, ``window`` or ``probability``.
    title : str
        Whose it is.
    date : datetime.date
        The day on which it was stated; the latest it can have been.
    source : str
        Where it was stated.
    opened : bool
        Whether the source itself was opened; what was not is quoted from somewhere else.
    proxy : str
        What it is of, where that is not the event itself; else empty.
    """

    kind: str
    title: Text
    date: Day
    source: Text
    opened: bool
    proxy: str = ""

    @abstractmethod
    def view(self, calendar: Calendar) -> View:
        """Return what is held of the date, in months since t = 0."""

    def days(self) -> tuple[datetime.date, ...]:
        """Days by whose end it states a probability."""
        return ()


class QuantilesStated(Rival):
    """Quantiles of the date; and, beside them, probabilities by the end of a day."""

    kind: Literal["quantiles"]
    quantiles: dict[str, str]
    probabilities: dict[str, Probability] = Field(default_factory=dict)

    @field_validator("quantiles", "probabilities")
    @classmethod
    def _readable(cls, stated: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        levels = info.field_name == "quantiles"
        for level, period in stated.items() if levels else ((None, day) for day in stated):
            if level is not None and not _between_nought_and_one(level):
                raise ValueError(f"a probability between 0 and 1 in quotes was expected, not '{level}'")
            if not (PERIOD.fullmatch(period) and _days_of(period)):
                raise ValueError(f"a day such as 2026-10-29 or a month such as 2026-10 was expected, not '{period}'")
        return stated

    def view(self, calendar: Calendar) -> Knots:
        quantiles = sorted((float(level), _middle(calendar, period)) for level, period in self.quantiles.items())
        return Knots(dict(quantiles), tuple((level, calendar.months_by(day)) for day, level in self._cumulative()))

    def days(self) -> tuple[datetime.date, ...]:
        return tuple(day for day, _ in self._cumulative())

    def _cumulative(self) -> Iterator[tuple[datetime.date, float]]:
        for day, probability in self.probabilities.items():
            yield _days_of(day)[-1], probability


class WindowStated(Rival):
    """Some time between two days, both included."""

    kind: Literal["window"]
    from_: Annotated[Day, Field(alias="from")]
    to: Day
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0

    @field_validator("to")
    @classmethod
    def _after_from(cls, to: datetime.date, info: ValidationInfo) -> datetime.date:
        first = info.data.get("from_")
        if first is not None and to < first:
            raise ValueError(f"a day from {first} on was expected, not {to}")
        return to

    def view(self, calendar: Calendar) -> View:
        return Window(calendar.months(self.from_), calendar.months_by(self.to), self.probability)


class ProbabilityStated(Rival):
    """A probability by the end of a day."""

    kind: Literal["probability"]
    by: Day
    probability: Probability

    def view(self, calendar: Calendar) -> View:
        return Knots({}, ((self.probability, calendar.months_by(self.by)),))

    def days(self) -> tuple[datetime.date, ...]:
        return (self.by,)


KINDS: dict[str, type[Rival]] = {
    "quantiles": QuantilesStated,
    "window": WindowStated,
    "probability": ProbabilityStated,
}


def load_rivals(path: Path = RIVALS) -> dict[str, Rival]:
    """Read the views of others.

    Raises
    ------
    InputError
        At the first fault of the file.
    """
    return {name: _rival(name, row, path) for name, row in read_toml(path).get("rival", {}).items()}


def _rival(name: str, row: object, path: Path) -> Rival:
    key = f"rival.{name}"
    rival = validate(of_kind(row, KINDS, file=path, key=key), row, file=str(path), key=key)
    if isinstance(rival, QuantilesStated):
        _refuse_disorder(rival, path, key)
    return rival


def _refuse_disorder(rival: QuantilesStated, path: Path, key: str) -> None:
    """Refuse quantiles that are none, or that fall as their probability rises."""
    if not rival.quantiles:
        raise InputError("at least one was expected", file=path, key=f"{key}.quantiles")
    if len(set(map(float, rival.quantiles))) < len(rival.quantiles):
        raise InputError("states the quantile of one probability twice", file=path, key=f"{key}.quantiles")
    first = min(day for period in rival.quantiles.values() for day in _days_of(period))
    moments = [months for _, months in rival.view(Calendar(first, 1.0)).points]
    if moments != sorted(moments):
        raise InputError("later days were expected for higher probabilities", file=path, key=f"{key}.quantiles")


def _between_nought_and_one(text: str) -> bool:
    try:
        return 0.0 < float(text) < 1.0
    except ValueError:
        return False


def _days_of(period: str) -> tuple[datetime.date, ...]:
    """The day, or the first and the last day of the month; none where there is no such, or no calendar of it."""
    try:
        if len(period) > len("2026-10"):
            days: tuple[datetime.date, ...] = (datetime.date.fromisoformat(period),)
        else:
            first = datetime.date.fromisoformat(f"{period}-01")
            days = first, month_end(first)
    except ValueError:
        return ()
    return days if days[-1] <= LAST_DAY else ()


def _middle(calendar: Calendar, period: str) -> float:
    """Middle of a day or of a month, in months since t = 0: the quantile lies somewhere in it."""
    days = _days_of(period)
    return 0.5 * (calendar.months(days[0]) + calendar.months_by(days[-1]))
