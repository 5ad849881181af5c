"""Result trees: what they hold, what is refused, and what ArviZ makes of them."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from false_alarms import widest
from scipy import stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.tree.files import load_tree, save_tree
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.inference.tree.sampled import CLOSE, posterior_of_tree
from catchup.analysis.inference.tree.schema import GROUPS, MAY_BE_INFINITE, violations
from catchup.model.assumptions import Assumptions
from catchup.priors.errors import InputError
from item_cases import DAY, counting, item, reading, twin_question, write_item

WITH_EVIDENCE = {
    "posterior",
    "posterior_predictive",
    "prior",
    "prior_predictive",
    "log_likelihood",
    "log_prior",
    "observed_data",
    "constant_data",
    "sample_stats",
}
HELD_OUT = {"predictions", "predictions_constant_data"}
NETCDF, ZARR = "tree.nc", "tree.zarr"


@pytest.fixture(scope="module")
def tree(reweighted: Posterior) -> xr.DataTree:
    return result_tree(reweighted)


@pytest.fixture(scope="module")
def plain(assumptions: Assumptions) -> Posterior:
    """Draws of the prior itself, reweighted: an item that says so little is worth no fit."""
    vague = item("capability_lag", "vague", likelihood__sd=5.0)
    return condition(Question(assumptions, DAY, draws=20_000), counting([vague]), "importance")


@pytest.fixture(scope="module")
def chains() -> Posterior:
    """What NUTS draws of the analytic twin, which compiles in half the time of the default ledger's posterior."""
    items = [reading("one", 2.0, 0.5), reading("two", 1.4, 0.6)]
    return condition(twin_question(2_000), counting(items, [reading("held-out", 1.6, 0.5)]), "nuts")


@pytest.fixture(scope="module")
def slight(small: xr.DataTree) -> xr.DataTree:
    """Three variables of each group: what a file costs is its variables, and not their size."""
    groups = {name: node.to_dataset() for name, node in small.children.items()}
    kept = {name: group[list(group.data_vars)[:3]] for name, group in groups.items()}
    tree = xr.DataTree.from_dict(kept)
    tree.attrs |= small.attrs
    return tree


@pytest.fixture(scope="module")
def small(reweighted: Posterior) -> xr.DataTree:
    return result_tree(reweighted, 1_200)


def test_groups_are_those_of_the_schema(tree: xr.DataTree) -> None:
    assert set(tree.children) == WITH_EVIDENCE | HELD_OUT
    assert violations(tree) == []
    assert set(GROUPS) - set(tree.children) == {"sample_stats_prior"}  # of plain draws of the prior, reweighted


def test_dims_have_names_and_variables_have_units(tree: xr.DataTree, assumptions: Assumptions) -> None:
    assert tree["posterior"].sizes == {"chain": 4, "draw": 2_000, "event": 1, "firm": len(assumptions.race.firms)}
    assert list(tree["posterior"]["event"].values) == ["compute-equivalent"]
    assert list(tree["posterior"]["firm"].values) == list(assumptions.race.firms)
    assert list(tree["constant_data"]["source"].values) == list(assumptions.race.sources)
    for node in tree.children.values():
        for variable in node.data_vars.values():
            assert variable.attrs["units"], variable.name
            assert variable.attrs["long_name"], variable.name
    posterior = tree["posterior"]
    assert posterior["mythos_flop"].attrs["units"] == "FLOP"
    assert posterior["ready"].attrs == {"units": "months", "since": "t = 0", "long_name": "ready"}
    for name in assumptions.needed(distillation=True):
        if name in assumptions.table.quantities:
            assert posterior[name].attrs["units"] == assumptions.table.quantities[name].text.unit


def test_the_tree_says_where_it_comes_from(tree: xr.DataTree, reweighted: Posterior) -> None:
    assert tree.attrs["evidence"] == ", ".join(reweighted.evidence)
    assert (tree.attrs["engine"], tree.attrs["as_of"], tree.attrs["draws"]) == ("importance", "2026-11-21", 100_000)
    assert tree.attrs["log_evidence"] == reweighted.log_evidence.value
    assert tree.attrs["khat"] == reweighted.diagnostics.khat


