"""Everything a forecast assumes before any leak: priors, the race, events, levers and regimes, checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..priors.arguments import by_name, listed, refuse_others
from ..priors.bases import Array
from ..priors.copula import Copula
from ..priors.errors import InputError, unknown_name
from ..priors.families import Family
from ..priors.hierarchy import marginal, marginal_quantiles, related, relatives
from ..priors.layers import Layer
from ..priors.packaged import read_overlay
from ..priors.table import PriorTable, fixed_values_layer, load_prior_table
from .calendar import Calendar, Clock
from .enacted import Enacted
from .events import Event, load_events, multiple_name
from .mechanisms.chosen import Mechanisms, chosen_by, layer_of_mechanisms, refuse_unfounded, rows_of
from .models import DEFAULT_MODEL, GROUPS, group_file, model_layers, model_of
from .obstacles import Obstacle, load_obstacles, quantities_of
from .policies import Lever, Regime, load_levers, load_regimes
from .put_in import Stated, layer_of_priors, put_in
from .race import Race, load_race, refuse_impossible, refuse_oversold
from .reporting import Reporting, load_reporting
from .scenarios import Scenario, load_scenarios
from .worlds import BelievedWorld, load_worlds

PROGRESS_QUANTITY = "algorithmic_progress"
MYTHOS_QUANTITIES = ("mythos_chips", "mythos_training_months", "mfu_anthropic")
FINISH_QUANTITIES = ("post_training_months",)
LEVER_QUANTITIES = ("distilled_share", "distillation_removed_share")
DEFAULT_EVENT = "compute-equivalent"

__all__ = [
    "DEFAULT_EVENT",
    "Assumptions",
    "Event",
    "assemble",
    "in_world",
    "load_assumptions",
    "multiple_name",
    "under_scenario",
]


@dataclass(frozen=True, repr=False)
class Assumptions:
    """All assumptions of a forecast.

    Attributes
    ----------
    layers : sequence of Layer
        The files they come from, lowest first.
    table : PriorTable
        References, constants and quantities.
    race : Race
        Firms and sources.
    events, obstacles, levers, regimes, scenarios, worlds : mapping
        By id.
    reporting : Reporting, optional
        How what is ready becomes known; None where every item of evidence has a delay of its own.
    enacted : tuple of Enacted
        Policies that items of evidence report as facts.
    stated : Stated, optional
        What the layers say, to tell what has been put in since: a distribution or correlation that is put into the
        table as an object is a further layer at once, and lost wherever layers are merged again no more than a file's.

    Examples
    --------
    >>> from catchup.model import load_assumptions
    >>> assumptions = load_assumptions()
    >>> list(assumptions.race.firms), list(assumptions.events)[:2]
    (['bytedance', 'alibaba', 'tencent', 'deepseek', 'moonshot', 'zai'], ['compute-equivalent', 'autonomous-range'])
    >>> assumptions.quantiles("china_stock", [0.05, 0.5, 0.95]).round(-4)
    array([1390000., 1780000., 2630000.])
    """

    layers: Sequence[Layer]
    table: PriorTable
    race: Race
    events: Mapping[str, Event]
    obstacles: Mapping[str, Obstacle]
    levers: Mapping[str, Lever]
    regimes: Mapping[str, Regime]
    scenarios: Mapping[str, Scenario]
    worlds: Mapping[str, BelievedWorld]
    reporting: Reporting | None = None
    enacted: tuple[Enacted, ...] = ()
    stated: Stated | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        new = put_in(self.stated, self.beliefs, self.table.correlations, self.layers)
        if new is not None:
            whole = assemble([*self.layers, new])
            quantities = {**self.table.quantities, **whole.table.quantities}
            object.__setattr__(self, "layers", whole.layers)
            object.__setattr__(self, "table", replace(whole.table, quantities=quantities))
            object.__setattr__(self, "events", whole.events)
            object.__setattr__(self, "reporting", whole.reporting)
            del self.__dict__["beliefs"]
        object.__setattr__(self, "stated", Stated(self.beliefs, self.table.correlations))

    def __repr__(self) -> str:
        files = ", ".join(repr(layer.file) for layer in self.layers)
        return f"Assumptions(model={self.model!r}, layers=[{files}])"

    @cached_property
    def model(self) -> str:
        """Name of the model that overlays are laid on."""
        return model_of(self.layers)

    @cached_property
    def mechanisms(self) -> Mechanisms:
        """How the requirement falls, and how stock arrives."""
        return chosen_by(self.layers)

    @cached_property
    def calendar(self) -> Calendar:
        """Conversion between days and months."""
        return Calendar(self.table.day("origin"), self.table.number("days_per_month"))

    @cached_property
    def beliefs(self) -> dict[str, Family]:
        """Distribution of everything that is drawn, by name: quantities, then event multiples."""
        return {
            **{name: quantity.distribution for name, quantity in self.table.quantities.items()},
            **{multiple_name(event): self.events[event].multiple for event in self.events},
        }

    def clock(self, as_of: date) -> Clock:
        """Return how days count in a question of some day."""
        return Clock(self.calendar, as_of, self.reporting)

    @property
    def reporting_quantities(self) -> list[str]:
        """Names of the quantities that stand between being ready and being known."""
        return [] if self.reporting is None else [self.reporting.concealed]

    @property
    def copula(self) -> Copula:
        """Dependence between quantities: none, unless an overlay states correlations."""
        return self.table.copula

    def with_related(self, names: Iterable[str]) -> list[str]:
        """Names, and every further quantity that one of them depends on; what gives another's numbers comes first."""
        return related(names, self.beliefs, self.copula)

    def with_parents(self, names: Iterable[str]) -> list[str]:
        """Names, and every further quantity that gives numbers of theirs, which comes first."""
        return related(names, self.beliefs)

    def beliefs_of(self, names: Iterable[str]) -> dict[str, Family]:
        """Distributions of some quantities, and of those that give numbers of theirs."""
        names = list(dict.fromkeys(names))
        hierarchical = any(self.beliefs[name].parents for name in names)
        return {name: self.beliefs[name] for name in (self.with_related(names) if hierarchical else names)}

    def relatives(self, name: str) -> list[str]:
        """Quantities that one is not independent of, as far as the priors say so directly."""
        return relatives(name, self.beliefs, self.copula)

    def quantiles(self, name: str, probabilities: ArrayLike) -> Array:
        """Quantiles of a quantity, or an event's multiple, by itself: of many draws where others give its numbers."""
        return marginal_quantiles(name, self.beliefs, probabilities, self.copula)

    def marginals(self, names: Iterable[str]) -> dict[str, Family]:
        """What is believed of some quantities, each by itself: distributions that need no other quantity's value."""
        return {name: marginal(name, self.beliefs, self.copula) for name in names}

    def needed(self, events: Iterable[str] = (DEFAULT_EVENT,), *, distillation: bool = False) -> list[str]:
        """Names of the quantities that the dates of some events depend on, the most influential first.

        The order matters to quasi-random draws only: a Sobol sequence fills its first dimensions most evenly.
        """
        events = list(events)
        names = [
            PROGRESS_QUANTITY,
            *map(multiple_name, events),
            *self.race.firm_quantities(),
            *MYTHOS_QUANTITIES,
            *FINISH_QUANTITIES,
            *quantities_of(self.obstacles, events, self.race.firms),
            *self.race.quantities(),
            *self.mechanisms.quantities(),
            *self.reporting_quantities,
            *(each.rank for each in self.enacted if not each.certain),
            *(LEVER_QUANTITIES if distillation or self._distillation_limited else ()),
        ]
        return list(dict.fromkeys(names))

    @property
    def _distillation_limited(self) -> bool:
        """Whether a policy that has been enacted limits distillation."""
        return any(self.levers[each.lever].limit_distillation for each in self.enacted)

    def without_obstacles(self, ids: Collection[str] | None = None) -> Assumptions:
        """Return the same assumptions without some obstacles; by default without any, so that compute alone decides."""
        kept = {name: each for name, each in self.obstacles.items() if ids is not None and name not in ids}
        return replace(self, obstacles=kept)

    def event(self, name: str) -> Event:
        """Return an event by id.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if name not in self.events:
            raise unknown_name("event", name, self.events, key="--event")
        return self.events[name]


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
    if priors:
        layers.append(layer_of_priors(priors, layers))
    if fixed:
        known = [name for layer in layers for name in layer.tables.get("quantity", {})]
        layers.append(fixed_values_layer(fixed, dict.fromkeys(known)))
    assumptions = assemble(layers)
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
    table = load_prior_table(layers)
    race = load_race(layers, table.quantities, table.references, table.day("origin"))
    events = load_events(layers, table)
    assumptions = Assumptions(
        layers=layers,
        table=table,
        race=race,
        events=events,
        obstacles=load_obstacles(layers, table.quantities, table.references, events),
        levers=load_levers(layers, race, table.references),
        regimes=load_regimes(layers, table.quantities, table.references),
        scenarios=load_scenarios(layers, table.references),
        worlds=load_worlds(layers, table.references),
        reporting=load_reporting(layers, table.quantities, table.references),
    )
    refuse_unfounded(assumptions.mechanisms, table.quantities)
    _refuse_unused(assumptions, layers[-1])
    refuse_impossible(race, table.quantities)
    refuse_oversold(race, table.quantities)
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


def _refuse_unused(assumptions: Assumptions, newest: Layer) -> None:
    """A quantity that the newest file brings in for the model, and nothing draws on, is a mistake in that file.

    The project's own groups hold rows to switch on, of firms that do not compete.
    """
    if newest.file in map(group_file, GROUPS):
        return
    used = {*assumptions.with_related(assumptions.needed(assumptions.events, distillation=True))}
    earlier = {name for layer in assumptions.layers[:-1] for name in layer.tables.get("quantity", {})}
    for name in newest.tables.get("quantity", {}).keys() - earlier - used:
        if assumptions.table.quantities[name].text.role == "model":
            raise InputError(
                "nothing in the race draws on it; name it in a source, firm or obstacle, or give it another role",
                file=newest.file,
                key=f"quantity.{name}",
            )
