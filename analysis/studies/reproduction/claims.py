"""What the article publishes of its own model: the figures that this one is set beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ....priors.strict import StrictModel, read_toml, validate

FILE = Path(__file__).parent / "claims.toml"

Number = Annotated[float, Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Run(StrictModel):
    """How the published figures were computed."""

    draws: int
    launch_grid: Number
    source: str


class Claim(StrictModel):
    """One published statement; which fields it has follows from its measure."""

    title: str
    measure: Literal[
        "flop-at-modes",
        "flop-quantile",
        "ready-quantile",
        "driver-order",
        "lever-order",
        "win-share",
        "median-by",
        "threshold-by",
        "distillation-share",
        "distillation-progress",
        "rental-year",
        "rented-stock",
    ]
    value: Number = 0.0
    digits: int = 2
    unit: str = ""
    probability: Number = 0.5
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")] = "2026-01"
    day: date = date.min
    order: Names = ()
    others: Names = ()
    stock: Number = 0.0
    budget_factor: Number = 1.0
    tolerance: Number = 0.0
    progress: Number = 1.0
    spend: Number = 0.0


@dataclass(frozen=True)
class Claims:
    """All of them.

    Attributes
    ----------
    run : Run
        How they were computed.
    claims : mapping of str to Claim
        By id, in order.
    """

    run: Run
    claims: Mapping[str, Claim]

    def days(self) -> tuple[date, ...]:
        """Days that a median was said to reach, latest first."""
        named = {claim.day for claim in self.claims.values() if claim.measure in ("median-by", "threshold-by")}
        return tuple(sorted(named, reverse=True))


@cache
def load_claims() -> Claims:
    """Read the project's table of claims."""
    tables = read_toml(FILE)
    run = validate(Run, tables["run"], file=FILE.name, key="run")
    claims = {name: validate(Claim, row, file=FILE.name, key=f"claim.{name}") for name, row in tables["claim"].items()}
    return Claims(run, claims)
