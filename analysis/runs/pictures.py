"""Pictures of a forecast: a command's into files, a run's at two widths with what they answer and show in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...priors.errors import InputError
from ...priors.files import check_folder
from ..inference.forecast import Forecast, forecast_prior
from ..inference.posterior import Posterior, prior_of
from ..inference.probabilities import HEADLINE
from ..inference.processes import shared_out
from ..inference.progress import track
from ..presentation.report.sections import Drawing, Sections
from ..presentation.text import day_text
from ..studies.movement import Movement, moved_apart, moved_by_evidence

if TYPE_CHECKING:
    from ..presentation.figures.forecast_figures import ForecastFigure

MOST_COMPARED_DRAWS = 1_000_000  # scenarios compared draw by draw hold all of them


def drawings_of(sections: Sections) -> dict[str, Drawing]:
    """Draw every figure of a run at two widths, each with the question that it answers and what it shows in words."""
    from ..presentation.figures.forecast_figures import drawings
    from ..studies.trajectories import race_trajectories

    drawn, answer = sections.posterior, sections.forecast
    moved = sections.by_evidence
    prior = None if moved is None else prior_of_race(answer, moved)
    results = {**sections.results, "forecast": answer, "paths": race_trajectories(drawn)}
    days = [day_text(answer.question, answer.ready.quantile_value(p)) for p in HEADLINE]
    jobs = {
        each.name: partial(_drawn, each, draw, each.shows.format(*days))
        for each, draw in drawings(results, {"prior": prior, "moved": moved})
    }
    return dict(zip(jobs, shared_out(list(jobs.values())), strict=True))


def _drawn(each: ForecastFigure, draw: Callable[..., Any], shows: str) -> Drawing:
    from ..presentation.figures.files import inline_svg, render
    from ..presentation.figures.style import TELEPHONE, finding_of

    wide, narrow = draw(), draw(width=TELEPHONE)
    image = render(wide, ".png")  # first: what lays text out anew moves it by a hair
    pages = inline_svg(wide, each.name), inline_svg(narrow, f"narrow-{each.name}")
    return Drawing(*pages, image, finding_of(wide), each.question, shows)


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
    from ..presentation.figures import write_all, write_cumulative
    from ..studies.counterfactuals import levers, regimes
    from ..studies.sensitivity.one_at_a_time import one_at_a_time
    from ..studies.sensitivity.study import Sensitivity
    from ..studies.trajectories import race_trajectories

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
        "levers": lambda: levers(posterior),
        "regimes": lambda: regimes(posterior),
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
    if not forecast.pooled_over:
        moved = moved_by_evidence(posterior)
        return prior_of_race(forecast, moved), moved
    from ..studies.structure_spread import pool_forecast, structure_spread

    question = forecast.question.before_evidence
    spread = structure_spread(prior_of(question))
    prior = pool_forecast(forecast_prior(question), spread)
    return prior, moved_apart(forecast.evidence, forecast.ready, spread.pool)


def prior_of_race(forecast: Forecast, moved: Movement) -> Forecast:
    """The same question before any evidence, its date being where the evidence moved it from.

    Parameters
    ----------
    forecast : Forecast
        The answer, of the race alone.
    moved : Movement
        How far the evidence moved it.
    """
    prior = forecast_prior(forecast.question.before_evidence)
    return prior if moved.before is None else replace(prior, ready=moved.before)
