"""The two models, as layers: the article's tables, and what `current` lays over them, group by group."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ..priors.errors import InputError, unknown_name
from ..priors.frozen import frozen
from ..priors.layers import Layer
from ..priors.packaged import packaged_layers
from ..priors.strict import read_toml

HERE = Path(__file__).parent
ARTICLE, CURRENT = "article", "current"
DEFAULT_MODEL = CURRENT
TABLES = ("race", "events", "policies", "scenarios", "worlds", "readings")
GROUPS = {
    "firms": "Firms by name",
    "obstacles": "What stands in the way besides compute",
    "reporting": "What is ready told from what is known",
    "lags": "Lags measured on the frontier's records",
    "dated-lags": "What a measured lag says of the date",
}
"""By file of `current`, in the order in which they are laid over one another, what the group of rows is about."""

MODELS = {ARTICLE: "The published model, reproduced figure by figure.", CURRENT: "The world as it stands."}
"""By name, what each model is."""


def model_layers(model: str = DEFAULT_MODEL) -> list[Layer]:
    """Return a model's own files, lowest first.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if model not in MODELS:
        raise unknown_name("model", model, MODELS, key="--model")
    names = [f"model/{name}.toml" for name in TABLES]
    if model == CURRENT:
        names += [*map(group_file, GROUPS), group_file("scenarios")]
    return [*packaged_layers(), *map(_layer, names)]


def known_elsewhere(error: InputError, model: str) -> InputError:
    """Return what is said of a name that a model does not know: that the other does, where it does."""
    for other in MODELS:
        known = (rows for layer in model_layers(other) for rows in layer.tables.values() if isinstance(rows, dict))
        if other != model and error.unknown is not None and any(error.unknown in rows for rows in known):
            unknown = error.problem.split("; known are ")[0].split(" (a new ")[0]
            problem = f"{unknown}: the model {other} alone knows it (--model {other}), not {model}"
            return InputError(problem, file=error.file, key=error.key)
    return error


def group_file(group: str) -> str:
    """Name of a group's file, as messages and runs have it."""
    return f"model/current/{group}.toml"


def group_layer(group: str) -> Layer:
    """One group's rows by themselves, to be laid over the article's."""
    return _layer(group_file(group))


@cache
def _layer(name: str) -> Layer:
    return Layer.of(frozen(read_toml(HERE.parent / name)), file=name)


def model_of(layers: Iterable[Layer]) -> str:
    """Name of the model that layers are, overlays aside: the article's where no group of `current` is among them."""
    groups = set(map(group_file, GROUPS))
    return CURRENT if any(layer.file in groups for layer in layers) else ARTICLE
