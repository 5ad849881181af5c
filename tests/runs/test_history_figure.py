"""The fan of dates shows what the runs say, and says why where it cannot."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection, LineCollection

from catchup.analysis.archive.history import Entry, History, history
from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.presentation.figures import draw_history
from catchup.analysis.presentation.figures.dates import day_number
from catchup.analysis.presentation.figures.style import TELEPHONE, WIDTH
from catchup.analysis.presentation.table import Room
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.history import history_table
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from figure_words import words_of

Shelf = tuple[Path, list[Run]]


@pytest.fixture(scope="module")
def found(shelf: Shelf) -> History:
    return history(shelf[0])


def test_the_median_drawn_is_the_runs(found: History) -> None:
    (axes,) = draw_history(found).axes
    (median,) = [line for line in axes.lines if line.get_label() == "median"]
    calendar = found.entries[0].run.snapshot.question.assumptions.calendar
    expected = [
        day_number(calendar.origin)
        + calendar.days_per_month * entry.run.forecast["ready"]["quantiles"]["0.5"]["months"]
        for entry in found.entries
    ]
    np.testing.assert_allclose(median.get_ydata(), expected)
    np.testing.assert_array_equal(median.get_xdata(), [day_number(entry.run.manifest.as_of) for entry in found.entries])
    assert axes.get_xlabel()
    assert axes.get_ylabel()


@pytest.mark.parametrize(("runs", "joined"), [(2, False), (3, True)])
def test_three_runs_and_more_are_joined_to_bands(runs: int, joined: bool, found: History) -> None:
    (axes,) = draw_history(replace(found, entries=found.entries[:runs])).axes
    (median,) = [line for line in axes.lines if line.get_label() == "median"]
    bands = {type(each) for each in axes.collections if each.get_label() in ("5 to 95%", "25 to 75%")}
    assert bands == {FillBetweenPolyCollection if joined else LineCollection}
    assert (median.get_marker() == "None") == joined


def test_arrivals_are_numbered_where_they_came(found: History) -> None:
    figure = draw_history(found)
    arrived = [entry for entry in found.entries[1:] if entry.items_added]
    assert arrived
    words = [text.get_text() for text in figure.texts]
    for number, entry in enumerate(arrived, start=1):
        (mark,) = [text for text in figure.axes[0].texts if text.get_text() == str(number)]
        assert mark.xy[0] == day_number(entry.run.manifest.as_of)
        assert any(item in text.replace("\n", " ") for text in words for item in entry.items_added)


@pytest.mark.parametrize("width", [WIDTH, TELEPHONE])
@pytest.mark.parametrize("days", [[1, 2, 90], [7 * week for week in range(1, 40)]])
def test_numbers_of_arrivals_never_run_together(days: list[int], width: float, found: History) -> None:
    first, start = found.entries[0], found.entries[0].run.manifest.as_of

    def arrived(day: int) -> Entry:
        run = Run(first.run.folder, first.run.manifest.model_copy(update={"as_of": start + timedelta(day)}))
        return replace(first, run=run, items_added=(f"item-{day}",))

    figure = draw_history(replace(found, entries=(first, *map(arrived, days))), width=width)
    figure.canvas.draw()
    marks = [text for text in figure.axes[0].texts if re.fullmatch(r"\d+(-\d+)?", text.get_text())]
    numbers = [tuple(map(int, text.get_text().split("-"))) for text in marks]
    assert [number for ends in numbers for number in range(ends[0], ends[-1] + 1)] == [*range(1, len(days) + 1)]
    boxes = [text.get_window_extent() for text in marks]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
    assert len(marks) > 1


def test_the_past_is_spoken_of_only_where_its_line_is_in_view(found: History) -> None:
    said = "Below the sloping dotted line lies the past."
    assert said not in words_of(draw_history(found))  # the median lies half a year and more ahead
    first, last = found.entries[0], found.entries[-1]
    soon = quantile_moved_to(last, first.run.manifest.as_of)
    figure = draw_history(replace(found, entries=(*found.entries[:-1], soon)))
    assert said in words_of(figure)
    (axes,) = figure.axes
    sloping = [line for line in axes.lines if list(line.get_xdata()) == list(line.get_ydata())]
    assert len(sloping) == 1
    (low, high), (left, right) = sloping[0].get_xdata(), axes.get_xlim()
    assert left <= low < high <= right


def quantile_moved_to(entry: Entry, day: date) -> Entry:
    """The same run, but its 5% quantile on a day."""
    months = entry.run.snapshot.question.assumptions.calendar.months(day)
    forecast = copy.deepcopy(entry.run.forecast)
    forecast["ready"]["quantiles"]["0.05"]["months"] = months
    run = Run(entry.run.folder, entry.run.manifest)
    run.__dict__["forecast"] = forecast
    return replace(entry, run=run)


def test_a_retracted_item_is_said_to_be_retracted(found: History) -> None:
    *others, last = found.entries
    gone = replace(last, items_added=(), items_removed=("eci-lag", "zai"), items_retracted=("zai",))
    both = replace(found, entries=(*others, gone))
    assert "- zai (retracted)" in words_of(draw_history(both))
    column = next(column for column in history_table(both).columns if column.title == "What changed")
    assert column.read(gone, Room.NARROW) == "removed: eci-lag; retracted: zai"


def kept_otherwise(one: Run, sections: dict[str, dict[str, Any]], forecast: dict[str, Any] | None = None) -> Run:
    """The same run, as if it had kept other sections beside its forecast."""

    class Kept(Run):
        def section(self, name: str) -> Any:
            return sections.get(name)

    run = Kept(one.folder, one.manifest)
    run.__dict__["forecast"] = one.forecast | (forecast or {})
    return run


def item_kept(name: str, months: float) -> dict[str, Any]:
    return {"id": name, "observed": {"months": months}, "likelihood": {}, "weight": 1.0}


def test_what_else_changed_is_marked_too(found: History) -> None:
    first, second = (entry.run for entry in found.entries[:2])
    name = first.manifest.evidence[0]

    def other(
        months: float, code: str, looked: str, earlier_look: str = "2026-06-01", moved: float = 0.1, noise: bool = False
    ) -> tuple[str, ...]:
        shift = {"0.5": {"months": moved}}
        step = {"title": f"silence confirmed: quiet, through {looked}", "shift": shift, "noise": noise}
        kept = {
            "evidence": {"items": [item_kept(name, months)]},
            "program": {"code": code},
            "diff": {"steps": [{**step, "title": "time passing", "shift": {"0.5": {"months": 3.0}}}, step]},
        }
        earlier = {"evidence": {"items": [item_kept(name, 3.0)]}, "program": {"code": "a"}}
        before = kept_otherwise(first, earlier, {"silence_confirmed_through": earlier_look})
        after = kept_otherwise(second, kept, {"silence_confirmed_through": looked})
        return replace(found.entries[1], run=after, before=before).other_changes

    assert other(3.0, "a", "2026-06-01") == ()
    assert other(3.5, "a", "2026-06-01") == (f"{name} revised",)
    assert other(3.0, "b", "2026-06-01") == ("another state of the program",)
    assert other(3.0, "a", "2026-07-08") == ("silence confirmed through 2026-07-08",)
    assert other(3.0, "a", "2026-07-08", "2026-06-20") == ()  # as every week
    assert other(3.0, "a", "2026-07-08", "2026-06-20", -0.6) == ("silence confirmed through 2026-07-08",)
    assert other(3.0, "a", "2026-07-08", "2026-06-20", -0.6, noise=True) == ()
    assert other(3.0, "a", "2026-06-20", "2026-07-08") == ("silence confirmed through 2026-06-20 only",)
    told = replace(found.entries[1], items_added=(), items_removed=())
    told.__dict__["other_changes"] = other(3.5, "b", "2026-07-08")
    said = f"another state of the program, {name} revised, silence confirmed through 8 Jul 2026."
    assert said in words_of(draw_history(replace(found, entries=(found.entries[0], told))))


def test_the_table_gives_the_reasons_that_the_picture_has(found: History) -> None:
    entry = replace(found.entries[1], items_added=("one",), items_removed=())
    entry.__dict__["other_changes"] = ("other priors", "silence confirmed through 2026-07-08")
    told = replace(found, entries=(entry,))
    column = next(column for column in history_table(told).columns if column.title == "What changed")
    assert column.read(entry, Room.NARROW) == "added: one; other priors; silence confirmed through 8 Jul 2026"
    (row,) = as_json(told)["runs"]
    assert row["other_changes"] == ["other priors", "silence confirmed through 2026-07-08"]


def test_another_model_hides_no_other_priors(found: History) -> None:
    """Tables that come with a model are told of by its name; what lies over them is not, nor how its numbers look."""
    one = found.entries[0].run

    def own(value: float) -> Layer:
        return Layer.of({"quantity": {"mfu_china": {"mode": value}}}, file="mine.toml")

    def kept(model: str, *layers: Layer) -> Run:
        inputs = inputs_of(load_assumptions(model=model), ())
        manifest = one.manifest.model_copy(update={"model": model, "priors_hash": f"{model} {layers}"})
        run = Run(one.folder, manifest)
        run.__dict__["inputs"] = replace(inputs, layers=(*inputs.layers, *layers))
        return run

    def other(before: Run, after: Run) -> tuple[str, ...]:
        return replace(found.entries[1], run=after, before=before).other_changes

    switched = "model article in place of current"
    assert other(kept("current"), kept("article")) == (switched,)
    assert other(kept("current", own(9)), kept("article")) == (switched, "other priors")
    assert other(kept("current", own(9)), kept("article", own(9.0))) == (switched,)
    assert other(kept("current", own(9)), kept("current", own(9.0))) == ()
    assert other(kept("current", own(9)), kept("current", own(0.2))) == ("other priors",)


@pytest.mark.parametrize(
    ("model", "said"), [("current", ("other priors",)), ("article", ("model article in place of current",))]
)
def test_where_an_input_is_damaged_the_manifests_tell(
    model: str, said: tuple[str, ...], found: History, tmp_path: Path
) -> None:
    """Other priors of one model are no other model's; of two models it cannot be told what lies over them."""
    one = found.entries[0].run
    before, after = (
        Run(tmp_path, one.manifest.model_copy(update={"model": name, "priors_hash": hashed}))
        for name, hashed in (("current", "a"), (model, "b"))
    )
    for run in (before, after):
        run.__dict__["forecast"] = one.forecast
    assert replace(found.entries[1], run=after, before=before).other_changes == said


