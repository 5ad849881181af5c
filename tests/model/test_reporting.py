"""From being ready to being known: the law against SciPy's distributions, its gradient, its draws, and bad rows."""

from __future__ import annotations

import math

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from catchup.model.assumptions import load_assumptions
from catchup.model.reporting import (
    WIDTH,
    Reporting,
    delay_given_silence,
    log_report_density,
    log_silence,
    months_to_report,
    never_given_silence,
)
from catchup.priors import InputError

LAW = Reporting(title="", median_months=1.5, sigma=0.8, concealed="concealed_share")
DELAY = stats.lognorm(0.8, scale=1.5)
NUMBERS = (1.5, 0.8)
DRAWS = 40_000
FALSE_ALARMS = 1e-3
# dates are no sharper than WIDTH: further from readiness than this, the blur changes no digit that is looked at
CLEAR = 25 * WIDTH


def test_silence_after_readiness_is_the_delays_survival_and_what_is_concealed():
    months = np.linspace(CLEAR, 40.0, 200)
    for concealed in (0.0, 0.1, 0.5, 1.0):
        ours = log_silence(np, months, *NUMBERS, np.full(months.size, concealed))
        np.testing.assert_allclose(ours, np.log(concealed + (1.0 - concealed) * DELAY.sf(months)), rtol=1e-9, atol=1e-9)


def test_silence_before_readiness_is_certain():
    months = -np.array([1.0, 10.0, 1e3, 1e100])
    np.testing.assert_allclose(log_silence(np, months, *NUMBERS, np.full(4, 0.1)), 0.0, atol=1e-9)


def test_silence_is_one_minus_the_integrated_density_of_reports():
    ends, concealed = np.array([-0.3, 0.0, 0.1, 0.5, 2.0, 10.0]), 0.2
    for end in ends:
        points = np.linspace(-1.0, end, 200_001)
        reported = integrate.simpson(np.exp(log_report_density(np, points, *NUMBERS)), x=points)
        silent = math.exp(float(log_silence(np, end, *NUMBERS, concealed)))
        assert silent == pytest.approx(concealed + (1.0 - concealed) * (1.0 - reported), abs=1e-8)


def test_what_never_comes_is_never_reported_and_its_silence_is_certain():
    never = np.array([-np.inf, -1e100, -1e12])
    assert (np.exp(log_report_density(np, never, *NUMBERS)) == 0.0).all()
    np.testing.assert_array_equal(log_silence(np, never, *NUMBERS, np.full(3, 0.1)), 0.0)
    months = pt.vector("months")
    density = log_report_density(pt, months, *NUMBERS)
    compiled = pytensor.function([months], [density, pt.grad(density.sum(), months)])
    assert all(np.isfinite(each).all() for each in compiled(never))


def test_reports_are_drawn_from_their_density():
    months = months_to_report(np, np.random.default_rng(1).standard_normal(DRAWS), *NUMBERS)
    waited = WIDTH * np.logaddexp(0.0, months / WIDTH)
    assert stats.kstest(waited, DELAY.cdf).pvalue > FALSE_ALARMS


