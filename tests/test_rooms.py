"""The rooms import one another in one direction only, and only relatively."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "priors": set(),
    "model": {"priors"},
    "evidence": {"priors", "model"},
    "analysis": {"priors", "model", "evidence"},
    "front": {"priors", "model", "evidence", "analysis"},
}
FRONT = {path.stem for path in (ROOT / "front").glob("*.py")}  # which stand beside the rooms in the package


def imported(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and dotted parts of everything a module imports, relative imports resolved."""
    package = ["catchup", *path.relative_to(ROOT).parent.parts]
    package = [part for part in package if part != "front"]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            whole = [*start, *(node.module.split(".") if node.module else [])]
            yield from ((node.lineno, [*whole, alias.name]) for alias in node.names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room_imports_only_what_it_may(room):
    allowed = {*(FRONT if room == "front" else {room}), *MAY_IMPORT[room]}
    for path in (ROOT / room).rglob("*.py*"):
        if path.suffix not in (".py", ".pyi"):
            continue
        for line, parts in imported(path):
            assert parts[0] not in MAY_IMPORT, f"{path}:{line} imports a room by its bare name"
            assert parts[0] != "catchup" or parts[1] in allowed, f"{path}:{line} imports {'.'.join(parts)}"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_one_another_relatively(room):
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            absolute = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and node.level == 0
                else []
            )
            assert not any(name.split(".")[0] == "catchup" for name in absolute), f"{path}:{node.lineno}"


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_names_of_test_modules_are_unique(folder):
    # Modules beside tests are imported by their bare names, so that two of one name would be one.
    names = [path.name for path in (ROOT / folder).rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


DRAWING = {"adaptation", "draws", "importance", "likelihoods", "outcomes", "subsets"}  # modules of inference


def test_what_lays_results_out_draws_nothing():
    """Pages of the documentation aside, which ask studies themselves."""
    for path in (ROOT / "analysis" / "presentation").rglob("*.py"):
        for line, parts in imported(path):
            if "pages" not in path.parts and parts[:3] == ["catchup", "analysis", "inference"]:
                assert parts[3] not in DRAWING, f"{path}:{line} imports {'.'.join(parts)}"
