"""Strict reading of TOML: every key known, every fault named with its file and key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from .errors import InputError, MissingFileError, nearest_name, reason_of, refuse_unknown, unknown_name
from .regular_files import read_regular

LARGEST_FILE = 1_000_000  # bytes; an assumptions or evidence file is a few kilobytes

WANTED: dict[Any, str] = {str: "text", float: "a number", int: "a whole number", bool: "true or false", date: "a day"}
"""How a message names the types of TOML."""
UNLIKELY = ("less_than_equal", "greater_than_equal", "unlikely")  # faults of a number that is possible, if unwise


class StrictModel(BaseModel):
    """A table whose keys are all known, whose numbers are finite and which never changes.

    Examples
    --------
    >>> from catchup.priors import StrictModel, validate
    >>> class Reading(StrictModel):
    ...     megawatts: float
    >>> validate(Reading, {"megawatts": 1600}, file="sites.toml")
    Reading(megawatts=1600.0)
    >>> validate(Reading, {"megawats": 1600}, file="sites.toml")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: sites.toml: megawats: unknown key; did you mean 'megawatts'?
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def misfit(key: str, problem: str, nearest: str | None = None) -> PydanticCustomError:
    """Build what a validator of several keys raises, naming the key at fault."""
    return PydanticCustomError("misfit", "{problem}", {"key": key, "problem": problem, "nearest": nearest})


def unlikely(key: str, problem: str) -> PydanticCustomError:
    """Build what a validator raises for numbers that are possible, but surely a mistake."""
    return PydanticCustomError("unlikely", "{problem}", {"key": key, "problem": problem, "nearest": None})


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict
        Its tables; never empty.

    Raises
    ------
    InputError
        If the file is missing (then a `MissingFileError`), a directory, a pipe or a device, unreadable, larger than a
        megabyte, empty, not UTF-8 or not TOML.

    Examples
    --------
    >>> from catchup.priors import named_overlays, read_toml
    >>> list(read_toml(named_overlays()["slowing-progress"]))
    ['mechanism']
    >>> read_toml("mine.toml")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.MissingFileError: mine.toml: no such file
    """
    path = Path(path)
    try:
        content = read_regular(path, LARGEST_FILE, "a TOML file")
    except IsADirectoryError:
        raise InputError("is a directory; a TOML file was expected", file=path) from None
    except NotADirectoryError as error:
        raise MissingFileError(f"cannot be read ({reason_of(error)}); a TOML file was expected", file=path) from None
    except FileNotFoundError:
        raise MissingFileError("no such file", file=path, nearest=_nearest_file(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)}); a TOML file was expected", file=path) from None
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text; a TOML file was expected", file=path) from None
    except RecursionError:
        raise InputError("is not valid TOML: nested too deeply", file=path) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {error}", file=path) from None
    except ValueError:
        raise InputError("is not valid TOML: a whole number has thousands of digits", file=path) from None
    if not table:
        raise InputError("is empty; at least one table was expected", file=path)
    return table


def _nearest_file(path: Path) -> str | None:
    try:
        beside = os.listdir(path.parent)
    except OSError:  # its folder is missing too
        beside = []
    return nearest_name(path.name, [name for name in beside if name.endswith(".toml")])


def check_section(section: str, rows: Any, known: Iterable[str], file: str, *, named: bool = True) -> None:
    """Refuse a section of a file that nothing is read from, or that is no table.

    Parameters
    ----------
    section : str
        Its name.
    rows : object
        What stands there.
    known : iterable of str
        Names of the sections that there are.
    file : str
        Where it stands.
    named : bool
        Whether it holds a table for each of several names.

    Raises
    ------
    InputError
        Naming the section.
    """
    refuse_unknown("table", [section], known, file, section)
    if not isinstance(rows, Mapping):
        wanted = f"tables [{section}.NAME] were" if named else "a table was"
        raise InputError(f"{wanted} expected, not {describe(rows)}", file=file, key=section)


def validate[Model: BaseModel](
    model: type[Model], table: object, *, file: str | Path | None = None, key: str = ""
) -> Model:
    """Check a table against its schema.

    Parameters
    ----------
    model : type
        The pydantic schema.
    table : object
        What the file holds under `key`.
    file, key : str, optional
        Where the table stands, for messages.

    Returns
    -------
    Model
        The validated table.

    Raises
    ------
    InputError
        At the first fault, naming file, key, what was expected and, for an unknown key, the nearest valid one.

    Examples
    --------
    >>> from catchup.priors import LogNormal, validate
    >>> validate(LogNormal, {"median": 7.0, "sigma": 0.25}, file="mine.toml", key="quantity.lag")
    LogNormal(median=7.0, sigma=0.25)
    >>> validate(LogNormal, {"median": 7.0, "sd": 0.25}, file="mine.toml", key="quantity.lag")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: mine.toml: quantity.lag.sd: unknown key; known are median, sigma
    """
    if not isinstance(table, Mapping):
        raise InputError(f"a table was expected, not {describe(table)}", file=file, key=key)
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        raise from_pydantic(error, model, file=file, key=key) from None


def of_kind[Kind](table: object, kinds: Mapping[str, Kind], *, file: str | Path | None = None, key: str = "") -> Kind:
    """What a table's ``kind`` stands for.

    Raises
    ------
    InputError
        If it is no table, names no kind, or one that there is not.
    """
    if not isinstance(table, Mapping):
        raise InputError(f"a table was expected, not {describe(table)}", file=file, key=key)
    kind = table.get("kind")
    if not isinstance(kind, str):
        found = "is missing" if kind is None else f"is {describe(kind)}"
        raise InputError(f"{found}; one of {', '.join(kinds)} was expected", file=file, key=f"{key}.kind")
    if kind not in kinds:
        raise unknown_name("kind", kind, kinds, file=file, key=f"{key}.kind")
    return kinds[kind]


def from_pydantic(error: ValidationError, model: type[BaseModel], *, file: str | Path | None, key: str) -> InputError:
    """Turn pydantic's first complaint into one line for a user; unknown keys come first."""
    found = _first(error, model, file=file, key=key)
    found.unlikely = all(fault["type"] in UNLIKELY for fault in error.errors())
    return found


