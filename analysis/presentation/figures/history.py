"""The forecast through time: a fan of dates by the day the question was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....model.calendar import Calendar
from ....priors.arrays import Array
from ....priors.errors import InputError, and_text
from ...archive.reading import why_untrusted
from ...inference.probabilities import HEADLINE, QUANTILES
from ..text import NEVER_SAID, date_text, with_days
from .bands import spread
from .dates import date_number, date_ticks, day_number, month_of, set_date_axis
from .style import (
    BAND_ALPHA,
    INK,
    LABEL_SIZE,
    MUTED,
    PAPER,
    WIDTH,
    frame,
    house_style,
    legend_below,
    new_figure,
    series,
    text_width,
)

if TYPE_CHECKING:
    from ...archive.history import Entry, History


HEIGHT = 3.4  # inches
SIDES = 1.0  # inches beside the plotting area
TICKS = 9
BESIDE = 0.04  # of the time that the runs span, beside the first and the last
SEEN = 0.03  # of an axis's length: of the line of today, what is shorter is not to be seen
LABEL_ROOM = 1.7 * LABEL_SIZE / 72.0  # inches up the axes that a date written there takes, with the paper around it
APART = 0.025  # inches between two numbers of arrivals
TALL = 2.3  # inches of the axes, at least
FEWEST = 3  # runs from which on bands are drawn without a marker at each run


@house_style()
def draw_history(history: History, *, width: float = WIDTH) -> Figure:
    """Draw median, 25 to 75% and 5 to 95% of the date by the day it was asked, what changed marked where it did.

    Parameters
    ----------
    history : History
        Runs of one event, oldest first; the last of each day is drawn.
    width : float
        Inches.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no run to draw, or there are runs about more than one event.
    """
    figure = new_figure(width, HEIGHT)
    axes = figure.add_subplot()
    words = draw_evolution(axes, history, width - SIDES)
    handles, names = axes.get_legend_handles_labels()
    figure.set_size_inches(width, HEIGHT + legend_below(axes, handles, names, columns=len(names)))
    frame(figure, words.finding, words.subtitle, words.source)
    return figure


class Words(NamedTuple):
    """What stands above and below the picture."""

    finding: str
    subtitle: str
    source: str


def draw_evolution(axes: Axes, history: History, width: float, beside: float = 0.0) -> Words:
    """Draw the fan of dates onto axes that are so many inches wide, and say what it shows.

    Parameters
    ----------
    axes : Axes
        Where to.
    history : History
        As for `draw_history`.
    width : float
        Inches.
    beside : float
        Days that the axis reaches beyond the first and the last run, at least.

    Raises
    ------
    InputError
        If there is no run to draw, or there are runs about more than one event.
    """
    entries = _of_a_day_each(history)
    calendar = entries[-1].run.snapshot.question.assumptions.calendar
    asked = np.array([day_number(entry.run.manifest.as_of) for entry in entries])
    dates = {p: _dates(entries, calendar, p) for p in QUANTILES}
    arrivals = _arrivals(history)
    _set_limits(axes, asked, dates, width, beside)
    _draw_fan(axes, asked, dates)
    _mark_arrivals(axes, arrivals, width)
    past = _draw_line_of_today(axes)
    runs = _runs_text(len(history.entries), len(entries))
    subtitle = f"Event {entries[-1].run.manifest.event}; {runs}.{past}"
    return Words(_finding(entries, calendar), subtitle, _source(entries, arrivals))


def _of_a_day_each(history: History) -> list[Entry]:
    if not history.entries:
        raise InputError("there is no sound run to draw", key="--plot")
    events = sorted({entry.run.manifest.event for entry in history.entries})
    if len(events) > 1:
        raise InputError(f"the runs are about several events ({', '.join(events)}); choose one", key="--event")
    return list({entry.run.manifest.as_of: entry for entry in history.entries}.values())


def _dates(entries: Sequence[Entry], calendar: Calendar, p: float) -> Array:
    """A quantile of every run in day numbers, not a number where the event never comes."""
    months = [entry.run.forecast["ready"]["quantiles"][f"{p:g}"]["months"] for entry in entries]
    return date_number(calendar, [np.nan if value is None else value for value in months])


def _arrivals(history: History) -> list[tuple[date, str]]:
    """Days on which what a run is made of changed, with a text; the first run's items were there from the start."""
    found: dict[date, list[str]] = {}
    for entry in history.entries[1:]:
        changes = [
            *map(with_days, entry.other_changes),
            *(f"+ {name}" for name in entry.items_added),
            *(f"- {name}{' (retracted)' * (name in entry.items_retracted)}" for name in entry.items_removed),
        ]
        found.setdefault(entry.run.manifest.as_of, []).extend(changes)
    return [(day, ", ".join(changes)) for day, changes in found.items() if changes]


def _set_limits(axes: Axes, asked: Array, dates: dict[float, Array], width: float, beside: float) -> None:
    beside = max(BESIDE * max(asked[-1] - asked[0], 7.0), beside)
    set_date_axis(axes, asked[0] - beside, asked[-1] + beside, width, "Day the question is asked")
    shown = np.concatenate(list(dates.values()))
    shown = shown[np.isfinite(shown)]
    low, high = (shown.min(), shown.max()) if shown.size else (asked[0], asked[-1])
    room = 0.06 * max(high - low, 30.0)
    axes.set_ylim(low - room, high + room)
    ticks = date_ticks(low - room, high + room, TICKS)
    axes.set_yticks([day_number(day) for day, _ in ticks], [text.replace("\n", " ") for _, text in ticks])
    axes.set_ylabel("Date on which a lab is ready")


