"""Dated lags: what a day, a lead, growth and shared errors do to the date, and what each assumption was measured to."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.pages.readings import NAMES
from catchup.analysis.studies.readings.lag_assumptions import CORRELATED, OPTIMISM, STEPS, lag_assumptions
from catchup.evidence.kinds.lag_records import RELEASE_DELAYS
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.selection import Selection
from catchup.evidence.template import template
from catchup.model.assumptions import load_assumptions
from catchup.model.equations import gap_on_day, smooth_positive_part
from catchup.model.models import ARTICLE, group_layer
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from reading_cases import STANDARD_ERRORS, ask, prior

DAY = date(2026, 11, 26)
WIDTH = 0.25


def lag(value: float, known_since: date, **observed: Any) -> Item:
    table = {
        "id": "a-lag",
        "title": "A measured lag",
        "kind": "capability_lag",
        "role": "likelihood",
        "known_since": known_since,
        "observed": {"value": value, "scope": "general", **observed},
        "likelihood": {"sd": 0.25},
        "sources": [{"title": "x", "publisher": "x", "date": known_since, "address": "example.org"}],
    }
    return item_from_table(table, file="a-lag.toml")


def median_on(model: str, item: Item, **rest: Any) -> Estimate:
    question = ask(20_000, model=model, as_of=DAY, **rest)
    return condition(question, Selection((item,)), "importance").ready.quantile(0.5)


EARLY, LATE = date(2026, 3, 1), date(2026, 9, 1)


def test_an_earlier_measurement_of_the_same_lag_says_a_later_date() -> None:
    """The gap has grown since."""
    early, late = median_on("current", lag(8.0, EARLY)), median_on("current", lag(8.0, LATE))
    assert early.value - late.value > STANDARD_ERRORS * math.hypot(early.mcse, late.mcse)


def test_the_day_of_a_measurement_is_known_since_unless_the_file_says_another() -> None:
    assert median_on("current", lag(8.0, LATE, date=EARLY)) == median_on("current", lag(8.0, EARLY))


@pytest.mark.parametrize("typical_months", [2.0, 12.0, 30.0])
def test_records_that_tell_nothing_move_no_date(typical_months: float) -> None:
    """Whatever was believed of lags before any was measured: the race believes something of its own already."""
    table = tomllib.loads(template("lag_records"))
    table["observed"]["episodes"] = [
        {"reference": "x", "months": 12.0, "error": 1e4, "follower": "y", "follower_date": EARLY}
    ]
    table["likelihood"]["typical_months"] = typical_months
    case = item_from_table(table, file="new-item.toml")
    question = ask(20_000, model="current", as_of=DAY)
    found, before = (condition(question, Selection(items), "importance").ready for items in ((case,), ()))
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert found.quantile(p).value == pytest.approx(before.quantile(p).value, abs=0.1 * before.quantile(p).mcse)


def test_without_growth_and_in_the_published_model_the_day_of_a_measurement_says_nothing() -> None:
    assert median_on(ARTICLE, lag(8.0, EARLY)) == median_on(ARTICLE, lag(8.0, LATE))
    still = {"gap_growth": 0.0}
    assert median_on("current", lag(8.0, EARLY), fixed=still) == median_on("current", lag(8.0, LATE), fixed=still)


@given(ready=st.floats(0.0, 60.0), lead=st.floats(0.0, 12.0), growth=st.floats(0.0, 0.8), day=st.floats(-24.0, 24.0))
def test_the_gap_of_a_day_grows_to_what_it_is_when_they_come_to_mythos(
    ready: float, lead: float, growth: float, day: float
) -> None:
    gap = gap_on_day(ready, lead, growth, day)
    assert gap == pytest.approx((ready - lead) - growth * (ready - day), abs=1e-9)
    assert gap_on_day(ready, lead, growth, ready) == pytest.approx(ready - lead, abs=1e-9)
    assert gap_on_day(ready, 0.0, 0.0, day) == ready


def test_a_gap_that_closes_keeps_a_logarithm_and_a_slope() -> None:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    plain = Mode(linker="py", optimizer=None)  # the graph as written
    gaps = np.array([-1e9, -300.0, -7.0, -1e-9, 0.0, 1e-9, 0.1, 1.0, 8.0, 300.0, 1e9])
    found = smooth_positive_part(np, gaps, WIDTH)
    exact = [0.5 * (gap + math.hypot(gap, 2.0 * WIDTH)) if gap > -10.0 else WIDTH**2 / -gap for gap in gaps]
    np.testing.assert_allclose(found, exact, rtol=1e-3)
    assert (np.diff(found) > 0.0).all()
    assert found[4] == WIDTH
    np.testing.assert_array_equal(smooth_positive_part(np, gaps, 0.0), gaps)
    gap = pt.dvector("gap")
    logarithm = pt.log(smooth_positive_part(pt, gap, WIDTH))
    value, slope = pytensor.function([gap], [logarithm, pt.grad(logarithm.sum(), gap)], mode=plain)(gaps)
    np.testing.assert_allclose(value, np.log(found), rtol=1e-12)
    np.testing.assert_allclose(slope, 1.0 / np.hypot(gaps, 2.0 * WIDTH), rtol=1e-9)  # log w + arsinh(L / 2 w)


def test_fixing_one_scopes_optimism_leaves_the_other_its_own() -> None:
    """What is fixed has no rank to be correlated with; the project's own correlation gives way, a user's is refused."""
    free, fixed = load_assumptions(), load_assumptions(fixed={OPTIMISM[0]: 0.0})
    assert free.copula.with_related([OPTIMISM[0]]) == list(OPTIMISM)
    assert fixed.copula.with_related([OPTIMISM[1]]) == [OPTIMISM[1]]
    assert fixed.beliefs[OPTIMISM[1]] == free.beliefs[OPTIMISM[1]]
    row = Layer.of({"correlation": [{"between": list(OPTIMISM), "rank": 0.5}]}, file="mine.toml")
    with pytest.raises(InputError, match="is fixed"):
        _ = load_assumptions([row], {OPTIMISM[0]: 0.0}).copula


def test_the_overlay_without_dates_reads_lags_as_the_published_model_does() -> None:
    """On its day nothing is left of the group's rows but their names."""
    undated, published = load_assumptions(["undated-lags"]), load_assumptions(model=ARTICLE)
    names = [name for group, (_, names) in STEPS.items() if group != "delay" for name in names if name != CORRELATED]
    for name in (*names, "evaluation_delay"):
        assert undated.beliefs[name] == published.beliefs[name]
    assert undated.copula.with_related([OPTIMISM[0]]) == [OPTIMISM[0]]
    assert undated.table.number("lag_smoothing") == published.table.number("lag_smoothing")


