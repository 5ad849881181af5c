"""The explorer's page worked out in NumPy from what the page carries; and random leaks of all its kinds."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from catchup.evidence.intervals import interval_sd
from catchup.evidence.kinds.doubt import log_sum, mixture_parts
from catchup.model.reporting import log_report_density
from catchup.priors.log_densities import log_normal_density

Data = Mapping[str, Any]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Leak:
    """A kind and the values of its form."""

    kind: str
    fields: Mapping[str, Any]


def column(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind).astype(float)


def probe(data: Data, key: str) -> np.ndarray:
    packed = data["probes"][key]
    return packed["low"] + packed["step"] * column(packed["data"], "<u2")


def dates(data: Data, key: str) -> np.ndarray:
    """Months; infinite where later than all that is carried."""
    code = column(data["dates"][key], "<u2")
    return np.where(code < data["later"], code / data["resolution"], np.inf)


def months(data: Data, day: str) -> float:
    return (date.fromisoformat(day) - date.fromisoformat(data["origin"])).days / data["daysPerMonth"]


def leak_density(data: Data, leak: Leak) -> np.ndarray:
    """Log density of a leak in each draw, by the functions of the kinds themselves."""
    f = leak.fields
    if leak.kind == "reading":
        fixed = data["leaks"]["reading"]["fixed"]
        spread = math.hypot(interval_sd(math.log10(f["high"] / f["low"]), 0.95), fixed["accounting_sd"])
        value = math.log10(f["value"])
        genuine = log_normal_density(np, value, probe(data, f"reading/{f['scope']}"), spread)
        other = log_normal_density(np, value, fixed["background_mean"], fixed["background_sd"])
        return log_sum(np, *mixture_parts(np, genuine, other, f["reliability"]))
    if leak.kind == "milestone":
        ready = dates(data, f"{f['event']}/none")
        if data["reporting"] is not None:
            waited = months(data, f["date"]) - np.where(np.isfinite(ready), ready, 0.0)
            known = log_report_density(np, waited, data["reporting"]["median"], data["reporting"]["sigma"])
            return np.where(np.isfinite(ready), known, -np.inf)
        waited = months(data, f["date"]) - ready
        early = np.maximum(-waited, 0.0) / data["leaks"]["milestone"]["width"]
        falling = math.log(2.0) - np.logaddexp(0.0, early)
        return falling - np.maximum(waited, 0.0) / f["delay"] - math.log(f["delay"])
    key = {"lag": "lag/{scope}", "spend": "spend/{firm}", "stock": "stock/{whose}/{day}"}[leak.kind].format(**f)
    value = math.log(f["value"] / f.get("ratio", 1.0))
    return log_normal_density(np, value, probe(data, key), f["sd"])


def weights_of(data: Data, leak: Leak | None) -> np.ndarray:
    """Normalised weights of the draws with every item counted, and a leak."""
    log = column(data["base"], "<f4")
    ended = leak.fields["event"] if leak is not None and leak.kind == "milestone" else None
    for item in data["items"]:
        if ended is None or item["silenceOf"] != ended:
            log = log + item["weight"] * column(item["log"], "<f4")
    if leak is not None and leak.kind != "quantile":
        log = log + leak_density(data, leak)
    weights = np.exp(log - log.max())
    return weights / weights.sum()


def quantiles_of(data: Data, weights: np.ndarray, key: str) -> np.ndarray:
    ready = dates(data, key)
    order = np.argsort(ready, kind="stable")
    running = np.cumsum(weights[order])
    return ready[order][np.searchsorted(running, np.array(LEVELS) - 1e-12)]


def random_leaks(data: Data, count: int, seed: int) -> list[Leak]:
    """Leaks of every kind in turn, near enough to what is believed that draws are left."""
    rng = np.random.default_rng(seed)
    kinds, origin, as_of = list(data["leaks"]), date.fromisoformat(data["origin"]), date.fromisoformat(data["asOf"])

    def option(kind: str, name: str) -> str:
        (field,) = [field for field in data["leaks"][kind]["fields"] if field["name"] == name]
        return str(rng.choice([value for value, _ in field["options"]]))

    def rounded(value: float) -> float:
        return float(f"{value:.3g}")

    def near(key: str, sd: float) -> float:
        return float(rng.choice(probe(data, key))) + sd * float(rng.normal())

    leaks = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        sd = rounded(rng.uniform(0.2, 0.6))
        if kind == "reading":
            scope = option(kind, "scope")
            value = rounded(10.0 ** near(f"reading/{scope}", 0.1))
            fields = {"value": value, "low": rounded(value / 1.6), "high": rounded(value * 1.6), "scope": scope}
            fields["reliability"] = rounded(rng.uniform(0.2, 0.9))
        elif kind == "lag":
            scope = option(kind, "scope")
            fields = {"value": rounded(math.exp(near(f"lag/{scope}", 0.2))), "scope": scope, "sd": sd}
        elif kind == "spend":
            firm, ratio = option(kind, "firm"), rounded(rng.uniform(0.5, 0.9))
            value = rounded(ratio * math.exp(near(f"spend/{firm}", 0.2)))
            fields = {"value": value, "firm": firm, "ratio": ratio, "sd": sd}
        elif kind == "milestone":
            late = as_of - timedelta(days=int(rng.integers(0, 90)))
            fields = {"event": "narrow-exploit", "date": max(late, origin).isoformat(), "delay": 2.0}
        elif kind == "stock":
            whose, day = option(kind, "whose"), option(kind, "day")
            fields = {
                "value": rounded(math.exp(near(f"stock/{whose}/{day}", 0.1))),
                "whose": whose,
                "day": day,
                "sd": sd,
            }
        else:
            by = as_of + timedelta(days=int(rng.integers(30, 400)))
            fields = {"probability": rounded(rng.uniform(0.1, 0.9)), "by": by.isoformat(), "spread": 6.0}
        leaks.append(Leak(kind, fields))
    return leaks
