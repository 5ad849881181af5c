"""What every kind of evidence provides, and what it may ask of the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from ...model.assumptions import Assumptions
from ...model.calendar import Clock as Clock
from ...model.enacted import Enacted
from ...model.obstacle_effects import budget_in_force
from ...model.pools import Pool
from ...priors.strict import StrictModel
from .doubt import AnyDoubt, Doubt, OutcomeDoubt
from .figures import SMALLEST as SMALLEST
from .figures import Array as Array
from .figures import Figures as Figures
from .figures import Name as Name
from .figures import Positive as Positive
from .figures import calculable as calculable
from .figures import log_of as log_of


@dataclass(frozen=True)
class ModelState:
    """What the model says in each draw, for a kind to predict its observation from.

    Arrays have shape (draw,) in NumPy and are scalars in the PyMC graph.

    Attributes
    ----------
    assumptions : Assumptions
        Constants and firms.
    quantity : mapping of str to array
        Values by quantity name.
    mythos_flop : array
        Mythos's pre-training compute, FLOP.
    ready : mapping of str to array
        By event, months since t = 0.
    pools : mapping of str to Pool
        By firm, H100e.
    flop_month : mapping of str to array
        By firm, FLOP that an H100e delivers in a month.
    launch, pretrained : mapping of (str, str) to array
        By event and firm, when the firm's run launches and when its pre-training ends, months since t = 0.
    in_force : mapping of (str, str) to array
        By event and firm, share of a year's compute that the run gets, where that is a variable of the graph; where it
        is none, it follows from quantities.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import KINDS, ModelState, load_ledger
    >>> from catchup.model import load_assumptions
    >>> slide = load_ledger().items["microsoft-slide"]
    >>> values = {"rl_ratio": np.array([0.0, 1.25])}
    >>> state = ModelState(load_assumptions(), values, 2e27, {"compute-equivalent": np.array([12.0, 12.0])}, {}, {})
    >>> KINDS["compute_reading"].predict(np, state, slide.observed, {}).round(2)  # log10 FLOP
    array([27.3 , 27.65])
    """

    assumptions: Assumptions
    quantity: Mapping[str, Any]
    mythos_flop: Any
    ready: Mapping[str, Any]
    pools: Mapping[str, Pool]
    flop_month: Mapping[str, Any]
    launch: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    pretrained: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    in_force: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def firm(self, name: str) -> str:
        """Return the firm of the race that a name means, or that stands for who is meant."""
        return self.assumptions.race.firm_named(name)

    def budget(self, xp: Any, name: str) -> Any:
        """Share of a year's compute that a firm commits to one run, and to what rivals within the firm take of it."""
        return self.assumptions.race.firms[self.firm(name)].share_of_year(xp, self.quantity)

    def run_share(self, xp: Any, name: str, event: str) -> Any:
        """Share of a year's compute that a firm's one run gets, as the gate has it.

        What it is for decides what stands in its way: the event, or the question's where no date of the event is asked.
        """
        raced = event if event in self.ready else next(iter(self.ready), event)
        at = raced, self.firm(name)
        if at in self.in_force:
            return self.in_force[at]
        return budget_in_force(xp, self.assumptions, *at, self.quantity)


