"""What the studies that follow a forecast cost beside it, as a user waits for them: from the start of the process."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from comparing import Ledger, catchup, in_turns, shortest

DAY = ("--as-of", "2026-11-21")
STUDIES = {
    ("influence", *DAY): 3.0,
    ("check", *DAY): 3.0,
    ("levers", "--grid", *DAY): 3.0,
    ("state", *DAY): 3.0,
    ("hindcast",): 20.0,
}
ROUNDS = 3


@pytest.mark.parametrize("arguments", STUDIES, ids=lambda arguments: arguments[0])
def test_a_study_beside_the_forecast(benchmark: Any, ledger: Ledger, arguments: tuple[str, ...]) -> None:
    forecast = partial(catchup, "forecast", *DAY)
    forecast()
    study, plain = shortest(*in_turns(benchmark, partial(catchup, *arguments), forecast, rounds=ROUNDS))
    ledger.at_most(
        f"catchup {' '.join(arguments)} / forecast",
        study / plain,
        STUDIES[arguments],
        f"{study:.1f} s against {plain:.2f} s",
    )
