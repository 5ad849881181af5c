"""Evidence in the PyMC model: all items one observed vector, every figure switched data.

Items are entries of an observed variable, not potentials, so that log likelihoods, posterior predictive draws and all
that ArviZ makes of them cover every item. What was observed and the figures that predictions and densities take are
data: new figures refit a compiled model (`evidence_data`).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from ..model.assumptions import Assumptions
from ..model.graph import foreseen_of, world_of
from ..priors.errors import InputError
from .kinds.kind import ModelState
from .latents import events_of, latent_quantities
from .layout import FIGURES, OBSERVATION, OBSERVED, figures_of
from .likelihood import as_seen_by, predict
from .rumours import rumours_in
from .schema import Item

SAME_DAY = 1e-9  # months


def add_evidence(model: pm.Model, items: Iterable[Item], assumptions: Assumptions, as_of: datetime.date) -> pm.Model:
    """Condition a model on items: one observed variable, ``observation``, over the dim ``item``.

    Parameters
    ----------
    model : pymc.Model
        From `build_model`, for the same assumptions and day, with `events_of` the items among its events and
        `latent_quantities` of the items among its quantities.
    items : iterable of Item
        Which items.
    assumptions : Assumptions
        Those that the model was built from (see `with_latents`).
    as_of : date
        Day of the question.

    Returns
    -------
    pymc.Model
        The same model.

    Raises
    ------
    InputError
        If the model was built for something else: naming what it lacks, and what it would have to be built with.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import add_evidence, latent_quantities, load_ledger
    >>> from catchup.model import build_model, load_assumptions
    >>> day, assumptions, items = date(2026, 11, 26), load_assumptions(), [load_ledger().items["microsoft-slide"]]
    >>> month = assumptions.calendar.months(day)
    >>> model = build_model(assumptions, extra_quantities=latent_quantities(items, assumptions), as_of_month=month)
    >>> add_evidence(model, items, assumptions, day).coords["item"]
    ('microsoft-slide',)
    """
    items = list(items)
    _refuse_other(model, items, assumptions, as_of)
    world = world_of(model, assumptions)
    state = ModelState(
        assumptions,
        quantity=model.named_vars,
        mythos_flop=world.mythos_flop,
        ready={event: model["ready"][place] for place, event in enumerate(model.coords["event"])},
        pools=world.pools,
        flop_month=world.flop_month,
        launch=_by_event_and_firm(model, "launch"),
        pretrained=_by_event_and_firm(model, "firm_pretrained"),
        # Only where rivals within firms take of budgets is what is left a variable.
        in_force=_by_event_and_firm(model, "budget_in_force") if "budget_in_force" in model.named_vars else {},
    )
    foreseen = foreseen_of(model, assumptions)
    with model:
        observe(items, lambda item: as_seen_by(item, state, foreseen), assumptions, as_of)
    return model


def _by_event_and_firm(model: pm.Model, name: str) -> dict[tuple[str, str], Any]:
    return {
        (event, firm): model[name][place, position]
        for place, event in enumerate(model.coords["event"])
        for position, firm in enumerate(model.coords["firm"])
    }


def evidence_data(
    items: Iterable[Item], assumptions: Assumptions, as_of: datetime.date
) -> dict[str, NDArray[np.float64]]:
    """What was observed and every figure of items, by the names of the model's data.

    A compiled model is refitted with other figures of the same items by
    ``compiled.with_data(**evidence_data(items, assumptions, as_of))``.

    Parameters
    ----------
    items : iterable of Item
        Those the model was built with, in the same order.
    assumptions : Assumptions
        Whose calendar turns days into months.
    as_of : datetime.date
        Day of the question, on which silence is observed.

    Returns
    -------
    dict of str to array
        ``observed``, shape (item,), each in the coordinate of its kind; ``figures``, shape (item, figure), 0 and
        never read where a kind has no such figure.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import evidence_data, load_ledger
    >>> from catchup.model import load_assumptions
    >>> items = [load_ledger().items["eci-lag"]]
    >>> data = evidence_data(items, load_assumptions(), date(2026, 11, 26))
    >>> data["observed"].round(3), data["figures"].round(2)
    (array([1.946]), array([[3.55, 0.25, 1.  ]]))
    """
    clock = assumptions.clock(as_of)
    items = list(items)
    observed = [item.observation(clock) for item in items]
    rows = [item.figures(clock) for item in items]
    table = [[row.get(figure, 0.0) for figure in figures_of(items, clock)] for row in rows]
    return {OBSERVED: np.array(observed, dtype=float), FIGURES: np.array(table, dtype=float)}


def observe(
    items: Sequence[Item], shown: Callable[[Item], ModelState], assumptions: Assumptions, as_of: datetime.date
) -> None:
    """Add items to the model in context, as an observed vector of what it shows each of them.

    Parameters
    ----------
    items : sequence of Item
        The items; nothing is added where there are none.
    shown : callable
        What the model says to an item, as variables.
    assumptions : Assumptions
        Whose calendar turns days into months.
    as_of : date
        Day of the question.
    """
    if not items:
        return
    clock = assumptions.clock(as_of)
    names = figures_of(items, clock)
    data = evidence_data(items, assumptions, as_of)
    pm.modelcontext(None).add_coords({"item": [item.id for item in items], "figure": names})
    observed = pm.Data(OBSERVED, data[OBSERVED], dims="item")
    figures = pm.Data(FIGURES, data[FIGURES], dims=("item", "figure"))

    def by_item(work: Callable[..., Any], figures: Any, *columns: Any) -> Any:
        """Apply something to each item, its figures by name and its entry of each column."""
        rows = []
        for place, item in enumerate(items):
            known = {name: figures[place, names.index(name)] for name in item.figures(clock)}
            rows.append(work(item, known, *(column[place] for column in columns)))
        return pt.stack(rows)

    def log_density(value: Any, prediction: Any, figures: Any) -> Any:
        def weighted(item: Item, known: Mapping[str, Any], value: Any, prediction: Any) -> Any:
            return known["weight"] * item.log_density(pt, value, prediction, known)

        return by_item(weighted, figures, value, prediction)

    def simulated(prediction: Any, figures: Any, size: Any) -> Any:
        def drawn(item: Item, known: Mapping[str, Any], normal: Any, uniform: Any, prediction: Any) -> Any:
            return item.simulate(pt, normal, uniform, prediction, known)

        numbers = pm.Normal.dist(size=prediction.shape), pm.Uniform.dist(size=prediction.shape)
        return by_item(drawn, figures, *numbers, prediction)

    rumours = rumours_in(items, as_of)
    prediction = by_item(lambda item, known: predict(pt, item, shown(item), known, rumours.get(item.id, ())), figures)
    pm.CustomDist(
        OBSERVATION,
        prediction,
        figures,
        dist=simulated,
        logp=log_density,
        signature="(),(figure)->()",
        observed=observed,
        dims="item",
    )


def _refuse_other(model: pm.Model, items: Sequence[Item], assumptions: Assumptions, as_of: datetime.date) -> None:
    """Refuse a model that was built for something else than these items, assumptions and day."""
    if OBSERVATION in model.named_vars:
        raise InputError(
            f"the model counts {', '.join(model.coords['item'])} already: all items are added at once", key="items"
        )
    for dim, wanted in (("firm", assumptions.race.firms), ("source", assumptions.race.sources)):
        if list(model.coords.get(dim, ())) != list(wanted):
            raise InputError(
                f"the model was built from other assumptions, with {dim}s {', '.join(model.coords.get(dim, ()))}; "
                f"{', '.join(wanted)} were expected",
                key="assumptions",
            )
    events = list(model.coords["event"])
    lacking = [event for event in events_of(items) if event not in events]
    if lacking:
        raise InputError(
            f"the model was built without {', '.join(lacking)}, which items are about: "
            f"build_model(..., events={[*events, *lacking]}) was expected",
            key="events",
        )
    latents = latent_quantities(items, assumptions)
    lacking = [name for name in latents if name not in model.named_vars]
    if lacking:
        raise InputError(
            f"the model was built without {', '.join(lacking)}, which items depend on: "
            f"build_model(..., extra_quantities={latents}) was expected",
            key="extra_quantities",
        )
    month = float(model["as_of_month"].get_value())
    if abs(month - assumptions.calendar.months(as_of)) > SAME_DAY:
        raise InputError(
            f"the model was built for {assumptions.calendar.day(month)}, the evidence is of {as_of}: "
            f"build_model(..., as_of_month=assumptions.calendar.months(as_of)) was expected",
            key="as_of_month",
        )
