"""The explorer: one HTML page in which a reader switches evidence on and off and sees the date move.

The page carries a thinned set of draws with each item's log likelihood, and reweights them (`studies/explored.py`).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from ...evidence import Item
from ...evidence.rumours import reports_among
from ...model.calendar import Calendar, year_end
from ...model.models import MODELS
from ...model.obstacles import is_served
from ...priors.files import write_text
from ..inference.diagnostics import WORST_KHAT
from ..inference.estimates import Array
from ..inference.posterior import Posterior
from ..inference.question import Question
from ..inference.stages import STAGES, stage_titles
from ..studies.counterfactuals import MOVED
from ..studies.explored import NO_LEVER, Explored, ExploredItem, explore, in_other_models, lever_days
from .explorer_leaks import leak_forms
from .html import embedded_json, environment
from .repeat_command import is_foreign, options_of_assumptions, options_of_ledger
from .text import date_text

THINNED = 8_000  # of each model: two of them stay below five megabytes
RESOLUTION = 1_000  # parts of a month
LATER = 65_533  # stands for a date, and so does all above it, later than those that are carried, or never
MOVED_LATER = 65_535  # the same, of a date that a lever has moved from there
BELIEVABLE = 400  # effective draws below which the page says not to believe it
STEPS = 65_535  # into which what the model says of an observation is divided
FARTHEST = 25.0  # nats below the largest, at which what the model says of an observation is cut off
NEVER = -700.0  # log density that stands for none, in numbers that carry no infinity


def write_explorer(path: Path, posterior: Posterior, *, draws: int = THINNED) -> None:
    """Write the explorer of a question and its evidence.

    Parameters
    ----------
    path : Path
        The HTML file.
    posterior : Posterior
        The question, and the items that the reader can switch.
    draws : int
        How many draws of each model the page carries.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_text(path, render_explorer(posterior, draws=draws), key="--out")


def render_explorer(posterior: Posterior, *, draws: int = THINNED, report: str | None = None) -> str:
    """Return the explorer as HTML: of the question's model and, where question and items fit it, of the other.

    Parameters
    ----------
    posterior, draws : as for `write_explorer`
    report : str, optional
        Address, relative to the page, of the report beside it, for who has no scripts.
    """
    models = {}
    for question, items in ((posterior.question, posterior.items), *in_other_models(posterior)):
        models[question.assumptions.model] = explorer_data(question, items, draws, ledger=posterior.selection.ledger)
    own = posterior.question.assumptions.model
    data = models[own]
    return (
        environment()
        .get_template("explorer/page.html.j2")
        .render(
            data=embedded_json({"model": own, "models": models}),
            as_of=date_text(posterior.question.as_of),
            by=year_end(posterior.question.as_of),
            items=data["items"],
            acting=data["acting"],
            events=data["events"],
            levers=data["levers"],
            leaks=data["leaks"],
            models={name: MODELS[name].rstrip(".").lower() for name in models},
            own=own,
            event=posterior.question.event,
            draws=f"{data['draws']:,}",
            report=report,
        )
        + "\n"
    )


def explorer_data(
    question: Question, items: Sequence[Item], draws: int = THINNED, *, ledger: str = ""
) -> dict[str, Any]:
    """Return what the page carries of a model: dates by event and lever, log likelihoods by item, and base weights.

    Returns
    -------
    dict
        Numbers are little-endian base64: dates in thousandths of a month (uint16; from ``later`` on, after the day
        ``through``, or never), predictions in steps (uint16), stages and firms by their place (uint8), the rest
        float32.
    """
    found = explore(question, items, draws)
    question, assumptions = found.question, found.question.assumptions
    calendar = assumptions.calendar
    return {
        "id": assumptions.model,
        "draws": int(found.times.size),
        "origin": calendar.origin.isoformat(),
        "daysPerMonth": calendar.days_per_month,
        "resolution": RESOLUTION,
        "later": LATER,
        "through": last_day(calendar).isoformat(),
        "asOf": question.as_of.isoformat(),
        "seed": question.seed,
        "event": question.event,
        "options": " ".join([*options_of_assumptions(question), *options_of_ledger(ledger)]),
        "believable": BELIEVABLE,
        "worstKhat": WORST_KHAT,
        "reporting": _reporting(question),
        "base": _packed(found.log_base, "<f4"),
        "times": _packed(found.times, "<u2"),
        "dates": _dates(found),
        "first": {event: _packed(column, "u1") for event, column in found.first.items()},
        "stages": {event: _packed(column, "u1") for event, column in found.stages.items()},
        "stageNames": list(STAGES),
        "stageTitles": {
            event: list(stage_titles(silent=False, served=is_served(assumptions.obstacles, event)).values())
            for event in found.stages
        },
        "firms": list(assumptions.race.firms),
        "firmTitles": [firm.title for firm in assumptions.race.firms.values()],
        "probes": {key: _in_steps(column) for key, column in found.predicted.items()},
        "leaks": leak_forms(question, [each.item for each in found.items]),
        "items": [_named(each.item, ledger) | _described(each) for each in found.items],
        "acting": [_named(item, ledger) for item in found.acting],
        "events": [{"id": name, "title": event.text.title} for name, event in assumptions.events.items()],
        "levers": [
            {"id": NO_LEVER, "title": "None"},
            *({"id": name, "title": lever.title} for name, lever in assumptions.levers.items()),
        ],
        "leverDays": [day.isoformat() for day in lever_days(question)],
    }


