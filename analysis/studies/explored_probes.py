"""Observations that a reader of the explorer may think of: what the model says each of them is about.

Predictions stand in the page, a column a choice that they depend on (`Probe` below); they are those of the kinds
themselves, so that an equation of the model stands in no second language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...evidence import Item, check_against, item_from_table, template
from ...evidence.kinds.rental_spend import RentalSpend
from ...evidence.ledgers import with_own_names
from ...model.assumptions import Assumptions
from ...priors.errors import InputError
from ..inference.question import Question

SOMEBODY = "A reader"
ANOTHER_FIRM = "Another firm"
COUNTRY = "country"


@dataclass(frozen=True)
class Probe:
    """An observation whose prediction stands in the page.

    Attributes
    ----------
    key : str
        Form and choices: ``stock/country/2026-02-24``.
    item : Item
        An item with these choices; what else its file says does not change the prediction.
    """

    key: str
    item: Item


def probes_of(question: Question, items: Sequence[Item]) -> list[Probe]:
    """Return every probe that a question's model has, quantities that belong to an item alone named beside `items`."""
    assumptions, day = question.assumptions, question.as_of
    wanted: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {}
    wanted |= {f"reading/{scope}": ("compute_reading", {"scope": scope}, {}) for scope in ("pretraining", "total")}
    wanted |= {f"lag/{scope}": ("capability_lag", {"scope": scope}, {}) for scope in ("general", "cyber")}
    for firm in spenders(assumptions, day, items):
        wanted[f"spend/{firm}"] = ("rental_spend", {"firm": firm}, {"mean_stock_ratio": 1.0})
    for whose in (COUNTRY, *assumptions.race.firms):
        for on in stock_days(question):
            about = {"date": on, "chip": "H100e", **({} if whose == COUNTRY else {"firm": whose})}
            wanted[f"stock/{whose}/{on}"] = ("compute_stock", about, {})
    found = []
    for key, (kind, observed, likelihood) in wanted.items():
        item = _item(kind, day, observed, likelihood)
        if _fits(item, assumptions):
            found.append(Probe(key, _named(item, items)))
    return found


def stock_days(question: Question) -> list[date]:
    """Days that a stock may be of: t = 0, and the day of the question where it is later."""
    return list(dict.fromkeys([question.assumptions.calendar.origin, question.as_of]))


def spenders(assumptions: Assumptions, day: date, items: Sequence[Item]) -> list[str]:
    """Firms whose bill can be typed: those whose bill is counted, and any other; the race's where it must be one."""
    billed = [item.observed.firm for item in items if isinstance(item.kind, RentalSpend)]
    race = assumptions.race
    others = [ANOTHER_FIRM, *(firm for firm in race.firms if firm not in map(race.meant_by, billed))]
    known = [firm for firm in others if _fits(_item("rental_spend", day, {"firm": firm}, {}), assumptions)]
    return list(dict.fromkeys([*billed, *(known[:1] if known[:1] == [ANOTHER_FIRM] else known)]))


def _item(kind: str, day: date, observed: Mapping[str, Any], likelihood: Mapping[str, Any]) -> Item:
    table = tomllib.loads(template(kind, "reader-leak"))
    source = {"title": "A leak", "publisher": SOMEBODY, "date": day, "quoted_in": "the explorer"}
    drop = ("firm", "interval", "level") if kind == "compute_stock" else ()
    own = {key: value for key, value in table["observed"].items() if key not in drop}
    table |= {"known_since": day, "sources": [source], "observed": {**own, **observed}}
    table["likelihood"] = {**table["likelihood"], **likelihood}
    return item_from_table(table, file="leak.toml")


def _fits(item: Item, assumptions: Assumptions) -> bool:
    try:
        check_against(item, assumptions)
    except InputError:
        return False
    return True


def _named(item: Item, items: Sequence[Item]) -> Item:
    """Give an item the quantities of its own that it would have, added to others."""
    known = {each.id: each for each in items} | {item.id: item}
    return with_own_names(known)[item.id]
