"""The efficiency curve: against closed forms, slow quadrature and many more points; and as an object of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.interpolate import CubicSpline

from catchup.evidence import EfficiencyCurve, ScoredModels, efficiency_curve
from catchup.evidence.efficiency.equations import error_variance, expected_score
from catchup.evidence.efficiency.integration import COARSE, PARAMETERS, POINTS, WIDER, even_points
from catchup.evidence.efficiency.organisations import log_likelihood
from catchup.priors.families import LogNormal, Normal, Triangular
from catchup.priors.log_densities import log_student_t
from efficiency_cases import DEGREES, Line, drawn_models, fixed, own_beliefs

NEARLY_NORMAL = 1e9  # degrees of freedom at which Student's t is normal to the last digits that matter
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
PRECISION = 0.01  # of progress, half of what the curve may differ from NUTS by


def relative_sd_of_ratio(dimensions: int, wider: float = WIDER) -> float:
    """Spread of integrand over density where the integrand is normal, in closed form."""
    return math.sqrt((wider**2 / math.sqrt(2.0 * wider**2 - 1.0)) ** dimensions - 1.0)


def normal_log_likelihood(models: ScoredModels, beliefs, log10_progress: float) -> float:
    """All scores are jointly normal where errors, height and slope are: the closed form."""
    score, slope = beliefs[PARAMETERS[0]], beliefs[PARAMETERS[1]]
    noise, spread = beliefs[PARAMETERS[2]].value, beliefs[PARAMETERS[3]].value
    along = models.log10_compute + log10_progress * models.years
    same = models.organisation[:, None] == models.organisation
    covariance = (
        score.sd**2
        + slope.sd**2 * np.outer(along, along)
        + spread**2 * same
        + np.diag(error_variance(noise, models.score_sd))
    )
    return float(stats.multivariate_normal(score.mean + slope.mean * along, covariance).logpdf(models.score))


@pytest.fixture(scope="module")
def models() -> ScoredModels:
    return drawn_models(np.random.default_rng(11), Line(), 0.9, score_sd=2.0)


@pytest.mark.parametrize("points", [POINTS, 1_024])
def test_with_normal_errors_the_curve_is_known(points: int, models: ScoredModels) -> None:
    """Even points miss its shape by less than the standard error of as many random ones, its height by 1.5 of them."""
    beliefs = {**fixed(Line()), PARAMETERS[0]: Normal(mean=135.0, sd=8.0), PARAMETERS[1]: Normal(mean=10.0, sd=1.5)}
    found = efficiency_curve(models, beliefs, NEARLY_NORMAL, points=points)
    exact = [normal_log_likelihood(models, beliefs, value) for value in found.curve.points]
    assert np.ptp(exact) > 20.0
    error = found.curve.values - exact
    allowed = relative_sd_of_ratio(len(PARAMETERS)) / math.sqrt(points)
    assert abs(error.mean()) < 1.5 * allowed
    np.testing.assert_allclose(error, error.mean(), rtol=0.0, atol=allowed)
    # where a peak was looked for, not interpolated, the points' effective share is known as well
    expected = 1.0 / (1.0 + relative_sd_of_ratio(len(PARAMETERS)) ** 2)
    np.testing.assert_allclose(found.share[::COARSE], expected, atol=0.1)


def test_with_nothing_to_integrate_the_curve_is_the_likelihood(models: ScoredModels) -> None:
    line = Line()
    found = efficiency_curve(models, fixed(line), DEGREES, nodes=15)
    for value, height in zip(found.curve.points, found.curve.values, strict=True):
        one = [np.array([number]) for number in (line.score, line.slope, line.noise, line.spread, value)]
        exact = log_likelihood(models, *one, DEGREES, nodes=15)[0]
        assert height == pytest.approx(exact, abs=1.5 * relative_sd_of_ratio(len(PARAMETERS)) / math.sqrt(POINTS))


def slow_log_likelihood(models: ScoredModels, line: Line, log10_progress: float, degrees: float) -> float:
    """The sum over organisations of one integral each, on a fine grid as wide as anything that counts."""
    height = expected_score(line.score, line.slope, models.log10_compute, log10_progress, models.years)
    residual = models.score - height
    variance = error_variance(line.noise, models.score_sd)
    effects = np.linspace(-12.0 * line.spread, 12.0 * line.spread, 60_001)
    total = 0.0
    for place in range(len(models.counts)):
        mine = models.organisation == place
        density = log_student_t(np, residual[mine, None] - effects, variance[mine, None], degrees).sum(axis=0)
        density += stats.norm.logpdf(effects, scale=line.spread)
        highest = density.max()
        total += highest + math.log(np.trapezoid(np.exp(density - highest), effects))
    return total


@pytest.mark.parametrize("line", [Line(), Line(noise=1.0), Line(spread=1.0), Line(noise=8.0, spread=20.0)])
@pytest.mark.parametrize("degrees", [DEGREES, 30.0])
def test_organisations_are_integrated_out(line: Line, degrees: float) -> None:
    """More nodes come closer, to what a fine grid gives."""
    drawn = drawn_models(np.random.default_rng(5), line, 0.9, degrees=degrees)
    slow = slow_log_likelihood(drawn, line, 0.9, degrees)
    one = [np.array([number]) for number in (line.score, line.slope, line.noise, line.spread, 0.9)]
    error = {
        nodes: abs(log_likelihood(drawn, *one, degrees, nodes=nodes)[0] - slow) / len(drawn.counts)
        for nodes in (1, 5, 61)
    }
    assert error[61] < 1e-3
    assert error[5] < max(0.5 * error[1], 1e-3)


def test_an_odd_model_bends_the_line_little() -> None:
    """What Student's errors are for: a model a hundred points off moves progress by less than half a standard error."""
    drawn = drawn_models(np.random.default_rng(3), Line(), 0.9)
    odd = ScoredModels(
        drawn.names,
        drawn.score + 100.0 * (np.arange(len(drawn.names)) == 40),
        drawn.score_sd,
        drawn.log10_compute,
        drawn.years,
        drawn.organisations,
        drawn.counts,
    )
    curves = [efficiency_curve(each, own_beliefs(), DEGREES).curve for each in (drawn, odd)]
    plain, bent = (curve.quantiles((0.16, 0.5, 0.84)) for curve in curves)
    assert abs(math.log(bent[1] / plain[1])) < 0.5 * 0.5 * math.log(plain[2] / plain[0])