def test_the_page_has_a_row_for_every_quantity_that_is_taken_up() -> None:
    freed = {name for _, names in STEPS.values() for name in names if name != CORRELATED}
    assert {name for name in freed if not name.startswith(NAMES["lags"])} == set()


def test_the_overlay_without_dates_keeps_the_months_to_release_and_so_the_records() -> None:
    """Why it is not the first of the readings taken up one by one, which holds the same records without them."""
    undated = load_assumptions(["undated-lags"])
    freed = {name for _, names in STEPS.values() for name in names if name != CORRELATED}
    assert {name for name in freed if not undated.beliefs[name].certain} == set(RELEASE_DELAYS)
    counted = {item.id for item in choose_evidence(Question(undated, DAY, draws=100), "default", None, ()).counted}
    assert "epoch-lag-records" in counted
    without = load_assumptions(["undated-lags"], dict.fromkeys(RELEASE_DELAYS, 0.0))
    found = choose_evidence(Question(without, DAY, draws=100), "default", None, ())
    assert "epoch-lag-records" not in {item.id for item in found.counted}


def test_the_published_model_holds_each_assumption_at_nothing() -> None:
    published, current = load_assumptions(model=ARTICLE), load_assumptions()
    for _, names in STEPS.values():
        for name in set(names) & published.beliefs.keys():
            assert published.beliefs[name].certain
            assert not current.beliefs[name].certain
    assert published.copula.with_related([OPTIMISM[0]]) == [OPTIMISM[0]]
    assert (published.table.number("lag_smoothing"), current.table.number("lag_smoothing")) == (0.0, WIDTH)


