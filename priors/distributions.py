"""A row of a table that holds a distribution: the family's numbers, and the rest of its keys."""

from __future__ import annotations

from .errors import InputError, unknown_name
from .families import FAMILIES, Family
from .layers import Row
from .strict import StrictModel, validate

FAMILY_KEYS = frozenset(key for family in FAMILIES.values() for key in family.model_fields)


def take_distribution(row: Row, text: type[StrictModel], key: str) -> tuple[Family, dict[str, object]]:
    """Split a row into its distribution and the rest of its keys.

    Raises
    ------
    InputError
        If the family is unknown, its numbers are wrong, or a key belongs to neither part.
    """
    family_name = row.values.get("family")
    if family_name is None:
        raise InputError(f"is missing: one of {', '.join(FAMILIES)} was expected", file=row.file, key=f"{key}.family")
    if not isinstance(family_name, str) or family_name not in FAMILIES:
        raise unknown_name("family", str(family_name), FAMILIES, file=row.file, key=f"{key}.family")
    family = FAMILIES[family_name]
    known = [*family.model_fields, *text.model_fields, "family"]
    for stray in [name for name in row.values if name not in known]:
        raise unknown_name("key", stray, known, file=row.file, key=f"{key}.{stray}")
    numbers = {name: _as_float(value) for name, value in row.values.items() if name in family.model_fields}
    rest = {name: value for name, value in row.values.items() if name in text.model_fields}
    return validate(family, numbers, file=row.file, key=key), rest


def _as_float(value: object) -> object:
    """TOML writes 500_000 for a number that happens to be whole: integers are taken as floats."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
