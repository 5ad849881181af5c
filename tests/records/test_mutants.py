"""Faults put into code: where operators apply, but not in annotations; drawn by file, a place at most once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from mutants import mutants_of, sample
from mutation import NAME, ROOT, copy_of, equivalents, main
from reached import Baseline
from recording import read_record, write_record
from rooms import ROOMS

CODE = """\
def f(x: int | None, y: float = 1.0) -> int | None:
    if x > 2 and y == 3:
        return x + y
    return None
"""


def test_annotations_are_left_alone_and_every_fault_changes_the_code() -> None:
    found = list(mutants_of("a.py", CODE))
    assert {mutant.start[0] for mutant in found} == {1, 2, 3}
    assert {(mutant.start, mutant.operator) for mutant in found if mutant.start[0] == 1} == {
        ((1, 32), "core/NumberReplacer")
    }
    changed = {mutant.applied(CODE) for mutant in found}
    assert len(changed) == len(found)
    assert CODE not in changed
    assert any("x - y" in text for text in changed)
    assert any("x > 2 or y == 3" in text for text in changed)
    assert not any(sign in text for text in changed for sign in ("x & y", "x | y", "x >> y"))


def test_the_copy_is_the_whole_package(tmp_path: Path) -> None:
    """The front door, too: tests go through it as through any room, and would fail before there is a fault."""
    root, folder = tmp_path / "root", tmp_path / "folder"
    for room in ROOMS:
        (root / room).mkdir(parents=True)
        (root / room / "__init__.py").write_text(f"NAME = {room!r}\n", encoding="utf-8")
    (root / "front" / "conditioned.py").touch()
    folder.mkdir()
    tree, shown = copy_of(root, folder), folder / "path" / "catchup"
    assert {path.name for path in shown.iterdir()} == {"__init__.py", "conditioned.py", *ROOMS} - {"front"}
    assert (shown / "__init__.py").read_text(encoding="utf-8") == "NAME = 'front'\n"
    assert all(path.resolve().is_relative_to(tree) for path in shown.rglob("*.py"))


def test_samples_are_shared_out_by_file_and_take_no_place_twice() -> None:
    files = {"a.py": list(mutants_of("a.py", CODE)), "b.py": list(mutants_of("b.py", CODE * 3))}
    drawn, sites = sample(files, 12, np.random.default_rng(1))
    assert sites["b.py"] == 3 * sites["a.py"]
    assert Counter(mutant.file for mutant in drawn) == {"a.py": 3, "b.py": 9}
    assert len({mutant.site for mutant in drawn}) == 12
    everything, _ = sample(files, 10_000, np.random.default_rng(1))
    assert len(everything) == sum(sites.values())


def test_tests_are_chosen_by_line_the_quickest_and_most_varied_first() -> None:
    seconds = {"t.py::a[1]": 1.0, "t.py::a[2]": 0.5, "t.py::b": 2.0, "t.py::slow": 50.0, "t.py::c": 0.1}
    baseline = Baseline(seconds, frozenset(), {"f.py": {3: ("t.py::a[1]", "t.py::a[2]", "t.py::b", "t.py::slow")}})
    assert baseline.tests_for("f.py", 3, 3, 10.0, 8.0) == ["t.py::a[2]", "t.py::b", "t.py::a[1]"]
    assert baseline.tests_for("f.py", 3, 3, 2.5, 8.0) == ["t.py::a[2]", "t.py::b"]
    # a line that runs on import is reached by whatever reaches the file
    assert baseline.tests_for("f.py", 1, 1, 10.0, 8.0) == ["t.py::a[2]", "t.py::b", "t.py::a[1]"]
    assert baseline.tests_for("other.py", 1, 1, 10.0, 8.0) == []


def test_what_has_been_named_since_is_marked_in_the_record(tmp_path: Path) -> None:
    file, was, became = min(equivalents())
    rows = [{"file": file, "was": was, "became": became, "outcome": outcome} for outcome in ("survived", "killed")] + [
        {"file": file, "was": was, "became": "another", "outcome": "survived"}
    ]
    write_record(tmp_path, NAME, rows, seed=4, drawn=9, sites=99)
    assert main(["--named", "--record", str(tmp_path)]) == 0
    found = read_record(NAME, tmp_path)
    assert found is not None
    assert [row["outcome"] for row in found["rows"]] == ["equivalent", "killed", "survived"]
    assert (found["seed"], found["drawn"], found["sites"]) == (4, 9, 99)


def test_equivalent_faults_are_of_lines_that_there_are() -> None:
    for file, was, became in equivalents():
        assert was != became
        assert was in (ROOT / file).read_text(encoding="utf-8"), f"{file} has changed: is this still so?"