def _dates(found: Explored) -> dict[str, str]:
    """Dates by event and lever, for the question's event by the lever's day as well."""
    calendar = found.question.assumptions.calendar
    end = calendar.months_by(last_day(calendar))
    return {
        f"{event}/{lever}@{place}" if place else f"{event}/{lever}": packed_dates(
            ready, found.dates[event, NO_LEVER, 0], end
        )
        for (event, lever, place), ready in found.dates.items()
    }


def _reporting(question: Question) -> dict[str, float] | None:
    law = question.assumptions.reporting
    return None if law is None else {"median": law.median_months, "sigma": law.sigma}


def last_day(calendar: Calendar) -> date:
    """The last day whose dates are carried, to its end: a whole one, so that "after" it is true of all that are not."""
    ends = calendar.day(LATER / RESOLUTION)
    assert ends is not None
    return ends - timedelta(days=1)


def packed_dates(ready: Array, unpulled: Array, end: float) -> str:
    """Dates up to a month, packed; of later ones only that they are.

    What a lever moves differs from what it was without it, by a step where it moves it by less.
    """
    later, earlier = ready > unpulled + MOVED, ready < unpulled - MOVED
    own, before = (np.minimum(np.rint(dates * RESOLUTION), LATER - 1) for dates in (ready, unpulled))
    carried = np.select([later, earlier], [np.maximum(own, before + 1), np.minimum(own, before - 1)], before)
    return _packed(np.where(ready < end, np.clip(carried, 0, LATER - 1), np.where(later, MOVED_LATER, LATER)), "<u2")


def _in_steps(column: Array) -> dict[str, Any]:
    low = max(float(column.min()), float(column.max()) - FARTHEST)
    step = (float(column.max()) - low) / STEPS or 1.0
    return {"low": low, "step": step, "data": _packed(np.rint((np.maximum(column, low) - low) / step), "<u2")}


def _named(item: Item, ledger: str) -> dict[str, Any]:
    """How a command names an item, by its file where it comes from outside the ledger; and its title."""
    return {"id": item.id, "file": item.file if is_foreign(item, ledger) else "", "title": item.text.title}


def _described(each: ExploredItem) -> dict[str, Any]:
    """What the page needs of an item: its log likelihood, its parts where it is a mixture, the reports beside it."""
    item = each.item
    entry: dict[str, Any] = {
        "silenceOf": item.event if item.kind.is_silence else None,
        "knownSince": item.text.known_since.isoformat(),
        "weight": float(item.text.weight),
        "log": _packed(each.log_likelihood / item.text.weight, "<f4"),
    }
    if each.genuine is not None and each.background is not None:
        entry |= {
            "reliability": each.reliability,
            "genuine": _packed(np.maximum(each.genuine, NEVER), "<f4"),
            "background": _packed(np.maximum(each.background, NEVER), "<f4"),
        }
    if each.unheard is not None:
        entry |= {
            "unheard": _packed(each.unheard, "<f4"),
            "reports": [{"id": rumour.report.id, "looked": rumour.looked} for rumour in reports_among(each.reports)],
        }
    if each.likelier:
        entry["claims"] = [{"id": name, "likelier": _packed(column, "<f4")} for name, column in each.likelier.items()]
    return entry


def _packed(values: Array, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()
