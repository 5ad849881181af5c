"""What users name may have a name that the program has for something else: neither is taken for the other."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from own_rows import BAIDU

from catchup.analysis.inference import known, outcomes
from catchup.analysis.inference.column_names import FIRM, ITEM, QUANTITY
from catchup.analysis.inference.commitments import COMMITTED
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.proposed import CHOICE, LOG_RATIO
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.counterfactuals import levers, regimes
from catchup.analysis.studies.obstacles import ALONE, WITHOUT, obstacles
from catchup.analysis.studies.other_structures import ready_of
from catchup.analysis.studies.readings.events import events
from catchup.analysis.studies.readings.trend import LAG, condition_trend
from catchup.analysis.studies.readings.trend_structure import TrendStructure
from catchup.analysis.studies.scenario_world import BEFORE
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.sensitivity.one_at_a_time import MFU_RATIO
from catchup.analysis.studies.sensitivity.study import sensitivity
from catchup.analysis.studies.state import state
from catchup.analysis.studies.structure_registry import Structure
from catchup.analysis.studies.tables.criteria import criteria
from catchup.analysis.studies.thresholds.stock_search import RIVAL, UNCHANGED
from catchup.analysis.studies.thresholds.study import thresholds
from catchup.analysis.studies.voi.pending import read_pending
from catchup.analysis.studies.voi.study import value_of_information
from catchup.evidence import add_evidence, latent_quantities, load_ledger, with_latents
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.tables.criteria import load_criteria
from catchup.evidence.tables.store import TableStore
from catchup.evidence.template import template
from catchup.model.assumptions import load_assumptions
from catchup.model.graph import build_model
from catchup.model.naming import UNITS
from catchup.model.reserved import RESERVED, is_reserved
from catchup.model.trend import load_trends
from catchup.priors import InputError, Layer
from catchup.priors.families import LogNormal
from item_cases import table

DAY = date(2026, 11, 26)
OWN = sorted(
    {
        *(outcomes.READY, outcomes.PRETRAINED, outcomes.COMPUTE_ALONE, outcomes.LOG_FLOP, outcomes.STAGE, known.KNOWN),
        *(LAG, "weights", "race", "launch", ALONE, UNCHANGED, "0:ready", f"{outcomes.FIRST}0/mine"),
        *(
            f"{each}mine"
            for each in (outcomes.FIRST, COMMITTED, ITEM, QUANTITY, FIRM, WITHOUT, BEFORE, RIVAL, "0:", "0/")
        ),
    }
)
SLUGS = [name for name in OWN if name.isalpha()]
FREE = [name for name in OWN if not is_reserved(name)]


def asked(draws: int = 2_000, *overlays: Layer, model: str = "article") -> Question:
    return Question(load_assumptions(overlays, model=model), DAY, draws=draws)


def renamed(text: str, **names: str) -> Layer:
    """An overlay in which some names stand in the place of others."""
    tables = tomllib.loads(text)

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(key, key): walk(each) for key, each in value.items()}
        return [walk(each) for each in value] if isinstance(value, list) else names.get(value, value)

    return Layer.of({section: walk(rows) for section, rows in tables.items()}, file="mine.toml")


def lag_item(name: str) -> Item:
    return item_from_table(table("capability_lag", name), file=f"{name}.toml")


class Behind(Structure):
    name = "behind"
    title = "Behind"
    quantities = ("months_behind",)
    beliefs = {"months_behind": LogNormal(median=10.0, sigma=0.4)}  # noqa: RUF012  (as users write it)
    example = {"months_behind": 10.0}  # noqa: RUF012

    def ready(self, xp: Any, values: Any, event: str) -> Any:
        return values["months_behind"]


def test_items_of_trends_and_structures() -> None:
    question = asked()
    text = load_trends(question.assumptions)["constant-lag"]
    trend = TrendStructure(question.assumptions, "constant-lag", text)
    wanted = condition_trend(question, trend, [lag_item("mine")])
    assert wanted.lag.quantile_value(0.5) > 3.0
    apart = ready_of(question, Behind(), [lag_item("mine")]).quantile_value(0.5)
    for name in SLUGS:
        found = condition_trend(question, trend, [lag_item(name)])
        assert found.evidence == (name,)
        assert found.lag.quantile_value(0.5) == wanted.lag.quantile_value(0.5), name
        assert found.ready.quantile_value(0.5) == wanted.ready.quantile_value(0.5), name
        assert ready_of(question, Behind(), [lag_item(name)]).quantile_value(0.5) == apart, name


def test_items_of_the_race(tmp_path: Path) -> None:
    medians = set()
    for name in SLUGS[:4]:
        question = asked()
        (tmp_path / f"{name}.toml").write_text(template("capability_lag", name))
        added = (tmp_path / f"{name}.toml",)
        found = posterior(Request(question, evidence=name, added=added, engine="importance"))
        medians.add(found.ready.quantile_value(0.5))
    assert len(medians) == 1


def firm_figures(name: str) -> list[float]:
    """Everything that studies say of a seventh firm, and of the race with it."""
    question = asked(1_000, renamed(BAIDU, baidu=name))
    prior = prior_of(question)
    changed = levers(prior)
    return [
        prior.ready.quantile_value(0.5),
        state(prior).firms[name]["not-launched"].value,
        changed.first_firm[name].value,
        *(row.ready.quantile_value(0.5) for row in changed.counterfactuals),
        *(row.first_firm[name].value for row in changed.counterfactuals),
        *(row.first_firm[name].value for row in regimes(prior).counterfactuals),
    ]


def test_firms() -> None:
    wanted = firm_figures("baidu")
    for name in OWN:
        assert firm_figures(name) == wanted, name


def threshold_figures(name: str) -> list[float | None]:
    prior = prior_of(asked(500, renamed(BAIDU, baidu=name)))
    found = thresholds(prior, firm=name, scenario="domestic-superpods", budget_factors=[1.0])
    return [None if row.stock is None else row.stock.value for row in found.thresholds]


def test_firms_that_a_threshold_is_asked_of() -> None:
    wanted = threshold_figures("baidu")
    assert any(wanted)
    for name in ("ready", "a:b", f"{RIVAL}mine"):
        assert threshold_figures(name) == wanted, name


def scenario_figures(name: str, firm: str) -> list[float]:
    inner = tomllib.loads(BAIDU)
    scenario = {"title": "Baidu comes in", "references": ["project"], **inner}
    scenario["firm"] = {firm: scenario["firm"]["baidu"]}
    scenario["source"]["baidu-stock"]["firm"] = firm
    del scenario["quantity"]
    layer = Layer.of({"scenario": {name: scenario}, "quantity": inner["quantity"]}, file="mine.toml")
    layer.tables["quantity"]["baidu_stock"]["role"] = "comparison"
    found = scenarios(prior_of(asked(1_000, layer)), [name, "firms-pooled"])
    row = found.scenarios[0]
    own = [row.ready.quantile_value(0.5), row.newcomers[firm].quantile_value(0.5), row.first_firm[firm].value]
    return [*own, found.scenarios[1].ready.quantile_value(0.5)]


def test_scenarios_and_the_firms_that_they_bring_in() -> None:
    wanted = scenario_figures("mine", "zeta")
    assert wanted[0] < wanted[1]
    for name, other in zip(OWN, reversed(OWN), strict=True):
        assert scenario_figures(name, other) == wanted, (name, other)


def test_levers_obstacles_and_events() -> None:
    lever = '[lever.mine]\ntitle = "Mine"\nremove = ["remote"]\nreferences = ["project"]\n'
    event = '[event.mine]\ntitle = "Mine"\nfamily = "fixed"\nvalue = 0.5\nreferences = ["project"]\n'

    def figures(name: str) -> list[float]:
        prior = prior_of(asked(1_000, renamed(lever, mine=name), renamed(event, mine=name)))
        (lever_row,) = (row for row in levers(prior).counterfactuals if row.id == name)
        (event_row,) = (row for row in events(prior).events if row.id == name)
        every = [lever_row.ready, event_row.ready, event_row.multiple]
        return [each.quantile_value(0.5) for each in every]

    wanted = figures("mine")
    for name in OWN:
        assert figures(name) == wanted, name


def test_an_event_with_the_name_of_anothers_multiple() -> None:
    texts = '[event.one]\ntitle = "One"\nfamily = "fixed"\nvalue = 0.5\n[event.one_multiple]\ntitle = "Two"\n'
    prior = prior_of(asked(500, Layer.of(tomllib.loads(f'{texts}family = "fixed"\nvalue = 2.0\n'), file="mine.toml")))
    found = {row.id: row for row in events(prior).events}
    assert found["one"].multiple.quantile_value(0.5) == 0.5
    assert found["one_multiple"].ready.quantile_value(0.5) > found["one"].ready.quantile_value(0.5)


def test_obstacles() -> None:
    rows = load_assumptions().layers
    row = next(layer.tables["obstacle"]["no-interest"] for layer in rows if "obstacle" in layer.tables)

    def figures(name: str) -> list[float]:
        layer = Layer.of({"obstacle": {name: dict(row)}}, file="mine.toml")
        found = obstacles(prior_of(asked(500, layer, model="current")))
        (own,) = (each for each in found.obstacles if each.id == name)
        dates = [found.ready, found.compute_alone, own.without, own.held.adds]
        return [each.quantile_value(0.5) for each in dates]

    wanted = figures("mine")
    for name in ("ready", ALONE, f"{WITHOUT}mine", outcomes.COMPUTE_ALONE):
        assert figures(name) == wanted, name


def test_criteria(tmp_path: Path) -> None:
    text = load_criteria()["index-of-fable-5"]

    def figures(name: str) -> float:
        found = criteria(asked(1_000), {name: text}, TableStore(tmp_path)).all_of_them
        assert found is not None
        return float(found.quantile_value(0.5))

    wanted = figures("mine")
    for name in OWN:
        assert figures(name) == wanted, name


@pytest.mark.parametrize("name", FREE)
def test_quantities(name: str) -> None:
    deciding = BAIDU.replace("900e3", "3e6").replace("0.2", "0.8")
    prior = prior_of(asked(2_000, renamed(deciding, baidu_stock=name)))
    (found,) = (row.value for row in sensitivity(prior, scaled=()).rank_correlations if row.quantity == name)
    assert -0.9 < found.value < -0.1
    learnt = value_of_information(prior, read_pending(prior.question, {}), only=[name]).quantities
    assert [row.quantity for row in learnt] == [name]
    assert learnt[0].narrowing is not None
    assert 0.1 < learnt[0].narrowing.variance_share.value < 0.9


def test_quantities_that_nothing_could_tell_from_the_models_own_are_refused() -> None:
    for name in (*UNITS, *RESERVED, CHOICE, LOG_RATIO, MFU_RATIO, "ready_foreseen_0", f"{RIVAL}mine", UNCHANGED):
        with pytest.raises(InputError, match=f"was expected: {name} is the model's own") as told:
            asked(100, renamed(BAIDU, baidu_stock=name))
        assert (told.value.file, told.value.key) == ("mine.toml", f"quantity.{name}")


def test_all_that_stands_beside_quantities_is_reserved() -> None:
    ledger = load_ledger().items
    items = [ledger["eci-lag"], ledger["zai-spend-2025"], ledger["microsoft-slide"]]
    question = asked(200)
    assumptions, month = with_latents(question.assumptions, items), question.as_of_months
    latents = latent_quantities(items, assumptions)
    model = build_model(assumptions, extra_quantities=latents, as_of_month=month)
    add_evidence(model, items, assumptions, DAY)
    names = {*model.named_vars, *model.coords}
    tree = result_tree(posterior(Request(question, evidence="eci-lag", engine="importance")), draws=100)
    for group in ("prior", "posterior", "constant_data"):
        found = tree[group].to_dataset()
        names |= {*map(str, found.variables), *map(str, found.dims)}
    assert names - set(assumptions.beliefs) <= RESERVED
