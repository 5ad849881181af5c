"""Ledgers on firms by name that hold three items of every kind, kinds that speak of the same things together."""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from typing import Any

from catchup.evidence.kinds import KINDS
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.template import template

SEEN = date(2026, 10, 1)
EARLIER = date(2026, 8, 1)
LOOKED = date(2026, 11, 21)  # the day of the questions
DATED = {"months_sd": 3.0, "size_sd": None, "typical_share": None}  # of a run whose size is not known
NONE_SEEN = {"unnoticed_h100e": 30e3}
GROWN = {"sd": 0.4, "yearly_growth": 2.0}
RUMOUR = {"reliability": 0.4}

Changes = tuple[dict[str, Any], dict[str, Any]]

CASES: dict[str, dict[str, tuple[Changes, Changes, Changes]]] = {
    "chips": {
        "compute_stock": (
            ({"firm": "bytedance", "date": SEEN}, {}),
            ({"firm": None, "date": EARLIER}, {"sd": 0.2}),
            ({"firm": None, "channel": "ascend-2026", "interval": None, "level": None, "date": SEEN}, {"sd": 0.4}),
        ),
        "cluster": (
            ({"firm": "bytedance"}, {"sd": 0.4}),
            ({"firm": "tencent", "value": 400e3}, {"sd": 0.4}),
            ({"firm": "zai", "value": 60e3, "chip": "H20"}, {"sd": 0.6}),
        ),
        "shipment": (
            ({"channel": "h200", "date": SEEN}, {"sd": 0.6}),
            ({"channel": "smuggling-2026", "date": SEEN, "chip": "H100"}, {"sd": 0.4}),
            ({"value": 0.0, "channel": "h200", "date": date(2026, 6, 1)}, NONE_SEEN | {"sd": None}),
        ),
    },
    "money": {
        "capital_spending": (
            ({"firm": "bytedance"}, GROWN),
            ({"firm": "alibaba", "ai_share": 0.8}, GROWN),
            ({"firm": None, "currency": "USD"}, GROWN),
        ),
        "rental_spend": (
            ({"firm": "Moonshot AI"}, {}),
            ({"firm": "zai", "currency": "CNY", "year": 2025}, {"sd": 0.1}),
            ({"firm": "alibaba"}, {}),
        ),
        "quantity_reading": (
            ({"quantity": "moonshot_stock"}, {}),
            ({"quantity": "mfu_china", "value": 0.25}, {"sd": 0.2}),
            ({"quantity": "post_training_months"}, {"sd": 0.4}),
        ),
        "budget_share": (
            ({"firm": "alibaba"}, {}),
            ({"firm": "deepseek"}, {"sd": 0.2}),
            ({"firm": "zai"}, {}),
        ),
    },
    "runs": {
        "run_started": (
            ({"firm": "bytedance", "date": SEEN}, {"months_sd": 3.0}),
            ({"firm": "deepseek", "date": EARLIER, "size": 3e25}, {"months_sd": None, "size_sd": 0.6}),
            ({"firm": "zai", "event": "narrow-exploit", "date": EARLIER}, {"months_sd": 3.0}),
        ),
        "run_finished": (
            ({"firm": "moonshot"}, {}),
            ({"firm": "zai", "date": EARLIER, "started": None}, {"size_sd": 0.7}),
            ({"firm": "alibaba", "size": None, "date": SEEN}, DATED),
        ),
        "training_run": (({"firm": "zai"}, {}), ({"firm": "deepseek"}, {}), ({"firm": "tencent"}, {})),
        "policy": (
            ({"lever": "remote-frozen"}, RUMOUR),
            ({"lever": "h200-stopped", "date": EARLIER}, RUMOUR),
            ({"lever": "smuggling-stopped"}, {"reliability": 0.7}),
        ),
    },
    "dates": {
        "compute_reading": (({}, {}), ({"scope": "total"}, {}), ({}, {"accounting_sd": 0.3, "reliability": 0.8})),
        "capability_lag": (
            ({"date": SEEN}, {}),
            ({"scope": "cyber", "date": SEEN}, {"sd": 0.4}),
            ({"date": EARLIER}, {}),
        ),
        "not_yet": (
            ({"event": "compute-equivalent", "confirmed_through": LOOKED}, {}),
            ({"event": "autonomous-range", "confirmed_through": LOOKED}, {}),
            ({"event": "narrow-exploit", "date": EARLIER, "confirmed_through": None}, {}),
        ),
        "claim": (
            ({"date": SEEN}, {}),
            ({"event": "autonomous-range", "date": SEEN}, {"false_positive": 0.2}),
            ({"event": "narrow-exploit", "date": SEEN}, {}),
        ),
        "milestone": (
            ({"date": SEEN}, {}),
            ({"event": "narrow-exploit", "date": EARLIER}, {}),
            ({"event": "compute-equivalent", "date": SEEN}, {}),
        ),
    },
    "progress": {
        "progress_estimate": (
            ({}, {}),
            ({"level": 0.8}, {"sd": 0.3}),
            ({"value": 5.0, "interval": [3.0, 8.0]}, {"sd": 0.7}),
        ),
        "efficiency_curve": (({}, {}), ({"models": "chinese"}, {}), ({"models": "american"}, {})),
        "hindcast": (({}, {}), ({}, {}), ({}, {})),
        "frontier_score": (
            ({}, {}),
            ({"frontier": "mythos", "interval": None, "level": None}, {"sd": 3.0}),
            ({"date": EARLIER}, {}),
        ),
        "lag_records": (({}, {}), ({}, {"typical_sigma": 0.7}), ({}, {"spread": 0.6})),
    },
}


def ledger(group: str, of_each: int = 3) -> list[Item]:
    """Items of a group, so many of each kind."""
    return [
        _item(kind, number, *changes)
        for kind, cases in CASES[group].items()
        for number, changes in enumerate(cases[:of_each])
    ]


def left_out() -> set[str]:
    """Kinds that can be counted and stand in no ledger."""
    return {name for name, kind in KINDS.items() if kind.countable} - {kind for each in CASES.values() for kind in each}


def _item(kind: str, number: int, observed: dict[str, Any], likelihood: dict[str, Any]) -> Item:
    name = f"{kind.replace('_', '-')}-{number}"
    table = copy.deepcopy(tomllib.loads(template(kind)))
    table |= {"id": name, "shares": [f"statement-of-{name}"], "weight": 1.0}
    for part, changes in (("observed", observed), ("likelihood", likelihood)):
        stated = {**table.get(part, {}), **changes}
        table[part] = {key: value for key, value in stated.items() if value is not None}
    return item_from_table(table, file=f"{name}.toml")
