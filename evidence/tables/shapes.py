"""Shapes of public tables, as rows of TOML, and the one that a file's columns make it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ...priors.errors import InputError, unknown_name
from ...priors.frozen import frozen
from ...priors.strict import StrictModel, check_section, misfit, read_toml, validate
from ..intervals import Level

PACKAGED = Path(__file__).parent / "shapes.toml"
OWN = "evidence/tables/shapes.toml"  # how messages name it
OVERLAY = "shapes.toml"  # in a data folder, laid over the project's own

Texts = Annotated[tuple[str, ...], Field(strict=False)]
Type = Literal["text", "names", "number", "share", "day", "flag"]
NUMBERS = ("number", "share")


class ColumnText(StrictModel):
    """What a shape says of one column.

    Attributes
    ----------
    type : str
        How its cells are read.
    names : tuple of str
        Every heading it has been published under, the one in use first.
    need : str or None
        ``cell``: no shape without the column, no row without the cell; ``column``: no shape without the column.
    unit : str
        Of its numbers.
    above, minimum, maximum : float or None
        Bounds that every number keeps.
    earliest : date or None
        First day that is plausible.
    grouped : bool
        Whether commas may set thousands apart.
    month_first : bool
        Whether days may also be written 9/30/2025.
    planned : bool
        Whether days may lie in the future.
    """

    type: Type
    names: Annotated[Texts, Field(min_length=1)]
    need: Literal["cell", "column"] | None = None
    unit: str = ""
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    earliest: datetime.date | None = None
    grouped: bool = True
    month_first: bool = False
    planned: bool = False


class IntervalText(StrictModel):
    """A column's interval: the columns of its ends, and the probability it is stated with."""

    value: str
    low: str
    high: str
    level: Level


class Shape(StrictModel):
    """One shape of table.

    Attributes
    ----------
    title, publisher, licence : str
        Of the table.
    format : str
        ``csv`` or ``yaml``.
    rows : str or None
        Where the rows stand in a YAML file: a mapping, a row by name.
    key : tuple of str
        Columns that tell rows apart, as far as the file has them; none if nothing does.
    anonymous : tuple of str
        Values of the key that many rows may share.
    column : mapping of str to ColumnText
        Columns by the name they have here.
    interval : tuple of IntervalText
        Which columns are the ends of another's interval.
    notes : str
        What to know before using it.
    """

    title: str
    publisher: str
    licence: str
    format: Literal["csv", "yaml"] = "csv"
    rows: str | None = None
    key: Texts = ()
    anonymous: Texts = ()
    column: Annotated[dict[str, ColumnText], AfterValidator(frozen)]
    interval: Annotated[tuple[IntervalText, ...], Field(strict=False)] = ()
    notes: str = ""

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Shape:
        for key, names in {
            "key": self.key,
            "interval": [name for row in self.interval for name in (row.value, row.low, row.high)],
        }.items():
            stray = [name for name in names if name not in self.column]
            if stray:
                raise misfit(key, f"names '{stray[0]}', which is none of the shape's columns")
        for place, row in enumerate(self.interval):
            for name in (row.value, row.low, row.high):
                if self.column[name].type not in NUMBERS:
                    raise misfit(f"interval.{place}", f"is of '{name}', a column of numbers was expected")
        if not any(column.need == "cell" for column in self.column.values()):
            raise misfit("column", "has none with need = 'cell': nothing would tell the shape from others")
        if self.format == "yaml" and self.rows is None:
            raise misfit("rows", "is missing: a YAML file's rows stand under a name")
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which a table is not of this shape."""
        return tuple(name for name, column in self.column.items() if column.need)

    def level(self, column: str) -> float | None:
        """Probability with which a column's interval is stated; None where it has no interval."""
        return next((row.level for row in self.interval if row.value == column), None)


class CountryText(StrictModel):
    """Names under which tables list a country, and how names of its models begin where a table lists none."""

    names: Annotated[Texts, Field(min_length=1)]
    models: Texts = ()


@dataclass(frozen=True)
class Match:
    """A file's columns, as a shape knows them.

    Attributes
    ----------
    name : str
        The shape's name.
    shape : Shape
        The shape.
    positions : mapping of str to int
        Where each of the shape's columns stands in the file.
    """

    name: str
    shape: Shape
    positions: Mapping[str, int]


