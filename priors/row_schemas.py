"""What rows say beside a distribution: their schemas, of every room, so that all their keys are known in the lowest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from .errors import InputError
from .strict import StrictModel

Names = Annotated[tuple[str, ...], Field(strict=False)]
PartialDate = Annotated[str, Field(pattern=r"^([0-9]{4}(-[0-9]{2})?|undated)$")]


class Reference(StrictModel):
    """A text that figures rest on; its date is a day, or as much of it as is known."""

    title: str
    publisher: str
    date: date | PartialDate
    address: str | None = None
    notes: str = ""


class Constant(StrictModel):
    """A figure without uncertainty: a number with its unit, or a day."""

    value: float | date
    unit: str
    description: str
    sources: tuple[str, ...] = Field(min_length=1, strict=False)
    above: float | None = None
    maximum: float | None = None


class QuantityText(StrictModel):
    """What a quantity's row says beside its distribution.

    `above`, `minimum` and `maximum` bound the values that make sense at all, whatever the belief. Quantities that name
    the same `block` are shares that sum to one. `counted_again` are those of the public statements in `shares` that one
    item of evidence may count all the same, which `notes` must argue for (`settle_counted_again`).
    """

    unit: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]
    sources: tuple[str, ...] = Field(min_length=1, strict=False)
    shares: tuple[str, ...] = Field(default=(), strict=False)
    counted_again: tuple[str, ...] = Field(default=(), strict=False)
    role: Literal["model", "lever", "evidence", "comparison"] = "model"
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    block: Annotated[str, Field(min_length=1)] | None = None
    notes: str = ""

    @field_validator("counted_again")
    @classmethod
    def _rested_on(cls, statements: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        shares = info.data.get("shares", statements)
        for statement in statements:
            if statement not in shares:
                raise ValueError(f"'{statement}' is none of the statements that the row shares ({', '.join(shares)})")
        return statements


def settle_counted_again(values: dict[str, Any], stated: Mapping[str, Any], file: str, key: str) -> None:
    """Keep what may be counted again to what a quantity's row rests on, as its layers are laid over one another.

    Whoever states other `shares`, or other `notes`, need not know of it: what is inherited is cut down to the shares
    that remain, and was argued for below.

    Parameters
    ----------
    values : dict
        The row as merged so far, which is changed.
    stated : mapping
        What the layer on top says of it.
    file, key : str
        Where it does.

    Raises
    ------
    InputError
        If that layer says that statements count again, and nobody why.

    Examples
    --------
    >>> from catchup.priors.row_schemas import settle_counted_again
    >>> row = {"shares": ["a"], "counted_again": ["a", "b"], "notes": ""}
    >>> settle_counted_again(row, {"shares": ["a"], "notes": ""}, "mine.toml", "quantity.mine")
    >>> row["counted_again"]
    ['a']
    """
    inherited, shares = values.get("counted_again"), stated.get("shares")
    if "counted_again" in stated:
        if inherited and not values.get("notes"):
            problem = "is missing: why evidence may count again what the row rests on"
            raise InputError(problem, file=file, key=f"{key}.notes")
    elif isinstance(inherited, (list, tuple)) and isinstance(shares, (list, tuple)):
        values["counted_again"] = [statement for statement in inherited if statement in shares]


class EventText(StrictModel):
    """What an event's row says beside the distribution of its multiple; public tables tell it by its `criterion`."""

    title: str
    criterion: str | None = None
    references: Names = ()
    notes: str = ""


class RegimeText(StrictModel):
    """What a regime's row says beside its distribution."""

    title: str
    quantity: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    references: Names = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the budgets that it replaces."""
        return (self.quantity,) if isinstance(self.quantity, str) else self.quantity
