"""``catchup data lags`` and ``catchup data efficiency``: what public tables say by themselves."""

# Annotations are evaluated here: left as text, those that a class inherits would be looked up in its own module.

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from ...evidence.tables.places import data_folder
from ...evidence.tables.store import TableStore
from ...priors.clock import today
from .options import OUTPUT, WHAT, AsJson, Assumed, DataFolder, DayOfDates, announced
from .output import show, warn
from .unused import BESIDE_ITEM, WITHOUT_DATES, refuse_unused


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class StudiedTables(Assumed):
    """What the studies of all tables that are kept take."""

    data: DataFolder = None
    json: AsJson = False

    def store(self) -> TableStore:
        """Return the data folder."""
        return TableStore(data_folder(self.data))


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Studied(StudiedTables):
    """What the studies of a table take."""

    vintage: Annotated[
        date | None,
        Parameter(group=WHAT, help="Which vintage of the kept tables, the newest by default; or the day of FILE."),
    ] = None


def lags_data(
    file: Path | None = None,
    /,
    *,
    item: Annotated[
        str | None,
        Parameter(group=OUTPUT, help="Print the lags as an item of evidence of this id, for --add or a ledger."),
    ] = None,
    studied: Studied | None = None,
) -> int:
    """Every American record of an index, and the first Chinese model that met it.

    Parameters
    ----------
    file
        A table with scores; by default the newest kept of Epoch's index, or the records that come with the project.
    """
    from ..presentation.tables.lags import layout
    from ..studies.tables.chosen import chosen_table
    from ..studies.tables.lags import lag_item_text, lags

    studied = studied or Studied()
    refuse_unused({"--set": studied.set}, "fixes no lag: these are read off a table")
    if item is not None:
        refuse_unused({"--json": studied.json}, BESIDE_ITEM)
    chosen = chosen_table(studied.store(), file, studied.vintage)
    calendar = studied.assumptions().calendar
    result = lags(chosen, calendar.days_per_month)
    if item is not None:
        return print_item(lag_item_text(result, item, calendar))
    show(layout(result), as_json=studied.json, model=studied.model)
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
    item: Annotated[
        str | None,
        Parameter(group=OUTPUT, help="Print the likelihood as an item of evidence of this id, for --add or a ledger."),
    ] = None,
    dates: Annotated[
        bool,
        Parameter(group=OUTPUT, negative="", help="Say what counting it does to the date, by which models count."),
    ] = False,
    as_of: DayOfDates = None,
    studied: Studied | None = None,
) -> int:
    """What scores and training compute say of algorithmic progress.

    Parameters
    ----------
    file
        A table with both; the newest kept vintage of the Epoch Capabilities Index that has them by default.
    """
    from ..presentation.tables.progress import layout
    from ..studies.tables.chosen import chosen_table, refuse_later
    from ..studies.tables.efficiency import Choice, measured_progress, progress_item_text, with_dates

    studied = studied or Studied()
    if item is not None:
        refuse_unused({"--json": studied.json, "--dates": dates}, BESIDE_ITEM)
    if as_of is not None and not dates:
        warn(WITHOUT_DATES)
    assumptions = studied.assumptions()
    chosen = chosen_table(studied.store(), file, studied.vintage, having="training_compute")
    result = measured_progress(chosen, assumptions, Choice(models, since, confidence))
    if item is not None:
        return print_item(progress_item_text(result, item))
    if dates:
        from ..inference.question import Question
        from ..inference.request import Request, posterior

        question = Question(assumptions, as_of or today())
        refuse_later(chosen, question.as_of)
        result = with_dates(result, posterior(announced(Request(question))))
    show(layout(result), as_json=studied.json, model=studied.model)
    return 0


def print_item(text: dict[str, Any]) -> int:
    """Print an item's file, once it has been read as one."""
    import tomli_w

    from ..studies.tables.written_items import written_item

    written_item(text)
    print(tomli_w.dumps(text), end="")
    return 0
