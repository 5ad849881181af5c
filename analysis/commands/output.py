"""What commands print: one JSON object for programs or a result's tables for people, and warnings beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..inference.diagnostics import few_for_quantiles
from ..inference.estimates import Distribution
from ..inference.probabilities import HEADLINE
from ..presentation.table import Cell, Layout
from ..presentation.terminal import console, print_layout, to_text

PLOT = "--plot"
MOST_LINES_ALIKE = 3  # about entries with the same fault; more share a line


def show(layout: Layout, *, as_json: bool, model: str | None = None, quantiles_of: Distribution | None = None) -> None:
    """Print a result, for programs or for people.

    Parameters
    ----------
    layout : Layout
        The result.
    as_json : bool
        Whether for programs.
    model : str, optional
        By which model it is, for programs, where the result does not say so.
    quantiles_of : Distribution, optional
        Whose quantiles are shown: people are told where draws are too few for them, programs read it beside each.
    """
    if as_json:
        print_json(with_model(layout.json(), model))
        return
    print_layout(layout)
    if quantiles_of is not None:
        warn(*few_for_quantiles(quantiles_of, HEADLINE))


def with_model(result: Mapping[str, Any], model: str | None) -> Mapping[str, Any]:
    """Say which model a JSON object is of, behind its schema."""
    if model is None or "model" in result:
        return result
    return {"schema": result["schema"], "model": model, **{key: result[key] for key in result if key != "schema"}}


def print_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output and nothing else."""
    # whole before a byte of it is written: half an object is none
    sys.stdout.write(json.dumps(result, indent=2, allow_nan=False) + "\n")


def say(*lines: Cell, wrapped: bool = True) -> None:
    """Print sentences for people; `wrapped` to the terminal's width, or in one line each, which can be searched for."""
    for line in lines:
        console().print(to_text(line), soft_wrap=not wrapped)


def warn(*messages: str) -> None:
    """Print messages on standard error, a line each."""
    for message in messages:
        print(f"catchup: {message}", file=sys.stderr)


def warn_of_faults(faults: Sequence[str]) -> None:
    """Say what is wrong with entries of a folder, each in a line; of many alike, in one line that names a few."""
    alike: dict[str, list[str]] = {}
    for fault in faults:
        path, _, reason = fault.partition(": ")
        alike.setdefault(reason, []).append(path)
    for reason, paths in alike.items():
        if len(paths) > MOST_LINES_ALIKE:
            named = ", ".join(paths[:MOST_LINES_ALIKE])
            warn(f"{named} and {len(paths) - MOST_LINES_ALIKE} more: {reason}")
        else:
            for path in paths:
                warn(f"{path}: {reason}" if reason else path)


def check_plot(path: Path | None) -> None:
    """Refuse a file that no picture can be written into, before there is one.

    Raises
    ------
    InputError
        If its name or its folder is none.
    """
    if path is not None:
        from ..presentation.figures import check_file

        check_file(path, key=PLOT)


def draw_plot(path: Path | None, draw: Callable[[Any], Any]) -> None:
    """Draw a picture into a file, where one was asked for, and say so.

    Parameters
    ----------
    path : Path, optional
        The file.
    draw : callable
        Given the module of figures, makes the picture: matplotlib is imported then.
    """
    if path is not None:
        from ..presentation import figures

        warn(f"drew {figures.save(draw(figures), path, key=PLOT)}")
