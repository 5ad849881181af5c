"""The examples in the docstrings of what `import catchup` gives, executed."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest

import catchup

NAMES = [
    name
    for name in sorted(catchup.__all__)
    if ">>>" in (inspect.getdoc(getattr(catchup, name)) or "")  # the others raise, or are shown by these
]


@pytest.mark.parametrize("name", NAMES)
def test_examples_give_what_they_say(name: str) -> None:
    value = getattr(catchup, name)
    names = dict(vars(importlib.import_module(value.__module__)))
    for example in doctest.DocTestFinder(recurse=False).find(value, name, globs=names):
        assert doctest.DocTestRunner().run(example).failed == 0


def test_what_is_asked_most_has_an_example() -> None:
    assert {"Model", "forecast", "compare", "Progress", "Structure"} <= set(NAMES)
