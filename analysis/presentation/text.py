"""How figures are written for people: days, shifts, errors, numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ...model.assumptions import DEFAULT_EVENT, under_scenario
from ...model.calendar import Calendar
from ...model.race import Race
from ...priors.errors import and_text as and_text
from ...priors.families import Family
from ..inference.estimates import FEW, Estimate
from ..inference.json_values import number, significant
from ..inference.probabilities import HEADLINE
from ..inference.question import Question
from ..inference.silence import Silence, stale_ones
from ..inference.words import ROUNDED
from ..inference.words import chance_text as chance_text
from ..inference.words import share_text as share_text

if TYPE_CHECKING:
    from ..studies.scenarios import ScenarioResult
    from ..studies.telling import Telling
    from ..studies.thresholds.stock_search import Threshold

DAYS_PER_WEEK = 7
MINUS = "\N{MINUS SIGN}"
NEVER_SAID = "never"  # of what does not come
BEYOND_SAID = f"after {date.max.year}"  # of what comes, in a year that no calendar here has
SMALLEST_SHIFT = 0.005  # months; a smaller one would be written as none
BOUNDS = ("low", "mode", "high")  # parameters of a distribution that are given in this order
SAID_ERROR = 0.5  # months, from which a date's Monte Carlo error is said beside it
KEPT_ROUNDED = 5e-6  # by which runs have rounded probabilities
DAY = re.compile(r"(?<![\w./-])(?<!run )\d{4}-\d{2}-\d{2}(?![\w/-]|\.\w)")
"""A day of a sentence, which no file or run is named after."""


def day_text(question: Question, months: float) -> str:
    """Write a moment as a day for people; one that comes beyond the calendar is not said never to come."""
    return moment_text(question.assumptions.calendar, months, date_text)


def moment_text(calendar: Calendar, months: float, write: Callable[[date | None], str]) -> str:
    """Write a moment in months since t = 0 as its day is written, or that it is beyond the calendar."""
    day = calendar.day(months)
    return BEYOND_SAID if day is None and math.isfinite(months) else write(day)


def placed(preposition: str, moment: str) -> str:
    """Put a preposition before a moment as `moment_text` writes it, unless it says by itself that it is beyond all.

    Examples
    --------
    >>> placed("by", "May 2027"), placed("by", BEYOND_SAID)
    ('by May 2027', 'after 9999')
    """
    return moment if moment == BEYOND_SAID else f"{preposition} {moment}"


def kept_day_text(moment: Mapping[str, Any]) -> str:
    """Write a moment that a run keeps, with `months` and `date`, as `day_text` does."""
    if moment["date"] is None and moment.get("months") is not None:
        return BEYOND_SAID
    return date_text(None if moment["date"] is None else date.fromisoformat(moment["date"]))


def kept_chance(share: float, mcse: float | None) -> float:
    """A probability that a run keeps: where its error says that it was rounded to 0 or 1, by less than can be read."""
    if mcse is None or mcse <= ROUNDED or 0.0 < share < 1.0:
        return share
    return abs(share - min(mcse, KEPT_ROUNDED))


def around_text(day: str) -> str:
    """Say when something comes, most likely, given its median as `day_text` writes it."""
    return f"{day}, more likely than not" if day in (NEVER_SAID, BEYOND_SAID) else f"around {day}"


def known_since_text(day: str) -> str:
    """Say when it has become known, of a day in which no draw differs: a report that is believed names it."""
    return f"Publicly known since {day}"


def known_text(when: str, secret: float, nobody: float) -> str:
    """Say when it is publicly known, if ever, and how likely never: kept secret, or as nobody is ever ready."""
    never = f"never, a lab keeping it to itself, with a probability of {chance_text(secret)}"
    never += f", or nobody ever ready, {chance_text(nobody)}" if nobody else ""
    return f"Publicly known {when}; {never}" if when else f"Publicly known {never}"


def date_text(day: date | None) -> str:
    """Write a day for people: 9 Nov 2026; never, where there is none."""
    return NEVER_SAID if day is None else f"{day.day} {day:%b %Y}"


def with_days(text: str) -> str:
    """Write the days of a text that programs read, such as the title of a step, for people.

    Examples
    --------
    >>> with_days("time passing, 2026-11-16 to 2026-11-23")
    'time passing, 16 Nov 2026 to 23 Nov 2026'
    """
    return DAY.sub(_day_for_people, text)


def _day_for_people(found: re.Match[str]) -> str:
    try:
        return date_text(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def as_recorded(shift: Estimate) -> Estimate:
    """Round a shift as runs record it, so that it reads the same when it is worked out and when it is read back."""
    months, mcse = number(shift.value), significant(shift.mcse)
    return Estimate(shift.value if months is None else months, shift.mcse if mcse is None else mcse)


def stale_sentences(silences: Iterable[Silence]) -> list[str]:
    """Say that nobody had looked for long, where that is so; once for all silences last confirmed on a day.

    A report that is counted may say that there was something to see: of that this says nothing.
    """
    return list(dict.fromkeys(_stale_text(each) for each in stale_ones(silences)))


def _stale_text(silence: Silence) -> str:
    confirmed = silence.confirmed
    assert confirmed is not None, silence.item
    said = f"Silence was last confirmed through {date_text(confirmed)}: nobody has confirmed since that there was"
    still = ", and this model reads it to the day of the question all the same" if silence.counted > confirmed else ""
    return f"{said} nothing to see{still}."


def error_text(question: Question, months: float) -> str:
    """Write a Monte Carlo error in days."""
    days = months * question.assumptions.calendar.days_per_month
    if not math.isfinite(days):
        return "?"
    return f"± {days:.1f} d" if days < DAYS_PER_WEEK else f"± {days:.0f} d"


def with_error(estimate: Estimate | None) -> str:
    """Return a figure with its Monte Carlo error, "0.021 ± 0.004"; empty where there is none."""
    return "" if estimate is None else f"{estimate.value:.3f} ± {estimate.mcse:.3f}"


def large_error_text(errors: Iterable[float | None]) -> str:
    """Say the largest Monte Carlo error (months) of an interval's days, where they would else seem to be known."""
    worst = max((error for error in errors if error is not None and math.isfinite(error)), default=0.0)
    return f"; Monte Carlo error up to {worst:.1f} months" if worst >= SAID_ERROR else ""