def _draw_fan(axes: Axes, asked: Array, dates: dict[float, Array]) -> None:
    look = series(0)
    marker = look.marker if asked.size < FEWEST else None
    for low, high, name in ((0.05, 0.95, "5 to 95%"), (0.25, 0.75, "25 to 75%")):
        alpha = BAND_ALPHA[round(high - low, 2)]
        if asked.size < FEWEST:
            axes.vlines(asked, dates[low], dates[high], color=look.colour, alpha=alpha, linewidth=8, label=name)
        else:
            axes.fill_between(asked, dates[low], dates[high], color=look.colour, alpha=alpha, linewidth=0, label=name)
            for edge in (low, high):
                axes.plot(asked, dates[edge], color=look.colour, alpha=0.5, linewidth=0.6)
    axes.plot(asked, dates[0.5], color=look.colour, linestyle=look.line, marker=marker, label="median")
    _label_newest(axes, asked[-1], {p: dates[p][-1] for p in HEADLINE if np.isfinite(dates[p][-1])})


def _label_newest(axes: Axes, day: float, dates: dict[float, float]) -> None:
    """Write the newest dates above where they end, apart from each other where they lie close together."""
    size, (low, high) = LABEL_ROOM / TALL, axes.get_ylim()
    wanted = [(each - low) / (high - low) + 0.5 * size for each in dates.values()]
    for (p, each), share in zip(dates.items(), spread(wanted, [size] * len(wanted)), strict=True):
        axes.annotate(
            date_text(date.fromordinal(int(each))),
            (day, share),
            xycoords=("data", "axes fraction"),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=LABEL_SIZE,
            fontweight="bold" if p == 0.5 else "normal",
            color=INK,
            bbox=PAPER,
        )


def _draw_line_of_today(axes: Axes) -> str:
    """Draw the line on which the date is the day on which it is asked, and say what lies below it, if it is in view."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = max(left, bottom), min(right, top)
    if high - low < SEEN * min(right - left, top - bottom):
        return ""
    axes.plot([low, high], [low, high], color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)), scalex=False, scaley=False)
    return " Below the sloping dotted line lies the past."


def _mark_arrivals(axes: Axes, arrivals: Sequence[tuple[date, str]], width: float) -> None:
    """Number each arrival on the axes, which are so many inches wide; the numbers stand explained below."""
    days = [day_number(day) for day, _ in arrivals]
    for day in days:
        axes.axvline(day, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    low, high = axes.get_xlim()
    for numbers in _numbered_together(axes, [width * (day - low) / (high - low) for day in days]):
        axes.annotate(
            _numbers_text(numbers),
            (0.5 * (days[numbers[0] - 1] + days[numbers[-1] - 1]), 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=LABEL_SIZE,
            color=INK,
            annotation_clip=False,
        )


def _numbered_together(axes: Axes, places: Sequence[float]) -> list[list[int]]:
    """Numbers of arrivals, those together of which there is no room to write each; places in inches, in order."""
    found, figure = list[list[int]](), cast(Figure, axes.figure)

    def edge(numbers: Sequence[int], side: float) -> float:
        wide = text_width(figure, _numbers_text(numbers), LABEL_SIZE) + APART
        return 0.5 * (places[numbers[0] - 1] + places[numbers[-1] - 1] + side * wide)

    for number in range(1, len(places) + 1):
        found.append([number])
        while len(found) > 1 and edge(found[-2], +1.0) > edge(found[-1], -1.0):
            last = found.pop()
            found[-1] += last
    return found


def _numbers_text(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _finding(entries: Sequence[Entry], calendar: Calendar) -> str:
    first, last = (
        _month(entry.run.forecast["ready"]["quantiles"]["0.5"]["months"], calendar)
        for entry in (entries[0], entries[-1])
    )
    if len(entries) == 1:
        return f"The median stands at {last}"
    models = [entry.run.manifest.model for entry in (entries[0], entries[-1])]
    start = date_text(entries[0].run.manifest.as_of) + (f" by the model {models[0]}" if models[0] != models[1] else "")
    if first == last:
        return f"The median stands at {last}, as it did on {start}"
    return f"The median stands at {last}; on {start} it stood at {first}"


def _month(months: float | None, calendar: Calendar) -> str:
    return NEVER_SAID if months is None else month_of(calendar, months)


def _runs_text(runs: int, days: int) -> str:
    said = "1 run" if runs == 1 else f"{runs} runs"
    if runs == days:
        return said
    return f"{said} on {'1 day' if days == 1 else f'{days} days'}, the last of each day drawn"


def _source(entries: Sequence[Entry], arrivals: Sequence[tuple[date, str]]) -> str:
    marks = [f"{number}: {date_text(day)}, {text}." for number, (day, text) in enumerate(arrivals, start=1)]
    doubted = [entry.run.name for entry in entries if why_untrusted(entry.run)]
    marks += [f"Run{'s' * (len(doubted) > 1)} {and_text(doubted)} should not be trusted."] if doubted else []
    draws = {entry.run.manifest.draws for entry in entries}
    marks.append(f"catchup, {min(draws):,} draws a run." if len(draws) == 1 else "catchup.")
    return " ".join(marks)
