r"""Fit the flagship budgets of `current`, firm by firm: what the rows of `model/current/firms.toml` say.

.. math:: \log\gamma_i \sim N(\mu_{a(i)}, \tau), \qquad \log y_i \mid \gamma_i \sim N(\log\gamma_i, s_i), \qquad
   P(\text{run } j \mid \gamma_i) = \Phi\bigl((\log\gamma_i - \log b_j) / s_j\bigr)

y are published shares: each, with a small probability, is not habit but a programme beyond it, by a factor that is
uniform in logarithm. b is a published run as a share of a year's compute: what has been run was affordable, and no more
is known of the budget.
:math:`\mu` and :math:`\tau` lie on a grid; given them everything is normal, or a normal tail.

    python benchmarks/budget_fit.py
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr
from scipy.stats import norm

from catchup.evidence import load_ledger
from catchup.model import load_assumptions
from catchup.priors.strict import read_toml

Array = NDArray[np.float64]
INPUT = Path(__file__).with_name("budget_runs.toml")
LEVELS = np.linspace(math.log(5e-4), math.log(0.5), 161)
SPREADS = np.linspace(0.02, 2.0, 100)
NODES = np.linspace(-9.0, 9.0, 361)  # of a firm's own share, about its archetype's mean, in natural log
LEVEL = 0.95  # of a published interval


@dataclass(frozen=True)
class Archetype:
    """What firms of a kind are like: median and standard deviation (natural log) of their mean, and tau."""

    median: float
    sigma: float
    tau: float


@dataclass(frozen=True)
class Habit:
    """A firm's own budget over its archetype's, and the standard deviation of its logarithm."""

    times: float
    sigma: float


@dataclass(frozen=True)
class Datum:
    """What is known of a firm: a share, or a bound from below, as the log likelihood of its budget's logarithm."""

    firm: str
    archetype: str
    centre: float
    sd: float
    bound: bool

    def log_likelihood(self, log_budget: Array, rules: Mapping[str, float]) -> Array:
        """Of budgets, up to a constant."""
        if self.bound:
            return np.asarray(log_ndtr((log_budget - self.centre) / self.sd))
        habit = norm.logpdf(self.centre, log_budget, self.sd)
        reach = math.log(rules["beyond_factor"])
        above = self.centre - log_budget
        beyond = np.where((above > 0.0) & (above < reach), -math.log(reach), -np.inf)
        return np.asarray(
            np.logaddexp(math.log1p(-rules["beyond_habit"]) + habit, math.log(rules["beyond_habit"]) + beyond)
        )


def data_of(tables: Mapping[str, Any]) -> list[Datum]:
    """Published shares, from the ledger, and runs."""
    rules, items = tables["fit"], load_ledger().items
    found = []
    for name, row in tables["share"].items():
        seen = items[name].observed
        reading = math.log(seen.high / seen.low) / (2.0 * float(norm.ppf(0.5 + 0.5 * LEVEL)))
        centre = 0.5 * math.log(seen.low * seen.high)
        found.append(Datum(row["firm"], row["archetype"], centre, math.hypot(reading, rules["habit_sd"]), False))
    numbers = load_assumptions().table.number
    flop_year = 12.0 * numbers("h100_peak") * rules["mfu"] * numbers("days_per_month") * 86_400.0
    sd = math.hypot(rules["pool_factor_sd"], rules["habit_sd"])
    for row in tables["run"].values():
        share = math.log(row["flop"] / (row["h100e"] * flop_year))
        found.append(Datum(row["firm"], row["archetype"], share, sd, True))
    return found


def fit(tables: Mapping[str, Any]) -> tuple[dict[str, Archetype], dict[str, Habit]]:
    """Fit archetypes and firms; tau is the same for both archetypes."""
    rules, data = tables["fit"], data_of(tables)
    kinds = list(dict.fromkeys(each.archetype for each in data))
    firms = {each.firm: each.archetype for each in data}
    own = {firm: _moments([each for each in data if each.firm == firm], rules) for firm in firms}
    prior = norm.logpdf(LEVELS, math.log(rules["level_median"]), rules["level_sd"])[:, None]
    by_kind = {kind: prior + sum(own[firm][0] for firm in firms if firms[firm] == kind) for kind in kinds}
    of_tau = norm.logpdf(SPREADS, 0.0, rules["tau_sd"])
    of_tau = of_tau + sum(np.logaddexp.reduce(each, axis=0) for each in by_kind.values())
    tau_weights = np.exp(of_tau - of_tau.max())
    tau = float(tau_weights @ SPREADS / tau_weights.sum())
    archetypes, weights = {}, {}
    for kind, each in by_kind.items():
        joint = np.exp(each - np.logaddexp.reduce(each, axis=0)) * tau_weights / tau_weights.sum()
        weights[kind], levels = joint, joint.sum(axis=1)
        mean = float(levels @ LEVELS)
        archetypes[kind] = Archetype(math.exp(mean), math.sqrt(float(levels @ (LEVELS - mean) ** 2)), tau)
    habits = {}
    for firm, kind in firms.items():
        _, away, square = own[firm]
        mean = float((weights[kind] * away).sum())
        habits[firm] = Habit(math.exp(mean), math.sqrt(float((weights[kind] * square).sum()) - mean**2))
    return archetypes, habits


def _moments(data: list[Datum], rules: Mapping[str, float]) -> tuple[Array, Array, Array]:
    """Log evidence of a firm's data, and moments of its own share about the mean, by level and spread."""
    evidence, away, square = (np.empty((LEVELS.size, SPREADS.size)) for _ in range(3))
    for place, spread in enumerate(SPREADS):
        nodes = spread * NODES
        log_budget = LEVELS[:, None] + nodes
        density = norm.logpdf(NODES) + sum(each.log_likelihood(log_budget, rules) for each in data)
        total = np.logaddexp.reduce(density, axis=1)
        share = np.exp(density - total[:, None])
        evidence[:, place], away[:, place], square[:, place] = total, share @ nodes, share @ nodes**2
    return evidence, away, square


def main() -> None:
    """Print what the rows are to say."""
    archetypes, habits = fit(read_toml(INPUT))
    for kind, each in archetypes.items():
        print(f"{kind}: median {each.median:.4f}, sigma {each.sigma:.2f}, tau {each.tau:.2f}")
    for firm, habit in habits.items():
        print(f"{firm}: times {habit.times:.2f}, sigma {habit.sigma:.2f}")


if __name__ == "__main__":
    main()