def interval_text(low: str, middle: str, high: str, errors: Iterable[float | None]) -> str:
    """Say a date with its interval, from the days of three quantiles and their Monte Carlo errors (months)."""
    return f"{around_text(middle)} (90% interval: {low} to {high}{large_error_text(errors)})"


def shift_text(shift: Estimate) -> str:
    """Write a shift with its Monte Carlo error; one inside its noise is called noise, and that of nothing undefined."""
    if shift.value == 0.0 and shift.mcse == 0.0:
        return "no change"
    if not math.isfinite(shift.value):
        return "undefined" if math.isnan(shift.value) else "to never" if shift.value > 0.0 else "from never"
    if shift.noise:
        return "within noise"
    if abs(shift.value) < SMALLEST_SHIFT:
        return f"below {2.0 * SMALLEST_SHIFT:g}"
    shift = as_recorded(shift)
    return f"{shift.value:+.2f} ± {shift.mcse:.2f}"


def brief_shift(shift: Estimate) -> str:
    """Write a shift in months where there is no room for its error; 0 inside its noise, ? of too few draws."""
    if not math.isfinite(shift.value):
        return NEVER_SAID if shift.value > 0 else "?"
    if not shift.meaningful:
        return "?"
    if shift.noise or abs(shift.value) < SMALLEST_SHIFT:
        return "0"
    size = abs(shift.value)
    return f"{shift.value:+.{0 if size >= 99.95 else 1 if size >= 0.095 else 2}f}".replace("-", MINUS)


def figure(value: float) -> str:
    """Write a number briefly: 330,000, 0.012, 0.0004, 5.1e+26; nothing has no sign."""
    if value == 0:
        return "0"
    if abs(value) < 999.5:  # from where three digits round to a thousand
        return f"{value:.{3 if abs(value) >= 1e-3 else 2}g}"
    return f"{value:,.0f}" if abs(value) < 1e8 else f"{value:.2e}"


def stock_text(threshold: Threshold) -> str:
    """Write the stock needed to the digits that its Monte Carlo error bears out, with that error."""
    if threshold.stock is None:
        return "no amount does"
    value, error = threshold.stock.value, threshold.stock.mcse
    if value == 0.0:
        return "nothing"
    if value >= FEW or not 0.0 < error < math.inf:
        return figure(value) if not math.isfinite(error) else f"{figure(value)} ± {figure(error)}"
    digits = max(-math.floor(math.log10(error)), 0)
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def newcomer_text(row: ScenarioResult, firm: str, question: Question) -> str:
    """Say when a firm that a scenario brings in is ready itself, and whether before the others."""
    low, middle, high = (day_text(question, row.newcomers[firm].quantile_value(p)) for p in HEADLINE)
    chance = chance_text(row.first_firm[firm].value)
    chance = f"of {chance}" if chance[0].isdigit() else chance
    own = f"{the_firm(question, firm, row.id)} itself is ready around {middle} ({low} to {high})"
    return f"{own}, before the others with a probability {chance}."


