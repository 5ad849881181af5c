"""Families of one's own, registered in Python or by an entry point; and all that is wrong with some."""

from __future__ import annotations

import importlib
import math
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import create_model, model_validator
from scipy import stats

from catchup.priors import FAMILIES, FAMILY_KEYS, Family, InputError, Layer, as_family, register_family
from catchup.priors.bases import Array
from catchup.priors.distributions import take_distribution
from catchup.priors.entry_points import entry_points_of
from catchup.priors.families import Based, Figure, Given, Positive, registry
from catchup.priors.layers import Row
from catchup.priors.packaged import packaged_layers
from catchup.priors.strict import StrictModel
from catchup.priors.table import load_prior_table

RANKS = np.array([1e-9, 0.01, 0.3, 0.5, 0.9, 1.0 - 1e-9])
LOGISTIC = '[quantity.benchmark_optimism_general]\nfamily = "logistic"\ncentre = 0.3\nscale = 0.2\n'


class Logistic(Family):
    """A logistic distribution, as somebody else would write it."""

    family: ClassVar[str] = "logistic"
    widest: ClassVar[tuple[float, float] | None] = (-math.inf, math.inf)
    example: ClassVar[Mapping[str, Any]] = {"centre": 1.0, "scale": 2.0}
    centre: Figure
    scale: Positive

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return self.centre + self.scale * (xp.log(u) - xp.log1p(-u))

    def cdf(self, value: Array | float) -> Array:
        return 1.0 / (1.0 + np.exp(-(np.asarray(value) - self.centre) / self.scale))

    def log_density(self, value: Array | float) -> Array:
        z = (np.asarray(value) - self.centre) / self.scale
        return -z - 2.0 * np.log1p(np.exp(-z)) - np.log(self.scale)


@pytest.fixture(autouse=True)
def registry_as_it_was() -> Iterator[None]:
    before = dict(FAMILIES)
    yield
    FAMILIES.clear()
    FAMILIES.update(before)
    entry_points_of.cache_clear()


def table(text: str) -> Any:
    import tomllib

    return load_prior_table([*packaged_layers(), Layer.of(tomllib.loads(text), file="mine.toml")])


def test_a_registered_family_is_read_like_the_projects_own() -> None:
    assert register_family(Logistic) is Logistic
    found = table(LOGISTIC).quantities["benchmark_optimism_general"].distribution
    assert found == Logistic(centre=0.3, scale=0.2)
    np.testing.assert_allclose(found.quantile(RANKS), stats.logistic(0.3, 0.2).ppf(RANKS), rtol=1e-9)
    assert {"centre", "scale"} < set(FAMILY_KEYS)
    assert register_family(Logistic) is Logistic  # again, and nothing happens


def test_another_overlay_discards_its_numbers_for_those_of_another_family() -> None:
    register_family(Logistic)
    import tomllib

    layers = [Layer.of(tomllib.loads(LOGISTIC), file="1.toml")]
    second = '[quantity.benchmark_optimism_general]\nfamily = "normal"\nmean = 0\nsd = 1'
    layers.append(Layer.of(tomllib.loads(second), file="2.toml"))
    found = load_prior_table([*packaged_layers(), *layers]).quantities["benchmark_optimism_general"]
    assert found.distribution.as_row() == {"family": "normal", "mean": 0.0, "sd": 1.0}


def test_it_may_be_truncated_mixed_and_given_numbers() -> None:
    register_family(Logistic)
    half = as_family({"family": "truncated", "low": 0.0, "of": {"family": "logistic", "centre": 0, "scale": 1}})
    oracle = stats.logistic()
    np.testing.assert_allclose(half.quantile(RANKS[1:-1]), oracle.ppf(0.5 + 0.5 * RANKS[1:-1]), rtol=1e-9)
    given = Logistic(centre=Given("level"), scale=1.0).mapped(lambda number: number.of(np.array([1.0, 2.0])))
    np.testing.assert_allclose(given.quantile(np.array([0.3, 0.3])), oracle.ppf(0.3) + np.array([1.0, 2.0]))


