"""What moved it over a replay of 24 weeks: contributions add up, corrections are apart, the picture shows both."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from catchup.analysis.archive.contributions import Contributions, Shifted, contributions
from catchup.analysis.archive.history import history
from catchup.analysis.archive.moved import Moved, moved_of
from catchup.analysis.archive.program import changelog_entries
from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.code_hash import code_hash
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.presentation.figures import draw_contributions
from catchup.analysis.presentation.figures.contributions import LOOKS
from catchup.analysis.presentation.figures.dates import day_number
from catchup.analysis.presentation.figures.style import NARROW, WIDTH
from catchup.analysis.presentation.site.moved import story, story_of
from catchup.analysis.presentation.text import date_text
from catchup.analysis.runs.replay import replay
from catchup.analysis.studies.attribution import attribute
from catchup.analysis.studies.reasons import priors_text
from catchup.evidence import __file__ as evidence_room
from catchup.evidence import load_ledger
from catchup.model.assumptions import load_assumptions
from catchup.priors.layers import Layer
from figure_words import words_of

Shelf = tuple[Path, list[Run]]
WEEKS = 24
LAST = date(2026, 11, 20)
FALSE_ALARM = 1e-4
REPLACED = ("2026-08-21", "added:epoch-lag-records+superseded:eci-lag")  # the ledger's own: news, and one step
ROUNDED = 1e-4  # months; what is published is rounded to it
LEDGER = Path(evidence_room).parent / "ledger"


def planted(folder: Path) -> dict[str, str]:
    """Copy the ledger with two revisions and a retraction planted; by run, the step that should be found."""
    import shutil

    shutil.copytree(LEDGER, folder)
    revisions = {"eci-lag": date(2026, 7, 20), "aisi-open-weight-cyber-lag": date(2026, 9, 8)}
    for name, day in revisions.items():
        path = folder / f"{name}.toml"
        value = re.search(r"(?m)^value = ([\d.]+)", path.read_text())
        assert value is not None
        entry = f'\n[[revised]]\nday = {day}\nkey = "observed.value"\nold = {float(value[1]) * 1.3}\n'
        path.write_text(path.read_text() + entry + f'new = {value[1]}\nwhy = "planted"\n')
    gone, day = folder / "caisi-deepseek-v4-lag.toml", date(2026, 10, 13)
    gone.write_text(f'retracted_on = {day}\nretracted_why = "planted"\n' + gone.read_text())
    wanted = {f"changed:{name}": day for name, day in revisions.items()} | {"removed:caisi-deepseek-v4-lag": day}
    first = LAST - timedelta(weeks=WEEKS - 1)
    runs = [first + timedelta(weeks=week) for week in range(WEEKS)]
    return {next(run for run in runs if run >= day).isoformat(): step for step, day in wanted.items()}


@pytest.mark.slow
def test_over_24_weeks_contributions_add_up_and_planted_corrections_are_found(tmp_path: Path) -> None:
    wanted = planted(tmp_path / "ledger")
    question = Question(load_assumptions(), LAST, draws=60_000)
    asked = Request(question, engine="importance", ledger=tmp_path / "ledger")
    first = LAST - timedelta(weeks=WEEKS - 1)
    runs = list(replay(asked, tmp_path / "runs", first, LAST, timedelta(weeks=1)))
    assert len(runs) == WEEKS
    found = {}
    widest = float(norm.isf(0.5 * FALSE_ALARM / WEEKS))
    for before, after in pairwise(runs):
        moved = moved_of(after)
        assert moved is not None
        steps, total = moved.attribution.steps, moved.attribution.total.shifts[0.5]
        added = math.fsum(step.shifts[0.5].value for step in steps)
        assert abs(added - total.value) <= widest * total.mcse + ROUNDED * (len(steps) + 1)
        assert added == pytest.approx(total.value, abs=ROUNDED * (len(steps) + 1))  # exactly, but for rounding
        published = [run.forecast["ready"]["quantiles"]["0.5"]["months"] for run in (before, after)]
        assert published[1] - published[0] == pytest.approx(total.value, abs=3 * ROUNDED)
        told = {group.kind: [step.id for step in group.steps] for group in story_of(after).groups}
        for name in told.get("correction", []):
            found[after.name] = name
        assert not any(name.startswith(("changed:eci", "removed", "changed:aisi")) for name in told.get("news", []))
        assert "together" not in told
    assert found == wanted
    (replaced,) = [run for run in runs if run.name == REPLACED[0]]
    (group,) = [group for group in story_of(replaced).groups if group.kind == "news"]
    (sentence,) = [text for step, text in zip(group.steps, group.sentences, strict=True) if step.id == REPLACED[1]]
    assert "epoch-lag-records takes its place" in sentence
    assert sentence.count("Seen in") == 1


def test_the_picture_draws_what_runs_have_recorded(shelf: Shelf) -> None:
    runs, moved = shelf[1], contributions(Shifted(run.name, run.manifest.as_of, moved_of(run)) for run in shelf[1])
    assert len(moved) == len(runs) - 1
    for each, run in zip(moved, runs[1:], strict=True):
        recorded = moved_of(run)
        assert recorded is not None
        steps = recorded.attribution.steps
        assert math.fsum(each.months.values()) == pytest.approx(math.fsum(step.shifts[0.5].value for step in steps))
    figure = draw_contributions(history(shelf[0]), moved)
    below = figure.axes[1]
    days = [day_number(each.day) for each in moved]
    tops = {day: [0.0, 0.0] for day in days}
    for container in below.containers:
        (cause,) = [cause for cause, look in LOOKS.items() if look.name == container.get_label()]
        for bar, each in zip(container.patches, moved, strict=True):
            height = bar.get_height()
            assert height == pytest.approx(each.months.get(cause, 0.0))
            assert bar.get_x() + bar.get_width() / 2 == pytest.approx(day_number(each.day))
            stack = tops[day_number(each.day)]
            assert bar.get_y() == pytest.approx(stack[int(height <= 0.0)])
            stack[int(height <= 0.0)] += height
    (dots,) = [line for line in below.lines if line.get_label() == "in all"]
    np.testing.assert_allclose(dots.get_ydata(), [each.total for each in moved])
    assert below.get_ylim()[0] <= min(min(stack) for stack in tops.values())
    assert "Months later" in below.get_ylabel()


@pytest.mark.parametrize("width", [WIDTH, NARROW])
def test_every_entry_of_the_legend_stands_inside_the_picture(width: float, shelf: Shelf) -> None:
    every = [Contributions(run.manifest.as_of, dict.fromkeys(LOOKS, 0.1), 0.5, "") for run in shelf[1][1:]]
    figure = draw_contributions(history(shelf[0]), every, width=width)
    figure.canvas.draw()
    legend = figure.axes[1].get_legend()
    assert {look.name for look in LOOKS.values()} < {text.get_text() for text in legend.get_texts()}
    box, page = legend.get_window_extent(), figure.bbox
    assert page.x0 <= box.x0
    assert box.x1 <= page.x1
    assert page.y0 <= box.y0
    assert figure.axes[0].get_window_extent().width > 0.6 * page.width


@pytest.fixture
def moved(shelf: Shelf) -> Moved:
    found = moved_of(shelf[1][-1])
    assert found is not None
    return replace_against(found, "before")


def replace_against(moved: Moved, name: str) -> Moved:
    return moved._replace(against=name)


DAY, DAY_BEFORE = date(2026, 11, 23), date(2026, 11, 16)
BEFORE = Shifted("before", DAY_BEFORE, None)


def test_two_runs_of_a_day_compared_with_the_same_one_have_moved_once(moved: Moved) -> None:
    (once,) = contributions([BEFORE, Shifted("one", DAY, moved)])
    (still,) = contributions([BEFORE, Shifted("one", DAY, moved), Shifted("two", DAY, moved)])
    assert (once.total, once.since, once.elsewhere) == (still.total, still.since, still.elsewhere)
    assert once.total == moved.attribution.total.shifts[0.5].value
    assert (once.since, once.elsewhere) == ("before", False)


def test_a_run_of_a_day_compared_with_another_of_it_adds_to_that_one(moved: Moved) -> None:
    (once,) = contributions([BEFORE, Shifted("one", DAY, moved)])
    second = replace_against(moved, "one")
    (twice,) = contributions([BEFORE, Shifted("one", DAY, moved), Shifted("two", DAY, second)])
    assert twice.total == pytest.approx(2 * once.total)
    assert twice.months == pytest.approx({cause: 2 * months for cause, months in once.months.items()})
    assert (twice.since, twice.elsewhere) == ("before", False)


def test_a_run_that_was_compared_with_itself_or_in_a_circle_is_counted_once(moved: Moved) -> None:
    one, two = replace_against(moved, "two"), replace_against(moved, "one")
    (found,) = contributions([BEFORE, Shifted("one", DAY, one), Shifted("two", DAY, two)])
    assert found.total == pytest.approx(2 * moved.attribution.total.shifts[0.5].value)


def test_a_day_filled_in_later_is_said_not_to_be_what_bars_start_from(shelf: Shelf, moved: Moved) -> None:
    """The line goes by the day that was filled in, the bar after it by the one before."""
    names = [run.name for run in shelf[1]]
    told = [Shifted(run.name, run.manifest.as_of, moved_of(run)) for run in shelf[1]]
    last = contributions([*told[:-1], told[-1]._replace(moved=replace_against(moved, names[-3]))])[-1]
    assert (last.since, last.elsewhere) == (names[-3], True)
    words = words_of(draw_contributions(history(shelf[0]), [last]))
    assert f"{date_text(last.day)} since run {names[-3]}" in words
    assert "unless said below" in words
    usual = words_of(draw_contributions(history(shelf[0]), contributions(told)))
    assert "since run 2" not in usual
    assert "unless" not in usual


def test_bars_reconcile_with_the_line_above_them(shelf: Shelf) -> None:
    """Of the last run of each day, however many runs a day has and whatever they were compared with."""
    found = history(shelf[0])
    first, *_, last = found.entries
    second = Run(last.run.folder, last.run.manifest)
    doubled = replace(found, entries=(*found.entries, replace(last, run=second)))
    told = [Shifted(entry.run.name, entry.run.manifest.as_of, moved_of(entry.run)) for entry in found.entries]
    again = told[-1]._replace(name=f"{told[-1].name}-2")
    figure = draw_contributions(doubled, contributions([*told, again]))
    (median,) = [line for line in figure.axes[0].lines if line.get_label() == "median"]
    (dots,) = [line for line in figure.axes[1].lines if line.get_label() == "in all"]
    days_per_month = first.run.snapshot.question.assumptions.calendar.days_per_month
    risen = np.diff(np.asarray(median.get_ydata())) / days_per_month
    np.testing.assert_allclose(risen, dots.get_ydata(), atol=3 * ROUNDED)
    assert f"{len(found.entries) + 1} runs on {len(found.entries)} days" in words_of(figure)


def bars_of(days: list[int], sizes: list[float], width: float, shelf: Shelf) -> list[float]:
    """Widths (days) of bars of one cause, by the days since the first of them."""
    start = shelf[1][0].manifest.as_of
    every = [
        Contributions(start + timedelta(day), {"evidence": size}, size, "")
        for day, size in zip(days, sizes, strict=True)
    ]
    (bars,) = draw_contributions(history(shelf[0]), every, width=width).axes[1].containers
    return [bar.get_width() for bar in bars.patches]


def test_a_run_one_day_after_another_makes_no_hairlines_of_the_others(shelf: Shelf) -> None:
    weekly = [7 * week for week in range(1, 11)]
    wide = bars_of(weekly, [0.5] * 10, WIDTH, shelf)
    assert wide == pytest.approx([wide[0]] * 10)
    found = bars_of([*weekly[:5], 36, *weekly[5:]], [0.5] * 11, WIDTH, shelf)
    assert found[4:6] == pytest.approx([0.72, 0.72])  # they stand beside one another
    assert min(found[:4] + found[6:]) > 0.8 * wide[0]
    silent = bars_of([*weekly[:5], 36, *weekly[5:]], [0.5] * 5 + [0.001] + [0.5] * 5, WIDTH, shelf)
    assert silent[:5] == pytest.approx(wide[:5])  # what is hardly to be seen takes no room
    assert bars_of([7], [0.5], WIDTH, shelf)[0] > 0.0


def test_the_last_bar_stands_whole_inside_the_picture(shelf: Shelf) -> None:
    told = [Shifted(run.name, run.manifest.as_of, moved_of(run)) for run in shelf[1]]
    short = replace(history(shelf[0]), entries=history(shelf[0]).entries[-2:])
    axes = draw_contributions(short, contributions(told)[-1:]).axes[1]
    low, high = axes.get_xlim()
    bars = [bar for container in axes.containers for bar in container.patches]
    assert bars
    assert all(low < bar.get_x() and bar.get_x() + bar.get_width() < high for bar in bars)


def snapshots(new: tuple[str, ...], **changes: object) -> tuple[Snapshot, Snapshot]:
    before = load_assumptions(model="article")
    overlay = Layer.of(
        {"quantity": {"china_stock": {"family": "lognormal", "median": 2.6e6, "sigma": 0.1}}}, file="mine"
    )
    after = load_assumptions([overlay], model="article")
    question = Question(before, date(2026, 11, 20), draws=20_000)
    known = ("An entry that stood there.",)
    one = Snapshot(question, {}, inputs_of(before, ()), "0.1.0", code="a" * 8, changes=known)
    two = Snapshot(
        replace(question, assumptions=after), {}, inputs_of(after, ()), "0.1.0", code="a" * 8, changes=(*known, *new)
    )
    return one, replace(two, **changes)


def test_changed_priors_are_named_with_what_the_changelog_says() -> None:
    new = ("Levers are faster.", "`china_stock` follows the October count: +0.3 months.")
    found = attribute(*snapshots(new))
    (step,) = [step for step in found.steps if step.id == "priors"]
    assert step.title == "priors changed: quantity.china_stock"
    assert step.reasons == (new[1],)
    told = story(Moved("2026-11-13", found), {})
    (group,) = [group for group in told.groups if group.kind == "correction"]
    assert "(the changelog says: `china_stock` follows the October count: +0.3 months.)" in group.sentences[0]


def test_another_event_or_grid_is_no_change_of_the_priors() -> None:
    one, two = snapshots(())
    other, coarse = replace(one.question, event="narrow-exploit"), replace(one.question, launch_grid=0.5)
    told = "another event, compute-equivalent to narrow-exploit"
    assert priors_text(one, replace(one, question=other)) == told
    assert priors_text(one, replace(one, question=coarse)) == "another launch grid, none to 0.5 months"
    both = priors_text(one, replace(two, question=replace(two.question, event="narrow-exploit")))
    assert both == f"{told}; priors changed: quantity.china_stock"
    model = load_assumptions(model="current")
    found = priors_text(one, replace(one, question=other, inputs=inputs_of(model, ())))
    assert found == f"another model, article to current; {told}"
    assert [step.id for step in attribute(one, replace(one, question=other)).steps] == ["priors"]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({}, ""),
        ({"quantity": {"mfu_china": {"mode": 0.21}}}, "; priors changed: quantity.mfu_china"),
        ({"without": {"obstacle": ["no-interest"]}}, "; priors changed: obstacle.no-interest"),  # of `current` alone
    ],
)
def test_another_model_hides_no_change_of_the_priors(own: dict[str, Any], says: str) -> None:
    article, _ = snapshots(())
    mine = load_assumptions([Layer.of(own, file="mine.toml")] if own else [], model="current")
    items = load_ledger().items
    read = [items["epoch-lag-records"]]  # which the article's model does not read
    question = replace(article.question, assumptions=mine)
    before = replace(article, question=question, items={one.id: one for one in read}, inputs=inputs_of(mine, read))
    model = "another model, current to article, which no longer counts epoch-lag-records"
    assert priors_text(before, article) == model + says


def test_without_a_changelog_there_is_no_reason() -> None:
    one, two = snapshots(("New.",))
    (step,) = [step for step in attribute(replace(one, changes=()), two).steps if step.id == "priors"]
    assert step.reasons == ()


def test_another_program_of_the_same_version_is_a_correction() -> None:
    one, two = snapshots(("The requirement falls by another law.",), code=code_hash())
    moved = replace(one, recorded={p: replace(e, value=e.value + 0.4) for p, e in quantiles(one).items()})
    found = attribute(moved, two)
    (step,) = [step for step in found.steps if step.id == "version"]
    assert step.title == f"another state of the program, aaaaaaaa to {code_hash()[:8]}"
    assert step.reasons == ("The requirement falls by another law.",)
    same = attribute(replace(moved, code=code_hash()), two)
    assert [step.id for step in same.steps if "noise-before" in step.id] == ["unexplained-noise-before"]


def quantiles(snapshot: Snapshot) -> dict[float, object]:
    ready = snapshot.posterior().ready
    return {p: ready.quantile(p) for p in (0.05, 0.5, 0.95)}


def test_a_run_keeps_the_program_that_made_it(shelf: Shelf) -> None:
    kept = shelf[1][-1].snapshot
    assert kept.code == code_hash()
    assert kept.changes == changelog_entries()
    assert len(kept.changes) > 10


@pytest.mark.usefixtures("brief_runs")
def test_run_says_what_moved(shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = str(tmp_path / "runs")
    asked = [
        "run",
        "--runs",
        runs,
        "--model",
        "article",
        "--draws",
        "4000",
        "--engine",
        "importance",
        "--evidence",
        "eci-lag",
    ]
    assert command([*asked, "--as-of", "2026-11-01"]) in (0, 1)
    first = capsys.readouterr().out
    assert "There is no earlier run" in first
    assert command([*asked, "--as-of", "2026-11-15", "--json"]) in (0, 1)
    moved = json.loads(capsys.readouterr().out)["moved"]
    assert moved["since"] == "2026-11-01"
    assert math.fsum(one["months"] for one in moved["contributions"]) == pytest.approx(moved["months"], abs=1e-3)
    assert {one["kind"] for one in moved["contributions"]} <= {"news", "chance"}
