"""The doctor: each thing found as it is, healthy or not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive import doctor as doctoring
from catchup.analysis.archive.doctor import Doctor, Finding, examine
from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.publish import publish
from catchup.analysis.runs.run import run
from catchup.evidence import __file__ as evidence_room
from catchup.evidence.tables.store import TableStore
from catchup.evidence.template import template
from catchup.model.assumptions import load_assumptions

Shelf = tuple[Path, list[Run]]
LEDGER = Path(evidence_room).parent / "ledger"


@pytest.fixture
def runs(shelf: Shelf, tmp_path: Path) -> Path:
    shutil.copytree(shelf[0], tmp_path / "runs")
    return tmp_path / "runs"


def verdicts(found: Doctor) -> dict[str, str]:
    order = {"pass": 0, "warn": 1, "fail": 2}
    result: dict[str, str] = {}
    for finding in found.findings:
        result[finding.id] = max(result.get(finding.id, "pass"), finding.verdict, key=lambda verdict: order[verdict])
    return result


def today_of(shelf: Shelf) -> date:
    return max(shelf[1][-1].manifest.as_of + timedelta(days=3), confirmed_by_the_ledger())


def confirmed_by_the_ledger() -> date:
    silence = (LEDGER / "no-public-model.toml").read_text()
    return date.fromisoformat(silence.split("confirmed_through = ")[1][:10])


def look(runs: Path, day: date, **changes: Any) -> Doctor:
    return examine(runs, changes.get("site"), changes.get("ledger"), runs.parent / "data", day)


def test_the_age_of_the_newest_run_is_said(runs: Path, shelf: Shelf) -> None:
    made = shelf[1][-1].manifest.as_of
    said = [
        next(finding.text for finding in look(runs, made + timedelta(days=days)).findings if finding.id == "last-run")
        for days in (-2, 0, 1, 5, 30)
    ]
    words = ("2 days ahead of today", "of today", "1 day old", "5 days old", "30 days old")
    assert all(text.endswith(word) for text, word in zip(said, words, strict=True)), said


@pytest.mark.parametrize(("days", "verdict"), [(8, "pass"), (9, "warn")])
def test_a_newest_run_is_old_after_a_week_and_a_day(days: int, verdict: str, runs: Path, shelf: Shelf) -> None:
    day = shelf[1][-1].manifest.as_of + timedelta(days=days)
    (found,) = [each for each in look(runs, day).findings if each.id == "last-run"]
    assert (found.verdict, bool(found.advice)) == (verdict, verdict == "warn")


@pytest.mark.usefixtures("cards_drawn_once")
def test_all_is_well(runs: Path, shelf: Shelf) -> None:
    site = runs.parent / "site"
    publish(runs, site)
    found = look(runs, today_of(shelf), site=site)
    assert verdicts(found) == dict.fromkeys(
        ("versions", "runs-folder", "site-folder", "clock", "silence", "tables", "last-run", "site"), "pass"
    )
    assert found.sound
    assert all(finding.text for finding in found.findings)


def damage(runs: Path) -> None:
    path = sorted(runs.iterdir())[-1] / "forecast.json"
    path.write_text(path.read_text() + " ")


def lose(runs: Path) -> None:
    (sorted(runs.iterdir())[-1] / "forecast.json").unlink()


def break_one(runs: Path) -> None:
    (sorted(runs.iterdir())[0] / "manifest.json").write_text("{")


ILL: dict[str, tuple[Callable[[Path], None], dict[str, str]]] = {
    "a file of the newest run was changed": (damage, {"last-run": "warn"}),
    "a file of the newest run is gone": (lambda runs: lose(runs), {"runs": "warn", "last-run": "warn"}),
    "a stray file beside it": (lambda runs: (sorted(runs.iterdir())[-1] / ".DS_Store").touch(), {"last-run": "warn"}),
    "another run is broken": (break_one, {"runs": "warn"}),
    "no run": (lambda runs: [shutil.rmtree(one) for one in runs.iterdir()] and None, {"last-run": "warn"}),
}


@pytest.mark.parametrize("name", ILL)
def test_runs_that_are_ill(name: str, runs: Path, shelf: Shelf) -> None:
    spoil, expected = ILL[name]
    spoil(runs)
    found = look(runs, today_of(shelf))
    assert {key: verdict for key, verdict in verdicts(found).items() if verdict != "pass"} == expected
    assert found.sound
    assert all(finding.advice for finding in found.findings if finding.verdict != "pass")


def test_only_what_a_run_does_without_stays_where_it_is(runs: Path, shelf: Shelf) -> None:
    """A stray file harms nothing; of a run that lacks what it was made with, nothing can be told any more."""
    (sorted(runs.iterdir())[-1] / ".DS_Store").touch()
    advice = [each.advice for each in look(runs, today_of(shelf)).findings if each.id == "last-run"]
    assert advice == ["catchup verify RUN says more"]
    damage(runs)
    advice = [each.advice for each in look(runs, today_of(shelf)).findings if each.id == "last-run"]
    assert advice == ["catchup verify RUN says more: restore it, or move it out of the folder"]


@pytest.mark.parametrize("spoil", [damage, lose])
def test_a_newest_run_that_is_ill_ends_no_job(spoil: Callable[[Path], None], runs: Path, shelf: Shelf) -> None:
    spoil(runs)
    assert look(runs, today_of(shelf)).sound
    asked = Request(Question(load_assumptions(model="article"), today_of(shelf), draws=1_000), evidence="none")
    assert run(asked, runs, brief=True).name == today_of(shelf).isoformat()


def test_time_that_has_passed(runs: Path, shelf: Shelf) -> None:
    late = today_of(shelf) + timedelta(days=30)
    found = verdicts(look(runs, late))
    assert (found["silence"], found["last-run"]) == ("warn", "warn")


def test_a_clock_that_is_behind(runs: Path) -> None:
    found = look(runs, date(2026, 3, 1))
    assert verdicts(found)["clock"] == "fail"
    assert not found.sound


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_site_that_is_behind(runs: Path, shelf: Shelf) -> None:
    site, last = runs.parent / "site", sorted(runs.iterdir())[-1]
    shutil.move(last, runs.parent / last.name)
    publish(runs, site)
    shutil.move(runs.parent / last.name, last)
    day = today_of(shelf)
    assert verdicts(look(runs, day, site=site))["site"] == "warn"
    (site / "latest.json").write_text("{")
    assert verdicts(look(runs, day, site=site))["site"] == "warn"
    publish(runs, site)  # which mends it
    assert verdicts(look(runs, day, site=site))["site"] == "pass"
    assert verdicts(look(runs, day, site=runs.parent / "nothing"))["site"] == "warn"


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_site_is_held_against_the_newest_run_of_its_event(runs: Path, shelf: Shelf) -> None:
    site, last = runs.parent / "site", sorted(runs.iterdir())[-1]
    publish(runs, site)
    path = last.with_name(last.name + "-2") / "manifest.json"
    shutil.copytree(last, path.parent)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"event": "lean-mythos"}))
    assert verdicts(look(runs, today_of(shelf), site=site))["site"] == "pass"
    path.with_name("checks.json").write_text("{")  # of one that is not asked for
    manifest = json.loads(path.read_text())
    path.write_text(
        json.dumps(manifest | {"event": "compute-equivalent", "files": {**manifest["files"], "checks.json": ""}})
    )
    assert verdicts(look(runs, today_of(shelf), site=site))["site"] == "pass"


def keep_a_table(runs: Path, vintage: date) -> Path:
    path = runs.parent / "table.csv"
    header = "Model version,Model name,ECI Score,Release date,Organization,Country"
    path.write_text(f"{header}\none,One,100,2026-01-02,OpenAI,United States\n", encoding="utf-8")
    return TableStore(runs.parent / "data").add(path, vintage).held.path


def look_at_tables(runs: Path, day: date) -> Finding:
    (found,) = [each for each in look(runs, day).findings if each.id == "tables"]
    return found


def test_a_kept_table_that_is_damaged(runs: Path, shelf: Shelf) -> None:
    kept = keep_a_table(runs, date(2026, 6, 16))
    assert look_at_tables(runs, date(2026, 6, 30)).verdict == "pass"
    kept.write_text(kept.read_text() + "\n")
    found = look_at_tables(runs, date(2026, 6, 30))
    assert found.verdict == "warn"
    assert "score and data read it, no run does" in found.advice
    assert "is not the file that was added" in found.text


def test_a_table_is_old_after_ninety_days(runs: Path, shelf: Shelf) -> None:
    kept = date(2026, 6, 16)
    keep_a_table(runs, kept)
    found = look_at_tables(runs, kept + timedelta(days=90))
    name = found.text.removesuffix(" of 2026-06-16")
    assert found == Finding("tables", "pass", f"{name} of 2026-06-16")
    found = look_at_tables(runs, kept + timedelta(days=91))
    assert (found.verdict, found.advice) == ("warn", "catchup data update")
    assert found.text == f"{name} of 2026-06-16: {name} older than 90 days"


def test_a_silence_that_is_set_aside_is_not_asked_for(runs: Path, shelf: Shelf, tmp_path: Path) -> None:
    day, ledger = today_of(shelf) + timedelta(days=60), tmp_path / "ledger"
    shutil.copytree(LEDGER, ledger)
    assert "silence warn" in [f"{each.id} {each.verdict}" for each in look(runs, day, ledger=ledger).findings]
    reached = template("milestone", "reached").replace("autonomous-range", "compute-equivalent")
    (ledger / "reached.toml").write_text(reached.replace("new-statement", "reached"))
    (found,) = [each for each in look(runs, day, ledger=ledger).findings if each.id == "silence"]
    assert found.verdict == "pass"
    assert found.text == "none is to be confirmed; no-public-model is not counted: the silence was ended by reached"


def test_the_silence_that_the_newest_run_counted_is_looked_at(runs: Path, shelf: Shelf, tmp_path: Path) -> None:
    """A job with a ledger of its own is told of that one, whether or not an item says when somebody looked."""
    ledger, day = tmp_path / "ledger", shelf[1][-1].manifest.as_of
    ledger.mkdir()
    text = template("not_yet", "quiet").replace("autonomous-range", "compute-equivalent")
    known = day - timedelta(days=20)
    text = text.replace("confirmed_through = 2026-11-01", "").replace("2026-11-01", known.isoformat())
    (ledger / "quiet.toml").write_text(text)
    asked = Question(load_assumptions(), day, draws=1_000)
    run(Request(asked, evidence="quiet", ledger=ledger), runs, brief=True)
    for options in ({}, {"ledger": ledger}):
        (found,) = [each for each in look(runs, day, **options).findings if each.id == "silence"]
        assert (found.verdict, found.text) == ("warn", f"quiet was last confirmed through {known}, 20 days ago")
        assert found.advice.startswith("catchup evidence confirm quiet --through DATE")


def test_a_silence_that_the_newest_run_set_aside_is_not_asked_for(runs: Path, shelf: Shelf, tmp_path: Path) -> None:
    """The report that ended it was added to the run: it was asked to be confirmed all the same."""
    ledger, day = tmp_path / "ledger", today_of(shelf)
    shutil.copytree(LEDGER, ledger)
    reached = template("milestone", "reached").replace("autonomous-range", "compute-equivalent")
    reached = reached.replace("new-statement", "reached").replace("2026-11-01", (day - timedelta(days=3)).isoformat())
    (ledger / "reached.toml").write_text(reached)
    asked = Question(load_assumptions(), day, draws=1_000)
    run(Request(asked, evidence="no-public-model,reached", ledger=ledger), runs, brief=True)
    (found,) = [each for each in look(runs, day + timedelta(days=60)).findings if each.id == "silence"]
    assert found.verdict == "pass"
    assert found.text == "none is to be confirmed; no-public-model is not counted: the newest run does not count it"


def test_a_silence_confirmed_since_the_newest_run_is_not_asked_for(runs: Path, shelf: Shelf, tmp_path: Path) -> None:
    """A run of the project's own ledger keeps the day of its own time, and the ledger has gone on."""
    ledger, day = tmp_path / "ledger", today_of(shelf)
    shutil.copytree(LEDGER, ledger)
    earlier, path = day - timedelta(days=20), ledger / "no-public-model.toml"
    text, confirmed = path.read_text(), confirmed_by_the_ledger()
    path.write_text(text.replace(f"confirmed_through = {confirmed}", f"confirmed_through = {earlier}"))
    asked = Question(load_assumptions(), day, draws=1_000)
    run(Request(asked, evidence="no-public-model", ledger=ledger), runs, brief=True)
    (then,) = [each for each in look(runs, day, ledger=ledger).findings if each.id == "silence"]
    assert (then.verdict, then.text) == ("warn", f"no-public-model was last confirmed through {earlier}, 20 days ago")
    (now,) = [each for each in look(runs, day).findings if each.id == "silence"]
    assert (now.verdict, now.text) == ("pass", f"confirmed: no-public-model through {confirmed}")


