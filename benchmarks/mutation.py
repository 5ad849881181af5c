"""How many small faults in the core rooms the tests would find: `make mutation ARGS="--sample 300"`.

A copy of the repository is tested once, with a note of which tests reach which line. Then one fault at a time is put
into the copy, and the tests that reach its line are run in a forked process that has the libraries loaded already, the
quickest and most varied first, until one fails. The working tree is never touched.

A fault that no test reports within `--budget` seconds of tests counts as survived, so that the score is a lower bound.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from mutants import Mutant, mutants_of, sample, source_files
from reached import Baseline, Chosen, baseline_of
from recording import RECORDS, read_record, write_record
from rooms import ROOMS, places_in_package

ROOT = Path(__file__).resolve().parent.parent
CORE = ("model", "evidence", "analysis/inference")
COPIED = (*ROOMS, "tests", "benchmarks", "docs", "pyproject.toml", "requirements.lock", "Makefile", "README.md")
TESTS = (
    "tests/priors",
    "tests/model",
    "tests/evidence",
    "tests/readings",
    "tests/tables",
    *(f"tests/runs/test_{name}.py" for name in ("scores", "score_horizon")),
    *(
        f"tests/analysis/test_{name}.py"
        for name in (
            *(
                "adaptation",
                "bad_leaks",
                "beside_the_headline",
                "checks",
                "conditioning",
                "correlated_priors",
                "policies",
            ),
            "expectations",
            *("estimates", "firm_leaks", "fitted_draws", "forecast", "genuineness", "influence", "kept_draws", "leaks"),
            *("mistaken_sums", "nuisances", "obstacle_study", "processes", "progress", "result_tree", "scenarios"),
            *(
                "shared_trees",
                "silence_answers",
                "smallest_cases",
                "state",
                "streaming",
                "tail_smoothing",
                "whose_chance",
            ),
        )
    ),
)
BUDGET = 60.0  # seconds of tests a fault, as they took without one
LONGEST = 30.0  # seconds: tests that take longer compile a great deal, and are left out
PATIENCE = 4.0  # times as long as the tests took without a fault, and then
GRACE = 60.0  # seconds more; a compilation may have to be repeated
NAME = "mutation"
KILLED, SURVIVED, TIMED_OUT, UNREACHED = "killed", "survived", "timed out", "unreached"
EQUIVALENT = "equivalent"  # survived, and named in `equivalent_faults.toml` with the reason
DEAD = (KILLED, TIMED_OUT)


def copy_of(root: Path, folder: Path) -> Path:
    """Copy the repository, and show its rooms as `catchup` to whoever looks into `folder/path`."""
    tree, shown = folder / "tree", folder / "path" / "catchup"
    tree.mkdir()
    shown.mkdir(parents=True)
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        elif (root / name).exists():
            shutil.copy(root / name, tree / name)
    for name, place in places_in_package(tree):
        (shown / name).symlink_to(place)
    return tree


def load_libraries(folder: Path) -> None:
    """Load what all tests need and no fault touches; the rooms themselves are loaded by each forked process."""
    os.environ |= {
        "PYTENSOR_FLAGS": f"base_compiledir={folder / 'compiled'}",
        "PYTHONPATH": str(folder / "path"),
        "PYTHONDONTWRITEBYTECODE": "1",  # of two faults within a second, the second would run the first's code
    }
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder / "path"))
    import arviz  # noqa: F401
    import hypothesis  # noqa: F401
    import pydantic  # noqa: F401
    import pymc  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    for name in [name for name in sys.modules if name.partition(".")[0] == "catchup"]:
        del sys.modules[name]  # records are written by what is installed, and tests look at the copy
    found = importlib.util.find_spec("catchup")
    assert found is not None
    assert [Path(place) for place in found.submodule_search_locations or ()] == [folder / "path" / "catchup"]


def in_fork(work: Callable[[], int], seconds: float, output: Path) -> int | None:
    """Run something in a forked process of its own group; return its exit status, or nothing if it took too long."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        child = os.fork()  # Python warns of other threads: there is one of a memory allocator, which knows about forks
    if child == 0:
        status = 70
        try:
            os.setsid()
            sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            status = int(work())
        except BaseException:  # noqa: BLE001  # to be read in the output: nothing may leave the forked process
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def judge(mutant: Mutant, tree: Path, baseline: Baseline, budget: float = BUDGET) -> str:
    """Put one fault into the copy, run the tests that reach it, and take it out again."""
    chosen = baseline.tests_for(mutant.file, mutant.start[0], mutant.end[0], budget, LONGEST)
    if not chosen:
        return UNREACHED
    path = tree / mutant.file
    code = path.read_text(encoding="utf-8")
    path.write_text(mutant.applied(code), encoding="utf-8")
    expected = sum(baseline.seconds[test] for test in chosen)
    try:
        status = in_fork(Chosen(tree, chosen, baseline).run, PATIENCE * expected + GRACE, tree.parent / "output")
    finally:
        path.write_text(code, encoding="utf-8")
    return TIMED_OUT if status is None else SURVIVED if status in (0, 5) else KILLED  # 5: no test was left to run