def test_dates_follow_from_the_quantities(tree: xr.DataTree, reweighted: Posterior) -> None:
    known = {str(name): column for name, column in tree["constant_data"].data_vars.items() if column.ndim == 0}
    for group in ("prior", "posterior"):
        values = {
            str(name): column.values.ravel() for name, column in tree[group].data_vars.items() if column.ndim == 2
        }
        ready = tree[group]["ready"].sel(event="compute-equivalent").values.ravel()
        values |= {name: np.full(ready.size, float(column)) for name, column in known.items()}
        np.testing.assert_array_equal(ready_under(reweighted.question, values), ready)
        assert (tree[group]["pretrained"] == tree[group]["firm_pretrained"].min("firm")).all()


def test_resampled_quantiles_are_those_of_the_weights(tree: xr.DataTree, reweighted: Posterior) -> None:
    ready = reweighted.source.map(lambda values: {"ready": ready_under(reweighted.question, values)})["ready"]
    whole = Distribution(ready, reweighted.source.weighting)
    kept = Distribution(tree["posterior"]["ready"].values.ravel(), Weighting(8_000, chains=4))
    for p in (0.05, 0.5, 0.95):
        assert abs(kept.quantile_value(p) - whole.quantile_value(p)) < widest(kept.quantile(p).mcse)


def test_prior_weights_make_the_posterior_again(plain: Posterior) -> None:
    tree = result_tree(plain)
    assert set(tree.children) == set(GROUPS) - HELD_OUT
    weights = np.exp(tree["sample_stats_prior"]["log_weight"].values.ravel())
    np.testing.assert_allclose(weights / 20_000, plain.source.weighting.shares[:8_000], rtol=1e-9)
    positions = tree["sample_stats"]["prior_draw"].values.ravel()
    early = positions < 8_000
    np.testing.assert_array_equal(
        tree["posterior"]["ready"].values.ravel()[early], tree["prior"]["ready"].values.ravel()[positions[early]]
    )


def test_log_likelihoods_are_the_written_ones(tree: xr.DataTree) -> None:
    """A lag is lognormal around the true one less the benchmarks' optimism: worked out again by SciPy."""
    posterior, observed = tree["posterior"], tree["observed_data"]["observation"]
    lags = [str(name) for name in observed["item"].values[observed["kind"].values == "capability_lag"]]
    assert len(lags) > 1
    for lag in lags:
        scope = "cyber" if "cyber" in lag else "general"
        ready = posterior["ready"].sel(event="compute-equivalent")
        mean = np.log(ready) - posterior[f"benchmark_optimism_{scope}"]
        sd = float(tree["constant_data"]["figures"].sel(item=lag, figure="sd"))
        exact = stats.norm(mean.values, sd).logpdf(float(observed.sel(item=lag)))
        found = tree["log_likelihood"]["observation"].sel(item=lag)
        np.testing.assert_allclose(found.values, exact, rtol=1e-9)


def test_log_priors_are_those_of_the_quantities(tree: xr.DataTree) -> None:
    found = tree["log_prior"]["quantities"]
    optimism = stats.norm(0.3, 0.3).logpdf(tree["posterior"]["benchmark_optimism_general"].values)
    np.testing.assert_allclose(found.sel(quantity="benchmark_optimism_general").values, optimism, rtol=1e-9)
    chips = stats.triang(0.5, 250e3, 500e3).logpdf(tree["posterior"]["mythos_chips"].values)
    np.testing.assert_allclose(found.sel(quantity="mythos_chips").values, chips, rtol=1e-9)


def test_predictions_scatter_as_the_likelihood_says(named: Posterior) -> None:
    tree = result_tree(named)
    spend = tree["posterior_predictive"]["observation"].sel(item="zai-spend-2025")
    posterior, figures = tree["posterior"], tree["constant_data"]["figures"].sel(item="zai-spend-2025")
    stock, ratio = posterior["zai_stock"], float(figures.sel(figure="mean_stock_ratio"))
    mean = np.log(stock * ratio * 8_760 * posterior["rental_price"])  # of a firm that races, not of one like it
    standard = ((spend - mean) / float(figures.sel(figure="sd"))).values.ravel()
    assert stats.kstest(standard, "norm").pvalue > 1e-6


