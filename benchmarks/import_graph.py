"""Which module of `analysis/` imports which, read from the text: what is imported late or for types only counts too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOM = Path(__file__).resolve().parents[1] / "analysis"
FLOORS = ("inference", "studies", "archive", "presentation", "runs", "commands")
"""From the lowest to the highest: a module imports from its own floor and from those before it."""


@dataclass(frozen=True)
class Import:
    """One module's import of another, by their paths below the room; `line` is the importer's."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"

    @property
    def upward(self) -> bool:
        """Whether the imported module stands on a higher floor."""
        return floor_of(self.imported) > floor_of(self.importer)


def floor_of(module: str) -> int:
    """Height of a module's floor; -1 for what stands on none."""
    first = module.split("/", 1)[0]
    return FLOORS.index(first) if first in FLOORS else -1


@dataclass(frozen=True)
class ImportGraph:
    """Imports between the modules of a room.

    Attributes
    ----------
    imports : tuple of Import
        Every import statement that names a module of the room, resolved to where the name is made: of a package whose
        names are loaded on first use, to the module that its stub says.
    modules : tuple of str
        Paths of all modules below the room, in order.
    """

    imports: tuple[Import, ...]
    modules: tuple[str, ...]

    @cached_property
    def reached(self) -> Mapping[str, frozenset[str]]:
        """By module, all those it imports, directly or not; a module in its own set stands in a circle."""
        direct: dict[str, set[str]] = {module: set() for module in self.modules}
        for one in self.imports:
            direct[one.importer].add(one.imported)
        return {module: frozenset(_closure(direct, module)) for module in self.modules}

    @cached_property
    def circles(self) -> list[frozenset[str]]:
        """Sets of modules each of which imports all others of its set, directly or not."""
        inside = {module for module in self.modules if module in self.reached[module]}
        found = {
            frozenset(other for other in self.reached[module] if module in self.reached[other]) for module in inside
        }
        return sorted(found, key=sorted)


def read_imports(room: Path = ROOM) -> ImportGraph:
    """Read the imports of a room's modules, wherever in a module they stand."""
    stubs = {
        path.parent.relative_to(room).as_posix(): dict(_stub_names(room, path)) for path in room.rglob("__init__.pyi")
    }
    files = sorted(room.rglob("*.py"))
    modules = tuple(path.relative_to(room).as_posix() for path in files)
    imports = [
        Import(module, imported, line)
        for module, path in zip(modules, files, strict=True)
        for imported, line in _imports(room, path, stubs)
        if imported != module
    ]
    return ImportGraph(tuple(imports), modules)


def _imports(room: Path, path: Path, stubs: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue  # within the project imports are relative: tests/test_rooms.py
        place = path.parent
        for _ in range(node.level - 1):
            place = place.parent
        place = place.joinpath(*(node.module or "").split("."))
        if not place.is_relative_to(room):
            continue
        for alias in node.names:
            yield _where(room, place, alias.name, stubs), node.lineno


def _where(room: Path, place: Path, name: str, stubs: Mapping[str, Mapping[str, str]]) -> str:
    """The module that `from place import name` gets its name from."""
    for file in (place / f"{name}.py", place / name / "__init__.py", place.with_suffix(".py")):
        if file.is_file():
            return file.relative_to(room).as_posix()
    package = place.relative_to(room).as_posix()
    return stubs.get(package, {}).get(name) or (place / "__init__.py").relative_to(room).as_posix()


def _stub_names(room: Path, stub: Path) -> Iterator[tuple[str, str]]:
    """Names that a package loads on first use, and the module of each."""
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.name, _where(room, stub.parent.joinpath(*(node.module or "").split(".")), alias.name, {})


def _closure(direct: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [*direct[start]]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(direct.get(module, ()))
    return found
