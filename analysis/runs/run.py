"""One run: condition, check, ask the counterfactuals, draw, report, and put it all into a dated folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...priors.clock import today
from ...priors.errors import InputError
from ...priors.files import as_text, make_folder, write_bytes, write_text
from ...priors.independence import DependentError
from ..archive.inputs import write_inputs
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
from ..archive.program import changelog_entries
from ..archive.reading import (
    DIFF,
    EVIDENCE,
    EXPLORER,
    INPUTS,
    POSTERIOR,
    PROGRAM,
    REFUSED,
    REPORT,
    Run,
    newest_before,
    read_run,
)
from ..archive.store import build, check_runs_folder
from ..inference.code_hash import code_hash
from ..inference.diagnostics import UntrustworthyError
from ..inference.forecast import Forecast, forecast
from ..inference.inputs import Inputs, inputs_of
from ..inference.posterior import Posterior
from ..inference.probabilities import HEADLINE
from ..inference.processes import beside, shared_out
from ..inference.request import Request, posterior, refuse_other_than_request
from ..inference.snapshot import Snapshot
from ..presentation.report.sections import Sections
from ..presentation.tables.builders import as_json
from ..presentation.tables.evidence import evidence_of
from ..studies.attribution import Attribution, attribute
from ..studies.movement import moved_by_evidence
from .asked import studies_of_a_run
from .forecast_files import forecast_files, json_text
from .pictures import drawings_of


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
            self.seconds[name] = round(time.perf_counter() - started, 6)


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

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     made = run(request, Path(folder) / "runs", brief=True)
    ...     made.name, made.manifest.draws
    ...
    ('2026-11-21', 1000)
    """
    refuse_other_than_request(request)
    if request.question.as_of > today():
        raise InputError(f"a day up to today was expected, not {request.question.as_of}", key="--as-of")
    check_runs_folder(runs)
    watch = Stopwatch()
    sections = work_out(request, runs, watch, brief=brief)
    name = request.question.as_of.isoformat()

    def write_all(folder: Path) -> None:
        write(sections, folder, watch, brief=brief)
        write_text(folder / MANIFEST, _manifest(sections, folder, watch, request, command).dump())

    return read_run(build(runs, name, write_all))


def work_out(request: Request, runs: Path, watch: Stopwatch, *, brief: bool = False) -> Sections:
    """Work out every section of a run."""
    with watch.part("condition"):
        drawn = posterior(request)
        if not brief:
            drawn = drawn.kept()  # a score of studies ask the same draws
        answer = forecast(drawn)
        moved = moved_by_evidence(drawn) if drawn.items else None
    results, refused = ({}, {}) if brief else _results_of(drawn, watch)
    with watch.part("attribution"):
        previous = newest_before(runs, request.question.event, request.question.as_of)
        attribution, untrusted = _since(previous, drawn, answer) if previous else (None, "")
    sections = Sections(drawn, answer, results, attribution, previous, untrusted, refused, by_evidence=moved)
    if brief:
        return sections
    with watch.part("draw"):
        return replace(sections, drawings=drawings_of(sections))


LONGEST = (("scenarios", "watch", "worlds"), ("sensitivity", "checks"), ("mobilisation",), ("bridge",))
"""Studies that take longest, those together of which each asks what one before it has asked."""


@dataclass(frozen=True)
class _Refusal:
    """Why a study has no answer."""

    reason: str


def _results_of(drawn: Posterior, watch: Stopwatch) -> tuple[dict[str, Any], dict[str, str]]:
    """What all studies find, why some have no answer, and how long each took."""
    studies = studies_of_a_run(drawn)

    def of_chain(names: Sequence[str]) -> dict[str, tuple[Any, float]]:
        return {name: _timed(partial(_asked, name, studies[name], drawn)) for name in names}

    found = of_chain(list(studies)[:1])  # makes the draws that are kept for all others
    chains = [[name for name in names if name in studies] for names in LONGEST]
    met = {*found, *(name for chain in chains for name in chain)}
    chains += [[name] for name in studies if name not in met]
    for results in shared_out([partial(of_chain, names) for names in chains]):
        found |= results
    watch.seconds |= {name: found[name][1] for name in studies}
    answers = {name: found[name][0] for name in studies}
    refused = {name: answer.reason for name, answer in answers.items() if isinstance(answer, _Refusal)}
    return {name: answer for name, answer in answers.items() if name not in refused}, refused


