"""Values of the core rooms cannot be changed once they are made: draws, threads and caches share them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import catchup.evidence
import catchup.model

MODULES = [
    module.name
    for room in (catchup.model, catchup.evidence)
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]
VALUES = {
    f"{value.__module__}.{name}": value
    for module in MODULES
    for name, value in inspect.getmembers(importlib.import_module(module), dataclasses.is_dataclass)
    if value.__module__ == module
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_frozen(name: str) -> None:
    assert VALUES[name].__dataclass_params__.frozen


def test_every_class_with_plain_fields_is_such_a_value() -> None:
    """Classes that only annotate what they hold, and have no way to be given it, have lost their decorator."""
    for module in MODULES:
        for name, value in inspect.getmembers(importlib.import_module(module), inspect.isclass):
            if value.__module__ == module and vars(value).get("__annotations__") and value.__init__ is object.__init__:
                kept = [one for one, kind in value.__annotations__.items() if "ClassVar" not in str(kind)]
                assert not kept or inspect.isabstract(value) or getattr(value, "_is_protocol", False), (name, kept)
