"""``catchup hindcast``: the track record of forecasts of lags, asked as of past days."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .data_studies import Studied
from .options import OUTPUT
from .output import show, warn


def hindcast(
    file: Path | None = None,
    /,
    *,
    plot: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw the calibration into a file (png, svg or pdf).")
    ] = None,
    studied: Studied | None = None,
) -> int:
    """Every past American record: when would a Chinese model meet it, asked with what was known on its day?

    Parameters
    ----------
    file
        A table with scores; all kept vintages of the Epoch Capabilities Index by default, or else the records of
        it that come with the project.
    """
    from ..presentation.tables.hindcast import layout
    from ..studies.tables.chosen import every_table
    from ..studies.tables.hindcast import hindcast as ask_again

    studied = studied or Studied()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    result = ask_again(every_table(studied.store(), file, studied.vintage), studied.assumptions())
    if plot is not None:
        from ..presentation.figures import draw_hindcast, save

        warn(f"drew {save(draw_hindcast(result), plot, key='--plot')}")
    show(layout(result), as_json=studied.json)
    return 0
