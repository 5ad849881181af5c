"""One run: condition, check, ask the counterfactuals, draw, report, and put it all into a dated folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...evidence import Item
from ...priors.errors import InputError
from ..archive.inputs import inputs_of
from ..archive.manifest import (
    MANIFEST,
    SCHEMA,
    Manifest,
    environment_hash,
    hashes_of,
    library_versions,
    lock_hash,
    python_version,
)
from ..archive.reading import FORECAST, INPUTS, POSTERIOR, Run, newest_before, read_run
from ..archive.ready_curve import READY_CURVE, ready_curve_as_json
from ..archive.store import building, check_runs_folder
from ..inference.answer import Drawn, Request, draw, forecast_of
from ..inference.conditioning import Conditioned
from ..inference.forecast import Forecast, forecast_prior
from ..presentation.text import day_text
from ..studies.attribution import Attribution, Workshop, attribute

REPORT = "report.html"
EXPLORER = "explore.html"


@dataclass
class Stopwatch:
    """Seconds that each part took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - started, 3)


@dataclass(frozen=True)
class Sections:
    """Everything that a run works out, before it is written.

    Attributes
    ----------
    drawn : Drawn
        Its draws.
    forecast : Forecast
        The answer.
    results : dict of str to object
        By section (levers, regimes, scenarios, sensitivity, influence, checks ...), the result objects.
    attribution : Attribution or None
        What moved since the run before.
    previous : Run or None
        That run.
    drawings : dict of str to tuple of Figure and str
        By name, each figure and what it shows in words.
    """

    drawn: Drawn
    forecast: Forecast
    results: dict[str, Any]
    attribution: Attribution | None
    previous: Run | None
    drawings: dict[str, tuple[Any, str]] = field(default_factory=dict)


def run(request: Request, runs: Path, *, command: str = "catchup run", brief: bool = False) -> Run:
    """Answer a request, and keep everything.

    Parameters
    ----------
    request : Request
        Question and evidence.
    runs : Path
        The runs folder.
    command : str
        How the manifest says it was made.
    brief : bool
        Leave out figures, report and all but the forecast and what moved.

    Returns
    -------
    Run
        The run, read back.

    Raises
    ------
    InputError, UntrustworthyError
        As the forecast does; then nothing is written.
    """
    if request.question.as_of > today():
        raise InputError(f"a day up to today was expected, not {request.question.as_of}", key="--as-of")
    check_runs_folder(runs)
    watch = Stopwatch()
    sections = work_out(request, runs, watch, brief=brief)
    name = request.question.as_of.isoformat()
    with building(runs, name) as folder:
        write(sections, folder, watch, brief=brief)
        manifest = _manifest(sections, folder, watch, command)
        (folder / MANIFEST).write_text(manifest.dump(), encoding="utf-8")
        marker = manifest
    return next(found for found in _candidates(runs, name) if found.manifest == marker)


def work_out(request: Request, runs: Path, watch: Stopwatch, *, brief: bool = False) -> Sections:
    """Work out every section of a run."""
    with watch.part("condition"):
        drawn = draw(request)
        forecast = forecast_of(drawn)
    results: dict[str, Any] = {}
    if not brief:
        for name, section in sections_of_a_run(drawn.items).items():
            with watch.part(name):
                results[name] = section(drawn)
    with watch.part("attribution"):
        previous = newest_before(runs, request.question.event)
        attribution = _since(previous, drawn, forecast) if previous else None
    sections = Sections(drawn, forecast, results, attribution, previous)
    if brief:
        return sections
    with watch.part("draw"):
        return replace(sections, drawings=drawings_of(sections))


def drawings_of(sections: Sections) -> dict[str, tuple[Any, str]]:
    """Draw every figure of a run, each with what it shows in words."""
    from ..presentation.figures import draw_structures, drawings, race_trajectories

    drawn, results, forecast = sections.drawn, sections.results, sections.forecast
    prior = forecast_prior(forecast.question) if drawn.conditioned is not None else None
    jobs = drawings(
        forecast=forecast,
        prior=prior,
        paths=race_trajectories(drawn.question, drawn.source, **drawn.origin()),
        levers=results["levers"],
        regimes=results["regimes"],
        sensitivity=results["sensitivity"],
    )
    days = [day_text(forecast.question, forecast.ready.quantile_value(p)) for p in (0.05, 0.5, 0.95)]
    shows = {
        "cumulative": f"Cumulative probability of the date: 5% by {days[0]}, half by {days[1]}, 95% by {days[2]}.",
        "gate": "The compute that Mythos's level costs falls through time, and each firm's budget rises to meet it.",
        "levers": "How far each policy lever would move the date; the table below holds the figures.",
        "regimes": "When the event comes under each commitment of compute; the table below holds the figures.",
        "one-at-a-time": "How far the date moves with one quantity low or high; the table below holds the figures.",
        "mythos-compute": "Density of Mythos's pre-training compute in FLOP; the head of the page has its quantiles.",
        "pools": "Each firm's compute in H100e through time, with its uncertainty.",
        "structures": "The date by every structure and by their pools; the table below holds the figures.",
    }
    if "structures" in results:
        jobs["structures"] = partial(draw_structures, results["structures"])
    return {name: (job(), shows[name]) for name, job in jobs.items()}


