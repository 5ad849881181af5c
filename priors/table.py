"""What is believed before any leak: references, constants and quantities, read from layers of TOML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from .distributions import FAMILY_KEYS, take_distribution
from .errors import InputError, unknown_name
from .families import Family, Fixed
from .layers import Layer, Row, merge
from .strict import StrictModel, validate

HERE = Path(__file__).parent


class Reference(StrictModel):
    """A text that figures rest on."""

    title: str
    publisher: str
    date: date
    address: str | None = None
    notes: str = ""


class Constant(StrictModel):
    """A figure without uncertainty: a number with its unit, or a day."""

    value: float | date
    unit: str
    description: str
    sources: tuple[str, ...] = Field(min_length=1, strict=False)


class QuantityText(StrictModel):
    """What a quantity's row says beside its distribution.

    `above`, `minimum` and `maximum` bound the values that make sense at all, whatever the belief.
    """

    unit: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]
    sources: tuple[str, ...] = Field(min_length=1, strict=False)
    shares: tuple[str, ...] = Field(default=(), strict=False)
    role: Literal["model", "lever", "evidence", "comparison"] = "model"
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    notes: str = ""


@dataclass(frozen=True)
class Quantity:
    """One row of the prior table.

    Attributes
    ----------
    name : str
        Its name everywhere.
    distribution : Family
        What is believed of it.
    text : QuantityText
        Unit, description, sources, the public statements it shares, its role and bounds.
    file : str
        The file that last changed it.
    """

    name: str
    distribution: Family
    text: QuantityText
    file: str


@dataclass(frozen=True)
class PriorTable:
    """Everything that is believed before any leak.

    Attributes
    ----------
    references : mapping of str to Reference
    constants : mapping of str to Constant
    quantities : mapping of str to Quantity
    """

    references: Mapping[str, Reference]
    constants: Mapping[str, Constant]
    quantities: Mapping[str, Quantity]

    def number(self, constant: str) -> float:
        """Value of a numeric constant, in its own unit."""
        value = self.constants[constant].value
        if isinstance(value, date):
            raise TypeError(f"constant {constant} is a day")
        return value

    def day(self, constant: str) -> date:
        """Value of a constant that is a day."""
        value = self.constants[constant].value
        if not isinstance(value, date):
            raise TypeError(f"constant {constant} is a number")
        return value


def packaged_layers() -> list[Layer]:
    """Return the project's own prior table, as the lowest layer."""
    return [Layer.of(Layer.read(HERE / "baseline.toml").tables, file="priors/baseline.toml")]


def named_overlays() -> dict[str, Path]:
    """Overlays that come with the project: name to file."""
    return {path.stem: path for path in sorted((HERE / "overlays").glob("*.toml"))}


def read_overlay(name_or_path: str | Path) -> Layer:
    """Read an overlay, given its file or the name of one that comes with the project.

    Raises
    ------
    InputError
        If there is no such file or name, or it is not an overlay.
    """
    overlays = named_overlays()
    text = str(name_or_path)
    if text in overlays and not Path(text).exists():
        return Layer.of(Layer.read(overlays[text]).tables, file=f"priors/overlays/{text}.toml")
    if not Path(text).exists() and "/" not in text and not text.endswith(".toml"):
        raise unknown_name("overlay", text, overlays, key="--priors")
    return Layer.read(text)


def fixed_values_layer(values: Mapping[str, float], known: Iterable[str], option: str = "--set") -> Layer:
    """Build the layer that fixes quantities at given values.

    Raises
    ------
    InputError
        If a name is unknown or a value is not finite.
    """
    known = list(known)
    for name, value in values.items():
        if name not in known:
            raise unknown_name("quantity", name, known, key=option)
        if not math.isfinite(value):
            raise InputError(f"a finite number was expected, not {value}", key=f"{option} {name}")
    rows = {name: {"family": "fixed", "value": float(value)} for name, value in values.items()}
    return Layer(option, {"quantity": rows})


def load_prior_table(layers: Iterable[Layer]) -> PriorTable:
    """Validate the prior sections of some layers.

    Parameters
    ----------
    layers : iterable of Layer
        From the lowest (the project's own table) to the highest.

    Returns
    -------
    PriorTable
        The merged table.

    Raises
    ------
    InputError
        At the first fault, naming file and key.
    """
    layers = list(layers)
    references = {
        name: validate(Reference, row.values, file=row.file, key=f"reference.{name}")
        for name, row in merge(layers, "reference").items()
    }
    constants = {
        name: validate(Constant, row.values, file=row.file, key=f"constant.{name}")
        for name, row in merge(layers, "constant").items()
    }
    rows = merge(layers, "quantity", exclusive={"family": FAMILY_KEYS})
    own = {name for name, row in rows.items() if row.first_file == layers[0].file}
    quantities = {name: _quantity(name, row, own) for name, row in rows.items()}
    for section, named in (("constant", constants), ("quantity", {n: q.text for n, q in quantities.items()})):
        for name, entry in named.items():
            for source in entry.sources:
                if source not in references:
                    file = rows[name].file if section == "quantity" else layers[0].file
                    raise unknown_name("reference", source, references, file=file, key=f"{section}.{name}.sources")
    return PriorTable(references, constants, quantities)


def _quantity(name: str, row: Row, own: set[str]) -> Quantity:
    key = f"quantity.{name}"
    if name not in own and not {"family", "unit", "description"} <= row.values.keys():
        error = unknown_name("quantity", name, own, file=row.file, key=key)
        raise InputError(
            f"{error.problem} (a new quantity needs at least family, unit, description and sources)",
            file=row.file,
            key=key,
            nearest=error.nearest,
        )
    distribution, rest = take_distribution(row, QuantityText, key)
    text = validate(QuantityText, rest, file=row.file, key=key)
    _check_support(name, distribution, text, row.file)
    return Quantity(name, distribution, text, row.file)


def _check_support(name: str, distribution: Family, text: QuantityText, file: str) -> None:
    low, high = distribution.support()
    demands = []
    if text.above is not None and not low > text.above and not (low == text.above == 0 and not _has_atom(distribution)):
        demands.append(f"above {text.above:g}")
    if text.minimum is not None and low < text.minimum:
        demands.append(f"at least {text.minimum:g}")
    if text.maximum is not None and high > text.maximum:
        demands.append(f"at most {text.maximum:g}")
    if demands:
        reach = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        raise InputError(
            f"must be {' and '.join(demands)} ({text.unit}), but its values reach from {reach}"
            if low != high
            else f"must be {' and '.join(demands)} ({text.unit}), not {reach}",
            file=file,
            key=f"quantity.{name}" if not file.startswith("--") else name,
        )


def _has_atom(distribution: Family) -> bool:
    """Whether the lowest value itself can be drawn."""
    return isinstance(distribution, Fixed)
