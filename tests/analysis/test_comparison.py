"""Models compared by leave-one-out densities: against ArviZ, against closed forms, and what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import arviz_stats as az
import numpy as np
import pytest
import xarray as xr
from arviz_base import from_dict, load_arviz_data
from false_alarms import widest
from scipy import optimize, stats

import catchup
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.comparison import (
    WANTED,
    ModelComparison,
    compare,
    compare_pointwise,
    left_out_of_prior,
)
from catchup.analysis.studies.pointwise import Pointwise, observations_of, pointwise_of
from catchup.priors.errors import InputError
from item_cases import DAY

ERRORS = 0.5  # standard deviation of an observation in the conjugate model
CHAINS, DRAWS = 4, 50_000


def conjugate(observed: np.ndarray, prior_mean: float) -> tuple[float, float]:
    """Posterior mean and standard deviation of a normal mean with a standard normal spread a priori."""
    precision = 1.0 + observed.size / ERRORS**2
    return (prior_mean + observed.sum() / ERRORS**2) / precision, precision**-0.5


def exact_densities(observed: np.ndarray, prior_mean: float) -> np.ndarray:
    """Log density of each observation given the others, in closed form."""
    found = []
    for index, value in enumerate(observed):
        mean, sd = conjugate(np.delete(observed, index), prior_mean)
        found.append(stats.norm(mean, math.hypot(sd, ERRORS)).logpdf(value))
    return np.array(found)


def tree_of(observed: dict[str, float], prior_mean: float, seed: int, **asked: str) -> xr.DataTree:
    """Posterior draws of the conjugate model, as any sampler would leave them: a scalar variable an item."""
    rng, values = np.random.default_rng(seed), np.array(list(observed.values()))
    mean, sd = conjugate(values, prior_mean)
    theta = rng.normal(mean, sd, (CHAINS, DRAWS // CHAINS))
    tree = from_dict(
        {
            "posterior": {"theta": theta},
            "log_likelihood": {name: stats.norm(theta, ERRORS).logpdf(value) for name, value in observed.items()},
            "observed_data": {name: np.array(value) for name, value in observed.items()},
        }
    )
    tree.attrs = asked
    return tree


SEEN = {f"item-{k}": value for k, value in enumerate(np.random.default_rng(3).normal(0.4, ERRORS, 12))}
FEW = dict(list(SEEN.items())[:3])


@pytest.fixture(scope="module")
def schools() -> dict[str, xr.DataTree]:
    return {name: load_arviz_data(f"{name}_eight") for name in ("centered", "non_centered")}


def same_as_arviz(found: ModelComparison, table: object) -> None:
    assert [row.id for row in found.models] == list(table.index)  # type: ignore[attr-defined]
    for row in found.models:
        theirs = table.loc[row.id]  # type: ignore[attr-defined]
        assert row.elpd == pytest.approx(theirs["elpd"], rel=1e-10)
        assert row.se == pytest.approx(theirs["se"], rel=1e-10)
        assert row.difference == pytest.approx(theirs["elpd_diff"], abs=1e-10)
        items = len(found.items)
        assert row.difference_se == pytest.approx(theirs["dse"] * math.sqrt(items / (items - 1)), abs=1e-10)


def test_trees_of_the_same_items_are_compared_as_arviz_does(schools: dict[str, xr.DataTree]) -> None:
    found = compare(schools)
    same_as_arviz(found, az.compare(schools, round_to="none"))
    for row in found.models:
        theirs = az.loo(schools[row.id], pointwise=True).pareto_k
        assert row.khat == pytest.approx(float(theirs.max()), rel=1e-10)
    assert found.items[0] == "Choate"
    assert found.weights is None


def test_pointwise_results_of_arviz_are_taken_as_they_are(schools: dict[str, xr.DataTree]) -> None:
    results = {name: az.loo(tree, pointwise=True) for name, tree in schools.items()}
    same_as_arviz(compare(results), az.compare(schools, round_to="none"))
    mixed = compare({"centered": schools["centered"], "non_centered": results["non_centered"]})
    same_as_arviz(mixed, az.compare(schools, round_to="none"))


def test_leave_one_out_is_the_closed_form() -> None:
    found = compare({"one": tree_of(SEEN, 0.0, 1), "far": tree_of(SEEN, 3.0, 2)})
    rows = {row.id: row for row in found.models}
    values = np.array(list(SEEN.values()))
    for name, mean in (("one", 0.0), ("far", 3.0)):
        exact = exact_densities(values, mean)
        assert abs(rows[name].elpd - exact.sum()) < widest(rows[name].mcse)
        assert rows[name].se == pytest.approx(math.sqrt(exact.size * exact.var(ddof=1)), rel=0.02)
    assert found.models[0].id == "one"
    assert found.models[0].difference == 0.0


def test_what_one_model_alone_has_seen_is_taken_from_it_again() -> None:
    """A model that saw twelve items is compared on three as if it had never seen the others."""
    with pytest.warns(UserWarning, match="leaving items out of ") as said:
        found = compare({"knows more": tree_of(SEEN, 0.0, 1), "knows three": tree_of(FEW, 0.0, 2)})
    assert any("leaving items out of knows more cannot be trusted" in str(each.message) for each in said)
    rows = {row.id: row for row in found.models}
    exact = exact_densities(np.array(list(FEW.values())), 0.0).sum()
    knowing = exact_densities(np.array(list(SEEN.values())), 0.0)[:3].sum()
    assert found.items == tuple(FEW)
    assert found.left_out == {"knows more": tuple(name for name in SEEN if name not in FEW)}
    three, more = rows["knows three"], rows["knows more"]
    assert abs(three.elpd - exact) < widest(three.mcse)
    assert abs(exact - knowing) > 0.1  # had it been compared as it is
    assert more.khat is not None
    assert three.khat is not None
    assert more.khat > three.khat  # the price of leaving nine items out as well


def test_where_k_hat_allows_it_that_is_the_closed_form_too() -> None:
    most = dict(list(SEEN.items())[:10])
    found = compare({"twelve": tree_of(SEEN, 0.0, 1), "ten": tree_of(most, 0.0, 2)})
    rows = {row.id: row for row in found.models}
    exact = exact_densities(np.array(list(most.values())), 0.0).sum()
    assert rows["twelve"].khat is not None
    assert rows["twelve"].khat < 0.7
    assert abs(rows["twelve"].elpd - exact) < widest(rows["twelve"].mcse)
    assert found.weights is not None  # ten items speak


def test_densities_from_the_prior_are_the_closed_form() -> None:
    draws = 200_000
    theta = np.random.default_rng(5).normal(0.0, 1.0, draws)
    columns = {name: stats.norm(theta, ERRORS).logpdf(value) for name, value in FEW.items()}
    found = left_out_of_prior(columns, Weighting(draws))
    exact = exact_densities(np.array(list(FEW.values())), 0.0)
    assert found.items == tuple(FEW)
    assert (np.abs(found.log_density - exact) < widest(1.0) * found.mcse).all()
    single = left_out_of_prior({"only": columns["item-0"]}, Weighting(draws))
    prior = stats.norm(0.0, math.hypot(1.0, ERRORS)).logpdf(FEW["item-0"])
    assert abs(single.log_density[0] - prior) < widest(single.mcse[0])


def pointwise(log_density: np.ndarray, khat: float | None = None) -> Pointwise:
    items = tuple(f"item-{k}" for k in range(log_density.size))
    shapes = None if khat is None else np.full(log_density.size, khat)
    return Pointwise(items, log_density, np.zeros(log_density.size), shapes)


def test_weights_maximise_the_mixed_density() -> None:
    densities = np.random.default_rng(1).normal(size=(14, 3))
    found = compare_pointwise({str(k): pointwise(densities[:, k]) for k in range(3)})
    assert found.reason == ""
    assert found.weights is not None
    weights = np.array([found.weights[str(k)] for k in range(3)])

    def loss(free: np.ndarray) -> float:
        shares = np.exp(np.append(free, 0.0))
        return -float(np.log(np.exp(densities) @ (shares / shares.sum())).sum())

    best = optimize.minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
    assert weights.sum() == pytest.approx(1.0)
    assert -np.log(np.exp(densities) @ weights).sum() <= best.fun + 1e-5  # what ArviZ's optimiser stops at


@pytest.mark.parametrize(("items", "given"), [(WANTED - 1, False), (WANTED, True)])
def test_weights_are_given_from_ten_items_on(items: int, given: bool) -> None:
    densities = np.random.default_rng(2).normal(size=(items, 2))
    found = compare_pointwise({"a": pointwise(densities[:, 0]), "b": pointwise(densities[:, 1])})
    assert (found.weights is not None) is given
    assert (found.reason == "") is given
    assert given or found.reason == f"{items} items speak, at least {WANTED} are wanted"


def test_weights_are_withheld_where_leaving_out_cannot_be_trusted() -> None:
    densities = np.random.default_rng(2).normal(size=(12, 2))
    found = compare_pointwise({"a": pointwise(densities[:, 0], 0.9), "b": pointwise(densities[:, 1], 0.1)})
    assert found.weights is None
    assert "leaving items out of a cannot be trusted (k-hat 0.90" in found.reason


def silent(tree: xr.DataTree, column: np.ndarray) -> xr.DataTree:
    """The same draws with a further item, that says next to nothing in any of them."""
    shape = tree["log_likelihood"]["item-0"]
    added = tree["log_likelihood"].to_dataset().assign(silent=shape.copy(data=column.reshape(shape.shape)))
    return xr.DataTree.from_dict({**tree.children, "log_likelihood": added})


NEXT_TO_NOTHING = {
    "the same": np.zeros(DRAWS),
    "the same but for rounding": -1e-151 * np.arange(DRAWS),
    "as good as the same": 1e-10 * np.random.default_rng(1).uniform(size=DRAWS),
    "least the same in many": np.maximum(np.linspace(-1.0, 1.0, DRAWS), -0.5),
}


@pytest.mark.parametrize("column", NEXT_TO_NOTHING.values(), ids=NEXT_TO_NOTHING)
def test_leaving_out_what_says_nothing_takes_no_weights(column: np.ndarray) -> None:
    """Its k-hat is minus infinity, and that of the model the largest of the others'."""
    trees = {name: tree_of(SEEN, mean, seed) for name, mean, seed in (("one", 0.0, 1), ("far", 0.5, 2))}
    plain, found = compare(trees), compare({name: silent(tree, column) for name, tree in trees.items()})
    given = pointwise_of(observations_of("one", silent(trees["one"], column)), [*SEEN, "silent"])
    assert given.khat is not None
    assert given.khat[-1] == -math.inf
    # every draw counts by one over its likelihood, so that the density is the harmonic mean of these
    assert given.log_density[-1] == pytest.approx(-np.log(np.mean(np.exp(-column))), abs=1e-9)
    assert [(row.id, row.khat) for row in found.models] == [(row.id, row.khat) for row in plain.models]
    assert found.weights is not None  # thirteen items speak


