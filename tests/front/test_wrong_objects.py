"""What is no day, no name, no mapping and no tree of this model is refused by name, and never a traceback."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import catchup
from catchup.analysis import (
    Question,
    Request,
    UntrustworthyError,
    answer,
    choose_evidence,
    levers,
    prior_of,
    save_tree,
    scenarios,
    trends,
    watch,
    worlds,
)
from catchup.analysis.inference.streaming import StreamedDistribution
from catchup.analysis.presentation.tables.builders import as_json
from catchup.evidence import load_ledger
from catchup.evidence.template import template
from catchup.model import load_assumptions
from catchup.priors import Dirichlet
from catchup.priors.errors import InputError

ASKED = {"as_of": "2026-11-26", "evidence": "eci-lag", "model": "article"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"evidence": [3]}, "evidence: a list of ids of items was expected, not 3"),
        ({"evidence": None}, "evidence"),
        ({"priors": ["progress-scher"]}, "priors"),
        ({"priors": "progress-scher"}, "priors"),
        (
            {"priors": {"hyperscaler_share": Dirichlet(concentration=5.0)}},
            "priors hyperscaler_share: a share of one wh",
        ),
        ({"overlays": "progress-scher"}, "overlays: a list of files or names"),
        ({"overlays": 3}, "overlays: a list of files or names"),
        ({"overlays": None}, "overlays: a list of files or names"),
        ({"overlays": [3]}, "overlays: a list of files or names was expected, not 3"),
        ({"add": "leak.toml"}, "add: a list of files, items or tables was expected, not 'leak.toml'"),
        ({"add": 3}, "add: a list of files, items or tables was expected, not 3"),
        ({"add": {"id": "own"}}, "add: a list of files, items or tables was expected"),
        ({"add": [{"id": "own"}]}, "add: title: is missing"),
        ({"evidence": []}, "none, default or ids of items"),
        ({"add": [3]}, "add: a list of files, items or tables was expected, not 3"),
        ({"ledger": 3}, "ledger: the folder of a ledger"),
        ({"launch_grid": "0.5"}, "launch_grid: a number of months was expected, not '0.5'"),
        ({"launch_grid": True}, "launch_grid: a number of months was expected, not True"),
        ({"fixed": {3: 2e6}}, "fixed: a mapping from names"),
        ({"priors": {3: 2e6}}, "priors: a mapping from names"),
        ({"mechanisms": {3: "slowing"}}, "mechanisms: a mapping from names"),
        ({"fixed": 3}, "fixed: a mapping from names"),
        ({"model": None}, "model"),
        ({"event": 3}, "event"),
        ({"fixed": {"mfu_china": "0.2"}}, "fixed mfu_china"),
        ({"fixed": {"mfu_china": True}}, "fixed mfu_china"),
        ({"as_of": 20261126}, "as_of"),
        ({"as_of": pd.NaT}, "as_of: a day as 2026-11-26, a date or a datetime was expected, not NaT"),
        ({"as_of": np.datetime64("NaT", "D")}, "a date or a datetime was expected, not 'NaT'"),
        ({"as_of": "9999-12-31"}, "up to 2999-12-31"),
    ],
)
def test_an_argument_of_another_kind(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        catchup.Model(**{**ASKED, **arguments})


def test_days_of_numpy_are_days() -> None:
    model = catchup.Model(**{**ASKED, "as_of": np.datetime64("2026-11-26T12:00")})
    assert model.question().as_of.isoformat() == "2026-11-26"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"draws": "x"}, "draws"),
        ({"draws": 1000.5}, "draws"),
        ({"random_seed": "one"}, "random_seed"),
        ({"random_seed": -1}, "random_seed"),
        ({"engine": None}, "engine: the name of an engine was expected, not None"),
    ],
)
def test_draws_and_seeds(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        catchup.Model(**ASKED).posterior(**arguments)


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint64])
def test_whole_numbers_of_numpy_are_whole_numbers(kind: type[np.integer]) -> None:
    plain, numpys = (
        answer(Request(replace(QUESTION, draws=number(2_000), seed=number(7)), "eci-lag")) for number in (int, kind)
    )
    assert json.dumps(as_json(numpys)) == json.dumps(as_json(plain))


def test_a_structure_has_a_name() -> None:
    with pytest.raises(InputError, match="structure"):
        catchup.Model(**ASKED).pymc(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("models", [None, [1, 2]])
def test_models_to_compare_have_names(models: Any) -> None:
    with pytest.raises(InputError, match="mapping from names"):
        catchup.compare(models)


def test_a_path_is_a_path() -> None:
    with pytest.raises(InputError, match="path"):
        catchup.load(3)  # type: ignore[arg-type]


def test_a_probability_is_one() -> None:
    ready = catchup.Model(**ASKED).posterior(draws=2_000).ready
    streamed = StreamedDistribution(0.0, 10.0)
    for given in (2, "0.5", [0.1, 0.5], None, True):
        for each in (ready, streamed):
            with pytest.raises(InputError, match="p: a probability from 0 to 1"):
                each.quantile(given)
    for each in (ready, streamed):
        with pytest.raises(InputError, match="value: a number was expected, not 'soon'"):
            each.probability_below("soon")


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        ("2026-11-26", "2026-11-26"),
        (datetime(2026, 11, 26, 12), "2026-11-26"),
        (np.datetime64("2026-11-26"), "2026-11-26"),
    ],
)
def test_a_question_knows_days_as_a_model_does(day: Any, seen: str) -> None:
    assert Question(load_assumptions(), day).as_of.isoformat() == seen


QUESTION = Question(load_assumptions(), date(2026, 11, 26), draws=1_000)
PRIOR = prior_of(QUESTION)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Question(None, date(2026, 11, 26)), "assumptions: "),
        (lambda: Question(load_assumptions(), "tomorrow"), "as_of: a day as"),
        (lambda: Question(load_assumptions(), None), "as_of: a day as"),
        (lambda: Question(load_assumptions(), pd.NaT), "as_of: a day as"),
        (lambda: Question(load_assumptions(), "2026-11-26", event=3), "event: the id of an event"),
        (lambda: Question(load_assumptions(), "2026-11-26", draws="x"), "draws: a whole number"),
        (lambda: Question(load_assumptions(), "2026-11-26", seed=None), "seed: a whole number"),
        (lambda: Question(load_assumptions(), "2026-11-26", launch_grid=True), "launch_grid: a number of months"),
        (lambda: Request(QUESTION, evidence=["eci-lag"]), "evidence: default, none or ids"),
        (lambda: Request(QUESTION, added="leak.toml"), "added: a list of files was expected, not 'leak.toml'"),
        (lambda: Request(QUESTION, ledger=3), "ledger: the folder"),
        (lambda: Request(QUESTION, engine=None), "engine: the name of an engine"),
        (lambda: choose_evidence(QUESTION, ["eci-lag"], None, ()), "evidence: default, none or ids"),
        (lambda: choose_evidence(QUESTION, "none", None, "leak.toml"), "added: a list of files or items"),
        (
            lambda: load_ledger(extra_files="leak.toml"),
            "extra_files: a list of files or items was expected, not 'leak.toml'",
        ),
        (lambda: load_ledger(3), "folder: the folder"),
        (lambda: load_assumptions("progress-scher"), "overlays: a list of files or names was expected, not 'progress"),
        (lambda: load_assumptions(model=["article"]), "model: current or article"),
        (lambda: scenarios(PRIOR, "merger"), "ids: a list of names of scenarios was expected, not 'merger'"),
        (lambda: scenarios(PRIOR, [3]), "ids: a list of names of scenarios was expected, not 3"),
        (lambda: worlds(PRIOR, "merger"), "ids: a list of names of worlds"),
        (lambda: trends(PRIOR, "constant-lag"), "ids: a list of names of trends"),
        (lambda: watch(PRIOR, only="merger"), "only: a list of names of observables"),
        (lambda: levers(PRIOR, acting_from="soon"), "acting_from: a day as"),
        (lambda: catchup.forecast(None, None), "model: a catchup.Model was expected, not None"),
    ],
)
def test_what_functions_of_the_api_are_given_is_refused_by_name(ask: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask()


@pytest.fixture(scope="module")
def tree() -> Any:
    return catchup.Model(**ASKED).fit(draws=2_000)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"evidence": "none"}, "evidence"),
        ({"fixed": {"mfu_china": 0.6}}, "mfu_china"),
        ({"priors": {"china_stock": 4e6}}, "china_stock"),
        ({"as_of": "2027-03-26"}, "as_of"),
        ({"priors": {"china_stock": stats.lognorm(0.2, scale=2e6)}}, "its prior of china_stock has the quantiles"),
    ],
)
def test_a_tree_of_another_model_is_refused(arguments: dict[str, Any], said: str, tree: Any) -> None:
    assert catchup.forecast(tree, catchup.Model(**ASKED)).ready.quantile(0.5).value > 0.0
    with pytest.raises(InputError, match=said):
        catchup.forecast(tree, catchup.Model(**{**ASKED, **arguments}))


def test_a_tree_of_other_figures_of_an_item_is_refused(tmp_path: Path) -> None:
    """The same id, of 6 months and of 20: a forecast of one under the other would be of neither."""
    models = {}
    for months in (6.0, 20.0):
        path = tmp_path / f"{months:g}.toml"
        lag = template("capability_lag", "my-lag")
        path.write_text(re.sub(r"(?m)^value = .*$", f"value = {months}", lag, count=1))
        models[months] = catchup.Model("2026-11-26", evidence="my-lag", model="article", add=[path])
    tree = models[6.0].fit(draws=500)
    assert catchup.forecast(tree, models[6.0]).ready.quantile(0.5).value > 0.0
    with pytest.raises(InputError, match="tree: what it says of my-lag is not what the item's figures imply"):
        catchup.forecast(tree, models[20.0])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"evidence": "eci-lagg"}, "eci-lag"),
        ({"ledger": "nowhere"}, "nowhere"),
        ({"add": ["missing.toml"]}, "missing"),
    ],
)
def test_evidence_that_cannot_be_used_is_refused_at_once(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        catchup.Model("2026-11-26", **asked)


def test_a_tree_of_the_prior_is_a_forecast_where_nothing_is_counted(tree: Any, tmp_path: Path) -> None:
    """What `fit` gives without evidence, as it is and by the path it was saved under; not where some is counted."""
    nothing = catchup.Model(**{**ASKED, "evidence": "none"})
    before = nothing.fit(draws=2_000)
    expected = nothing.posterior(draws=2_000).ready.quantile_value(0.5)
    for each in (before, save_tree(before, tmp_path / "prior.nc")):
        assert catchup.forecast(each, nothing).ready.quantile_value(0.5) == expected
    with pytest.raises(
        InputError, match="tree: an ArviZ tree with a group 'posterior' was expected: it holds the prior"
    ):
        catchup.forecast(before, catchup.Model(**ASKED))
    saved = save_tree(tree, tmp_path / "posterior.nc")
    model = catchup.Model(**ASKED)
    assert catchup.forecast(saved, model).ready.quantile(0.5) == catchup.forecast(tree, model).ready.quantile(0.5)


def test_refusals_name_parameters_of_python() -> None:
    with pytest.raises(UntrustworthyError) as refused:
        catchup.Model(**ASKED).posterior("importance", draws=10)
    assert "try more draws" in str(refused.value)
    assert repr(refused.value) == f"UntrustworthyError({str(refused.value)!r})"
    assert refused.value.on_command_line.endswith("try more --draws")


def test_a_tree_of_no_draws_is_refused(tree: Any) -> None:
    with pytest.raises(InputError, match="tree: its posterior has no draws"):
        catchup.forecast(tree.isel(draw=slice(0, 0)), catchup.Model(**ASKED))


def test_a_single_draw_has_no_diagnostics(tree: Any) -> None:
    found = catchup.forecast(tree.isel(chain=[0], draw=[0]), catchup.Model(**ASKED)).diagnostics
    assert np.isnan(found.ess)


def test_what_a_thinned_tree_says_of_its_run_is_kept(tree: Any, tmp_path: Path) -> None:
    """Its draws are some of those that diverged or mixed: the run's own figures stand among its attributes."""
    thinned = tree.copy()
    shape = thinned["posterior"]["china_stock"]
    thinned["sample_stats"]["diverging"] = shape.copy(data=np.zeros(shape.shape, dtype=bool)).assign_attrs(units="1")
    thinned.attrs |= {"divergences": 2, "rhat_max": 1.0625, "khat": 0.25}
    for each in (thinned, catchup.load(save_tree(thinned, tmp_path / "thinned.nc"))):
        found = catchup.forecast(each, catchup.Model(**ASKED)).diagnostics
        assert (found.divergences, found.rhat_max, found.khat) == (2, 1.0625, 0.25)
    del thinned.attrs["divergences"]
    assert catchup.forecast(thinned, catchup.Model(**ASKED)).diagnostics.divergences == 0  # those of the draws
