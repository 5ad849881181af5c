"""Rows of quantities whose numbers others give, and their draws."""

from __future__ import annotations

import tomllib

import numpy as np

from catchup.priors import Layer
from catchup.priors.hierarchy import related, transformed
from catchup.priors.packaged import packaged_layers
from catchup.priors.table import PriorTable, load_prior_table

PACKAGED = packaged_layers()
TEXT = 'unit = "1"\ndescription = "x"\nsources = ["project"]\nrole = "comparison"\n'
DRAWS = 100_000


def rows(**texts: str) -> str:
    return "\n".join(f"[quantity.{name}]\n{TEXT}{text}" for name, text in texts.items())


def table(text: str, file: str = "mine.toml") -> PriorTable:
    return load_prior_table([*PACKAGED, Layer.of(tomllib.loads(text), file=file)])


def drawn(beliefs: dict[str, object], names: list[str], seed: int = 1) -> dict[str, np.ndarray]:
    needed = {name: beliefs[name] for name in related(names, beliefs)}
    count = sum(belief.base is not None for belief in needed.values())
    ranks = np.random.default_rng(seed).random((count, DRAWS))
    return transformed(needed, iter(ranks), DRAWS, {})


def given(quantity: str, more: str = "") -> str:
    return f'{{quantity = "{quantity}"{more}}}'


def uniform(low: object, high: object) -> str:
    return f'family = "uniform"\nlow = {low}\nhigh = {high}'


LEVEL = 'family = "lognormal"\nmedian = 0.02\nsigma = 0.3'
