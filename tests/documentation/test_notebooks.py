"""The notebooks run as they stand, on fewer draws."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

from catchup.analysis.studies.structure_registry import STRUCTURES
from documents import DOCS, NOTEBOOKS, cells

DRAWS = re.compile(r"^draws = [\d_]+$", re.MULTILINE)


QUICK = "updating"  # which stands for all of them; the site's build runs every one


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[] if path.stem == QUICK else pytest.mark.slow) for path in NOTEBOOKS],
)
def test_it_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    matplotlib.use("Agg")
    code = cells(path)
    assert any(DRAWS.search(cell) for cell in code)
    names: dict[str, object] = {}
    for number, cell in enumerate(code):
        exec(
            compile(DRAWS.sub("draws = 20_000", cell), f"{path.name}, cell {number}", "exec", dont_inherit=True), names
        )
        plt.close("all")
    try:
        CHECKS[path.stem](names)
    finally:
        STRUCTURES.pop("followers", None)


def check_updating(names: dict) -> None:
    """A longer lag than any counted moves the date later, by more than its error."""
    before, after = (names[name].ready.quantile(0.5) for name in ("before", "after"))
    assert after.value - before.value > 0.1
    rows = {row.item.id: row.left_out.shifts[0.5] for row in names["found"].items if 0.5 in row.left_out.shifts}
    assert rows["our-lag"].value < -2 * rows["our-lag"].mcse
    assert "our-lag" not in [item.id for item in names["selection"].counted]


def check_checking(names: dict) -> None:
    assert names["again"].identical(names["tree"])
    assert names["checks"].trustworthy


def check_eliciting(names: dict) -> None:
    """The row says what was believed, to the digits it is written with."""
    prior, mass = names["prior"], names["mass"]
    held = prior.cdf(names["high"]) - prior.cdf(names["low"]) if hasattr(prior, "cdf") else None
    if held is None:
        levels = [i / 10_000 for i in range(1, 10_000)]
        held = sum(names["low"] <= float(prior.quantile(p)) <= names["high"] for p in levels) / len(levels)
    assert held == pytest.approx(mass, abs=0.002)
    assert names["result"].shift(0.5).value < -1.0


def check_extend(names: dict) -> None:
    """Compute and progress move the date as they should, and the structure stands beside the others."""
    medians = {name: found.ready.quantile(0.5) for name, found in names["answers"].items()}
    assert medians["usual"].value - medians["more compute"].value > 5 * medians["usual"].mcse
    late = {name: found.ready.quantile(0.95).value for name, found in names["answers"].items()}
    assert late["slower progress"] > late["usual"] + 0.5
    assert "followers" in {row.id for row in names["side_by_side"].pooled}
    assert float((names["sampled"] < 20.0).mean()) > 0.99


CHECKS = {
    "updating": check_updating,
    "checking": check_checking,
    "eliciting": check_eliciting,
    "extend": check_extend,
}


def test_notebooks_are_kept_as_text() -> None:
    assert not list(DOCS.rglob("*.ipynb"))
    assert {path.stem for path in NOTEBOOKS} == set(CHECKS)
