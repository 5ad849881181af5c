"""Names of columns: what users name stands under a beginning, so that no id is taken for a column of the program's."""

from __future__ import annotations

from collections.abc import Mapping

from .estimates import Array

ITEM, QUANTITY, FIRM = "item:", "quantity:", "firm:"


def under(beginning: str, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Put a beginning before the names of columns.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis.inference.column_names import ITEM, those_under, under
    >>> columns = {"ready": np.array([12.0]), **under(ITEM, {"ready": np.array([-1.0])})}
    >>> list(columns), those_under(ITEM, columns)
    (['ready', 'item:ready'], {'ready': array([-1.])})
    """
    return {beginning + name: column for name, column in columns.items()}


def those_under(beginning: str, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Columns whose names begin so, by the rest of their names; see `under`."""
    return {name.removeprefix(beginning): column for name, column in columns.items() if name.startswith(beginning)}