def change(mutant: Mutant, tree: Path) -> tuple[str, str]:
    """Return the line that the fault changes, before and after; what comes of a removed line is empty."""
    code = (tree / mutant.file).read_text(encoding="utf-8")
    before, after = code.splitlines(), mutant.applied(code).splitlines()
    if len(before) != len(after):
        return before[mutant.start[0] - 1].strip(), ""
    different = [(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new]
    return different[0]


def equivalents() -> set[tuple[str, str, str]]:
    """Read which faults are known to change nothing: file, and line before and after."""
    named = tomllib.loads(Path(__file__).with_name("equivalent_faults.toml").read_text(encoding="utf-8"))
    return {(row["file"], row["was"], row["became"]) for row in named["fault"]}


def name_equivalents(folder: Path) -> None:
    """Mark in the record the survivors that have been named as equivalent since it was written."""
    record, harmless = read_record(NAME, folder), equivalents()
    if record is None:
        return
    for row in record["rows"]:
        if row["outcome"] == SURVIVED and (row["file"], row["was"], row["became"]) in harmless:
            row["outcome"] = EQUIVALENT
    write_record(folder, NAME, record["rows"], **{name: record[name] for name in ("seed", "drawn", "sites")})


def is_fault(mutant: Mutant, tree: Path) -> bool:
    """Whether the fault is one: 1e100 and one more are the same number, and `f(/given)` for `f(**given)` no Python.

    Nor has Cosmic Ray another exception to put for one that is named with its module.
    """
    code = (tree / mutant.file).read_text(encoding="utf-8")
    try:
        return ast.dump(ast.parse(code)) != ast.dump(ast.parse(mutant.applied(code)))
    except (SyntaxError, AttributeError):
        return False


def main(arguments: Sequence[str]) -> int:
    """Draw a sample of faults, test them and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300, help="how many faults to draw (0: one at every site)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds of tests that a fault meets at most")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--again", action="store_true", help="only faults that survived, by the record")
    parser.add_argument("--named", action="store_true", help="put in no fault: see which survivors are named by now")
    parser.add_argument("--record", type=Path, default=RECORDS, help="folder for the record")
    asked = parser.parse_args(arguments)
    if asked.named:
        name_equivalents(asked.record)
        return 0
    kept = (read_record(NAME, asked.record) or {"rows": []})["rows"] if asked.again else []
    dead = {(row["file"], row["was"], row["became"]): row for row in kept if row["outcome"] in DEAD}
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        tree = copy_of(ROOT, Path(name))
        files = {
            file: list(mutants_of(file, (tree / file).read_text(encoding="utf-8")))
            for file in source_files(tree, CORE)
            if asked.only in file
        }
        drawn, sites = sample(files, asked.sample or sys.maxsize, np.random.default_rng(asked.seed))
        drawn = [mutant for mutant in drawn if is_fault(mutant, tree)]
        load_libraries(Path(name))
        start = time.monotonic()
        baseline = baseline_of(tree, TESTS, in_fork)
        print(f"{len(baseline.seconds)} tests pass in {time.monotonic() - start:.0f} s", flush=True)
        rows, harmless = [], equivalents()
        np.random.default_rng(asked.seed).shuffle(drawn)  # stopped early, it is a sample still
        for number, mutant in enumerate(drawn, start=1):
            was, became = change(mutant, tree)
            begun = time.monotonic()
            known = dead.get((mutant.file, was, became))
            outcome = known["outcome"] if known else judge(mutant, tree, baseline, asked.budget)
            if outcome == SURVIVED and (mutant.file, was, became) in harmless:
                outcome = EQUIVALENT
            rows.append(
                {"file": mutant.file, "line": mutant.start[0], "operator": mutant.operator.rpartition("/")[2]}
                | {"outcome": outcome, "was": was, "became": became}
            )
            write_record(asked.record, NAME, rows, seed=asked.seed, drawn=len(drawn), sites=sum(sites.values()))
            spent = time.monotonic() - begun
            print(f"{number}/{len(drawn)} {outcome:9} {spent:5.1f} s  {mutant.file}:{mutant.start[0]}", flush=True)
            if outcome not in DEAD:
                print(f"    - {was}\n    + {became}", flush=True)
    killed, real = (sum(test(row["outcome"]) for row in rows) for test in (DEAD.__contains__, EQUIVALENT.__ne__))
    print(f"{killed} of {real} killed ({killed / max(real, 1):.1%}); {len(rows) - real} more change nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