def _asked(name: str, study: Callable[[Posterior], Any], drawn: Posterior) -> Any:
    """What a study finds; or, where the report can do without, why it has no answer: the run stands."""
    from ..presentation.report.contents import READINGS, RECORD

    try:
        return study(drawn)
    except (UntrustworthyError, DependentError) as error:
        if name not in (*READINGS, RECORD):
            raise
        return _Refusal(error.on_command_line)


def write(sections: Sections, folder: Path, watch: Stopwatch, *, brief: bool = False) -> None:
    """Write a run's files into a folder."""
    for name, content in forecast_files(sections.posterior, sections.forecast, sections.by_evidence).items():
        _write_json(folder / name, content)
    for name, result in sections.results.items():
        _write_json(folder / f"{name}.json", as_json(result))
    refused = sections.refused | ({DIFF: sections.untrusted} if sections.untrusted else {})
    if refused:
        _write_json(folder / f"{REFUSED}.json", refused)
    if sections.attribution is not None and sections.previous is not None:
        _write_json(folder / f"{DIFF}.json", {"against": sections.previous.name, **as_json(sections.attribution)})
    if sections.posterior.conditioned:
        question = sections.posterior.question
        _write_json(folder / f"{EVIDENCE}.json", as_json(evidence_of(question.as_of, sections.posterior.selection)))
    made_by = {"schema": SCHEMA, "code": code_hash(), "changes": list(changelog_entries())}
    _write_json(folder / f"{PROGRAM}.json", made_by)
    write_inputs(_inputs(sections.posterior), folder / INPUTS)
    if brief:
        return
    from ..presentation.explorer import render_explorer
    from ..presentation.report.report import write_report

    with beside(partial(_timed, partial(render_explorer, sections.posterior, report=REPORT))) as explorer:
        if sections.posterior.conditioned:
            with watch.part("posterior"):
                _write_posterior(sections, folder / POSTERIOR)
        with watch.part("figures"):
            pictures = make_folder(folder / "figures")
            for name, drawing in sections.drawings.items():
                write_bytes(pictures / f"{name}.png", drawing.image)
        with watch.part("report"):
            write_report(folder / REPORT, sections, explorer=EXPLORER)
        page, watch.seconds["explorer"] = explorer.result()
        write_text(folder / EXPLORER, page)


def _timed[Result](task: Callable[[], Result]) -> tuple[Result, float]:
    """What a task returns, and the seconds that it took, wherever it is done."""
    clock = Stopwatch()
    with clock.part(""):
        result = task()
    return result, clock.seconds[""]


def _since(previous: Run, drawn: Posterior, answer: Forecast) -> tuple[Attribution | None, str]:
    """What moved since a run; or, where that cannot be trusted, why not: the run itself stands."""
    from ...evidence.selection import retractions_of

    items = {item.id: item for item in drawn.items}
    now = Snapshot(
        question=drawn.question,
        items=items,
        inputs=_inputs(drawn),
        version=library_versions()["catchup"],
        recorded={p: answer.ready.quantile(p) for p in HEADLINE},
        engine=drawn.engine,
        retracted=retractions_of(drawn.selection) if drawn.conditioned else {},
        code=code_hash(),
        changes=changelog_entries(),
        probabilities=dict(answer.probabilities_by()),
        known=None if answer.known is None else answer.known.quantile(0.5),
    )
    try:
        return attribute(previous.snapshot, now, drawn), ""
    except UntrustworthyError as error:
        return None, error.on_command_line


def _write_posterior(sections: Sections, path: Path) -> None:
    from ..inference.tree.files import save_tree
    from ..inference.tree.result_tree import result_tree

    save_tree(result_tree(sections.posterior), path)


def _manifest(sections: Sections, folder: Path, watch: Stopwatch, request: Request, command: str) -> Manifest:
    drawn = sections.posterior
    question, inputs = drawn.question, _inputs(drawn)
    return Manifest.model_validate(
        {
            "schema": SCHEMA,
            "model": question.assumptions.model,
            "as_of": question.as_of,
            "event": question.event,
            "engine": drawn.engine,
            "draws": question.draws,
            "draws_asked": request.question.draws,
            "engine_asked": request.engine,
            "seed": question.seed,
            "quasi_random": question.quasi_random,
            "launch_grid": question.launch_grid,
            "evidence": drawn.evidence,
            "previous": "" if sections.previous is None else sections.previous.name,
            "command": as_text(command),
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


def _inputs(drawn: Posterior) -> Inputs:
    return inputs_of(drawn.question.assumptions, drawn.items)


def _write_json(path: Path, content: Any) -> None:
    write_text(path, json_text(content))
