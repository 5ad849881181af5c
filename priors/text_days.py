"""Days as ISO text, as Python and JSON have them, where a schema wants a day and TOML has one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


def with_days(wanted: Any, given: Any) -> Any:
    """Return what was given with its texts as days where these are wanted; what is no day is left for its schema.

    Parameters
    ----------
    wanted : type
        A schema, or what one of its keys is declared as.
    given : object
        What is to be checked against it.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.priors import StrictModel
    >>> from catchup.priors.text_days import with_days
    >>> class Seen(StrictModel):
    ...     day: date | None
    ...     title: str
    >>> with_days(Seen, {"day": "2026-11-26", "title": "2026-11-26"})
    {'day': datetime.date(2026, 11, 26), 'title': '2026-11-26'}
    """
    parts, origin = get_args(wanted), get_origin(wanted)
    if origin is Annotated:
        return with_days(parts[0], given)
    if origin in (Union, UnionType):
        for part in parts:
            given = with_days(part, given)
    elif wanted is date and isinstance(given, str):
        return _day(given)
    elif origin is dict and isinstance(given, Mapping):
        return {name: with_days(parts[1], value) for name, value in given.items()}
    elif origin in (tuple, list) and isinstance(given, tuple | list):
        return [with_days(parts[0], value) for value in given]
    elif isinstance(wanted, type) and issubclass(wanted, BaseModel) and isinstance(given, Mapping):
        fields = wanted.model_fields
        return {
            name: with_days(fields[name].annotation, value) if name in fields else value
            for name, value in given.items()
        }
    return given


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