def sections_of_a_run(items: Sequence[Item]) -> dict[str, Callable[[Drawn], Any]]:
    """What a run asks beside the forecast, by the name of the file it goes to."""
    from ..studies.checks.running import checks_of
    from ..studies.counterfactuals import levers, regimes
    from ..studies.influence import influence
    from ..studies.readings.capacity import capacity
    from ..studies.readings.efficiency import efficiency
    from ..studies.readings.events import events
    from ..studies.readings.mobilisation import mobilisation
    from ..studies.readings.size import sizes
    from ..studies.readings.trend import trends
    from ..studies.scenarios import scenarios
    from ..studies.sensitivity.study import sensitivity
    from ..studies.structures import structures

    plain: dict[str, Callable[..., Any]] = {
        "levers": levers,
        "regimes": regimes,
        "scenarios": scenarios,
        "sensitivity": sensitivity,
        "mobilisation": mobilisation,
        "events": events,
        "capacity": capacity,
        "efficiency": efficiency,
        "size": sizes,
    }
    on_items: dict[str, Callable[..., Any]] = {"structures": structures, "trend": trends}
    asked: dict[str, Callable[[Drawn], Any]] = {name: partial(_ask, ask) for name, ask in plain.items()}
    asked |= {name: partial(_ask_on_items, ask) for name, ask in on_items.items()}
    if items:
        asked["checks"] = lambda drawn: checks_of(_conditioned(drawn))
        asked["influence"] = lambda drawn: influence(drawn.question, _conditioned(drawn).selection)
    return asked


def _ask(ask: Callable[..., Any], drawn: Drawn) -> Any:
    return ask(drawn.question, drawn.source, **drawn.origin())


def _ask_on_items(ask: Callable[..., Any], drawn: Drawn) -> Any:
    return ask(drawn.question, drawn.source, drawn.items, **drawn.origin())


def _conditioned(drawn: Drawn) -> Conditioned:
    if drawn.conditioned is None:
        raise ValueError("a prior has no evidence to look at")
    return drawn.conditioned


def write(sections: Sections, folder: Path, watch: Stopwatch, *, brief: bool = False) -> None:
    """Write a run's files into a folder."""
    _write_json(folder / FORECAST, sections.forecast.as_json())
    _write_json(folder / READY_CURVE, ready_curve_as_json(sections.forecast.question, sections.forecast.ready))
    for name, result in sections.results.items():
        _write_json(folder / f"{name}.json", result.as_json())
    if sections.attribution is not None and sections.previous is not None:
        _write_json(folder / "diff.json", {"against": sections.previous.name, **sections.attribution.as_json()})
    inputs_of(sections.drawn.question.assumptions, sections.drawn.items).write(folder / INPUTS)
    if brief:
        return
    if sections.drawn.conditioned is not None:
        with watch.part("posterior"):
            _write_posterior(sections, folder / POSTERIOR)
    with watch.part("figures"):
        from ..presentation.figures import save

        (folder / "figures").mkdir()
        for name, (drawing, _) in sections.drawings.items():
            save(drawing, folder / "figures" / f"{name}.png")
    with watch.part("explorer"):
        from ..presentation.explorer import write_explorer

        write_explorer(folder / EXPLORER, sections.drawn)
    with watch.part("report"):
        from ..presentation.report.report import write_report

        write_report(folder / REPORT, sections, explorer=EXPLORER)


def today() -> Any:
    """Today; the one place that looks at the clock."""
    from datetime import date

    return date.today()


def _since(previous: Run, drawn: Drawn, forecast: Forecast) -> Attribution:
    from ..studies.attribution import QUANTILES, Snapshot

    items = {item.id: item for item in drawn.items}
    now = Snapshot(
        question=drawn.question,
        items=items,
        inputs=inputs_of(drawn.question.assumptions, drawn.items),
        version=library_versions()["catchup"],
        recorded={p: forecast.ready.quantile_value(p) for p in QUANTILES},
    )
    return attribute(previous.snapshot, now, Workshop())


def _write_posterior(sections: Sections, path: Path) -> None:
    from ..inference.tree.result_tree import result_tree, save_tree

    save_tree(result_tree(sections.drawn), path)


def _manifest(sections: Sections, folder: Path, watch: Stopwatch, command: str) -> Manifest:
    question = sections.drawn.question
    inputs = inputs_of(question.assumptions, sections.drawn.items)
    return Manifest.model_validate(
        {
            "schema": SCHEMA,
            "as_of": question.as_of,
            "event": question.event,
            "engine": sections.drawn.engine,
            "draws": question.draws,
            "seed": question.seed,
            "quasi_random": question.quasi_random,
            "launch_grid": question.launch_grid,
            "evidence": tuple(item.id for item in sections.drawn.items),
            "command": command,
            "versions": library_versions(),
            "python": python_version(),
            "priors_hash": inputs.priors_hash(),
            "ledger_hash": inputs.ledger_hash(),
            "lock_hash": lock_hash(),
            "environment_hash": environment_hash(),
            "files": hashes_of(folder),
            "timings": watch.seconds,
        }
    )


def _candidates(runs: Path, name: str) -> Iterator[Run]:
    """Runs of a day, the newest suffix first."""
    from ..archive.store import run_folders

    for folder in reversed(run_folders(runs)):
        if folder.name == name or folder.name.startswith(f"{name}-"):
            yield read_run(folder)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