def test_one_may_be_a_base_distribution_in_a_coordinate() -> None:
    @register_family
    class Cubed(Based):
        family: ClassVar[str] = "cubed"
        base: ClassVar[str | None] = "uniform"
        example: ClassVar[Mapping[str, Any]] = {"most": 2.0}
        most: Positive

        def base_parameters(self) -> tuple[Any, ...]:
            return 0.0, self.most

        def support(self) -> tuple[float, float]:
            return 0.0, self.most**3

        def to_natural(self, value: Any) -> Any:
            return value**3

        def to_base(self, value: Any) -> Any:
            return np.cbrt(value)

        def log_slope(self, value: Array | float) -> Array:
            return np.log(3.0 * np.cbrt(value) ** 2)

    assert Cubed(most=2.0).quantile(0.5) == pytest.approx(1.0)


def changed(**parts: Any) -> Callable[[], type[Family]]:
    return lambda: type("Wrong", (Logistic,), {"__module__": __name__, "family": "wrong", **parts})


def lacking(form: str) -> Callable[[], type[Family]]:
    forms = {name: vars(Logistic)[name] for name in ("quantile_in", "cdf", "log_density") if name != form}
    numbers = {"__annotations__": {"centre": float, "scale": float, "family": ClassVar[str]}}
    more = {} if form == "support" else {"widest": (-math.inf, math.inf)}
    example = {"centre": 1.0, "scale": 2.0}
    body = {"__module__": __name__, "family": "wrong", "example": example, **numbers, **forms, **more}
    return lambda: type("Wrong", (Family,), body)


