"""The page on the model holds all of its equations and every kind's density."""

from __future__ import annotations

import inspect

from catchup.evidence import KINDS
from catchup.model import equations
from documents import DOCS

LINES = {line.strip() for line in (DOCS / "model.md").read_text(encoding="utf-8").splitlines()}


def test_every_equation_stands_on_the_page() -> None:
    known = {
        name
        for name, made in vars(equations).items()
        if inspect.isfunction(made) and made.__module__ == equations.__name__ and not name.startswith("_")
    }
    assert len(known) > 30
    assert {name for name in known if f".. autofunction:: {name}" not in LINES} == set()


def test_every_kind_states_its_density_on_the_page() -> None:
    modules = {type(kind).__module__ for kind in KINDS.values()}
    assert {module for module in modules if f".. automodule:: {module}" not in LINES} == set()
