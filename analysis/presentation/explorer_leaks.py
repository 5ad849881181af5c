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
    return {
        "reading": _reading(),
        "lag": _lag(),
        "spend": _spend(question, items),
        "milestone": _milestone(question),
        "stock": _stock(question),
        "quantile": _quantile(question),
    }


def _reading() -> dict[str, Any]:
    stated = tomllib.loads(template("compute_reading"))["likelihood"]
    fixed = {name: stated[name] for name in ("accounting_sd", "background_mean", "background_sd")}
    return _form(
        "A reading of Mythos's training compute",
        "compute_reading",
        [
            _number("value", "FLOP", 8e26, 1e24, 1e30, key="observed.value"),
            _number("low", "95% interval from, FLOP", 5e26, 1e24, 1e30),
            _number("high", "to, FLOP", 1.2e27, 1e24, 1e30),
            _choice("scope", "Of", [("pretraining", "pre-training"), ("total", "all training")], key="observed.scope"),
            _number("reliability", "Reliability", 0.5, 0, 1, key="likelihood.reliability"),
        ],
        normal=NormalDist().inv_cdf(0.5 * (1.0 + LEVEL)),
        fixed=fixed,
        constants={"observed.level": LEVEL, **{f"likelihood.{name}": value for name, value in fixed.items()}},
    )


def _lag() -> dict[str, Any]:
    return _form(
        "A measured lag, on the day of the question",
        "capability_lag",
        [
            _number("value", "Months behind", 6, 0.1, 120, key="observed.value"),
            _choice("scope", "On", [("general", "general"), ("cyber", "cyber")], key="observed.scope"),
            _scatter(0.25),
        ],
        constants={"observed.organisation": f'"{SOMEBODY}"'},
    )


def _spend(question: Question, items: Sequence[Item]) -> dict[str, Any]:
    titles = _titles(question)
    firms = [(firm, titles.get(firm, firm)) for firm in spenders(question.assumptions, question.as_of, items)]
    return _form(
        "A start-up's bill for rented compute",
        "rental_spend",
        [
            _number("value", "USD in a year", 2.5e8, 1e4, 1e13, key="observed.value"),
            _choice("firm", "Whose", firms, key="observed.firm"),
            _number("ratio", "Year's mean stock over that at t = 0", 0.7, 0.01, 10, key="likelihood.mean_stock_ratio"),
            _scatter(0.2),
        ],
    )


def _milestone(question: Question) -> dict[str, Any]:
    events = [(name, event.text.title) for name, event in question.assumptions.events.items()]
    on = {**_field("date", "On", "date", str(question.as_of), key="observed.date"), "latest": True, "earliest": True}
    delay = f"Mean months to a report (model {ARTICLE} alone)"
    return _form(
        "A milestone, publicly reached",
        "milestone",
        [
            _choice("event", "What", events, key="observed.event"),
            on,
            _number("delay", delay, 2, 0.01, 60, key="likelihood.delay_months"),
        ],
        width=WIDTH,
    )


def _stock(question: Question) -> dict[str, Any]:
    titles, days = _titles(question), ("t = 0", "the day of the question")
    nation = sources_of(question.assumptions, channels=units().stock.country)
    subjects = [*([(COUNTRY, "the whole country")] if nation else []), *titles.items()]
    on = [(str(day), text) for day, text in zip(stock_days(question), days, strict=False)]
    return _form(
        "A stock of compute",
        "compute_stock",
        [
            _number("value", "H100e", 1e6, 1, 1e10, key="observed.value"),
            {**_choice("whose", "Whose", subjects, key="observed.firm"), "values": {firm: firm for firm in titles}},
            {**_choice("day", "On", on, key="observed.date"), "bare": True},
            _scatter(0.3),
        ],
    )


def _quantile(question: Question) -> dict[str, Any]:
    return _form(
        "A quantile of the date, as somebody states it",
        "expert_forecast",
        [
            _number("probability", "Probability", 0.5, 0.001, 0.999, key="observed.probability"),
            _field("by", "by", "date", f"{question.as_of.year + 1}-06-30", key="observed.by"),
            _number("spread", "Its standard deviation, months", 6, 0.1, 240, key="observed.spread_months"),
        ],
        role="check",
    )


def _titles(question: Question) -> dict[str, str]:
    return {name: firm.title for name, firm in question.assumptions.race.firms.items()}


def _form(
    title: str,
    kind: str,
    fields: list[dict[str, Any]],
    *,
    role: str = "likelihood",
    constants: dict[str, Any] | None = None,
    **further: Any,
) -> dict[str, Any]:
    return {"title": title, "kind": kind, "role": role, **further, "constants": constants or {}, "fields": fields}


def _scatter(default: float) -> dict[str, Any]:
    return _number("sd", "Scatter, natural log", default, 0.01, 5, key="likelihood.sd")


def _field(name: str, label: str, kind: str, default: Any, *, key: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, "default": default, "key": key}


def _number(name: str, label: str, default: float, least: float, most: float, *, key: str = "") -> dict[str, Any]:
    return {**_field(name, label, "number", default, key=key), "least": least, "most": most}


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], *, key: str = "") -> dict[str, Any]:
    return {**_field(name, label, "choice", options[0][0], key=key), "options": [list(option) for option in options]}
