"""What site and digest say of what moved: contributions that add up, news told from corrections."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.history import Entry, History
from catchup.analysis.archive.moved import Moved, changes_of, moved_of
from catchup.analysis.archive.reading import read_run
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.estimates import ZERO, Estimate
from catchup.analysis.inference.json_values import number, significant
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.presentation.site.moved import NO_EARLIER_RUN, story, story_of
from catchup.analysis.presentation.table import Room
from catchup.analysis.presentation.tables.attribution import attribution_table
from catchup.analysis.presentation.tables.history import history_table
from catchup.analysis.studies.attribution import Attribution, Step
from catchup.analysis.studies.news import by_kind, kind_of
from published import Reader, Shelf

A_SHIFT = Estimate(0.1, 0.01)
READY = "The median of being ready"
BEYOND = "has come from, or gone to, beyond all that is followed"


def step(identity: str, title: str = "", shift: Estimate = A_SHIFT) -> Step:
    """A step as it is read back from a run."""
    title = title or identity
    return Step(changes_of(identity, title), title, dict.fromkeys(HEADLINE, shift), ZERO)


def test_contributions_add_up(shelf: Shelf) -> None:
    for one in shelf[1][1:]:
        story = story_of(one)
        assert story.moved is not None
        total = story.moved.attribution.total.shifts[0.5]
        steps = story.moved.attribution.steps
        # each figure is rounded to 1e-4
        assert sum(group.months for group in story.groups) == pytest.approx(total.value, abs=1e-4 * (len(steps) + 1))
        assert sum(len(group.sentences) for group in story.groups) == len(steps)


def test_what_has_not_moved_at_all_is_said_in_a_word() -> None:
    nothing = Estimate(0.0, 0.0)
    same = Attribution({}, {}, step("total"), (), date(2026, 12, 31))
    same = replace(same, total=replace(same.total, shifts=dict.fromkeys(HEADLINE, nothing)))
    assert story(Moved("2026-11-13", same), {}).finding == f"{READY} has not moved since run 2026-11-13."


@pytest.mark.parametrize(
    ("months", "mcse", "says"),
    [
        (2e-15, 5e-16, "The median of being ready has not moved since run 2026-11-13."),
        (2e-4, 1e-5, "The median of being ready has not moved since run 2026-11-13."),
        (0.01, 0.02, f"{READY} has not moved beyond noise since run 2026-11-13 (+0.010 ± 0.020 months)."),
        (-0.5, 0.02, "The median of being ready is 0.50 ± 0.02 months earlier since run 2026-11-13."),
        (math.inf, math.inf, f"Since run 2026-11-13 the median of being ready {BEYOND}."),
    ],
)
def test_the_table_says_what_the_digest_does(months: float, mcse: float, says: str) -> None:
    total, time = (step(name, shift=Estimate(months, mcse)) for name in ("total", "time passing"))
    found = Attribution({}, {}, total, (time,), date(2026, 12, 31))
    assert story(Moved("2026-11-13", found), {}).finding == says
    (lead,) = attribution_table(found, "2026-11-13").lead
    told = not found.total.noise and abs(months) > 1e-3
    assert lead == (f"{says[:-1]}; most of it comes from: time passing." if told else says)


@pytest.mark.parametrize(
    ("months", "mcse", "says"),
    [
        (1.171, 0.052, "The median of being publicly known is 1.17 ± 0.05 months later."),
        (-1.171, 0.052, "The median of being publicly known is 1.17 ± 0.05 months earlier."),
        (math.inf, math.inf, f"The median of being publicly known {BEYOND}."),
        (0.05, 0.05, ""),
        (2e-4, 1e-5, ""),
    ],
)
def test_a_day_of_being_known_that_moves_is_told_wherever_that_of_being_ready_is(
    months: float, mcse: float, says: str
) -> None:
    """By it questions resolve, and scores."""
    still = step("total", shift=Estimate(0.01, 0.02))
    found = Attribution({}, {}, still, (), date(2026, 12, 31), Estimate(months, mcse))
    ready = "The median of being ready has not moved beyond noise since run a (+0.010 ± 0.020 months)."
    assert story(Moved("a", found), {}).finding == f"{ready} {says}".rstrip()
    assert attribution_table(found, "a").lead == [ready, *([says] if says else [])]


def test_a_run_says_how_far_the_day_of_being_known_moved(shelf: Shelf) -> None:
    for before, after in pairwise(shelf[1]):
        moved = moved_of(after)
        assert moved is not None
        assert moved.attribution.known is not None
        medians = [one.forecast["known"]["quantiles"]["0.5"] for one in (before, after)]
        apart = medians[1]["months"] - medians[0]["months"]
        assert moved.attribution.known.value == pytest.approx(apart, abs=2e-4)  # each is rounded to 1e-4
        assert moved.attribution.known.mcse < math.hypot(*(median["mcse"] for median in medians))  # common draws


def test_what_sentences_call_no_change_tables_do(shelf: Shelf) -> None:
    for shift, says in ((Estimate(2e-15, 5e-16), "no change"), (Estimate(0.0, 1e-4), "no change")):
        total = step("total", shift=shift)
        found = Attribution({}, {}, total, (total,), date(2026, 12, 31))
        assert " has not moved." in story(Moved("a", found), {}).finding.replace(" since run a", "")
        column = next(column for column in attribution_table(found).columns if column.title == "median")
        assert column.read(total, Room.NARROW) == says
        as_kept = {"months": number(shift.value), "mcse": significant(shift.mcse)}
        entry = Entry(shelf[1][0], as_kept, None, (), ())
        moved = next(
            each for each in history_table(History((entry,), ())).columns if each.title == "Median moved, months"
        )
        assert moved.read(entry, Room.NARROW) == says


def test_a_run_that_tells_of_no_move_says_why(shelf: Shelf, tmp_path: Path) -> None:
    assert story_of(shelf[1][0]).finding == NO_EARLIER_RUN
    shutil.copytree(shelf[1][0].folder, tmp_path / "old")
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    del manifest["previous"]
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(manifest))
    assert story_of(read_run(tmp_path / "old")).finding.endswith("with, or it could not be compared.")


def test_an_item_that_arrives_is_news_with_its_source(shelf: Shelf) -> None:
    (arrival,) = [
        one for one in shelf[1][1:] if "added:caisi-glm-5-3-cyber-lag" in (one.folder / "diff.json").read_text()
    ]
    (news,) = [group for group in story_of(arrival).groups if group.kind == "news"]
    (sentence,) = [line for line in news.sentences if "caisi-glm-5-3-cyber-lag" in line]
    item = {item.id: item for item in arrival.inputs.evidence()}["caisi-glm-5-3-cyber-lag"]
    assert f"Seen quoted: {item.text.sources[0].title}; {item.text.sources[0].publisher}" in sentence
    assert ", not opened)" in sentence
    assert re.match(r"-\d\.\d{3} ± \d\.\d{3} months, earlier: item added", sentence)


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("news", step("time")),
        ("news", step("added:a")),
        ("news", step("time+added:a")),
        ("news", step("changed:a", "silence confirmed: a, through 2026-09-30 (before: 2026-09-16)")),
        ("correction", step("changed:a", "item changed: a")),
        ("correction", step("changed:a", "confirmation withdrawn: a, through 2026-09-30 (now: 2026-09-16)")),
        (
            "correction",
            step("changed:a", "item revised: a, value 1 to 2 on 2026-09-30 (silence confirmed: a, through b)"),
        ),
        ("correction", step("removed:a")),
        ("news", step("added:a+superseded:b")),
        ("news", step("changed:a+superseded:b", "silence confirmed: a, through x (before: y); set aside: b (of a)")),
        ("correction", step("changed:a+superseded:b", "item changed: a; set aside: b (a takes its place)")),
        ("correction", step("removed:a+returned:b")),
        ("correction", step("priors")),
        ("correction", step("version", "model version")),
        ("chance", step("noise")),
        ("chance", step("unexplained-noise-after")),
        ("together", step("time+priors")),
        ("news", step("time+changed:a", "time passing, x to y, silence confirmed: a, through x (before: y)")),
        ("together", step("changed:a+changed:b", "silence confirmed: a, through x (before: y), item changed: b")),
    ],
)
def test_news_is_told_from_corrections(kind: str, one: Step) -> None:
    assert kind_of(one) == kind


def test_a_step_keeps_its_id() -> None:
    titles = {"changed:a": "silence confirmed: a, through 2026-09-30 (before: 2026-09-16)"}
    for identity in ("time", "added:a", "time+added:a", "changed:a", "removed:a+priors", "unexplained-noise-after"):
        assert step(identity, titles.get(identity, "")).id == identity


def test_every_step_is_of_one_kind() -> None:
    steps = (step("noise"), step("time"), step("priors"), step("added:a"))
    found = by_kind(Attribution({}, {}, step("total"), steps, date(2026, 12, 31)))
    assert {kind: [one.id for one in each] for kind, each in found.items()} == {
        "news": ["time", "added:a"],
        "correction": ["priors"],
        "chance": ["noise"],
    }


def test_a_digest_is_short_and_plain(shelf: Shelf, capsys: Any) -> None:
    assert command(["digest", str(shelf[1][-1].folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 100
    assert max(map(len, lines)) < 80
    assert lines[0].startswith("A Chinese lab has a model like Claude Mythos around")
    assert {"What moved it", "What to watch"} <= set(lines)


def test_a_digest_is_a_short_page_too(shelf: Shelf, capsys: Any) -> None:
    assert command(["digest", str(shelf[1][-1].folder), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert len(page.splitlines()) < 100
    for words in ("around", "What moved it", "News", "What to watch"):
        assert words in page
    reader = Reader()
    reader.feed(page)
    assert reader.loads == reader.links == []


def test_a_digest_of_no_run_is_refused(tmp_path: Path, capsys: Any) -> None:
    assert command(["digest", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
