"""Distribution objects of other libraries, taken as they are: SciPy's, PreliZ's and PyMC's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from ..arguments import is_number
from ..bases import Array
from ..errors import InputError, raised_text
from ..scores import rank_of
from ..strict import from_pydantic
from .classic import Beta, Fixed, LogNormal, LogUniform, Normal, Triangular, Uniform
from .dependent import Dependent
from .empirical import Empirical
from .family import Family
from .library import Library, parameter_names, parameters_of
from .mixture import Mixture
from .shapes import SkewNormal, StudentT
from .truncated import Truncated

WANTED = (
    "a distribution was expected: a family of catchup.priors, a frozen distribution of SciPy, one of PreliZ, "
    "pm.NAME.dist(...), draws, or a number"
)
KNOWN = (
    "a distribution whose parameters are known was expected, not one that hangs on another variable; in a row, "
    'another quantity may give a number: median = { quantity = "..." }'
)
SCORES = np.linspace(-6.0, 6.0, 241)  # of the quantiles that stand for a distribution known by them alone
LARGEST_ATOM = 1e-6  # probability of one value: rounding alone leaves quantiles equal where less is


def as_family(distribution: Any) -> Family:
    """Take a distribution object as the family that it is.

    Parameters
    ----------
    distribution : object
        A `Family`; a frozen continuous distribution of SciPy, one of PreliZ or what ``pm.NAME.dist(...)`` returns;
        draws, as a list or an array (NumPy's, pandas' or xarray's); a number, for what is known; or a table as a row of
        TOML has it.

    Returns
    -------
    Family
        The native family where there is one; SciPy's distribution (`Library`) or, of what is known by its quantile
        function alone, a curve through its quantiles (`Empirical`) otherwise.

    Raises
    ------
    InputError
        If it is no distribution of one continuous quantity, its numbers make no sense, or one of PyMC's has a parameter
        that is random itself.

    Examples
    --------
    >>> from scipy import stats
    >>> from catchup.priors import as_family
    >>> as_family(stats.norm(2.0, 0.5))
    Normal(mean=2.0, sd=0.5)
    >>> as_family(stats.gamma(3.0, scale=2.0)).family
    'scipy'
    """
    try:
        return _converted(distribution)
    except ValidationError as error:
        kinds = {cls.__name__: cls for cls in _descendants(Family)}
        fault = from_pydantic(error, kinds.get(error.title, Family), file=None, key="")
        raise InputError(fault.problem, key=fault.key or None, nearest=fault.nearest) from None
    except ArithmeticError as error:  # of a number beyond all floats, or what is reckoned of one
        raise InputError(f"finite numbers were expected ({error})") from None


def draws_of(given: Any) -> list[Any] | tuple[Any, ...] | np.ndarray | None:
    """Draws, where something is a list or an array of them: NumPy's, or a library's that it reads as one; else None."""
    if isinstance(given, list | tuple | np.ndarray):
        return given
    is_array = hasattr(given, "__array__") and hasattr(given, "dtype") and not isinstance(given, np.generic)
    return np.asarray(given) if is_array else None


def _descendants(cls: type[Family]) -> list[type[Family]]:
    return [each for child in cls.__subclasses__() for each in (child, *_descendants(child))]


def _converted(distribution: Any) -> Family:
    if isinstance(distribution, Dependent):
        return distribution.template
    if isinstance(distribution, Family):
        return distribution
    if isinstance(distribution, Mapping):
        from .nested import family_from

        return family_from(distribution)
    if is_number(distribution):
        return Fixed(value=float(distribution))
    draws = draws_of(distribution)
    if draws is not None:
        return Empirical.model_validate({"draws": draws})
    library = type(distribution).__module__.partition(".")[0]
    if library == "scipy" and hasattr(distribution, "dist"):
        return _of_scipy(distribution)
    if library == "preliz":
        return _of_preliz(distribution)
    if library == "pytensor" and hasattr(distribution, "owner"):
        return _of_pymc(distribution)
    if library == "scipy" and hasattr(distribution, "icdf"):
        if "DiscreteDistribution" in [kind.__name__ for kind in type(distribution).__mro__]:
            raise InputError(f"{WANTED}, of a continuous quantity, not SciPy's {type(distribution).__name__}")
        return _of_quantiles(distribution.icdf, distribution.support())
    raise InputError(f"{WANTED}, not {type(distribution).__name__}")


def _lognormal(mu: float, sigma: float) -> Family:
    return LogNormal(median=math.exp(mu), sigma=sigma)


def _truncated(of: Family, lower: float, upper: float) -> Family:
    low, high = (bound if math.isfinite(bound) else None for bound in (lower, upper))
    return of if low is None and high is None else Truncated(of=of, low=low, high=high)


def _library(name: str, **parameters: float) -> Family:
    return Library(distribution=name, parameters=parameters)


BY_NAME: dict[str, Callable[..., Family]] = {
    "normal": lambda mu, sigma: Normal(mean=mu, sd=sigma),
    "halfnormal": lambda sigma: Truncated(of=Normal(mean=0.0, sd=sigma), low=0.0),
    "truncatednormal": lambda mu, sigma, lower, upper: _truncated(Normal(mean=mu, sd=sigma), lower, upper),
    "lognormal": _lognormal,
    "uniform": lambda lower, upper: Uniform(low=lower, high=upper),
    "triangular": lambda lower, c, upper: Triangular(low=lower, mode=c, high=upper),
    "beta": lambda alpha, beta: Beta(alpha=alpha, beta=beta),
    "betascaled": lambda alpha, beta, lower, upper: Beta(alpha=alpha, beta=beta, low=lower, high=upper),
    "studentt": lambda nu, mu, sigma: StudentT(location=mu, scale=sigma, degrees_of_freedom=nu),
    "cauchy": lambda alpha, beta: StudentT(location=alpha, scale=beta, degrees_of_freedom=1.0),
    "skewnormal": lambda mu, sigma, alpha: SkewNormal(location=mu, scale=sigma, shape=alpha),
    "gamma": lambda alpha, beta: _library("gamma", a=alpha, scale=1.0 / beta),
    "exponential": lambda lam: _library("expon", scale=1.0 / lam),
    "inversegamma": lambda alpha, beta: _library("invgamma", a=alpha, scale=beta),
    "weibull": lambda alpha, beta: _library("weibull_min", c=alpha, scale=beta),
    "gumbel": lambda mu, beta: _library("gumbel_r", loc=mu, scale=beta),
    "laplace": lambda mu, b: _library("laplace", loc=mu, scale=b),
    "logistic": lambda mu, s: _library("logistic", loc=mu, scale=s),
    "halfcauchy": lambda beta: _library("halfcauchy", scale=beta),
}
"""Families by the names, and of the parameters, that PreliZ and PyMC share."""

OF_PYMC: dict[str, tuple[str, Callable[..., Sequence[float]]]] = {
    "normal": ("normal", lambda *p: p),
    "halfnormal": ("halfnormal", lambda *p: p[-1:]),  # before which there may be a location
    "truncated_normal": ("truncatednormal", lambda *p: p),
    "lognormal": ("lognormal", lambda *p: p),
    "uniform": ("uniform", lambda *p: p),
    "triangular": ("triangular", lambda *p: p),
    "beta": ("beta", lambda *p: p),
    "t": ("studentt", lambda *p: p),
    "cauchy": ("cauchy", lambda *p: p),
    "skewnormal": ("skewnormal", lambda *p: p),
    "gamma": ("gamma", lambda shape, scale: (shape, 1.0 / scale)),
    "exponential": ("exponential", lambda scale: (1.0 / scale,)),
    "invgamma": ("inversegamma", lambda *p: p),
    "weibull": ("weibull", lambda *p: p),
    "gumbel": ("gumbel", lambda *p: p),
    "laplace": ("laplace", lambda *p: p),
    "logistic": ("logistic", lambda *p: p),
    "halfcauchy": ("halfcauchy", lambda *p: p[-1:]),
}
"""What PyMC's random variables are called there, and their own parameters as those."""


def _of_scipy(frozen: Any) -> Family:
    if not hasattr(frozen.dist, "pdf"):
        raise InputError(f"{WANTED}, of a continuous quantity, not SciPy's {frozen.dist.name}")
    from scipy import stats

    kind = type(frozen.dist)
    if kind is not type(getattr(stats, frozen.dist.name, None)):  # a histogram, or one of somebody's own
        return _of_quantiles(frozen.ppf, frozen.support())
    parameters = parameters_of(frozen)
    loc, scale = parameters.get("loc", 0.0), parameters.get("scale", 1.0)
    shapes = [parameters[name] for name in parameter_names(frozen.dist)[:-2] if name in parameters]
    match frozen.dist.name, shapes:
        case "norm", []:
            return Normal(mean=loc, sd=scale)
        case "uniform", []:
            return Uniform(low=loc, high=loc + scale)
        case "triang", [c]:
            return Triangular(low=loc, mode=loc + c * scale, high=loc + scale)
        case "lognorm", [s] if loc == 0.0:
            return LogNormal(median=scale, sigma=s)
        case (("loguniform" | "reciprocal"), [a, b]) if loc == 0.0:
            return LogUniform(low=a * scale, high=b * scale)
        case "beta", [a, b] if min(a, b) >= 1.0:
            return Beta(alpha=a, beta=b, low=loc, high=loc + scale)
        case "t", [df] if df >= 1.0:
            return StudentT(location=loc, scale=scale, degrees_of_freedom=df)
        case "skewnorm", [a]:
            return SkewNormal(location=loc, scale=scale, shape=a)
        case "truncnorm", [a, b]:
            return _truncated(Normal(mean=loc, sd=scale), loc + a * scale, loc + b * scale)
        case "halfnorm", [] if loc == 0.0:
            return BY_NAME["halfnormal"](scale)
    return Library(distribution=frozen.dist.name, parameters=parameters)


def _of_preliz(distribution: Any) -> Family:
    name = type(distribution).__name__
    if getattr(distribution, "kind", "continuous") != "continuous":
        raise InputError(f"{WANTED}, of a continuous quantity, not PreliZ's {name}")
    if not getattr(distribution, "is_frozen", False):
        raise InputError(f"a distribution with all its parameters was expected, not PreliZ's {name} without")
    if name == "Truncated":
        return _truncated(_of_preliz(distribution.dist), _number(distribution.lower), _number(distribution.upper))
    if name == "Mixture":
        parts = map(_of_preliz, distribution.dist)
        return Mixture(components=list(zip(map(float, distribution.weights), parts, strict=True)))
    build = BY_NAME.get(name.lower())
    if build is None:
        return _of_quantiles(distribution.ppf, distribution.support)
    names = build.__code__.co_varnames[: build.__code__.co_argcount]
    return build(*(_number(getattr(distribution, parameter)) for parameter in names))


def _of_pymc(variable: Any) -> Family:
    import pymc as pm

    operation = getattr(variable.owner, "op", None)
    if operation is None or not hasattr(operation, "dist_params"):
        raise InputError(f"{WANTED}, not a variable that is none")
    if variable.ndim:
        raise InputError(f"{WANTED}, of one quantity, not of {variable.ndim} dims")
    if not variable.dtype.startswith("float"):
        raise InputError(f"{WANTED}, of a continuous quantity, not {operation}")
    kind, name = type(operation).__name__.removesuffix("RV"), getattr(operation, "name", None)
    if kind == "Mixture":
        return _of_pymc_mixture(*operation.dist_params(variable.owner))
    if kind == "Truncated":
        *inside, lower, upper = variable.owner.inputs
        of = operation.base_rv_op.make_node(*inside).default_output()
        return _truncated(_of_pymc(of), _number(_evaluated(lower)), _number(_evaluated(upper)))
    if name in OF_PYMC:
        common, order = OF_PYMC[name]
        parameters = operation.dist_params(variable.owner)
        return BY_NAME[common](*map(float, order(*(_number(_evaluated(each)) for each in parameters))))

    def quantile(ranks: Any) -> Any:
        return _evaluated(pm.icdf(variable, ranks))

    try:
        return _of_quantiles(quantile, _values(quantile, np.array([0.0, 1.0])))
    except NotImplementedError:
        raise InputError(f"{WANTED}; PyMC's {kind} has no quantile function there (pm.icdf)") from None


def _evaluated(variable: Any) -> Any:
    """Value of a variable that hangs on no other, without compiling anything to machine code.

    Raises
    ------
    InputError
        If it hangs on one: evaluated, what is random would be one draw of it.
    """
    from pytensor.graph.traversal import ancestors, explicit_graph_inputs
    from pytensor.tensor.random.type import RandomType

    if hasattr(variable, "data"):
        return variable.data
    random = any(isinstance(each.type, RandomType) for each in ancestors([variable]))
    if random or any(True for _ in explicit_graph_inputs([variable])):
        raise InputError(KNOWN)
    with np.errstate(all="ignore"):
        return variable.eval(mode="FAST_COMPILE")


def _of_pymc_mixture(weights: Any, *components: Any) -> Family:
    shares = [float(weight) for weight in np.atleast_1d(_evaluated(weights))]
    if len(components) == 1:  # one random variable of several dims: its parameters, one after the other
        (several,) = components
        name = getattr(several.owner.op, "name", None)
        if name not in OF_PYMC:
            raise InputError(f"{WANTED}; components that are one variable of {several.owner.op} are not known")
        common, order = OF_PYMC[name]
        columns = np.broadcast_arrays(*(_evaluated(each) for each in several.owner.op.dist_params(several.owner)))
        parts = [BY_NAME[common](*map(float, order(*row))) for row in zip(*map(np.ravel, columns), strict=True)]
    else:
        parts = [_of_pymc(component) for component in components]
    return Mixture(components=list(zip(shares, parts, strict=True)))


def _number(value: Any) -> float:
    """A parameter of a distribution of one quantity."""
    if np.ndim(value):
        raise InputError(f"{WANTED}, of one quantity, not of {np.ndim(value)} dims")
    return float(value)


def _values(quantile: Callable[[Any], Any], ranks: Array) -> Array:
    """Quantiles of another library's distribution."""
    try:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(quantile(ranks), dtype=float), ranks.shape)
    except (InputError, NotImplementedError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever its formula raises
        problem = f"its quantile function fails ({raised_text(error)})"
        raise InputError(f"{WANTED}; {problem}") from None


def _of_quantiles(quantile: Callable[[Any], Any], support: Iterable[Any]) -> Family:
    """A curve through the quantiles of a distribution."""
    low, high = (end if math.isfinite(end) else None for end in map(_number, support))
    ranks = np.asarray(rank_of(np, SCORES))
    values = _values(quantile, ranks)
    equal = np.diff(values) == 0.0
    if np.diff(ranks)[equal].sum() > LARGEST_ATOM:
        value = values[1:][equal][0]
        problem = f"of a continuous quantity, not one that is {value:g} with a probability of its own"
        raise InputError(f"{WANTED}, {problem}")
    pairs = [(float(rank), float(value)) for rank, value in zip(ranks, values, strict=True)]
    kept = [pairs[0]]
    for pair in pairs[1:]:  # far out, rounding may leave neighbours equal
        if pair[1] > kept[-1][1]:
            kept.append(pair)
    inside = [(rank, value) for rank, value in kept if (low is None or value > low) and (high is None or value < high)]
    return Empirical(quantiles=tuple(inside), low=low, high=high)
