"""Each result's table is laid out once: what is added to it is in the terminal, in HTML, in Markdown and in JSON."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, get_type_hints

import numpy as np
import pytest
from rich.console import Console

from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.result import Result
from catchup.analysis.presentation.caveats import load_caveats
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.table import KEY, Column, Layout, Table
from catchup.analysis.presentation.tables import builders
from catchup.analysis.presentation.tables.evidence import Evidence, uses_of
from catchup.analysis.presentation.terminal import print_layout
from catchup.analysis.studies.bridge import bridge
from catchup.analysis.studies.comparison import compare_pointwise
from catchup.analysis.studies.counterfactuals import levers
from catchup.analysis.studies.influence import influence
from catchup.analysis.studies.pointwise import Pointwise
from catchup.analysis.studies.readings.capacity import capacity
from catchup.analysis.studies.readings.efficiency import efficiency
from catchup.analysis.studies.readings.events import events
from catchup.analysis.studies.readings.mobilisation import mobilisation
from catchup.analysis.studies.readings.size import sizes
from catchup.analysis.studies.readings.trend import trends
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.sensitivity.study import sensitivity
from catchup.analysis.studies.structures import structures
from catchup.analysis.studies.thresholds.study import thresholds
from catchup.analysis.studies.watch import watch
from catchup.analysis.studies.worlds import worlds
from catchup.evidence import load_ledger, select
from catchup.model.assumptions import load_assumptions
from html_tables import to_html

ANALYSIS = Path(importlib.import_module("catchup.analysis").__file__ or "").parent
BUILDERS = ANALYSIS / "presentation" / "tables"
HEADING, SHOWN, KEPT = "Fathoms", "42 fathoms", 42.5
DRAWN_ALONE = {"Trajectories"}  # results that are drawn and have no table
HELPERS = {"builders", "columns", "diagnostics", "firms", "genuineness", "movement", "structure_spread"}
"""Modules that lay out parts of tables, and no result."""


def ask(draws: int) -> Question:
    return Question(load_assumptions(), date(2026, 11, 21), draws=draws)


def of_draws(study: Callable[..., Any], draws: int = 1_000) -> Callable[[], Any]:
    return lambda: study(prior_of(ask(draws)))


def evidence() -> Evidence:
    ledger, day = load_ledger(None), date(2026, 11, 21)
    return Evidence(day, tuple(ledger.items.values()), uses_of(select(ledger, "default", day, load_assumptions())))


def influenced() -> Any:
    return influence(posterior(Request(ask(20_000), evidence="eci-lag,microsoft-slide", engine="importance")))


def compared() -> Any:
    names = ("one", "other")
    return compare_pointwise({name: Pointwise(names, np.array([-1.0, -2.0]), np.zeros(2), None) for name in names})


RESULTS: dict[str, Callable[[], Any]] = {
    "bridge": of_draws(bridge),
    "capacity": of_draws(capacity),
    "caveats": load_caveats,
    "counterfactuals": of_draws(levers),
    "efficiency": of_draws(efficiency),
    "events": of_draws(events),
    "evidence": evidence,
    "forecast": lambda: forecast_prior(ask(1_000)),
    "influence": influenced,
    "mobilisation": of_draws(mobilisation),
    "model_comparison": compared,
    "priors": load_assumptions,
    "scenarios": of_draws(scenarios),
    "sensitivity": of_draws(sensitivity),
    "size": of_draws(sizes),
    "structures": of_draws(structures),
    "thresholds": of_draws(thresholds),
    "trend": of_draws(trends),
    "watch": of_draws(watch),
    "worlds": of_draws(worlds),
}
"""By module that lays it out, a result to be had without a run: lists, keyed tables, tables in parts, placed rows."""


@cache
def result_of(name: str) -> Any:
    """Of the results above, worked out once."""
    return RESULTS[name]()


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"catchup.analysis.presentation.tables.{name}")


def printed(layout: Layout, width: int = 400) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    print_layout(layout, out)
    return out.file.getvalue()  # type: ignore[attr-defined]


def values(content: Any, name: str) -> Iterator[Any]:
    """Everything that stands under a key, at any depth of a JSON object."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from values(value, name)


