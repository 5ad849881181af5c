"""What is no day, no name, no mapping and no tree of this model is refused by name, and never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import catchup
from catchup.analysis import save_tree
from catchup.priors.errors import InputError

ASKED = {"as_of": "2026-11-26", "evidence": "eci-lag", "model": "article"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"evidence": ["eci-lag"]}, "evidence"),
        ({"evidence": None}, "evidence"),
        ({"priors": ["progress-scher"]}, "priors"),
        ({"priors": "progress-scher"}, "priors"),
        ({"overlays": "progress-scher"}, "overlays"),
        ({"model": None}, "model"),
        ({"event": 3}, "event"),
        ({"fixed": {"mfu_china": "0.2"}}, "fixed mfu_china"),
        ({"fixed": {"mfu_china": True}}, "fixed mfu_china"),
        ({"as_of": 20261126}, "as_of"),
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
    [({"draws": "x"}, "draws"), ({"draws": 1000.5}, "draws"), ({"random_seed": "one"}, "random_seed")],
)
def test_draws_and_seeds(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        catchup.Model(**ASKED).posterior(**arguments)


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
    with pytest.raises(InputError, match="from 0 to 1"):
        ready.quantile(2)


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
