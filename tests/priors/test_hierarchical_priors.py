"""Quantities whose numbers other quantities give, and blocks of shares: what is refused, and what they are."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, ranks
from scipy import stats

from catchup.priors import Given, InputError, Layer
from catchup.priors.families import Dirichlet, Fixed, LogNormal, Normal, Triangular, Truncated, Uniform
from catchup.priors.families.dependent import Conditional
from catchup.priors.hierarchy import MARGINAL_DRAWS, marginal_quantiles, related, resolve, transformed
from catchup.priors.packaged import packaged_layers
from catchup.priors.table import PriorTable, fixed_values_layer, load_prior_table

PACKAGED = packaged_layers()
TEXT = 'unit = "1"\ndescription = "x"\nsources = ["project"]\nrole = "comparison"\n'
DRAWS = 100_000


def where(name: str) -> tuple[str, str]:
    return "mine.toml", f"quantity.{name}"


def rows(**texts: str) -> str:
    return "\n".join(f"[quantity.{name}]\n{TEXT}{text}" for name, text in texts.items())


def table(text: str, file: str = "mine.toml") -> PriorTable:
    return load_prior_table([*PACKAGED, Layer.of(tomllib.loads(text), file=file)])


def drawn(beliefs: dict[str, object], names: list[str], seed: int = 1) -> dict[str, np.ndarray]:
    needed = {name: beliefs[name] for name in related(names, beliefs)}
    count = sum(belief.base is not None for belief in needed.values())
    ranks = np.random.default_rng(seed).random((count, DRAWS))
    return transformed(needed, iter(ranks), DRAWS, {})


def given(quantity: str, more: str = "") -> str:
    return f'{{quantity = "{quantity}"{more}}}'


def normal(mean: object, sd: object) -> str:
    return f'family = "normal"\nmean = {mean}\nsd = {sd}'


def uniform(low: object, high: object) -> str:
    return f'family = "uniform"\nlow = {low}\nhigh = {high}'


def share(concentration: float) -> str:
    return f'family = "dirichlet"\nconcentration = {concentration}'


LEVEL = 'family = "lognormal"\nmedian = 0.02\nsigma = 0.3'
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


# shares that sum to one

SPLIT = '\nblock = "split"'
SHARES = {name: share(a) + SPLIT for name, a in zip("abc", (2, 3, 5), strict=True)}


@pytest.fixture(scope="module")
def shares() -> dict[str, np.ndarray]:
    return drawn(beliefs_of(table(rows(**SHARES))), ["a", "b", "c"])


def beliefs_of(found: PriorTable) -> dict[str, object]:
    return {name: quantity.distribution for name, quantity in found.quantities.items()}


def test_shares_sum_to_one_and_have_the_moments_of_a_dirichlet_distribution(shares: dict[str, np.ndarray]) -> None:
    values = np.stack([shares[name] for name in "abc"])
    np.testing.assert_allclose(values.sum(axis=0), 1.0, rtol=0, atol=1e-15)
    concentrations = np.array([2.0, 3.0, 5.0])
    mean = concentrations / 10.0
    covariance = (np.diag(mean) - np.outer(mean, mean)) / 11.0
    errors = np.sqrt(np.diag(covariance) / DRAWS)
    limit = stats.norm.isf(FALSE_ALARM / 24)
    assert (np.abs(values.mean(axis=1) - mean) < limit * errors).all()
    found = np.cov(values)
    spread = np.sqrt((covariance**2 + np.outer(np.diag(covariance), np.diag(covariance))) / DRAWS)  # of a normal one's
    assert (np.abs(found - covariance) < 1.5 * limit * spread).all()


@pytest.mark.parametrize(("name", "a"), [("a", 2.0), ("b", 3.0), ("c", 5.0)])
def test_each_share_is_beta_distributed(shares: dict[str, np.ndarray], name: str, a: float) -> None:
    oracle = stats.beta(a, 10.0 - a)
    assert stats.kstest(shares[name], oracle.cdf).pvalue > FALSE_ALARM
    found = marginal_quantiles(name, beliefs_of(table(rows(**SHARES))), [0.05, 0.5, 0.95])
    for p, quantile in zip((0.05, 0.5, 0.95), found, strict=True):
        low, high = ranks(p, MARGINAL_DRAWS)
        assert low < oracle.cdf(quantile) < high, p


def test_the_density_of_all_is_scipys(shares: dict[str, np.ndarray]) -> None:
    beliefs = beliefs_of(table(rows(**SHARES)))
    values = {name: shares[name][:200] for name in "abc"}
    found = sum(beliefs[name].given(values).log_density(values[name]) for name in "abc")
    expected = stats.dirichlet([2, 3, 5]).logpdf(np.stack([values[name] for name in "abc"]))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_last_share_takes_no_random_number() -> None:
    beliefs = beliefs_of(table(rows(**SHARES)))
    assert [beliefs[name].base for name in "abc"] == ["score", "score", None]
    assert not any(beliefs[name].certain for name in "abc")
    assert [beliefs[name].parents for name in "abc"] == [(), ("a",), ("a", "b")]


def test_a_share_that_is_fixed_leaves_the_rest_to_the_others() -> None:
    layers = [*PACKAGED, Layer.of(tomllib.loads(rows(**SHARES)), file="mine.toml")]
    layers.append(fixed_values_layer({"b": 0.25}, ["b"]))
    values = drawn(beliefs_of(load_prior_table(layers)), ["a", "b", "c"])
    np.testing.assert_allclose(values["a"] + values["c"], 0.75, rtol=1e-15)
    assert stats.kstest(values["a"] / 0.75, stats.beta(2, 5).cdf).pvalue > FALSE_ALARM


def test_a_share_with_a_distribution_of_its_own_takes_its_part_first() -> None:
    texts = {**SHARES, "b": uniform(0.1, 0.4) + SPLIT}
    values = drawn(beliefs_of(table(rows(**texts))), ["a", "b", "c"])
    np.testing.assert_allclose(values["a"] + values["b"] + values["c"], 1.0, rtol=0, atol=1e-15)
    assert stats.kstest(values["b"], stats.uniform(0.1, 0.3).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(values["a"] / (1.0 - values["b"]), stats.beta(2, 5).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("texts", "key", "said"),
    [
        ({"a": share(2)}, "a.block", "is missing: the name that all shares"),
        (
            {"a": SHARES["a"]},
            "a.block",
            "needs two quantities or more, at least one of family 'dirichlet'; it has a",
        ),
        (
            {"a": uniform(0, 1) + SPLIT, "b": LEVEL},
            "a.block",
            "needs two quantities",
        ),
        ({**SHARES, "a": uniform(0.5, 1) + SPLIT}, "b", "take from 0.5 to 1"),
        ({**SHARES, "a": LEVEL + SPLIT}, "b", "the others of block 'split' take from 0 to inf"),
        (
            {**SHARES, "a": share(0.5) + SPLIT},
            "a.concentration",
            "at least 1",
        ),
        (
            {**SHARES, "a": uniform(0, given("c")) + SPLIT},
            "a",
            "in a circle: a on c on a",
        ),
    ],
)
def test_blocks_that_cannot_sum_to_one(texts: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        table(rows(**texts))
    assert (caught.value.file, caught.value.key) == ("mine.toml", f"quantity.{key}")
    assert said in caught.value.problem


def test_a_share_is_no_part_of_another_distribution() -> None:
    inner = '{family = "dirichlet", concentration = 2}'
    with pytest.raises(InputError, match="a share of a block is a quantity"):
        table(rows(a=f'family = "truncated"\nlow = 0.1\nof = {inner}'))


def test_concentrations_are_checked() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Dirichlet(concentration=0.5)