WRONG = [
    (lambda: 3, "family: a class that derives from catchup.priors.Family was expected, not 3"),
    (lambda: dict, "a class that derives from catchup.priors.Family was expected"),
    (changed(family="Not A Name"), "a name such as family = 'half_normal' was expected, not 'Not A Name'"),
    (changed(family="normal"), "the name 'normal' is taken by Normal"),
    (lacking("support"), "lacks support: the lowest and the highest value was expected"),
    (lacking("quantile_in"), "lacks quantile_in: the quantile function over numpy and pytensor.tensor was expected"),
    (lacking("cdf"), "lacks cdf: the distribution function was expected"),
    (lacking("log_density"), "lacks log_density: the log density was expected"),
    (changed(base="gamma"), "base = 'score' was expected, not 'gamma'"),
    (changed(example={"centre": 1.0}), "scale is missing; a number was expected; numbers to try it on were expected"),
    (changed(example={"centre": 1.0, "scale": -1.0}), "scale should be above 0, not -1.0; numbers to try it on"),
    (
        changed(quantile_in=lambda self, xp, u: self.centre - self.scale * (xp.log(u) - xp.log1p(-u))),
        "quantile function must rise (at probability 1e-09)",
    ),
    (
        changed(quantile_in=lambda self, xp, u: self.scale * (xp.log(u) - xp.log1p(-u))),
        "quantile function must be the inverse of its distribution function",
    ),
    (changed(quantile_in=lambda self, xp, u: u * xp.inf), "quantile function must be finite"),
    (
        changed(quantile_in=lambda self, xp, u: self.middle),
        "family's forms fail over numpy (AttributeError: 'Wrong' object has no attribute 'middle')",
    ),
    (changed(quantile_in=lambda self, xp, u: ["low"] * len(u)), "family's forms fail over numpy (ValueError"),
    (changed(cdf=lambda self, value: {}["cdf"]), "family's forms fail over numpy (KeyError: 'cdf')"),
    (changed(log_density=lambda self: 0.0), "family's forms fail over numpy (TypeError"),
    (changed(support=lambda self: 3), "family's forms fail over numpy (TypeError"),
    (changed(support=lambda self: 1 / 0), "family's forms fail over numpy (ZeroDivisionError"),
    (changed(cdf=lambda self, value: np.zeros(7)), "family's forms fail over numpy (ValueError"),
    (changed(example=None), "example: numbers by name to try it on were expected, not None"),
    (changed(example=[("centre", 1.0)]), "example: numbers by name to try it on were expected, not [("),
    (changed(example={3: 1.0}), "example: numbers by name to try it on were expected, not {3: 1.0}"),
    (changed(widest=3), "widest: its lowest and its highest value were expected, not 3"),
    (changed(widest=(0.0,)), "widest: its lowest and its highest value were expected, not (0.0,)"),
    (changed(widest=(0.0, "many")), "widest: its lowest and its highest value were expected, not (0.0, 'many')"),
    (changed(widest=(1.0, 0.0)), "widest: its lowest and its highest value were expected, not (1.0, 0.0)"),
    (changed(base=["score"]), "base = 'score' was expected, not ['score']"),
    (
        lambda: type("Wrong", (Based,), {"__module__": __name__, "family": "wrong", "base": ["normal"]}),
        "was expected, not ['normal']",
    ),
    (changed(shorthands="draws"), "shorthands: a tuple of keys was expected, not 'draws'"),
    (changed(shorthands=(3,)), "shorthands: a tuple of keys was expected, not (3,)"),
    (changed(quantile_in=lambda self, xp, u: 1.0), "quantile function must be finite, of its argument's shape"),
    (changed(log_density=lambda self, x: np.zeros(np.shape(x))), "density must be the derivative of its distribution"),
    (changed(log_density=lambda self, x: np.full(np.shape(x), -np.inf)), "log density must be finite"),
    (changed(widest=(0.0, math.inf)), "quantiles must lie in its support, 0 to inf"),
    (
        changed(
            quantile_in=lambda self, xp, u: self.centre + self.scale * np.log(np.asarray(u, dtype=float) / (1.0 - u))
        ),
        "quantile function must work over pytensor.tensor, too",
    ),
    (
        changed(
            quantile_in=lambda self, xp, u: (
                self.centre + self.scale * (xp.log(u) - xp.log1p(-u)) * (1.0 if xp is np else 1.001)
            )
        ),
        "quantile function must be the same over numpy and pytensor.tensor",
    ),
]


@pytest.mark.parametrize(("make", "said"), WRONG)
def test_a_family_that_is_wrong_is_refused_and_nothing_registered(make: Callable[[], Any], said: str) -> None:
    before = dict(FAMILIES)
    with pytest.raises(InputError) as caught:
        register_family(make())
    assert said in str(caught.value)
    assert before == FAMILIES


@pytest.mark.parametrize("key", ["unit", "block", "title", "criterion", "quantity", "weight"])
def test_a_key_that_rows_have_already_is_refused(key: str) -> None:
    wrong = create_model("Wrong", __base__=Logistic, **{key: (float, 1.0)})
    wrong.family = "wrong"
    with pytest.raises(InputError, match=f"family Wrong: the key '{key}' is taken"):
        register_family(wrong)


def test_numbers_that_it_fails_on_are_refused_where_they_stand() -> None:
    class Failing(Logistic):
        """Right for its example, failing for a small scale."""

        family: ClassVar[str] = "failing"

        def cdf(self, value: Array | float) -> Array:
            if self.scale < 0.1:
                raise RuntimeError("too small")
            return super().cdf(value)

    register_family(Failing)
    row = {"family": "failing", "centre": 0.0, "scale": 0.05}
    with pytest.raises(InputError, match="RuntimeError: too small") as caught:
        take_distribution(Row(row, "mine.toml", "mine.toml"), StrictModel, "quantity.x")
    assert (caught.value.file, caught.value.key) == ("mine.toml", "quantity.x")


