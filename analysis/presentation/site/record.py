"""The track record: how published runs fared by what is known, and how past records would have been forecast."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ....evidence.rumours import is_doubted
from ....priors.errors import InputError, reason_of
from ....priors.regular_files import read_regular
from ...archive.manifest import LARGEST_FILE
from ...archive.reading import Run
from ...archive.rivals import load_rivals
from ...archive.scores import Outcome, Scores, score_rivals, score_runs, stated_days
from ...inference.silence import confirmed_through, silences_in
from ..table import Column, Table
from ..tables.scores import known_words, scores_table
from ..text import date_text

type Row = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """What the page on the track record is made of.

    Attributes
    ----------
    outcome : Outcome or None
        What is known of the date; by default what the newest run counts: the day of a report that is believed, or else
        that nobody had been seen to be ready by the day on which somebody last looked.
    hindcast, criteria : mapping or None
        What ``catchup hindcast --json`` and ``catchup criteria --json`` printed.
    """

    outcome: Outcome | None = None
    hindcast: Mapping[str, Any] | None = None
    criteria: Mapping[str, Any] | None = None

    def known(self, newest: Run) -> Outcome | None:
        """What is known of the date; None where nothing is."""
        return self.outcome or known_outcome(newest)

    def scores(self, runs: Sequence[Run]) -> Scores | None:
        """Score runs about one event, oldest first, and rival views beside them; None where nothing is known of it."""
        newest, rivals = runs[-1], load_rivals()
        outcome = self.known(newest)
        if outcome is None:
            return None
        days = stated_days(rivals)
        calendar = newest.snapshot.question.assumptions.calendar
        return score_runs(runs, outcome, days).with_more(score_rivals(calendar, outcome, rivals))

    def tables(self, runs: Sequence[Run]) -> list[tuple[str, Table[Any]]]:
        """Lay the record out, by heading; below the scores stands what is left out, with the reason."""
        scores, found = self.scores(runs), list[tuple[str, Table[Any]]]()
        if scores is not None:
            known = f"{known_words(scores.outcome).capitalize()} {date_text(scores.outcome.day)}"
            found.append((known, scores_table(scores)))
        if self.criteria is not None:
            found.append(("What public tables tell", criteria_table(self.criteria)))
        if self.hindcast is not None:
            found.append(("Past records, asked as of their day", hindcast_table(self.hindcast)))
        return found


def known_outcome(run: Run) -> Outcome | None:
    """What a run's items say of its event; None where they say neither that it came nor that somebody has looked."""
    question, items = run.snapshot.question, run.snapshot.items.values()
    reports = [item for item in items if item.kind.reports_event and item.event == question.event]
    reported = [item.observed.date for item in reports if not is_doubted(item)]
    if reported:
        return Outcome(min(reported))
    looked = confirmed_through(question, silences_in(question, items))
    return None if looked is None else Outcome(looked, open=True)


def read_printed(path: Path, command: str) -> Mapping[str, Any]:
    """Read what ``catchup hindcast --json`` or ``catchup criteria --json`` printed.

    Parameters
    ----------
    path : Path
        The file.
    command : str
        ``hindcast`` or ``criteria``, as the option of `catchup publish` is called too.

    Raises
    ------
    InputError
        If it is something else.
    """
    option = f"--{command}"
    try:
        content = json.loads(read_regular(path, LARGEST_FILE, f"what catchup {command} --json printed"))
        table = PRINTED[command](content)
        for row in table.rows:
            for column in table.columns:
                column.written(row)
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)})", file=path, key=option) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"is not what `catchup {command} --json` prints", file=path, key=option) from None
    return dict(content)


def criteria_table(content: Mapping[str, Any]) -> Table[Mapping[str, Any]]:
    """Lay out criteria of public tables: what has been met, and when the others will be."""

    def read(title: str, text: Callable[[Mapping[str, Any]], str]) -> Column[Mapping[str, Any]]:
        return Column(title=title, text=text, value=text)

    def date_at(level: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: "" if row.get("quantiles") is None else _day_text(row["quantiles"][level]["date"])

    columns = [
        read("Criterion", lambda row: str(row["title"])),
        read("So far", _so_far),
        *(read(name, date_at(level)) for level, name in (("0.05", "5%"), ("0.5", "median"), ("0.95", "95%"))),
    ]
    return Table(f"Criteria of public tables, as of {_day_text(content['as_of'])}", columns, list(content["criteria"]))


def _so_far(row: Mapping[str, Any]) -> str:
    found = row["resolved"]
    if found["date"] is not None:
        return f"met by {found['model']} on {_day_text(found['date'])}"
    if found["not_by"] is None:
        return "no Chinese model tested"
    return f"not met by {_day_text(found['not_by'])}: {found['value']:g}, where {found['at_least']:g} is asked"


def hindcast_table(content: Mapping[str, Any]) -> Table[Row]:
    """Lay out the scores of a hindcast: a row a structure or rival."""

    def figure(title: str, text: Callable[[Row], str]) -> Column[Row]:
        return Column(title=title, text=text, value=text, figure=True)

    def share(level: str) -> Callable[[Row], str]:
        def text(row: Row) -> str:
            found = row[1]["coverage"][level]
            return "" if found is None else f"{found:.0%}"

        return text

    columns: list[Column[Row]] = [
        Column(title="Forecast by", text=lambda row: row[0], value=lambda row: row[0]),
        figure("CRPS, months", lambda row: f"{row[1]['crps']:.2f}"),
        figure("In 50%", share("0.5")),
        figure("In 90%", share("0.9")),
        figure("Episodes", lambda row: f"{row[1]['episodes']:d}"),
    ]
    origin = content["table"]
    table = f"{origin['name']} of {_day_text(origin['vintage'])}"
    title = f"When a Chinese model would meet each American record, scored; {table}"
    lines = [str(content["verdict"]["text"])]
    return Table(title, columns, list(content["scores"].items()), lines=lines)


def _day_text(day: str | None) -> str:
    return date_text(None if day is None else date.fromisoformat(day))


PRINTED: Mapping[str, Callable[[Mapping[str, Any]], Table[Any]]] = {
    "criteria": criteria_table,
    "hindcast": hindcast_table,
}
"""By command, how what it printed as JSON is laid out."""
