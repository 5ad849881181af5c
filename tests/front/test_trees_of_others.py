"""Trees that other samplers made, and that were changed on the way: what is wrong is said, what is enough is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import arviz
import numpy as np
import pytest
import xarray as xr

import catchup
from catchup.analysis import save_tree
from catchup.priors.errors import InputError

MODEL = catchup.Model("2026-11-26", evidence="eci-lag", model="article")
LATE = 1_500  # a draw that a look at the first few never meets


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    return MODEL.fit("importance", draws=4_000)


@pytest.fixture(scope="module")
def median(tree: xr.DataTree) -> float:
    return catchup.forecast(tree, MODEL).ready.quantile_value(0.5)


def changed(tree: xr.DataTree, change: Callable[[xr.Dataset], xr.Dataset]) -> xr.DataTree:
    """The tree with its posterior changed."""
    other = tree.copy(deep=True)
    other["posterior"] = xr.DataTree(change(tree["posterior"].to_dataset()))
    return other


def alone(posterior: xr.Dataset) -> xr.DataTree:
    """What another sampler leaves: a posterior, and nothing that says where it comes from."""
    return xr.DataTree.from_dict({"posterior": posterior.drop_attrs()})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda drawn: drawn.assign(china_stock=drawn.china_stock.where(drawn.draw != LATE)),
            "4 of the 8,000 draws of its china_stock are not finite",
        ),
        (
            lambda drawn: drawn.assign(china_stock=drawn.china_stock.where(drawn.draw != LATE, np.inf)),
            "4 of the 8,000 draws of its china_stock are not finite",
        ),
        (
            lambda drawn: drawn.assign(ready=drawn.ready.where(drawn.draw != LATE)),
            "4 of the 8,000 draws of its ready are undefined",
        ),
        (lambda drawn: drawn.assign(ready=drawn.ready.where(drawn.draw < 64, 99.0)), "its dates are not those"),
        (
            lambda drawn: drawn.assign(china_stock=drawn.china_stock.expand_dims(copy=2)),
            "the dims of its china_stock are copy, chain, draw; chain and draw were expected",
        ),
        (
            lambda drawn: drawn.assign(china_stock=drawn.china_stock.isel(chain=0, drop=True)),
            "the dims of its china_stock are draw; chain and draw were expected",
        ),
        (
            lambda drawn: drawn.assign(china_stock=drawn.china_stock.isel(chain=0, draw=0, drop=True)),
            "the dims of its china_stock are none; chain and draw were expected",
        ),
        (lambda drawn: drawn.assign(ready=drawn.ready.mean("chain")), "the dims of its ready are draw"),
        (
            lambda drawn: xr.concat([drawn, drawn], dim="event", data_vars="minimal"),
            "has the event compute-equivalent more than once",
        ),
        (lambda drawn: drawn.assign(china_stock=drawn.china_stock.astype(str)), "its china_stock holds <U"),
        (lambda drawn: drawn.assign(china_stock=drawn.china_stock.astype(complex)), "its china_stock holds complex"),
        (
            lambda drawn: drawn.isel(draw=slice(None, None, 7)),
            "its log_likelihood is of 8,000 draws, its posterior of 1,144: thin all groups alike",
        ),
        (lambda drawn: drawn.isel(draw=slice(0, 10)), "its log_likelihood is of 8,000 draws, its posterior of 40"),
    ],
)
def test_draws_that_are_no_numbers_one_for_each(change: Any, said: str, tree: xr.DataTree) -> None:
    with pytest.raises(InputError, match=f"^tree: {said}"):
        catchup.forecast(changed(tree, change), MODEL)


def test_chains_of_unequal_length_that_were_joined(tree: xr.DataTree) -> None:
    """What pads the shorter one is no draw: the median came out 3 months late."""
    drawn = tree["posterior"].to_dataset()
    joined = xr.concat([drawn.isel(chain=[0]), drawn.isel(chain=[1], draw=slice(0, 300))], dim="chain", join="outer")
    with pytest.raises(InputError, match=r"1,700 of the 4,000 draws of its .* are not finite"):
        catchup.forecast(alone(joined), MODEL)


def test_likelihoods_are_looked_at_all_along(tree: xr.DataTree) -> None:
    other = tree.copy(deep=True)
    stated = other["log_likelihood"]["observation"]
    other["log_likelihood"]["observation"] = stated.where(stated.draw < 64, 0.0)
    with pytest.raises(InputError, match=r"^tree: what it says of eci-lag is not what the item's figures imply"):
        catchup.forecast(other, MODEL)


@pytest.mark.parametrize("diverging", ["a", np.nan])
def test_what_diverged_is_true_or_false(diverging: Any, tree: xr.DataTree) -> None:
    other = tree.copy()
    other["sample_stats"] = xr.DataTree(xr.Dataset({"diverging": (("chain", "draw"), np.array([[diverging]]))}))
    with pytest.raises(InputError, match=r"^tree: its sample_stats say of each draw whether it is diverging"):
        catchup.forecast(other, MODEL)


def test_dims_without_a_name_are_refused(tree: xr.DataTree) -> None:
    values = {name: column.values for name, column in tree["posterior"].data_vars.items()}
    with pytest.raises(InputError, match=r"^tree: the dims of its ready are chain, draw, ready_dim_0"):
        catchup.forecast(arviz.from_dict({"posterior": values}), MODEL)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_other_kinds_of_numbers_are_numbers(kind: str, tree: xr.DataTree, median: float) -> None:
    found = catchup.forecast(changed(tree, lambda drawn: drawn.astype(kind)), MODEL)
    assert found.ready.quantile_value(0.5) == pytest.approx(median, abs=1e-4)


def test_a_tree_is_taken_by_its_path_as_it_is_taken_itself(tree: xr.DataTree, median: float, tmp_path: Path) -> None:
    bare, path = alone(tree["posterior"].to_dataset()), tmp_path / "bare.nc"
    bare.to_netcdf(path, engine="h5netcdf")
    for each in (
        bare,
        path,
        str(path),
        save_tree(bare, tmp_path / "saved.nc"),
        save_tree(bare, tmp_path / "saved.zarr"),
    ):
        assert catchup.forecast(each, MODEL).ready.quantile_value(0.5) == median
    with pytest.raises(InputError, match=r"bare\.nc: is not a result tree: .* catchup\.forecast takes its path"):
        catchup.load(path)


def test_a_damaged_tree_of_ours_is_refused_by_its_path(tree: xr.DataTree, tmp_path: Path) -> None:
    damaged, path = tree.copy(), tmp_path / "damaged.nc"
    del damaged["constant_data"]
    damaged.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(InputError, match=r"damaged\.nc: is not a result tree: group constant_data is missing"):
        catchup.forecast(path, MODEL)


def test_models_are_compared_by_the_paths_of_such_trees(tree: xr.DataTree, tmp_path: Path) -> None:
    bare, path = tree.copy(), tmp_path / "bare.nc"
    bare.attrs = {}
    bare.to_netcdf(path, engine="h5netcdf")
    by_path, itself = (catchup.compare({"a": tree, "b": each}) for each in (path, bare))
    assert [row.elpd for row in by_path.models] == [row.elpd for row in itself.models]


def test_what_is_no_tree_of_groups_is_not_saved(tree: xr.DataTree, tmp_path: Path) -> None:
    drawn = tree["posterior"]
    for given in (drawn, drawn.to_dataset(), None, MODEL):
        with pytest.raises(InputError, match=r"^tree: a tree"):
            save_tree(given, tmp_path / "saved.nc")
    assert not list(tmp_path.iterdir())
