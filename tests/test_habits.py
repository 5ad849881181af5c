"""What runs by itself: on every Python that the project is for, and before a commit the project's own tools."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import yaml
from rooms import ROOMS

from catchup.evidence.tables.places import VARIABLE

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
HOOKS = ROOT / ".pre-commit-config.yaml"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def test_every_python_runs_all_that_a_change_must_pass() -> None:
    (job,) = read(WORKFLOW)["jobs"].values()
    pythons = job["strategy"]["matrix"]["python"]
    assert pythons == ["3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    named = [word.rpartition(" ")[2] for word in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", word)]
    assert named == pythons
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"python{python}" in makefile for python in pythons)


def test_hooks_are_the_projects_own_tools() -> None:
    (repository,) = read(HOOKS)["repos"]
    assert repository["repo"] == "local"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        program, *rest = shlex.split(hook["entry"])
        assert program.startswith(".venv/bin/") or (program == "make" and rest[-1] in targets), hook["entry"]
        assert all(re.match(hook.get("files", ""), f"{room}/__init__.py") for room in ROOMS), hook["id"]
        for word in rest:
            assert not word.startswith("tests/") or (ROOT / word).is_file(), word


def test_nothing_is_fetched_from_a_named_place() -> None:
    for path in (WORKFLOW, HOOKS, ROOT / "Makefile", ROOT / ".ci" / "run"):
        assert "://" not in path.read_text(encoding="utf-8"), path


def test_what_types_cannot_say_has_a_reason() -> None:
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "# type: ignore" not in line or re.search(r"# type: ignore\[[a-z-]+\]  # \w", line), (path, line)


def test_no_test_reads_the_tables_of_whoever_runs_it() -> None:
    assert not Path(os.environ[VARIABLE]).exists()