@dataclass(frozen=True)
class Shapes:
    """Every shape that is known.

    Attributes
    ----------
    shapes : mapping of str to Shape
        By name.
    countries : mapping of str to CountryText
        Names of countries, by the word that options use for them.
    """

    shapes: Mapping[str, Shape]
    countries: Mapping[str, CountryText]

    def recognise(self, header: Sequence[str], form: str, *, file: str, line: int = 1) -> Match:
        """Find the shape that a header has.

        Parameters
        ----------
        header : sequence of str
            The file's headings.
        form : str
            ``csv`` or ``yaml``.
        file : str
            How messages name the file.
        line : int
            Line of the header, for messages.

        Raises
        ------
        InputError
            If two headings are the same, or no shape has all that it needs: it names the nearest shape and what is
            missing.
        """
        places: dict[str, int] = {}
        for position, heading in enumerate(header):
            if heading.strip() and places.setdefault(plain(heading), position) != position:
                raise InputError(
                    f"heading '{heading}' stands in columns {places[plain(heading)] + 1} and {position + 1}; "
                    "a heading of its own for each was expected",
                    file=file,
                    key=f"line {line}",
                )
        matches = [
            Match(name, shape, positions(shape, places)) for name, shape in self.shapes.items() if shape.format == form
        ]
        whole = [match for match in matches if set(match.shape.needed) <= match.positions.keys()]
        if not whole:
            raise self._unknown(header, matches, file, line)
        return max(whole, key=lambda match: len(match.positions))

    def shape(self, name: str) -> Shape:
        """Return a shape by name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if name not in self.shapes:
            raise unknown_name("table", name, self.shapes)
        return self.shapes[name]

    def _unknown(self, header: Sequence[str], matches: Sequence[Match], file: str, line: int) -> InputError:
        shown = ", ".join(f"'{heading}'" for heading in header[:8]) + (", ..." if len(header) > 8 else "")
        if len(header) == 1:
            shown += " alone (cells separated by commas were expected)"
        nearest = max(
            matches,
            key=lambda match: len(match.positions.keys() & set(match.shape.needed)) / len(match.shape.needed),
            default=None,
        )
        if nearest is None or not nearest.positions:
            titles = ", ".join(f"{name} ({shape.title})" for name, shape in self.shapes.items())
            return InputError(
                f"is of no known shape: its columns are {shown}; known are {titles}", file=file, key=f"line {line}"
            )
        lacking = [nearest.shape.column[name].names for name in nearest.shape.needed if name not in nearest.positions]
        missing = ", ".join(" or ".join(f"'{name}'" for name in names) for names in lacking)
        return InputError(
            f"is of no known shape: its columns are {shown}; the nearest, {nearest.name} ({nearest.shape.title}), "
            f"also has {missing}",
            file=file,
            key=f"line {line}",
        )


def plain(heading: str) -> str:
    """Reduce a heading to what counts of it: case, spaces and underscores do not."""
    return re.sub(r"[\s_]+", " ", heading).strip().casefold()


def positions(shape: Shape, places: Mapping[str, int]) -> dict[str, int]:
    """Where a shape's columns stand, given where each plain heading does; the first known name wins."""
    found: dict[str, int] = {}
    for name, column in shape.column.items():
        at = next((places[plain(heading)] for heading in column.names if plain(heading) in places), None)
        if at is not None:
            found[name] = at
    return found


def load_shapes(overlay: Path | None = None) -> Shapes:
    """Load the shapes, a file of a user's own laid over the project's.

    Parameters
    ----------
    overlay : Path, optional
        A TOML file of ``[shape.NAME]`` and ``[country.NAME]`` tables; keys in it replace the project's.

    Raises
    ------
    InputError
        At the first fault, naming file and key.
    """
    own = read_toml(PACKAGED)
    tables: dict[str, Any] = own
    file = OWN
    if overlay is not None:
        file = str(overlay)
        tables = laid_over(tables, read_toml(overlay))
    for section, rows in tables.items():
        check_section(section, rows, ("shape", "country"), file)
    shapes = {name: validate(Shape, row, file=file, key=f"shape.{name}") for name, row in tables["shape"].items()}
    _check_types(shapes, own["shape"], file)
    rows = tables["country"].items()
    countries = {name: validate(CountryText, row, file=file, key=f"country.{name}") for name, row in rows}
    return Shapes(frozen(shapes), frozen(countries))


def _check_types(shapes: Mapping[str, Shape], own: Mapping[str, Any], file: str) -> None:
    """Refuse another type for a column of the project's own: what reads the table counts on it."""
    for name, shape in own.items():
        for column, text in shape["column"].items():
            found = shapes[name].column[column].type
            if found != text["type"]:
                raise InputError(
                    f"is '{found}'; this column's type is '{text['type']}', which what reads the table counts on",
                    file=file,
                    key=f"shape.{name}.column.{column}.type",
                )


def laid_over(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another: tables are merged, all else is replaced."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def country_names(shapes: Shapes, countries: Iterable[str]) -> frozenset[str]:
    """Names under which tables list some countries, in plain form."""
    return frozenset(plain(name) for country in countries for name in shapes.countries[country].names)


def model_beginnings(shapes: Shapes, countries: Iterable[str]) -> tuple[str, ...]:
    """How names of models of some countries begin, in plain form."""
    return tuple(plain(name) for country in countries for name in shapes.countries[country].models)