def test_a_prior_without_evidence_has_a_tree(assumptions: Assumptions, tmp_path: Path) -> None:
    tree = result_tree(posterior(Request(Question(assumptions, DAY, draws=2_000), evidence="none")))
    assert set(tree.children) == {"prior", "constant_data"}
    assert tree["prior"].sizes["draw"] == 2_000
    assert tree.attrs["engine"] == "forward"
    xr.testing.assert_identical(load_tree(save_tree(tree, tmp_path / NETCDF)), tree)


def test_dates_that_never_come_are_allowed(assumptions: Assumptions) -> None:
    assert "ready" in MAY_BE_INFINITE
    never = Question(assumptions, DAY, draws=500)
    tree = result_tree(posterior(Request(never, evidence="none")))
    tree["prior"]["ready"].values[0, 0] = math.inf
    assert violations(tree) == []
    tree["prior"]["ready"].values[0, 0] = math.nan
    assert violations(tree) == ["prior/ready is undefined in 1 places"]


def test_a_sampled_posterior_has_a_tree(chains: Posterior) -> None:
    tree = result_tree(chains)
    assert set(tree.children) == WITH_EVIDENCE | HELD_OUT
    assert tree["posterior"].sizes["chain"] == 4
    assert not tree["sample_stats"]["diverging"].values.any()
    assert tree.attrs["engine"] == "nuts"
    assert tree["sample_stats"].attrs["thinning"] == 1
    thinned = result_tree(chains, 500)
    assert thinned["posterior"].sizes["draw"] == 125
    np.testing.assert_array_equal(thinned["posterior"]["ready"].values, tree["posterior"]["ready"].values[:, ::4])


@pytest.mark.parametrize("name", [NETCDF, ZARR])
def test_a_saved_tree_reads_back_equal(name: str, small: xr.DataTree, tmp_path: Path) -> None:
    place = save_tree(small, tmp_path / name)
    xr.testing.assert_identical(load_tree(place), small)
    by_arviz = az.from_netcdf(place) if name == NETCDF else az.from_zarr(place)
    xr.testing.assert_identical(by_arviz.load(), small)
    by_arviz.close()


def test_a_tree_replaces_another(slight: xr.DataTree, tmp_path: Path) -> None:
    little = xr.DataTree.from_dict(
        {name: node.to_dataset() for name, node in slight.children.items() if "prior" in name}
    )
    for tree in (little, slight):
        save_tree(tree, tmp_path / ZARR)
    assert set(az.from_zarr(tmp_path / ZARR).children) == set(slight.children)
    assert [path.name for path in tmp_path.iterdir()] == [ZARR]


def spoilt(small: xr.DataTree, spoil: Callable[[xr.DataTree], None]) -> list[str]:
    copy = small.copy(deep=True)
    spoil(copy)
    return violations(copy)


def drop_posterior(tree: xr.DataTree) -> None:
    del tree["posterior"]


def add_group(tree: xr.DataTree) -> None:
    tree["warmup_posterior"] = xr.DataTree(xr.Dataset({"x": ("draw", [1.0])}))


def unname(tree: xr.DataTree) -> None:
    del tree["posterior"]["ready"].attrs["units"]


def shrink(tree: xr.DataTree) -> None:
    narrow = tree["posterior"]["mythos_flop"].astype(np.float32).assign_attrs(units="FLOP")
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().assign(mythos_flop=narrow))


def turn(tree: xr.DataTree) -> None:
    turned = tree["posterior"]["launch"].transpose("event", "firm", "chain", "draw")
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().assign(launch=turned))


def blow_up(tree: xr.DataTree) -> None:
    tree["posterior"]["mythos_flop"].values[0, 0] = math.inf


def forget_event(tree: xr.DataTree) -> None:
    del tree.attrs["event"]


def cut(tree: xr.DataTree) -> None:
    tree["log_likelihood"] = xr.DataTree(tree["log_likelihood"].to_dataset().isel(draw=slice(0, 10)))


def cut_predictions(tree: xr.DataTree) -> None:
    stats = tree["sample_stats"].to_dataset()
    tree["sample_stats"] = xr.DataTree(stats[[name for name in stats if stats[name].ndim == 2]].isel(draw=slice(0, 10)))


