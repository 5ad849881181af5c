"""The efficiency likelihood as a PyMC model: the curve's twin, for any sampler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pymc as pm
import pytensor.tensor as pt

from ...model.graph import declare_quantities
from ...priors.copula import INDEPENDENT, Copula
from ...priors.families import Family
from ...priors.log_densities import log_student_t
from .equations import error_variance, expected_score
from .integration import PARAMETERS
from .models import ScoredModels

PROGRESS = "measured_progress"


def build_efficiency_model(
    models: ScoredModels, beliefs: Mapping[str, Family], degrees: float, *, copula: Copula = INDEPENDENT
) -> pm.Model:
    """Build the model of a table's scores.

    Parameters
    ----------
    models : ScoredModels
        The table's models.
    beliefs : mapping of str to Family
        Of ``measured_progress`` and of each of `PARAMETERS`, and of whatever gives numbers of theirs.
    degrees : float
        Degrees of freedom of a score's error.
    copula : Copula, optional
        Dependence of ranks between quantities.

    Returns
    -------
    pymc.Model
        With coords ``model`` and ``organisation``, ``measured_progress`` (x per year) and the observed vector
        ``scores`` (points).

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import ScoredModels, build_efficiency_model
    >>> from catchup.model import load_assumptions
    >>> years, compute = np.linspace(-2.0, 0.0, 8), np.linspace(-1.5, 0.0, 8)
    >>> scores = 150.0 + 10.0 * (compute + 0.5 * years)
    >>> models = ScoredModels.of("abcdefgh", scores, np.ones(8), compute, years, "UVUVUVUV")
    >>> build_efficiency_model(models, load_assumptions().beliefs, degrees=4.0).coords["organisation"]
    ('U', 'V')
    """
    with pm.Model() as model:
        values = declare_quantities(beliefs, [PROGRESS, *PARAMETERS], copula)
        observe_scores(models, values, values[PROGRESS], degrees)
    return model


def observe_scores(models: ScoredModels, values: Mapping[str, Any], progress: Any, degrees: float) -> None:
    """Add a table's scores to the model in context, as one observed vector: the line's and, for instance, the race's.

    Parameters
    ----------
    models : ScoredModels
        The table's models.
    values : mapping of str to variable
        Of each of `PARAMETERS`.
    progress : variable
        Yearly progress (x per year): of the race, ``model["algorithmic_progress"]``.
    degrees : float
        Degrees of freedom of a score's error.
    """
    model = pm.modelcontext(None)
    model.add_coords({"model": list(models.names), "organisation": list(models.organisations)})
    height, slope, noise, spread = (values[name] for name in PARAMETERS)
    unit = pm.Normal("organisation_unit", dims="organisation")
    effect = pm.Deterministic("organisation_effect", spread * unit, dims="organisation")
    expected = expected_score(
        height, slope, models.log10_compute, pt.log10(progress), models.years, effect[models.organisation]
    )
    variance = error_variance(noise, models.score_sd)

    def logp(value: Any, mean: Any, squared_scale: Any) -> Any:
        return log_student_t(pt, value - mean, squared_scale, degrees)

    def simulated(mean: Any, squared_scale: Any, size: Any) -> Any:
        return pm.StudentT.dist(nu=degrees, mu=mean, sigma=pt.sqrt(squared_scale), size=size)

    pm.CustomDist("scores", expected, variance, logp=logp, dist=simulated, observed=models.score, dims="model")