def test_a_tail_of_few_values_is_not_trusted() -> None:
    """Half of it shares one value below others: from no Pareto distribution, and not bounded."""
    column = np.zeros(DRAWS)
    column[:400], column[400:440] = -1.0, -np.linspace(2.0, 9.0, 40)
    trees = {name: silent(tree_of(SEEN, 0.0, seed), column) for name, seed in (("one", 1), ("other", 2))}
    with pytest.warns(UserWarning, match="leaving items out of ") as said:
        found = compare(trees)
    assert {str(each.message) for each in said} == {
        f"leaving items out of {name} cannot be trusted (k-hat inf, above 0.7)" for name in trees
    }
    assert found.weights is None
    assert "(k-hat inf, above 0.7)" in found.reason


def test_what_arviz_knows_no_k_hat_of_is_passed_over() -> None:
    near = silent(tree_of(SEEN, 0.0, 1), NEXT_TO_NOTHING["the same but for rounding"])
    stacked = near["log_likelihood"].to_dataset().to_dataarray("item").to_dataset(name="observation")
    known = az.loo(xr.DataTree.from_dict({"posterior": near["posterior"], "log_likelihood": stacked}), pointwise=True)
    assert np.isnan(known.pareto_k).any()
    found = compare({"theirs": known, "ours": near})
    assert found.models[0].khat == found.models[1].khat == pytest.approx(float(known.pareto_k.max()), rel=1e-10)
    assert found.weights is not None


