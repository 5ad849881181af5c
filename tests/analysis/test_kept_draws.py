"""Draws that are kept are the draws that would be made anew, made once, and written into by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference import draws
from catchup.analysis.inference.adaptation import drawn_from_fit
from catchup.analysis.inference.draws import PriorDraws, Values
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.model.assumptions import load_assumptions
from catchup.priors.families import Uniform

DRAWS = 30_000  # more than a chunk and a half
BESIDE = {"beside": Uniform(low=0.0, high=1.0)}


@pytest.fixture(scope="module")
def plain() -> PriorDraws:
    return PriorDraws(Question(load_assumptions(), date(2026, 11, 21), draws=DRAWS))


@pytest.fixture(scope="module")
def fitted() -> PriorDraws:
    request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=DRAWS), "eci-lag", "importance")
    answer = posterior(request)
    assert answer.shared is not None
    found = drawn_from_fit(answer.shared.source, answer.question, answer.items)
    assert found is not None
    return found


def everything(values: Values) -> Values:
    return dict(values)


@pytest.mark.parametrize("which", ["plain", "fitted"])
def test_they_are_the_same_asked_again_and_with_others_beside(which: str, request: pytest.FixtureRequest) -> None:
    source: PriorDraws = request.getfixturevalue(which)
    kept = source.kept()
    for one, other in ((source, kept), (source, kept), (source.extended(BESIDE), kept.extended(BESIDE))):
        wanted, found = one.map(everything), other.map(everything)
        assert list(wanted) == list(found)
        for name, column in wanted.items():
            np.testing.assert_array_equal(column, found[name])
    np.testing.assert_array_equal(source.weighting.shares, kept.weighting.shares)


def test_they_are_made_once(plain: PriorDraws, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = plain.kept()
    kept.first(10)  # a walk that is not finished keeps nothing
    made: list[int] = []
    chunks = type(plain.transform).chunks

    def counted(self: object, *arguments: object) -> object:
        made.append(1)
        return chunks(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(plain.transform), "chunks", counted)
    for _ in range(3):
        kept.map(everything)
    assert made == [1]
    kept.extended(BESIDE).map(everything)
    assert made == [1, 1]  # what is beside them, alone


def test_nobody_writes_into_them(plain: PriorDraws) -> None:
    kept = plain.kept()
    kept.map(everything)

    def spoil(values: Values) -> Values:
        values.pop("mythos_chips", None)
        next(iter(values.values()))[0] = 0.0
        return values

    with pytest.raises(ValueError, match="read-only"):
        kept.map(spoil)
    assert list(kept.map(everything)) == list(plain.map(everything))


def test_what_is_too_large_or_quasi_random_is_made_anew(plain: PriorDraws, monkeypatch: pytest.MonkeyPatch) -> None:
    question = replace(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), quasi_random=True)
    source = PriorDraws(question)
    assert source.kept() is source
    monkeypatch.setattr(draws, "MOST_KEPT", DRAWS)
    assert plain.kept() is plain
