"""What can be wrong in a row of a family of distributions of distributions: said by file and key, in one line."""

from __future__ import annotations

import tomllib

import pytest

from catchup.priors import InputError, Layer
from catchup.priors.packaged import packaged_layers
from catchup.priors.table import load_prior_table

PACKAGED = packaged_layers()
TWO = '{weight = 0.5, family = "uniform", low = 0, high = 1}, {weight = 0.5, family = "uniform", low = 0.5, high = 2}'
BEYOND = 10**400  # all floats
NORMAL = '{family = "normal", mean = 0, sd = 1}'

WRONG = [  # a row, the key at fault, what is said, the name suggested
    ('family = "truncated"\nlow = 0', "of", "is missing; the truncated family takes of, low and high", None),
    (
        f'family = "truncated"\nof = {NORMAL}',
        "low",
        "is missing; the truncated family takes of, and low, high or both",
        None,
    ),
    (f'family = "truncated"\nof = {NORMAL}\nlow = 3\nhigh = 1', "high", "must be above low (3), not 1", None),
    (f'family = "truncated"\nof = {NORMAL}\nlow = 9', "of", "lies between the bounds with probability 1e-19", None),
    (f'family = "truncated"\nof = {NORMAL}\nlow = nan', "low", "should be a finite number, not nan", None),
    ('family = "truncated"\nof = 3\nlow = 0', "of", "has nothing to cut off", None),
    ('family = "truncated"\nof = "normal"\nlow = 0', "of", "a distribution was expected: a family", None),
    ('family = "truncated"\nof = {family = "nrmal"}\nlow = 0', "of.family", "unknown family 'nrmal'", "normal"),
    ('family = "truncated"\nof = {mean = 0, sd = 1}\nlow = 0', "of.family", "is missing; one of triangular", None),
    (
        'family = "truncated"\nof = {family = "normal", mean = 0}\nlow = 0',
        "of.sd",
        "is missing; the normal family takes",
        None,
    ),
    (
        'family = "truncated"\nof = {family = "normal", mean = 0, sd = -1}\nlow = 0',
        "of.sd",
        "should be above 0, not -1",
        None,
    ),
    ('family = "truncated"\nof = {family = "normal", mean = 0, sdd = 1}\nlow = 0', "of.sdd", "unknown key", "sd"),
    (
        'family = "truncated"\nof = {family = "fixed", value = 1}\nlow = 0',
        "of",
        "the fixed family has nothing to cut",
        None,
    ),
    (
        'family = "student_t"\nlocation = 0\nscale = 1\ndegrees_of_freedom = 0.5',
        "degrees_of_freedom",
        "at least 1",
        None,
    ),
    (
        'family = "student_t"\nlocation = 0\nscale = 0\ndegrees_of_freedom = 3',
        "scale",
        "should be above 0, not 0",
        None,
    ),
    ('family = "student_t"\nmean = 0\nscale = 1\ndegrees_of_freedom = 3', "mean", "family = 'normal' takes mean", None),
    ('family = "skew_normal"\nlocation = 0\nscale = 1\nshape = 1e4', "shape", "should be at most 1000", None),
    (
        'family = "shifted_lognormal"\nshift = 5\nmedian = 4\nsigma = 1',
        "median",
        "must be above shift (5), not 4",
        None,
    ),
    ('family = "mixture"\ncomponents = []', "components", "at least one entry", None),
    ('family = "mixture"\ncomponents = 3', "components", "should be a list, not 3", None),
    (
        'family = "mixture"\ncomponents = [3, 4]',
        "components.0",
        "a table with weight and family was expected, not 3",
        None,
    ),
    (
        f'family = "mixture"\ncomponents = [{TWO.replace("0.5, f", "0.4, f")}]',
        "components",
        "weights must add up to 1, not 0.8",
        None,
    ),
    (
        f'family = "mixture"\ncomponents = [{TWO.replace("0.5, f", "-1, f")}]',
        "components.0.weight",
        "a number above 0",
        None,
    ),
    (
        f'family = "mixture"\ncomponents = [{TWO.replace("weight = 0.5, ", "")}]',
        "components.0.weight",
        "a number above 0",
        None,
    ),
    (
        'family = "mixture"\ncomponents = [{weight = 0.5, family = "fixed", value = 0}, '
        '{weight = 0.5, family = "uniform", low = 0, high = 1}]',
        "components.0.family",
        "the fixed family has no density to mix",
        None,
    ),
    (
        f'family = "mixture"\ncomponents = [{TWO.replace("high = 1}", "hihg = 1}")}]',
        "components.0.hihg",
        "unknown key",
        "high",
    ),
    (
        'family = "scipy"\ndistribution = "gama"',
        "distribution",
        "unknown continuous distribution of SciPy 'gama'",
        "gamma",
    ),
    ('family = "scipy"\ndistribution = "poisson"', "distribution", "unknown continuous distribution of SciPy", None),
    ('family = "scipy"\ndistribution = "gamma"', "parameters.a", "is missing; gamma takes a, loc, scale", None),
    (
        'family = "scipy"\ndistribution = "gamma"\nparameters = {a = -1}',
        "parameters",
        "that gamma allows were expected",
        None,
    ),
    (
        'family = "scipy"\ndistribution = "gamma"\nparameters = {a = 1, scal = 1}',
        "parameters.scal",
        "unknown parameter",
        "scale",
    ),
    (
        'family = "scipy"\ndistribution = "gamma"\nparameters = {a = "x"}',
        "parameters.a",
        "should be a valid number",
        None,
    ),
    (f'family = "empirical"\ndraws = {[BEYOND] * 60}', "draws", "finite numbers were expected", None),
    (f'family = "empirical"\nquantiles = [[0.1, 1], [0.9, {BEYOND}]]', "quantiles.1.1", "not 1000", None),
    (f'family = "scipy"\ndistribution = "gamma"\nparameters = {{a = {BEYOND}}}', "parameters.a", "not 1000", None),
    (f'family = "truncated"\nof = {NORMAL}\nlow = {BEYOND}', "low", "not 1000", None),
    (f'family = "mixture"\ncomponents = [{TWO.replace("0.5, f", f"{BEYOND}, f", 1)}]', "components.0.weight", "", None),
]


@pytest.mark.parametrize(("row", "key", "said", "near"), WRONG)
def test_a_row_that_makes_no_distribution(row: str, key: str, said: str, near: str | None) -> None:
    text = f"[quantity.benchmark_optimism_general]\n{row}"
    with pytest.raises(InputError) as caught:
        load_prior_table([*PACKAGED, Layer.of(tomllib.loads(text), file="mine.toml")])
    error = caught.value
    assert (error.file, error.key) == ("mine.toml", f"quantity.benchmark_optimism_general.{key}")
    assert said in error.problem
    assert near is None or error.nearest == near
    assert "\n" not in str(error)
