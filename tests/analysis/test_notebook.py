"""The notebook on the posterior: it runs as it stands, and what was executed is what is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def cells() -> list[str]:
    return [match.strip() for match in CELL.findall((FOLDER / "posterior.md").read_text(encoding="utf-8"))]


def test_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    matplotlib.use("Agg")
    names: dict[str, object] = {}
    for cell in cells():
        exec(compile(cell.replace("draws = 100_000", "draws = 30_000"), "posterior.md", "exec"), names)
        plt.close("all")
    assert names["again"].identical(names["tree"])  # type: ignore[attr-defined]


def test_what_was_executed_is_what_is_written() -> None:
    executed = json.loads((FOLDER / "posterior.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in executed if cell["cell_type"] == "code"]
    assert ["".join(cell["source"]).strip() for cell in code] == cells()
    assert all(cell["outputs"] for cell in code)
    assert not any(output["output_type"] == "error" for cell in code for output in cell["outputs"])
