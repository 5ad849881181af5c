"""What a family of somebody else's must fulfil before anything is drawn from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from pydantic import ValidationError

from ..arguments import is_number
from ..bases import BASES
from ..errors import InputError, raised_text
from ..strict import from_pydantic
from .family import SCORE, Based, Family

FORMS = {
    "support": "the lowest and the highest value",
    "quantile_in": "the quantile function over numpy and pytensor.tensor",
    "cdf": "the distribution function",
    "log_density": "the log density",
}
TAILS = np.array([1e-9, 1e-6, 1e-3])
RANKS = np.concatenate([TAILS, np.linspace(0.01, 0.99, 99), 1.0 - TAILS[::-1]])
INVERSE = 1e-7  # how far the distribution function of a quantile may be from its probability
SAME = 1e-7  # relative difference between a quantile in NumPy and in a graph
STEP = 1e-4  # of probability, over which the density is compared with the rise of the distribution function
DENSITY = 1e-2  # relative difference that leaves


def refuse_wrong_attributes(family: type[Family], key: str) -> None:
    """Refuse a class whose attributes are of another kind than they are read as.

    Raises
    ------
    InputError
        Naming the attribute.
    """
    example, widest, shorthands = family.example, family.widest, family.shorthands
    if not isinstance(example, Mapping) or not all(isinstance(name, str) for name in example):
        raise InputError(f"example: numbers by name to try it on were expected, not {example!r}", key=key)
    if not isinstance(shorthands, tuple | list) or not all(isinstance(name, str) for name in shorthands):
        raise InputError(f"shorthands: a tuple of keys was expected, not {shorthands!r}", key=key)
    if widest is not None:
        pair = isinstance(widest, tuple | list) and len(widest) == 2 and all(map(is_number, widest))
        if not pair or not widest[0] < widest[1]:
            raise InputError(f"widest: its lowest and its highest value were expected, not {widest!r}", key=key)


def refuse_incomplete(family: type[Family], key: str) -> None:
    """Refuse a class that lacks a form.

    Raises
    ------
    InputError
        Naming the form.
    """
    if issubclass(family, Based):
        if not isinstance(family.base, str) or family.base not in BASES:
            raise InputError(f"base = one of {', '.join(BASES)} was expected, not {family.base!r}", key=key)
        lacking = (
            {} if _brings(family, "base_parameters") else {"base_parameters": "parameters of its base distribution"}
        )
        forms = {**lacking, **({} if family.widest or _brings(family, "support") else {"support": FORMS["support"]})}
    else:
        if family.base != SCORE:
            raise InputError(f"base = '{SCORE}' was expected, not {family.base!r}", key=key)
        forms = {name: what for name, what in FORMS.items() if not _brings(family, name)}
        if family.widest is not None:
            forms.pop("support", None)
    for name, what in forms.items():
        raise InputError(f"lacks {name}: {what} was expected", key=key)


def _brings(family: type[Family], name: str) -> bool:
    return getattr(family, name) not in (getattr(Family, name, None), getattr(Based, name, None))


def example_of(family: type[Family], key: str) -> Family:
    """Make a distribution of a family's example.

    Raises
    ------
    InputError
        If there is none, or the family itself refuses it.
    """
    try:
        return family(**family.example)
    except ValidationError as error:
        fault = from_pydantic(error, family, file=None, key="example")
        wanted = "numbers to try it on were expected in the class attribute example"
        raise InputError(f"{fault.key} {fault.problem}; {wanted}", key=key) from None
    except Exception as error:  # noqa: BLE001  # whatever a check of somebody else's raises
        raise InputError(f"example: {raised_text(error)}", key=key) from None


def check_forms(family: Family, *, key: str, file: str | None = None) -> None:
    """Refuse a distribution whose forms contradict each other in NumPy.

    Raises
    ------
    InputError
        Saying which do, and where.
    """
    whose = f"the {family.family} family's"
    with _theirs(whose, file, key):
        values = np.asarray(family.quantile(RANKS), dtype=float)
    if values.shape != RANKS.shape or not np.isfinite(values).all():
        problem = "quantile function must be finite, of its argument's shape"
        raise InputError(f"{whose} {problem}", file=file, key=key)
    with _theirs(whose, file, key):
        ranks, density = (np.broadcast_to(form(values), RANKS.shape) for form in (family.cdf, family.log_pdf))
        low, high = map(float, family.support())
        apart = np.asarray(family.quantile(np.stack([RANKS - STEP, RANKS + STEP])[:, 3:-3]))
        below, above = np.broadcast_to(family.cdf(apart), (2, RANKS[3:-3].size))
        rise = (above - below) / (apart[1] - apart[0])

    def refuse(wrong: Any, problem: str) -> None:
        if np.any(wrong):
            at = RANKS[np.broadcast_to(wrong, RANKS.shape)][0]
            raise InputError(f"{whose} {problem} (at probability {at:g})", file=file, key=key)

    refuse(np.diff(values, append=np.inf) <= 0.0, "quantile function must rise")
    refuse((values < low) | (values > high), f"quantiles must lie in its support, {low:g} to {high:g}")
    refuse(~(np.abs(ranks - RANKS) < INVERSE), "quantile function must be the inverse of its distribution function")
    refuse(~np.isfinite(density), "log density must be finite inside the support")
    wrong = np.zeros(RANKS.shape, dtype=bool)
    wrong[3:-3] = ~(np.abs(np.exp(density[3:-3]) / rise - 1.0) < DENSITY)
    # a corner of the density, which a quantile may stand on, is no contradiction
    refuse(wrong & (wrong.sum() > 2), "density must be the derivative of its distribution function")


@contextmanager
def _theirs(whose: str, file: str | None, key: str) -> Iterator[None]:
    """Tell what somebody else's formula raises as what it is."""
    try:
        with np.errstate(all="ignore"):
            yield
    except Exception as error:  # noqa: BLE001  # whatever it raises
        raise InputError(f"{whose} forms fail over numpy ({raised_text(error)})", file=file, key=key) from None


def check_graph_form(family: Family, *, key: str) -> None:
    """Refuse a distribution whose quantiles are not the same in a graph, or have no slope there.

    Raises
    ------
    InputError
        Saying what is wrong.
    """
    import pytensor
    import pytensor.tensor as pt

    whose = f"the {family.family} family's quantile function"
    rank = pt.vector("rank", dtype="float64")
    try:
        value = family.quantile_in(pt, rank)
        found, slope = pytensor.function([rank], [value, pt.grad(value.sum(), rank)], mode="FAST_COMPILE")(RANKS)
    except Exception as error:  # noqa: BLE001  # whatever somebody else's formula raises when it is given variables
        raise InputError(f"{whose} must work over pytensor.tensor, too ({raised_text(error)})", key=key) from None
    expected = family.quantile(RANKS)
    if not np.allclose(found, expected, rtol=SAME, atol=SAME * float(np.ptp(expected))):
        raise InputError(f"{whose} must be the same over numpy and pytensor.tensor", key=key)
    if not (np.isfinite(slope).all() and (slope > 0.0).all()):
        raise InputError(f"{whose} must have a slope above 0 over pytensor.tensor", key=key)
