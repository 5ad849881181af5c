"""Priors set as Python objects are rows like any others: nothing that merges layers again loses them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.archive.inputs import read_inputs, write_inputs
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration.plan import make_plan
from catchup.analysis.studies.scenarios import scenarios
from catchup.evidence import load_ledger
from catchup.model import Assumptions, load_assumptions
from catchup.model.assumptions import under_scenario
from catchup.model.put_in import PYTHON
from catchup.priors import InputError, Layer
from catchup.priors.correlations import Correlation, CorrelationText
from catchup.priors.families import Family, Mixture, Normal, TriangularLog10, Truncated, as_family

DAY = date(2026, 11, 21)
SLOWER = TriangularLog10(low=1.5, mode=4.0, high=20.0)
IDLE = """
[scenario.idle]
title = "Nothing changes"
references = ["project"]
[scenario.idle.quantity.smuggled_2026]
notes = "As it was."
"""


def idle() -> Layer:
    return Layer.of(tomllib.loads(IDLE), file="idle.toml")


def put_into(assumptions: Assumptions, name: str, belief: Family) -> Assumptions:
    """Put a distribution where a researcher finds it, by what dataclasses offer."""
    quantities = dict(assumptions.table.quantities)
    quantities[name] = replace(quantities[name], distribution=belief)
    return replace(assumptions, table=replace(assumptions.table, quantities=quantities))


def shift_of(assumptions: Assumptions) -> float:
    question = Question(assumptions, DAY, draws=2_000)
    (row,) = scenarios(prior_of(question), ["idle"]).scenarios
    assert row.shift(0.5).mcse == 0.0
    return row.shift(0.5).value


@pytest.mark.parametrize("way", ["argument", "table"])
def test_a_scenario_that_changes_nothing_shifts_nothing(way: str) -> None:
    """Where the prior was lost, this one shifted the median by months, with a small Monte Carlo error."""
    if way == "argument":
        asked = load_assumptions([idle()], priors={"algorithmic_progress": SLOWER})
    else:
        asked = put_into(load_assumptions([idle()]), "algorithmic_progress", SLOWER)
    assert asked.beliefs["algorithmic_progress"] == SLOWER
    assert under_scenario(asked, "idle").beliefs["algorithmic_progress"] == SLOWER
    assert shift_of(asked) == 0.0


def test_compute_alone_decides_under_a_scenario_too() -> None:
    """Obstacles that had been taken out came back under scenarios, which seemed to cost a month and a half."""
    assert shift_of(load_assumptions([idle()]).without_obstacles()) == 0.0


def test_both_ways_are_one() -> None:
    there, here = load_assumptions(priors={"china_stock": SLOWER}), put_into(load_assumptions(), "china_stock", SLOWER)
    assert [layer.tables for layer in there.layers] == [layer.tables for layer in here.layers]
    assert there.beliefs == here.beliefs
    assert here.table.quantities["china_stock"].file == PYTHON


PRIORS = {
    "china_stock": stats.lognorm(0.2, scale=2.1e6),
    "mfu_china": Truncated(of=Normal(mean=0.2, sd=0.05), low=0.05, high=0.6),
    "algorithmic_progress": Mixture(components=[(0.5, SLOWER), (0.5, TriangularLog10(low=8, mode=9, high=40))]),
    "narrow_exploit_multiple": stats.uniform(0.1, 0.3),
    "post_training_months": 2.0,
}


@pytest.fixture(scope="module", name="asked")
def given_priors() -> Assumptions:
    return load_assumptions([idle()], priors=PRIORS)


def test_scenarios_and_stored_inputs_keep_them(asked: Assumptions, tmp_path: Path) -> None:
    write_inputs(inputs_of(asked, []), tmp_path)
    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.toml")]
    again = read_inputs(tmp_path, files).assumptions()
    for other in (under_scenario(asked, "idle"), under_scenario(asked, "domestic-superpods"), again):
        assert {name: other.beliefs[name] for name in PRIORS} == {name: asked.beliefs[name] for name in PRIORS}
    assert inputs_of(again, []).priors_hash() == inputs_of(asked, []).priors_hash()
    assert inputs_of(asked, []).priors_hash() != inputs_of(load_assumptions([idle()]), []).priors_hash()


def test_they_lie_above_overlays_and_below_what_is_fixed() -> None:
    overlay = Layer.of({"quantity": {"china_stock": {"mode": 2e6}, "mfu_china": {"mode": 0.21}}}, file="mine.toml")
    asked = load_assumptions([overlay], {"mfu_china": 0.25}, priors={"china_stock": 1.9e6, "mfu_china": 0.2})
    assert asked.beliefs["china_stock"].quantile(0.5) == 1.9e6
    assert asked.beliefs["mfu_china"].quantile(0.5) == 0.25


def test_calibration_is_planned_on_them() -> None:
    items = [item for item in load_ledger().items.values() if item.id == "eci-lag"]
    asked = put_into(load_assumptions(), "algorithmic_progress", SLOWER)
    plain, own = (make_plan(Question(each, DAY), items) for each in (load_assumptions(), asked))
    assert own.question.assumptions.beliefs["algorithmic_progress"] == SLOWER
    assert own.settings()["priors"] != plain.settings()["priors"]


def test_an_events_multiple_and_a_correlation_are_kept_too() -> None:
    plain = load_assumptions([idle()], model="article")
    events = {**plain.events, "compute-equivalent": replace(plain.events["compute-equivalent"], multiple=SLOWER)}
    text = CorrelationText(between=("mfu_anthropic", "mfu_china"), rank=0.4, sources=("project",))
    table = replace(plain.table, correlations=(Correlation(text, "here", "correlation.0"),))
    asked = replace(plain, events=events, table=table)
    world = under_scenario(asked, "idle")
    assert world.beliefs["compute_equivalent_multiple"] == SLOWER
    assert [each.text for each in world.table.correlations] == [text]
    assert [group.names for group in world.copula.groups] == [("mfu_anthropic", "mfu_china")]
    back = replace(asked, table=replace(asked.table, correlations=()))
    assert under_scenario(back, "idle").copula.groups == ()


def test_what_is_put_in_is_checked_as_a_row_is() -> None:
    with pytest.raises(InputError, match="must be above 0 chips") as caught:
        put_into(load_assumptions(), "mythos_chips", Normal(mean=5e5, sd=1e5))
    assert (caught.value.file, caught.value.key) == (PYTHON, "quantity.mythos_chips")


@pytest.mark.parametrize(
    ("priors", "said"),
    [
        ({"china_stok": SLOWER}, "priors: unknown quantity 'china_stok'; did you mean 'china_stock'?"),
        ({"china_stock": "many"}, "priors china_stock: a distribution was expected"),
        ({"china_stock": stats.poisson(3)}, "priors china_stock: a distribution was expected: a family"),
        ({"china_stock": {"family": "normal", "mean": 1}}, "priors china_stock sd: is missing"),
        ({"china_stock": stats.norm(0, [1, 2])}, "priors china_stock scale: a number was expected"),
    ],
)
def test_what_is_no_prior(priors: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions(priors=priors)
    assert str(caught.value).startswith(said)


def test_a_family_of_ones_own_is_registered_first() -> None:
    class Unknown(Normal):
        family = "unknown"

    with pytest.raises(InputError, match=r"is not registered: catchup\.priors\.register_family"):
        load_assumptions(priors={"benchmark_optimism_general": Unknown(mean=0.0, sd=1.0)})


def test_draws_are_those_of_a_row_that_says_the_same(asked: Assumptions) -> None:
    row = {"china_stock": {"family": "lognormal", "median": 2.1e6, "sigma": 0.2}}
    written = load_assumptions([Layer.of({"quantity": row}, file="mine.toml")])
    ranks = np.array([0.1, 0.5, 0.9])
    np.testing.assert_array_equal(
        asked.beliefs["china_stock"].quantile(ranks), written.beliefs["china_stock"].quantile(ranks)
    )


def test_draws_keep_to_what_the_quantity_can_be() -> None:
    """An array cannot say that what it is of is a share, or positive: the quantity's row does."""
    rng = np.random.default_rng(1)
    draws = {"rl_ratio": rng.lognormal(0.2, 0.7, 500), "mfu_china": list(rng.uniform(0.1, 0.3, 500))}
    beliefs = load_assumptions(priors=draws).beliefs
    assert {name: beliefs[name].support() for name in draws} == {"rl_ratio": (0.0, np.inf), "mfu_china": (0.0, 1.0)}
    for name, column in draws.items():
        probabilities, values = zip(*as_family(column).as_row()["quantiles"], strict=True)
        assert beliefs[name].quantile(probabilities) == pytest.approx(values)  # the curve goes through them
    with pytest.raises(InputError, match=r"priors rl_ratio quantiles: a value between 0 and inf was expected, not -"):
        load_assumptions(priors={"rl_ratio": rng.normal(0.0, 1.0, 500)})
