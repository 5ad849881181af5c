"""``catchup explore``: a page in which a reader switches evidence on and off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...priors.files import check_file
from .options import OUTPUT, Asked
from .output import print_json, warn


def explore(
    *,
    asked: Asked | None = None,
    out: Annotated[Path, Parameter(group=OUTPUT, help="The HTML file to write.")] = Path("explore.html"),
) -> int:
    """Write a page, readable without network, in which evidence, event and lever can be changed."""
    from ..presentation.explorer import write_explorer

    asked = asked or Asked()
    check_file(out, key="--out")
    write_explorer(out, asked.posterior())
    if asked.json:
        print_json({"schema": 1, "model": asked.model, "file": str(out)})
    else:
        warn(f"wrote {out}")
    return 0