@pytest.mark.parametrize("case", ["many", "few", "intervals"])
def test_the_usual_points_do(case: str) -> None:
    """Sixteen times as many points, and three times as many nodes, move no quantile by more than `PRECISION`."""
    options = {"many": {}, "few": {"count": 24, "organisations": 7}, "intervals": {"score_sd": 3.0}}[case]
    drawn = drawn_models(np.random.default_rng(7), Line(), 0.9, **options)
    usual = efficiency_curve(drawn, own_beliefs(), DEGREES)
    many = efficiency_curve(drawn, own_beliefs(), DEGREES, points=1_024, nodes=15)
    belief = own_beliefs()["measured_progress"]
    found, wanted = (each.curve.quantiles(QUANTILES, belief) for each in (usual, many))
    np.testing.assert_allclose(found, wanted, rtol=PRECISION)


def test_other_families_may_be_believed_of_the_line() -> None:
    drawn = drawn_models(np.random.default_rng(7), Line(), 0.9)
    wide = {**own_beliefs(), "efficiency_slope": Triangular(low=5.0, mode=10.0, high=20.0)}
    narrow = {**own_beliefs(), "efficiency_slope": LogNormal(median=10.0, sigma=0.01)}
    medians = [efficiency_curve(drawn, beliefs, DEGREES).curve.quantiles((0.5,))[0] for beliefs in (wide, narrow)]
    assert all(3.0 < median < 25.0 for median in medians)
    assert medians[0] != pytest.approx(medians[1], rel=1e-3)


