"""What random numbers of a calibration are for: keeps truths independent of the engine's own draws."""

from __future__ import annotations

import numpy as np

from .plan import Plan

TRUTHS, RANKS, CHAINS, BANK = 1, 2, 3, 8


def generator(plan: Plan, purpose: int, fit: int = 0) -> np.random.Generator:
    """Return a generator for a purpose and a fit, independent of the one behind the shared prior draws."""
    return np.random.default_rng([plan.question.seed, purpose, fit])
