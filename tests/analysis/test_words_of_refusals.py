"""What a result says of a refusal: parameters to whoever reads it in Python, options on the command line, in JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from catchup.analysis import Question, UntrustworthyError, prior_of, watch
from catchup.analysis.commands.main import run
from catchup.analysis.presentation.tables.builders import as_json, layout_of
from catchup.analysis.presentation.tables.movement import movement_as_json, movement_text
from catchup.analysis.presentation.tables.structure_spread import refused_as_json, refused_texts
from catchup.analysis.studies.movement import Movement
from catchup.analysis.studies.structure_dates import Refused
from catchup.analysis.studies.worlds import WorldResult, Worlds
from catchup.model import load_assumptions

REFUSAL = UntrustworthyError("too few draws: try more --draws")
QUESTION = Question(load_assumptions(), date(2026, 11, 26), draws=1_000)


def refuse(*_: Any, **__: Any) -> None:
    raise REFUSAL


def test_watch_without_what_may_be_learnt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("catchup.analysis.studies.watch.value_of_information", refuse)
    found = watch(prior_of(QUESTION))
    assert "try more draws" in str(found.refused)
    assert as_json(found)["notes"][0] == "what may be learnt is left out: too few draws: try more --draws"
    assert "try more --draws" in " ".join(line for table in layout_of(found).tables for line in table.lines)
    assert run(["watch", "--draws", "1000", "--as-of", "2026-11-26", "--evidence", "none"]) == 0
    assert "more --draws" in capsys.readouterr().out


def texts_of_movement() -> tuple[Any, ...]:
    moved = Movement(("x",), None, {}, "without x the forecast cannot be trusted", REFUSAL)
    return moved.refused, movement_text(QUESTION, "x", moved), movement_as_json(moved)["note"]


def texts_of_structures() -> tuple[Any, ...]:
    refused = [Refused("one", "One", str(REFUSAL), REFUSAL)]
    return refused[0].reason, refused_texts(refused_as_json(refused))[0], refused_as_json(refused)[0]["reason"]


def texts_of_worlds() -> tuple[Any, ...]:
    prior = prior_of(QUESTION)
    world = WorldResult("one", "One", "belief", refused=str(REFUSAL), error=REFUSAL)
    asked = WorldResult("current", "Current", "model", ready=prior.ready, shifts={}, first_firm={}, left_out={})
    found = Worlds(prior.origin, (asked, world))
    said = " ".join(line for table in layout_of(found).tables for line in table.lines)
    return world.refused, said, as_json(found)["worlds"][1]["refused"]


@pytest.mark.parametrize("texts", [texts_of_movement, texts_of_structures, texts_of_worlds])
def test_a_refusal_in_a_result(texts: Callable[[], tuple[Any, ...]]) -> None:
    in_python, shown, as_data = texts()
    assert str(in_python) == "too few draws: try more draws"
    assert "try more --draws" in shown
    assert "try more --draws" in as_data
