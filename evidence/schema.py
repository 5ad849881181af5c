"""An item of evidence: its file's schema, and what becomes of a file that keeps to it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from ..model.assumptions import Assumptions
from ..model.enacted import Enacted
from ..model.race import Race
from ..priors.errors import InputError
from ..priors.strict import StrictModel, describe, read_toml, validate
from ..priors.text_days import with_days
from .kinds import Kind
from .kinds.doubt import AnyDoubt, log_sum, mixture_parts, ranks_within, read_likelihood, share_genuine
from .kinds.kind import Array, Clock, Figures, Name
from .kinds.registry import kind_named, kind_names
from .revisions import CONFIRMED, Revision, as_it_stood, check_history
from .sources import SLUG as SLUG
from .sources import Slug, Source

Role = Literal["likelihood", "prior", "check"]
RESERVED = frozenset({"default", "none"})
"""Ids that would read as a choice of items."""
PLANNED = "what follows if a plan comes true is asked by a scenario"


class ItemText(StrictModel):
    """What every item's file holds beside the two tables of its kind.

    Attributes
    ----------
    id, title : str
        Name of the item, in small letters and hyphens, and what people read.
    kind : str
        Name of a kind.
    role : str
        ``likelihood`` (counted), ``prior`` (already used to set a prior) or ``check`` (held out).
    known_since : datetime.date
        Day from which a question may use it.
    sources : tuple of Source
        Where it was seen; one at least.
    weight, weight_reason : float, str or None
        Exponent on the likelihood, in (0, 1], and why it is below 1.
    shares : tuple of str
        Public statements that it rests on; two counted items may not share one in full.
    replaces : tuple of str
        Items that are not counted by default where this one is.
    notes : str
        Anything else.
    revised : tuple of Revision
        What of it was changed since it became known, in the order of the days; the other fields say how it stands now.
    retracted_on, retracted_why : datetime.date, str or None
        Day from which it is no longer counted, its source having taken it back, and why.
    observed, likelihood : mapping
        Tables of the kind, checked by it.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> text = load_ledger().items["microsoft-slide"].text
    >>> text.role, text.known_since.isoformat(), text.shares
    ('likelihood', '2026-06-02', ('microsoft-conference-slide',))
    """

    id: Slug
    title: Name
    kind: str
    role: Role
    known_since: datetime.date
    sources: Annotated[tuple[Source, ...], Field(strict=False)]
    weight: Annotated[float, Field(gt=0, le=1)] = 1.0
    weight_reason: Name | None = Field(default=None, validate_default=True)
    shares: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    replaces: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    notes: str = ""
    revised: Annotated[tuple[Revision, ...], Field(strict=False, exclude_if=lambda entries: not entries)] = ()
    retracted_on: datetime.date | None = None
    retracted_why: Name | None = Field(default=None, validate_default=True)
    observed: Any = None
    likelihood: Any = None

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, item_id: str) -> str:
        if item_id in RESERVED:
            raise ValueError(f"'{item_id}' means something else already; an id of its own was expected")
        return item_id

    @field_validator("sources")
    @classmethod
    def _known_from_a_source(cls, sources: tuple[Source, ...], info: ValidationInfo) -> tuple[Source, ...]:
        if not sources:
            raise ValueError("at least one source was expected")
        known_since = info.data.get("known_since")
        first = min(source.date for source in sources)
        if known_since is not None and first > known_since:
            raise ValueError(f"the first is dated {first}, after known_since ({known_since})")
        return sources

    @field_validator("weight_reason")
    @classmethod
    def _reason_for_weight(cls, reason: str | None, info: ValidationInfo) -> str | None:
        weight = info.data.get("weight", 1.0)
        if reason is None and weight < 1:
            raise ValueError(f"is missing: a weight of {weight:g} needs a reason")
        return reason

    @field_validator("retracted_why")
    @classmethod
    def _reason_for_retraction(cls, why: str | None, info: ValidationInfo) -> str | None:
        day = info.data.get("retracted_on")
        if why is None and day is not None:
            raise ValueError(f"is missing: a retraction (on {day}) needs a reason")
        if why is not None and day is None and "retracted_on" in info.data:
            raise ValueError("stands without retracted_on, the day of the retraction")
        return why

    @field_validator("shares")
    @classmethod
    def _once_each(cls, shares: tuple[str, ...]) -> tuple[str, ...]:
        twice = [name for name in shares if shares.count(name) > 1]
        if twice:
            raise ValueError(f"names '{twice[0]}' twice")
        return shares


@dataclass(frozen=True)
class Item:
    """One item of evidence.

    Attributes
    ----------
    text : ItemText
        Its common fields.
    kind : Kind
        What the observation is, and its density.
    observed, likelihood : StrictModel
        The kind's own tables.
    file : str
        Where it stands.
    renamed : mapping of str to str
        Quantities that this item has of its own, by the name that its kind knows them under.
    doubt : Doubt or OutcomeDoubt, optional
        How far it is believed, where its file says so and its kind has no words of its own for that.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> item = load_ledger().items["eci-lag"]
    >>> item.text.kind, item.observed.value, item.likelihood.sd
    ('capability_lag', 7.0, 0.25)
    >>> item.latents[0]
    'benchmark_optimism_general'
    """

    text: ItemText
    kind: Kind[Any, Any]
    observed: Any
    likelihood: Any
    file: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    doubt: AnyDoubt | None = None

    @property
    def id(self) -> str:
        """Name of the item."""
        return self.text.id

    @property
    def unopened(self) -> bool:
        """Whether it rests on a source that nobody opened."""
        return not all(source.opened for source in self.text.sources)

    @property
    def event(self) -> str | None:
        """Event whose date the item is about."""
        return self.kind.event(self.observed)

    @property
    def latents(self) -> tuple[str, ...]:
        """Quantities it needs in any race beyond those that the dates depend on."""
        return tuple(self.renamed.get(name, name) for name in self.kind.latents(self.observed))

    def latents_in(self, race: Race) -> tuple[str, ...]:
        """Quantities it needs in a race beyond those that the dates depend on."""
        return (*self.latents, *(race.buyers if self.kind.of_every_firm(self.observed) else ()))

    def enacted(self, assumptions: Assumptions) -> Enacted | None:
        """The policy that it reports as a fact; None where it reports none."""
        policy = self.kind.enacted(self.observed, self.likelihood, assumptions)
        return (
            None if policy is None else replace(policy, name=self.id, rank=self.renamed.get(policy.rank, policy.rank))
        )

    def as_of(self, day: datetime.date) -> Item:
        """Return the item as it stood on a day: what was revised or retracted later is not known then."""
        table = as_it_stood(self.text, day)
        return self if table is None else replace(item_from_table(table, file=self.file), renamed=self.renamed)

    def retracted_by(self, day: datetime.date) -> bool:
        """Whether it had been retracted by the end of a day."""
        return self.text.retracted_on is not None and self.text.retracted_on <= day

    def observation(self, clock: Clock) -> float:
        """What was seen, in the kind's coordinate."""
        return self.kind.observation(self.observed, clock)

    def figures(self, clock: Clock) -> dict[str, float]:
        """Numbers that prediction and density take beside the observation, the weight among them."""
        doubt = {} if self.doubt is None else self.doubt.model_dump()
        return {**self.kind.figures(self.observed, self.likelihood, clock), **doubt, "weight": self.text.weight}

    @property
    def stated_likelihood(self) -> dict[str, Any]:
        """The table ``likelihood`` of its file, with what it leaves out."""
        return {**self.likelihood.model_dump(), **({} if self.doubt is None else self.doubt.model_dump())}

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        """Log density of an observation in the kind's coordinate, given the prediction and how far it is believed."""
        if self.doubt is None:
            return self.kind.log_density(xp, value, prediction, figures)
        return log_sum(xp, *self.parts(xp, value, prediction, figures))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        """Turn a standard normal and a uniform number in (0, 1) into an observation, given the prediction."""
        if self.doubt is None:
            return self.kind.simulate(xp, normal, uniform, prediction, figures)
        reliability = figures["reliability"]
        ranks = ranks_within(xp, uniform, reliability)
        genuine = self.kind.simulate(xp, normal, ranks[0], prediction, figures)
        return xp.where(uniform < reliability, genuine, self.doubt.simulate(xp, normal, ranks[1], figures))

    def stated_reliability(self, clock: Clock) -> float | None:
        """Probability that it is about what it says, as its file states it; None where it allows for nothing else."""
        return self.doubt.reliability if self.doubt else self.kind.stated_reliability(self.figures(clock))

    def probability_genuine(self, prediction: Array, clock: Clock) -> Array | None:
        """Probability, per draw, that it is about what it says; None where it allows for nothing else."""
        value, figures = self.observation(clock), self.figures(clock)
        if self.doubt is None:
            return self.kind.probability_genuine(value, prediction, figures)
        return share_genuine(*self.parts(np, value, prediction, figures))

    def parts(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> tuple[Any, Any]:
        """Log densities of both parts of the mixture that a doubted item is, each with the logarithm of its share."""
        doubt = self.doubt
        assert doubt is not None, self.id
        genuine = self.kind.log_density(xp, value, prediction, figures) - self.kind.log_mass(xp, figures)
        return mixture_parts(xp, genuine, doubt.log_density(xp, value, figures), figures["reliability"])


def read_item(path: str | Path, *, file: str | None = None) -> Item:
    """Read an item's file.

    Parameters
    ----------
    path : str or Path
        The file.
    file : str, optional
        How messages name it; the path by default.

    Raises
    ------
    InputError
        If it cannot be read, or at the first key that is unknown, missing or makes no sense.

    Examples
    --------
    >>> from pathlib import Path
    >>> from catchup.evidence import read_item, template
    >>> size = Path("swe-lag.toml").write_text(template("capability_lag", "swe-lag"))
    >>> read_item("swe-lag.toml").text.kind
    'capability_lag'
    """
    file = file or str(path)
    try:
        table = read_toml(path)
    except InputError as error:
        raise InputError(error.problem, file=file) from None
    return _checked(table, file=file)


def item_from_table(table: Mapping[str, Any], *, file: str) -> Item:
    """Check the tables of an item: as its file has them, or with days as ISO text.

    Parameters
    ----------
    table : mapping
        All of it.
    file : str
        How messages name it.

    Raises
    ------
    InputError
        At the first key that is unknown, missing or makes no sense.

    Examples
    --------
    >>> import tomllib
    >>> from catchup.evidence import item_from_table, template
    >>> table = tomllib.loads(template("capability_lag", "swe-lag"))
    >>> item_from_table(table, file="swe-lag.toml").id
    'swe-lag'
    >>> item_from_table({**table, "kind": "capability_leg"}, file="swe-lag.toml")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: swe-lag.toml: kind: unknown kind 'capability_leg'; did you mean 'capability_lag'?
    """
    table = with_days(ItemText, table)
    if isinstance(table, Mapping) and "observed" in table and table.get("kind") in kind_names():
        kind = kind_named(table["kind"], file=file, key="kind")
        table = {**table, "observed": with_days(kind.observed, table["observed"])}
    return _checked(table, file=file)


def _checked(table: Mapping[str, Any], *, file: str) -> Item:
    text = validate(ItemText, table, file=file)
    kind = kind_named(text.kind, file=file, key="kind")
    if text.role == "likelihood" and not kind.countable:
        problem = f"{text.kind} is an opinion and never counted; 'check', or 'prior' where it set one, was expected"
        raise InputError(problem, file=file, key="role")
    observed = validate(kind.observed, _table(text.observed, "observed", file), file=file, key="observed")
    stated = _table(text.likelihood, "likelihood", file)
    likelihood, doubt = read_likelihood(kind.likelihood, kind.doubt(observed), stated, file=file, key="likelihood")
    day = kind.day(observed)
    if day is not None and day > text.known_since:
        problem = f"{day} is after known_since ({text.known_since}): nobody has seen it yet, and {PLANNED}"
        raise InputError(problem, file=file, key="observed.date")
    confirmed = getattr(observed, "confirmed_through", None)
    if confirmed is not None and confirmed < text.known_since:
        raise InputError(f"{confirmed} is before known_since ({text.known_since})", file=file, key=CONFIRMED)
    check_history(text, table, file, item_from_table)
    observed = kind.published_by(observed, text.known_since, text.sources[0].publisher)
    return Item(text, kind, observed, likelihood, file, doubt=doubt)


def _table(value: Any, key: str, file: str) -> Any:
    """A missing table is an empty one: its missing keys are then named one by one."""
    if value is not None and not isinstance(value, Mapping):
        raise InputError(f"a table was expected, not {describe(value)}", file=file, key=key)
    return value or {}
