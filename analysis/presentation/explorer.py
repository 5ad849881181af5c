"""The explorer: one HTML page in which a reader switches evidence on and off and sees the date move.

The page carries a thinned set of draws with each item's log likelihood, and reweights them. Half of the draws
are the prior's, half the posterior's, so that few as well as many items leave enough of them: each draw's
weight is the prior's density over that of the mixture it was taken from (the balance heuristic).

References
----------
.. [1] Veach and Guibas, Optimally combining sampling techniques for Monte Carlo rendering (1995).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...evidence import Item, check_against, latent_quantities, with_latents
from ...evidence.rumours import Rumour, rumours_in
from ...model.assumptions import load_assumptions
from ...model.calendar import Calendar, months_later
from ...model.generative import Outcome
from ...model.models import MODELS, model_layers
from ...model.policies import NO_INTERVENTION, Intervention, apply_lever
from ...priors.errors import InputError
from ...priors.files import write_text
from ..inference.diagnostics import WORST_KHAT
from ..inference.draws import PriorDraws, Values
from ..inference.estimates import Array
from ..inference.likelihoods import likelihoods, predictions_of, total
from ..inference.outcomes import outcome_of
from ..inference.posterior import Posterior
from ..inference.question import Question
from ..inference.stages import STAGES, furthest, stages_of
from .explorer_leaks import Probe, leak_forms, probes_of
from .html import embedded_json, environment
from .repeat_command import is_foreign, options_of_assumptions, options_of_ledger
from .text import date_text

THINNED = 8_000  # of each model: two of them stay below five megabytes
POOL = 400_000  # prior draws from which the posterior's half is taken
RESOLUTION = 1_000  # parts of a month
LATER = 65_533  # stands for a date, and so does all above it, later than those that are carried, or never
MOVED_LATER = 65_535  # the same, of a date that a lever has moved from there
BELIEVABLE = 400  # effective draws below which the page says not to believe it
NO_LEVER = "none"
LEVER_MONTHS = (0, 4, 8)  # after the day of the question, at which the page pulls each lever
NOBODY = 255  # in place of a firm, where none is ever ready
STEPS = 65_535  # into which what the model says of an observation is divided
FARTHEST = 25.0  # nats below the largest, at which what the model says of an observation is cut off


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
    for question, items in (*_in_its_model(posterior), *_in_another_model(posterior)):
        models[question.assumptions.model] = explorer_data(question, items, draws, ledger=posterior.selection.ledger)
    own = posterior.question.assumptions.model
    data = models[own]
    return (
        environment()
        .get_template("explorer/page.html.j2")
        .render(
            data=embedded_json({"model": own, "models": models}),
            as_of=date_text(posterior.question.as_of),
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


def _in_its_model(posterior: Posterior) -> Iterator[tuple[Question, Sequence[Item]]]:
    yield posterior.question, posterior.items


def _in_another_model(posterior: Posterior) -> Iterator[tuple[Question, Sequence[Item]]]:
    """The same question and items of each other model that has what they are about."""
    question = posterior.question
    own = {layer.file for layer in model_layers(question.assumptions.model)}
    above = [layer for layer in question.assumptions.layers if layer.file not in own]
    for name in MODELS:
        if name == question.assumptions.model:
            continue
        try:
            assumptions = load_assumptions(above, model=name)
            for item in posterior.items:
                check_against(item, assumptions)
            assumptions.event(question.event)
        except InputError:
            continue
        yield replace(question, assumptions=assumptions), posterior.items


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
    probes = probes_of(question, items)
    probed = [probe.item for probe in probes]
    question = replace(question, assumptions=with_latents(question.assumptions, [*items, *probed]))
    assumptions = question.assumptions
    asked = replace(question, draws=max(POOL, 2 * draws), quasi_random=False)
    names = [*latent_quantities([*items, *probed], assumptions), *assumptions.needed(assumptions.events)]
    source = PriorDraws(asked, list(assumptions.beliefs_of(names)))
    acting = [item for item in items if item.enacted(assumptions) is not None]  # in all draws: cannot be switched off
    items = [item for item in items if item not in acting]
    likelihood = likelihoods(asked, source, items)
    chosen, log_base, times = _choose(likelihood, source.weighting.draws, draws)
    thinned = source.map(lambda values: {name: values[name] for name in values})
    values = {name: column[chosen] for name, column in thinned.items()}
    rumours = rumours_in(items, question.as_of)
    described = [
        _named(item, ledger)
        | _describe(question, item, values, likelihood[item.id][chosen])
        | _heard(question, rumours.get(item.id, ()), values)
        for item in items
    ]
    predicted = _predictions(question, values, probes)
    calendar = assumptions.calendar
    return {
        "id": assumptions.model,
        "draws": int(chosen.size),
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
        "base": _packed(log_base, "<f4"),
        "times": _packed(times, "<u2"),
        **_columns(question, values),
        "stageNames": list(STAGES),
        "stageTitles": list(STAGES.values()),
        "firms": list(assumptions.race.firms),
        "firmTitles": [firm.title for firm in assumptions.race.firms.values()],
        "probes": {key: _in_steps(column) for key, column in predicted.items()},
        "leaks": leak_forms(question, items),
        "items": described,
        "acting": [_named(item, ledger) for item in acting],
        "events": [{"id": name, "title": event.text.title} for name, event in assumptions.events.items()],
        "levers": [
            {"id": NO_LEVER, "title": "None"},
            *({"id": name, "title": lever.title} for name, lever in assumptions.levers.items()),
        ],
        "leverDays": [day.isoformat() for day in _lever_days(question)],
    }


def _columns(question: Question, values: Values) -> dict[str, Any]:
    """Dates by event and lever, for the question's event by the lever's day as well; who is first; stages reached."""
    assumptions = question.assumptions
    end = assumptions.calendar.months_by(last_day(assumptions.calendar))
    dates, first, stages, unpulled = {}, {}, {}, {}
    for event in assumptions.events:
        for lever, change in {NO_LEVER: NO_INTERVENTION, **_levers(question, question.as_of)}.items():
            result = outcome_of(question, values, change, event=event)[1]
            if lever == NO_LEVER:
                unpulled[event] = result.ready
                first[event] = _packed(_first(result), "u1")
                stages[event] = _packed(furthest(stages_of(result, question.as_of_months)), "u1")
            dates[f"{event}/{lever}"] = packed_dates(result.ready, unpulled[event], end)
    for place, day in enumerate(_lever_days(question)):
        for lever, change in _levers(question, day).items() if place else ():
            result = outcome_of(question, values, change)[1]
            dates[f"{question.event}/{lever}@{place}"] = packed_dates(result.ready, unpulled[question.event], end)
    return {"dates": dates, "first": first, "stages": stages}


def _levers(question: Question, day: date) -> dict[str, Intervention]:
    assumptions = question.assumptions
    month = assumptions.calendar.months(day)
    return {name: apply_lever(lever, assumptions.race, month) for name, lever in assumptions.levers.items()}


def _lever_days(question: Question) -> list[date]:
    return [months_later(question.as_of, months) for months in LEVER_MONTHS]


def _first(result: Outcome) -> Array:
    """Place of the firm that is first, among ties the first of them."""
    ends = np.array([contender.ready for contender in result.contenders.values()])
    return np.where(np.isfinite(ends.min(axis=0)), ends.argmin(axis=0), NOBODY)


def _predictions(question: Question, values: Values, probes: Sequence[Probe]) -> dict[str, Array]:
    """What the model says of every probe's observation, each by itself: all have one id."""
    found = {}
    for probe in probes:
        column = predictions_of(question, values, [probe.item])[2][probe.item.id]
        found[probe.key] = np.broadcast_to(column, _shape(values))
    return found


