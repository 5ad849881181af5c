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
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...evidence import Item, latent_quantities, with_latents
from ...model.policies import NO_INTERVENTION, apply_lever
from ...priors.files import write_text
from ..inference.draws import PriorDraws, Values
from ..inference.estimates import Array
from ..inference.importance import smooth_weights
from ..inference.likelihoods import likelihoods, predictions_of, total
from ..inference.outcomes import outcome_of
from ..inference.posterior import Posterior
from ..inference.question import Question
from .html import embedded_json, environment
from .repeat_command import is_foreign, options_of_assumptions
from .text import date_text

THINNED = 16_000
POOL = 400_000  # prior draws from which the posterior's half is taken
RESOLUTION = 1_000  # parts of a month
LATEST = 65.534  # months; later dates are carried as this
BELIEVABLE = 400  # effective draws below which the page says not to believe it
NO_LEVER = "none"


def write_explorer(path: Path, posterior: Posterior, *, draws: int = THINNED) -> None:
    """Write the explorer of a question and its evidence.

    Parameters
    ----------
    path : Path
        The HTML file.
    posterior : Posterior
        The question, and the items that the reader can switch.
    draws : int
        How many draws the page carries.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_text(path, render_explorer(posterior, draws=draws), key="--out")


def render_explorer(posterior: Posterior, *, draws: int = THINNED) -> str:
    """Return the explorer as HTML."""
    data = explorer_data(posterior.question, posterior.items, draws)
    return (
        environment()
        .get_template("explorer.html.j2")
        .render(
            data=embedded_json(data),
            as_of=date_text(posterior.question.as_of),
            items=data["items"],
            events=data["events"],
            levers=data["levers"],
            event=posterior.question.event,
            draws=f"{data['draws']:,}",
        )
        + "\n"
    )


def explorer_data(question: Question, items: Sequence[Item], draws: int = THINNED) -> dict[str, Any]:
    """Return what the page carries: dates by event and lever, log likelihoods by item, and base weights.

    Returns
    -------
    dict
        Numbers are little-endian base64: dates in thousandths of a month (uint16), the rest float32.
    """
    question = replace(question, assumptions=with_latents(question.assumptions, items))
    levers = {NO_LEVER: NO_INTERVENTION} | {
        name: apply_lever(lever, question.assumptions.race, question.as_of_months)
        for name, lever in question.assumptions.levers.items()
    }
    asked = replace(question, draws=max(POOL, 2 * draws), quasi_random=False)
    source = PriorDraws(asked, [*latent_quantities(items), *question.assumptions.needed(question.assumptions.events)])
    items = [item for item in items if item.enacted(question.assumptions) is None]  # what acts cannot be switched off
    likelihood = likelihoods(asked, source, items)
    chosen, log_base = _choose(likelihood, source.weighting.draws, draws)
    thinned = source.map(lambda values: {name: values[name] for name in values})
    values = {name: column[chosen] for name, column in thinned.items()}
    dates: dict[str, str] = {}
    for event in question.assumptions.events:
        for lever, change in levers.items():
            ready = outcome_of(question, values, change, event=event)[1].ready
            dates[f"{event}/{lever}"] = _packed(np.rint(np.minimum(ready, LATEST) * RESOLUTION), "<u2")
    described = [_describe(question, item, values, likelihood[item.id][chosen]) for item in items]
    calendar = question.assumptions.calendar
    return {
        "draws": int(chosen.size),
        "origin": calendar.origin.isoformat(),
        "daysPerMonth": calendar.days_per_month,
        "resolution": RESOLUTION,
        "asOf": question.as_of.isoformat(),
        "seed": question.seed,
        "event": question.event,
        "options": " ".join(options_of_assumptions(question)),
        "believable": BELIEVABLE,
        "base": _packed(log_base, "<f4"),
        "dates": dates,
        "items": described,
        "events": [{"id": name, "title": event.text.title} for name, event in question.assumptions.events.items()],
        "levers": [
            {"id": NO_LEVER, "title": "None"},
            *({"id": name, "title": lever.title} for name, lever in question.assumptions.levers.items()),
        ],
    }


def _choose(likelihood: dict[str, Array], available: int, draws: int) -> tuple[NDArray[np.intp], Array]:
    """Choose draws from the mixture of prior and posterior: their positions and log base weights."""
    half = draws // 2
    if not likelihood:
        return np.arange(draws), np.zeros(draws)
    joint = total(likelihood)
    smoothed = smooth_weights(joint)
    rest = smoothed.weights[half:]
    # systematic resampling: evenly spaced through the cumulative weight
    cumulative = np.cumsum(rest) / rest.sum()
    resampled = half + np.searchsorted(cumulative, (np.arange(draws - half) + 0.5) / (draws - half))
    # A draw taken twice is carried once with twice the weight, or the effective sample size would be flattered.
    once, times = np.unique(np.minimum(resampled, available - 1), return_counts=True)
    chosen = np.concatenate([np.arange(half), once])
    relative = smoothed.weights[chosen] * available
    return chosen, np.log(np.concatenate([np.ones(half), times])) - np.log(0.5 + 0.5 * relative)


def _describe(question: Question, item: Item, values: Values, log_likelihood: Array) -> dict[str, Any]:
    """What the page needs of an item: its log likelihood, and that of its two parts where it is a mixture."""
    entry: dict[str, Any] = {
        "id": item.id,
        "file": item.file if is_foreign(item) else "",
        "title": item.text.title,
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


def _packed(values: Array, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()
