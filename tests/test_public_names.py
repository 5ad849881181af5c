"""Public names keep their promise: each is there, is typed, and says what it takes, gives and raises."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from rooms import ROOMS, package_of

ROOT = Path(__file__).resolve().parent.parent
OURS = "catchup."
CELL = re.compile(r"^```(?:\{code-cell\} ipython3|python)\n(?:---\n.*?^---\n)?(.*?)^```", re.MULTILINE | re.DOTALL)
PLAIN_PARAMETERS = 2  # that many a summary line can tell of

PUBLIC = [(room, name) for room in ROOMS for name in importlib.import_module(package_of(room)).__all__]


def imported_by(path: Path) -> list[tuple[str, str]]:
    """Modules of this project and names in them that a file asks for: a program, or a page with Python on it."""
    text = path.read_text(encoding="utf-8")
    cells = [text] if path.suffix == ".py" else CELL.findall(text)
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in nodes if f"{node.module}.".startswith(OURS)]
    return [(str(node.module), alias.name) for node in ours for alias in node.names]


PAGES = (path for path in sorted((ROOT / "docs").rglob("*.md")) if OURS in path.read_text(encoding="utf-8"))
IMPORTERS = [path for path in (*sorted((ROOT / "benchmarks").glob("*.py")), *PAGES) if imported_by(path)]


def value_of(room: str, name: str) -> object:
    return getattr(importlib.import_module(package_of(room)), name)


def sections(value: object) -> set[str]:
    return set(re.findall(r"^(\w+)\n-+$", inspect.getdoc(value) or "", re.MULTILINE))


def raises_itself(value: object) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(value)))  # type: ignore[arg-type]
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(tree))


@pytest.mark.parametrize("room", ROOMS)
def test_stub_and_room_name_the_same(room):
    """`__all__` at run time and the names that a type checker sees are one list, without doubles."""
    tree = ast.parse((ROOT / room / "__init__.pyi").read_text())
    aliases = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(alias.asname == alias.name for alias in aliases)  # an explicit export, by the rules of stubs
    names = [alias.name for alias in aliases]
    assert len(names) == len(set(names)) > 0
    assert sorted(names) == sorted(importlib.import_module(package_of(room)).__all__)


@pytest.mark.parametrize(("room", "name"), PUBLIC)
def test_public_name_is_there_and_described(room, name):
    value = value_of(room, name)
    assert not isinstance(value, ModuleType), "a module of this name hides what it should give"
    if inspect.isclass(value):
        own = value.__doc__
        assert own, "no docstring"
        assert not own.startswith(f"{name}("), "the docstring is the one that dataclasses make"
        described = "see" if issubclass(value, Exception) else sections(value) & {"Attributes", "Parameters"}
        assert described or not fields(value), "no Attributes or Parameters"
    elif inspect.isfunction(value):
        signature = inspect.signature(value)
        assert inspect.getdoc(value), "no docstring"
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())
        assert len(signature.parameters) <= PLAIN_PARAMETERS or "Parameters" in sections(value)
        assert not raises_itself(value) or "Raises" in sections(value)


def fields(value: type) -> list[str]:
    """What an instance is made of."""
    annotated = [name for base in value.__mro__ for name in vars(base).get("__annotations__", {})]
    return [name for name in annotated if not name.startswith("_")]


@pytest.mark.parametrize(("room", "name"), PUBLIC)
def test_a_module_of_the_same_name_does_not_hide_it(room, name):
    """Whichever is imported first: `catchup.evidence.template` is a function, and stands in a module `template`."""
    package = importlib.import_module(package_of(room))
    if (ROOT / room / f"{name}.py").exists():
        importlib.import_module(f"{package_of(room)}.{name}")
    assert not isinstance(getattr(package, name), ModuleType)


@pytest.mark.parametrize("path", IMPORTERS, ids=lambda path: path.name)
def test_what_benchmarks_and_pages_import_is_there(path):
    for module, name in imported_by(path):
        found = importlib.import_module(module)
        assert hasattr(found, name) or find_spec(f"{module}.{name}"), f"{module} has no {name}"


def test_imports_on_pages_are_seen():
    pages = [path for path in IMPORTERS if path.suffix == ".md"]
    assert sum(map(len, map(imported_by, pages))) > len(pages) > 3
