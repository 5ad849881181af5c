"""The structure of the rooms: short files, no circles of imports; in `analysis/` floors that import downwards only."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import climbs
import pytest
from import_graph import FLOORS, ROOM, ImportGraph, floor_of, read_imports
from rooms import ROOMS

LONGEST, LONGEST_MEDIAN = 350, 140
# To be parted by idea like the others; none may join them.
STILL_LONG = {
    "benchmarks": {"fuzz_readers.py"},
    "tests": {
        "analysis/test_conditioning.py",
        "analysis/test_policies.py",
        "analysis/test_result_tree.py",
        "analysis/test_watch.py",
        "browser/test_explorer.py",
        "evidence/test_kind_figures.py",
        "runs/test_contributions.py",
    },
}
# Circles that stay, each of a thing that holds its own like, and each closed by an import inside a function.
RECURSIVE = {
    # a distribution is truncated, or mixed of others: whoever reads one by its family's name reads those inside it
    "priors": [
        "distributions.py",
        *(f"families/{name}.py" for name in ("conversion", "mixture", "nested", "registry", "truncated")),
    ],
    # what is put into assumptions as an object is a further layer, of which they are put together anew
    "model": ["assumed.py", "assumptions.py"],
}
KEYED = ("get", "pop", "setdefault")  # methods whose first argument is a key


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    return read_imports()


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_downwards(floor: str, graph: ImportGraph) -> None:
    own = [one for one in graph.imports if floor_of(one.importer) == FLOORS.index(floor)]
    assert own
    assert [str(one) for one in own if one.upward] == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_imports_itself_by_way_of_others(room: str) -> None:
    found = [sorted(circle) for circle in read_imports(ROOM.parent / room).circles]
    assert found == [RECURSIVE[room]] if room in RECURSIVE else found == []


def test_every_module_stands_on_a_floor(graph: ImportGraph) -> None:
    assert [module for module in graph.modules if floor_of(module) < 0] == ["__init__.py"]


@pytest.mark.parametrize("folder", [*ROOMS, "benchmarks", "tests"])
def test_no_file_is_long(folder: str) -> None:
    found = lengths(ROOM.parent / folder)
    assert found
    assert {name for name, length in found.items() if length > LONGEST} == STILL_LONG.get(folder, set())


def test_files_are_short_as_a_rule() -> None:
    written = [length for name, length in lengths(ROOM).items() if Path(name).name != "__init__.py"]
    assert statistics.median(written) < LONGEST_MEDIAN


def lengths(room: Path) -> dict[str, int]:
    """Lines of every file, by its path below the room."""
    return {
        path.relative_to(room).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in room.rglob("*.py")
    }


@pytest.mark.parametrize(
    "floor",
    [
        "inference",
        "studies",
    ],
)
def test_no_column_is_named_by_nothing(floor: str) -> None:
    found = [
        f"{path.relative_to(ROOM)}:{line}"
        for path in sorted((ROOM / floor).rglob("*.py"))
        for line in empty_keys(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def empty_keys(text: str) -> Iterator[int]:
    """Lines in which a key is the empty string: of a subscript, of a dict, or asked for by a method."""
    for node in ast.walk(ast.parse(text)):
        keys: list[ast.expr | None] = []
        if isinstance(node, ast.Subscript):
            keys = [node.slice]
        elif isinstance(node, ast.Dict):
            keys = [*node.keys]
        elif isinstance(node, ast.DictComp):
            keys = [node.key]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KEYED:
            keys = [*node.args[:1]]
        yield from (node.lineno for key in keys if isinstance(key, ast.Constant) and key.value == "")


WRITES_ITSELF = {
    "priors/files.py": "writes whole files for all others",
    "priors/workshops.py": "locks, which hold nothing",
    "evidence/tables/vintages.py": "into a folder that is built aside and renamed once it is whole",
    "evidence/tables/download.py": "what has come so far, from which a download goes on",
    "evidence/tables/update.py": "names what has come whole by its kind, for as long as it is read; and locks",
    "analysis/studies/calibration/fits_file.py": "adds lines under a lock, and passes over one that is half there",
    "analysis/archive/site_folder.py": "builds aside, gives all names at once, and takes them back where one fails",
    "analysis/archive/store.py": "copies a whole run to another disk, into a folder that is built aside",
    "analysis/inference/processes.py": "into memory, which processes share",
    "analysis/commands/main.py": "the null device, in place of a stream that is closed",
}
WRITERS = ("write_text", "write_bytes")
MAKERS = ("rename", "renames", "touch", "copyfile", "copyfileobj", "copy2", "copytree")
OPENERS = ("open", "fdopen", "FileIO", "ZipFile")
FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC"}


def test_files_are_written_whole() -> None:
    """By `catchup.priors.files`: what a module opens for writing itself, a full disk leaves by halves."""
    found = {
        path.relative_to(ROOM.parent).as_posix()
        for room in ROOMS
        for path in sorted((ROOM.parent / room).rglob("*.py"))
        if any(written_directly(path.read_text(encoding="utf-8")))
    }
    assert found == {*WRITES_ITSELF}


def written_directly(text: str) -> Iterator[int]:
    """Lines in which a file is opened for writing, written to, made, copied or renamed by other means than `files`."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        of_something = isinstance(node.func, ast.Attribute)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(node.func.value, "id", "") if isinstance(node.func, ast.Attribute) else ""
        given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
        modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        flags = {getattr(part, "attr", "") for each in node.args for part in ast.walk(each)}
        # a path's own takes one place; a string's takes two, and what is made of parts takes those by name
        replaces = owner == "os" or (of_something and len(node.args) == 1 and not node.keywords)
        if (
            (name in WRITERS and of_something and owner != "files")
            or name in MAKERS
            or (name in ("copy", "move") and owner == "shutil")
            or (name == "replace" and replaces)
            or (name in OPENERS and any(re.fullmatch(r"[wxa][bt+]*|r[bt]*\+[bt]*", mode) for mode in modes))
            or (name == "open" and flags & FLAGS)
        ):
            yield node.lineno