def test_the_graph_agrees_and_its_gradient_is_finite_and_right_wherever_a_sampler_may_go():
    months, concealed = pt.vector("months"), pt.scalar("concealed")
    silence = log_silence(pt, months, *NUMBERS, concealed)
    report = log_report_density(pt, months, *NUMBERS)
    slopes = [pt.grad(each.sum(), months) for each in (silence, report)]
    slopes.append(pt.grad(silence.sum(), concealed))
    compiled = pytensor.function([months, concealed], [silence, report, *slopes])
    here = np.concatenate([np.linspace(-20.0, 40.0, 1_201), [-400.0, 400.0]])
    found = compiled(here, 0.1)
    np.testing.assert_allclose(found[0], log_silence(np, here, *NUMBERS, 0.1), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found[1], log_report_density(np, here, *NUMBERS), rtol=1e-9, atol=1e-9)
    assert all(np.isfinite(each).all() for each in found)
    step = 1e-6
    for ours, law in (
        (found[2], lambda x: log_silence(np, x, *NUMBERS, 0.1)),
        (found[3], lambda x: log_report_density(np, x, *NUMBERS)),
    ):
        central = (law(here + step) - law(here - step)) / (2 * step)
        np.testing.assert_allclose(ours, central, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("silent", [None, -1.0, 0.0, 6.0])
def test_where_every_lab_conceals_there_is_no_report(silent: float | None):
    """One is a share that may be stated: without a division by the none that report."""
    months = None if silent is None else np.full(100, silent)
    delays = delay_given_silence(np, (np.arange(100) + 0.5) / 100, months, LAW, np.ones(100))
    assert np.all(delays == np.inf)


@pytest.mark.parametrize("silent", [None, -3.0, 0.5, 2.0, 12.0])
def test_a_delay_given_silence_is_the_part_of_the_delays_that_is_longer(silent: float | None):
    concealed, rng = 0.1, np.random.default_rng(2)
    months = None if silent is None else np.full(DRAWS, silent)
    delays = delay_given_silence(np, rng.random(DRAWS), months, LAW, np.full(DRAWS, concealed))
    waited = 0.0 if silent is None else WIDTH * math.log1p(math.exp(silent / WIDTH))
    still = DELAY.sf(waited)
    never = concealed / (concealed + (1.0 - concealed) * still)
    assert stats.binomtest(int(np.isinf(delays).sum()), DRAWS, never).pvalue > FALSE_ALARMS
    assert never_given_silence(np, months, LAW, np.full(DRAWS, concealed)) == pytest.approx(never, rel=1e-9)
    reported = delays[np.isfinite(delays)]
    assert reported.min() >= waited
    assert stats.kstest(reported, lambda x: 1.0 - DELAY.sf(x) / still).pvalue > FALSE_ALARMS


@settings(deadline=None, max_examples=200)
@given(st.floats(-50, 200), st.floats(0.0, 100.0), st.floats(0.05, 20), st.floats(0.1, 3), st.floats(0.0, 0.95))
def test_longer_silence_is_never_likelier_and_never_less_than_what_is_concealed(months, more, median, sigma, concealed):
    sooner, later = log_silence(np, np.array([months, months + more]), median, sigma, np.full(2, concealed))
    assert later <= sooner + 1e-12
    assert math.exp(later) >= concealed * (1.0 - 1e-9)
    assert sooner <= 1e-12


def row(**changes: str) -> str:
    entries = {"title": '"t"', "median_months": "1.5", "sigma": "0.8", "concealed": '"concealed_share"'} | changes
    return "[reporting.public]\n" + "\n".join(f"{key} = {value}" for key, value in entries.items() if value)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (row(median_months="0.0"), "reporting.public.median_months", "0"),
        (row(sigma="-1.0"), "reporting.public.sigma", "0"),
        (row(concealed='"concealed_shar"'), "reporting.public.concealed", "did you mean 'concealed_share'"),
        (row(concealed='"china_stock"'), "reporting.public.concealed", "a share between 0 and 1"),
        (row(median="1.5"), "reporting.public.median", "median_months"),
        (row(references='["nobody"]'), "reporting.public.references", "nobody"),
        ("[reporting.publi]\nsigma = 1.0", "reporting.publi", "did you mean 'public'"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_by_file_and_key(tmp_path, text, key, said):
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(text)
    with pytest.raises(InputError, match=said) as refused:
        load_assumptions([overlay])
    assert str(overlay) in str(refused.value)
    assert key in str(refused.value)


def test_the_article_has_no_law_and_current_has():
    assert load_assumptions(model="article").reporting is None
    current = load_assumptions(model="current")
    assert current.reporting is not None
    assert (current.reporting.median_months, current.reporting.sigma) == (1.5, 0.8)
    assert "concealed_share" in current.needed()
    assert current.quantiles("concealed_share", [0.5])[0] == pytest.approx(stats.beta(2, 18).median(), rel=1e-9)
