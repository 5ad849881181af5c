"""An item of evidence: its file's schema, and what becomes of a file that keeps to it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ..priors.errors import InputError, unknown_name
from ..priors.strict import StrictModel, describe, read_toml, validate
from .kinds import Kind
from .kinds.kind import Clock, Name
from .kinds.registry import kind_named, kind_names

Role = Literal["likelihood", "prior", "check"]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

RESERVED = frozenset({"default", "none", "ready", "pretrained", "launch", "firm", "source"})
"""Ids that would read as a choice of items, or as a variable of the model."""


def _slug(name: str) -> str:
    if not SLUG.fullmatch(name):
        raise ValueError(f"lower-case words joined by hyphens were expected, not {describe(name)}")
    return name


Slug = Annotated[str, AfterValidator(_slug)]


class Source(StrictModel):
    """Where a figure was seen: at an address, or quoted in something.

    Attributes
    ----------
    title, publisher : str
        Of what was published.
    date : datetime.date
        When.
    address, quoted_in : str or None
        Where to find it; one of them at least.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> source = load_ledger().items["eci-lag"].text.sources[0]
    >>> source.publisher, source.date.isoformat()
    ('Epoch AI', '2026-06-12')
    """

    title: Name
    publisher: Name
    date: datetime.date
    address: Name | None = None
    quoted_in: Name | None = Field(default=None, validate_default=True)

    @field_validator("quoted_in")
    @classmethod
    def _somewhere(cls, quoted_in: str | None, info: ValidationInfo) -> str | None:
        if quoted_in is None and info.data.get("address") is None:
            raise ValueError("is missing, and so is address: a source needs one of them")
        return quoted_in


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
    notes : str
        Anything else.
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
    notes: str = ""
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

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> item = load_ledger().items["eci-lag"]
    >>> item.text.kind, item.observed.value, item.likelihood.sd
    ('capability_lag', 7.0, 0.25)
    >>> item.latents
    ('benchmark_optimism_general',)
    """

    text: ItemText
    kind: Kind[Any, Any]
    observed: Any
    likelihood: Any
    file: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name of the item."""
        return self.text.id

    @property
    def event(self) -> str | None:
        """Event whose date the item is about."""
        return self.kind.event(self.observed)

    @property
    def latents(self) -> tuple[str, ...]:
        """Quantities it needs beyond those that the dates depend on."""
        return tuple(self.renamed.get(name, name) for name in self.kind.latents(self.observed))

    def observation(self, clock: Clock) -> float:
        """What was seen, in the kind's coordinate."""
        return self.kind.observation(self.observed, clock)

    def figures(self, clock: Clock) -> dict[str, float]:
        """Numbers that prediction and density take beside the observation, the weight among them."""
        return {**self.kind.figures(self.observed, self.likelihood, clock), "weight": self.text.weight}


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
    return item_from_table(table, file=file)


def item_from_table(table: Mapping[str, Any], *, file: str) -> Item:
    """Check the tables of an item's file.

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
    text = validate(ItemText, table, file=file)
    kind = kind_named(text.kind)
    if kind is None:
        raise unknown_name("kind", text.kind, kind_names(), file=file, key="kind")
    observed = validate(kind.observed, _table(text.observed, "observed", file), file=file, key="observed")
    likelihood = validate(kind.likelihood, _table(text.likelihood, "likelihood", file), file=file, key="likelihood")
    day = kind.day(observed)
    if day is not None and day > text.known_since:
        raise InputError(f"{day} is after known_since ({text.known_since})", file=file, key="observed.date")
    confirmed = getattr(observed, "confirmed_through", None)
    if confirmed is not None and confirmed < text.known_since:
        key = "observed.confirmed_through"
        raise InputError(f"{confirmed} is before known_since ({text.known_since})", file=file, key=key)
    return Item(text, kind, observed, likelihood, file)


def _table(value: Any, key: str, file: str) -> Any:
    """A missing table is an empty one: its missing keys are then named one by one."""
    if value is not None and not isinstance(value, Mapping):
        raise InputError(f"a table was expected, not {describe(value)}", file=file, key=key)
    return value or {}
