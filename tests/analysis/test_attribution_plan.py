"""The way from one forecast to another: in which order things change, and which items come and go with others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from catchup.analysis.inference.estimates import ZERO
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.studies.attribution import Step, attribute
from catchup.analysis.studies.attribution_plan import plan
from catchup.analysis.studies.news import kind_of
from catchup.analysis.studies.reasons import priors_text
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from catchup.priors.layers import Layer
from item_cases import DAY, item

EARLY, LATER = date(2026, 9, 1), date(2026, 11, 28)
KNOWN, ARRIVES = date(2026, 8, 20), date(2026, 11, 24)


def known(kind: str, name: str, since: date, **changes: object) -> Item:
    source = {"title": "x", "publisher": "x", "date": since, "address": "example.org"}
    return item(kind, name, known_since=since, sources=[source], **changes)


def lag(name: str, since: date = KNOWN, replaces: Sequence[str] = (), **changes: object) -> Item:
    return known("capability_lag", name, since, replaces=list(replaces), **changes)


def silence(name: str, through: date) -> Item:
    return known("not_yet", name, KNOWN, observed__confirmed_through=through)


def report(name: str, of: date, **changes: object) -> Item:
    return known("milestone", name, of, observed__date=of, **changes)


def snapshot(
    items: Sequence[Item], day: date = DAY, model: str = "current", retracted: str = "", draws: int = 4_000
) -> Snapshot:
    question = Question(load_assumptions(model=model), day, draws=draws)
    why = {retracted: "on 2026-11-25: a parody"} if retracted else {}
    inputs = inputs_of(question.assumptions, items)
    return Snapshot(question, {one.id: one for one in items}, inputs, "0.1.0", retracted=why)


def told(before: Snapshot, after: Snapshot) -> list[tuple[str, str, str]]:
    """Of each step but time: its id, its kind and its title."""
    steps = [Step(each.changes, each.title, {0.5: ZERO}, ZERO) for each in plan(before, after)]
    return [(step.id, kind_of(step), step.title) for step in steps if step.id != "time"]


OLD, NEW = lag("old"), lag("new", ARRIVES, ["old"])
SHORT, LONG = silence("short", date(2026, 9, 10)), silence("long", date(2026, 11, 20))
DOUBT = {f"likelihood__{key}": 0.4 for key in ("reliability", "background_mean", "background_sd")}
REACHED, SOONER = report("reached", date(2026, 11, 23)), report("sooner", date(2026, 11, 2))


@pytest.mark.parametrize(
    ("gone", "arrived", "why"),
    [
        (OLD, NEW, "new takes its place"),
        (SHORT, REACHED, "the silence was ended by reached"),
        (SHORT, LONG, "its silence is part of that of long"),
        (REACHED, SOONER, "event-of-both had been reached by sooner"),
    ],
)
def test_an_item_that_yields_to_one_that_arrives_goes_with_it_as_news(gone: Item, arrived: Item, why: str) -> None:
    rest = lag("rest")
    why = why.replace("event-of-both", str(gone.event))
    ((identity, kind, title),) = told(snapshot([rest, gone]), snapshot([rest, arrived], LATER))
    assert (identity, kind) == (f"added:{arrived.id}+superseded:{gone.id}", "news")
    assert title == f"item added: {arrived.id}; set aside: {gone.id} ({why})"


def test_an_item_comes_back_with_the_correction_that_takes_away_what_it_had_yielded_to() -> None:
    for back, gone in ((OLD, NEW), (SHORT, REACHED)):
        ((identity, kind, title),) = told(snapshot([gone], LATER), snapshot([back], LATER, retracted=gone.id))
        assert (identity, kind) == (f"removed:{gone.id}+returned:{back.id}", "correction")
        assert title == f"item retracted: {gone.id}, on 2026-11-25: a parody; counted again: {back.id}"


def test_an_item_yields_to_one_that_is_corrected_as_part_of_the_correction() -> None:
    replacing = lag("new", replaces=["old"])
    for before, after, id_ in (
        ([OLD, lag("new")], [replacing], "changed:new+superseded:old"),
        ([replacing], [OLD, lag("new")], "changed:new+returned:old"),
    ):
        ((identity, kind, _),) = told(snapshot(before), snapshot(after))
        assert (identity, kind) == (id_, "correction")


def test_one_that_comes_back_as_another_takes_the_place_of_what_it_had_yielded_to_comes_with_that() -> None:
    newest = lag("newest", ARRIVES, ["new"])
    ((identity, kind, _),) = told(snapshot([NEW], LATER), snapshot([OLD, newest], LATER))
    assert (identity, kind) == ("added:newest+superseded:new+returned:old", "news")


@pytest.mark.parametrize(
    ("looked", "day", "says"),
    [
        ((9, 11), 30, "silence confirmed: quiet, through 2026-10-11 (before: 2026-10-09)"),
        ((9, 20), 12, "silence confirmed: quiet, through 2026-10-12 (before: 2026-10-09)"),  # made later, of this day
        ((13, 20), 12, ""),  # both counted through this day
        ((20, 11), 12, "confirmation withdrawn: quiet, through 2026-10-12 (now: 2026-10-11)"),
    ],
)
def test_no_step_tells_of_a_day_that_was_still_to_come(looked: tuple[int, int], day: int, says: str) -> None:
    one, two = (silence("quiet", date(2026, 10, each)) for each in looked)
    earlier, later = (date(2026, 10, each) for each in (8, day))
    assert [title for _, _, title in told(snapshot([one], earlier), snapshot([two], later))] == ([says] if says else [])


def test_a_number_written_otherwise_is_the_same_number() -> None:
    """Of a figure revised since, the entry of its revision says what it was."""
    whole, revised = (lag("measured", observed__value=value) for value in (9, 9.0))
    before, after = snapshot([whole]), snapshot([revised])
    assert before.inputs.ledger_hash() != after.inputs.ledger_hash()
    assert told(before, after) == []
    assert told(before, snapshot([lag("measured", observed__value=9.5)])) != []


@pytest.mark.parametrize(
    ("before", "after", "retracted", "ids"),
    [
        ([OLD], [lag("other", ARRIVES)], "", ["removed:old", "added:other"]),
        ([OLD], [NEW], "old", ["removed:old", "added:new"]),
        ([SHORT], [report("rumour", date(2026, 11, 23), **DOUBT)], "", ["removed:short", "added:rumour"]),
        ([NEW], [lag("old", ARRIVES)], "new", ["removed:new", "added:old"]),
    ],
)
def test_items_that_do_not_yield_have_steps_of_their_own(
    before: list[Item], after: list[Item], retracted: str, ids: list[str]
) -> None:
    found = [identity for identity, _, _ in told(snapshot(before), snapshot(after, LATER, retracted=retracted))]
    assert len(found) == len(ids)
    assert all(identity.startswith(wanted) for identity, wanted in zip(found, ids, strict=True))


def test_the_day_and_what_is_believed_come_before_the_items_that_are_read_by_it() -> None:
    before = [lag("kept"), lag("leaves"), silence("quiet", date(2026, 9, 10))]
    after = [lag("kept"), silence("quiet", date(2026, 11, 20)), lag("arrives", ARRIVES)]
    steps = list(plan(snapshot(before, model="article"), snapshot(after, LATER)))
    ids = ["time", "priors", "removed:leaves", "changed:quiet", "added:arrives"]
    assert ["+".join(change.id for change in step.changes) for step in steps] == ids
    models = [step.question.assumptions.model for step in steps]
    assert [model == models[-1] for model in models] == [False, True, True, True, True]
    assert dict(steps[-1].items) == {one.id: one for one in after}


def test_across_another_model_an_item_moves_what_it_moves_under_the_model_that_counts_it() -> None:
    """And all steps add up, whatever their order."""
    arrives = lag("arrives", ARRIVES, observed__value=14.0)
    first, middle = snapshot([lag("kept")], model="article"), snapshot([lag("kept")], LATER)
    last = snapshot([lag("kept"), arrives], LATER)
    found = attribute(first, last)
    (alone,) = [step for step in attribute(middle, last).steps if step.id == "added:arrives"]
    (step,) = [step for step in found.steps if step.id == "added:arrives"]
    assert step.shifts == alone.shifts
    for p, whole in found.total.shifts.items():
        assert math.fsum(each.shifts[p].value for each in found.steps) == pytest.approx(whole.value, abs=1e-9)
    moved = math.fsum(each.probability.value for each in found.steps)
    assert moved == pytest.approx(found.total.probability.value, abs=1e-9)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (6, "quantity.a, quantity.b, quantity.c, quantity.d, quantity.e, quantity.f"),
        (8, "quantity.a, quantity.b, quantity.c, quantity.d, quantity.e, quantity.f and 2 more"),
    ],
)
def test_six_of_the_rows_that_differ_are_named(changed: int, said: str) -> None:
    before = snapshot([])
    layer = Layer.of({"quantity": {name: {"mode": 1.0} for name in "abcdefgh"[:changed]}}, file="mine.toml")
    after = replace(before, inputs=replace(before.inputs, layers=(*before.inputs.layers, layer)))
    assert priors_text(before, after) == f"priors changed: {said}"
