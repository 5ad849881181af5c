"""Mutants of a source file, by Cosmic Ray's operators, and a random sample of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]  # line from 1, column from 0

BITWISE = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor", "Invert")


@dataclass(frozen=True)
class Mutant:
    """One change to one file: what an operator does where it applies for the `occurrence`-th time."""

    file: str
    operator: str
    occurrence: int
    start: Place
    end: Place

    @property
    def site(self) -> tuple[str, Place, str]:
        """Where, and in which manner: the operators that put one sign for another do so at one site."""
        manner = "".join(self.operator.rpartition("/")[2].split("_")[:1])
        return self.file, self.start, manner

    def applied(self, code: str) -> str:
        """Return the file's text with the change made."""
        mutated = mutate_code(code, _operator(self.operator), self.occurrence)
        assert mutated is not None, self
        return str(mutated)


def _operator(name: str) -> Operator:
    return get_operator(name)()


def mutants_of(file: str, code: str) -> Iterator[Mutant]:
    """Yield every mutant of a file that is worth a test.

    Left out are those of type annotations, which are never evaluated, and those that put a bitwise sign for an
    arithmetic one or the reverse: no float has them, so that any test at all would kill them.
    """
    tree = get_ast(code)
    annotated = list(_annotations(ast.parse(code)))
    for name in operator_names():
        if get_operator(name).arguments() or _crosses(name):
            continue  # operators with arguments put one of the user's own names for another
        operator = _operator(name)
        places = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            if not any(first <= start and end <= last for first, last in annotated):
                yield Mutant(file, name, occurrence, tuple(start), tuple(end))


def _crosses(name: str) -> bool:
    parts = name.split("_")[1:]
    return len({part in BITWISE for part in parts}) > 1


def _annotations(tree: ast.AST) -> Iterator[tuple[Place, Place]]:
    for node in ast.walk(tree):
        found = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for one in (found_one for found_one in found if found_one is not None):
            yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)


def sample(
    files: Mapping[str, Sequence[Mutant]], wanted: int, rng: np.random.Generator
) -> tuple[list[Mutant], dict[str, int]]:
    """Draw mutants at random: files by their numbers of sites, a site at most once, one of its mutants.

    Parameters
    ----------
    files : mapping of str to sequence of Mutant
        All mutants, by file.
    wanted : int
        How many to draw.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of Mutant
        In order of file and line.
    dict of str to int
        Sites of every file.
    """
    by_site: dict[str, dict[tuple[str, Place, str], list[Mutant]]] = {}
    for file, mutants in files.items():
        for mutant in mutants:
            by_site.setdefault(file, {}).setdefault(mutant.site, []).append(mutant)
    sites = {file: len(found) for file, found in by_site.items()}
    total = sum(sites.values())
    exact = {file: min(wanted, total) * count / total for file, count in sites.items()}
    shares = {file: int(share) for file, share in exact.items()}
    for file in sorted(exact, key=lambda name: shares[name] - exact[name])[: min(wanted, total) - sum(shares.values())]:
        shares[file] += 1
    drawn = []
    for file, found in by_site.items():
        keys = sorted(found)
        for position in rng.choice(len(keys), shares[file], replace=False):
            several = found[keys[position]]
            drawn.append(several[int(rng.integers(len(several)))])
    return sorted(drawn, key=lambda mutant: (mutant.file, mutant.start, mutant.operator)), sites


def source_files(root: Path, rooms: Sequence[str]) -> list[str]:
    """Files of some rooms that hold code, relative to the root."""
    found = (path.relative_to(root).as_posix() for room in rooms for path in (root / room).rglob("*.py"))
    return sorted(file for file in found if not file.endswith("__init__.py"))
