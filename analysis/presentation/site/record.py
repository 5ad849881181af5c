"""The track record: how published runs fared by what is known, and how past records would have been forecast."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ....priors.errors import InputError
from ....priors.regular_files import read_regular
from ...archive.manifest import LARGEST_FILE
from ...archive.reading import Run
from ...archive.rivals import load_rivals
from ...archive.scores import Outcome, Scores, score_rivals, score_runs, stated_days
from ..table import Column, Table
from ..tables.scores import scores_table

OPTION = "--hindcast"


type Row = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """What the page on the track record is made of.

    Attributes
    ----------
    outcome : Outcome or None
        What is known of the date; by default that nobody has been seen to be ready through the day on which somebody
        last looked.
    hindcast : mapping or None
        What ``catchup hindcast --json`` printed.
    """

    outcome: Outcome | None = None
    hindcast: Mapping[str, Any] | None = None

    def scores(self, runs: Sequence[Run]) -> Scores:
        """Score runs about one event, oldest first, and rival views beside them."""
        newest, rivals = runs[-1], load_rivals()
        outcome = self.outcome or Outcome(last_looked(newest), open=True)
        days = stated_days(rivals)
        calendar = newest.snapshot.question.assumptions.calendar
        return score_runs(runs, outcome, days).with_more(score_rivals(calendar, outcome, rivals))

    def tables(self, runs: Sequence[Run]) -> list[tuple[str, Table[Any]]]:
        """Lay the record out, by heading; below the scores stands what is left out, with the reason."""
        scores = self.scores(runs)
        known = "Still open" if scores.outcome.open else "It happened"
        found: list[tuple[str, Table[Any]]] = [(f"{known} on {scores.outcome.day}", scores_table(scores))]
        if self.hindcast is not None:
            found.append(("Past records, asked as of their day", hindcast_table(self.hindcast)))
        return found


def last_looked(run: Run) -> date:
    """Day on which somebody last looked and found nothing; of a run that does not say, its own."""
    confirmed = run.forecast.get("silence_confirmed_through")
    return run.manifest.as_of if confirmed is None else date.fromisoformat(confirmed)


def read_hindcast(path: Path) -> Mapping[str, Any]:
    """Read what ``catchup hindcast --json`` printed.

    Raises
    ------
    InputError
        If it is something else.
    """
    try:
        content = json.loads(read_regular(path, LARGEST_FILE, "a hindcast"))
        table = hindcast_table(content)
        for row in table.rows:
            for column in table.columns:
                column.written(row)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path, key=OPTION) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        problem = "is not what `catchup hindcast --json` prints"
        raise InputError(problem, file=path, key=OPTION) from None
    return dict(content)


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
    title = f"When a Chinese model would meet each American record, scored; {origin['name']} of {origin['vintage']}"
    lines = [str(content["verdict"]["text"])]
    return Table(title, columns, list(content["scores"].items()), lines=lines)