def test_densities_too_small_to_be_exponentiated_are_compared() -> None:
    densities = np.random.default_rng(4).normal(size=(11, 2))
    plain = compare_pointwise({"a": pointwise(densities[:, 0]), "b": pointwise(densities[:, 1])})
    far = compare_pointwise({"a": pointwise(densities[:, 0] - 2_000.0), "b": pointwise(densities[:, 1] - 2_000.0)})
    assert far.weights == pytest.approx(plain.weights)
    for one, other in zip(plain.models, far.models, strict=True):
        assert other.difference == pytest.approx(one.difference, abs=1e-9)
        assert other.elpd == pytest.approx(one.elpd - 22_000.0)


def test_a_single_item_has_no_standard_error() -> None:
    found = compare_pointwise({"a": pointwise(np.array([-1.0])), "b": pointwise(np.array([-2.0]))})
    assert math.isnan(found.models[1].difference_se)
    assert found.models[1].difference == pytest.approx(-1.0)
    assert as_json(found)["elpd"][1]["difference_se"] is None
    assert found.reason == f"1 item speaks, at least {WANTED} are wanted"


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"one": tree_of(FEW, 0.0, 1)}, "at least two models"),
        ({}, "at least two models"),
        ({"one": tree_of(FEW, 0.0, 1), "two": xr.DataTree()}, "two: a tree with a posterior and a log_likelihood"),
        ({"one": tree_of(FEW, 0.0, 1), "two": 3.0}, "not float"),
        ({"one": tree_of(FEW, 0.0, 1), "two": tree_of({"else": 1.0}, 0.0, 1)}, "one has item-0"),
        ({"one": tree_of(FEW, 0.0, 1), "two": tree_of({**FEW, "item-1": 9.0}, 0.0, 1)}, "same observation of item-1"),
        (
            {"one": tree_of(FEW, 0.0, 1, as_of="2026-06-12"), "two": tree_of(FEW, 0.0, 1, as_of="2026-11-21")},
            "one has as_of 2026-06-12",
        ),
    ],
    ids=["one", "none", "empty tree", "a number", "nothing shared", "other data", "other day"],
)
def test_what_cannot_be_compared_is_refused_by_name(models: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(models)


def test_densities_that_rest_on_further_items_are_refused() -> None:
    both = xr.DataTree.from_dict(
        {
            "posterior": tree_of(SEEN, 0.0, 1)["posterior"].to_dataset(),
            "log_likelihood": xr.Dataset(
                {"y": (("chain", "draw", "item"), np.random.default_rng(1).normal(size=(2, 200, 3)))},
                coords={"item": ["item-0", "item-1", "further"]},
            ),
        }
    )
    result = az.loo(both, pointwise=True, reff=1.0)
    with pytest.raises(InputError, match="further"):
        compare({"elsewhere": result, "tree": tree_of(FEW, 0.0, 1)})


@pytest.fixture(scope="module")
def races(question: Question) -> dict[str, Posterior]:
    asked = replace(question, as_of=DAY, draws=60_000)
    some = "aisi-open-weight-cyber-lag,caisi-glm-5-3-cyber-lag,no-public-model"
    return {
        "all": posterior(Request(asked, engine="importance")),
        "some": posterior(Request(asked, evidence=some, engine="importance")),
    }


def test_trees_of_this_project_are_compared_item_by_item(races: dict[str, Posterior]) -> None:
    trees = {name: result_tree(drawn, 4_000) for name, drawn in races.items()}
    with pytest.warns(UserWarning, match="leaving items out of all cannot be trusted"):  # takes out more than it leaves
        found = compare(trees)
    assert set(found.items) == set(races["some"].evidence)
    assert set(found.left_out["all"]) == set(races["all"].evidence) - set(found.items)
    assert found.weights is None
    # one model twice: what the larger one has seen beside is taken out, so that they differ by noise alone
    first, second = found.models
    assert abs(second.difference) < widest(math.hypot(first.mcse, second.mcse))
    json.dumps(as_json(found), allow_nan=False)


def test_a_silence_that_is_counted_through_another_day_is_refused() -> None:
    """The observation is silence either way, and the longer one says more."""
    asked: dict[str, Any] = {"as_of": "2027-11-30", "evidence": "no-public-model,zai-spend-2025"}
    names = ("current", "article")
    trees = {name: catchup.Model(model=name, **asked).fit("importance", draws=4_000) for name in names}
    with pytest.raises(InputError, match=r"of no-public-model .*: current counts silence through month 7\.13"):
        compare(trees)
    # of another sampler's tree, which says nothing else, the graph's figures do; one that an item has not is 0 there
    figures = trees["article"]["constant_data"].to_dataset()[["figures"]].fillna(0.0)
    sampled = xr.DataTree.from_dict({**trees["article"].children, "constant_data": figures})
    with pytest.raises(InputError, match=r"article through month 21\.16"):
        compare({"current": trees["current"], "article": sampled})


def test_a_tree_of_another_day_is_refused(races: dict[str, Posterior], question: Question) -> None:
    earlier = replace(question, as_of=date(2026, 11, 1), draws=20_000)
    other = result_tree(posterior(Request(earlier, evidence="eci-lag", engine="importance")), 400)
    with pytest.raises(InputError, match="as_of"):
        compare({"now": result_tree(races["all"], 400), "then": other})
