"""``catchup calibrate``: whether the model's intervals hold what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import HOW, OUTPUT, WHAT, Asked
from .output import check_plot, draw_plot, show, warn


def calibrate(
    *,
    asked: Asked | None = None,
    fits: Annotated[
        int | None, Parameter(group=HOW, help="Simulated data sets; 1,000 for importance, 200 for NUTS by default.")
    ] = None,
    out: Annotated[
        Path | None,
        Parameter(group=HOW, help="File that keeps finished fits; the same command then goes on from there."),
    ] = None,
    scheduler: Annotated[
        str | None, Parameter(group=HOW, help="Address of a Dask scheduler to share the fits; this machine by default.")
    ] = None,
    wrong_spread: Annotated[
        float,
        Parameter(
            group=HOW,
            help="Let the analysis take every likelihood's spread for this many times the true one: "
            "0.5 shows that a wrong likelihood is noticed.",
        ),
    ] = 1.0,
    posterior: Annotated[
        bool,
        Parameter(
            group=WHAT,
            negative="",
            help="Draw truths from the posterior on the items as they are, and count these beside what is simulated.",
        ),
    ] = False,
    plot: Annotated[
        Path | None,
        Parameter(group=OUTPUT, help="Draw the ranks' ECDFs with their bands into a file (png, svg or pdf)."),
    ] = None,
) -> int:
    """Simulation-based calibration: draw truths, simulate their evidence, condition on it, rank the truths.

    With --posterior, truths are of the posterior on the ledger: calibration where the answer is, not over all that the
    prior holds.

    Fits share --draws prior draws (importance, also for --engine auto) or one compiled model (nuts). Exit status 1 when
    any quantity's ranks are not uniform.
    """
    from ..presentation.tables.calibration import layout
    from ..studies.calibration import calibrate as run
    from ..studies.calibration import make_plan

    asked = asked or Asked()
    request = asked.unannounced_request()  # data are simulated: nobody's silence is read
    check_plot(plot)
    engine = "nuts" if request.engine == "nuts" else "importance"
    plan = make_plan(request.question, request.selection.counted, engine, spread=wrong_spread, posterior=posterior)
    result = run(plan, fits, out=out, scheduler=scheduler)
    warn(*result.notes)
    draw_plot(plot, lambda figures: figures.draw_calibration(result))
    show(layout(result), as_json=asked.json)
    if result.failed:
        warn(
            f"not calibrated: {', '.join(result.failed)}. A likelihood, a prior or the engine is not what the data are "
            "drawn from; leave items out with --evidence to find which"
        )
        return 1
    return 0
