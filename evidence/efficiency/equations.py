r"""The line that scores are held against, once for NumPy arrays and PyTensor variables alike.

.. math:: y_m = a + b\,(x_m + \theta t_m) + u_{o(m)} + \varepsilon_m, \qquad
   \varepsilon_m \sim t_\nu(0, \sqrt{\sigma^2 + e_m^2}), \qquad u_o \sim N(0, \tau),

for model m of organisation o with score :math:`y_m`, whose own error is :math:`e_m`; :math:`x_m` is the logarithm to
base 10 of its training compute over a reference, :math:`t_m` its release in years since t = 0, and :math:`\theta` the
logarithm to base 10 of yearly progress.
"""

from __future__ import annotations

from typing import Any


def expected_score(
    score: Any, slope: Any, log10_compute: Any, log10_progress: Any, years: Any, organisation: Any = 0.0
) -> Any:
    r"""Score of a model on the line, :math:`a + b (x + \theta t) + u` (points)."""
    return score + slope * (log10_compute + log10_progress * years) + organisation


def error_variance(noise: Any, score_sd: Any) -> Any:
    r"""Squared scale of a score's error, :math:`\sigma^2 + e^2` (points squared)."""
    return noise * noise + score_sd * score_sd
