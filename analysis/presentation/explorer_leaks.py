"""A reader's own leak in the explorer: the forms it is typed into.

The page works out densities alone, of an observation in the coordinate of its kind around a prediction of the model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from ...evidence import Item, template
from ...evidence.kinds.stocks import sources_of
from ...evidence.units import units
from ...model.models import ARTICLE
from ...model.reporting import WIDTH
from ..inference.question import Question
from ..studies.explored_probes import COUNTRY, SOMEBODY, spenders, stock_days

LEVEL = 0.95
SMALLEST, LARGEST = 1e-6, 1e30


def leak_forms(question: Question, items: Sequence[Item]) -> dict[str, Any]:
    """Return the forms that a reader's leak is typed into, for the page."""
    assumptions, day = question.assumptions, question.as_of
    events = [(name, event.text.title) for name, event in assumptions.events.items()]
    titles = {name: firm.title for name, firm in assumptions.race.firms.items()}
    firms = [(firm, titles.get(firm, firm)) for firm in spenders(assumptions, day, items)]
    country = [(COUNTRY, "the whole country")] if sources_of(assumptions, channels=units().stock.country) else []
    subjects = [*country, *titles.items()]
    days = [
        (str(on), text) for on, text in zip(stock_days(question), ("t = 0", "the day of the question"), strict=False)
    ]
    fixed = tomllib.loads(template("compute_reading"))["likelihood"]
    scatter = _number("sd", "Scatter, natural log", 0.25, 0.01, 5, key="likelihood.sd")
    scopes = [("general", "general"), ("cyber", "cyber")]
    return {
        "reading": {
            "title": "A reading of Mythos's training compute",
            "kind": "compute_reading",
            "role": "likelihood",
            "normal": NormalDist().inv_cdf(0.5 * (1.0 + LEVEL)),
            "fixed": {name: fixed[name] for name in ("accounting_sd", "background_mean", "background_sd")},
            "constants": {
                "observed.level": LEVEL,
                **{f"likelihood.{name}": fixed[name] for name in ("accounting_sd", "background_mean", "background_sd")},
            },
            "fields": [
                _number("value", "FLOP", 8e26, 1e24, 1e30, key="observed.value"),
                _number("low", "95% interval from, FLOP", 5e26, 1e24, 1e30),
                _number("high", "to, FLOP", 1.2e27, 1e24, 1e30),
                _choice(
                    "scope", "Of", [("pretraining", "pre-training"), ("total", "all training")], key="observed.scope"
                ),
                _number("reliability", "Reliability", 0.5, 0, 1, key="likelihood.reliability"),
            ],
        },
        "lag": {
            "title": "A measured lag, on the day of the question",
            "kind": "capability_lag",
            "role": "likelihood",
            "constants": {"observed.organisation": f'"{SOMEBODY}"'},
            "fields": [
                _number("value", "Months behind", 6, 0.1, 120, key="observed.value"),
                _choice("scope", "On", scopes, key="observed.scope"),
                scatter,
            ],
        },
        "spend": {
            "title": "A start-up's bill for rented compute",
            "kind": "rental_spend",
            "role": "likelihood",
            "constants": {},
            "fields": [
                _number("value", "USD in a year", 2.5e8, 1e4, 1e13, key="observed.value"),
                _choice("firm", "Whose", firms, key="observed.firm"),
                _number(
                    "ratio", "Year's mean stock over that at t = 0", 0.7, 0.01, 10, key="likelihood.mean_stock_ratio"
                ),
                {**scatter, "default": 0.2},
            ],
        },
        "milestone": {
            "title": "A milestone, publicly reached",
            "kind": "milestone",
            "role": "likelihood",
            "width": WIDTH,
            "constants": {},
            "fields": [
                _choice("event", "What", events, key="observed.event"),
                {
                    **_field("date", "On", "date", str(day), key="observed.date"),
                    "latest": True,
                    "earliest": True,
                },
                _number(
                    "delay",
                    f"Mean months to a report (model {ARTICLE} alone)",
                    2,
                    0.01,
                    60,
                    key="likelihood.delay_months",
                ),
            ],
        },
        "stock": {
            "title": "A stock of compute",
            "kind": "compute_stock",
            "role": "likelihood",
            "constants": {},
            "fields": [
                _number("value", "H100e", 1e6, 1, 1e10, key="observed.value"),
                {
                    **_choice("whose", "Whose", subjects, key="observed.firm"),
                    "values": {firm: firm for firm in assumptions.race.firms},
                },
                {**_choice("day", "On", days, key="observed.date"), "bare": True},
                {**scatter, "default": 0.3},
            ],
        },
        "quantile": {
            "title": "A quantile of the date, as somebody states it",
            "kind": "expert_forecast",
            "role": "check",
            "constants": {},
            "fields": [
                _number("probability", "Probability", 0.5, 0.001, 0.999, key="observed.probability"),
                _field("by", "by", "date", f"{day.year + 1}-06-30", key="observed.by"),
                _number("spread", "Its standard deviation, months", 6, 0.1, 240, key="observed.spread_months"),
            ],
        },
    }


def _field(name: str, label: str, kind: str, default: Any, *, key: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, "default": default, "key": key}


def _number(name: str, label: str, default: float, least: float, most: float, *, key: str = "") -> dict[str, Any]:
    return {**_field(name, label, "number", default, key=key), "least": least, "most": most}


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], *, key: str = "") -> dict[str, Any]:
    return {**_field(name, label, "choice", options[0][0], key=key), "options": [list(option) for option in options]}
