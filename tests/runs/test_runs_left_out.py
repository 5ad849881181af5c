"""Runs that a site leaves out and names, and runs of older programs that it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.runs.publish import publish
from catchup.priors.errors import InputError
from published import rewrite

BREAKAGES: Mapping[str, Any] = {
    "truncated": lambda folder: (folder / "forecast.json").write_text("{"),
    "altered": lambda folder: (folder / "forecast.json").write_text((folder / "forecast.json").read_text() + " "),
    "of another shape": lambda folder: rewrite(folder, "forecast.json", '{"ready": {"quantiles": []}}'),
    "a diff of another shape": lambda folder: rewrite(folder, "diff.json", '{"steps": 3}'),
    "without a manifest": lambda folder: (folder / "manifest.json").unlink(),
}


QUICK = ("truncated",)


@pytest.mark.parametrize(
    "breakage", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in BREAKAGES]
)
def test_a_broken_run_is_named_and_left_out(breakage: str, copies: Path, tmp_path: Path) -> None:
    site, broken = tmp_path / "site", sorted(copies.iterdir())[1]
    publish(copies, site)
    page = (site / "runs" / broken.name / "index.html").read_bytes()
    BREAKAGES[breakage](broken)
    done = publish(copies, site)
    assert len(done.faults) == 1
    assert broken.name in done.faults[0]
    assert broken.name not in done.runs
    assert f"{broken.name}/index.html" not in (site / "archive.html").read_text()
    assert (site / "runs" / broken.name / "index.html").read_bytes() == page  # its address still answers


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_run_that_is_left_out_is_not_compared_with(copies: Path, tmp_path: Path) -> None:
    """Its successor moved since it, not since the run shown before; and what it brought arrives with its successor."""
    names = sorted(folder.name for folder in copies.iterdir())
    whole = json.loads((publish(copies, tmp_path / "whole").page.parent / "data" / "forecasts.json").read_text())
    rows = {row["run"]: row for row in whole["runs"]}
    left = next(name for name in names[1:-1] if rows[name]["items_added"])
    after = names[names.index(left) + 1]
    (copies / left / "forecast.json").write_text((copies / left / "forecast.json").read_text() + " ")
    page = publish(copies, tmp_path / "site").page
    told = {row["run"]: row for row in json.loads((page.parent / "data" / "forecasts.json").read_text())["runs"]}
    assert left not in told
    assert told[after]["shift"] is None
    assert told[after]["other_shift"] == {"since": left, **rows[after]["shift"]}
    assert set(told[after]["items_added"]) == {*rows[left]["items_added"], *rows[after]["items_added"]}
    assert f"since {left}" in (page.parent / "archive.html").read_text(encoding="utf-8")


def test_a_newest_run_whose_inputs_are_damaged_is_named_and_left_out(copies: Path, tmp_path: Path) -> None:
    *others, newest = sorted(copies.iterdir())
    (newest / "inputs" / "origins.toml").write_text("layers = 1")
    published = publish(copies, tmp_path / "site")
    assert published.runs == tuple(run.name for run in others)
    (fault,) = published.faults
    assert str(newest) in fault
    for run in others:
        (run / "inputs" / "origins.toml").write_text("layers = 1")
    with pytest.raises(InputError, match="no sound run"):
        publish(copies, tmp_path / "other")


def test_no_sound_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs" / "2026-09-01").mkdir(parents=True)
    with pytest.raises(InputError, match="no sound run"):
        publish(tmp_path / "runs", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def without(folder: Path, *names: str) -> None:
    """Make a run as it was before it kept some files."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in names:
        (folder / name).unlink()
        del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_runs_of_an_older_program_are_read(copies: Path, tmp_path: Path) -> None:
    for folder in sorted(copies.iterdir())[:-1]:
        without(folder, "evidence.json", "program.json")
    done = publish(copies, tmp_path / "site")
    assert done.faults == ()
    assert len(done.runs) == len(list(copies.iterdir()))
    oldest = sorted(copies.iterdir())[0]
    without(sorted(copies.iterdir())[-1], "evidence.json", "program.json")
    assert publish(copies, tmp_path / "site").faults == ()
    assert 'id="item-' in (tmp_path / "site" / "evidence.html").read_text()
    manifest = json.loads((oldest / "manifest.json").read_text())
    (oldest / "manifest.json").write_text(json.dumps({**manifest, "schema": 2}))
    (fault,) = publish(copies, tmp_path / "site").faults
    assert "is of schema 2; this version reads up to 1" in fault
    assert "a newer catchup reads it" in fault
