"""Obstacles after and before evidence: a prior weighs its draws alike, and each figure stands under its own name."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from catchup.analysis import Question, Request, as_json, forecast, obstacles, posterior, prior_of
from catchup.analysis.inference.importance import ReweightedPrior
from catchup.analysis.studies.obstacles import BINDING, Obstacles
from catchup.model import load_assumptions

SHARE = 5.1e-6  # half of the last decimal that JSON writes


@pytest.fixture(scope="module")
def found() -> Obstacles:
    """Draws of the prior, reweighted: what holds before the evidence is the same ones, without the weights."""
    asked = Question(load_assumptions(), date(2027, 6, 21), draws=4_000)
    given = posterior(Request(asked, evidence="no-public-model", engine="importance"))
    assert isinstance(given.source, ReweightedPrior)
    return obstacles(given)


def test_before_the_evidence_all_draws_weigh_alike(found: Obstacles) -> None:
    for each in (*found.obstacles, found.together):
        added = each.before.adds.values
        np.testing.assert_array_equal(added, each.held.adds.values)
        assert each.before.binds.value == pytest.approx((added > BINDING).mean())
        assert each.before.adds.mean.value == pytest.approx(added.mean())
        weights = each.held.adds.weighting.shares
        assert each.held.binds.value == pytest.approx(float(weights @ (added > BINDING)))
        assert abs(each.held.binds.value - each.before.binds.value) > 100.0 * SHARE  # the two can be told apart


def test_json_gives_each_figure_under_its_own_name(found: Obstacles) -> None:
    content = as_json(found)
    rows = {row["id"]: row for row in (*content["obstacles"], content["together"])}
    for each in (*found.obstacles, found.together):
        row = rows[each.id]
        for held, written in ((each.held, row), (each.before, row["before_evidence"])):
            assert written["binds"] == pytest.approx(held.binds.value, abs=SHARE)
            assert written["mcse"] == pytest.approx(held.binds.mcse, rel=0.005)
        assert row["adds"]["mean"] == pytest.approx(each.held.adds.mean.value, abs=1e-3)
        assert row["before_evidence"]["mean"] == pytest.approx(each.before.adds.mean.value, abs=1e-3)
    calendar, weights = found.question.assumptions.calendar, found.ready.weighting.shares
    for name, dates in (("not_by", found.ready), ("not_by_on_compute_alone", found.compute_alone)):
        for day, share in content[name].items():
            later = dates.values >= calendar.months_by(date.fromisoformat(day))
            assert share == pytest.approx(float(weights @ later), abs=SHARE)
            assert content[f"{name}_mcse"][day] == pytest.approx(dates.weighting.mcse(later.astype(float)), rel=0.005)
    assert content["not_by"] != content["not_by_on_compute_alone"]


def test_a_mean_whose_error_means_little_is_said_to_be_one(found: Obstacles) -> None:
    """Some obstacles have tails so long that a few draws are most of the variance; the article's dates have not."""
    content, told = as_json(found), []
    for each, row in zip((*found.obstacles, found.together), (*content["obstacles"], content["together"]), strict=True):
        for held, written in ((each.held, row["adds"]), (each.before, row["before_evidence"])):
            squares = held.adds.weighting.shares * (held.adds.values - held.adds.mean.value) ** 2
            behind = squares.sum() ** 2 / (squares**2).sum()
            assert written.get("mean_meaningful", True) is bool(behind >= 20), each.id
            told.append(written.get("mean_meaningful", True))
        assert row["moved_by_evidence"].get("mean_meaningful", True) is all(told[-2:])
    assert {*told} == {True, False}
    article = as_json(forecast(prior_of(Question(load_assumptions(model="article"), date(2026, 11, 21), draws=4_000))))
    assert "mean_meaningful" not in article["ready"]
