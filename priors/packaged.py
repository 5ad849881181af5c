"""The files that come with the project: its own prior tables, and overlays on them by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .errors import InputError, MissingFileError, unknown_name
from .frozen import frozen
from .layers import Layer, merge
from .strict import read_toml

HERE = Path(__file__).parent
PACKAGED = {f"priors/{name}": HERE / name for name in ("baseline.toml", "readings.toml", "tables.toml")}
MODEL_TABLES = "model/"


def packaged_layers() -> list[Layer]:
    """Return the project's own prior tables, as the lowest layers; they are read once, and cannot be changed.

    Examples
    --------
    >>> from catchup.priors import packaged_layers
    >>> [layer.file for layer in packaged_layers()]
    ['priors/baseline.toml', 'priors/readings.toml', 'priors/tables.toml']
    """
    return [_packaged(file) for file in PACKAGED]


@cache
def _packaged(file: str) -> Layer:
    return Layer.of(frozen(read_toml(PACKAGED[file])), file=file)


@cache
def own_number(constant: str) -> float:
    """Value of a numeric constant as the project's own tables have it: for what is read before a model is laid out.

    An overlay of it does not reach who asks here.

    Examples
    --------
    >>> own_number("flop_per_parameter_token")
    6.0
    """
    return float(merge(packaged_layers(), "constant")[constant].values["value"])


@cache
def named_overlays() -> Mapping[str, Path]:
    """Overlays that come with the project: name to file.

    Examples
    --------
    >>> from catchup.priors import named_overlays
    >>> named_overlays()["progress-amodei"].name
    'progress-amodei.toml'
    """
    return MappingProxyType({path.stem: path for path in sorted((HERE / "overlays").glob("*.toml"))})


def read_overlay(name_or_path: str | Path) -> Layer:
    """Read an overlay, given its file or the name of one that comes with the project.

    Raises
    ------
    InputError
        If there is no such file or name, or it is not an overlay.

    Examples
    --------
    >>> from catchup.priors import read_overlay
    >>> list(read_overlay("progress-amodei").tables["quantity"])
    ['algorithmic_progress']
    >>> read_overlay("progress-amodai")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: overlays: unknown overlay 'progress-amodai'; did you mean 'progress-amodei'?
    """
    overlays = named_overlays()
    text = str(name_or_path)
    if not text:  # which would be the current folder
        raise InputError("a TOML file or the name of an overlay was expected, not ''", key="--priors")
    try:
        # a user's file is never the project's own
        return Layer.read(os.path.abspath(text) if is_own_file(text) else text)
    except MissingFileError:
        if text in overlays:
            return own_overlay(text)
        if os.sep not in text and not text.endswith(".toml"):
            raise unknown_name("overlay", text, overlays, key="--priors") from None
        raise


@cache
def own_overlay(name: str) -> Layer:
    """Read an overlay that comes with the project, whatever files of the user's have its name; KeyError if none has."""
    return Layer.of(frozen(read_toml(named_overlays()[name])), file=f"priors/overlays/{name}.toml")


def is_own_file(file: str) -> bool:
    """Whether a file is one of the project's tables, those of the model among them, which are not known here."""
    return file in PACKAGED or (file.startswith(MODEL_TABLES) and file.endswith(".toml"))
