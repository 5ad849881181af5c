"""Densities of the base distributions against SciPy's, beyond their bounds and at them too."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from catchup.priors.bases import BASES

PLACES = np.array([-0.3, 0.0, 1e-9, 0.2, 0.5, 0.7, 1.0 - 1e-9, 1.0, 1.4, np.inf, -np.inf, np.nan])  # of the width
CASES = {
    "peak inside": ("triangular", (4.0, 5.0, 7.0), stats.triang(1 / 3, 4.0, 3.0)),
    "peak on the lower bound": ("triangular", (4.0, 4.0, 7.0), stats.triang(0.0, 4.0, 3.0)),
    "peak on the upper bound": ("triangular", (4.0, 7.0, 7.0), stats.triang(1.0, 4.0, 3.0)),
    "level": ("uniform", (4.0, 7.0), stats.uniform(4.0, 3.0)),
    "round": ("beta", (2.0, 3.5), stats.beta(2.0, 3.5)),
    "flat": ("beta", (1.0, 1.0), stats.beta(1.0, 1.0)),
    "hollow": ("beta", (0.5, 0.4), stats.beta(0.5, 0.4)),
    "wide": ("normal", (4.0, 1.5), stats.norm(4.0, 1.5)),
}


@pytest.mark.parametrize("case", CASES)
def test_log_densities_are_scipys(case: str) -> None:
    name, parameters, twin = CASES[case]
    points = PLACES if name == "beta" else 4.0 + 3.0 * PLACES
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = twin.logpdf(points)
    np.testing.assert_allclose(BASES[name].log_density(points, *parameters), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["triangular", "uniform", "beta"])
def test_parameters_may_differ_by_draw(name: str) -> None:
    parameters = [(4.0, 5.0, 7.0), (1.0, 1.0, 3.0), (0.0, 2.0, 2.0)]
    rows = [row if name == "triangular" else row[:1] + row[2:] for row in parameters]
    rows = [(2.0, 3.0), (1.5, 4.0), (0.7, 0.9)] if name == "beta" else rows
    points = np.array([0.3, 0.6, 0.8]) if name == "beta" else np.array([4.4, 2.2, 1.5])
    together = BASES[name].log_density(points, *np.array(rows).T)
    alone = [BASES[name].log_density(np.array([point]), *row)[0] for point, row in zip(points, rows, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-14)