def test_a_ledger_that_is_wrong(runs: Path, shelf: Shelf) -> None:
    day = today_of(shelf)
    (runs.parent / "ledger").mkdir()
    (runs.parent / "ledger" / "a.toml").write_text("id = 3")
    assert verdicts(look(runs, day, ledger=runs.parent / "ledger"))["ledger"] == "fail"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(runs: Path, shelf: Shelf) -> None:
    runs.chmod(0o500)
    try:
        assert verdicts(look(runs, today_of(shelf)))["runs-folder"] == "fail"
    finally:
        runs.chmod(0o700)


def test_a_folder_of_runs_that_is_not_there_is_said_to_hold_none(runs: Path, shelf: Shelf) -> None:
    found = look(runs.parent / "rnus", today_of(shelf))
    (row,) = [finding for finding in found.findings if finding.id == "runs-folder"]
    assert row.verdict == "warn"
    assert "rnus: does not exist yet, and so holds no runs; can be made" in row.text
    assert "its name" in row.advice
    assert found.sound  # a first job makes it


def test_a_folder_where_nothing_can_be_made(runs: Path, shelf: Shelf) -> None:
    site = runs.parent / "nowhere" / "deeper" / "site"
    assert verdicts(look(runs, today_of(shelf), site=site))["site-folder"] == "fail"


