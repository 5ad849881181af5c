"""Records just beside the bound of each claim of the page on trust: kept (`GOOD`) and missed (`BAD`); figures typed."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
Records = list[list[Row]]

UNIFORM: Row = {"fits": 1_000, "quantities": 36, "outside_own_band": [], "failed": [], "smallest_p_value": 0.2}
OUTSIDE = UNIFORM | {"failed": ["ready"], "outside_own_band": ["ready"]}
ALONE = UNIFORM | {"outside_own_band": ["ready"]}  # of a quantity's own band, as one in a hundred is by chance
CHIPS, MONEY = {"group": "chips", "kinds": ["cluster", "shipment"]}, {"group": "money", "kinds": ["rental_spend"]}
FOUND_OUT = {"outside_own_band": ["log_likelihood"]}
CHAINS: Row = {"model": "article", "seed": 0, "transitions": 8_000, "divergences": 0, "rhat": 1.001, "ess": 5_000.0}
KILLS: Row = {"started": 200, "killed": 150, "whole": 80, "broken": 0}
PAIRS: Row = {"pairs": 50, "whole": 100, "different": 1}
FUZZ: Row = {"reader": "items", "inputs": 100, "taken": 99, "refused": 1, "tracebacks": 0}


def of_each(*names: str, records: Records) -> dict[str, Records]:
    return {name: [*records] for name in names}


def held(*counts: int, promise: float = 0.9) -> list[Row]:
    """Intervals that hold so many of 500 truths each."""
    return [{"quantity": str(n), "truths": 500, "promise": promise, "held": n / 500} for n in counts]


def apart(months: float, mcse: float = 0.004, nuts_mcse: float = 0.005, ledger: str = "default") -> Row:
    figures = {"level": 0.5, "months": months, "mcse": mcse, "nuts_mcse": nuts_mcse}
    return {"ledger": ledger, "kinds": ["cluster"], "model": "current", **figures}


def errors(*ratios: float) -> list[Row]:
    band = {"seeds": 200, "low": 0.82, "high": 1.25}
    return [{"model": "current", "figure": "forecast/mean", "ratio": ratio, **band} for ratio in ratios]


def faults(**outcomes: int) -> list[Row]:
    return [
        {"file": "model/race.py", "outcome": outcome.replace("_", " ")}
        for outcome, count in outcomes.items()
        for _ in range(count)
    ]


# Within chance, at 1% of all intervals at once: 432 to 466 of 500 by one interval, 430 to 468 by each of two.
HOLDING = [held(432), held(466), held(430, 468), [*held(430, 450), *held(250, promise=0.5)]]
NOT_HOLDING = [held(431), held(467), held(429, 450), held(450, 469), [*held(450), *held(220, promise=0.5)]]
# 0.05 month, or 4.892 times both errors together: 0.3527 month by errors of 0.04 and 0.06
TOGETHER = [[apart(0.05), apart(-0.05, ledger="simulated 0")], [apart(0.352, 0.04, 0.06)]]
NOT_TOGETHER = [[apart(0.0), apart(-0.051, ledger="simulated 0")], [apart(0.354, 0.04, 0.06)]]

GOOD: dict[str, Records] = {
    **of_each("sbc-importance", "sbc-nuts", "sbc-posterior", "sbc-tables", records=[[UNIFORM], [ALONE]]),
    **of_each("sbc-importance-wrong", "sbc-nuts-wrong", "sbc-posterior-wrong", records=[[OUTSIDE]]),
    **of_each("sbc-tables-wrong-scores", "sbc-tables-wrong-lags", records=[[OUTSIDE]]),
    "sbc-kinds": [[UNIFORM | CHIPS, ALONE | MONEY]],
    "sbc-kinds-wrong": [[UNIFORM | FOUND_OUT | {"kind": kind} for kind in ("cluster", "shipment")]],
    **of_each("recovery-of-progress", "coverage-of-ranked-draws", "coverage-of-forecasts", records=HOLDING),
    **of_each("engines", "engines-current", "engines-kinds", records=TOGETHER),
    "engines-average": [[apart(0.05), apart(-0.05, 0.1, 0.1)]],
    "seeds": [
        [CHAINS],
        [CHAINS | {"rhat": 1.0099, "ess": 2_001.0}],
        [CHAINS, CHAINS | {"model": "current", "divergences": 8}],  # of 8,000 transitions a thousandth may
    ],
    "errors": [errors(0.82, 1.9)],
    "kills": [[KILLS]],
    "pairs": [[PAIRS]],
    "bad-inputs": [[{"folder": name, "tests": 1, "complaints": 250} for name in ("priors", "model")]],
    "fuzz": [[FUZZ]],
    "mutation": [faults(killed=80, timed_out=8, survived=11, unreached=1, equivalent=5)],
    "coverage": [[{"room": room, "percent": 95.0} for room in ("model", "priors")]],
}
BAD: dict[str, Records] = {
    **of_each("sbc-importance", "sbc-nuts", "sbc-posterior", "sbc-tables", records=[[OUTSIDE]]),
    **of_each("sbc-importance-wrong", "sbc-nuts-wrong", "sbc-posterior-wrong", records=[[UNIFORM], [ALONE]]),
    **of_each("sbc-tables-wrong-scores", "sbc-tables-wrong-lags", records=[[UNIFORM], [ALONE]]),
    "sbc-kinds": [[UNIFORM | CHIPS, OUTSIDE | MONEY]],
    "sbc-kinds-wrong": [[UNIFORM | FOUND_OUT | {"kind": "cluster"}, ALONE | {"kind": "shipment"}]],
    **of_each("recovery-of-progress", "coverage-of-ranked-draws", "coverage-of-forecasts", records=NOT_HOLDING),
    **of_each("engines", "engines-current", "engines-kinds", records=NOT_TOGETHER),
    "engines-average": [[apart(0.0), apart(-0.051, 0.1, 0.1)]],
    "seeds": [
        [CHAINS | {"divergences": 1}],
        [CHAINS, CHAINS | {"rhat": 1.01}],
        [CHAINS, CHAINS | {"ess": 2_000.0}],
        [CHAINS, CHAINS | {"model": "current", "divergences": 9}],
    ],
    "errors": [errors(0.9, 0.819)],
    "kills": [[KILLS | {"broken": 1}]],
    "pairs": [[PAIRS | {"whole": 99}], [PAIRS | {"different": 2}]],
    "bad-inputs": [
        [{"folder": name, "tests": 400, "complaints": count} for name, count in (("model", 250), ("priors", 249))]
    ],
    "fuzz": [[FUZZ, FUZZ | {"tracebacks": 1}], [FUZZ | {"refused": 0}]],
    "mutation": [faults(killed=79, timed_out=8, survived=12, unreached=1, equivalent=5)],
    "coverage": [[{"room": room, "percent": percent} for room, percent in (("model", 97.0), ("priors", 94.99))]],
}
