"""Where a figure was seen, whether somebody opened that, and the names that items and statements go by."""

from __future__ import annotations

import datetime
import re
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ..priors.strict import StrictModel, describe
from .kinds.kind import Name

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
        When; of what was seen quoted, the day of the text that quotes it, where its own is not known.
    address, quoted_in : str or None
        Where to find it; one of them at least.
    opened : bool
        Whether somebody opened it. What was not is known from wherever it was quoted, and its items are marked in the
        lists of items: of the ledger, of a forecast and of the report.

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
    opened: Annotated[bool, Field(exclude_if=lambda opened: opened)] = True  # unsaid in runs of before it was a key

    @field_validator("quoted_in")
    @classmethod
    def _somewhere(cls, quoted_in: str | None, info: ValidationInfo) -> str | None:
        if quoted_in is None and info.data.get("address") is None:
            raise ValueError("is missing, and so is address: a source needs one of them")
        return quoted_in

    @field_validator("opened")
    @classmethod
    def _can_be(cls, opened: bool, info: ValidationInfo) -> bool:
        if not opened and info.data.get("quoted_in", "") is None:
            raise ValueError("is false of a source that has a quoted_in, where it was seen instead")
        return opened
