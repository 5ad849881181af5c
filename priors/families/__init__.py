"""The distribution families a prior may have."""

from .classic import (
    Beta,
    Fixed,
    LogNormal,
    LogUniform,
    Normal,
    ShiftedLogNormal,
    Triangular,
    TriangularLog10,
    Uniform,
)
from .conversion import as_family
from .dirichlet import Dirichlet
from .empirical import Empirical
from .family import Based, Family, Figure, Positive, Spread
from .given import Given
from .library import Library
from .mixture import Mixture
from .registry import FAMILIES, FAMILY_KEYS, family_named, family_names, load_families_of, register_family
from .shapes import SkewNormal, StudentT
from .truncated import Truncated

__all__ = [
    "FAMILIES",
    "FAMILY_KEYS",
    "Based",
    "Beta",
    "Dirichlet",
    "Empirical",
    "Family",
    "Figure",
    "Fixed",
    "Given",
    "Library",
    "LogNormal",
    "LogUniform",
    "Mixture",
    "Normal",
    "Positive",
    "ShiftedLogNormal",
    "SkewNormal",
    "Spread",
    "StudentT",
    "Triangular",
    "TriangularLog10",
    "Truncated",
    "Uniform",
    "as_family",
    "family_named",
    "family_names",
    "load_families_of",
    "register_family",
]