@pytest.mark.parametrize("call", ["condition", pytest.param("run", marks=pytest.mark.slow)])
def test_the_way_leads_down(call: str) -> None:
    found = climbs.count(call)
    assert len(found["files"]) > 5
    assert len(found["climbs"]) <= climbs.BOUNDS[call], found["climbs"]


@pytest.mark.parametrize("room", ROOMS)
def test_what_by_a_day_means_is_said_once(room: str) -> None:
    """By `Calendar.months_by`: who adds a day to a day before it is made months says it a second time."""
    found = [
        f"{path.relative_to(ROOM.parent)}:{line}"
        for path in sorted((ROOM.parent / room).rglob("*.py"))
        for line in next_days(path.read_text(encoding="utf-8"))
    ]
    assert [place for place in found if not place.startswith("model/calendar.py:")] == []


def next_days(text: str) -> Iterator[int]:
    """Lines in which the months up to a day and some time are asked for."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "months":
            yield from (node.lineno for arg in node.args if isinstance(arg, ast.BinOp))


def test_days_counted_to_their_end_are_seen() -> None:
    assert [*next_days("c.months(day)\nc.months(day + timedelta(1))\nc.months_by(day)")] == [2]


SMALL_ROOM = {
    "__init__.py": "",
    "inference/__init__.py": "",
    "inference/low.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..studies.high import High\n",
    "inference/other.py": "def late():\n    from .low import low\n    return low\n",
    "studies/__init__.py": "",
    "studies/__init__.pyi": "from .high import High as High\n",
    "studies/high.py": "from ..inference import low\nfrom ...priors.errors import InputError\n",
    "commands/ask.py": "from ..studies import High\n",
}


@pytest.fixture
def small(tmp_path: Path) -> ImportGraph:
    for name, text in SMALL_ROOM.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return read_imports(tmp_path)


def test_late_imports_and_those_for_types_are_seen(small: ImportGraph) -> None:
    pairs = {(one.importer, one.imported) for one in small.imports}
    assert pairs == {
        ("inference/low.py", "studies/high.py"),
        ("inference/other.py", "inference/low.py"),
        ("studies/high.py", "inference/low.py"),
        ("commands/ask.py", "studies/high.py"),  # where the package's stub says that the name is made
    }
    assert [str(one) for one in small.imports if one.upward] == ["inference/low.py:3 imports studies/high.py"]
    assert small.circles == [frozenset({"inference/low.py", "studies/high.py"})]


def test_climbs_lead_up_or_back(small: ImportGraph) -> None:
    assert climbs.is_climb("inference/other.py", "studies/high.py", small)
    assert climbs.is_climb("inference/low.py", "inference/other.py", small)
    assert not climbs.is_climb("inference/other.py", "inference/low.py", small)
    assert not climbs.is_climb("commands/ask.py", "studies/high.py", small)


def test_what_is_written_inside_a_running_function_is_read_in_place() -> None:
    def held() -> bool:
        return climbs.is_read_in_place(held.__code__, sys._getframe(1))

    def hand_out() -> Callable[[], bool]:
        def handed_out() -> bool:
            return climbs.is_read_in_place(handed_out.__code__, sys._getframe(1))

        return handed_out

    assert held()
    assert not hand_out()()  # the function that it is written inside has returned
    assert not climbs.is_read_in_place(lengths.__code__, sys._getframe())


def test_what_is_written_directly_is_seen() -> None:
    written = (
        'path.write_text("")',
        'open(path, "w")',
        'path.open("ab")',
        'open(path, mode="w")',
        'open(path, "r+b")',
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        'os.fdopen(handle, mode="wb")',
        "path.rename(other)",
        "(path / name).replace(other)",
        "os.replace(path, other)",
        "path.touch()",
        "shutil.copyfile(path, other)",
        "copytree(path, other)",
        "shutil.move(path, other)",
    )
    others = (
        'files.write_text(path, "")',
        'open(path, "rb")',
        'open("w.txt")',
        "os.open(path, os.O_RDONLY)",
        'text.replace("a", "b")',
        "day.replace(day=1)",
        "replace(question, draws=1)",
        "copy.copy(draws)",
    )
    for line in written:
        assert [*written_directly(line)] == [1], line
    for line in others:
        assert [*written_directly(line)] == [], line


def test_empty_keys_are_seen() -> None:
    assert [*empty_keys('a[""]\nb = {"": 1}\nc.pop("")\nd = {"": x for x in y}\ne["x"]\nf = ""\ng.strip("")')] == [
        1,
        2,
        3,
        4,
    ]