def test_an_example_that_its_own_check_fails_on_is_refused() -> None:
    @classmethod
    def failing(cls: type, values: Any) -> Any:
        raise RuntimeError("out of order")

    check = model_validator(mode="before")(failing)
    wrong = create_model("Wrong", __base__=Logistic, __validators__={"failing": check})
    wrong.family = "wrong"
    with pytest.raises(InputError, match="family Wrong: example: RuntimeError: out of order"):
        register_family(wrong)


def test_numbers_that_break_it_are_refused_where_they_stand() -> None:
    class Overflowing(Logistic):
        """Right for its example, wrong for a small scale."""

        family: ClassVar[str] = "overflowing"

        def quantile_in(self, xp: Any, u: Any) -> Any:
            return super().quantile_in(xp, u) if self.scale > 0.1 else xp.zeros_like(u)

    register_family(Overflowing)
    row = {"family": "overflowing", "centre": 0.0, "scale": 0.05}
    with pytest.raises(InputError, match="quantile function must rise") as caught:
        take_distribution(Row(row, "mine.toml", "mine.toml"), StrictModel, "quantity.x")
    assert (caught.value.file, caught.value.key) == ("mine.toml", "quantity.x")


# entry points


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Install a distribution with a module and entry points, as a package manager leaves it."""

    def install(module: str, points: str) -> None:
        (tmp_path / "their_families.py").write_text(textwrap.dedent(module), encoding="utf-8")
        info = tmp_path / "their_families-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-families\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[catchup.families]\n{points}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        entry_points_of.cache_clear()

    yield install
    sys.modules.pop("their_families", None)


POINT = "logistic = their_families:Logistic"
MODULE = """
    import sys
    from test_registered_families import Logistic as theirs
    class Logistic(theirs):
        family = "logistic"
    other = Logistic
"""


def test_an_entry_point_is_loaded_when_a_row_names_it(plugin: Callable[[str, str], None]) -> None:
    plugin(MODULE, POINT)
    table("[quantity.benchmark_optimism_general]\nmean = 0.2")
    assert "their_families" not in sys.modules
    assert "logistic" in registry.family_names()
    found = table(LOGISTIC).quantities["benchmark_optimism_general"].distribution
    assert type(found).__module__ == "their_families"
    assert FAMILIES["logistic"] is type(found)


def test_a_name_that_is_nearly_an_entry_points_is_told(plugin: Callable[[str, str], None]) -> None:
    plugin(MODULE, POINT)
    with pytest.raises(InputError, match="unknown family 'logistc'; did you mean 'logistic'"):
        table(LOGISTIC.replace("logistic", "logistc"))


@pytest.mark.parametrize(
    ("module", "point", "said"),
    [
        (
            "raise RuntimeError('out of order')",
            POINT,
            "cannot be imported (RuntimeError: out of order)",
        ),
        (
            "import nothing_of_this_name",
            POINT,
            "cannot be imported (ModuleNotFoundError",
        ),
        (MODULE, "logistic = their_families:Absent", "cannot be imported (AttributeError"),
        ("Logistic = 3", POINT, "whose family is 'logistic', not 3"),
        (
            MODULE + "    other.family = 'another'",
            POINT,
            "whose family is 'logistic', not",
        ),
        (
            MODULE + "    other.cdf = lambda self, x: x * 0.0",
            POINT,
            "family Logistic: the logistic family's quantile function must be the inverse",
        ),
    ],
)
def test_an_entry_point_that_fails_is_named_where_it_is_used(
    plugin: Callable[[str, str], None], module: str, point: str, said: str
) -> None:
    plugin(module, point)
    table("[quantity.benchmark_optimism_general]\nmean = 0.2")  # who does not use it is not disturbed
    with pytest.raises(InputError) as caught:
        table(LOGISTIC)
    assert (caught.value.file, caught.value.key) == ("mine.toml", "quantity.benchmark_optimism_general.family")
    assert f"entry point {point} (catchup.families)" in caught.value.problem
    assert said in caught.value.problem
    assert "logistic" not in FAMILIES
