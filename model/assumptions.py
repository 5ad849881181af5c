"""All assumptions loaded and checked together: files laid over one another, and scenarios and worlds over those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..priors.arguments import by_name, listed, refuse_others
from ..priors.errors import InputError, unknown_name
from ..priors.layers import Layer, refuse_absent
from ..priors.packaged import read_overlay
from ..priors.table import fixed_values_layer, load_prior_table
from .assumed import (
    DEFAULT_EVENT,
    FINISH_QUANTITY,
    LEVER_QUANTITIES,
    MYTHOS_QUANTITIES,
    PROGRESS_QUANTITY,
    Assumptions,
)
from .events import Event, load_events, multiple_name
from .flows import refuse_oversold
from .mechanisms.chosen import layer_of_mechanisms, mechanisms_named, refuse_unfounded, rows_of
from .models import DEFAULT_MODEL, known_elsewhere, model_layers
from .obstacles import load_obstacles
from .policies import load_levers, load_regimes
from .put_in import layer_of_priors
from .race import load_race, refuse_impossible
from .reporting import load_reporting
from .reserved import refuse_reserved
from .scenarios import load_scenarios
from .worlds import load_worlds

__all__ = [
    "DEFAULT_EVENT",
    "FINISH_QUANTITY",
    "LEVER_QUANTITIES",
    "MYTHOS_QUANTITIES",
    "PROGRESS_QUANTITY",
    "Assumptions",
    "Event",
    "assemble",
    "in_world",
    "load_assumptions",
    "multiple_name",
    "under_scenario",
]


def load_assumptions(
    overlays: Iterable[str | Path | Layer] = (),
    fixed: Mapping[str, float] | None = None,
    *,
    model: str = DEFAULT_MODEL,
    priors: Mapping[str, Any] | None = None,
    mechanisms: Mapping[str, Any] | None = None,
) -> Assumptions:
    """Load and check all assumptions.

    Parameters
    ----------
    overlays : iterable of str, Path or Layer
        Overlays on the project's own files, later ones above earlier ones: files, names of overlays that
        come with the project, or layers read already.
    fixed : mapping of str to float, optional
        Quantities fixed at a value, above everything else.
    model : str, default "current"
        Which of `MODELS` the overlays are laid on.
    priors : mapping of str to distribution, optional
        What is believed of quantities, above the overlays: by name, whatever `priors.as_family` takes. They are rows
        like those of a file: kept with a run, and laid under scenarios.
    mechanisms : mapping of str to str or type, optional
        How the requirement falls (``progress``) and how stock arrives (``arrivals``), above the overlays: names, or
        classes that `register_mechanism` has taken.

    Returns
    -------
    Assumptions
        The merged and checked whole.

    Raises
    ------
    InputError
        At the first fault, naming file and key.

    Examples
    --------
    >>> from scipy import stats
    >>> from catchup.model import load_assumptions
    >>> assumptions = load_assumptions(priors={"china_stock": stats.lognorm(0.2, scale=2.1e6)})
    >>> assumptions.beliefs["china_stock"]
    LogNormal(median=2100000.0, sigma=0.2)
    """
    refuse_others("model", model, str, "current or article")
    overlays = listed("overlays", overlays, "files or names", (str, Path, Layer))
    said = "a mapping from names; names of overlays go in overlays"
    fixed, priors = by_name("fixed", fixed, said), by_name("priors", priors, said)
    mechanisms = by_name("mechanisms", mechanisms, said)
    layers = model_layers(model)
    own = {layer.file for layer in layers}
    above = [overlay if isinstance(overlay, Layer) else read_overlay(overlay) for overlay in overlays]
    if mechanisms:
        above.append(layer_of_mechanisms(mechanisms))
    layers += [*rows_of([*layers, *above]), *above]
    try:
        if priors:
            layers.append(layer_of_priors(priors, layers))
        if fixed:
            known = [name for layer in layers for name in layer.tables.get("quantity", {})]
            layers.append(fixed_values_layer(fixed, dict.fromkeys(known)))
        assumptions = assemble(layers)
    except InputError as error:
        raise known_elsewhere(error, model) from None
    for scenario in assumptions.scenarios.values():
        if scenario.file not in own:
            under_scenario(assumptions, scenario.id)
    for world in assumptions.worlds.values():
        if world.file not in own:
            in_world(assumptions, world.id)
    return assumptions


def assemble(layers: Sequence[Layer]) -> Assumptions:
    """Merge and check layers, lowest first.

    Raises
    ------
    InputError
        At the first fault, naming file and key.
    """
    refuse_absent(layers)
    table = load_prior_table(layers)
    refuse_reserved(table.quantities)
    race = load_race(layers, table.quantities, table.references, table.day("origin"))
    events = load_events(layers, table)
    assumptions = Assumptions(
        layers=layers,
        table=table,
        race=race,
        events=events,
        obstacles=load_obstacles(layers, table.quantities, table.references, events),
        levers=load_levers(layers, race, table.references),
        regimes=load_regimes(layers, table),
        scenarios=load_scenarios(layers, table.references),
        worlds=load_worlds(layers, table.references),
        reporting=load_reporting(layers, table.quantities, table.references),
    )
    refuse_unfounded(assumptions.mechanisms, table.quantities)
    _refuse_unused(assumptions)
    refuse_impossible(race, table.quantities)
    refuse_oversold(race, table.quantities, [layer.file for layer in layers])
    return assumptions


def under_scenario(assumptions: Assumptions, name: str) -> Assumptions:
    """Return the assumptions that a scenario makes of others.

    Raises
    ------
    InputError
        If there is no such scenario, or it does not fit the model.
    """
    if name not in assumptions.scenarios:
        raise unknown_name("scenario", name, assumptions.scenarios, key="--scenario")
    laid = _laid_over(assumptions, assumptions.scenarios[name].layers)
    # what items brought in stands in no layer: whether a policy that is reported acts hangs on a quantity of its own
    table = replace(laid.table, quantities={**assumptions.table.quantities, **laid.table.quantities})
    return replace(laid, table=table, enacted=assumptions.enacted)


def in_world(assumptions: Assumptions, name: str) -> Assumptions:
    """Return the assumptions that a world makes of others.

    Raises
    ------
    InputError
        If there is no such world, or it does not fit the model.
    """
    if name not in assumptions.worlds:
        raise unknown_name("world", name, assumptions.worlds, key="worlds")
    return _laid_over(assumptions, assumptions.worlds[name].layers)


def _laid_over(assumptions: Assumptions, laid: Sequence[Layer]) -> Assumptions:
    """Lay further layers over others, and under them the rows of the mechanisms that they choose."""
    known = {quantity for layer in assumptions.layers for quantity in layer.tables.get("quantity", {})}
    return assemble([*assumptions.layers, *rows_of(laid, known=known), *laid])


def _refuse_unused(assumptions: Assumptions) -> None:
    """Refuse a quantity that a file brings in for the model where nothing draws on it: a mistake in that file.

    The project's own files hold rows to switch on, of firms that do not compete. What a file's own rows draw on, a
    later one may take out of the race.

    Raises
    ------
    InputError
        Naming the first such file, and the first such quantity in it.
    """
    own = {layer.file for layer in model_layers()}
    used, known = _drawn_on(assumptions), set[str]()
    for place, layer in enumerate(assumptions.layers):
        brought = [name for name in layer.tables.get("quantity", {}) if name not in known]
        known.update(brought)
        idle = [name for name in brought if name not in used]
        idle = [name for name in idle if assumptions.table.quantities[name].text.role == "model"]
        if not idle or layer.file.split(": ")[0] in own:  # a scenario's layer is named after its file
            continue
        if place < len(assumptions.layers) - 1 and _stands(assumptions.layers[: place + 1]):
            continue
        raise InputError(
            "nothing in the race draws on it; name it in a source, firm or obstacle, or give it another role: "
            "lever, evidence or comparison",
            file=layer.file,
            key=f"quantity.{idle[0]}",
        )


def _drawn_on(assumptions: Assumptions) -> set[str]:
    """Quantities on which dates, or what all firms have together, may hang, or one that has another role."""
    names = assumptions.needed(assumptions.events, distillation=True)
    buyers = [source.buyers for source in assumptions.race.sources.values() if source.buyers is not None]
    chosen = [name for each in mechanisms_named(assumptions.layers) for name in each.quantities]
    others = [name for name, row in assumptions.table.quantities.items() if row.text.role != "model"]
    return {*assumptions.with_related([*names, *buyers, *chosen]), *assumptions.with_parents(others)}


def _stands(layers: Sequence[Layer]) -> bool:
    """Whether layers by themselves are the whole of a model."""
    try:
        assemble(layers)
    except InputError:
        return False
    return True
