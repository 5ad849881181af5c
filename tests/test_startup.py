"""What starting up must not import: a forecast from the prior answers before PyMC would have loaded."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rooms import ROOMS

RUN = """
import json, sys
from catchup.analysis.commands.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    print("\\n" + json.dumps({"status": ended.code, "modules": sorted(sys.modules)}))
"""

SLOW = {"arviz", "arviz_base", "arviz_stats", "matplotlib", "numba", "nutpie", "pymc", "pytensor", "scipy", "xarray"}


def loaded_by(*arguments: str, program: str = RUN) -> set[str]:
    """Modules that a command loads, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    ended = json.loads(done.stdout.splitlines()[-1])
    assert ended["status"] == 0, done.stderr
    return set(ended["modules"])


def imported_by(*arguments: str) -> set[str]:
    """Top-level names of what a command imports."""
    return {name.partition(".")[0] for name in loaded_by(*arguments)}


@pytest.mark.parametrize("output", [[], ["--json"]], ids=["table", "json"])
def test_a_forecast_from_the_prior_loads_no_slow_library(output: list[str]) -> None:
    names = imported_by("forecast", "--evidence", "none", "--draws", "1000", *output)
    assert "numpy" in names  # so that what is seen are the command's own imports
    assert not names & SLOW


def test_a_forecast_without_evidence_loads_no_kind_of_it() -> None:
    names = loaded_by("forecast", "--evidence", "none", "--draws", "1000")
    assert not {name for name in names if name.startswith("catchup.evidence.kinds")}


def test_scipy_is_loaded_by_what_uses_it() -> None:
    """Whoever imports a module for something else in it does not wait for that, either."""
    root = Path(__file__).resolve().parent.parent
    paths = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    at_once = re.compile(r"^(from|import) scipy\b", flags=re.MULTILINE)
    assert not [str(path.relative_to(root)) for path in paths if at_once.search(path.read_text())]


def test_a_forecast_does_not_look_through_all_packages_for_plugins() -> None:
    lacking = "import importlib.metadata; importlib.metadata.entry_points = None"
    assert loaded_by("forecast", "--draws", "1000", program=lacking + RUN)


SMALL = ("--model", "article", "--evidence", "eci-lag")


@pytest.mark.parametrize(("study", "needs"), [(("check",), set()), (("sensitivity", *SMALL), {"scipy"})])
def test_studies_of_draws_load_no_library_for_trees_of_them(study: tuple[str, ...], needs: set[str]) -> None:
    names = imported_by(*study, "--as-of", "2026-11-21", "--draws", "2000")
    assert "numpy" in names
    assert not names & (SLOW - needs)


def test_kept_tables_are_listed_without_any_slow_library(tmp_path):
    names = imported_by("data", "list", "--data", str(tmp_path))
    assert "numpy" in names
    assert not names & {*SLOW, "pandas", "yaml"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=["help", "version"])
def test_help_loads_no_arrays(arguments: list[str]) -> None:
    names = imported_by(*arguments)
    assert "cyclopts" in names
    assert not names & {*SLOW, "numpy", "pydantic"}
