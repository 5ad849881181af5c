"""A run's headline, from the forecast that it recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...archive.reading import REFUSED, Run
from ...inference.estimates import Estimate
from ...inference.silence import Silence
from ..harmless import harmless
from ..tables.forecast import ON_COMPUTE_ALONE, WITHOUT_LAGS
from ..tables.state import stages_text
from ..tables.structure_spread import spread_sentence, untold_spread_text
from ..text import (
    KEPT_ROUNDED,
    arrival_text,
    chance_text,
    date_text,
    interval_text,
    kept_chance,
    kept_day_text,
    known_since_text,
    known_text,
    stale_sentences,
)

BESIDE = {"known": "Publicly known", "compute_alone": ON_COMPUTE_ALONE, "without_lags": WITHOUT_LAGS}
"""Other dates that a forecast may hold, by their keys, and how a sentence about each begins."""
ENDS = ("0.05", "0.5", "0.95")


@dataclass(frozen=True)
class Headline:
    """What a run says first.

    Attributes
    ----------
    day : str
        As of when, for people.
    model, event : str
        What was asked.
    median, low, high : str
        Days of three quantiles, for people.
    errors : tuple of float or None
        Their Monte Carlo errors, months.
    lines : tuple of str
        How far models of other shapes disagree or why it cannot be told, the same on compute alone and so on, where the
        race stands, and how likely not for years.
    warnings : tuple of str
        What the run says against itself.
    known_since : str
        Where a report that is believed says that it has come, that it is publicly known and since when.
    """

    day: str
    model: str
    event: str
    median: str
    low: str
    high: str
    errors: tuple[float | None, ...]
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    known_since: str = ""

    @property
    def interval(self) -> str:
        """The date in a phrase: around a day, with its 90% interval."""
        return interval_text(self.low, self.median, self.high, self.errors)

    @property
    def arrival(self) -> str:
        """What comes around that day, as a sentence without its full stop."""
        return arrival_text(self.event, self.interval, "Claude Mythos")


def headline_of(run: Run) -> Headline:
    """Read a run's headline.

    Raises
    ------
    KeyError, TypeError, ValueError
        If its forecast is another object than runs keep.
    """
    forecast, manifest = run.forecast, run.manifest
    low, median, high = days_of(forecast["ready"])
    return Headline(
        day=date_text(manifest.as_of),
        model=harmless(manifest.model),
        event=harmless(manifest.event),
        median=median,
        low=low,
        high=high,
        errors=tuple(errors_of(forecast["ready"])),
        lines=(*_spread(run), *_lines(forecast)),
        warnings=(
            *stale_sentences(_silences(forecast, manifest.as_of)),
            *(harmless(str(line)) for line in forecast.get("warnings") or ()),
        ),
        known_since=_known_since(forecast),
    )


def _silences(forecast: Mapping[str, Any], as_of: date) -> list[Silence]:
    """The silences that a run counted, as it has kept them."""
    if "silences" not in forecast:
        return _silence_of_old(forecast, as_of)
    return [
        Silence(
            str(kept["item"]),
            str(kept["event"]),
            as_of,
            None if kept["confirmed_through"] is None else date.fromisoformat(kept["confirmed_through"]),
            date.fromisoformat(kept["counted_through"]),
        )
        for kept in forecast["silences"]
    ]


def _silence_of_old(forecast: Mapping[str, Any], as_of: date) -> list[Silence]:
    """The silence about the run's event, of which runs kept a day before they named every silence that they count."""
    kept = forecast.get("silence_confirmed_through")
    if kept is None:
        return []
    confirmed = date.fromisoformat(kept)
    counted = as_of if forecast.get("silent_through_as_of") is True else confirmed
    return [Silence("", str(forecast.get("event")), as_of, confirmed, counted)]


def days_of(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Days of the 5, 50 and 95% quantiles, for people."""
    low, median, high = (kept_day_text(entry["quantiles"][p]) for p in ENDS)
    return low, median, high


def errors_of(entry: Mapping[str, Any]) -> list[float | None]:
    """Monte Carlo errors (months) of those of these quantiles that have a day."""
    quantiles = [entry["quantiles"][p] for p in ENDS]
    return [each.get("mcse") for each in quantiles if each["date"] is not None]


def _chances(forecast: Mapping[str, Any], name: str) -> dict[str, float]:
    """Probabilities that a run keeps under a name."""
    errors = forecast.get(f"{name}_mcse") or {}
    return {key: kept_chance(chance, errors.get(key)) for key, chance in forecast[name].items()}


def _known_since(forecast: Mapping[str, Any]) -> str:
    """Say since when it is known, where no draw of that day differs."""
    known = forecast.get("known")
    return known_since_text(days_of(known)[1]) if known and known.get("sd") == 0.0 else ""


def _known(forecast: Mapping[str, Any]) -> str:
    known, first = forecast["known"], forecast["first_firm"].values()
    nobody = 1.0 - sum(first)
    comes = known["quantiles"][ENDS[0]]["months"] is not None
    when = interval_text(*days_of(known), errors_of(known)) if comes else ""
    return known_text(when, known["never"], nobody if nobody > KEPT_ROUNDED * (len(first) + 1) else 0.0)


def _spread(run: Run) -> list[str]:
    """Say how far models of other shapes lie apart, or why it cannot be told, where the run has asked them."""
    asked, untold = run.section("structures"), run.section(REFUSED)
    reason = untold.get("structures") if isinstance(untold, dict) else None
    if reason is not None:
        return [f"{untold_spread_text(harmless(str(reason)))}."]
    if asked is None:
        return []
    rows = {row["id"]: row for row in asked["structures"] if row.get("duplicate_of") is None}
    ready = {name: row["ready"]["quantiles"]["0.5"] for name, row in rows.items()}
    months = {name: math.inf if each["months"] is None else each["months"] for name, each in ready.items()}
    medians = [
        (name, harmless(rows[name]["title"]), kept_day_text(ready[name]))
        for name in sorted(months, key=months.__getitem__)
    ]
    left_out = [harmless(title) for title in asked.get("left_out", ())]
    refused = [{key: harmless(row[key]) for key in ("title", "reason")} for row in asked.get("refused", ())]
    return [f"{spread_sentence(medians, left_out, refused, harmless(run.manifest.event))}."]


def _lines(forecast: Mapping[str, Any]) -> list[str]:
    lines = []
    if forecast.get("state"):
        stages = {name: Estimate(chance, 0.0) for name, chance in _chances(forecast, "state").items()}
        silent, served = (forecast.get(key) is True for key in ("silent_through_as_of", "served"))
        lines.append(stages_text(stages, silent=silent, served=served))
    for key, words in BESIDE.items():
        if forecast.get(key):
            low, median, high = days_of(forecast[key])
            if key == "known" and _known_since(forecast):
                lines.append(f"{_known_since(forecast)}.")
            elif key == "known" and forecast[key].get("never") is not None:  # which earlier runs have not kept
                lines.append(f"{_known(forecast)}.")
            elif key != "compute_alone" or forecast[key]["quantiles"] != forecast["ready"]["quantiles"]:
                lines.append(f"{words}: {interval_text(low, median, high, errors_of(forecast[key]))}.")
    if forecast.get("not_by"):
        said = ", ".join(f"{day[:4]} {chance_text(chance)}" for day, chance in _chances(forecast, "not_by").items())
        lines.append(f"Not ready by the first of January: {said}.")
    return lines
