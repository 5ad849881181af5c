"""Quantities whose numbers other quantities give, and blocks of shares: what is refused, and what they are."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from scipy import stats

from catchup.priors import Given, InputError, Layer
from catchup.priors.families import Fixed, LogNormal, Normal, Triangular, Truncated, Uniform
from catchup.priors.families.dependent import Conditional
from catchup.priors.hierarchy import MARGINAL_DRAWS, marginal_quantiles, resolve
from catchup.priors.table import fixed_values_layer, load_prior_table
from hierarchical_cases import LEVEL, PACKAGED, drawn, given, rows, table, uniform


def where(name: str) -> tuple[str, str]:
    return "mine.toml", f"quantity.{name}"


def normal(mean: object, sd: object) -> str:
    return f'family = "normal"\nmean = {mean}\nsd = {sd}'


SPREAD = 'family = "truncated"\nlow = 0.0\nof = {family = "normal", mean = 0, sd = 0.2}'


def test_a_hierarchy_is_read_and_kept_as_it_was_written() -> None:
    own = 'family = "lognormal"\nmedian = {quantity = "level", times = 0.5}\nsigma = {quantity = "spread"}'
    found = table(rows(level=LEVEL, spread=SPREAD, own=own)).quantities["own"].distribution
    assert isinstance(found, Conditional)
    assert (found.family, found.parents, found.base) == ("lognormal", ("level", "spread"), "score")
    assert found.support() == (0.0, np.inf)
    numbers = {"median": {"quantity": "level", "times": 0.5}, "sigma": {"quantity": "spread"}}
    assert found.as_row() == {"family": "lognormal", **numbers}
    assert found.model_dump() == numbers


def test_what_gives_numbers_may_stand_below() -> None:
    before = table(rows(own=normal(given("level"), 1), level=LEVEL))
    after = table(rows(level=LEVEL, own=normal(given("level"), 1)))
    assert before.quantities["own"].distribution == after.quantities["own"].distribution
    assert [name for name in before.quantities if name in ("own", "level")] == ["own", "level"]


def test_marginals_are_the_closed_forms() -> None:
    """A normal mean of a normal distribution, twice over: variances add up."""
    beliefs = resolve(
        {
            "top": Normal(mean=1.0, sd=2.0),
            "middle": Normal(mean=Given("top", times=0.5, plus=3.0), sd=1.0),
            "low": Normal(mean=Given("middle"), sd=2.0),
            "scale": LogNormal(median=2.0, sigma=0.5),
            "scaled": LogNormal(median=Given("scale", times=3.0), sigma=1.2),
        },
        {},
        where,
    )
    for name, oracle in {
        "middle": stats.norm(3.5, np.sqrt(2.0)),
        "low": stats.norm(3.5, np.sqrt(6.0)),
        "scaled": stats.lognorm(1.3, scale=6.0),
    }.items():
        values = drawn(beliefs, [name])[name]
        assert stats.kstest(values, oracle.cdf).pvalue > FALSE_ALARM
        assert stats.kstest(values * 1.03, oracle.cdf).pvalue < FALSE_ALARM  # a slip of 3% is seen
        found = marginal_quantiles(name, beliefs, [0.05, 0.5, 0.95])
        expected = oracle.ppf([0.05, 0.5, 0.95])
        error = np.sqrt(0.05 * 0.95 / MARGINAL_DRAWS) / oracle.pdf(expected)  # of as many random draws: these do better
        assert (np.abs(found - expected) < error).all()


def test_each_form_is_that_of_the_family_with_the_values_given() -> None:
    parents = {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([0.5, 1.0, 2.0])}
    u = np.array([0.1, 0.5, 0.99])
    for template, plain in (
        (Normal(mean=Given("a"), sd=Given("b")), lambda a, b: Normal(mean=a, sd=b)),
        (LogNormal(median=Given("a"), sigma=Given("b")), lambda a, b: LogNormal(median=a, sigma=b)),
        (Triangular(low=0.0, mode=Given("a"), high=4.0), lambda a, b: Triangular(low=0.0, mode=a, high=4.0)),
        (Uniform(low=Given("a", times=-1.0), high=Given("b")), lambda a, b: Uniform(low=-a, high=b)),
        (
            Truncated(of=Normal(mean=Given("a"), sd=1.0), low=Given("b")),
            lambda a, b: Truncated(of=Normal(mean=a, sd=1.0), low=b),
        ),
    ):
        given = template.mapped(lambda number: number.of(parents[number.quantity]))
        singly = [plain(a, b) for a, b in zip(parents["a"], parents["b"], strict=True)]
        x = np.array([family.quantile(p) for family, p in zip(singly, u, strict=True)])
        np.testing.assert_allclose(given.quantile(u), x, rtol=1e-12)
        for form in ("cdf", "log_density", "log_pdf"):
            expected = [float(getattr(family, form)(value)) for family, value in zip(singly, x, strict=True)]
            np.testing.assert_allclose(getattr(given, form)(x), expected, rtol=1e-11, err_msg=form)


def test_a_quantity_may_be_another_ones_value() -> None:
    beliefs = resolve({"a": Uniform(low=1.0, high=2.0), "twice": Fixed(value=Given("a", times=2.0))}, {}, where)
    values = drawn(beliefs, ["twice"])
    np.testing.assert_array_equal(values["twice"], 2.0 * values["a"])
    assert (beliefs["twice"].base, beliefs["twice"].certain) == (None, False)
    assert beliefs["twice"].support() == (2.0, 4.0)


def test_a_hierarchical_distribution_alone_says_what_it_needs() -> None:
    found = table(rows(level=LEVEL, own=normal(given("level"), 1)))
    with pytest.raises(ValueError, match="depends on level"):
        found.quantities["own"].distribution.quantile(0.5)


REFUSED = [
    (
        {"own": normal(given("levl"), 1), "level": LEVEL},
        "own",
        "unknown quantity 'levl'",
    ),
    ({"own": normal(given("own"), 1)}, "own", "in a circle: own on own"),
    (
        {
            "a": normal(given("b"), 1),
            "b": normal(given("c"), 1),
            "c": 'family = "fixed"\nvalue = {quantity = "a"}',
        },
        "a",
        "in a circle: a on b on c on a",
    ),
    (
        {
            "level": normal(5, 0.1),
            "own": normal(0, given("level")),
        },
        "own.sd",
        "should be above 0, not -1e+90 (where level has no bound below)",
    ),
    (
        {
            "level": uniform(-1, 1),
            "own": normal(0, given("level")),
        },
        "own.sd",
        "(where level is -1)",
    ),
    (
        {
            "level": uniform(0, 2),
            "own": uniform(given("level"), 1),
        },
        "own.high",
        "must be above low (2), not 1 (where level is 2)",
    ),
    (
        {"level": LEVEL, "own": 'family = "lognormal"\nmedian = 1\nsigma = {quantity = "level", times = 1e3}'},
        "own.sigma",
        "should be at most 10",
    ),
    (
        {
            "level": uniform(-9, 0),
            "own": 'family = "truncated"\nlow = 0.0\nof = {family = "normal", mean = {quantity = "level"}, sd = 1}',
        },
        "own.of",
        "lies between the bounds with probability 1e-19; at least 1e-06 is needed (where level is -9)",
    ),
    (
        {"level": LEVEL, "own": 'family = "beta"\nalpha = {quantity = "level"}\nbeta = 2'},
        "own.alpha",
        "should be a valid number, not a table",
    ),
    (
        {"level": LEVEL, "own": normal(given("level", ", time = 2"), 1)},
        "own.mean.time",
        "unknown key",
    ),
    ({"own": normal("{quantity = 3}", 1)}, "own.mean.quantity", "should be text in quotes"),
    (
        {
            "level": LEVEL,
            "own": 'family = "mixture"\ncomponents = [{weight = 0.5, family = "normal", mean = 0, sd = 1}, '
            '{weight = 0.5, family = "normal", mean = {quantity = "level"}, sd = 1}]',
        },
        "own.components.1",
        "cannot be given by another quantity (level)",
    ),
    (
        {
            "level": LEVEL,
            "own": 'family = "truncated"\nlow = 0.0\n'
            'of = {family = "student_t", location = {quantity = "level"}, scale = 1, degrees_of_freedom = 4}',
        },
        "own.of",
        "a family with a base distribution is truncated",
    ),
]


@pytest.mark.parametrize(("texts", "key", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_file_and_key(texts: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        table(rows(**texts))
    assert (caught.value.file, caught.value.key) == ("mine.toml", f"quantity.{key}")
    assert said in caught.value.problem


UNBOUNDED = normal(5, 0.1)
APART = [
    'family = "shifted_lognormal"\nshift = {level}\nmedian = {more}\nsigma = 0.5',
    uniform("{level}", "{more}"),
    'family = "triangular"\nlow = {level}\nmode = {level}\nhigh = {more}',
    'family = "truncated"\nlow = {level}\nhigh = {more}\nof = {{family = "normal", mean = {level}, sd = 1}}',
    uniform(given("level", ", times = 3"), given("level", ", times = 3, plus = 1e-3")),
    uniform(given("level", ", times = -1"), given("level", ", times = -1, plus = 1e-3")),
    'family = "triangular"\nlow = {level}\nmode = {more}\nhigh = {{quantity = "level", plus = 7.5e5}}',
]


@pytest.mark.parametrize("level", [UNBOUNDED, LEVEL, normal(-5, 0.1)])
@pytest.mark.parametrize("own", APART)
@pytest.mark.parametrize("plus", ["660e3", "1e-3"])
def test_numbers_that_a_constant_keeps_apart_are_apart_wherever_the_quantity_is(own, level: str, plus: str) -> None:
    own = own.format(level=given("level"), more=given("level", f", plus = {plus}")) if "{level}" in own else own
    found = table(rows(level=level, own=own)).quantities["own"].distribution
    assert found.parents == ("level",)


@pytest.mark.parametrize(
    ("own", "key", "said"),
    [
        (uniform(given("level", ", plus = 1e-3"), given("level")), "own.high", "must be above low"),
        (uniform(given("level"), given("level", ", times = 0.5, plus = 99.0")), "own.high", "no bound above"),
        (uniform(0, given("level", ", plus = 99.0")), "own.high", "no bound below"),
        (uniform(given("level"), 1e9), "own.high", "no bound above"),
        (uniform(given("level"), given("other", ", plus = 99.0")), "own.high", "level has no bound above"),
        (normal(0, given("level", ", plus = 99.0")), "own.sd", "no bound below"),
    ],
)
def test_numbers_that_may_change_places_far_away_are_refused(own: str, key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        table(rows(level=UNBOUNDED, other=UNBOUNDED, own=own))
    assert caught.value.key == f"quantity.{key}"
    assert said in caught.value.problem


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (normal(0, given("between")), ".sd of model/current/own.toml depends on it, and should be above 0"),
        (uniform(given("between"), 9) + "\nminimum = 0.0", " of model/current/own.toml depends on it, and must be at"),
    ],
)
def test_who_changes_what_a_row_of_the_project_depends_on_is_blamed_where_it_cannot_be(own: str, said: str) -> None:
    between = 'family = "fixed"\nvalue = {quantity = "level"}'
    texts = rows(level=uniform(1, 2), between=between, own=own)
    layers = [*PACKAGED, Layer.of(tomllib.loads(texts), file="model/current/own.toml")]
    mine = Layer.of({"quantity": {"level": {"family": "uniform", "low": -1, "high": 2}}}, file="mine.toml")
    with pytest.raises(InputError) as caught:
        load_prior_table([*layers, mine])
    assert (caught.value.file, caught.value.key) == ("mine.toml", "quantity.level")
    assert "quantity.own" + said in caught.value.problem
    with pytest.raises(InputError, match=r"^fixed: level: quantity\.own"):
        load_prior_table([*layers, fixed_values_layer({"level": -1.0}, ["level"])])


def test_limits_hold_for_what_hangs_on_others() -> None:
    level = uniform(0, 0.2)
    own = '[quantity.mfu_china]\nfamily = "normal"\nmean = {quantity = "level"}\nsd = 0.1'
    with pytest.raises(
        InputError, match="must be above 0 and at most 1, but its values reach from -inf to inf"
    ) as caught:
        table(rows(level=level) + "\n" + own)
    assert caught.value.key == "quantity.mfu_china"
    inside = '[quantity.mfu_china]\nfamily = "truncated"\nlow = 0.0\nhigh = 1.0\nof = {family = "normal", '
    found = table(rows(level=level) + "\n" + inside + 'mean = {quantity = "level"}, sd = 0.1}')
    assert found.quantities["mfu_china"].distribution.support() == (0.0, 1.0)
    assert found.quantities["mfu_china"].distribution.extremes()[0] > 0.0


def test_what_follows_from_others_has_no_rank_of_its_own() -> None:
    texts = rows(level=LEVEL, own='family = "fixed"\nvalue = {quantity = "level"}')
    with pytest.raises(InputError, match="own follows from level: it has no rank"):
        table(texts + '\n[[correlation]]\nbetween = ["own", "mfu_china"]\nrank = 0.5')