def test_the_order_of_models_is_nothing(models: ScoredModels) -> None:
    order = np.random.default_rng(1).permutation(len(models.names))
    owners = [models.organisations[of] for of in models.organisation]
    shuffled = ScoredModels.of(
        [models.names[place] for place in order],
        models.score[order],
        models.score_sd[order],
        models.log10_compute[order],
        models.years[order],
        [owners[place] for place in order],
    )
    one, other = (efficiency_curve(each, own_beliefs(), DEGREES).curve.values for each in (models, shuffled))
    np.testing.assert_allclose(one, other, rtol=1e-9)


@pytest.mark.parametrize("count", [POINTS, 1_024])
def test_points_of_integration_have_the_normal_distribution_s_moments_and_shape(count: int) -> None:
    points = even_points(count)
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(points.T @ points / count, np.eye(4), atol=1e-12)
    for column in points.T:
        assert stats.kstest(column, "norm").pvalue > 0.5  # evener than half of all random samples, at the least


def bell(centre: float = 1.0, sd: float = 0.2) -> EfficiencyCurve:
    points = -0.5 + 0.125 * np.arange(29)
    return EfficiencyCurve(-0.5, 0.125, -0.5 * ((points - centre) / sd) ** 2)


def test_between_its_points_the_curve_is_the_natural_spline() -> None:
    rng = np.random.default_rng(0)
    curve = EfficiencyCurve(-0.5, 0.125, rng.normal(size=29).cumsum())
    fine = np.linspace(-0.5, 3.0, 5_001)
    np.testing.assert_allclose(
        curve(fine), CubicSpline(curve.points, curve.values, bc_type="natural")(fine), atol=1e-12
    )
    np.testing.assert_allclose(curve(curve.points), curve.values, atol=1e-12)


def test_beyond_its_points_the_curve_goes_on_straight() -> None:
    curve = bell()
    spline = CubicSpline(curve.points, curve.values, bc_type="natural")
    for end, sign in ((-0.5, -1.0), (3.0, 1.0)):
        steps = sign * np.array([0.0, 0.7, 5.0])
        np.testing.assert_allclose(curve(end + steps), spline(end) + spline(end, 1) * steps, rtol=1e-12)


def test_the_curve_is_the_same_over_pytensor_and_has_a_slope_everywhere() -> None:
    import pytensor
    import pytensor.tensor as pt

    curve = bell(0.9, 0.3)
    x = pt.dvector("x")
    height = curve.over(pt, x)
    compiled = pytensor.function([x], [height, pt.grad(height.sum(), x)])
    places = np.concatenate([np.linspace(-2.0, 5.0, 701), curve.points])
    found, slope = compiled(places)
    np.testing.assert_allclose(found, curve(places), rtol=1e-13, atol=1e-13)
    step = 1e-6
    inside = places[~np.isin(np.round(places, 9), np.round(curve.points, 9))]
    expected = (curve(inside + step) - curve(inside - step)) / (2.0 * step)
    np.testing.assert_allclose(compiled(inside)[1], expected, rtol=1e-6, atol=1e-6)
    assert np.isfinite(slope).all()


def test_quantiles_of_a_normal_curve_are_normal() -> None:
    found = np.log10(bell().quantiles(QUANTILES))
    np.testing.assert_allclose(found, stats.norm(1.0, 0.2).ppf(QUANTILES), atol=2e-4)
    assert math.log10(bell().mode) == pytest.approx(1.0, abs=5e-4)


def test_a_belief_and_the_curve_multiply() -> None:
    """Two normal distributions in log10: the product is known."""
    belief = LogNormal(median=100.0, sigma=0.4 * math.log(10.0))
    precision = 1.0 / 0.2**2 + 1.0 / 0.4**2
    exact = stats.norm((1.0 / 0.2**2 + 2.0 / 0.4**2) / precision, precision**-0.5)
    np.testing.assert_allclose(np.log10(bell().quantiles(QUANTILES, belief)), exact.ppf(QUANTILES), atol=2e-4)


def test_a_belief_s_bounds_hold() -> None:
    bounded = bell(2.0, 0.3).quantiles((0.001, 0.999), Triangular(low=2.0, mode=10.0, high=50.0))
    assert (bounded > 2.0).all()
    assert (bounded < 50.0).all()
