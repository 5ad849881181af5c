"""Strict reading of TOML: every key known, every fault named with its file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import InputError, nearest_name

LARGEST_FILE = 1_000_000  # bytes; an assumptions or evidence file is a few kilobytes


class StrictModel(BaseModel):
    """A table whose keys are all known, whose numbers are finite and which never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)


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
        If the file is missing, a directory, unreadable, larger than a megabyte, empty, not UTF-8 or not TOML.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError("is a directory; a TOML file was expected", file=path)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(f"has {size:,} bytes; a TOML file of at most {LARGEST_FILE:,} was expected", file=path)
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text; a TOML file was expected", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {error}", file=path) from None
    if not table:
        raise InputError("is empty; at least one table was expected", file=path)
    return table


def validate(model: type[Model], table: object, *, file: str | Path | None = None, key: str = "") -> Model:
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
    """
    if not isinstance(table, Mapping):
        raise InputError(f"a table was expected, not {describe(table)}", file=file, key=key)
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        raise from_pydantic(error, model, file=file, key=key) from None


def from_pydantic(error: ValidationError, model: type[BaseModel], *, file: str | Path | None, key: str) -> InputError:
    """Turn pydantic's first complaint into one line for a user; unknown keys come first."""
    faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    path = [str(part) for part in fault["loc"]]
    where = ".".join(part for part in [key, *path] if part)
    if fault["type"] == "extra_forbidden":
        owner = _model_at(model, fault["loc"][:-1])
        known = list(owner.model_fields) if owner else []
        name = str(fault["loc"][-1])
        nearest = nearest_name(name, known)
        problem = "unknown key"
        if nearest is None and known:
            problem += f"; known are {', '.join(known)}"
        return InputError(problem, file=file, key=where, nearest=nearest)
    if fault["type"] == "missing":
        return InputError("is missing", file=file, key=where)
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if fault["type"] == "value_error":
        return InputError(message, file=file, key=where)
    message = message.replace("Input should be", "should be")
    return InputError(f"{message}, not {describe(fault['input'])}", file=file, key=where)


def describe(value: object) -> str:
    """Show a value briefly, as TOML would."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _model_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Follow field names (skipping list positions) to the nested schema that refused a key."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is None or isinstance(part, int):
            continue
        field = current.model_fields.get(str(part))
        if field is None:
            return None
        current = next(
            (
                candidate
                for candidate in _flatten(field.annotation)
                if isinstance(candidate, type) and issubclass(candidate, BaseModel)
            ),
            None,
        )
    return current


def _flatten(annotation: Any) -> list[Any]:
    """List an annotation and everything inside its brackets."""
    inner = getattr(annotation, "__args__", ())
    return [annotation, *(item for part in inner for item in _flatten(part))]