def unknown_key(name: str, known: Iterable[str], *, file: str | Path | None, key: str) -> InputError:
    """Build the error for a key of a table that is not among those known: with the nearest one, or all."""
    nearest = nearest_name(name, known)
    problem = "unknown key" if nearest or not known else f"unknown key; known are {', '.join(known)}"
    return InputError(problem, file=file, key=key, nearest=nearest)


def _first(error: ValidationError, model: type[BaseModel], *, file: str | Path | None, key: str) -> InputError:
    faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    path, owner = _locate(model, fault["loc"])
    where = ".".join(part for part in [key, *path, fault.get("ctx", {}).get("key", "")] if part)
    if fault["type"] == "extra_forbidden":
        return unknown_key(path[-1], list(owner.model_fields) if owner else [], file=file, key=where)
    if fault["type"] == "missing":
        wanted = _wanted(owner.model_fields[path[-1]].annotation) if owner and path[-1] in owner.model_fields else ""
        return InputError("is missing" + (f"; {wanted} was expected" if wanted else ""), file=file, key=where)
    if fault["type"] in ("misfit", "unlikely"):
        return InputError(fault["msg"], file=file, key=where, nearest=fault["ctx"]["nearest"])
    if fault["type"] == "value_error":
        return InputError(fault["msg"].removeprefix("Value error, "), file=file, key=where)
    first, *others = dict.fromkeys(_plainly(other) for other in faults if _locate(model, other["loc"])[0] == path)
    expected = " or ".join([first, *(other.removeprefix("should be ") for other in others)])
    options = re.findall("'([^']*)'", fault["ctx"]["expected"]) if fault["type"] == "literal_error" else []
    nearest = nearest_name(_as_text(fault["input"]), options)
    return InputError(f"{expected}, not {describe(fault['input'])}", file=file, key=where, nearest=nearest)


def describe(value: object) -> str:
    """Show a value briefly, as TOML would."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else _as_text(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _as_text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # hexadecimal digits are read, however many, and not written as decimal ones
        return "a whole number of thousands of digits"


def _plainly(fault: ErrorDetails) -> str:
    """Say what pydantic expected in the words of TOML."""
    match fault["type"]:
        case "greater_than":
            return f"should be above {fault['ctx']['gt']:g}"
        case "greater_than_equal":
            return f"should be at least {fault['ctx']['ge']:g}"
        case "less_than":
            return f"should be below {fault['ctx']['lt']:g}"
        case "less_than_equal":
            return f"should be at most {fault['ctx']['le']:g}"
        case "tuple_type" | "list_type":
            return "should be a list"
        case "too_short":
            return "should hold at least one entry"
        case "string_too_short":
            return "should not be empty"
        case "date_type" | "date_from_datetime_inexact":
            return "should be a day such as 2026-02-24"
        case "string_pattern_mismatch":
            return f"should be text of the form {fault['ctx']['pattern']}"
        case "string_type":
            return "should be text in quotes"
        case "bool_type":
            return "should be true or false"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "should be a table"
    return fault["msg"].removeprefix("Assertion failed, ").replace("Input should be", "should be")


def _wanted(annotation: Any) -> str:
    """Name the type of a key, or nothing if it has no short name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "a table"
    if get_origin(annotation) in (tuple, list):
        return "a list"
    return WANTED.get(annotation, "")


def _locate(model: type[BaseModel], location: Iterable[int | str]) -> tuple[list[str], type[BaseModel] | None]:
    """Turn pydantic's location into the key as a user wrote it, and the schema that holds that key.

    Pydantic names the member of a union after the key that has it; a user never wrote that.
    """
    path: list[str] = []
    owner: type[BaseModel] | None = model
    inside: type[BaseModel] | None = model
    union = False
    for part in location:
        if union:
            union = False
            continue
        path.append(str(part))
        if isinstance(part, int):
            continue
        owner = inside
        field = inside.model_fields.get(part) if inside else None
        if field is not None:
            parts = _flatten(field.annotation)
            union = any(
                get_origin(inner) in (Union, UnionType)
                and sum(member is not NoneType for member in get_args(inner)) > 1
                for inner in parts
            )
            inside = next((inner for inner in parts if isinstance(inner, type) and issubclass(inner, BaseModel)), None)
    return path, owner


def _flatten(annotation: Any) -> list[Any]:
    """List an annotation and everything inside its brackets."""
    return [annotation, *(item for part in get_args(annotation) for item in _flatten(part))]


def required_keys(model: type[StrictModel]) -> list[str]:
    """Keys that a row must have."""
    return [name for name, entry in model.model_fields.items() if entry.is_required()]
