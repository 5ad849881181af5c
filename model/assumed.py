"""What a forecast assumes before any leak, as one object: priors, the race, events, levers and regimes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from numpy.typing import ArrayLike

from ..priors.bases import Array
from ..priors.copula import Copula
from ..priors.errors import unknown_name
from ..priors.families import Family
from ..priors.hierarchy import marginal_quantiles, related, relatives
from ..priors.independence import independent
from ..priors.layers import Layer
from ..priors.packaged import is_own_file
from ..priors.table import PriorTable
from .asked import named_events
from .calendar import Calendar, Clock
from .enacted import Enacted
from .events import Event, multiple_name
from .mechanisms.chosen import Mechanisms, chosen_by
from .models import model_of
from .obstacles import Obstacle, quantities_of
from .policies import Lever, Regime
from .put_in import Rules, Stated, put_in, rules_put_in
from .race import Race
from .reporting import ROW, Reporting
from .scenarios import Scenario
from .worlds import BelievedWorld

PROGRESS_QUANTITY = "algorithmic_progress"
MYTHOS_QUANTITIES = ("mythos_chips", "mythos_training_months", "mfu_anthropic")
FINISH_QUANTITY = "post_training_months"
LEVER_QUANTITIES = ("distilled_share", "distillation_removed_share")
DEFAULT_EVENT = "compute-equivalent"


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
        table as an object is a further layer at once, as is an obstacle, a lever, a regime or a law of reporting that
        is taken out or put in another's place, and lost wherever layers are merged again no more than a file's.

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
        rules = rules_put_in(self.stated, self._rules)
        if rules is not None:  # the fields hold already what merging would make of it
            object.__setattr__(self, "layers", [*self.layers, rules])
        new = put_in(self.stated, self.beliefs, self.table.correlations, self.layers)
        if new is not None:
            from .assumptions import assemble  # which imports this module

            whole = assemble([*self.layers, new])
            quantities = {**self.table.quantities, **whole.table.quantities}
            object.__setattr__(self, "layers", whole.layers)
            object.__setattr__(self, "table", replace(whole.table, quantities=quantities))
            object.__setattr__(self, "events", whole.events)
            object.__setattr__(self, "reporting", whole.reporting)
            del self.__dict__["beliefs"]
        object.__setattr__(self, "stated", Stated(self.beliefs, self.table.correlations, self._rules))

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
            **self.table.beliefs,
            **{multiple_name(event): self.events[event].multiple for event in self.events},
        }

    @property
    def _rules(self) -> Rules:
        """What layers hold in rows that can be taken out."""
        reporting = {} if self.reporting is None else {ROW: self.reporting}
        return {"obstacle": self.obstacles, "reporting": reporting, "lever": self.levers, "regime": self.regimes}

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
        """Quantiles of a quantity, or an event's multiple, by itself: of many draws where others give its numbers.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if name not in self.beliefs:
            raise unknown_name("quantity", name, self.beliefs, key="name")
        return marginal_quantiles(name, self.beliefs, probabilities, self.copula)

    def independent(self, names: Iterable[str]) -> dict[str, Family]:
        """What is believed of some quantities, each by itself, where they are taken for independent of each other.

        Raises
        ------
        DependentError
            If two of them are not, naming the row or the correlation that says so.
        """
        return independent(names, self.beliefs, self.copula, self._tied_by)

    def _tied_by(self, one: str, other: str) -> tuple[str, str]:
        """File and key of what makes two quantities depend on each other: a correlation of theirs, or one's row."""
        linked = {one, *self.copula.partners(one)}
        if other in linked:
            rows = [each for each in self.table.correlations if each.rank and linked.issuperset(each.pair)]
            row = min(rows, key=lambda each: set(each.pair) != {one, other})
            return row.file, row.key
        quantities = [self.table.quantities[name] for name in (one, other)]
        last = max(quantities, key=lambda each: (bool(each.distribution.parents), not is_own_file(each.file)))
        return last.file, last.key

    def needed(self, events: Iterable[str] = (DEFAULT_EVENT,), *, distillation: bool = False) -> list[str]:
        """Names of the quantities that the dates of some events depend on, the most influential first.

        The order matters to quasi-random draws only: a Sobol sequence fills its first dimensions most evenly.

        Raises
        ------
        InputError
            If they are no list of the events that there are.
        """
        events = named_events(events, self.events)
        names = [
            PROGRESS_QUANTITY,
            *map(multiple_name, events),
            *self.race.firm_quantities(),
            *MYTHOS_QUANTITIES,
            FINISH_QUANTITY,
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
