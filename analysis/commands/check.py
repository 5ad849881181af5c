"""``catchup check``: whether the answer can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.files import check_folder, make_folder
from .options import OUTPUT, Asked
from .output import show, warn

PICTURE = "predictive-checks.png"


def check(
    *,
    asked: Asked | None = None,
    figures: Annotated[
        Path | None, Parameter(group=OUTPUT, help="Draw every observation against its predictions into a folder.")
    ] = None,
) -> int:
    """Whether the answer can be trusted: draws, predictions, each item given the others, prior against likelihood."""
    from ..presentation.tables.checks import layout
    from ..studies.checks.study import check as make

    asked = asked or Asked()
    if figures is not None:
        check_folder(figures, key="--figures")
    result = make(asked.request())
    if figures is not None:
        from ..presentation.figures import draw_predictive, save

        folder = make_folder(figures, key="--figures")
        warn(f"drew {save(draw_predictive(result), folder / PICTURE, key='--figures')}")
    show(layout(result), as_json=asked.json)
    return 0 if result.trustworthy else 1