def firm_words(race: Race, firm: str) -> str:
    """A firm in running text: by its name, or as what it is typical of; by its id where it is not of the race."""
    if firm not in race.firms:
        return firm
    title = race.firms[firm].title
    return title.lower() if race.archetypes[firm] == firm else title


def firm_under(question: Question, firm: str, scenario: str | None = None) -> str:
    """A firm in running text, as `firm_words` has it, under a scenario that may have brought it in."""
    return firm_words(_race_that_knows(question, firm, scenario), firm)


def the_firm(question: Question, firm: str, scenario: str | None = None) -> str:
    """A firm as a subject: by its name, or as what it is typical of; by its title where a scenario brings it in."""
    race = _race_that_knows(question, firm, scenario)
    if race.archetypes.get(firm, firm) != firm:
        return race.firms[firm].title
    return f"the {kind_words(firm) if firm in question.assumptions.race.firms else firm_words(race, firm)}"


def _race_that_knows(question: Question, firm: str, scenario: str | None) -> Race:
    race = question.assumptions.race
    return race if scenario is None or firm in race.firms else under_scenario(question.assumptions, scenario).race


def kind_words(kind: str) -> str:
    """A kind of firm in running text."""
    return {"startup": "start-up"}.get(kind, kind)


def between_text(share: float | None, rest: str) -> str:
    """Begin a sentence on the share of a pool's variance that lies between structures; or say why there is none."""
    if share is None:
        return "Some structures let it never come: the pool has no variance to share out."
    return f"{share:.0%} of {rest}."


def telling_lines(entries: Sequence[Telling], apart: str, chances: Callable[[Telling], str]) -> list[str]:
    """Say by which day being ready or not tells structures apart soonest, and by which most; nothing if none does.

    Parameters
    ----------
    entries : sequence of Telling
        By month end.
    apart : str
        What is told apart.
    chances : callable
        Words for the probabilities by a day.
    """
    from ..studies.telling import first_telling, most_telling

    def said(row: Telling) -> str:
        bits = f"{row.information:.2f} bit of which holds"
        return f"{date_text(row.day)}, which is expected to say {bits} ({chances(row)})"

    first, most = first_telling(entries), most_telling(entries)
    if most is None:
        return []
    if first is None:
        return [f"No month end tells {apart} apart by much. Most is told by whether it is ready by {said(most)}."]
    lines = [f"What tells {apart} apart soonest: whether it is ready by {said(first)}."]
    return lines if first is most else [*lines, f"What tells most: whether it is ready by {said(most)}."]


def arrival_text(event: str, when: str, name: str = "Mythos") -> str:
    """Say when it comes, and by which reading of "a model like Mythos" unless it is the usual one."""
    reading = "" if event == DEFAULT_EVENT else f", read as {event},"
    return f"A Chinese lab has a model like {name}{reading} {when}"


def leader_text(question: Question, shares: Mapping[str, Estimate], scenario: str | None = None) -> str:
    """Say who is most often first, with what probability; a scenario may have brought them in."""
    leader, share = max(shares.items(), key=lambda entry: entry[1].value)
    return f"{firm_under(question, leader, scenario)} {share_text(share.value)}"


def quantile_text(p: float) -> str:
    """Name a quantile in a heading or in the first cell of a row: 5%, median."""
    return "median" if p == 0.5 else f"{p:.0%}"


def numbers_of(family: Family) -> str:
    """Numbers of a distribution, by name: ``low 0.15, mode 0.2, high 0.3``."""
    return _listed(family.model_dump(exclude_none=True))


def _listed(values: Mapping[str, Any]) -> str:
    ordered = sorted(values, key=lambda name: BOUNDS.index(name) if name in BOUNDS else -1)
    return ", ".join(f"{name} {_plain(values[name])}" for name in ordered)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({_listed(value)})"
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    if isinstance(value, str):
        return value.replace("_", " ")
    return f"{value:,.0f}" if value >= 1000.0 and value.is_integer() else f"{value:g}"
