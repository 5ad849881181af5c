"""Many simulated data sets fitted by importance against one: what sharing the prior draws saves."""

from __future__ import annotations

from datetime import date
from typing import Any

from comparing import Ledger, in_turns, shortest

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.calibration import Calibration, calibrate, make_plan
from catchup.model.assumptions import load_assumptions

DRAWS = 50_000  # shared by all fits, whose ranks are exact for any number
FITS = 1_000


def fitted(fits: int) -> Calibration:
    """Read priors and ledger, draw the prior, fit: all that one fit takes, and all that many take."""
    question = Question(load_assumptions(), date(2026, 11, 21), draws=DRAWS)
    return calibrate(make_plan(question, choose_evidence(question, "default", None, ()).counted), fits)


def test_many_simulated_data_sets(benchmark: Any, ledger: Ledger) -> None:
    fitted(1)
    one, many = shortest(*in_turns(benchmark, lambda: fitted(1), lambda: fitted(FITS), rounds=3, own_each=5))
    ledger.at_most(
        f"{FITS:,} importance fits to simulated data / one",
        many / one,
        12.0,
        f"{many:.2f} s against {1e3 * one:.0f} ms, {DRAWS:,} prior draws",
    )
