"""What a leak costs beside a plain forecast, and what all worlds cost: each in processes of their own, in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comparing import Ledger, catchup, in_turns, shortest

from catchup.analysis.presentation.pages.leaks import PAGE, leaks_in

DAY = ("--as-of", "2026-11-21")
DOCS = Path(__file__).resolve().parents[1] / "docs"
ROUNDS = 4


def plain() -> None:
    catchup("forecast", *DAY)


def with_leak(path: Path) -> Callable[[], object]:
    return lambda: catchup("forecast", "--add", str(path), *DAY)


def test_leaks_beside_a_plain_forecast(benchmark: Any, ledger: Ledger) -> None:
    """The dearest of the tutorial's leaks."""
    leaks = leaks_in((DOCS / PAGE).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in leaks]
        for path in paths:
            path.write_text(leaks[path.name], encoding="utf-8")
        without, *added = shortest(*in_turns(benchmark, plain, *map(with_leak, paths), rounds=ROUNDS, own_each=3))
    most, dearest = max(zip(added, leaks, strict=True))
    what = f"dearest of {len(leaks)}: {dearest}, {most:.1f} s against {without:.1f} s"
    ledger.at_most("forecast --add / forecast", most / without, 1.3, what)


def test_worlds_beside_a_forecast(benchmark: Any, ledger: Ledger) -> None:
    own, forecast = shortest(*in_turns(benchmark, lambda: catchup("worlds", *DAY), plain, rounds=ROUNDS))
    ledger.at_most("catchup worlds / forecast", own / forecast, 20.0, f"{own:.1f} s against {forecast:.1f} s")
