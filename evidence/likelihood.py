"""Log likelihoods of items over arrays of draws, for the importance engine; nothing here imports PyMC."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..model.assumptions import Assumptions
from ..model.generative import Outcome, World
from ..model.world import foreseen_in, runs_in
from ..priors.scores import SMALLEST_UNIFORM
from .kinds.kind import Array, Clock, ModelState
from .rumours import Beside, rumours_in
from .schema import Item


def predictions(
    items: Iterable[Item],
    assumptions: Assumptions,
    values: Mapping[str, Array],
    world: World,
    outcomes: Mapping[str, Outcome],
    as_of: datetime.date,
    heard: Iterable[Item] | None = None,
) -> dict[str, Array]:
    """What the model says each observation is about, in each draw.

    Parameters
    ----------
    items : iterable of Item
        Which items.
    assumptions : Assumptions
        Constants, firms and the calendar.
    values : mapping of str to array, shape (draw,)
        Values of every quantity drawn, `latent_quantities` of the items among them.
    world : World
        From `describe_world` on the same values.
    outcomes : mapping of str to Outcome
        By event; `events_of` the items at least.
    as_of : date
        Day of the question.
    heard : iterable of Item, optional
        Those beside whose reports a silence is predicted, where some are held out; all by default.

    Returns
    -------
    dict of str to array, shape (draw,)
        By item, in the coordinate of its kind. Many observations can be held against one prediction.

    Examples
    --------
    >>> from datetime import date
    >>> import numpy as np
    >>> from catchup.evidence import load_ledger, predictions
    >>> from catchup.model import load_assumptions, outcome
    >>> day, assumptions = date(2026, 11, 26), load_assumptions(model="article")
    >>> item = load_ledger().items["microsoft-slide"]
    >>> values = {name: assumptions.quantiles(name, [0.5]) for name in [*assumptions.needed(), *item.latents]}
    >>> world, found = outcome(assumptions, values)
    >>> shown = predictions([item], assumptions, values, world, {"compute-equivalent": found}, day)
    >>> shown["microsoft-slide"].round(2)  # log10 FLOP
    array([27.09])
    """
    ready = {event: outcome.ready for event, outcome in outcomes.items()}
    runs = runs_in(outcomes)
    state = ModelState(
        assumptions,
        values,
        world.mythos_flop,
        ready,
        world.pools,
        world.flop_month,
        launch={at: run.launch for at, run in runs.items()},
        pretrained={at: run.pretrained for at, run in runs.items()},
    )
    clock = assumptions.clock(as_of)
    foreseen = {event: outcome.foreseen for event, outcome in outcomes.items()}
    every = list(items)
    rumours = rumours_in(every, as_of, heard)
    return {
        item.id: predict(np, item, as_seen_by(item, state, foreseen), item.figures(clock), rumours.get(item.id, ()))
        for item in every
    }


def as_seen_by(item: Item, state: ModelState, foreseen: Mapping[str, Sequence[tuple[float, Any]]]) -> ModelState:
    """What the model says to an item: a measured lag knows of no policy that was enacted after its day.

    Parameters
    ----------
    item : Item
        Which.
    state : ModelState
        What the model says.
    foreseen : mapping of str to sequence
        By event; see `Outcome`.
    """
    if not item.kind.measures_lag or not any(foreseen.values()):
        return state
    day = getattr(item.observed, "date", None) or item.text.known_since  # that of the measurement
    month = state.assumptions.calendar.months(day)
    ready = {event: foreseen_in(month, then, foreseen.get(event, ())) for event, then in state.ready.items()}
    return replace(state, ready=ready)


def log_density(item: Item, observation: float | Array, prediction: Array, clock: Clock) -> Array:
    """Log density of an observation given the prediction, times the item's weight.

    Parameters
    ----------
    item : Item
        Whose likelihood it is.
    observation, prediction : float or array
        In the coordinate of the item's kind. They broadcast: ``(fit, 1)`` against ``(draw,)`` holds many simulated
        observations against one set of draws.
    clock : Clock
        Turns days into months since t = 0.

    Examples
    --------
    >>> from datetime import date
    >>> import numpy as np
    >>> from catchup.evidence import load_ledger, log_density
    >>> from catchup.model import load_assumptions
    >>> item, clock = load_ledger().items["eci-lag"], load_assumptions().clock(date(2026, 11, 26))
    >>> months = np.array([5.0, 7.0, 10.0])
    >>> log_density(item, item.observation(clock), np.log(months), clock).round(2)
    array([-0.44,  0.47, -0.55])
    """
    density = item.log_density(np, observation, prediction, item.figures(clock))
    return np.asarray(density if item.text.weight == 1 else density * item.text.weight)


def log_densities(items: Iterable[Item], predicted: Mapping[str, Array], clock: Clock) -> dict[str, Array]:
    """Log densities of what items observed, given what is predicted of each; by item, as `log_density` has them."""
    return {item.id: log_density(item, item.observation(clock), predicted[item.id], clock) for item in items}


def simulate(item: Item, prediction: Array, clock: Clock, rng: np.random.Generator) -> Array:
    """Draw an observation for each prediction; an item's weight has no part in it.

    Parameters
    ----------
    item : Item
        Whose likelihood is drawn from.
    prediction : array, any shape
        In the coordinate of its kind, as is what is drawn.
    clock : Clock
        Turns days into months since t = 0.
    rng : numpy.random.Generator
        Source of randomness.

    Examples
    --------
    >>> from datetime import date
    >>> import numpy as np
    >>> from catchup.evidence import load_ledger, simulate
    >>> from catchup.model import load_assumptions
    >>> item, clock = load_ledger().items["eci-lag"], load_assumptions().clock(date(2026, 11, 26))
    >>> seen = simulate(item, np.full(4_000, np.log(7.0)), clock, np.random.default_rng(1))
    >>> np.exp(np.quantile(seen, [0.05, 0.5, 0.95])).round(1)
    array([ 4.6,  7. , 10.6])
    """
    shape = np.shape(prediction)
    normal, uniform = rng.standard_normal(shape), rng.random(shape) + SMALLEST_UNIFORM
    return np.asarray(item.simulate(np, normal, uniform, prediction, item.figures(clock)))


def explanation(item: Item, clock: Clock) -> float:
    """Prediction that explains what an item observed best, in the coordinate of its kind.

    Parameters
    ----------
    item : Item
        Whose observation it is.
    clock : Clock
        Turns days into months since t = 0.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import explanation, load_ledger
    >>> from catchup.model import load_assumptions
    >>> item, clock = load_ledger().items["microsoft-slide"], load_assumptions().clock(date(2026, 11, 26))
    >>> round(explanation(item, clock), 2)
    27.79
    """
    return item.kind.explanation(item.observation(clock), item.figures(clock))


def predict(xp: Any, item: Item, state: ModelState, figures: Mapping[str, Any], rumours: Iterable[Beside] = ()) -> Any:
    """Let a kind predict, each quantity the item has of its own standing in for the one it knows.

    Of a silence beside doubted reports and claims, what is predicted is its probability beside them; see `rumours`.
    """
    own = {plain: state.quantity[name] for plain, name in item.renamed.items()}
    seen = replace(state, quantity={**state.quantity, **own}) if own else state
    told = item.kind.predict(xp, seen, item.observed, figures)
    for rumour in rumours:
        clock = state.assumptions.clock(rumour.as_of)
        asked = {
            each.id: each.kind.predict(xp, state, each.observed, each.figures(clock)) for each in rumour.asked(clock)
        }
        told = rumour.heard(xp, told, asked, state.assumptions)
    return told
