"""What the page on trust claims: which record shows it, what makes that record, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trust_judges as judges
from trust_judges import Found, Rows

from catchup.analysis.inference.diagnostics import MOST_DIVERGENT


@dataclass(frozen=True)
class Claim:
    """One line of the page.

    Attributes
    ----------
    what, wanted : str
        What is claimed, and when the claim counts as kept.
    record : str
        Name of the record that shows it.
    command : str
        What makes that record.
    judge : callable
        Turns the record's rows into what was found.
    """

    what: str
    wanted: str
    record: str
    command: str
    judge: Callable[[Rows], Found]


TOGETHER = "none outside the joint 99% band"
BY_CHANCE = f"within chance at {judges.CHANCE:.0%}"
AT_MOST = f"{judges.APART} month at most"
APART = f"{AT_MOST}, or what chance makes of it"
SLOW, QUICK = "make test-slow RECORD=1 ARGS={}", "make test RECORD=1"
CALIBRATION, KILLS = SLOW.format("tests/calibration"), SLOW.format("tests/runs/test_killed_runs.py")
TABLES = SLOW.format("tests/calibration/test_simulated_tables.py")
PROGRESS = SLOW.format("tests/tables/test_efficiency_progress.py")
ENGINES = SLOW.format("tests/analysis/test_engines.py")
KINDS = SLOW.format("tests/calibration/test_kind_engines.py")
ERRORS = SLOW.format("tests/calibration/test_errors_over_seeds.py")

SECTIONS: dict[str, tuple[Claim, ...]] = {
    "Does the method recover what it is told?": (
        Claim(
            "Simulation-based calibration, importance",
            TOGETHER,
            "sbc-importance",
            CALIBRATION,
            judges.uniform,
        ),
        Claim(
            "Simulation-based calibration, NUTS",
            TOGETHER,
            "sbc-nuts",
            CALIBRATION,
            judges.uniform,
        ),
        Claim(
            "Posterior simulation-based calibration: truths drawn given the default ledger, which fits count as well",
            TOGETHER,
            "sbc-posterior",
            CALIBRATION,
            judges.uniform,
        ),
        Claim(
            "The same of a likelihood that is wrong", "found out", "sbc-posterior-wrong", CALIBRATION, judges.found_out
        ),
        Claim(
            "Calibration over the prior of a likelihood that is wrong, importance",
            "found out",
            "sbc-importance-wrong",
            CALIBRATION,
            judges.found_out,
        ),
        Claim("The same, NUTS", "found out", "sbc-nuts-wrong", CALIBRATION, judges.found_out),
        Claim(
            "Simulation-based calibration of every kind of evidence, three items of each, importance",
            TOGETHER,
            "sbc-kinds",
            CALIBRATION,
            judges.kinds_uniform,
        ),
        Claim(
            "Half the standard deviation of one kind, importance",
            "each outside its 99% band",
            "sbc-kinds-wrong",
            CALIBRATION,
            judges.kinds_found_out,
        ),
        Claim(
            "Calibration with simulated tables (scores, lags)",
            TOGETHER,
            "sbc-tables",
            TABLES,
            judges.uniform,
        ),
        Claim(
            "The same, what scores say being held twice as sure",
            "found out",
            "sbc-tables-wrong-scores",
            TABLES,
            judges.found_out,
        ),
        Claim(
            "The same, what lags say being held twice as sure",
            "found out",
            "sbc-tables-wrong-lags",
            TABLES,
            judges.found_out,
        ),
        Claim(
            "Tables drawn with progress of 3, 8 and 25 x a year: intervals hold it",
            BY_CHANCE,
            "recovery-of-progress",
            PROGRESS,
            judges.covered,
        ),
        Claim("Intervals of fits hold the truth", BY_CHANCE, "coverage-of-ranked-draws", CALIBRATION, judges.covered),
        Claim(
            "Intervals of forecasts hold the truth",
            BY_CHANCE,
            "coverage-of-forecasts",
            CALIBRATION,
            judges.covered,
        ),
    ),
    "Do two engines that share no sampling agree?": (
        Claim("Quantiles of the date, importance and NUTS, `article`", APART, "engines", ENGINES, judges.engines),
        Claim("The same, `current`", APART, "engines-current", ENGINES, judges.engines),
        Claim("The same, averaged over ledgers", AT_MOST, "engines-average", ENGINES, judges.engines_average),
        Claim("Three items of every kind, `current`", APART, "engines-kinds", KINDS, judges.engines_by_kind),
        Claim(
            "NUTS on the default ledger",
            f"no divergence of `article`, at most {MOST_DIVERGENT:.1%} of the transitions of `current`, "
            f"R-hat < {judges.HIGHEST_RHAT}, ESS > {judges.LEAST_ESS:,}",
            "seeds",
            ENGINES,
            judges.seeds,
        ),
    ),
    "Is it as sure as it says?": (
        Claim(
            "Every reported Monte Carlo error beside the spread over seeds",
            "none smaller than chance makes it",
            "errors",
            ERRORS,
            judges.errors_of_figures,
        ),
    ),
    "Does it survive what happens to programs?": (
        Claim("Runs killed (SIGKILL) at random moments", "no broken folder", "kills", KILLS, judges.kills),
        Claim("Two runs at once", "none lost, all alike", "pairs", KILLS, judges.pairs),
        Claim(
            "Bad input",
            f"refused, never a traceback; at least {judges.LEAST_COMPLAINTS} different complaints",
            "bad-inputs",
            QUICK,
            judges.bad_inputs,
        ),
        Claim(
            "Sound documents, changed at random", "taken or refused in a line", "fuzz", "make fuzz", judges.almost_right
        ),
    ),
    "Would the tests notice?": (
        Claim(
            "Small faults put into `model/`, `evidence/` and `analysis/inference/`",
            f"at least {judges.LEAST_KILLED:.0%} killed",
            "mutation",
            "make mutation",
            judges.mutants,
        ),
        Claim(
            "Lines and branches that tests reach",
            f"at least {judges.LEAST_COVERED:.0f}% each",
            "coverage",
            "make coverage",
            judges.branches,
        ),
    ),
}