@pytest.mark.parametrize("width", [WIDTH, TELEPHONE])
def test_dates_that_lie_close_together_stand_clear(width: float, found: History) -> None:
    entries = found.entries
    forecast = copy.deepcopy(entries[-1].run.forecast)
    for p, months in (("0.05", 10.9), ("0.5", 11.0), ("0.95", 11.1)):
        forecast["ready"]["quantiles"][p]["months"] = months
    run = Run(entries[-1].run.folder, entries[-1].run.manifest)
    run.__dict__["forecast"] = forecast
    figure = draw_history(replace(found, entries=(*entries[:-1], replace(entries[-1], run=run))), width=width)
    figure.canvas.draw()
    boxes = [
        text.get_window_extent() for text in figure.axes[0].texts if re.fullmatch(r"\d+ \w{3} 20\d\d", text.get_text())
    ]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@pytest.mark.parametrize("count", [1, 2])
def test_few_runs_are_drawn_too(count: int, found: History) -> None:
    draw_history(replace(found, entries=found.entries[:count])).canvas.draw()


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(InputError, match="no sound run"):
        draw_history(History((), ()))


def test_events_are_not_mixed(found: History) -> None:
    first, *rest = found.entries
    other = Run(first.run.folder, first.run.manifest.model_copy(update={"event": "narrow-exploit"}))
    with pytest.raises(InputError, match="event: "):
        draw_history(replace(found, entries=(replace(first, run=other), *rest)))


def test_plot_is_written(shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["history", "--runs", str(shelf[0]), "--plot", str(tmp_path / "fan.svg"), "--json"]) == 0
    assert (tmp_path / "fan.svg").stat().st_size > 5_000
    assert f"drew {tmp_path / 'fan.svg'}" in capsys.readouterr().err
    assert command(["history", "--runs", str(shelf[0]), "--plot", str(tmp_path / "fan.xyz")]) == 2
