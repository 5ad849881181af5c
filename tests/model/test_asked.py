"""What is asked of the model from Python and is not there is refused by the argument, by graph and simulation alike."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from catchup.model import Intervention, build_model, outcome, set_intervention, simulate
from catchup.model.assumptions import Assumptions
from catchup.priors import InputError, as_family


@pytest.fixture(scope="module")
def values(article: Assumptions) -> dict[str, np.ndarray]:
    return {name: article.quantiles(name, [0.5]) for name in article.needed()}


def said(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"launch_grid": 0}, "launch_grid: months from 0.001 to 120 were expected, not 0"),
        ({"launch_grid": -1.0}, "launch_grid: months from 0.001 to 120 were expected, not -1"),
        ({"launch_grid": math.nan}, "launch_grid: months from 0.001 to 120 were expected, not nan"),
        ({"launch_grid": "1"}, "launch_grid: a number of months was expected, not '1'"),
        ({"as_of_month": math.inf}, "as_of_month: a finite month since t = 0 was expected, not inf"),
        ({"as_of_month": None}, "as_of_month: a month since t = 0 was expected, not None"),
    ],
)
def test_grids_and_months(asked: dict, wrong: str, article: Assumptions, values: dict[str, np.ndarray]) -> None:
    assert said(lambda: outcome(article, values, **asked)) == wrong
    assert said(lambda: build_model(article, **asked)) == wrong


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"events": "lean-mythos"}, "events: a list of ids of events was expected"),
        ({"events": ["lean-mytos"]}, "events: unknown event 'lean-mytos'; did you mean 'lean-mythos'?"),
        ({"events": []}, "events: at least one was expected"),
        ({"events": ["lean-mythos", "lean-mythos"]}, "events: names one event twice"),
        ({"extra_quantities": "rl_ratio"}, "extra_quantities: a list of names of quantities was expected"),
        ({"extra_quantities": ["active_shar"]}, "extra_quantities: unknown quantity 'active_shar'; did you mean"),
    ],
)
def test_names_in_the_graph(asked: dict, wrong: str, article: Assumptions) -> None:
    assert said(lambda: build_model(article, **asked)).startswith(wrong)


def test_names_in_the_simulation(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    rng = np.random.default_rng(1)

    def drawn(names: object) -> object:
        return next(simulate(article, lambda chunk: chunk, 10, rng, names=names))  # type: ignore[arg-type]

    assert said(lambda: drawn("china_stock")).startswith("names: a list of names of quantities was expected")
    assert "names: unknown quantity 'china_stok'; did you mean 'china_stock'?" in said(lambda: drawn(["china_stok"]))
    assert "events: a list" in said(lambda: article.needed("lean-mythos"))
    assert "did you mean 'lean-mythos'" in said(lambda: article.needed(["lean-mytos"]))
    assert "did you mean 'china_stock'" in said(lambda: article.quantiles("china_stok", 0.5))
    assert said(lambda: outcome(article, values, event="lean-mytos")).startswith("event: unknown event")


def test_interventions(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    model = build_model(article)
    for given, key in ((Intervention(kept={"h20": 0.0}), "kept"), (Intervention(stop={"h20": 0.0}), "stop")):
        wrong = f"{key}: unknown source 'h20'; did you mean 'h200'?"
        assert said(lambda given=given: outcome(article, values, intervention=given)) == wrong
        assert said(lambda given=given: set_intervention(model, article, given)) == wrong
    for share in (2.0, -5.0, math.nan, np.array([0.5, 1.5])):
        assert said(lambda share=share: Intervention(kept={"h200": share})).startswith("kept.h200: a share from 0 to 1")
    assert said(lambda: Intervention(stop={"h200": math.nan})).startswith("stop.h200: a month")
    redrawn = Intervention(commitments={"startup_budgt": as_family(stats.uniform())})
    assert "did you mean 'startup_budget'" in said(lambda: outcome(article, values, intervention=redrawn))
