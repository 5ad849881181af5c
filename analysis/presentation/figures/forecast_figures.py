"""The figures that go with a forecast, each with the question that it answers; and all of them into one folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ....priors.files import check_folder, make_folder
from ...inference.forecast import Forecast
from ...studies.counterfactuals import Comparison
from ...studies.movement import Movement
from ...studies.sensitivity.study import Sensitivity
from ...studies.trajectories import Trajectories
from .bridge import draw_bridge
from .cumulative import draw_cumulative
from .files import check_file, save
from .gate import draw_gate
from .hindcast import draw_hindcast
from .levers import draw_levers
from .mythos_compute import draw_mythos_compute
from .one_at_a_time import draw_one_at_a_time
from .pools import draw_pools
from .regimes import draw_regimes
from .state import draw_state
from .structures import draw_structures
from .worlds import draw_worlds

SUFFIX = ".png"


@dataclass(frozen=True)
class ForecastFigure:
    """A figure that goes with a forecast.

    Attributes
    ----------
    name : str
        What its file is called.
    of : str
        The result that it is drawn of, by name; without it the figure is left out.
    draw : callable
        Draws it.
    question : str
        What it answers; its title is the answer.
    shows : str
        What it shows, for whoever cannot see it; ``{}`` stands for the days of the forecast's headline, in turn.
    behind : tuple of str
        What else is drawn in it, by name.
    """

    name: str
    of: str
    draw: Callable[..., Figure]
    question: str
    shows: str
    behind: tuple[str, ...] = ()


FORECAST_FIGURES = (
    ForecastFigure(
        "cumulative",
        "forecast",
        draw_cumulative,
        "How likely is it by when?",
        "Cumulative probability of the date: 5% by {}, half by {}, 95% by {}.",
        behind=("prior", "moved", "events"),
    ),
    ForecastFigure(
        "gate",
        "paths",
        draw_gate,
        "When does a firm's compute suffice?",
        "The compute that Mythos's level costs falls through time, and each firm's budget rises to meet it.",
    ),
    ForecastFigure(
        "levers",
        "levers",
        draw_levers,
        "Which policy would delay it, and by how much?",
        "How far each policy lever would move the date; the table below holds the figures.",
    ),
    ForecastFigure(
        "regimes",
        "regimes",
        draw_regimes,
        "How far would more commitment bring it forward?",
        "When the event comes under each commitment of compute; the table below holds the figures.",
    ),
    ForecastFigure(
        "one-at-a-time",
        "sensitivity",
        draw_one_at_a_time,
        "Which assumption decides the date?",
        "How far the date moves with one quantity low or high; the table below holds the figures.",
    ),
    ForecastFigure(
        "mythos-compute",
        "forecast",
        draw_mythos_compute,
        "How much compute did Mythos take?",
        "Density of Mythos's pre-training compute in FLOP; the head of the page has its quantiles.",
        behind=("prior",),
    ),
    ForecastFigure(
        "pools",
        "paths",
        draw_pools,
        "How much compute has each firm?",
        "Each firm's compute in H100e through time, with its uncertainty.",
    ),
    ForecastFigure(
        "state",
        "state",
        draw_state,
        "How far has the race come?",
        "How likely the furthest run, and each firm's own, is in each stage; tables hold the figures.",
    ),
    ForecastFigure(
        "bridge",
        "bridge",
        draw_bridge,
        "Why is it not the published date?",
        "The published date, and the date after every step that leads to this; the table below holds them.",
    ),
    ForecastFigure(
        "structures",
        "structures",
        draw_structures,
        "What do models of other shapes say?",
        "The date by every structure and by their pools; the table below holds the figures.",
    ),
    ForecastFigure(
        "worlds",
        "worlds",
        draw_worlds,
        "What if the world is another than the model's?",
        "The date in each of the worlds that the sources describe; the table below holds the figures.",
    ),
    ForecastFigure(
        "hindcast",
        "hindcast",
        draw_hindcast,
        "Would forecasts of this kind have been right?",
        "Where what happened stood in what had been said of past records; tables hold the figures.",
    ),
)


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
    results = {"forecast": forecast, "paths": paths, "levers": levers, "regimes": regimes, "sensitivity": sensitivity}
    behind = {"prior": prior, "moved": moved, "events": events}
    drawn = {each.name: draw() for each, draw in drawings(results, behind)}
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
    check_file(path, key="--plot")
    return save(draw_cumulative(forecast, prior=prior, moved=moved), path, key="--plot")


def drawings(
    results: Mapping[str, Any], behind: Mapping[str, Any]
) -> list[tuple[ForecastFigure, Callable[..., Figure]]]:
    """Pair every figure whose result is given with what draws it, `width` inches wide.

    Parameters
    ----------
    results : mapping of str to object
        What figures are drawn of, by name; None where there is none.
    behind : mapping of str to object
        What else is drawn in them, by name.
    """
    return [
        (each, partial(each.draw, results[each.of], **{name: behind[name] for name in each.behind if name in behind}))
        for each in FORECAST_FIGURES
        if results.get(each.of) is not None
    ]