@pytest.mark.parametrize(("free", "verdict"), [(1_000_000, "fail"), (1_000_000_000, "warn")])
def test_a_disk_that_is_nearly_full(
    free: int, verdict: str, runs: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(runs)
    monkeypatch.setattr(doctoring.shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert verdicts(look(runs, today_of(shelf)))["runs-folder"] == verdict


def test_libraries_that_are_not_the_lock_s(runs: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = runs.parent / "requirements.lock"
    lock.write_text("numpy==0.1 \\\n    --hash=sha256:0\nscipy==0.2 ; python_version > '3'\n")
    monkeypatch.setattr(doctoring, "LOCK", lock)
    found = look(runs, today_of(shelf))
    (finding,) = [finding for finding in found.findings if finding.id == "versions"]
    assert finding.verdict == "warn"
    assert "the lock has 0.1" in finding.text
    monkeypatch.setattr(doctoring, "LOCK", runs.parent / "none")
    assert verdicts(look(runs, today_of(shelf)))["versions"] == "pass"


def test_the_command(
    runs: Path, shelf: Shelf, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["doctor", "--runs", str(runs), "--data", str(runs.parent / "data")]
    for day, sound in ((today_of(shelf), True), (date(2026, 3, 1), False)):  # before a run and an item: the clock fails
        monkeypatch.setattr("catchup.analysis.commands.doctor.today", lambda day=day: day)
        assert command([*asked, "--json"]) == (0 if sound else 1)
        content = json.loads(capsys.readouterr().out)
        assert content["sound"] == sound
        assert [each["id"] for each in content["checks"] if each["verdict"] == "fail"] == ([] if sound else ["clock"])
    monkeypatch.setattr("catchup.analysis.commands.doctor.today", lambda: today_of(shelf))
    damage(runs)
    assert command(asked) == 0
    assert "is not as it was made" in " ".join(capsys.readouterr().out.split())
    assert command([*asked, "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "catchup: last-run: 2026-09-22 is not as it was made: forecast.json changed: catchup verify" in said.err
    assert "runs-folder" not in said.err  # which is as it should be
