"""What runs keep of an item is told by its fields, whatever words stand in ids and reasons."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catchup.analysis.archive.moved import Moved, changes_of
from catchup.analysis.archive.reading import Run
from catchup.analysis.inference.estimates import ZERO, Estimate
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.presentation.site.lives import lives
from catchup.analysis.presentation.site.moved import story
from catchup.analysis.runs.repeat import with_set_aside
from catchup.analysis.studies.attribution import Attribution, Step


def entry(name: str, use: str, retracted: str | None = None, replaces: tuple[str, ...] = ()) -> dict[str, Any]:
    source = dict.fromkeys(("title", "publisher", "address", "quoted_in"), "x") | {"date": "2026-09-01"}
    return {
        "id": name,
        "title": f"Title of {name}",
        "kind": "capability_lag",
        "use": use,
        "known_since": "2026-09-01",
        "retracted_on": None if retracted is None else "2026-10-01",
        "retracted_why": retracted,
        "replaces": list(replaces),
        "observed": {},
        "sources": [source],
    }


@pytest.mark.parametrize(
    ("known", "heading"),
    [
        (entry("a", "counted"), "Counted"),
        (entry("a", "held out as a check"), "Held out as checks"),
        (entry("a", "in the prior"), "Used to set a prior"),
        (entry("a", "retracted on 2026-10-01: a parody", "a parody"), "Retracted"),
        (entry("a", "not asked for"), "Not counted"),
        (entry("a", "counted-anew takes its place"), "Not counted"),
        (entry("a", "retracted-claim takes its place"), "Not counted"),
        (entry("a", "held out of reach had been reached by b"), "Not counted"),
    ],
)
def test_an_item_stands_under_what_is_done_with_it(known: dict[str, Any], heading: str) -> None:
    run = cast(Run, SimpleNamespace(known_items=[known], manifest=SimpleNamespace(evidence=())))
    ((found, (life,)),) = lives([run])
    assert (found, life.id) == (heading, "a")


def test_the_life_of_a_silence_says_when_it_was_confirmed() -> None:
    """By the first run that counts each look; one that was asked on a day before it knows of none."""

    def run(day: str, through: str | None) -> Run:
        known = entry("quiet", "counted") | {"observed": {"confirmed_through": through}}
        manifest = SimpleNamespace(evidence=("quiet",), as_of=date.fromisoformat(day))
        return cast(Run, SimpleNamespace(name=day, known_items=[known], manifest=manifest))

    looks = (("2026-09-07", None), ("2026-09-14", "2026-09-29"), ("2026-10-05", "2026-09-29"))
    runs = [run(*look) for look in (*looks, ("2026-10-12", "2026-09-29"), ("2026-10-19", "2026-10-18"))]
    ((_, (life,)),) = lives(runs[::-1])
    said = [(event.day, event.text, event.address) for event in life.events if "silence confirmed" in event.text]
    assert said == [
        ("29 Sep 2026", "silence confirmed, first counted by run 2026-10-05", "runs/2026-10-05/index.html"),
        ("18 Oct 2026", "silence confirmed, first counted by run 2026-10-19", "runs/2026-10-19/index.html"),
    ]


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (entry("old", "new takes its place"), True),
        (entry("old", "retracted on 2026-10-01: a new one takes its place", "a new one takes its place"), False),
        (entry("old", "not asked for"), False),
    ],
)
def test_only_an_item_in_whose_place_another_counts_is_said_to_be_so(gone: dict[str, Any], *, told: bool) -> None:
    shift = dict.fromkeys(HEADLINE, Estimate(0.1, 0.01))
    step = Step(changes_of("removed:old", "item removed: old"), "item removed: old", shift, ZERO)
    items = {"old": gone, "new": entry("new", "counted", replaces=("old",))}
    moved = Moved("2026-11-13", Attribution({}, {}, step, (step,), date(2026, 12, 31)))
    ((sentence,),) = [group.sentences for group in story(moved, items).groups]
    assert ("takes its place" in sentence) == told


def test_notes_of_items_set_aside_stand_where_they_stood() -> None:
    made = ["drawn from the prior", "the date without the measured lags is left out (k-hat 0.90)"]
    published = [made[0], "set aside: odd (not asked for)", made[1]]
    assert with_set_aside(made, published) == published
    assert with_set_aside(made[:1], published) == [made[0], published[1]]
