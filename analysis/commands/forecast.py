"""``catchup forecast``: when the event comes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..inference.estimates import Distribution
from ..inference.forecast import QUANTILES, Forecast
from .options import OUTPUT, Asked
from .output import console, date_text, day_text, error_text, print_json, table, warn

if TYPE_CHECKING:
    from ..inference.answer import Drawn, Request
    from ..studies.movement import Movement


def forecast(
    *,
    asked: Asked | None = None,
    plot: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw the cumulative date into a file (png, svg or pdf).")
    ] = None,
    figures: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw every figure into a folder.")] = None,
    save: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Keep the draws as an ArviZ tree (NetCDF .nc or Zarr .zarr).")
    ] = None,
) -> int:
    """When the event comes, with its spread and who gets there first."""
    from ..inference.answer import draw, forecast_of

    asked = asked or Asked()
    if plot is not None or figures is not None:
        from ..presentation.figures import check_file, check_folder

        if plot is not None:
            check_file(plot, key="--plot")
        if figures is not None:
            check_folder(figures, key="--figures")
    if save is not None:
        from ..inference.tree.files import check_tree_path

        check_tree_path(save, key="--save")
    request = asked.request()
    drawn = draw(request)
    result = forecast_of(drawn)
    movements = _movements(request, drawn, result)
    for message in result.warnings():
        warn(message)
    if plot is not None or figures is not None:
        from ..presentation.figures import draw_forecast

        for line in draw_forecast(result, drawn, plot=plot, folder=figures):
            warn(line)
    if save is not None:
        from ..inference.tree.result_tree import result_tree, save_tree

        warn(f"saved {save_tree(result_tree(drawn), save, key='--save')}")
    if asked.json:
        print_json({**result.as_json(), **{name: movement.as_json() for name, movement in movements.items()}})
    else:
        print_forecast(result)
        for name, movement in movements.items():
            what = "The evidence" if name == "moved_by_evidence" else " and ".join(movement.items) or "Added items"
            console().print(_moved_text(result, what, movement), soft_wrap=True)
    return 0


def print_forecast(result: Forecast) -> None:
    """Print a forecast for people."""
    question = result.question
    out = console()
    low, middle, high = (day_text(question, result.ready.quantile(p).value) for p in (0.05, 0.5, 0.95))
    out.print(f"[bold]A Chinese lab has a model like Mythos around {middle}[/] (90% interval: {low} to {high})")
    out.print(f"event {question.event}, as of {date_text(question.as_of)}, {_origin(result)}\n")
    rows = []
    for p in QUANTILES:
        ready, pretrained = result.ready.quantile(p), result.pretrained.quantile(p)
        rows.append(
            (
                f"{p:.0%}",
                day_text(question, ready.value),
                f"{ready.value:.2f}",
                error_text(question, ready.mcse) if ready.meaningful else "too few draws",
                day_text(question, pretrained.value),
            )
        )
    out.print(table("Probability", "Ready by", "months since t = 0", "Monte Carlo error", "Pre-trained by", rows=rows))
    chances = [
        (date_text(day), f"{chance.value:.1%}") for day, chance in result.probabilities_by() if chance.value < 0.995
    ]
    shown = chances[: 12 if len(chances) > 12 else None]
    out.print(table("By the end of", "Probability", rows=shown))
    firms = question.assumptions.race.firms
    first = ", ".join(f"{firms[firm].title.lower()} {share.value:.0%}" for firm, share in result.first_firm.items())
    out.print(f"First to pre-train: {first}")
    flop = [10.0 ** result.log_flop.quantile(p).value for p in (0.05, 0.5, 0.95)]
    out.print(f"Mythos's pre-training compute: {flop[1]:.1e} FLOP (90% interval: {flop[0]:.1e} to {flop[2]:.1e})")
    if result.evidence:
        out.print(f"Evidence counted: {', '.join(result.evidence)}")
    for note in result.notes:
        out.print(note)


def _movements(request: Request, drawn: Drawn, result: Forecast) -> dict[str, Movement]:
    """How far the evidence moved the date, and how far what was added for this run did, by their keys in JSON."""
    if drawn.conditioned is None or not drawn.items or not isinstance(result.ready, Distribution):
        return {}
    from ..studies.movement import moved_by_added, moved_by_evidence

    moved = {"moved_by_evidence": moved_by_evidence(drawn, result.ready)}
    return {**moved, "added": moved_by_added(request, drawn, result.ready)} if request.added else moved


def _moved_text(result: Forecast, what: str, movement: Movement) -> str:
    if movement.before is None:
        return f"{what}: {movement.note}"
    shift = movement.shifts[0.5]
    before = day_text(result.question, movement.before.quantile_value(0.5))
    size = "larger than" if movement.beyond_noise else "within"
    read = "".join(
        f"; {row.item.id} is {row.verdict}" for row in result.genuine if row.overruled and row.item.id in movement.items
    )
    return (
        f"{what} moved the median by {shift.value:+.2f} ± {shift.mcse:.2f} months, from {before}: "
        f"{size} its Monte Carlo error{read}"
    )


def _origin(result: Forecast) -> str:
    draws = f"{result.draws:,} draws"
    if result.engine == "forward":
        return f"prior alone, {draws}"
    return f"{result.engine}, {draws}, {result.diagnostics.ess:,.0f} effective"
