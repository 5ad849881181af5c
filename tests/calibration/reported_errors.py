"""What a result says of its own Monte Carlo errors: every figure that stands beside one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ERROR = "mcse"


def figures(content: Any, path: str) -> Iterator[tuple[str, float, float]]:
    """Every number of a result beside its error, alone or in a table beside a table of errors: name, value, error."""
    if isinstance(content, list):
        for place, entry in enumerate(content):
            yield from figures(entry, f"{path}/{name_of(entry, place)}")
    if not isinstance(content, dict):
        return
    for key, error in content.items():
        if key.endswith(ERROR) and error is not None:
            of = key.removesuffix(ERROR).removesuffix("_") or first_figure(content, type(error))
            yield from paired(content.get(of), error, f"{path}/{of}")
        else:
            yield from figures(error, f"{path}/{key}")


def paired(value: Any, error: Any, path: str) -> Iterator[tuple[str, float, float]]:
    """A number and its error, or those of two tables with the same keys."""
    if isinstance(error, dict):
        assert isinstance(value, dict), path
        assert value.keys() == error.keys(), path
        for key in error:
            yield from paired(value[key], error[key], f"{path}/{key}")
    elif isinstance(value, float | int) and error is not None and error > 0.0:
        yield path, float(value), float(error)


def name_of(entry: Any, place: int) -> str:
    """What tells an entry of a list from the others, wherever it is sorted to."""
    if not isinstance(entry, dict):
        return str(place)
    named = [str(value) for value in entry.values() if isinstance(value, str)]
    paired = ["+".join(value) for value in entry.values() if isinstance(value, list) and named_all(value)]
    return str(entry.get("id") or next(iter([*paired, *named]), place))


def named_all(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def first_figure(content: dict[str, Any], kind: type) -> str:
    """What a bare error, or a bare table of errors, is that of: it stands behind it."""
    wanted = dict if kind is dict else float | int
    return next((key for key, value in content.items() if isinstance(value, wanted) and key != ERROR), "")
