"""``catchup forecast``: when the event comes."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...priors.files import check_folder
from .options import OUTPUT, WHAT, Asked
from .output import check_plot, show, warn

if TYPE_CHECKING:
    from ..inference.forecast import Forecast
    from ..inference.posterior import Posterior
    from ..inference.request import Request
    from ..studies.bridge import Bridge
    from ..studies.movement import Movement
    from ..studies.structure_spread import StructureSpread


def forecast(
    *,
    asked: Asked | None = None,
    plot: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw the cumulative date into a file (png, svg or pdf).")
    ] = None,
    figures: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw every figure into a folder.")] = None,
    save: Annotated[
        Path | None,
        Parameter(group=OUTPUT, help="Keep the draws as an ArviZ tree (NetCDF .nc, .netcdf or .h5, or Zarr .zarr)."),
    ] = None,
    pool: Annotated[
        bool,
        Parameter(group=WHAT, negative="", help="Answer with the pool of all model shapes, duplicates left out."),
    ] = False,
    why: Annotated[
        bool,
        Parameter(group=OUTPUT, negative="", help="Lead from the published forecast to this one, step by step."),
    ] = False,
) -> int:
    """When the event comes, with its spread and who gets there first."""
    from ..inference.forecast import forecast as sum_up
    from ..inference.processes import beside
    from ..inference.request import posterior
    from ..presentation.tables.forecast import layout

    asked = asked or Asked()
    _check_places(plot, figures, save)
    request = asked.request()
    drawn = posterior(request)
    with beside(partial(_surprises, request, drawn)) if request.added else nullcontext() as surprises:
        result, spread = _pooled(sum_up(drawn), drawn) if pool else (sum_up(drawn), None)
        movements = _movements(request, drawn)
        steps = _bridge(drawn, spread) if why else None
        if drawn.items and not pool:  # else nothing stands beside it, and no kind of evidence need be loaded
            from ..studies.structure_spread import spread_beside

            spread = spread_beside(drawn)
        warn(*result.warnings(), *(surprises.result() if surprises else ()))
    _write(result, drawn, plot, figures, save)
    show(layout(result, movements, shapes=spread, bridge=steps), as_json=asked.json)
    return 0


def _check_places(plot: Path | None, figures: Path | None, save: Path | None) -> None:
    """Refuse files and folders that cannot be written, before the work."""
    check_plot(plot)
    if figures is not None:
        check_folder(figures, key="--figures")
    if save is not None:
        from ..inference.tree.files import check_tree_path

        check_tree_path(save, key="--save")


def _write(result: Forecast, drawn: Posterior, plot: Path | None, figures: Path | None, save: Path | None) -> None:
    """Write the files that are asked for, and say so."""
    if plot is not None or figures is not None:
        from ..runs.pictures import draw_forecast

        warn(*draw_forecast(result, drawn, plot=plot, folder=figures))
    if save is not None:
        from ..inference.tree.files import save_tree
        from ..inference.tree.result_tree import result_tree

        warn(f"saved {save_tree(result_tree(drawn), save, key='--save')}")


def _pooled(result: Forecast, drawn: Posterior) -> tuple[Forecast, StructureSpread]:
    """The forecast of the pool of all model shapes, and these."""
    from ..studies.structure_spread import pool_forecast, structure_spread

    spread = structure_spread(drawn)
    return pool_forecast(result, spread), spread


def _bridge(drawn: Posterior, spread: StructureSpread | None) -> Bridge:
    """What leads from the published forecast to the one that is shown."""
    from ..studies.bridge import bridge

    return bridge(drawn, None if spread is None else spread.pool)


def _surprises(request: Request, drawn: Posterior) -> list[str]:
    """What was added for this run and surprises the prior."""
    files = {str(path) for path in request.added}
    added = [item for item in drawn.items if item.file in files]
    if not added:
        return []
    from ..studies.surprise import surprises

    return [each.text for each in surprises(request.question, added)]


def _movements(request: Request, drawn: Posterior) -> dict[str, Movement]:
    """How far the evidence moved the date, and how far what was added for this run did, by their keys in JSON."""
    if not (drawn.items or request.added):
        return {}
    from ..presentation.tables.forecast import BY_EVIDENCE
    from ..studies.movement import moved_by_added, moved_by_evidence

    moved = {BY_EVIDENCE: moved_by_evidence(drawn)} if drawn.items else {}
    return {**moved, "added": moved_by_added(drawn, request)} if request.added else moved
