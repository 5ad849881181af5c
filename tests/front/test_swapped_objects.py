"""A model, a tree or a list where another object was expected: refused in one line that says what was."""

from __future__ import annotations

import inspect
from datetime import date
from typing import Any

import numpy as np
import pytest

import catchup
from catchup import analysis
from catchup.priors.errors import InputError

MODEL = catchup.Model("2026-11-26", evidence="eci-lag", model="article")
QUESTION = MODEL.question(draws=2_000)
PRIOR = analysis.prior_of(QUESTION)
GUARDED = {"Posterior", "Question", "Request", "Plan", "Forecast", "Result", "xr.DataTree"}


def first_parameter(name: str) -> str:
    """How the first parameter of a public function is annotated; empty of what is none."""
    found = getattr(analysis, name)
    if not inspect.isfunction(found):
        return ""
    return str(next(iter(inspect.signature(found).parameters.values())).annotation)


ENTRIES = [name for name in analysis.__all__ if first_parameter(name) in GUARDED]


def test_the_entries_are_found() -> None:
    assert {"levers", "forecast", "check", "prior_of", "calibrate", "pool_forecast", "as_json"} <= set(ENTRIES)
    assert len(ENTRIES) > 30


@pytest.mark.parametrize("given", [MODEL, None, 3, [3]], ids=["model", "none", "number", "list"])
@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_what_it_takes(name: str, given: Any) -> None:
    """Whatever else it is given: the first of its arguments is looked at before all others."""
    entry = getattr(analysis, name)
    parameters = list(inspect.signature(entry).parameters.values())
    needed = [each for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD]
    arguments = [given, *[None] * (len(needed) - 1)]
    with pytest.raises(InputError, match=f"^{parameters[0].name}: .* (was expected|were expected), not "):
        list(entry(*arguments))  # of a generator nothing runs before


def test_what_fills_pages_is_named_by_its_kind() -> None:
    tree = analysis.result_tree(PRIOR, draws=100)
    with pytest.raises(InputError) as refused:
        analysis.levers(tree)  # type: ignore[arg-type]
    assert str(refused.value) == "posterior: a Posterior (Model.posterior returns one) was expected, not DataTree"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: analysis.Request(MODEL), "question: a Question"),
        (lambda: analysis.condition(QUESTION, ["eci-lag"]), "selection: a Selection"),
        (lambda: analysis.make_plan(QUESTION, ["eci-lag"]), "items: a list of items was expected, not 'eci-lag'"),
        (lambda: analysis.make_plan(QUESTION, MODEL.items[0]), "items: a list of items was expected, not Item"),
        (lambda: analysis.make_plan(QUESTION, None), "items: a list of items was expected, not None"),
        (lambda: analysis.make_plan(QUESTION, MODEL.items, "importence"), "engine: .* did you mean 'importance'?"),
        (lambda: analysis.make_plan(QUESTION, MODEL.items, "auto"), "engine: unknown engine 'auto'"),
        (lambda: analysis.make_plan(QUESTION, MODEL.items, None), "engine: the name of an engine"),
        (lambda: analysis.make_plan(QUESTION, MODEL.items, spread="1"), "spread: a number was expected, not '1'"),
        (lambda: analysis.criteria(QUESTION, None, None), "asked: "),
        (lambda: analysis.score_runs(None, None), "runs: a list of runs"),
        (lambda: analysis.score_runs([3], analysis.Outcome(date(2027, 1, 1))), "runs: a list of runs"),
        (lambda: analysis.score_runs([], None), "outcome: an Outcome"),
        (lambda: analysis.thresholds(PRIOR, firm=3), "firm: the name of a firm was expected, not 3"),
        (lambda: analysis.thresholds(PRIOR, stock=3), "stock: the name of a stock"),
        (lambda: analysis.thresholds(PRIOR, scenario=3), "scenario: the name of a scenario"),
        (lambda: analysis.thresholds(PRIOR, criteria=3), "criteria: a list of criteria was expected, not 3"),
        (lambda: analysis.thresholds(PRIOR, criteria="x"), "criteria: a list of criteria was expected, not 'x'"),
        (lambda: analysis.thresholds(PRIOR, criteria=[3]), "criteria: a list of criteria was expected, not 3"),
    ],
)
def test_other_arguments(ask: Any, said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        ask()


@pytest.mark.parametrize("fits", ["a", 1.5, True])
def test_a_number_of_fits_is_a_whole_number(fits: Any) -> None:
    plan = analysis.make_plan(QUESTION, MODEL.items)
    with pytest.raises(InputError, match=r"^fits: a whole number was expected"):
        analysis.calibrate(plan, fits)


@pytest.mark.parametrize("factors", [[0], [-1.0], [float("nan")], [float("inf")], ["a"], [None], 3, "1"])
def test_budgets_are_multiplied_by_finite_numbers_above_0(factors: Any) -> None:
    with pytest.raises(InputError, match=r"^budget_factors: (a list of|finite) numbers"):
        analysis.thresholds(PRIOR, budget_factors=factors)


@pytest.mark.parametrize("draws", [0, -1, True, 1.5, "a", None])
def test_a_tree_keeps_a_whole_number_of_draws_from_1_on(draws: Any) -> None:
    with pytest.raises(InputError, match=r"^draws: (a whole number|at least 1) was expected"):
        analysis.result_tree(PRIOR, draws)


def test_a_tree_of_more_draws_than_there_are_is_one_of_all() -> None:
    """A thousand million copies of two thousand draws would bring the process down, and say no more."""
    posterior = MODEL.posterior("importance", draws=2_000)
    most = analysis.result_tree(posterior, 10**9)
    assert dict(most["posterior"].sizes)["draw"] * 4 == 8_000
    assert most.identical(analysis.result_tree(posterior))
    assert analysis.result_tree(posterior, np.int64(100))["posterior"].sizes["draw"] == 25
