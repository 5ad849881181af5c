"""What is read back of runs: by event, between two of them, and in the forms of others, to the quantile and the day."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive import reading
from catchup.analysis.archive.exports import continuous_curve, export
from catchup.analysis.archive.history import history
from catchup.analysis.archive.manifest import MANIFEST
from catchup.analysis.archive.moved import moved_of
from catchup.analysis.archive.reading import Run, read_run
from catchup.analysis.archive.scores import dates_of
from catchup.analysis.commands.main import run
from catchup.analysis.studies import attribution
from catchup.analysis.studies.attribution import Attribution

Shelf = tuple[Path, list[Run]]


def test_a_run_is_held_against_the_last_one_about_the_same_event(shelf: Shelf, tmp_path: Path) -> None:
    """Between two runs that count the same stands one about another event, which counts nothing."""
    kept = shelf[1][0]
    asked: list[dict[str, object]] = [{}, {"event": "lean-mythos", "evidence": []}, {}]
    for place, changes in enumerate(asked):
        day = date(2026, 7, 3 + place)
        folder = shutil.copytree(kept.folder, tmp_path / day.isoformat())
        content = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps(content | {"as_of": day.isoformat(), "name": folder.name} | changes))
    found = history(tmp_path)
    assert found.faults == ()
    assert kept.manifest.evidence
    assert [(entry.items_added, entry.items_removed) for entry in found.entries] == [((), ())] * len(asked)


def test_what_moved_is_read_back_as_it_was_recorded(shelf: Shelf) -> None:
    for one, other in zip(shelf[1], shelf[1][1:], strict=False):
        moved = moved_of(other)
        assert moved is not None
        for run_, dates in ((one, moved.attribution.before), (other, moved.attribution.after)):
            published = {float(p): entry["months"] for p, entry in run_.forecast["ready"]["quantiles"].items()}
            assert dates == pytest.approx({p: published[p] for p in dates}, abs=2e-4)  # the last decimal of either


def test_two_runs_are_named_with_their_models_in_their_order(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last = shelf[1][0], shelf[1][-1]
    moved = moved_of(last)
    assert moved is not None

    def read(folder: Path) -> Run:
        one = read_run(folder)
        return replace(
            one, manifest=one.manifest.model_copy(update={"model": {first.name: "article"}.get(one.name, "current")})
        )

    def attribute(*snapshots: object) -> Attribution:
        return moved.attribution

    monkeypatch.setattr(reading, "read_run", read)
    monkeypatch.setattr(attribution, "attribute", attribute)
    assert run(["diff", str(first.folder), str(last.folder), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["runs"] == [first.name, last.name]
    assert content["models"] == ["article", "current"]
    assert run(["diff", str(first.folder), str(last.folder)]) == 0
    assert f"From {first.name} to {last.name};" in " ".join(capsys.readouterr().out.split())


def test_the_hubs_samples_are_the_middles_of_a_hundred_parts(shelf: Shelf) -> None:
    one = shelf[1][-1]
    rows = list(csv.DictReader(io.StringIO(export(one, "hubverse"))))
    published = dates_of(one)["ready"]
    origin = (one.manifest.as_of - published.calendar.origin).days
    for index, level in ((0, 0.005), (49, 0.495), (99, 0.995)):
        (row,) = [
            each
            for each in rows
            if (each["target"], each["output_type"], each["output_type_id"]) == ("days to ready", "sample", str(index))
        ]
        days = published.curve.quantile(level) * published.calendar.days_per_month - origin
        assert float(row["value"]) == pytest.approx(days, abs=1e-3)


def test_a_question_ends_as_its_last_day_begins(shelf: Shelf) -> None:
    one, first, last = shelf[1][-1], date(2026, 10, 1), date(2027, 10, 1)
    content = json.loads(export(one, "metaculus", lower=first, upper=last))
    published = dates_of(one)["known"]
    lower, upper = ((day - published.calendar.origin).days / published.calendar.days_per_month for day in (first, last))
    assert content["continuous_cdf"] == pytest.approx(continuous_curve(published.curve, lower, upper), abs=1e-8)