def lose_item(tree: xr.DataTree) -> None:
    tree["observed_data"] = xr.DataTree(tree["observed_data"].to_dataset().isel(item=slice(0, 2)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (drop_posterior, "group posterior is missing"),
        (add_group, "group warmup_posterior is not known"),
        (unname, "posterior/ready has no units"),
        (shrink, "posterior/mythos_flop holds float32; 64-bit floats were expected"),
        (turn, "posterior/launch has dims ('event', 'firm', 'chain', 'draw')"),
        (blow_up, "posterior/mythos_flop is infinite in 1 places"),
        (forget_event, "attribute event is missing"),
        (cut, "chains and draws differ"),
        (cut_predictions, "chains and draws differ"),
        (lose_item, "items differ between observed_data, "),
    ],
)
def test_every_departure_from_the_schema_is_seen(
    spoil: Callable[[xr.DataTree], None], said: str, small: xr.DataTree
) -> None:
    found = spoilt(small, spoil)
    assert any(line.startswith(said) for line in found), found


def test_all_departures_are_said_at_once(small: xr.DataTree, tmp_path: Path) -> None:
    copy = small.copy(deep=True)
    for spoil in (unname, blow_up, forget_event):
        spoil(copy)
    copy.to_netcdf(tmp_path / NETCDF, engine="h5netcdf")
    with pytest.raises(InputError, match="is not a result tree") as refusal:
        load_tree(tmp_path / NETCDF)
    for said in ("attribute event is missing", "posterior/ready has no units", "posterior/mythos_flop is infinite"):
        assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tree.txt", "unknown kind of file '.txt'"),
        ("absent/tree.nc", "there is no folder"),
        ("folder.nc", "is a folder; a file, or nothing, was expected"),
        ("file.zarr", "is a file; a folder, or nothing, was expected"),
    ],
)
def test_where_a_tree_cannot_go(name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.nc").mkdir()
    (tmp_path / "file.zarr").write_text("")
    assert run(["forecast", "--evidence", "none", "--draws", "1000", "--save", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err


def test_a_tree_half_written_is_no_tree(slight: xr.DataTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = save_tree(slight, tmp_path / NETCDF)
    before = place.read_bytes()

    def fill_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill_disk)
    with pytest.raises(InputError, match="cannot be written: no space left on device"):
        save_tree(slight, place)
    assert place.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [NETCDF]


@pytest.mark.parametrize("name", [NETCDF, ZARR])
def test_what_is_no_tree_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_tree(tmp_path / name)
    (tmp_path / name).mkdir() if name == ZARR else (tmp_path / name).write_text("not a tree")
    with pytest.raises(InputError, match=r"cannot be read as a result tree|is not a result tree"):
        load_tree(tmp_path / name)


@pytest.mark.parametrize("place", range(0, 8_000, 1_000))
def test_a_damaged_tree_is_refused_by_name(place: int, tmp_path: Path) -> None:
    """Whatever HDF5 and those who read by it stumble over: a missing name, a broken link, a wrong checksum."""
    ready = xr.Dataset({"ready": (("chain", "draw"), np.zeros((2, 3)))}, coords={"draw": range(3)})
    xr.DataTree.from_dict({"posterior": ready, "prior": ready}).to_netcdf(tmp_path / NETCDF, engine="h5netcdf")
    content = bytearray((tmp_path / NETCDF).read_bytes())
    assert len(content) > place + 200
    content[place : place + 200 : 7] = bytes(byte ^ 0x10 for byte in content[place : place + 200 : 7])
    (tmp_path / NETCDF).write_bytes(content)
    with pytest.raises(InputError, match=r"tree\.nc: (cannot be read as|is not) a result tree"):
        load_tree(tmp_path / NETCDF)


def test_forecast_saves_a_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, added = tmp_path / NETCDF, write_item(tmp_path, "capability_lag", "new-lag", observed__value=9.0)
    arguments = ["forecast", "--as-of", DAY.isoformat(), "--draws", "8000", "--engine", "importance", "--json"]
    arguments += ["--model", "article"]  # half the variables of the default model's
    assert run([*arguments, "--add", str(added), "--save", str(place)]) == 0
    assert f"saved {place}" in capsys.readouterr().err
    assert "new-lag" in load_tree(place)["log_likelihood"]["item"].values


PLOTS = {
    "plot_dist": {"var_names": ["ready"]},
    "plot_forest": {"var_names": ["launch", "ready"]},
    "plot_trace": {"var_names": ["ready"]},
    "plot_trace_dist": {"var_names": ["ready"]},
    "plot_rank": {"var_names": ["ready"]},
    "plot_rank_dist": {"var_names": ["ready"]},
    "plot_autocorr": {"var_names": ["ready"]},
    "plot_ess": {"var_names": ["ready"]},
    "plot_mcse": {"var_names": ["ready"]},
    "plot_pair": {"var_names": ["ready", "mythos_flop"]},
    "plot_ridge": {"var_names": ["launch"]},
    "plot_prior_posterior": {"var_names": ["ready"]},
    "plot_ppc_dist": {"var_names": ["observation"]},
    "plot_ppc_pit": {"var_names": ["observation"]},
    "plot_ppc_interval": {"var_names": ["observation"]},
    "plot_ppc_tstat": {"var_names": ["observation"]},
    "plot_loo_pit": {"var_names": ["observation"]},
    "plot_psense_dist": {"var_names": ["ready"]},
    "plot_psense_quantities": {"var_names": ["ready"]},
    "plot_convergence_dist": {"var_names": ["ready"]},
}


@pytest.fixture
def closing_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize("name", PLOTS)
def test_arviz_draws_it(name: str, small: xr.DataTree, closing_figures: None) -> None:
    drawn = getattr(az, name)(small, backend="matplotlib", **PLOTS[name])
    assert drawn.viz


def test_arviz_judges_it(small: xr.DataTree, reweighted: Posterior) -> None:
    """As it is: no name of a variable, no copy of a group."""
    other = result_tree(reweighted, 1_600)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a k-hat above 0.7: one item is too influential
        found = az.loo(small, pointwise=True)
        compared = az.compare({"one": small, "other": other})
        pit = az.loo_pit(small)
    assert found.n_data_points == small["observed_data"].sizes["item"]
    assert set(compared.index) == {"one", "other"}
    assert compared["elpd_diff"].abs().max() < 0.5  # the same posterior, kept by fewer and by more draws
    assert ((pit["observation"] >= 0.0) & (pit["observation"] <= 1.0)).all()
    assert az.psense_summary(small, var_names=["ready"]).shape[0] == 1


def test_arviz_draws_the_sampler_too(chains: Posterior, closing_figures: None) -> None:
    tree = result_tree(chains)
    assert az.plot_energy(tree, backend="matplotlib").viz
    assert az.plot_rank(tree, var_names=["ready"], backend="matplotlib").viz
    assert int(az.summary(tree, var_names=["ready"], round_to="none")["ess_bulk"].iloc[0]) > 400


def test_a_tree_is_taken_as_the_posterior_that_it_came_of(small: xr.DataTree, reweighted: Posterior) -> None:
    taken = posterior_of_tree(small, reweighted.question, reweighted.selection)
    stored = small["posterior"]["ready"].sel(event=reweighted.question.event)
    assert taken.engine == "sampled"
    assert taken.ready.quantile(0.5).value == pytest.approx(float(stored.median()), abs=1e-9)


def test_a_tree_that_lacks_quantities_says_which(small: xr.DataTree, reweighted: Posterior) -> None:
    needed = reweighted.question.assumptions.needed()
    held = [name for name in needed if name in small["posterior"]][:5]
    for lost in (held[:3], held):
        less = xr.DataTree.from_dict({"posterior": small["posterior"].to_dataset().drop_vars(lost)})
        said = f"lacks {', '.join(held[:3])}{' ...' if lost == held else ''}: a tree sampled"
        with pytest.raises(InputError) as refused:
            posterior_of_tree(less, reweighted.question, reweighted.selection)
        assert said in str(refused.value)


@pytest.mark.parametrize(("shift", "taken"), [(0.5 * CLOSE, True), (2.0 * CLOSE, False)])
def test_dates_are_those_of_the_quantities_within_rounding(
    shift: float, taken: bool, small: xr.DataTree, reweighted: Posterior
) -> None:
    group = small["posterior"].to_dataset()
    moved = xr.DataTree.from_dict({"posterior": group.assign(ready=group["ready"] + shift)})
    if taken:
        assert posterior_of_tree(moved, reweighted.question, reweighted.selection).engine == "sampled"
        return
    with pytest.raises(InputError, match="its dates are not those that its quantities imply"):
        posterior_of_tree(moved, reweighted.question, reweighted.selection)
