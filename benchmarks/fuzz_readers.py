"""Every reader of what users write, with sound documents to begin from, and what it may answer to any other.

A reader takes a document's bytes. It answers, or raises a `CatchupError` whose message is one printable line; the
command line's status is 0, 1 or 2 with a line. All else is a fault.
"""

from __future__ import annotations

import contextlib
import functools
import io
import pickle
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

from fuzz_commands import COMMAND_LINES

from catchup.priors.errors import CatchupError, raised_text

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes
    ----------
    sound : tuple of bytes
        Documents that it reads.
    read : callable
        Reads a document.
    """

    sound: tuple[bytes, ...]
    read: Callable[[bytes], object]


class FaultError(AssertionError):
    """A reader answered in a way that it may not."""


def check(reader: Reader, document: bytes) -> bool:
    """Read a document; return whether it was taken.

    Raises
    ------
    FaultError
        If it was neither taken nor refused in a line.
    """
    try:
        reader.read(document)
    except CatchupError as error:
        said = error.on_command_line
        if not said or not said.isprintable():
            raise FaultError(f"no printable line: {said!r}") from error
        return False
    except FaultError:
        raise
    except Exception as error:
        raise FaultError(raised_text(error)) from error
    return True


def readers(folder: Path) -> dict[str, Reader]:
    """Every reader by name, working in a folder of its own."""
    return {
        "items": _items(folder / "item.toml"),
        "overlays": _overlays(folder / "overlay.toml"),
        "scenarios": _scenarios(folder / "scenarios.toml"),
        "disclosures": _disclosures(folder / "disclosures.toml"),
        "observables": _observables(folder / "watch.toml"),
        "rivals": _rivals(folder / "rivals.toml"),
        "draws": _draws(folder / "draws.csv"),
        "tables": _tables(folder / "table.csv"),
        "yaml tables": _yaml_tables(folder / "table.yaml"),
        "runs": _runs(folder / "runs"),
        "inputs of runs": _inputs_of_runs(folder / "copies"),
        "arguments": _arguments(folder / "elsewhere"),
    }


@contextlib.contextmanager
def parsing_once() -> Iterator[None]:
    """Parse each text of TOML once, and give what it holds anew each time: most of what readers read is unchanged."""
    parse = tomllib.loads

    @functools.lru_cache(maxsize=256)
    def kept(text: str) -> bytes:
        return pickle.dumps(parse(text))

    with mock.patch.object(tomllib, "loads", lambda text: pickle.loads(kept(text))):
        yield


def _put(path: Path, document: bytes) -> Path:
    path.write_bytes(document)
    return path


def _sound(*patterns: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def _items(path: Path) -> Reader:
    from catchup.evidence import read_item

    sound = _sound("evidence/ledger/*.toml", "evidence/templates/*.toml")
    return Reader(sound, lambda document: read_item(_put(path, document)))


def _overlays(path: Path) -> Reader:
    from catchup.model import load_assumptions

    return Reader(_sound("priors/overlays/*.toml"), lambda document: load_assumptions([_put(path, document)]))


def _scenarios(path: Path) -> Reader:
    """Single rows of the project's own scenarios, levers and constants, under their own names and new ones."""
    import tomli_w

    from catchup.model import load_assumptions

    rows = []
    for name in ("model/scenarios.toml", "model/policies.toml", "model/race.toml", "priors/baseline.toml"):
        for section, table in tomllib.loads((ROOT / name).read_text(encoding="utf-8")).items():
            entries = table.items() if isinstance(table, dict) else ()
            rows += [tomli_w.dumps({section: {key: row}}).encode() for key, row in entries if isinstance(row, dict)]
    return Reader(tuple(rows[::5]), lambda document: load_assumptions([_put(path, document)]))


def _disclosures(path: Path) -> Reader:
    from catchup.analysis.inference.question import Question
    from catchup.analysis.studies.voi.decision import read_decision
    from catchup.analysis.studies.voi.disclosures import read_disclosures
    from catchup.analysis.studies.voi.tables import read_tables
    from catchup.evidence import load_ledger
    from catchup.model import load_assumptions

    question, known = Question(load_assumptions(), AS_OF, draws=100), load_ledger().items

    def read(document: bytes) -> None:
        tables = read_tables([_put(path, document)])
        read_disclosures(tables["disclosures"], question, known)
        for name, (table, file) in tables["decisions"].items():
            read_decision(name, table, question.as_of_months, file=file)

    return Reader(_sound("analysis/studies/voi/*.toml"), read)


