"""``catchup hindcast``: the track record of forecasts of lags, asked as of past days."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from ...priors.clock import today
from ...priors.errors import InputError
from .data_studies import Studied, print_item
from .options import OUTPUT, DayOfDates, announced
from .output import check_plot, draw_plot, show, warn
from .unused import BESIDE_ITEM, WITHOUT_DATES, refuse_unused


def hindcast(
    file: Path | None = None,
    /,
    *,
    plot: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw the calibration into a file (png, svg or pdf).")
    ] = None,
    item: Annotated[
        str | None,
        Parameter(
            group=OUTPUT,
            help="Print what the gate's track record says of progress as an item of evidence of this id, for --add.",
        ),
    ] = None,
    dates: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Say what counting that would do to the date.")
    ] = False,
    as_of: DayOfDates = None,
    studied: Studied | None = None,
) -> int:
    """Every past American record: when would a Chinese model meet it, asked with what was known on its day?

    Parameters
    ----------
    file
        A table with scores; by default all that are kept of Epoch's index, or the records that come with the project.
    """
    from ..inference.question import Question
    from ..inference.request import Request, posterior
    from ..presentation.tables.hindcast import layout
    from ..studies.tables.chosen import every_table, refuse_later
    from ..studies.tables.gate_hindcast import hindcast_item_text, with_dates
    from ..studies.tables.hindcast import hindcast as ask_again

    studied = studied or Studied()
    if item is not None:
        refuse_unused({"--plot": plot, "--json": studied.json, "--dates": dates}, BESIDE_ITEM)
    if as_of is not None and not dates:
        warn(WITHOUT_DATES)
    check_plot(plot)
    assumptions, tables = studied.assumptions(), every_table(studied.store(), file, studied.vintage)
    gate = _gate(studied, file, assumptions)
    if item is not None:
        if gate is None:
            raise InputError("no record's training compute and stock are known: the gate has no track record")
        return print_item(hindcast_item_text(gate, item))
    if dates and gate is not None:
        question = Question(assumptions, as_of or today())
        for table in (gate.table, gate.stocks):
            refuse_later(table, question.as_of)
        drawn = posterior(announced(Request(question)))
        try:
            gate = with_dates(gate, drawn)
        except InputError as error:  # what rules out no progress at one end has no item, and so no date
            warn(f"no dates: {error.on_command_line}")
    result = replace(ask_again(tables, assumptions), gate=gate)
    draw_plot(plot, lambda figures: figures.draw_hindcast(result))
    show(layout(result), as_json=studied.json, model=studied.model)
    return 0


def _gate(studied: Studied, file: Path | None, assumptions: Any) -> Any:
    """The gate's track record; None, and a line that says why, where no record's compute and stock are known."""
    from ..studies.tables.chosen import STOCKS, chosen_table
    from ..studies.tables.gate_hindcast import gate_hindcast

    store = studied.store()
    index = chosen_table(store, file, studied.vintage, having="training_compute", or_shipped=True)
    stocks = chosen_table(store, None, None, name=STOCKS)
    try:
        return gate_hindcast(index, stocks, assumptions)
    except InputError as error:  # an index without compute, or of records that no quarter is known of
        warn(f"the compute gate is not asked: {error.on_command_line}")
        return None
