"""What a mechanism of somebody else's must fulfil before a race is run by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...priors.errors import InputError, nearest_name, raised_text
from ...priors.layers import Layer
from ...priors.table import load_prior_table
from ..models import model_layers
from .mechanism import Arrivals, Mechanism, Progress

MONTHS = np.concatenate([np.linspace(0.0, 120.0, 241), np.geomspace(121.0, 1e6, 40)])
PACES = (0.01, 0.2, 1.0)  # logarithm per month
WINDOWS = ((0.0, 24.0), (7.0, 1e-6), (3.0, 240.0))  # start and length, months
ROUNDING = 1e-9
SAME = 1e-9  # relative difference between NumPy and a graph


def refuse_incomplete(mechanism: type[Mechanism], key: str) -> None:
    """Refuse a class that lacks a form, or values to try it on.

    Raises
    ------
    InputError
        Naming what is missing.
    """
    lacking = sorted(getattr(mechanism, "__abstractmethods__", ()))
    if lacking:
        raise InputError(f"lacks {', '.join(lacking)}: a formula over numpy and pytensor.tensor was expected", key=key)
    names = mechanism.quantities
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise InputError(f"quantities: a tuple of names was expected, not {names!r}", key=key)
    for name in names:
        if name not in mechanism.example:
            raise InputError(f"example: a value of {name} to try it on was expected", key=key)
    _refuse_wrong_rows(mechanism, key)


def _refuse_wrong_rows(mechanism: type[Mechanism], key: str) -> None:
    """Refuse rows that could not stand in an overlay, or that are lacking: they would fail whoever chooses them."""
    names, rows = mechanism.quantities, mechanism.rows
    if not names and not rows:
        return
    if not isinstance(rows, Mapping):
        raise InputError(f"rows: a mapping from quantities to rows was expected, not {rows!r}", key=key)
    for name, row in rows.items():
        if name not in names:
            raise InputError(f"rows: {name} is none of its quantities, {', '.join(names) or 'none'}", key=key)
        if not isinstance(row, Mapping):
            raise InputError(f"rows: {name}: a row was expected, not {row!r}", key=key)
    try:
        own = {"quantity": {name: dict(row) for name, row in rows.items()}} if rows else {}
        table = load_prior_table([*model_layers(), Layer.of(own, file=mechanism.name)])
    except InputError as error:
        where = f"rows: {error.key}" if error.key else "rows"
        raise InputError(f"{where}: {error.problem}", key=key, nearest=error.nearest) from None
    for name in names:
        if name not in table.quantities:
            raise InputError(
                f"rows: a row of {name} was expected, of which nothing is believed",
                key=key,
                nearest=nearest_name(name, table.quantities),
            )


def check_forms(mechanism: Mechanism, key: str) -> None:
    """Refuse a formula that falls, or does not begin or end as it should, over NumPy.

    Raises
    ------
    InputError
        Saying what is wrong, and when.
    """
    for arguments, last in _cases(mechanism):
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(_formula(mechanism)(np, MONTHS, *arguments, mechanism.example), dtype=float)
        except Exception as error:  # noqa: BLE001  # whatever somebody else's formula raises
            raise InputError(f"its function fails over numpy ({raised_text(error)})", key=key) from None
        said = ", ".join(f"{argument:g}" for argument in arguments)

        def refuse(wrong: Any, problem: str, said: str = said) -> None:
            if np.any(wrong):
                at = MONTHS[np.broadcast_to(wrong, MONTHS.shape)][0]
                raise InputError(f"its function {problem} (in month {at:g}, given {said})", key=key)

        if found.shape != MONTHS.shape:
            raise InputError(f"its function must have the shape of t, {MONTHS.shape}, not {found.shape}", key=key)
        refuse(~np.isfinite(found), "must be finite")
        scale = ROUNDING * max(1.0, float(np.abs(found).max()))
        refuse(np.diff(found, prepend=found[0]) < -scale, "must never fall")
        refuse((MONTHS == 0.0) & (np.abs(found) > scale), "must begin at 0")
        if last is not None:
            refuse((arguments[0] > MONTHS) & (np.abs(found) > scale), "must be 0 before anything arrives")
            refuse((sum(arguments) < MONTHS) & (np.abs(found - last) > scale), f"must come to {last:g} in the end")


def check_graph_form(mechanism: Mechanism, key: str) -> None:
    """Refuse a formula that is not the same in a graph, or has no finite slope there.

    Raises
    ------
    InputError
        Saying what is wrong.
    """
    import pytensor
    import pytensor.tensor as pt

    t = pt.vector("t", dtype="float64")
    for arguments, _ in _cases(mechanism):
        try:
            given = {name: pt.as_tensor_variable(float(value)) for name, value in mechanism.example.items()}
            parts = [pt.as_tensor_variable(argument) for argument in arguments]
            value = _formula(mechanism)(pt, t, *parts, given) + 0.0 * t
            found, slope = pytensor.function([t], [value, pt.grad(value.sum(), t)], mode="FAST_COMPILE")(MONTHS)
        except Exception as error:  # noqa: BLE001  # whatever somebody else's formula raises when given variables
            raise InputError(
                f"its function must work over pytensor.tensor, too ({raised_text(error)})", key=key
            ) from None
        expected = _formula(mechanism)(np, MONTHS, *arguments, mechanism.example)
        if not np.allclose(found, expected, rtol=SAME, atol=SAME):
            raise InputError("its function must be the same over numpy and pytensor.tensor", key=key)
        if not np.isfinite(slope).all():
            raise InputError("its function must have a finite slope over pytensor.tensor", key=key)


def _formula(mechanism: Mechanism) -> Any:
    if isinstance(mechanism, Progress):
        return mechanism.log_progress
    assert isinstance(mechanism, Arrivals), mechanism.name
    return mechanism.months_arrived


def _cases(mechanism: Mechanism) -> list[tuple[tuple[float, ...], float | None]]:
    """What the formula is tried on beside t, and what it must come to in the end, if that is known."""
    if isinstance(mechanism, Arrivals):
        return [(window, window[1]) for window in WINDOWS]
    return [((pace,), None) for pace in PACES]
