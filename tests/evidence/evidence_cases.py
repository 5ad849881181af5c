"""Items for tests: each kind's template, as tables that a test may spoil."""

from __future__ import annotations

import copy
import datetime
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from catchup.evidence.kinds import KINDS
from catchup.evidence.kinds.doubt import Doubt
from catchup.evidence.likelihood import log_density, predictions
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.template import template
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.generative import Outcome, World

DAY = datetime.date(2026, 11, 21)  # day of the question
BEFORE = datetime.date(2025, 12, 31)  # a day before t = 0
ONE_PROBABILITY = {"probability": 0.15, "by": datetime.date(2026, 12, 31), "spread_months": 4.0}
DOUBTED = {"reliability": 0.5, "background_mean": 19.0, "background_sd": 1.0}
SIZED = {"size_sd": 0.4}  # likelihood of a run of known size
NONE_SHIPPED = {"unnoticed_h100e": 10e3}


def table(kind: str, /, **changes: Any) -> dict[str, Any]:
    """A kind's template as a table; ``observed__value=3`` changes one key, None removes it."""
    made = copy.deepcopy(tomllib.loads(template(kind)))
    for path, value in changes.items():
        *parents, key = path.split("__")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return made


def item(kind: str, /, **changes: Any) -> Item:
    """An item of a kind, as `table` makes it."""
    return item_from_table(table(kind, **changes), file=f"{changes.get('id', 'new-item')}.toml")


def one_of_each_kind() -> list[Item]:
    """One item of every kind, and further ones for every branch that a kind has."""
    single = [item(kind, id=kind.replace("_", "-")) for kind in KINDS]
    return [
        *single,
        item("compute_reading", id="reading-total", observed__scope="total"),
        item("capability_lag", id="lag-cyber", observed__scope="cyber", weight=0.5, weight_reason="half"),
        item("not_yet", id="silence-default", observed=None),
        item("claim", id="claim-range", observed__event="autonomous-range", likelihood__true_positive=0.0),
        item("training_run", id="run-hyperscaler", observed__firm="hyperscaler"),
        item("compute_stock", id="stock-country", observed__firm=None, observed__interval=None),
        item("compute_stock", id="stock-channel", observed__firm=None, observed__channel="smuggling-2026"),
        item("compute_stock", id="stock-before", observed__date=BEFORE, likelihood__yearly_growth=2.0),
        item("shipment", id="none-shipped", observed__value=0.0, likelihood=NONE_SHIPPED),
        item("capital_spending", id="spending-country", observed__firm=None, observed__ai_share=0.8),
        item("rental_spend", id="bill-in-yuan", observed__currency="CNY", observed__year=2025),
        item("rental_spend", id="bill-of-a-buyer", observed__firm="hyperscaler"),
        item("run_started", id="run-sized", observed__size=3e26, likelihood=SIZED),
        item("expert_forecast", id="one-probability", observed=ONE_PROBABILITY),
        item(
            "frontier_score",
            id="score-of-mythos",
            observed__frontier="mythos",
            observed__interval=None,
            observed__level=None,
        ),
        item("run_finished", id="run-unsized", observed__size=None, likelihood={"months_sd": 1.0}),
    ]


def doubted_items() -> list[Item]:
    """One item of every kind that takes doubt from its file, and believed by two fifths."""
    clock = load_assumptions(model="article").clock(DAY)
    made = []
    for kind in KINDS:
        schema = KINDS[kind].doubt(item(kind).observed)
        if schema is not None:
            about = {"background_probability": 0.3}
            if schema is Doubt:
                about = {"background_mean": item(kind).observation(clock) + 1.0, "background_sd": 0.5}
            stated = {f"likelihood__{name}": value for name, value in {"reliability": 0.4, **about}.items()}
            made.append(item(kind, id=f"{kind.replace('_', '-')}-doubted", **stated))
    return made


def log_likelihoods(
    items: Sequence[Item],
    assumptions: Assumptions,
    values: Mapping[str, np.ndarray],
    world: World,
    outcomes: Mapping[str, Outcome],
    as_of: datetime.date = DAY,
) -> dict[str, np.ndarray]:
    """Log likelihood of each item in each draw, over arrays."""
    predicted, clock = (
        predictions(items, assumptions, values, world, outcomes, as_of),
        assumptions.clock(as_of),
    )
    return {each.id: log_density(each, each.observation(clock), predicted[each.id], clock) for each in items}


def toml(values: Mapping[str, Any], inside: str = "") -> str:
    """Write a table as TOML, nan and infinities as TOML spells them."""
    lines, tables = [], []
    for key, value in values.items():
        if isinstance(value, Mapping):
            tables.append(f"[{inside}{key}]\n{toml(value, f'{inside}{key}.')}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables += [f"[[{inside}{key}]]\n{toml(entry, f'{inside}{key}.')}" for entry in value]
        else:
            lines.append(f"{key if key.isidentifier() else _scalar(key)} = {_scalar(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return str(value)