def numbers(content: Any) -> Iterator[float]:
    if isinstance(content, dict):
        for value in content.values():
            yield from numbers(value)
    elif isinstance(content, float):
        yield content


@pytest.mark.parametrize("name", RESULTS)
def test_a_column_that_is_added_is_everywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_another(title: str, columns: Any, rows: Any, *rest: Any, **further: Any) -> Table[Any]:
        path = ("fathoms", KEY) if further.get("key") else ("fathoms",)
        added: Column[Any] = Column(title=HEADING, text=lambda row: SHOWN, path=path, value=lambda row: KEPT)
        return Table(title, [*columns, added], rows, *rest, **further)

    result = result_of(name)
    module = module_of(name)
    before = module.layout(result)
    assert HEADING not in printed(before)
    assert list(values(before.json(), "fathoms")) == []
    for each in (module, *map(module_of, sorted(HELPERS))):
        if hasattr(each, "Table"):
            monkeypatch.setattr(each, "Table", with_another)
    after = module.layout(result)
    text = printed(after)
    assert HEADING in text
    assert SHOWN in text
    for table in after.tables:
        for page in (to_html(table), to_markdown(table)):
            assert HEADING in page
            assert page.count(SHOWN) >= max(len(table.rows if table.shown is None else table.shown), 1)
    found = list(values(after.json(), "fathoms"))
    assert found
    assert {KEPT} == {*numbers({"found": dict(enumerate(found))})}


@pytest.mark.parametrize("name", RESULTS)
def test_no_probability_is_rounded_to_none_or_to_certain(name: str) -> None:
    """In tenths of a percent; a change of one has a sign, and an error its plus-minus."""
    found = re.findall(r"(?<![\d.+\-])(?<!± )(?:0|100)\.0%", printed(module_of(name).layout(result_of(name))))
    assert not found


def built_by() -> dict[str, type]:
    """By module beside the builders, the class that its `layout` takes."""
    names = [path.stem for path in BUILDERS.glob("*.py") if path.stem not in HELPERS | {"__init__"}]
    return {name: _taken_by(module_of(name)) for name in names}


def _taken_by(module: ModuleType) -> type:
    """What a module's `layout` takes first; other arguments may be known to a type checker alone."""
    name, annotation = next(iter(module.layout.__annotations__.items()))
    alone = SimpleNamespace(__annotations__={name: annotation})
    found: type = get_type_hints(alone, globalns=vars(module))[name]
    return found


def test_every_result_has_one_builder() -> None:
    classes = built_by()
    assert sorted(classes) == sorted(set(builders.BUILDERS.values()))
    assert {found.__name__: module for module, found in classes.items()} == builders.BUILDERS
    assert len(set(classes.values())) == len(classes)


def asked_for() -> Iterator[tuple[str, FunctionType]]:
    """Every function of a study that a command or a run imports."""
    for path in (*(ANALYSIS / "commands").glob("*.py"), ANALYSIS / "runs" / "asked.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "studies":
                module = importlib.import_module(f"catchup.analysis.{node.module}")
                for alias in node.names:
                    value = getattr(module, alias.name)
                    if isinstance(value, FunctionType):
                        yield alias.name, value


def test_whatever_a_command_or_a_run_asks_is_laid_out() -> None:
    answers = {}
    for name, study in asked_for():
        answer = vars(inspect.getmodule(study)).get(study.__annotations__["return"])
        if isinstance(answer, type) and issubclass(answer, Result) and answer.__name__ not in DRAWN_ALONE:
            answers[name] = answer.__name__
    assert len(answers) > 12
    assert set(answers.values()) <= builders.BUILDERS.keys()


@pytest.mark.parametrize("floor", ["inference", "studies"])
def test_what_is_found_does_not_know_how_it_is_shown(floor: str) -> None:
    for path in (ANALYSIS / floor).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "presentation" not in (node.module or "").split("."), f"{path}:{node.lineno}"