def _shape(values: Values) -> tuple[int, ...]:
    """Shape of a column of draws."""
    return next(iter(values.values())).shape


def _reporting(question: Question) -> dict[str, float] | None:
    law = question.assumptions.reporting
    return None if law is None else {"median": law.median_months, "sigma": law.sigma}


def last_day(calendar: Calendar) -> date:
    """The last day whose dates are carried, to its end: a whole one, so that "after" it is true of all that are not."""
    ends = calendar.day(LATER / RESOLUTION)
    assert ends is not None
    return ends - timedelta(days=1)


def packed_dates(ready: Array, unpulled: Array, end: float) -> str:
    """Dates up to a month, packed; of later ones only that they are, and whether a lever has moved them."""
    later = np.where(ready > unpulled + 1.0 / RESOLUTION, MOVED_LATER, LATER)
    carried = np.minimum(np.rint(ready * RESOLUTION), LATER - 1)
    return _packed(np.where(ready < end, carried, later), "<u2")


def _in_steps(column: Array) -> dict[str, Any]:
    low = max(float(column.min()), float(column.max()) - FARTHEST)
    step = (float(column.max()) - low) / STEPS or 1.0
    return {"low": low, "step": step, "data": _packed(np.rint((np.maximum(column, low) - low) / step), "<u2")}


