"""``catchup data lags`` and ``catchup data efficiency``: what public tables say by themselves."""

# Annotations are evaluated here: left as text, those that a class inherits would be looked up in its own module.

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from cyclopts import Parameter

from ...evidence.tables.places import data_folder
from ...evidence.tables.store import TableStore
from .options import BELIEF, OUTPUT, WHAT, Assumed
from .output import console, date_text, print_json, table

if TYPE_CHECKING:
    from ..studies.tables.efficiency import MeasuredProgress
    from ..studies.tables.lags import Lags


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Studied(Assumed):
    """What the studies of a table take."""

    vintage: Annotated[
        date | None,
        Parameter(group=WHAT, help="Which vintage of the kept tables, the newest by default; or the day of FILE."),
    ] = None
    data: Annotated[
        Path | None,
        Parameter(
            group=BELIEF,
            help="Folder that tables are kept in; CATCHUP_DATA, or the platform's place for user data, by default.",
        ),
    ] = None
    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")] = False

    def store(self) -> TableStore:
        """Return the data folder."""
        return TableStore(data_folder(self.data))


def lags_data(file: Path | None = None, /, *, studied: Studied | None = None) -> int:
    """Every American record of an index, and the first Chinese model that met it.

    Parameters
    ----------
    file
        A table with scores; the kept vintage of the Epoch Capabilities Index by default.
    """
    from ..studies.tables.chosen import chosen_table
    from ..studies.tables.lags import lags

    studied = studied or Studied()
    chosen = chosen_table(studied.store(), file, studied.vintage)
    result = lags(chosen, studied.assumptions().calendar.days_per_month)
    if studied.json:
        print_json(result.as_json())
    else:
        print_lags(result)
    return 0


def efficiency_data(
    file: Path | None = None,
    /,
    *,
    models: Annotated[Literal["all", "chinese", "american"], Parameter(group=WHAT, help="Whose models count.")] = "all",
    since: Annotated[date | None, Parameter(group=WHAT, help="First day of release that counts.")] = None,
    confidence: Annotated[
        Literal["confident", "likely", "speculative"],
        Parameter(group=WHAT, help="Least confidence in a model's training compute that counts; any by default."),
    ] = "speculative",
    studied: Studied | None = None,
) -> int:
    """What scores and training compute say of algorithmic progress.

    Parameters
    ----------
    file
        A table with both; the newest kept vintage of the Epoch Capabilities Index that has them by default.
    """
    from ..studies.tables.chosen import chosen_table
    from ..studies.tables.efficiency import Choice, measured_progress

    studied = studied or Studied()
    chosen = chosen_table(studied.store(), file, studied.vintage, having="training_compute")
    result = measured_progress(chosen, studied.assumptions(), Choice(models, since, confidence))
    if studied.json:
        print_json(result.as_json())
    else:
        print_progress(result)
    return 0


def print_lags(result: "Lags") -> None:
    """Print lags for people."""
    rows = []
    for episode in result.episodes:
        reference, follower = episode.reference, episode.follower
        rows.append(
            (
                reference.model,
                follower.model if follower else "nobody yet",
                date_text(reference.day),
                f"{reference.score:.1f}",
                date_text(follower.day) if follower else "",
                f"{follower.score:.1f}" if follower else "",
                f"{result.months(episode):.1f}" if follower else f"over {result.months(episode):.1f}",
            )
        )
    headings = ("American record", "First Chinese model there", "Released", "Score", "Released", "Score", "Months")
    out = console()
    out.print(table(*headings, rows=rows, left=2))
    middle = result.median_closed
    closed = f"{len(result.closed)} closed" + ("" if middle is None else f", {middle:.1f} months at the median")
    out.print(f"{closed}; {len(result.episodes) - len(result.closed)} open on {date_text(result.until)}.")
    if result.left_out:
        out.print(f"Of both countries, and left out: {', '.join(result.left_out)}.", markup=False)


def print_progress(result: "MeasuredProgress") -> None:
    """Print what a table says of progress for people."""
    from ..studies.tables.efficiency import QUANTILES

    def figures(values: np.ndarray) -> tuple[str, ...]:
        return tuple(f"{value:.1f}" for value in values)

    read = result.read
    headings = [f"{p:.0%}" for p in QUANTILES]
    out = console()
    rows = [
        (
            each.choice.title + (" (asked)" if each is read else ""),
            f"{len(each.counted.names)}",
            *figures(each.progress),
        )
        for each in (read, *result.others)
    ]
    out.print(table("Progress by models, x per year", "Models", *headings, rows=rows))
    for title, reason in result.set_aside.items():
        out.print(f"{title}: {reason}", markup=False)
    rows = [
        ("the curve alone", *figures(result.alone)),
        ("algorithmic_progress before", *figures(result.prior)),
        ("algorithmic_progress after", *figures(result.posterior)),
    ]
    out.print(table(f"{read.choice.title}, x per year", *headings, rows=rows))
    out.print(f"The likelihood is highest at {read.curve.mode:.1f} x per year. No forecast counts it yet.")
