"""The examples in the docstrings of public names: every name has some, and they give what they say.

Functions and classes have them. What has no docstring of its own has none: registries and other values, and aliases of
types such as `catchup.priors.Figure`, which the examples of the classes that use them show.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import catchup
from catchup.analysis.studies.structure_registry import STRUCTURES
from catchup.evidence import KINDS
from catchup.model.mechanisms.registry import MECHANISMS
from catchup.priors import FAMILIES

ROOMS = ("catchup", "catchup.priors", "catchup.model", "catchup.evidence", "catchup.analysis")
SECTION = re.compile(r"^Examples\n-{8}$", re.MULTILINE)


def is_of_these_rooms(value: type) -> bool:
    """Whether a value is defined in one of the rooms: the front door gives names of others, too."""
    owner = ".".join(value.__module__.split(".")[:2])
    return owner in ROOMS or not hasattr(importlib.import_module(owner), "__all__")


def public_values() -> dict[str, type]:
    """Public functions and classes by full name, each once however many rooms give it."""
    found: dict[int, tuple[str, type]] = {}
    for room in reversed(ROOMS):  # a room's own name for what the front door gives again
        module = importlib.import_module(room)
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if (inspect.isfunction(value) or inspect.isclass(value)) and is_of_these_rooms(value):
                found.setdefault(id(value), (f"{room}.{name}", value))
    return dict(sorted(found.values()))


def methods_of_the_front_door() -> dict[str, type]:
    """What a `catchup.Model` is asked for, by full name, each call of its own."""
    methods = {name: value for name, value in vars(catchup.Model).items() if inspect.isfunction(value)}
    return {f"catchup.Model.{name}": value for name, value in methods.items() if not name.startswith("_")}


VALUES = {**public_values(), **methods_of_the_front_door()}
SHOWN_TWICE = {"catchup.analysis." + name for name in ("Capability", "ModelComparison", "Worlds", "save_tree")}
"""Names whose examples do what those of another do, and take seconds: what `compare` or `load_tree` gives or reads."""


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Examples write files into the folder that they run in, and register classes."""
    monkeypatch.chdir(tmp_path)
    registries = (FAMILIES, KINDS, MECHANISMS, STRUCTURES)
    before = [dict(registry) for registry in registries]
    yield
    for registry, held in zip(registries, before, strict=True):
        registry.clear()
        registry.update(held)  # type: ignore[arg-type]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_examples(room: str) -> None:
    assert any(name.rpartition(".")[0] == room for name in VALUES)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SHOWN_TWICE else []) for name in VALUES]
)
def test_examples_give_what_they_say(name: str) -> None:
    value = VALUES[name]
    assert SECTION.search(inspect.cleandoc(value.__doc__ or "")), "no Examples"
    # no names of the module: an example imports all that it uses, as a reader has to
    (found,) = doctest.DocTestFinder(recurse=False).find(value, name, globs={})
    said: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(found, out=said.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(said)