def _observables(path: Path) -> Reader:
    from catchup.analysis.studies.observables import read_observables
    from catchup.model import load_assumptions

    assumptions = load_assumptions()
    return Reader(
        _sound("analysis/studies/watch.toml"), lambda document: read_observables(assumptions, [_put(path, document)])
    )


def _rivals(path: Path) -> Reader:
    from catchup.analysis.archive.rivals import load_rivals

    return Reader(_sound("analysis/archive/rivals.toml"), lambda document: load_rivals(_put(path, document)))


def _draws(path: Path) -> Reader:
    import numpy as np

    from catchup.priors.draw_files import with_draws

    saved = io.BytesIO()
    np.save(saved, np.linspace(1.0, 2.0, 60))
    numbers = [str(1.0 + index / 60) for index in range(60)]
    columns = "\n".join(["draw,x", *(f"{index},{number}" for index, number in enumerate(numbers))])
    sound = ("\n".join(numbers).encode(), ", ".join(numbers).encode(), columns.encode(), saved.getvalue())

    def read(document: bytes) -> None:
        """As NumPy's own format where it begins so, as columns where it has letters, as numbers else."""
        form = ".npy" if document[:1] == b"\x93" else ".csv"
        column = {"column": "x"} if b"x" in document[:100] and form == ".csv" else {}
        file = _put(path.with_suffix(form), document)
        with_draws({"x": {"family": "empirical", "file": file.name, **column}}, path.with_name("mine.toml"))

    return Reader(sound, read)