class Kind[Observed: StrictModel, Likelihood: StrictModel](ABC):
    """A kind of evidence: its tables in an item's file, and the density of what is observed.

    The density is taken in the coordinate that `unit` names. It is written over the array namespace
    `xp` (``numpy`` or ``pytensor.tensor``), so that both engines share it.

    Attributes
    ----------
    name : str
        Its name in TOML.
    unit : str
        Coordinate and unit of the observation, for instance ``log10 FLOP``.
    subject : str
        What its items are, in words, for tables; its name where it says nothing.
    measures_lag : bool
        Whether its items measure how far Chinese models are behind, so that a date without them can be told apart.
    is_silence : bool
        Whether its items say that nothing was known of an event by a day: a report that is believed ends it. Its
        observed table and its methods are those of `NotYet`, from which such a kind derives.
    reports_event : bool
        Whether its items say on which day an event was publicly reached, which ends silences about it.
    claims_event : bool
        Whether its items say that somebody claims an event, which silences about it may deny. Its methods are those of
        `Claim`, from which such a kind derives.
    observed, likelihood : type
        Schemas of the item's two tables.
    countable : bool
        Whether an item may condition an answer; an opinion about the answer may not.
    amount : str
        Key of `observed` that holds a sum or a count, which may be off by a factor of a hundred; empty where none does.
        A bound of two outcomes is never taken to be off: a smaller one would always be likelier.

    Examples
    --------
    >>> from catchup.evidence import KINDS
    >>> kind = KINDS["capability_lag"]
    >>> kind.unit, kind.measures_lag
    ('log months', True)
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    subject: ClassVar[str] = ""
    measures_lag: ClassVar[bool] = False
    is_silence: ClassVar[bool] = False
    reports_event: ClassVar[bool] = False
    claims_event: ClassVar[bool] = False
    observed: type[Observed]
    likelihood: type[Likelihood]
    countable: ClassVar[bool] = True
    amount: ClassVar[str] = ""

    # A kind holds no state: one that another process sent back is the same kind.
    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def latents(self, observed: Observed) -> tuple[str, ...]:
        """Quantities that the prediction needs beyond those that the dates depend on."""
        return ()

    def of_every_firm(self, observed: Observed) -> bool:
        """Whether the prediction is of what all firms have together, and needs the numbers of `Race.buyers`."""
        return False

    def event(self, observed: Observed) -> str | None:
        """Event whose date the prediction needs."""
        return None

    def firm(self, observed: Observed) -> str | None:
        """Firm that the prediction needs, as the item names it: see `Race.firm_named`."""
        return None

    def channel(self, observed: Observed) -> str | None:
        """Channel of the race that the prediction needs."""
        return None

    def held(self, observed: Observed) -> float | None:
        """H100e that a firm is said to have; None where the item says no such thing."""
        return None

    def lever(self, observed: Observed) -> str | None:
        """Lever that the item is about."""
        return None

    def two_outcomes(self, observed: Observed) -> bool:
        """Whether the observation is 1 or 0, so that its density is a probability."""
        return False

    def unit_of(self, observed: Observed) -> str:
        """Coordinate and unit of one item's observation, where a kind has several."""
        return self.unit

    def misreadings(self, observed: Observed) -> dict[str, Observed]:
        """What an item may have meant instead, by what would then have been mistaken."""
        amount = getattr(observed, self.amount) if self.amount else None
        if not amount or self.two_outcomes(observed):
            return {}
        factors = {"large": 0.01, "small": 100.0}
        return {
            f"{self.amount} is a hundred times too {size}": observed.model_copy(update={self.amount: amount * factor})
            for size, factor in factors.items()
        }

    def enacted(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> Enacted | None:
        """The policy that an item reports as a fact of the world: it acts, in place of having a likelihood."""
        return None

    def remarks(self, observed: Observed, likelihood: Likelihood) -> tuple[str, ...]:
        """What an item's author must know of how it counts, where that is not what its words suggest."""
        return ()

    def file_could_say(self, observed: Observed, likelihood: Likelihood) -> str:
        """What of an item's file may be otherwise where it contradicts others, in words; empty where nothing is."""
        return ""

    def compared_by(self, observed: Observed) -> Mapping[str, str]:
        """Quantities that nothing but evidence tells, so that one figure alone says nothing; and what tells each."""
        return {}

    def by_its_day(self, observed: Observed, event: str) -> Observed | None:
        """Return what an item says by its day alone of an event, where that is not held against the model; else None.

        Its prediction is then the month of the model that the day would be held against.
        """
        return None

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        """What of an item cannot be held against the model: the key at fault and the problem; None if nothing."""
        return None

    def unread(self, observed: Observed, assumptions: Assumptions) -> str | None:
        """Why a model reads no such item unless it is named; None where it does."""
        return None

    def counted_through(self, observed: Observed, clock: Clock) -> date | None:
        """Day through which silence is counted; None where its items are no silences."""
        return None

    def day(self, observed: Observed) -> date | None:
        """Day that the observation reports, where it has one."""
        return None

    def published_by(self, observed: Observed, known_since: date, publisher: str) -> Observed:
        """Return the observation with what its file leaves to the item: the day it is of, and who made it."""
        return observed

    @abstractmethod
    def observation(self, observed: Observed, clock: Clock) -> float:
        """What was seen, in the kind's coordinate."""

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        """Numbers that prediction and density take beside the observation; a refit may change each."""
        return likelihood.model_dump()

    @abstractmethod
    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        """What the model says the observation is about."""

    @abstractmethod
    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        """Log density (or probability) of an observation in the kind's coordinate, given the prediction."""

    def log_mass(self, xp: Any, figures: Figures) -> Any:
        """Logarithm of what the density integrates to, where it is not 1: a mixture needs to know."""
        return 0.0

    @abstractmethod
    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        """Turn a standard normal and a uniform number in (0, 1) into an observation, given the prediction."""

    def doubt(self, observed: Observed) -> type[AnyDoubt] | None:
        """Schema of what an item may state of its reliability; None where the kind has doubts of its own."""
        if "reliability" in self.likelihood.model_fields:
            return None
        return OutcomeDoubt if self.two_outcomes(observed) else Doubt

    def explanation(self, value: float, figures: Figures) -> float:
        """Prediction that explains an observation best, were it about what it says."""
        return value

    def stated_reliability(self, figures: Figures) -> float | None:
        """Probability, by the kind's own words, of being about what it says; None where it has none for that."""
        return None

    def probability_genuine(self, value: float, prediction: Array, figures: Figures) -> Array | None:
        """Probability, per draw, by the kind's own words, that the observation is about what it says."""
        return None