def test_what_the_article_never_said_of_lags_is_not_ascribed_to_it() -> None:
    """It reads no lag into its date, and says of Mythos and of the gap the opposite of what is held at nothing."""
    published, undated = load_assumptions(model=ARTICLE), load_assumptions(["undated-lags"])
    names = [name for _, names in STEPS.values() for name in names if name != CORRELATED]
    own = ("project",)
    assert {published.table.quantities[name].text.sources for name in names} == {own}
    laid = {name for name in names if undated.beliefs[name].certain}
    assert {undated.table.quantities[name].text.sources for name in laid} == {own}
    assert undated.table.constants["lag_smoothing"].sources == own
    assert next(row.text.sources for row in undated.table.correlations if set(row.pair) == set(OPTIMISM)) == own
    assert load_assumptions().worlds["undated-lags"].text.references == own


def test_assumptions_that_a_model_does_not_make_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["lags", "--model", ARTICLE, "--as-of", str(DAY), "--draws", "2000"]
    assert catchup([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_made"] == list(STEPS)
    assert catchup(["lags", "--as-of", str(DAY), "--draws", "2000", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_made"] == []
    assert catchup(asked) == 0
    assert "Not made by this model, so that nothing changes with them: Mythos stood" in capsys.readouterr().out


def test_no_lag_counted_is_said() -> None:
    question = ask(1_000)
    with pytest.raises(InputError, match="capability_lag"):
        lag_assumptions(prior(question))


MEASURED = {  # median and 95% date, tried before this was written; DAY is the day that they were asked on
    "without-lags": (date(2027, 2, 19), date(2027, 9, 7)),
    "published": (date(2027, 1, 16), date(2027, 5, 7)),
    "cyber-lead": (date(2027, 3, 17), date(2027, 7, 17)),
    "general-lead": (date(2027, 4, 19), date(2027, 8, 22)),
    "growth": (date(2027, 5, 16), date(2027, 10, 7)),
    "no-optimism": (date(2027, 3, 11), date(2027, 6, 30)),
}
WITHIN = 4  # days


def on_the_published_race(*, correlated: bool, **held: float) -> Posterior:
    """The article's race with the rows of `current` on lags, some quantities held."""
    rows = [group_layer("dated-lags")]
    if not correlated:
        rows.append(Layer.of({"correlation": [{"between": list(OPTIMISM), "rank": 0.0}]}, file="apart.toml"))
    assumptions = load_assumptions(rows, held, model=ARTICLE)
    question = Question(assumptions, DAY, draws=200_000)
    return condition(question, choose_evidence(question, "default", None, ()), "importance")


def assert_near(posterior_ready: Any, expected: tuple[date, date], posterior: Posterior) -> None:
    calendar = posterior.question.assumptions.calendar
    for p, day in zip((0.5, 0.95), expected, strict=True):
        found = posterior_ready.quantile(p)
        margin = WITHIN / calendar.days_per_month + STANDARD_ERRORS * found.mcse
        assert calendar.months(day + timedelta(days=1)) == pytest.approx(found.value, abs=margin), (p, day)


@pytest.mark.slow
def test_each_assumption_does_what_it_was_measured_to_do() -> None:
    # delay and shared errors, which were not part of what was measured, are held at nothing
    posterior = on_the_published_race(correlated=False, evaluation_delay=0.0, organisation_error=0.0)
    found = {row.id: row.ready for row in lag_assumptions(posterior).rows}
    for name, expected in MEASURED.items():
        assert_near(found[name], expected, posterior)


@pytest.mark.slow
def test_shared_errors_alone_do_what_they_were_measured_to_do() -> None:
    held = ("mythos_lead_general", "mythos_lead_cyber", "gap_growth", "evaluation_delay")
    alone = on_the_published_race(correlated=True, **dict.fromkeys(held, 0.0))
    assert_near(alone.ready, (date(2027, 1, 28), date(2027, 6, 10)), alone)