def _csv(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def _tables(path: Path) -> Reader:
    from catchup.evidence.tables.table import read_table

    country = "United States of America"
    sound = (
        _csv(
            "Model,eci,eci_ci_low,eci_ci_high,date,Organization,Country (of organization)",
            f"Ash,120.0,115.0,125.0,2024-01-10,North Lab,{country}",
            "Birch,118.0,113.0,123.0,2024-02-01,East Lab,China",
            'Fir,135.0,130.0,140.0,2025-01-05,South Lab,"China,France"',
        ),
        _csv(
            "Model,Organization,Publication date,Training compute (FLOP),Confidence,Hardware utilization (MFU),"
            "Country (of organization),Abstract",
            f"Ash,North Lab,2024-01-10,2e24,Confident,19.7%,{country},One line.",
            'Birch,East Lab,2024-02-01,1.5e24,Likely,0.35,China,"Two\nlines, and a ""quote""."',
        ),
        _csv(
            "Name,Status,Certainty,H100 equivalents,Country,Owner,First Operational Date",
            "Anonymized Chinese System,Existing,Likely,12000.5,China,,2025-01-01",
            f'Big Hall,Planned,Likely,90000,{country},"North Lab,South Lab",2031-01-01',
        ),
    )
    return Reader(sound, lambda document: read_table(_put(path, document), vintage=date(2026, 8, 16)))


def _yaml_tables(path: Path) -> Reader:
    from catchup.evidence.tables.table import read_table

    lines = ["benchmark_name: METR", "results:"]
    for name, hours in (("ash", 10), ("birch", 40)):
        lines += [f"  {name}:", "    metrics:", "      p50_horizon_length:", f"        estimate: {hours}"]
        lines += [f"        ci_low: {hours / 2}", f"        ci_high: {hours * 2}", "    release_date: 2025-02-03"]
    sound = ("\n".join([*lines, ""]).encode(),)
    return Reader(sound, lambda document: read_table(_put(path, document), vintage=date(2026, 8, 16)))


def _run_once(folder: Path) -> Path:
    """A brief run of the article's model, and one a week later, in a folder of their own; returns the later one's."""
    from datetime import timedelta

    from catchup.analysis.inference.question import Question
    from catchup.analysis.inference.request import Request
    from catchup.analysis.runs.run import run
    from catchup.model import load_assumptions

    question = Question(load_assumptions(), AS_OF - timedelta(days=7), draws=1_000)
    run(Request(question, evidence="none"), folder, brief=True)
    question = Question(load_assumptions(), AS_OF, draws=1_000)
    return run(Request(question, evidence="none"), folder, brief=True).folder


def _runs(folder: Path) -> Reader:
    """A run's JSON files, the last line of a document saying which of them it is."""
    from catchup.analysis.archive.exports import export
    from catchup.analysis.archive.history import history
    from catchup.analysis.archive.reading import read_run, read_runs
    from catchup.analysis.archive.scores import Outcome, score_runs
    from catchup.analysis.archive.verification import verify

    later = _run_once(folder)
    names = ("manifest.json", "forecast.json", "ready.json", "diff.json")
    sound = {name: (later / name).read_bytes() for name in names}

    def read(document: bytes) -> None:
        content, _, name = document.rpartition(b"\n")
        file = next((known for known in names if known.encode() == name), "forecast.json")
        _put(later / file, content)
        try:
            found = history(folder)
            if len(found.entries) + len(found.faults) != 2:
                raise FaultError("a run is neither shown nor named")
            score_runs(read_runs(folder).runs, Outcome(date(2027, 2, 1)))
            verify(later)
            one = read_run(later)
            for form in ("csv", "json", "metaculus"):
                export(one, form)
        finally:
            _put(later / file, sound[file])

    return Reader(tuple(content + b"\n" + name.encode() for name, content in sound.items()), read)


def _inputs_of_runs(folder: Path) -> Reader:
    """What a run was made of, the last line of a document saying which file it is."""
    from catchup.analysis.archive.reading import newest_with_inputs, read_run, read_runs

    later = _run_once(folder)
    earlier = read_runs(folder).runs[0]  # which remembers what it was made of
    files = [path for path in sorted((later / "inputs").rglob("*.toml")) if path.stat().st_size < 20_000]
    sound = {path.relative_to(later).as_posix(): path.read_bytes() for path in files}

    def read(document: bytes) -> None:
        content, _, name = document.rpartition(b"\n")
        file = name.decode(errors="replace")
        file = file if file in sound else "inputs/origins.toml"
        _put(later / file, content)
        try:
            newest, faults = newest_with_inputs([earlier, read_run(later)])
            if newest is None or (newest.folder == later) == bool(faults):
                raise FaultError("a run is neither read nor named")
        finally:
            _put(later / file, sound[file])

    return Reader(tuple(content + b"\n" + name.encode() for name, content in sound.items()), read)


class _ReachedError(CatchupError):
    """All arguments were read, and the work would begin."""


def _arguments(folder: Path) -> Reader:
    """Command lines, up to where the work would begin: what a command asks for is not worked out."""
    from catchup.analysis.commands import main

    folder.mkdir(exist_ok=True)

    def reached(*_: Any, **__: Any) -> None:
        raise _ReachedError("reached")

    def read(document: bytes) -> None:
        try:
            words = shlex.split(document.decode(errors="surrogateescape"))
        except ValueError:
            words = document.decode(errors="surrogateescape").split(" ")
        words = [word for word in words if "\0" not in word]  # which no process can be given
        said = io.StringIO()
        silent = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said)
        with _working_nothing_out(reached), contextlib.chdir(folder), silent[0], silent[1]:
            status = main.run(words)
        if status not in (0, 1, 2) or (status and not said.getvalue().startswith(("catchup: ", '{"event"'))):
            raise FaultError(f"status {status}: {said.getvalue()[:500]}")
        if status:
            raise CatchupError(said.getvalue().rstrip("\n"))
        if next(folder.iterdir(), None) is not None:
            for left in list(folder.iterdir()):
                shutil.rmtree(left) if left.is_dir() else left.unlink()

    return Reader(tuple(line.encode() for line in COMMAND_LINES), read)


@contextlib.contextmanager
def _working_nothing_out(reached: Callable[..., None]) -> Iterator[None]:
    """Stop where a posterior would be drawn, a prior sampled, or a table fetched."""
    from catchup.analysis.commands import options
    from catchup.analysis.inference import request
    from catchup.analysis.inference.draws import PriorDraws
    from catchup.analysis.runs import run as orchestration

    with contextlib.ExitStack() as patched:
        for owner in (options, request, orchestration):
            patched.enter_context(mock.patch.object(owner, "posterior", reached))
        patched.enter_context(mock.patch.object(PriorDraws, "__init__", reached))
        yield
