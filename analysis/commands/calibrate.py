"""``catchup calibrate``: whether the model's intervals hold what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .options import HOW, OUTPUT, Asked
from .output import console, date_text, print_json, table, warn

if TYPE_CHECKING:
    from ..studies.calibration import Calibration


def calibrate(
    *,
    asked: Asked | None = None,
    fits: Annotated[
        int | None, Parameter(group=HOW, help="Simulated data sets; 1 000 for importance, 200 for NUTS by default.")
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
    plot: Annotated[
        Path | None,
        Parameter(group=OUTPUT, help="Draw the ranks' ECDFs with their bands into a file (png, svg or pdf)."),
    ] = None,
) -> int:
    """Simulation-based calibration: draw truths, simulate their evidence, condition on it, rank the truths.

    Fits share --draws prior draws (importance, also for --engine auto) or one compiled model (nuts). Exit status 1 when
    any quantity's ranks are not uniform.
    """
    from ..inference.request import choose_evidence
    from ..studies.calibration import calibrate as run
    from ..studies.calibration import make_plan

    asked = asked or Asked()
    request = asked.request()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    selection = choose_evidence(request.question, request.evidence, request.ledger, request.added)
    engine = "nuts" if request.engine == "nuts" else "importance"
    plan = make_plan(request.question, selection.counted, engine, spread=wrong_spread)
    result = run(plan, fits, out=out, scheduler=scheduler)
    for note in result.notes:
        warn(note)
    if plot is not None:
        from ..presentation.figures import draw_calibration, save

        warn(f"drew {save(draw_calibration(result), plot, key='--plot')}")
    if asked.json:
        print_json(result.as_json())
    else:
        _print(result)
    if result.failed:
        warn(
            f"not calibrated: {', '.join(result.failed)}. A likelihood, a prior or the engine is not what the data are "
            "drawn from; leave items out with --evidence to find which"
        )
        return 1
    return 0


def _print(result: Calibration) -> None:
    plan, out = result.plan, console()
    out.print(
        f"{len(result.fits):,} data sets simulated from the prior as of {date_text(plan.question.as_of)} "
        f"and fitted by {plan.engine}; {plan.ranked_draws} draws of each fit ranked\n"
    )
    rows = []
    for verdict in result.verdicts:
        shares = [f"{coverage.share:.1%}" for coverage in verdict.coverages]
        said = "uniform" if verdict.passed else "[bold]not uniform[/]"
        rows.append((verdict.name, said, f"{verdict.p_value:.3f}", *shares))
    out.print(table("Quantity", "Ranks", "p-value", "50% intervals hold", "90% intervals hold", rows=rows))
    alone = [verdict.name for verdict in result.verdicts if not verdict.inside]
    out.print(
        "A p-value is one quantity's alone; ranks are called not uniform where they leave a band that right ones, all "
        f"{len(result.verdicts)} quantities together, leave in one calibration of a hundred. One quantity's own such "
        f"band is left by {len(alone) or 'none'}, and by {len(result.verdicts) / 100:.1f} on average if all is right."
    )
    diagnostics = result.diagnostics()
    if plan.engine == "nuts":
        out.print(
            f"Effective draws of a fit: {diagnostics['ess_min']:,.0f} at least; divergences: "
            f"{diagnostics['divergences']}; fits with fewer than are ranked: {diagnostics['fits_short_of_draws']}"
        )
        return
    out.print(
        f"Effective draws of a fit: {diagnostics['ess_median']:,.0f} in the middle, {diagnostics['ess_min']:,.0f} at "
        f"least. Of {diagnostics['fits_examined']} fits that were examined a forecast would leave "
        f"{diagnostics['fits_left_to_nuts']} to NUTS, and refuse to answer {diagnostics['fits_refused']} by importance "
        "(k-hat); their ranks are exact all the same"
    )