def _choose(likelihood: dict[str, Array], available: int, draws: int) -> tuple[NDArray[np.intp], Array, Array]:
    """Choose draws from the mixture of prior and posterior: positions, log base weights, times each was taken."""
    half = draws // 2
    if not likelihood:
        return np.arange(draws), np.zeros(draws), np.ones(draws)
    joint = total(likelihood)
    # not smoothed: a draw is then weighed by less than twice what it stands for, whatever the evidence
    relative = np.exp(joint - joint.max())
    relative *= available / relative.sum()
    rest = relative[half:]
    # systematic resampling: evenly spaced through the cumulative weight
    cumulative = np.cumsum(rest) / rest.sum()
    resampled = half + np.searchsorted(cumulative, (np.arange(draws - half) + 0.5) / (draws - half))
    # A draw taken twice is carried once with twice the weight, or the effective sample size would be flattered.
    once, times = np.unique(np.minimum(resampled, available - 1), return_counts=True)
    chosen = np.concatenate([np.arange(half), once])
    times = np.concatenate([np.ones(half), times])
    return chosen, np.log(times) - np.log(0.5 + 0.5 * relative[chosen]), times.astype(float)


def _named(item: Item, ledger: str) -> dict[str, Any]:
    """How a command names an item, by its file where it comes from outside the ledger; and its title."""
    return {"id": item.id, "file": item.file if is_foreign(item, ledger) else "", "title": item.text.title}


def _describe(question: Question, item: Item, values: Values, log_likelihood: Array) -> dict[str, Any]:
    """What the page needs of an item: its log likelihood, and that of its two parts where it is a mixture."""
    entry: dict[str, Any] = {
        "silenceOf": item.event if item.kind.is_silence else None,
        "knownSince": item.text.known_since.isoformat(),
        "weight": float(item.text.weight),
        "log": _packed(log_likelihood / item.text.weight, "<f4"),
    }
    clock = question.clock
    figures = item.figures(clock)
    if "reliability" in figures:
        predicted = predictions_of(question, values, [item])[2][item.id]
        observed = item.observation(clock)
        with np.errstate(divide="ignore"):
            genuine = item.log_density(np, observed, predicted, {**figures, "reliability": 1.0})
            background = item.log_density(np, observed, predicted, {**figures, "reliability": 0.0})
        entry |= {
            "reliability": figures["reliability"],
            "genuine": _packed(np.maximum(genuine, -700.0), "<f4"),
            "background": _packed(np.maximum(np.broadcast_to(background, predicted.shape), -700.0), "<f4"),
        }
    return entry


def _heard(question: Question, rumours: Sequence[Rumour], values: Values) -> dict[str, Any]:
    """What the page needs to mix a silence with doubted reports of its event, whichever of them are counted."""
    if not rumours:
        return {}
    silence = rumours[0].silence
    unheard = np.broadcast_to(predictions_of(question, values, [silence])[2][silence.id], _shape(values))
    return {
        "unheard": _packed(unheard, "<f4"),
        "reports": [{"id": rumour.report.id, "looked": rumour.looked} for rumour in rumours],
    }


def _packed(values: Array, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()
