"""Every figure of a run into one folder, under names that never change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....priors.errors import InputError
from ....priors.files import check_folder, make_folder
from ...inference.forecast import Forecast, forecast_prior
from ...inference.posterior import Posterior, prior_of
from ...inference.progress import track
from ...studies.counterfactuals import Comparison
from ...studies.counterfactuals import levers as compare_levers
from ...studies.counterfactuals import regimes as compare_regimes
from ...studies.movement import Movement, moved_apart, moved_by_evidence
from ...studies.sensitivity.one_at_a_time import one_at_a_time
from ...studies.sensitivity.study import Sensitivity
from ...studies.trajectories import Trajectories, race_trajectories
from .files import check_file, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIX = ".png"
MOST_COMPARED_DRAWS = 1_000_000  # scenarios compared draw by draw hold all of them


def write_all(
    folder: str | Path,
    *,
    forecast: Forecast | None = None,
    prior: Forecast | None = None,
    moved: Movement | None = None,
    events: Sequence[Forecast] = (),
    paths: Trajectories | None = None,
    levers: Comparison | None = None,
    regimes: Comparison | None = None,
    sensitivity: Sensitivity | None = None,
    suffix: str = SUFFIX,
) -> list[Path]:
    """Draw every figure whose result is given, and write them into a folder.

    All are drawn before the first is written, so that a fault leaves the folder as it was.

    Parameters
    ----------
    folder : str or Path
        Made if the folder it stands in exists.
    forecast : Forecast, optional
        For ``cumulative`` and ``mythos-compute``.
    prior : Forecast, optional
        Drawn behind the forecast.
    moved : Movement, optional
        How far the evidence moved the date, for ``cumulative``.
    events : sequence of Forecast, optional
        The same question of other events, in ``cumulative``.
    paths : Trajectories, optional
        For ``gate`` and ``pools``.
    levers, regimes : Comparison, optional
        For ``levers`` and ``regimes``.
    sensitivity : Sensitivity, optional
        For ``one-at-a-time``.
    suffix : str
        ``.png``, ``.svg`` or ``.pdf``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If the folder cannot be made or written into.
    """
    folder = check_folder(folder, key="--figures")
    drawn = {
        name: draw()
        for name, draw in drawings(forecast, prior, moved, events, paths, levers, regimes, sensitivity).items()
    }
    make_folder(folder, key="--figures")
    return [save(figure, folder / f"{name}{suffix}", key="--figures") for name, figure in drawn.items()]


def write_cumulative(
    path: str | Path, forecast: Forecast, *, prior: Forecast | None = None, moved: Movement | None = None
) -> Path:
    """Write a forecast's cumulative figure to one file; see `draw_cumulative`.

    Raises
    ------
    InputError
        If the file's suffix is unknown or it cannot be written.
    """
    from .cumulative import draw_cumulative

    check_file(path, key="--plot")
    return save(draw_cumulative(forecast, prior=prior, moved=moved), path, key="--plot")


def draw_forecast(
    forecast: Forecast, posterior: Posterior, *, plot: Path | None = None, folder: Path | None = None
) -> list[str]:
    """Draw a forecast: its cumulative date into a file, everything that goes with it into a folder.

    Parameters
    ----------
    forecast : Forecast
        The answer.
    posterior : Posterior
        The draws that it rests on.
    plot : Path, optional
        File for the cumulative date.
    folder : Path, optional
        Folder for every figure.

    Returns
    -------
    list of str
        What was drawn, and what could not be and why.

    Raises
    ------
    InputError
        If a file or folder cannot be written.
    """
    question, said = forecast.question, []
    prior, moved = prior_behind(forecast, posterior) if forecast.evidence else (None, None)
    if plot is not None:
        said.append(f"drew {write_cumulative(plot, forecast, prior=prior, moved=moved)}")
    if folder is None:
        return said
    check_folder(folder, key="--figures")
    if not posterior.conditioned and question.draws > MOST_COMPARED_DRAWS:
        posterior = prior_of(replace(question, draws=MOST_COMPARED_DRAWS))
    results: dict[str, Any] = {}
    jobs: dict[str, Callable[[], Any]] = {
        "levers": lambda: compare_levers(posterior),
        "regimes": lambda: compare_regimes(posterior),
        "paths": lambda: race_trajectories(posterior),
        "sensitivity": lambda: Sensitivity(posterior.origin, one_at_a_time(posterior), (), "", ()),
    }
    for name, job in track(jobs.items(), len(jobs), "Drawing figures"):
        try:
            results[name] = job()
        except InputError as error:  # a lever or regime that does not go with what has been fixed
            said.append(f"left out the figure of {name}: {error.on_command_line}")
    written = write_all(folder, forecast=forecast, prior=prior, moved=moved, **results)
    return [*said, *(f"drew {path}" for path in written)]


def prior_behind(forecast: Forecast, posterior: Posterior) -> tuple[Forecast, Movement]:
    """The same question as it was before any evidence, and how far the evidence moved it from there.

    Parameters
    ----------
    forecast : Forecast
        The answer: what stands behind a pool is the pool of the same models.
    posterior : Posterior
        The draws that it rests on.
    """
    question = forecast.question.before_evidence
    prior = forecast_prior(question)
    if not forecast.pooled_over:
        moved = moved_by_evidence(posterior)
        return prior if moved.before is None else replace(prior, ready=moved.before), moved
    from ...studies.structure_spread import pool_forecast, structure_spread

    spread = structure_spread(prior_of(question))
    return pool_forecast(prior, spread), moved_apart(forecast.evidence, forecast.ready, spread.pool)


def drawings(
    forecast: Forecast | None = None,
    prior: Forecast | None = None,
    moved: Movement | None = None,
    events: Sequence[Forecast] = (),
    paths: Trajectories | None = None,
    levers: Comparison | None = None,
    regimes: Comparison | None = None,
    sensitivity: Sensitivity | None = None,
) -> dict[str, Callable[..., Figure]]:
    """Name every figure whose result is given, and say how it is drawn, `width` inches wide."""
    from .cumulative import draw_cumulative
    from .gate import draw_gate
    from .levers import draw_levers
    from .mythos_compute import draw_mythos_compute
    from .one_at_a_time import draw_one_at_a_time
    from .pools import draw_pools
    from .regimes import draw_regimes

    named: dict[str, Callable[..., Figure]] = {}
    if forecast is not None:
        named["cumulative"] = partial(draw_cumulative, forecast, prior=prior, moved=moved, events=events)
    if paths is not None:
        named["gate"] = partial(draw_gate, paths)
    if levers is not None:
        named["levers"] = partial(draw_levers, levers)
    if regimes is not None:
        named["regimes"] = partial(draw_regimes, regimes)
    if sensitivity is not None:
        named["one-at-a-time"] = partial(draw_one_at_a_time, sensitivity)
    if forecast is not None:
        named["mythos-compute"] = partial(draw_mythos_compute, forecast, prior=prior)
    if paths is not None:
        named["pools"] = partial(draw_pools, paths)
    return named
