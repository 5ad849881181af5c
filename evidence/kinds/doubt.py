r"""Doubt, for every kind: with probability 1 - r an item is about something else than it says.

.. math:: f(y) = r\,f_\text{genuine}(y) + (1 - r)\,b(y)

r is the `reliability` that an item states, and b what it would say otherwise: :math:`N(m_b, s_b)` in the coordinate of
its kind (`background_mean`, `background_sd`), or where there are two outcomes the probability of a 1
(`background_probability`). Whether the item is genuine is not drawn but summed over; its posterior probability is
:math:`r f_\text{genuine} / f`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from ...priors.log_densities import log_normal_density
from ...priors.scores import LARGEST_UNIFORM
from ...priors.strict import StrictModel, unknown_key, validate
from .estimate import at_most_one
from .figures import Array, Figures, Positive, calculable, log_of

SMALLEST_SHARE = 1e-12  # keeps a rank within a part of the mixture defined where the part has no share

Reliability = Annotated[float, Field(ge=0), AfterValidator(at_most_one)]


class Doubt(StrictModel):
    """How far an item is believed, and what it would otherwise say, in the coordinate of its kind."""

    reliability: Reliability
    background_mean: Annotated[float, AfterValidator(calculable)]
    background_sd: Positive

    def log_density(self, xp: Any, value: Any, figures: Figures) -> Any:
        """Log density of an observation that is about something else."""
        return log_normal_density(xp, value, figures["background_mean"], figures["background_sd"])

    def simulate(self, xp: Any, normal: Any, uniform: Any, figures: Figures) -> Any:
        """Turn a standard normal and a uniform number into an observation that is about something else."""
        return figures["background_mean"] + figures["background_sd"] * normal


class OutcomeDoubt(StrictModel):
    """How far an item of two outcomes is believed, and how often it would otherwise say 1."""

    reliability: Reliability
    background_probability: Annotated[float, Field(gt=0, lt=1)]

    def log_density(self, xp: Any, value: Any, figures: Figures) -> Any:
        """Log probability of an outcome that is about something else."""
        ones = figures["background_probability"]
        return xp.log(xp.where(value > 0.5, ones, 1.0 - ones))

    def simulate(self, xp: Any, normal: Any, uniform: Any, figures: Figures) -> Any:
        """Turn a standard normal and a uniform number into an outcome that is about something else."""
        ones = uniform < figures["background_probability"]
        return xp.where(ones, xp.ones_like(uniform), xp.zeros_like(uniform))


AnyDoubt = Doubt | OutcomeDoubt
KEYS = frozenset({*Doubt.model_fields, *OutcomeDoubt.model_fields})


def mixture_parts(xp: Any, genuine: Any, background: Any, reliability: Any) -> tuple[Any, Any]:
    """Log densities of both parts of the mixture, each with the logarithm of its share."""
    return genuine + log_of(xp, reliability), background + log_of(xp, 1.0 - reliability)


def log_sum(xp: Any, genuine: Any, background: Any) -> Any:
    """Log density of the mixture, of those of its parts."""
    # log(e^a + e^b) in functions that NumPy evaluates several at a time, which its logaddexp is not
    return xp.maximum(genuine, background) + xp.log(1.0 + xp.exp(-abs(genuine - background)))


def share_genuine(genuine: Array, background: Array) -> Array:
    """Probability of being genuine, of the log densities of both parts."""
    return np.asarray(np.exp(genuine - np.logaddexp(genuine, background)))


def ranks_within(xp: Any, uniform: Any, reliability: Any) -> tuple[Any, Any]:
    """Turn a uniform number into one within the genuine part, and one within the background."""
    genuine = uniform / xp.maximum(reliability, SMALLEST_SHARE)
    background = (uniform - reliability) / xp.maximum(1.0 - reliability, SMALLEST_SHARE)
    background = xp.minimum(xp.maximum(background, 1.0 - LARGEST_UNIFORM), LARGEST_UNIFORM)
    return xp.minimum(genuine, LARGEST_UNIFORM), background


def read_likelihood(
    schema: type[StrictModel], doubted: type[AnyDoubt] | None, table: Mapping[str, Any], *, file: str, key: str
) -> tuple[Any, AnyDoubt | None]:
    """Check an item's table ``likelihood``, by the schemas of its kind's own figures and of its doubt, if it has one.

    Raises
    ------
    InputError
        At the first key that is unknown, missing or makes no sense.
    """
    of_doubt = {name: value for name, value in table.items() if doubted is not None and name in KEYS}
    own = {name: value for name, value in table.items() if name not in of_doubt}
    for name in own:
        if name not in schema.model_fields:  # each schema by itself knows only its own keys
            known = [*schema.model_fields, *(doubted.model_fields if doubted is not None else ())]
            raise unknown_key(name, known, file=file, key=f"{key}.{name}")
    likelihood = validate(schema, own, file=file, key=key)
    return likelihood, validate(doubted, of_doubt, file=file, key=key) if doubted and of_doubt else None
